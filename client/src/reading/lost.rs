//! Why a value cannot be read, and where it stands.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::session;

/// Why a value cannot be read. It never shows the value, which may be secret.
///
/// `Display` is the reason; with `#` the path is in front of it.
#[derive(Debug)]
pub(crate) struct Lost {
    path: Option<String>,
    what: String,
}

impl Lost {
    fn new(what: String, missing: Option<&str>) -> Self {
        Self { path: session::failed(missing), what }
    }

    /// Where the value stands, such as `data[1].id`. Nothing for the whole.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) if f.alternate() => write!(f, "{path}: {}", self.what),
            _ => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for Lost {}

/// What kind of a value was found.
fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "list",
        Unexpected::Map => "object",
        _ => "value",
    }
}

impl Error for Lost {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::new(what.to_string(), None)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid type: {}, expected {expected}", kind(&found)), None)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("invalid value: {}, expected {expected}", kind(&found)), None)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown value, expected one of {}", expected.join(", ")), None)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(format!("missing field `{name}`"), Some(name))
    }
}
