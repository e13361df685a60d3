//! Errors, classified by whether the server has acted.

mod body;
mod refused;
mod text;
mod unanswered;
mod unfinished;
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
pub(crate) use self::unanswered::How;
pub use self::unanswered::Unanswered;
pub use self::unfinished::Unfinished;
pub use self::unreadable::Unreadable;
pub(crate) use self::unreadable::{PageAt, Reason};
use crate::generated::types::error::ConversionError;
use crate::operation::Operation;

/// Whether the server did what it was asked to: created, changed or deleted something.
///
/// Of a wait it says whether what was waited for has come: see [`WaitError::outcome`](crate::WaitError::outcome) and
/// [`PollError::outcome`](crate::PollError::outcome).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The server accepted the request and acted on it, whatever went wrong afterwards.
    Applied,
    /// Nothing was changed.
    NotApplied,
    /// It is unknown whether the server acted. Check the resource before you retry.
    Unknown,
}

/// The error of every call into this crate.
///
/// The variants say how far the request came. [`outcome`](Self::outcome) says what that means for
/// the resource, [`is_retryable`](Self::is_retryable) whether the same call may be made again.
///
/// `Display` is one line without the cause, which is in [`source`](std::error::Error::source); `Debug` is
/// that line, followed by the path of the request and the causes. No token appears in any of them, even if the server
/// sends it back.
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
///         // The API refused it.
///         Error::Refused(refused) => match refused.code() {
///             Some("not_found") => "no such branch, or no access to it".to_owned(),
///             _ => format!("refused with {}: {error}", refused.status()),
///         },
///         // The server has acted, but the answer cannot be read.
///         Error::Unreadable(answer) if answer.id().is_some() => format!("done, with the ID {:?}", answer.id()),
///         other if other.outcome() == Outcome::Applied => "done; look at what it is now".to_owned(),
///         // Timeout, lost connection, or a proxy's page: look before you try again.
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
    Config(Invalid),
    /// An argument is missing or not valid. Nothing was sent.
    InvalidInput(Invalid),
    /// The request was not sent: no connection could be made.
    NotSent(Box<Unanswered>),
    /// It timed out. [`Error::outcome`] says what became of the request.
    Timeout(Box<Unanswered>),
    /// The connection broke after the request was, or may have been, sent.
    Interrupted(Box<Unanswered>),
    /// The API, or something in front of it, answered with a status that is not a success. [`Error::outcome`] says
    /// whether the server may have acted all the same: after a 5xx, a 408, a 302 or a 303 it may.
    Refused(Box<Refused>),
    /// The answer is a success, but cannot be read. The server has acted, unless the body is neither empty nor JSON:
    /// then a proxy may have answered, and [`Error::outcome`] is [`Outcome::Unknown`].
    Unreadable(Box<Unreadable>),
    /// A task of several calls, such as a wait, was not completed.
    Unfinished(Box<Unfinished>),
}

