//! When something is polled, and when that is given up.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Outcome, Unfinished};
use crate::response::Response;
use crate::retry::spread;

/// Longer means the same, and cannot be varied by a tenth: a year.
const LONGEST_INTERVAL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Why what was polled for did not come.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollError<T> {
    /// It came to an end that is a failure, by [`fails_if`](crate::Until::fails_if).
    Ended(Box<Response<T>>),
    /// The deadline passed.
    TimedOut {
        /// What the last poll found, where one found something.
        last: Option<Box<Response<T>>>,
        /// Why the last poll found nothing, where it did not.
        error: Option<Box<Error>>,
        /// How long it was polled.
        after: Duration,
    },
    /// It could not be polled: with an error that will not pass, such as that it is there no more, or too often in a
    /// row.
    Poll(Box<Error>),
}

impl<T> PollError<T> {
    /// What the last poll found, where one found something.
    pub fn last(&self) -> Option<&Response<T>> {
        match self {
            Self::Ended(last) => Some(last),
            Self::TimedOut { last, .. } => last.as_deref(),
            Self::Poll(_) => None,
        }
    }

    /// What is known of the thing itself: a poll that failed changes nothing of it.
    ///
    /// - [`Outcome::NotApplied`]: it came to nothing.
    /// - [`Outcome::Unknown`]: it was not done yet, or could not be read. Poll it again.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Ended(_) => Outcome::NotApplied,
            Self::TimedOut { .. } | Self::Poll(_) => Outcome::Unknown,
        }
    }

    /// Whether it may be polled once more with a hope of success.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Ended(_) => false,
            Self::TimedOut { .. } => true,
            Self::Poll(error) => may_pass(error),
        }
    }
}

impl<T> fmt::Display for PollError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(_) => f.write_str("it came to an end that is a failure"),
            Self::TimedOut { last: Some(_), after, .. } => {
                write!(f, "timed out after {after:?}: it was not yet what was waited for")
            }
            Self::TimedOut { last: None, after, .. } => write!(f, "timed out after {after:?}: it could not be read"),
            Self::Poll(_) => f.write_str("it cannot be polled; it may go on all the same"),
        }
    }
}

impl<T: fmt::Debug> std::error::Error for PollError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Ended(_) => None,
            Self::TimedOut { error, .. } => error.as_deref().map(|e| e as _),
            Self::Poll(error) => Some(error),
        }
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> From<PollError<T>> for Error {
    fn from(error: PollError<T>) -> Self {
        Self::Unfinished(Box::new(Unfinished {
            outcome: error.outcome(),
            is_retryable: error.is_retryable(),
            error: Box::new(error),
        }))
    }
}

/// What a poll has found.
pub(crate) enum Judged {
    /// What was waited for.
    Done,
    /// An end that is a failure.
    Failed,
    /// Neither.
    Pending,
}

/// When something is polled.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) first_delay: Duration,
    pub(crate) interval: Duration,
    pub(crate) deadline: Duration,
    pub(crate) max_consecutive_errors: usize,
}

/// An interval, give or take a tenth, so that clients do not poll in step.
pub(crate) fn varied(interval: Duration) -> Duration {
    interval.min(LONGEST_INTERVAL).mul_f64(0.9 + 0.2 * fastrand::f64())
}

impl Schedule {
    /// Polls until it is judged to be done, and gives the whole of the last answer.
    pub(crate) async fn follow<T, F>(
        self,
        mut poll: impl FnMut() -> F + Send,
        mut judge: impl FnMut(&T) -> Judged + Send,
    ) -> Result<Response<T>, PollError<T>>
    where
        T: Send,
        F: Future<Output = Result<Response<T>, Error>> + Send,
    {
        let start = Instant::now();
        let (mut last, mut failure, mut failures) = (None, None, 0);
        let mut delay = self.first_delay;
        loop {
            let left = self.deadline.saturating_sub(start.elapsed());
            // The deadline holds for the polls as well, however long a server takes to answer.
            let next = async {
                tokio::time::sleep(delay).await;
                poll().await
            };
            let Ok(found) = tokio::time::timeout(left, next).await else {
                return Err(PollError::TimedOut { last, error: failure, after: start.elapsed() });
            };
            delay = varied(self.interval);
            match found {
                Ok(found) => {
                    (failure, failures) = (None, 0);
                    match judge(&found) {
                        Judged::Done => return Ok(found),
                        Judged::Failed => return Err(PollError::Ended(Box::new(found))),
                        Judged::Pending => last = Some(Box::new(found)),
                    }
                }
                Err(error) if may_pass(&error) && failures < self.max_consecutive_errors => {
                    failures += 1;
                    // What the server asks for is more than the interval, or else it makes no difference.
                    if let Some(asked) = error.retry_after().filter(|asked| *asked > delay) {
                        delay = spread(asked, delay, self.deadline.saturating_sub(start.elapsed()));
                    }
                    failure = Some(Box::new(error));
                }
                Err(error) => return Err(PollError::Poll(Box::new(error))),
            }
        }
    }
}

/// Whether the next poll may find more. Something in between may have answered: with a page in HTML,
/// with nothing, or with half of an answer.
pub(crate) fn may_pass(error: &Error) -> bool {
    error.is_retryable() || matches!(error, Error::Unreadable(_))
}
