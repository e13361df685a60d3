//! The drill itself: restore, wait, look, and delete what was restored.

use std::error::Error as StdError;
use std::time::{Duration, Instant, SystemTime};

use planetscale_client::types::{Backup, DatabaseBranch};
use planetscale_client::{BranchRef, Client, Outcome, Restored, Until};

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The branch whose backup is tried.
    pub branch: BranchRef,
    /// The backup, by its ID; the newest that succeeded, if none is named.
    pub backup: Option<String>,
    /// The name of the branch that it is restored to, for as long as the drill takes.
    pub scratch: String,
    /// The size of that branch's cluster, if not the usual one.
    pub cluster_size: Option<String>,
    /// Whether the branch stays.
    pub keep: bool,
    /// How long to wait for the branch.
    pub deadline: Duration,
    /// How often to look, for a server that is quicker than the real one.
    pub pace: Option<Duration>,
}

/// What has come of it.
#[derive(Debug, Default)]
pub struct Report {
    /// The backup that was tried.
    pub backup: Option<Backup>,
    /// The branch, as it was last seen.
    pub branch: Option<DatabaseBranch>,
    /// How long it took until the branch was ready.
    pub took: Option<Duration>,
    /// Why the drill failed, if it did.
    pub error: Option<Box<dyn StdError + Send + Sync>>,
    /// The branch that is there now, or may be, because of this drill.
    pub left: Option<Left>,
}

/// A branch that the drill has left, and that costs money.
#[derive(Debug)]
pub struct Left {
    pub branch: BranchRef,
    pub why: String,
}

/// What the drill says on its way.
pub enum Progress<'a> {
    Restoring(&'a Backup),
    Waiting(&'a DatabaseBranch),
    Deleting(&'a BranchRef),
}

/// Runs the drill. `cancelled` ends it early, with the branch deleted all the same.
pub async fn run(
    client: &Client,
    plan: &Plan,
    mut progress: impl FnMut(Progress<'_>) + Send,
    cancelled: impl Future<Output = ()> + Send,
) -> Report {
    let mut report = Report::default();
    let backup = match backup(client, plan).await {
        Ok(backup) => backup,
        Err(error) => return Report { error: Some(error), ..report },
    };
    progress(Progress::Restoring(&backup));
    let started = Instant::now();
    let mut restore = client.restore_backup(plan.branch.backup(&backup.id), &plan.scratch);
    if let Some(size) = &plan.cluster_size {
        restore = restore.cluster_size(size);
    }
    report.backup = Some(backup);
    // Not cut off by a cancellation: a branch may be on its way, and has to be found.
    let restored = match restore.await {
        Ok(restored) => restored,
        Err(error) => {
            if error.outcome() != Outcome::NotApplied {
                let branch = scratch(plan);
                report.left = Some(Left { branch, why: format!("it may have been created: {error}") });
            }
            return Report { error: Some(error.into()), ..report };
        }
    };
    report.branch = Some(restored.branch.clone());
    if !restored.created {
        let why = format!("the branch {} was restored before, and is left as it is", plan.scratch);
        return Report { error: Some(why.into()), ..report };
    }
    let wait = wait(client, plan, &restored, &mut progress);
    tokio::select! {
        ready = wait => match ready {
            Ok(branch) => (report.branch, report.took) = (Some(branch.into_inner()), Some(started.elapsed())),
            Err(error) => report.error = Some(error.into()),
        },
        () = cancelled => report.error = Some("interrupted".into()),
    }
    if plan.keep {
        report.left = Some(Left { branch: scratch(plan), why: "it was to be kept".to_owned() });
        return report;
    }
    progress(Progress::Deleting(&restored.branch_ref));
    if let Err(error) = delete(client, &restored).await {
        report.left = Some(Left { branch: scratch(plan), why: format!("it could not be deleted: {error}") });
    }
    report
}

fn scratch(plan: &Plan) -> BranchRef {
    BranchRef::new(&plan.branch.organization, &plan.branch.database, &plan.scratch)
}

async fn backup(client: &Client, plan: &Plan) -> Result<Backup, Box<dyn StdError + Send + Sync>> {
    match &plan.backup {
        Some(id) => Ok(client.branch(&plan.branch).backup(id).get().send().await?.into_inner()),
        None => {
            let newest = client.backup_for(&plan.branch, SystemTime::now().into()).await?;
            newest.ok_or_else(|| format!("{} has no backup that succeeded", plan.branch).into())
        }
    }
}

fn wait<'a>(
    client: &Client,
    plan: &Plan,
    restored: &Restored,
    progress: &'a mut (impl FnMut(Progress<'_>) + Send),
) -> Until<'a, DatabaseBranch> {
    let mut wait = client.wait_for_branch(restored).deadline(plan.deadline);
    if let Some(pace) = plan.pace {
        wait = wait.interval(pace);
    }
    let id = restored.branch.id.clone();
    // Another branch of that name is not the one that was restored.
    let wait = wait.fails_if(move |branch| branch.id != id);
    wait.on_progress(move |branch| progress(Progress::Waiting(branch)))
}

/// Deletes the branch that this drill has created, and no other one that has its name by now.
async fn delete(client: &Client, restored: &Restored) -> Result<(), planetscale_client::Error> {
    const TRIES: u64 = 6;
    let branch = client.branch(restored);
    let mut tried = 0;
    loop {
        let deleted = async {
            if branch.get_branch().send().await?.id != restored.branch.id {
                return Ok(());
            }
            branch.delete_branch().send().await.map(drop)
        };
        match deleted.await {
            Err(error) if error.code() == Some("not_found") => return Ok(()),
            Err(error) if tried < TRIES && (error.is_retryable() || error.outcome() != Outcome::NotApplied) => {
                tried += 1;
                tokio::time::sleep(Duration::from_secs(tried)).await;
            }
            result => return result,
        }
    }
}
