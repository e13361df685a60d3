//! Restores a backup to a scratch branch, to see that it can be, and deletes the branch again: on the real API with
//! credentials, and on an embedded mock server without.
//!
//!     cargo run --example restore_drill
//!     cargo run --example restore_drill -- --json
//!     cargo run --example restore_drill -- --help
//!
//! Exit codes, for schedulers: 0, the backup was restored; 1, it was not, or nothing was tried; 2, the command line is
//! wrong; 3, a branch is left, or may be, that costs money: it is named on stderr, with its ID where that is known. Of
//! this drill, or of an earlier one that was killed: `--clean ID` deletes it. Ctrl-C and SIGTERM end the drill early,
//! with the branch deleted all the same; a second one ends it at once, and names what is left.
//!
//! A branch is deleted only where it is proved that this drill made it, and only after GET has shown its ID under its
//! name. DELETE is by name: where somebody deletes or renames the branch between the two, and another one gets its name,
//! that one is deleted. The names of drills hold a random part, so that nobody has a reason to.

mod drill;
mod report;
mod signals;
#[allow(dead_code, reason = "the drill tells errors itself")]
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use drill::{Cause, Fate, Plan, Progress, Report, Stops};
use indicatif::{ProgressBar, ProgressStyle};
use planetscale_client::types::Backup;
use planetscale_client::{BranchRef, Client};
use report::Telling;
use support::{Connected, Target};

/// Restore a backup to a branch that is deleted afterwards.
#[derive(Parser)]
#[command(name = "restore_drill")]
struct Arguments {
    #[command(flatten)]
    target: Target,
    /// The backup, by its ID [default: the newest that succeeded and has not expired]
    #[arg(long, value_name = "ID")]
    backup: Option<String>,
    /// The name of the branch to restore to [default: a new one, with the time and a random part]
    #[arg(long)]
    name: Option<String>,
    /// The size of the branch's cluster, such as PS_20
    #[arg(long, value_name = "SIZE")]
    cluster_size: Option<String>,
    /// Keep the branch
    #[arg(long)]
    keep: bool,
    /// Print what has come of it as one JSON object, whatever that is
    #[arg(long)]
    json: bool,
    /// How many minutes to wait for the branch
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    deadline: u64,
    /// Do no drill, but delete the branch of this ID, which an earlier one has left
    #[arg(long, value_name = "ID", conflicts_with_all = ["backup", "name", "cluster_size", "keep"])]
    clean: Option<String>,
}

/// The exit code where the command line is wrong.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let mut telling = Telling { as_json: false, is_stand_in: false, keep: false };
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") => {
            telling.as_json = true;
            telling.tell(&Report { error: Some(error.to_string().into()), ..Report::default() });
            return ExitCode::from(USAGE);
        }
        Err(error) => error.exit(),
    };
    (telling.as_json, telling.keep) = (arguments.json, arguments.keep);
    let report = match run(arguments, &mut telling).await {
        Ok(report) => report,
        Err(error) => Report { error: Some(error), ..Report::default() },
    };
    telling.tell(&report)
}

async fn run(arguments: Arguments, telling: &mut Telling) -> Result<Report, Cause> {
    // Before the first request: from then on there may be something to clean up.
    let stops = signals::counted()?;
    let on_real = [&arguments.backup, &arguments.clean];
    let connected = arguments.target.connect(on_real.into_iter().any(Option::is_some)).await?;
    let Connected { client, branch, stand_in } = &connected;
    telling.is_stand_in = stand_in.is_some();
    if let Some(id) = &arguments.clean {
        return clean(client, branch, id, stops).await;
    }
    if let Some(server) = stand_in {
        let mut backup = Backup::fixture();
        backup.expires_at = None;
        server.add_backup(branch, &backup);
        server.script_branch_states(["pending", "pending", "pending", "ready"]);
    }
    let plan = Plan::new(branch.clone());
    let plan = match arguments.name {
        Some(name) => plan.named(name),
        None => plan,
    };
    let plan = Plan {
        backup: arguments.backup,
        cluster_size: arguments.cluster_size,
        keep: arguments.keep,
        deadline: Duration::from_secs(arguments.deadline.saturating_mul(60)),
        pace: stand_in.as_ref().map(|_| Duration::from_millis(400)),
        ..plan
    };
    let line = ProgressBar::new_spinner();
    line.set_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})")?);
    line.enable_steady_tick(Duration::from_millis(100));
    let show = |progress: Progress<'_>| match progress {
        Progress::Restoring(backup) => line.set_message(format!("restoring {} ({})", backup.id, backup.name)),
        Progress::Waiting(branch) => line.set_message(format!("{} is {}", branch.name, branch.state)),
        Progress::Deleting(branch) => line.set_message(format!("deleting {branch}")),
    };
    let report = drill::run(client, &plan, show, stops).await;
    line.finish_and_clear();
    Ok(report)
}

/// Deletes a branch that somebody names.
async fn clean(client: &Client, of: &BranchRef, id: &str, stops: Stops) -> Result<Report, Cause> {
    let cleaned = tokio::select! {
        cleaned = drill::clean(client, of, id) => cleaned?,
        () = drill::stopped(&stops, 1) => {
            let said = format!("interrupted: the branch {id} of {}/{} may be there still", of.organization, of.database);
            return Err(said.into());
        }
    };
    let (scratch, fate) = cleaned;
    Ok(match fate {
        Fate::Gone => Report { deleted: Some(scratch), ..Report::default() },
        Fate::Left(why) => Report { left: Some(scratch.left(&why)), ..Report::default() },
    })
}
