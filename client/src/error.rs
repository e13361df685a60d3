//! What can go wrong, by what the server has done.

mod body;
mod refused;
mod text;
mod unreadable;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

pub use self::body::ErrorDetail;
pub(crate) use self::body::without_bom;
pub use self::refused::Refused;
use self::text::excerpt;
pub(crate) use self::text::request_id;
pub(crate) use self::unreadable::Reason;
pub use self::unreadable::Unreadable;
use crate::operation::Operation;

/// Whether the server has done what it was asked for: whether a backup was made, changed or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The server accepted the request and acted on it, whatever went wrong afterwards.
    Applied,
    /// Nothing was changed.
    NotApplied,
    /// It is not known. List the backups of the branch before trying again.
    Unknown,
}

/// The error of every call into this crate.
///
/// The variants say how far the request came. [`outcome`](Self::outcome) says what that means for
/// the backup, [`is_retryable`](Self::is_retryable) whether the same call may be made again.
///
/// `Display` is one line without the cause, which is in [`source`](std::error::Error::source); `Debug` is
/// that line, and the causes below it.
/// No token appears in it, in `Debug` or in the sources, even where a server sends it back.
///
/// # Examples
/// ```
/// use planetscale_client::{Error, Outcome};
///
/// fn report(error: &Error) -> String {
///     match error {
///         // Yours to correct: the configuration, or an argument.
///         Error::Config(_) | Error::InvalidInput(_) => format!("fix the call: {error}"),
///         // No connection; the crate has tried again already.
///         Error::NotSent(_) => format!("try later: {error}"),
///         // The API said no.
///         Error::Refused(refused) => match refused.code() {
///             Some("not_found") => "no such branch, or no access to it".to_owned(),
///             _ => format!("refused with {}: {error}", refused.status()),
///         },
///         // The backup was made, but the answer cannot be read.
///         Error::Unreadable(answer) => match answer.id() {
///             Some(id) => format!("backup {id} was made"),
///             None => "a backup was made; look for it".to_owned(),
///         },
///         // Time-out or lost connection: look before you try again.
///         other if other.outcome() == Outcome::Unknown => format!("look first: {other}"),
///         other => other.to_string(),
///     }
/// }
/// # let error = planetscale_client::Client::builder().build().unwrap_err();
/// # assert!(report(&error).starts_with("fix the call"));
/// ```
#[non_exhaustive]
pub enum Error {
    /// The client cannot be built like this.
    Config(Message),
    /// An argument is missing or not valid. Nothing was sent.
    InvalidInput(Message),
    /// The request was not sent: no connection could be made.
    NotSent(Box<Failure>),
    /// It timed out. [`Error::outcome`] says what became of the request.
    Timeout(Box<Failure>),
    /// The connection broke after the request was, or may have been, sent.
    Interrupted(Box<Failure>),
    /// The API, or something in front of it, answered with a status that is no success. [`Error::outcome`] says
    /// whether it may have done it all the same: after a 5xx, a 408, a 302 or a 303 it may.
    Refused(Box<Refused>),
    /// The server accepted the request, but its answer cannot be read.
    Unreadable(Box<Unreadable>),
}

impl Error {
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::Config(Message(message.into()))
    }

    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::InvalidInput(Message(message.into()))
    }

    /// The status that the server answered with, where it answered.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refused) => Some(refused.status),
            Self::Unreadable(answer) => Some(answer.status),
            Self::Timeout(failure) | Self::Interrupted(failure) => failure.status,
            Self::Config(_) | Self::InvalidInput(_) | Self::NotSent(_) => None,
        }
    }

    /// The operation that failed, such as `create_backup`; nothing, where no call was made.
    pub fn operation(&self) -> Option<&'static str> {
        self.call().map(|operation| operation.id)
    }

    /// The server's id of the request, for the vendor's support, where it gave one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.request_id(),
            Self::Unreadable(answer) => answer.request_id(),
            _ => None,
        }
    }

    /// The API's own code for a refusal, such as `not_found` or `invalid_params`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.code(),
            _ => None,
        }
    }

    /// Whether the server has done what it was asked for.
    ///
    /// For an operation that only reads, [`Outcome::Applied`] means no more than that it was answered.
    pub fn outcome(&self) -> Outcome {
        match self {
            // The list in which it would be could not be read.
            _ if self.looked() > 0 && self.call().is_some_and(Operation::is_safe) => Outcome::Unknown,
            Self::Config(_) | Self::InvalidInput(_) | Self::NotSent(_) => Outcome::NotApplied,
            Self::Unreadable(_) => Outcome::Applied,
            Self::Timeout(failure) | Self::Interrupted(failure) => match failure.status {
                Some(status) if status.is_success() => Outcome::Applied,
                _ if !failure.is_sent => Outcome::NotApplied,
                _ => Outcome::Unknown,
            },
            // 408 comes from something in between that gave up; so may any 5xx. 303 is an answer to what was done
            // (RFC 9110, 15.4.4), and what else is no error of the client's says nothing.
            Self::Refused(refused) => match refused.status {
                StatusCode::REQUEST_TIMEOUT => Outcome::Unknown,
                status if status.is_client_error() => Outcome::NotApplied,
                // It is to be sent elsewhere, and so was not done here.
                StatusCode::MOVED_PERMANENTLY | StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {
                    Outcome::NotApplied
                }
                _ => Outcome::Unknown,
            },
        }
    }

    /// Whether the same call may be made again, later, with a hope of success and no risk of doing
    /// something twice.
    ///
    /// That is so where the request was not sent and where the API answered 429. For operations
    /// that only read it is also so for time-outs, lost connections, answers cut short and 5xx.
    ///
    /// A 422 (`unprocessable`) is not among them, but may pass as well: a branch can have only one manual
    /// backup running at a time, as the vendor's Terraform provider knows, and another one is refused
    /// until that is done.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotSent(_) => true,
            Self::Timeout(failure) | Self::Interrupted(failure) => failure.operation.is_safe() || !failure.is_sent,
            Self::Unreadable(answer) => matches!(answer.reason, Reason::CutShort(_)) && answer.operation.is_safe(),
            Self::Refused(refused) => {
                let transient = refused.status == StatusCode::REQUEST_TIMEOUT || refused.status.is_server_error();
                refused.status == StatusCode::TOO_MANY_REQUESTS || (transient && refused.operation.is_safe())
            }
            Self::Config(_) | Self::InvalidInput(_) => false,
        }
    }

    /// How long the server asked to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            _ => None,
        }
    }
}

