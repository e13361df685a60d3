//! What the engine says.

use std::fmt;

use serde::Serialize;

/// How bad a change is for those who use the old document. Ordered from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
pub enum Level {
    /// Only a reader sees it.
    Doc,
    /// Compatible.
    Info,
    /// Breaks some.
    Warn,
    /// Breaks.
    Err,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Doc => "DOC",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Err => "ERR",
        })
    }
}

/// Who sends what has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client sends it.
    Request,
    /// The server sends it.
    Response,
    /// It belongs to the operation or to the document.
    None,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Finding {
    /// What kind of change it is, in oasdiff's vocabulary.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// Who sends what has changed.
    pub direction: Direction,
    /// Method and path of the operation, the first where there are several, or nothing for the document
    /// as a whole.
    pub operation: Option<String>,
    /// All operations that it counts for, in the order of the old document. What they share is
    /// reported once.
    pub operations: Vec<String>,
    /// Where it is in the old document, as a JSON pointer; for what is new, where it would be.
    pub old_pointer: String,
    /// Where it is in the new document; for what is gone, where it was.
    pub new_pointer: String,
    /// A sentence with the old and the new value.
    pub message: String,
}
