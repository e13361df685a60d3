//! Why a backup was not restored.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, Outcome, Unfinished};
use crate::generated::types::{Backup, DatabaseBranch};

/// Why [`restore_backup`](crate::Client::restore_backup) gave up.
#[derive(Debug)]
pub struct RestoreError {
    kind: Kind,
    creation_sent: bool,
}

#[derive(Debug)]
enum Kind {
    /// A call failed.
    Call(Box<Error>),
    /// The backup cannot be restored, and why.
    Unusable(Box<Backup>, String),
    /// There is a branch of that name already, from elsewhere.
    Taken(Box<DatabaseBranch>),
    /// The deadline passed in the middle of something.
    Deadline(Duration),
}

impl RestoreError {
    /// One of a call that failed, such as a test of one's own wants. `creation_sent` is whether the request that creates
    /// the branch was sent.
    pub fn new(error: Error, creation_sent: bool) -> Self {
        Self { kind: Kind::Call(Box::new(error)), creation_sent }
    }

    pub(super) fn unusable(backup: Backup, why: String) -> Self {
        Self { kind: Kind::Unusable(Box::new(backup), why), creation_sent: false }
    }

    pub(super) fn taken(branch: DatabaseBranch, creation_sent: bool) -> Self {
        Self { kind: Kind::Taken(Box::new(branch)), creation_sent }
    }

    pub(super) fn deadline(after: Duration, creation_sent: bool) -> Self {
        Self { kind: Kind::Deadline(after), creation_sent }
    }

    /// Whether the request that creates the branch was, or may have been, sent, whatever it was answered.
    pub fn creation_sent(&self) -> bool {
        self.creation_sent
    }

    /// What is known of the branch that was to be restored:
    ///
    /// - [`Outcome::NotApplied`]: it was not created.
    /// - [`Outcome::Unknown`]: the creation was not answered, and the branch not found. It may come yet, and cost money.
    /// - [`Outcome::Applied`]: it was created, but is not to be found.
    pub fn outcome(&self) -> Outcome {
        match &self.kind {
            Kind::Unusable(..) | Kind::Taken(_) => Outcome::NotApplied,
            Kind::Deadline(_) if self.creation_sent => Outcome::Unknown,
            Kind::Call(error) if self.creation_sent => error.outcome(),
            Kind::Deadline(_) | Kind::Call(_) => Outcome::NotApplied,
        }
    }

    /// Whether the same call may be made again, later, with a hope of success. It looks first, so that no second branch
    /// is made.
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            Kind::Unusable(..) | Kind::Taken(_) => false,
            Kind::Deadline(_) => true,
            Kind::Call(error) => error.is_retryable() || self.creation_sent && error.outcome() != Outcome::NotApplied,
        }
    }

    /// The error of the call that failed.
    pub fn call_error(&self) -> Option<&Error> {
        match &self.kind {
            Kind::Call(error) => Some(error),
            _ => None,
        }
    }

    /// The backup that cannot be restored.
    pub fn unusable_backup(&self) -> Option<&Backup> {
        match &self.kind {
            Kind::Unusable(backup, _) => Some(backup),
            _ => None,
        }
    }

    /// The branch that has the name already, and was not touched.
    pub fn branch_in_the_way(&self) -> Option<&DatabaseBranch> {
        match &self.kind {
            Kind::Taken(branch) => Some(branch),
            _ => None,
        }
    }
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Call(error) => error.fmt(f),
            Kind::Unusable(backup, why) => write!(f, "nothing was restored: backup {} {why}", backup.id),
            Kind::Taken(branch) => write!(
                f,
                "nothing was restored: there is a branch {} ({}) that is not from this backup; it was left as it is",
                branch.name, branch.id
            ),
            Kind::Deadline(after) if self.creation_sent => {
                write!(f, "the deadline of {after:?} passed: the branch may have been created; restore it again")
            }
            Kind::Deadline(after) => write!(f, "the deadline of {after:?} passed: nothing was restored"),
        }
    }
}

impl std::error::Error for RestoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.call_error().and_then(std::error::Error::source)
    }
}

impl From<RestoreError> for Error {
    fn from(error: RestoreError) -> Self {
        Self::Unfinished(Box::new(Unfinished {
            outcome: error.outcome(),
            is_retryable: error.is_retryable(),
            error: Box::new(error),
        }))
    }
}
