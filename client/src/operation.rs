//! What is known of an operation when its request is sent.

use std::fmt;

/// An operation of the spec.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    /// The path's template.
    pub(crate) path: &'static str,
    /// Whether it wants no credentials, and so gets none.
    pub(crate) is_public: bool,
}

impl Operation {
    /// Whether it only reads (RFC 9110, 9.2.1), so that it may be sent any number of times.
    pub(crate) fn is_safe(self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}
