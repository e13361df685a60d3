//! The drill itself: restore, wait, look, and delete what was restored.

use std::error::Error as StdError;
use std::time::{Duration, Instant, SystemTime};

use planetscale_client::types::{Backup, DatabaseBranch};
use planetscale_client::{BranchRef, Client, Created, Outcome, RestoreError, Restored, Until};
use tokio::sync::watch;

#[path = "cleanup.rs"]
mod cleanup;

pub use cleanup::{Fate, Scratch, clean};
use cleanup::{delete, list, patiently};

pub type Cause = Box<dyn StdError + Send + Sync>;

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The branch whose backup is tried.
    pub branch: BranchRef,
    /// The backup, by its ID; the newest that succeeded, if none is named.
    pub backup: Option<String>,
    /// The name of the branch that it is restored to, for as long as the drill takes.
    pub scratch: String,
    /// What that name has, and no other run's.
    pub nonce: Option<String>,
    /// The size of that branch's cluster, if not the usual one.
    pub cluster_size: Option<String>,
    /// Whether the branch stays.
    pub keep: bool,
    /// How long to wait for the branch.
    pub deadline: Duration,
    /// How often to look, for a server that is quicker than the real one.
    pub pace: Option<Duration>,
}

/// What the names of drills begin with; then comes the time, and the nonce.
const PREFIX: &str = "restore-drill-";

impl Plan {
    /// A drill with a name of its own.
    pub fn new(branch: BranchRef) -> Self {
        let nonce = format!("{:016x}", fastrand::u64(..));
        let now = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
        Self {
            branch,
            backup: None,
            scratch: format!("{PREFIX}{}-{nonce}", now.format("%Y%m%d-%H%M%S")),
            nonce: Some(nonce),
            cluster_size: None,
            keep: false,
            deadline: Duration::from_secs(3600),
            pace: None,
        }
    }

    /// The same with a name that somebody has thought of: other runs may have it, too.
    pub fn named(self, scratch: impl Into<String>) -> Self {
        Self { scratch: scratch.into(), nonce: None, ..self }
    }
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
    pub error: Option<Cause>,
    /// The branch that is there now, or may be, because of this drill.
    pub left: Option<Left>,
    /// The branch that was deleted.
    pub deleted: Option<Scratch>,
    /// Branches that earlier drills may have left.
    pub earlier: Vec<Left>,
}

/// A branch that a drill has left, and that costs money.
#[derive(Clone, Debug)]
pub struct Left {
    pub branch: BranchRef,
    /// Where it is known.
    pub id: Option<String>,
    pub why: String,
}

