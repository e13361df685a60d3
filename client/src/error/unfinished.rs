//! An operation of several calls (wait, ensure, restore) that did not complete.

use std::error::Error as StdError;
use std::fmt;

use super::{Error, Outcome};

/// A task of several calls (a wait, an ensured backup, a restore) that was not completed: `?` converts a
/// [`WaitError`](crate::WaitError), an [`EnsureError`](crate::EnsureError) and the like into an
/// [`Error`](crate::Error) with this.
#[derive(Debug)]
pub struct Unfinished {
    pub(crate) outcome: Outcome,
    pub(crate) is_retryable: bool,
    error: Box<dyn StdError + Send + Sync>,
    call_error: CallError,
}

/// Finds in an error that of the call that failed.
type CallError = for<'e> fn(&'e (dyn StdError + Send + Sync + 'static)) -> Option<&'e Error>;

impl Unfinished {
    /// The error of a task. `call_error` is given that same error.
    pub(crate) fn of(
        (outcome, is_retryable): (Outcome, bool),
        error: impl StdError + Send + Sync + 'static,
        call_error: CallError,
    ) -> Error {
        Error::Unfinished(Box::new(Self { outcome, is_retryable, error: Box::new(error), call_error }))
    }

    /// Returns the error of the call that failed, if one did. Its status, code and so on are those of the whole.
    pub fn call_error(&self) -> Option<&Error> {
        (self.call_error)(self.get_ref())
    }

    /// Returns the original error, to be downcast.
    pub fn get_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.error
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl StdError for Unfinished {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
