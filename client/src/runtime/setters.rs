//! What setters were given, and what builders make.

use std::fmt::Display;

use crate::error::Error;

/// What a setter was given, as its parameter's type.
///
/// # Errors
/// Where it cannot be that.
pub(crate) fn taken<T>(name: &str, value: impl TryInto<T>) -> Result<T, String> {
    value.try_into().map_err(|_| format!("`{name}` does not take what it was given"))
}

/// What a setter was given, as its field's type.
///
/// # Errors
/// Where it cannot be that, with the reason.
pub(crate) fn converted<T>(name: &str, value: impl TryInto<T, Error: Display>) -> Result<T, String> {
    value.try_into().map_err(|error| format!("`{name}` does not take what it was given: {error}"))
}

/// What a builder makes.
///
/// # Errors
/// [`Error::InvalidInput`] where a field was not set, or does not take what it was given.
pub(crate) fn built<T: TryFrom<B, Error: Display>, B>(builder: Result<B, String>) -> Result<T, Error> {
    let built = builder.and_then(|builder| T::try_from(builder).map_err(|error| error.to_string()));
    built.map_err(Error::invalid_input)
}
