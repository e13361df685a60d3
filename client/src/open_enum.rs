//! What the generated open enums are made with: a value that is not in the spec is kept, not refused.

use std::fmt;
use std::marker::PhantomData;

/// A value of an enum that this version of the crate does not know.
///
/// It keeps the string as the API wrote it. No code outside of this crate can make one: convert from `&str` instead,
/// which finds the variant if this version has one. So code keeps working when a later version knows the value.
///
/// ```
/// use planetscale_client::types::BackupState;
///
/// let state = BackupState::from("expired");
/// assert!(matches!(state, BackupState::Unknown(_)));
/// assert_eq!(state.as_str(), "expired");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// Returns the string as the API wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Reads any string as an `E`.
pub(crate) struct AnyString<E>(pub(crate) PhantomData<E>);

impl<E: for<'a> From<&'a str>> serde::de::Visitor<'_> for AnyString<E> {
    type Value = E;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<Er>(self, value: &str) -> Result<E, Er> {
        Ok(E::from(value))
    }
}

/// Any string, with the known ones as examples.
#[cfg(feature = "schemars")]
pub(crate) fn json_schema(known: &[&str]) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "examples": known })
}
