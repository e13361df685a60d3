//! Why a document cannot be read, and where.

use std::fmt;

use saphyr_parser::{Marker, ScanError};

/// A place in a text. Both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        Self { line: marker.line(), column: marker.col() + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// Why a document cannot be read, and at which position.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what} at {at}")]
pub struct Error {
    /// What is wrong.
    pub what: String,
    /// Where it is wrong.
    pub at: Position,
}

impl From<ScanError> for Error {
    fn from(error: ScanError) -> Self {
        let what = error.info();
        // Some of its texts tell the place, too.
        Self { what: format!("not YAML or JSON: {what}"), at: (*error.marker()).into() }
    }
}

pub(super) fn error(what: impl Into<String>, at: Position) -> Error {
    Error { what: what.into(), at }
}
