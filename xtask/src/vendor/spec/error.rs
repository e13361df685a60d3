//! Where a text is no document.

use std::fmt;

use saphyr_parser::{Marker, ScanError};

/// A place in a text. Both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl From<Marker> for Place {
    fn from(marker: Marker) -> Self {
        Self { line: marker.line(), column: marker.col() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// Why a text is no document, and where.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what} at {at}")]
pub struct Error {
    /// What is wrong.
    pub what: String,
    /// Where it is wrong.
    pub at: Place,
}

impl From<ScanError> for Error {
    fn from(error: ScanError) -> Self {
        let what = error.info();
        // Some of its texts tell the place, too.
        Self { what: format!("not YAML or JSON: {what}"), at: (*error.marker()).into() }
    }
}

pub(super) fn error(what: impl Into<String>, at: Place) -> Error {
    Error { what: what.into(), at }
}
