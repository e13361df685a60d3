//! Why a backup was not restored.

use std::fmt;
use std::time::Duration;

use super::refs::BranchRef;
use crate::error::{Error, Outcome, Unfinished};
use crate::generated::types::{Backup, DatabaseBranch};
use crate::polling::may_pass;

/// Why [`restore_backup`](crate::Client::restore_backup) gave up.
#[derive(Debug)]
pub struct RestoreError {
    kind: Kind,
    creation_sent: bool,
    outcome: Outcome,
    /// The branch that was wanted.
    wanted: Option<Box<BranchRef>>,
    id: Option<String>,
    unclear: Option<Box<DatabaseBranch>>,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// A call failed.
    Call(Box<Error>),
    /// The backup cannot be restored, and why.
    Unusable(Box<Backup>, String),
    /// There is a branch of that name already, from elsewhere.
    Taken(Box<DatabaseBranch>),
    /// There is a branch of that name, and nobody says what from; and what the creation ended with.
    Unclear(Option<Box<Error>>),
    /// The deadline passed in the middle of something.
    Deadline(Duration),
}

impl RestoreError {
    /// Makes the error of a call that failed, for tests. `creation_sent`: whether the request that creates the branch
    /// was sent.
    pub fn new(error: Error, creation_sent: bool) -> Self {
        let outcome = if creation_sent { error.outcome() } else { Outcome::NotApplied };
        Self::ended(Kind::Call(Box::new(error)), creation_sent, outcome)
    }

    pub(super) fn ended(kind: Kind, creation_sent: bool, outcome: Outcome) -> Self {
        Self { kind, creation_sent, outcome, wanted: None, id: None, unclear: None }
    }

    pub(super) fn of(self, wanted: BranchRef) -> Self {
        Self { wanted: Some(Box::new(wanted)), ..self }
    }

    pub(super) fn seen(self, id: Option<String>, unclear: Option<DatabaseBranch>) -> Self {
        Self { id, unclear: unclear.map(Box::new), ..self }
    }

    /// Tells whether the request that creates the branch was sent, or may have been, whatever the answer was.
    pub fn creation_sent(&self) -> bool {
        self.creation_sent
    }

    /// Tells what is known of a branch of that name from this backup, whether this call created it or an earlier one:
    ///
    /// - [`Outcome::NotApplied`]: this call created none; and there was none when it looked, if it did.
    /// - [`Outcome::Unknown`]: there may be one, or it may appear later, and cost money: the creation was not answered,
    ///   the branches could not be read, or there is [one](Self::unclear_branch) whose origin the API does not say.
    /// - [`Outcome::Applied`]: this call created it, with [this ID](Self::id), but it cannot be found.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Tells whether the same call may be made again later, and may succeed then. It looks first, so that it creates no
    /// second branch.
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            Kind::Unusable(..) | Kind::Taken(_) => false,
            Kind::Unclear(_) | Kind::Deadline(_) => true,
            Kind::Call(error) => match self.creation_sent {
                true => error.is_retryable() || error.outcome() != Outcome::NotApplied,
                false => may_pass(error),
            },
        }
    }

    /// Returns the error of the call that failed, if one did.
    pub fn call_error(&self) -> Option<&Error> {
        match &self.kind {
            Kind::Call(error) | Kind::Unclear(Some(error)) => Some(error),
            _ => None,
        }
    }

    /// Returns the backup that cannot be restored.
    pub fn unusable_backup(&self) -> Option<&Backup> {
        match &self.kind {
            Kind::Unusable(backup, _) => Some(backup),
            _ => None,
        }
    }

    /// Returns the branch that has the name already and is not from this backup. It was not touched.
    pub fn branch_in_the_way(&self) -> Option<&DatabaseBranch> {
        match &self.kind {
            Kind::Taken(branch) => Some(branch),
            _ => None,
        }
    }

    /// Returns a branch of that name for which the API does not (yet) say whether it was restored from this backup. It
    /// was not touched.
    pub fn unclear_branch(&self) -> Option<&DatabaseBranch> {
        self.unclear.as_deref()
    }

    /// Returns the ID of the branch that this call created, if only the ID of the answer could be read.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Call(error) => error.fmt(f)?,
            Kind::Unusable(backup, why) => write!(f, "backup {} {why}", backup.id)?,
            Kind::Taken(branch) => {
                write!(f, "there is a branch {} ({}) that is not from this backup", branch.name, branch.id)?;
                f.write_str("; it was left as it is")?;
            }
            Kind::Unclear(error) => {
                f.write_str("the API does not say whether the branch that is there is from this backup")?;
                if let Some(error) = error {
                    write!(f, "; the creation ended with: {error}")?;
                }
            }
            Kind::Deadline(after) => write!(f, "the deadline of {after:?} passed")?,
        }
        let Some(wanted) = &self.wanted else { return Ok(()) };
        match (self.outcome, &self.id, &self.unclear) {
            (Outcome::NotApplied, ..) => write!(f, "; {wanted} was not restored"),
            (_, Some(id), _) => write!(f, "; {wanted} ({id}) was created, but was not found afterwards"),
            (_, None, Some(branch)) => {
                write!(f, "; there is {} ({}), {}, which may be {wanted}", branch.name, branch.id, branch.state)
            }
            _ if self.creation_sent => write!(f, "; {wanted} may have been created, but was not found"),
            _ => write!(f, "; nothing was sent; it is unknown whether {wanted} exists"),
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
        Unfinished::of((error.outcome(), error.is_retryable()), error, |error| {
            error.downcast_ref::<RestoreError>().and_then(RestoreError::call_error)
        })
    }
}
