//! An operation of several calls (wait, ensure, restore) that did not complete.

use std::error::Error as StdError;
use std::fmt;

use super::Outcome;

/// Several calls that make one task (a wait, an ensured backup, a restore), which was not completed: what a [`WaitError`](crate::WaitError) or an
/// [`EnsureError`](crate::EnsureError) becomes where it is made an [`Error`](crate::Error).
#[derive(Debug)]
pub struct Unfinished {
    pub(crate) outcome: Outcome,
    pub(crate) is_retryable: bool,
    pub(crate) error: Box<dyn StdError + Send + Sync>,
}

impl Unfinished {
    /// The error that it was, to be downcast.
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
