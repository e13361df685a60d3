//! Strings that are not shown.

use std::cell::{Cell, RefCell};
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

thread_local! {
    static IS_EXPOSED: Cell<bool> = const { Cell::new(false) };
    /// What was serialized, where somebody wants to know.
    static SERIALIZED: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// A secret string, such as a password. Only [`expose`](Self::expose) shows it, and it is wiped from memory when it is
/// dropped.
///
/// A value that contains one can be compared, cloned and printed (`{:?}` shows `[REDACTED]`). Serializing it is an
/// error, so that a secret does not get into a log, nor the placeholder into data that is read back;
/// [`exposed`](Self::exposed) serializes it on purpose. The client itself does so for what it sends.
///
/// # Examples
/// ```
/// use planetscale_client::Secret;
///
/// let password = Secret::from("pscale_pw_1");
/// assert_eq!(format!("{password:?}"), "[REDACTED]");
/// assert_eq!(password.expose(), "pscale_pw_1");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Returns the string itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Calls a function in which secrets are serialized as they are: on this thread, until it returns.
    ///
    /// # Examples
    /// ```
    /// use planetscale_client::Secret;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let password = Secret::from("pscale_pw_1");
    /// assert!(serde_json::to_string(&password).is_err());
    /// assert_eq!(Secret::exposed(|| serde_json::to_string(&password))?, r#""pscale_pw_1""#);
    /// # Ok(())
    /// # }
    /// ```
    pub fn exposed<T>(write: impl FnOnce() -> T) -> T {
        struct Reset(bool);

        impl Drop for Reset {
            fn drop(&mut self) {
                IS_EXPOSED.set(self.0);
            }
        }

        let _reset = Reset(IS_EXPOSED.replace(true));
        write()
    }

    /// Calls a function as [`exposed`](Self::exposed) does, and gives the secrets that it serialized.
    pub(crate) fn collected<T>(write: impl FnOnce() -> T) -> (T, Vec<Self>) {
        struct Reset(Option<Vec<Secret>>);

        impl Drop for Reset {
            fn drop(&mut self) {
                SERIALIZED.replace(self.0.take());
            }
        }

        let _reset = Reset(SERIALIZED.replace(Some(Vec::new())));
        let value = Self::exposed(write);
        (value, SERIALIZED.take().unwrap_or_default())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// Takes the same time wherever two strings of one length differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.expose().as_bytes(), other.expose().as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }
}

impl Eq for Secret {}

/// Fails, except inside [`Secret::exposed`].
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !IS_EXPOSED.get() {
            return Err(serde::ser::Error::custom("a secret is serialized by `Secret::exposed` alone"));
        }
        SERIALIZED.with_borrow_mut(|all| all.iter_mut().for_each(|all| all.push(self.clone())));
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// A string.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}