impl Error {
    /// Returns the status that the server answered with, if it answered.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refused) => Some(refused.status),
            Self::Unreadable(answer) => Some(answer.status),
            Self::Timeout(request) | Self::Interrupted(request) => request.status,
            Self::Unfinished(task) => task.call_error()?.status(),
            Self::Config(_) | Self::InvalidInput(_) | Self::NotSent(_) => None,
        }
    }

    /// Returns the ID of the operation that failed, such as `create_backup`, or `None` if no call was made.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::NotSent(request) | Self::Timeout(request) | Self::Interrupted(request) => Some(request.operation.id),
            Self::Refused(refused) => Some(refused.operation.id),
            Self::Unreadable(answer) => Some(answer.operation.id),
            Self::Unfinished(task) => task.call_error()?.operation(),
            Self::Config(_) | Self::InvalidInput(_) => None,
        }
    }

    /// Returns the path of the request, as it was sent: it shows which organization, database and branch it was for.
    /// `None` if nothing was sent, or the error was made by hand.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::NotSent(request) | Self::Timeout(request) | Self::Interrupted(request) => request.target(),
            Self::Refused(refused) => refused.target(),
            Self::Unreadable(answer) => answer.target(),
            Self::Unfinished(task) => task.call_error()?.target(),
            Self::Config(_) | Self::InvalidInput(_) => None,
        }
    }

    /// Returns the server's ID of the request, for the vendor's support, if the server gave one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.request_id(),
            Self::Unreadable(answer) => answer.request_id(),
            Self::Unfinished(task) => task.call_error()?.request_id(),
            _ => None,
        }
    }

    /// Returns the API's own code for a refusal, such as `not_found` or `invalid_params`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Unfinished(task) => task.call_error()?.code(),
            _ => None,
        }
    }

    /// Tells whether the server did what it was asked to.
    ///
    /// For an operation that only reads, [`Outcome::Applied`] means only that the server answered.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Config(_) | Self::InvalidInput(_) => Outcome::NotApplied,
            Self::Unreadable(answer) if answer.is_of_the_api() => Outcome::Applied,
            Self::Unreadable(_) => Outcome::Unknown,
            Self::NotSent(request) | Self::Timeout(request) | Self::Interrupted(request) => request.outcome(),
            Self::Unfinished(unfinished) => unfinished.outcome,
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

    /// Tells whether the same call may be made again later without the risk of doing something twice.
    ///
    /// It may if the request was not sent, or if the API answered 429. An operation that only reads may also be called
    /// again after timeouts, lost connections, answers cut short, 408, and 5xx other than 501.
    ///
    /// A 422 (`unprocessable`) is not among them, but a later call may succeed: a branch can have only one manual
    /// backup running at a time (so the vendor's Terraform provider), and another one is refused until that is done.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotSent(_) => true,
            Self::Timeout(request) | Self::Interrupted(request) => request.operation.is_safe(),
            Self::Unfinished(unfinished) => unfinished.is_retryable,
            Self::Unreadable(answer) => matches!(answer.reason, Reason::CutShort(_)) && answer.operation.is_safe(),
            Self::Refused(refused) => {
                // What a server does not know how to do (501) it does not know later.
                let fails = refused.status.is_server_error() && refused.status != StatusCode::NOT_IMPLEMENTED;
                let transient = refused.status == StatusCode::REQUEST_TIMEOUT || fails;
                refused.status == StatusCode::TOO_MANY_REQUESTS || (transient && refused.operation.is_safe())
            }
            Self::Config(_) | Self::InvalidInput(_) => false,
        }
    }

    /// Returns how long the server asked to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            Self::Unfinished(task) => task.call_error()?.retry_after(),
            _ => None,
        }
    }
}

/// # Errors by hand
///
/// Each kind of error can be made without a server, for tests of the code that handles it: with these functions, or
/// from a [`Refused`] or an [`Unreadable`].
impl Error {
    /// Makes an [`Error::Config`].
    pub fn config(message: impl Into<String>) -> Self {
        Self::Config(Invalid(message.into()))
    }

    /// Makes an [`Error::InvalidInput`].
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::InvalidInput(Invalid(message.into()))
    }

    /// Makes an [`Error::NotSent`].
    pub fn not_sent(operation: Operation) -> Self {
        Unanswered::by_hand(operation, How::NotSent, Duration::ZERO)
    }

    /// Makes an [`Error::Timeout`] that came after some time.
    pub fn timeout(operation: Operation, after: Duration) -> Self {
        Unanswered::by_hand(operation, How::TimedOut, after)
    }

    /// Makes an [`Error::Interrupted`].
    pub fn interrupted(operation: Operation) -> Self {
        Unanswered::by_hand(operation, How::Interrupted, Duration::ZERO)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<Unreadable> for Error {
    fn from(answer: Unreadable) -> Self {
        Self::Unreadable(Box::new(answer))
    }
}

/// Lets `?` convert the error of a request's builder that ends with `try_into()`.
impl From<ConversionError> for Error {
    fn from(error: ConversionError) -> Self {
        Self::invalid_input(error.to_string())
    }
}

/// Writes what `fn main() -> Result<(), Error>` prints: the error on one line, then the path of the request, and the
/// causes.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        if let Some(target) = self.target() {
            write!(f, "\n\nAsked for:\n    {}", excerpt(target))?;
        }
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
            Self::Config(why) => write!(f, "invalid configuration: {why}"),
            Self::InvalidInput(why) => write!(f, "invalid input, nothing was sent: {why}"),
            Self::NotSent(request) | Self::Timeout(request) | Self::Interrupted(request) => request.fmt(f),
            Self::Refused(refused) => refused.fmt(f),
            Self::Unreadable(answer) => answer.fmt(f),
            Self::Unfinished(unfinished) => unfinished.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotSent(request) | Self::Timeout(request) | Self::Interrupted(request) => request.source(),
            Self::Unreadable(answer) => answer.source(),
            Self::Unfinished(unfinished) => unfinished.source(),
            Self::Config(_) | Self::InvalidInput(_) | Self::Refused(_) => None,
        }
    }
}

/// What is wrong with a configuration or an argument.
#[derive(Debug)]
pub struct Invalid(String);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Invalid {}
