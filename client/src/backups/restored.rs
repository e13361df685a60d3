//! A branch that was restored, and waiting for it.

use std::time::Duration;

use super::refs::BranchRef;
use crate::client::Client;
use crate::generated::calls::GetBranch;
use crate::generated::types::DatabaseBranch;
use crate::made_good::MadeGood;
use crate::polling::Until;
use crate::response::Boxed;

/// How long a branch that was just restored, by this call or another one, may not be found yet.
const NOT_FOUND_FOR: Duration = Duration::from_secs(60);

/// A branch that was restored from a backup.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Restored {
    /// The branch, with its ID. Its state says whether it is ready.
    pub branch: DatabaseBranch,
    /// What it is addressed with: by the name that the server gave it, which may be written otherwise than the name that
    /// was asked for.
    pub branch_ref: BranchRef,
    /// Who created it, as far as that can be proved.
    pub created: Created,
    /// What the server calls the request that created it, or that it was found by, for a question to its support.
    pub request_id: Option<String>,
    /// What was made good of the branch, each with its place in it. See
    /// [`Response::made_good`](crate::Response::made_good).
    pub made_good: Vec<MadeGood>,
}

/// Who created a branch, as far as that can be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Created {
    /// This call: the answer to its own request had the branch's ID. Or this run, where the branch's name holds
    /// [its nonce](crate::RestoreBackup::nonce).
    ByThisRun,
    /// Not this call: the branch was there before.
    Before,
    /// It cannot be told. It was not there before, and is from the backup, but the answer to this call's request was
    /// lost: another job that restores the same backup to the same name at the same time makes one that looks the same.
    /// Do not delete it unasked.
    Unproven,
}

impl From<&Restored> for BranchRef {
    fn from(restored: &Restored) -> Self {
        restored.branch_ref.clone()
    }
}

/// A branch that can be waited for: what [`Client::restore_backup`] gives, a [`BranchRef`] or the handle of a branch, or
/// one [with an ID](BranchRef::with_id), which an answer has: `main.branch_ref().with_id(&created.id)`.
#[derive(Clone, Debug)]
pub struct AwaitedBranch {
    branch: BranchRef,
    id: Option<String>,
    is_new: bool,
}

impl BranchRef {
    /// This branch as long as it has this ID, for [`Client::wait_for_branch`]: another one that gets its name is not taken
    /// for it.
    pub fn with_id(&self, id: impl Into<String>) -> AwaitedBranch {
        AwaitedBranch { branch: self.clone(), id: Some(id.into()), is_new: false }
    }
}

impl From<BranchRef> for AwaitedBranch {
    fn from(branch: BranchRef) -> Self {
        Self { branch, id: None, is_new: false }
    }
}

impl From<&BranchRef> for AwaitedBranch {
    fn from(branch: &BranchRef) -> Self {
        branch.clone().into()
    }
}

impl From<&Restored> for AwaitedBranch {
    fn from(restored: &Restored) -> Self {
        Self { branch: restored.branch_ref.clone(), id: Some(restored.branch.id.clone()), is_new: true }
    }
}

impl From<Restored> for AwaitedBranch {
    fn from(restored: Restored) -> Self {
        (&restored).into()
    }
}

/// # Waiting for a branch
impl Client {
    /// Polls a branch as [`GetBranch::wait`] does, but for the first poll, which is at once. `.await` the result.
    ///
    /// The branch is who its ID says: where another one has its name, that is
    /// [`PollError::Another`](crate::PollError::Another), at once. A [`BranchRef`] alone has no ID, and is any branch of
    /// the name; [`BranchRef::with_id`] is for another process that goes on with what was stored.
    ///
    /// A branch that is not there is [`PollError::Poll`](crate::PollError::Poll). For what
    /// [`restore_backup`](Self::restore_backup) gave, a 404 means "not yet" during the first 60 seconds of the wait, unless
    /// [`not_found_for`](Until::not_found_for) says otherwise; for any other branch it ends the wait at once. Nobody documents
    /// how long a new branch may be unseen.
    pub fn wait_for_branch<'a>(&self, branch: impl Into<AwaitedBranch>) -> Until<'a, DatabaseBranch> {
        let AwaitedBranch { branch, id, is_new } = branch.into();
        let client = self.clone();
        let call = move |may_take: Duration| -> Boxed<'a, DatabaseBranch> {
            let (client, branch) = (client.clone(), branch.clone());
            let timeout = may_take.min(client.settings.timeout);
            Box::pin(async move { client.branch(branch).get_branch().timeout(timeout).send().await })
        };
        let wait = Until::known(call, GetBranch::WAIT).first_delay(Duration::ZERO);
        let wait = if is_new { wait.not_found_for(NOT_FOUND_FOR) } else { wait };
        match id {
            Some(id) => wait.only(id, |branch| &branch.id),
            None => wait,
        }
    }
}