impl Error {
    /// How often [`Client::ensure_backup`](crate::Client::ensure_backup) looked for the backup before it gave up
    /// with this error. Zero for every other call.
    pub fn looked(&self) -> usize {
        match self {
            Self::NotSent(failure) | Self::Timeout(failure) | Self::Interrupted(failure) => failure.looked,
            Self::Refused(refused) => refused.looked,
            Self::Unreadable(answer) => answer.looked,
            Self::Config(_) | Self::InvalidInput(_) => 0,
        }
    }

    /// The same error, after looking without success.
    pub(crate) fn having_looked(mut self, times: usize) -> Self {
        match &mut self {
            Self::NotSent(failure) | Self::Timeout(failure) | Self::Interrupted(failure) => failure.looked = times,
            Self::Refused(refused) => refused.looked = times,
            Self::Unreadable(answer) => answer.looked = times,
            Self::Config(_) | Self::InvalidInput(_) => {}
        }
        self
    }

    fn call(&self) -> Option<Operation> {
        match self {
            Self::NotSent(failure) | Self::Timeout(failure) | Self::Interrupted(failure) => Some(failure.operation),
            Self::Refused(refused) => Some(refused.operation),
            Self::Unreadable(answer) => Some(answer.operation),
            Self::Config(_) | Self::InvalidInput(_) => None,
        }
    }
}

/// What `fn main() -> Result<(), Error>` prints: the error on one line, then its causes.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        if cause.is_some() {
            f.write_str("\n\nCaused by:")?;
        }
        while let Some(error) = cause {
            write!(f, "\n    {}", excerpt(&error.to_string()))?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(message) => write!(f, "invalid configuration: {message}"),
            Self::InvalidInput(message) => write!(f, "invalid input, nothing was sent: {message}"),
            Self::NotSent(failure) => {
                write!(f, "{}: not sent, no connection could be made", failure.operation)
            }
            Self::Timeout(failure) => {
                write!(f, "{}: timed out after {:.1} s; ", failure.operation, failure.after.as_secs_f64())?;
                f.write_str(self.hint())
            }
            Self::Interrupted(failure) => {
                write!(f, "{}: the connection broke; ", failure.operation)?;
                f.write_str(self.hint())
            }
            Self::Refused(refused) => refused.fmt(f),
            Self::Unreadable(answer) => answer.fmt(f),
        }?;
        match self.looked() {
            0 => Ok(()),
            1 => f.write_str("; looked once, without success"),
            times => write!(f, "; looked {times} times, without success"),
        }
    }
}

impl Error {
    /// What a failure on the way means.
    fn hint(&self) -> &'static str {
        match self.outcome() {
            Outcome::Applied => "the server had accepted the request",
            Outcome::NotApplied => "nothing was done",
            Outcome::Unknown if self.looked() == 0 && self.call().is_some_and(Operation::is_safe) => {
                "it only reads, so it can be tried again"
            }
            Outcome::Unknown => "the outcome is unknown: check whether the server has acted before trying again",
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotSent(failure) | Self::Timeout(failure) | Self::Interrupted(failure) => {
                failure.source.as_deref().map(|e| e as _)
            }
            Self::Unreadable(answer) => Some(&answer.reason),
            Self::Config(_) | Self::InvalidInput(_) | Self::Refused(_) => None,
        }
    }
}

/// What is wrong with a configuration or an argument.
#[derive(Debug)]
pub struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request that came to nothing on the way.
#[derive(Debug)]
pub struct Failure {
    pub(crate) operation: Operation,
    /// The status, where the server had begun to answer.
    pub(crate) status: Option<StatusCode>,
    /// Whether the request was, or may have been, sent.
    pub(crate) is_sent: bool,
    /// How long it took to fail.
    pub(crate) after: Duration,
    /// How often `ensure_backup` looked for the result afterwards.
    pub(crate) looked: usize,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// The operation's id, such as `create_backup`.
    pub fn operation(&self) -> &str {
        self.operation.id
    }

    /// How long the whole operation took until it failed.
    pub fn after(&self) -> Duration {
        self.after
    }
}
