//! A request that no answer came to.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use super::{Error, Outcome};
use crate::operation::Operation;

/// No complete response was received.
#[derive(Debug)]
pub struct Unanswered {
    pub(crate) operation: Operation,
    /// The path that was asked for.
    pub(crate) target: Option<Box<str>>,
    /// The status, where the server had begun to answer.
    pub(crate) status: Option<StatusCode>,
    /// How far it came.
    pub(crate) how: How,
    /// How long it took to fail.
    pub(crate) after: Duration,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// How far a request came that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// There was no connection.
    NotSent,
    /// It took too long.
    TimedOut,
    /// The connection broke.
    Interrupted,
}

impl Unanswered {
    /// Returns the operation's ID, such as `create_backup`.
    pub fn operation(&self) -> &str {
        self.operation.id
    }

    /// Returns the path of the request, as it was sent.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns how long the whole operation took until it failed.
    pub fn after(&self) -> Duration {
        self.after
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self.status {
            Some(status) if status.is_success() => Outcome::Applied,
            _ if self.how == How::NotSent => Outcome::NotApplied,
            _ => Outcome::Unknown,
        }
    }

    pub(super) fn by_hand(operation: Operation, how: How, after: Duration) -> Error {
        Self { operation, target: None, status: None, how, after, source: None }.into_error()
    }

    pub(crate) fn into_error(self) -> Error {
        match self.how {
            How::NotSent => Error::NotSent(Box::new(self)),
            How::TimedOut => Error::Timeout(Box::new(self)),
            How::Interrupted => Error::Interrupted(Box::new(self)),
        }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.how {
            How::NotSent => return write!(f, "{}: not sent, no connection could be made", self.operation),
            How::TimedOut => write!(f, "{}: timed out after {:.1} s; ", self.operation, self.after.as_secs_f64())?,
            How::Interrupted => write!(f, "{}: the connection broke; ", self.operation)?,
        }
        f.write_str(match self.outcome() {
            Outcome::Applied => "the server had accepted the request",
            Outcome::NotApplied => "nothing was done",
            Outcome::Unknown if self.operation.is_safe() => "it only reads, so it can be tried again",
            Outcome::Unknown => "the outcome is unknown: check whether the server has acted before trying again",
        })
    }
}

impl StdError for Unanswered {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
