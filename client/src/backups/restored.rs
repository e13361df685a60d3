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
    /// The reference to the branch, with the name as the server wrote it, which may differ from the name in the
    /// request.
    pub branch_ref: BranchRef,
    /// Who created it, as far as that can be proved.
    pub created: Created,
    /// The server's ID of the request that created or found it, for the vendor's support.
    pub request_id: Option<String>,
    /// What was repaired of the branch, each with its JSON pointer in it. See
    /// [`Response::made_good`](crate::Response::made_good).
    pub made_good: Vec<MadeGood>,
}

/// Who created a branch, as far as that can be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Created {
    /// This call, as the answer to its own request had the branch's ID; or this run, as the branch's name contains
    /// [its nonce](crate::RestoreBackup::nonce).
    ByThisRun,
    /// Not this call: the branch was there before.
    Before,
    /// Unknown. The branch was not there before, and is from the backup, but the answer to this call's request was
    /// lost: another job that restores the same backup to the same name at the same time makes one that looks the same.
    /// Do not delete it without asking.
    Unproven,
}

impl From<&Restored> for BranchRef {
    fn from(restored: &Restored) -> Self {
        restored.branch_ref.clone()
    }
}

/// A branch that can be waited for: the result of [`Client::restore_backup`], a [`BranchRef`], the handle of a branch,
/// or a reference [with an ID](BranchRef::with_id), such as `main.branch_ref().with_id(&created.id)`.
#[derive(Clone, Debug)]
pub struct AwaitedBranch {
    branch: BranchRef,
    id: Option<String>,
    is_new: bool,
}

impl BranchRef {
    /// Adds the branch's ID, for [`Client::wait_for_branch`]: another branch that gets its name is then not mistaken
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
    /// The branch is identified by its ID: if another branch has its name by now, the wait ends with
    /// [`PollError::Another`](crate::PollError::Another). A [`BranchRef`] alone has no ID, and stands for any branch of
    /// the name; use [`BranchRef::with_id`] in another process that continues with what was stored.
    ///
    /// If there is no such branch, the wait ends with [`PollError::Poll`](crate::PollError::Poll). After
    /// [`restore_backup`](Self::restore_backup) a 404 means "not yet" during the first 60 seconds of the wait, unless
    /// [`not_found_for`](Until::not_found_for) says otherwise; for any other branch it ends the wait at once. How long
    /// it takes until a new branch is listed is not documented.
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
