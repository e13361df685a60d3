//! What setters were given.

use std::fmt::Display;

/// What a setter was given, as its parameter's type.
///
/// # Errors
/// Where it cannot be that.
pub(crate) fn taken<T>(name: &str, value: impl TryInto<T>) -> Result<T, String> {
    value.try_into().map_err(|_| format!("`{name}` got an invalid value"))
}

/// What a setter was given, as its field's type.
///
/// # Errors
/// Where it cannot be that, with the reason.
pub(crate) fn converted<T>(name: &str, value: impl TryInto<T, Error: Display>) -> Result<T, String> {
    value.try_into().map_err(|error| format!("`{name}` got an invalid value: {error}"))
}
