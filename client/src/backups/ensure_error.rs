//! Why it is not certain that there is a backup.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, Outcome, Unfinished};
use crate::generated::types::Backup;

/// Why [`ensure_backup`](crate::Client::ensure_backup) gave up.
#[derive(Debug)]
pub struct EnsureError {
    kind: Kind,
    searches: usize,
    creation_sent: bool,
}

#[derive(Debug)]
enum Kind {
    /// A call failed.
    Call(Box<Error>),
    /// Another backup of the branch was under way until the deadline.
    Busy(Box<Backup>, Duration),
    /// The deadline passed in the middle of something.
    Deadline(Duration),
}

impl EnsureError {
    /// Makes the error of a call that failed, for tests. `creation_sent`: whether the request that creates the backup
    /// was sent.
    pub fn new(error: Error, creation_sent: bool) -> Self {
        Self { kind: Kind::Call(Box::new(error)), searches: 0, creation_sent }
    }

    pub(super) fn busy(backup: Backup, after: Duration) -> Self {
        Self { kind: Kind::Busy(Box::new(backup), after), searches: 0, creation_sent: false }
    }

    pub(super) fn deadline(after: Duration, creation_sent: bool) -> Self {
        Self { kind: Kind::Deadline(after), searches: 0, creation_sent }
    }

    pub(super) fn after_searches(self, searches: usize) -> Self {
        Self { searches, ..self }
    }

    /// Tells whether the request that creates the backup was sent, or may have been, whatever the answer was. If
    /// `false`, nothing was changed: fix the cause; there is no new backup to look for. After the deadline, a request
    /// that was refused before does not count.
    pub fn creation_sent(&self) -> bool {
        self.creation_sent
    }

    /// Tells what is known of a backup of that name, whoever created it:
    ///
    /// - [`Outcome::NotApplied`]: this call created none; and there was none when it looked, if it did (an invalid
    ///   argument is found before).
    /// - [`Outcome::Unknown`]: the list could not be read, the creation was not answered and the backup not found, or
    ///   the deadline passed.
    /// - [`Outcome::Applied`]: it was created, but cannot be found, or has failed.
    pub fn outcome(&self) -> Outcome {
        match &self.kind {
            Kind::Busy(..) => Outcome::NotApplied,
            Kind::Deadline(_) => Outcome::Unknown,
            Kind::Call(error) if self.creation_sent => error.outcome(),
            // The list in which it would be could not be read.
            Kind::Call(_) if self.searches > 0 => Outcome::Unknown,
            Kind::Call(_) => Outcome::NotApplied,
        }
    }

    /// Tells whether the same call may be made again later, and may succeed then. It looks first, so that it creates no
    /// second backup.
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            Kind::Busy(..) | Kind::Deadline(_) => true,
            Kind::Call(error) => error.is_retryable() || self.creation_sent && error.outcome() != Outcome::NotApplied,
        }
    }

    /// Returns the error of the call that failed, if one did.
    pub fn call_error(&self) -> Option<&Error> {
        match &self.kind {
            Kind::Call(error) => Some(error),
            Kind::Busy(..) | Kind::Deadline(_) => None,
        }
    }

    /// Returns the backup that the branch was busy with until the deadline.
    pub fn busy_with(&self) -> Option<&Backup> {
        match &self.kind {
            Kind::Busy(backup, _) => Some(backup),
            Kind::Call(_) | Kind::Deadline(_) => None,
        }
    }

    /// Returns how often it searched for the backup before it gave up.
    pub fn searches(&self) -> usize {
        self.searches
    }
}

impl fmt::Display for EnsureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Call(error) => error.fmt(f),
            Kind::Busy(backup, after) => {
                let Backup { id, state, .. } = &**backup;
                write!(f, "nothing was created within the deadline of {after:?}: the branch is busy, ")?;
                write!(f, "backup {id} is {state}")
            }
            Kind::Deadline(after) if self.creation_sent => {
                write!(f, "the deadline of {after:?} passed: the backup may have been created; ensure it again")
            }
            Kind::Deadline(after) => write!(f, "the deadline of {after:?} passed: nothing was created"),
        }?;
        match self.searches {
            0 => Ok(()),
            1 => f.write_str("; the search for the backup did not succeed"),
            times => write!(f, "; {times} searches for the backup did not succeed"),
        }
    }
}

impl std::error::Error for EnsureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.call_error().and_then(std::error::Error::source)
    }
}

/// The error of a call that failed before anything was looked for stays what it is.
impl From<EnsureError> for Error {
    fn from(error: EnsureError) -> Self {
        match error {
            EnsureError { kind: Kind::Call(call), searches: 0, .. } => *call,
            error => Unfinished::of((error.outcome(), error.is_retryable()), error, |error| {
                error.downcast_ref::<EnsureError>().and_then(EnsureError::call_error)
            }),
        }
    }
}
