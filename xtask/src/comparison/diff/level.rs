//! How bad a change is, and who sends what it is about.

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