/// What the drill says on its way.
pub enum Progress<'a> {
    Restoring(&'a Backup),
    Waiting(&'a DatabaseBranch),
    Deleting(&'a BranchRef),
}

/// How often somebody has asked for an end. The first time the drill deletes the branch and ends; the second time it ends
/// at once.
pub type Stops = watch::Receiver<usize>;

pub async fn stopped(stops: &Stops, times: usize) {
    if stops.clone().wait_for(|count| *count >= times).await.is_err() {
        // Nobody can ask any more.
        std::future::pending::<()>().await;
    }
}

/// Runs the drill, until it is done or stopped.
pub async fn run(client: &Client, plan: &Plan, mut progress: impl FnMut(Progress<'_>) + Send, stops: Stops) -> Report {
    let mut report = Report::default();
    let is_done = tokio::select! {
        biased;
        () = drill(client, plan, &mut report, &mut progress, &stops) => true,
        () = stopped(&stops, 2) => false,
    };
    if !is_done && report.error.is_none() {
        report.error = Some("ended at once, as it was asked to twice".into());
    }
    report
}

/// `report.left` says at any time what is left where it ends there.
async fn drill(
    client: &Client,
    plan: &Plan,
    report: &mut Report,
    progress: &mut (impl FnMut(Progress<'_>) + Send),
    stops: &Stops,
) {
    let looks = async {
        let earlier = earlier(client, plan).await?;
        Ok::<_, Cause>((earlier, backup(client, plan).await?))
    };
    let backup = tokio::select! {
        biased;
        () = stopped(stops, 1) => return report.error = Some("interrupted before anything was restored".into()),
        looked = looks => match looked {
            Ok((earlier, backup)) => {
                report.earlier = earlier;
                backup
            }
            Err(error) => return report.error = Some(error),
        },
    };
    progress(Progress::Restoring(&backup));
    let started = Instant::now();
    let mut restore = client.restore_backup(plan.branch.backup(&backup.id), &plan.scratch);
    if let Some(size) = &plan.cluster_size {
        restore = restore.cluster_size(size);
    }
    if let Some(nonce) = &plan.nonce {
        restore = restore.nonce(nonce);
    }
    report.backup = Some(backup);
    report.left = Some(Left { branch: scratch(plan), id: None, why: "it may have been created".to_owned() });
    // Not cut off by the first stop: a branch may be on its way, and has to be found.
    match restore.await {
        Ok(restored) => proceed(client, plan, report, &restored, started, (progress, stops)).await,
        Err(error) => {
            report.left = left_by(plan, &error);
            report.error = Some(error.into());
        }
    }
    // One that was killed just before may have made one that is seen only now.
    if let Ok(earlier) = self::earlier(client, plan).await {
        report.earlier = earlier;
    }
    let left = report.left.as_ref().and_then(|left| left.id.as_ref());
    report.earlier.retain(|earlier| earlier.id.as_ref() != left);
}

/// Waits for what was restored, and deletes it.
async fn proceed(
    client: &Client,
    plan: &Plan,
    report: &mut Report,
    restored: &Restored,
    started: Instant,
    (progress, stops): (&mut (impl FnMut(Progress<'_>) + Send), &Stops),
) {
    let made = Scratch::new(restored);
    let left = |why: &str| Some(made.left(why));
    report.branch = Some(restored.branch.clone());
    if restored.created != Created::ByThisRun {
        let why = match restored.created {
            Created::Before => "it was restored before this drill, and is left as it is",
            _ => "who restored it cannot be told, and so it is left as it is",
        };
        report.error = Some(format!("the branch {made}: {why}").into());
        report.left = left(why);
        return;
    }
    report.left = left("it was created, and was not deleted yet");
    tokio::select! {
        biased;
        () = stopped(stops, 1) => report.error = Some(format!("interrupted while the branch {made} was waited for").into()),
        ready = wait(client, plan, restored, progress) => match ready {
            Ok(branch) => (report.branch, report.took) = (Some(branch.into_inner()), Some(started.elapsed())),
            Err(error) => report.error = Some(Box::new(Waiting { branch: made.to_string(), error })),
        },
    }
    if plan.keep {
        report.left = left("it was to be kept");
        return;
    }
    progress(Progress::Deleting(&restored.branch_ref));
    (report.left, report.deleted) = match delete(client, &made).await {
        Fate::Gone => (None, Some(made)),
        Fate::Left(why) => (Some(made.left(&why)), None),
    };
}

/// What a restore that failed may have left.
fn left_by(plan: &Plan, error: &RestoreError) -> Option<Left> {
    let branch = |name: &str| BranchRef::new(&plan.branch.organization, &plan.branch.database, name);
    if let Some(unclear) = error.unclear_branch() {
        let why = format!("whose it is, is not clear: {error}");
        return Some(Left { branch: branch(&unclear.name), id: Some(unclear.id.clone()), why });
    }
    // What was there before it would have been seen, or has another name.
    let is_sent = error.creation_sent() || plan.nonce.is_none();
    (is_sent && error.outcome() != Outcome::NotApplied).then(|| Left {
        branch: scratch(plan),
        id: error.id().map(str::to_owned),
        why: format!("it may have been created: {error}"),
    })
}

/// A wait that failed, with the branch that it was for.
#[derive(Debug)]
struct Waiting<E> {
    branch: String,
    error: E,
}

impl<E: std::fmt::Display> std::fmt::Display for Waiting<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the branch {} was restored, but: {}", self.branch, self.error)
    }
}

impl<E: StdError> StdError for Waiting<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

fn scratch(plan: &Plan) -> BranchRef {
    BranchRef::new(&plan.branch.organization, &plan.branch.database, &plan.scratch)
}

/// The branches that earlier drills may have left, by their names: those that have a drill's prefix and a time.
async fn earlier(client: &Client, plan: &Plan) -> Result<Vec<Left>, Cause> {
    let ours = plan.nonce.as_deref().unwrap_or(&plan.scratch);
    let is_earlier = |branch: &DatabaseBranch| {
        let name = branch.name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let time =
            name.strip_prefix(PREFIX).is_some_and(|rest| rest.bytes().take(8).filter(u8::is_ascii_digit).count() == 8);
        time && !branch.name.contains(ours)
    };
    let branches = list(client, &plan.branch).await?.into_iter().filter(is_earlier);
    Ok(branches
        .map(|branch| Left {
            branch: BranchRef::new(&plan.branch.organization, &plan.branch.database, &branch.name),
            why: format!("another drill may have left it, or is at it; `--clean {}` deletes it", branch.id),
            id: Some(branch.id),
        })
        .collect())
}

async fn backup(client: &Client, plan: &Plan) -> Result<Backup, Cause> {
    match &plan.backup {
        Some(id) => {
            let look = || async { client.branch(&plan.branch).backup(id).get().send().await };
            Ok(patiently(look).await?.into_inner())
        }
        // The newest.
        None => {
            let look = || client.backup_for(&plan.branch, SystemTime::now().into());
            let newest = patiently(look).await?;
            newest.ok_or_else(|| format!("{} has no backup that succeeded and has not expired", plan.branch).into())
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
    wait.on_progress(move |branch| progress(Progress::Waiting(branch)))
}
