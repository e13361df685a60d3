//! When something is polled, and when that is given up.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use serde::Serialize;
use tokio::time::Instant;

use super::end::End;
use super::seen::Seen;
use crate::error::{Error, Outcome, Unfinished};
use crate::response::Response;
use crate::retry::spread;

/// Longer means the same, and cannot be varied by a tenth: a year.
const LONGEST_INTERVAL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Why polling ended without what it waited for.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollError<T> {
    /// It ended in a failure: with a state that is one, or because of [`fails_if`](crate::Until::fails_if).
    Ended(Box<Response<T>>),
    /// It ended with a state that is neither success nor failure, and does not move on by itself.
    Stopped(Box<Response<T>>),
    /// Another resource has this name now.
    Another {
        /// The ID of what was waited for.
        expected: String,
        /// What has the name.
        found: Box<Response<T>>,
    },
    /// The deadline passed.
    TimedOut {
        /// What the last poll found, where one found something.
        last: Option<Box<Response<T>>>,
        /// Why the last poll found nothing, if it did not: also of one that the deadline has ended.
        error: Option<Box<Error>>,
        /// How long it was polled.
        after: Duration,
    },
    /// Polling failed: with a permanent error, such as 404, or too often in a row.
    Poll {
        /// What the last poll found that found something.
        last: Option<Box<Response<T>>>,
        /// Why the last poll found nothing.
        error: Box<Error>,
    },
}

impl<T> PollError<T> {
    /// Returns the last answer about what was waited for, if there was one.
    pub fn last(&self) -> Option<&Response<T>> {
        match self {
            Self::Ended(last) | Self::Stopped(last) => Some(last),
            Self::TimedOut { last, .. } | Self::Poll { last, .. } => last.as_deref(),
            Self::Another { .. } => None,
        }
    }

    /// Tells what is known of the resource itself. A failed poll changes nothing of that.
    ///
    /// - [`Outcome::NotApplied`]: it ended, but not as what was waited for.
    /// - [`Outcome::Unknown`]: it was not done yet, or could not be read. Poll it again.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Ended(_) | Self::Stopped(_) => Outcome::NotApplied,
            Self::Another { .. } | Self::TimedOut { .. } | Self::Poll { .. } => Outcome::Unknown,
        }
    }

    /// Returns the error of the call that failed, if one did.
    pub fn call_error(&self) -> Option<&Error> {
        match self {
            Self::Ended(_) | Self::Stopped(_) | Self::Another { .. } => None,
            Self::TimedOut { error, .. } => error.as_deref(),
            Self::Poll { error, .. } => Some(error),
        }
    }

    /// Tells whether polling once more may succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Ended(_) | Self::Stopped(_) | Self::Another { .. } => false,
            Self::TimedOut { .. } => true,
            Self::Poll { error, .. } => may_pass(error),
        }
    }
}

impl<T: Serialize> fmt::Display for PollError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(last) => write!(f, "{}: that is a failure", Seen::of(&***last).phrase("ended")),
            Self::Stopped(last) => {
                write!(f, "{}: that is neither success nor failure", Seen::of(&***last).phrase("ended"))
            }
            Self::Another { expected, found } => {
                write!(f, "{}: that is not the one that was waited for, whose ID is {expected}", Seen::of(&***found))
            }
            Self::TimedOut { last: Some(last), after, .. } => {
                write!(f, "timed out after {after:?}: {}", Seen::of(&***last).phrase("was last seen"))
            }
            Self::TimedOut { last: None, error, after } => {
                write!(f, "timed out after {after:?}: {} could not be read", asked(error.as_deref()))
            }
            Self::Poll { last: Some(last), .. } => {
                let seen = Seen::of(&***last).phrase("was last seen");
                write!(f, "polling failed; {seen}, and may still go on")
            }
            Self::Poll { last: None, error } => f.write_str(&unpolled(error, "whatever it is doing may still go on")),
        }
    }
}

/// What is said where no poll has found anything.
pub(crate) fn unpolled(error: &Error, otherwise: &str) -> String {
    let target = asked(Some(error));
    match error.status() {
        Some(StatusCode::NOT_FOUND) => {
            format!("polling {target} failed: it is not there, or the token may not read it")
        }
        _ => format!("polling {target} failed; {otherwise}"),
    }
}

/// What could not be read, by its path.
pub(crate) fn asked(error: Option<&Error>) -> &str {
    error.and_then(Error::target).unwrap_or("it")
}

