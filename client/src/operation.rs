//! Metadata of an operation: its id, method and path template.

use std::fmt;

/// An operation of the API: what an [`Error`](crate::Error) is about.
///
/// Those that the crate offers are constants, such as
/// [`calls::CreateBackup::OPERATION`](crate::calls::CreateBackup::OPERATION).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// Whether it wants no credentials, and so gets none.
    pub(crate) is_public: bool,
}

impl Operation {
    /// Describes an operation by its operationId, its method in capitals, and its path's template.
    pub const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path, is_public: false }
    }

    /// The same operation, which wants no credentials.
    #[allow(dead_code, reason = "called where the spec has such an operation")]
    pub(crate) const fn public(self) -> Self {
        Self { is_public: true, ..self }
    }

    /// Returns its operationId, such as `create_backup`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Returns its method, in capitals.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// Returns its path's template, such as `/organizations/{organization}`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Whether it only reads (RFC 9110, 9.2.1), so that it may be sent any number of times.
    pub fn is_safe(&self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}