impl<T: fmt::Debug + Serialize> std::error::Error for PollError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.call_error().map(|error| error as _)
    }
}

impl<T: fmt::Debug + Serialize + Send + Sync + 'static> From<PollError<T>> for Error {
    fn from(error: PollError<T>) -> Self {
        Unfinished::of((error.outcome(), error.is_retryable()), error, |error| {
            error.downcast_ref::<PollError<T>>().and_then(PollError::<T>::call_error)
        })
    }
}

/// What a poll has found.
pub(crate) enum PollState {
    /// It has ended.
    Ended(End),
    /// Another thing than the one of this ID.
    Another(String),
    /// It has not ended yet.
    Pending,
}

/// When something is polled.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) first_delay: Duration,
    pub(crate) interval: Duration,
    pub(crate) deadline: Duration,
    pub(crate) max_consecutive_errors: usize,
    /// How long 404 means that it is not there yet.
    pub(crate) not_found_for: Duration,
}

/// How long the deadline waits for a poll to end by itself, so that its own error tells why it found nothing.
const A_MOMENT: Duration = Duration::from_secs(1);

/// An interval, give or take a tenth, so that clients do not poll in step.
pub(crate) fn varied(interval: Duration) -> Duration {
    interval.min(LONGEST_INTERVAL).mul_f64(0.9 + 0.2 * fastrand::f64())
}

impl Schedule {
    /// Polls until it is classified as done, and gives the whole of the last answer. Each poll is told how long it may
    /// take.
    pub(crate) async fn follow<T, F>(
        self,
        mut poll: impl FnMut(Duration) -> F + Send,
        mut classify: impl FnMut(&T) -> PollState + Send,
    ) -> Result<Response<T>, PollError<T>>
    where
        T: Send,
        F: Future<Output = Result<Response<T>, Error>> + Send,
    {
        let start = Instant::now();
        let left = || self.deadline.saturating_sub(start.elapsed());
        let (mut last, mut failure, mut failures) = (None, None, 0);
        // Where the first poll would come too late, there is one at the end, with a timeout of its own.
        let is_late = self.first_delay >= self.deadline;
        tokio::time::sleep(self.first_delay.min(self.deadline)).await;
        let mut may_take = if is_late { Duration::MAX } else { left() };
        loop {
            let found = match tokio::time::timeout(may_take.saturating_add(A_MOMENT), poll(may_take)).await {
                Ok(found) => found,
                Err(_) => return Err(PollError::TimedOut { last, error: failure, after: self.deadline }),
            };
            let mut delay = varied(self.interval);
            match found {
                Ok(found) => {
                    (failure, failures) = (None, 0);
                    match classify(&found) {
                        PollState::Ended(End::Success) => return Ok(found),
                        PollState::Ended(End::Failure) => return Err(PollError::Ended(Box::new(found))),
                        PollState::Ended(End::Neither) => return Err(PollError::Stopped(Box::new(found))),
                        PollState::Another(expected) => {
                            return Err(PollError::Another { expected, found: Box::new(found) });
                        }
                        PollState::Pending => last = Some(Box::new(found)),
                    }
                }
                Err(error) if is_not_found(&error) && start.elapsed() <= self.not_found_for => {
                    failure = Some(Box::new(error));
                }
                // The deadline has ended it.
                Err(error) if may_pass(&error) && left().is_zero() => failure = Some(Box::new(error)),
                Err(error) if may_pass(&error) && failures < self.max_consecutive_errors => {
                    failures += 1;
                    // What the server asks for is more than the interval, or else it makes no difference.
                    if let Some(asked) = error.retry_after().filter(|asked| *asked > delay) {
                        delay = spread(asked, delay, self.deadline.saturating_sub(start.elapsed()));
                    }
                    failure = Some(Box::new(error));
                }
                Err(error) => return Err(PollError::Poll { last, error: Box::new(error) }),
            }
            if delay >= left() {
                tokio::time::sleep(left()).await;
                return Err(PollError::TimedOut { last, error: failure, after: start.elapsed() });
            }
            tokio::time::sleep(delay).await;
            may_take = left();
        }
    }
}

fn is_not_found(error: &Error) -> bool {
    error.status() == Some(StatusCode::NOT_FOUND)
}

/// Whether the next poll may find more. Something in between may have answered: with a page in HTML,
/// with nothing, or with half of an answer.
pub(crate) fn may_pass(error: &Error) -> bool {
    error.is_retryable() || matches!(error, Error::Unreadable(_))
}
