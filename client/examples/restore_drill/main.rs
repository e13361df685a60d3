//! Restores a backup to a scratch branch, to see that it can be, and deletes the branch again: on the real API with
//! credentials, and on an embedded stand-in without.
//!
//!     cargo run --example restore_drill
//!     cargo run --example restore_drill -- --json
//!     cargo run --example restore_drill -- --help
//!
//! Exit codes, for schedulers: 0, the backup was restored; 1, it was not, or nothing was tried; 3, a branch is left, or
//! may be, that costs money: it is named on stderr. The branch is deleted after Ctrl-C, too.

mod drill;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use drill::{Left, Plan, Progress, Report};
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use planetscale_client::types::Backup;
use support::{Connected, Target, exit};

/// Restore a backup to a branch that is deleted afterwards.
#[derive(Parser)]
#[command(name = "restore_drill")]
struct Arguments {
    #[command(flatten)]
    target: Target,
    /// The backup, by its ID [default: the newest that succeeded]
    #[arg(long, value_name = "ID")]
    backup: Option<String>,
    /// The name of the branch to restore to [default: a new one]
    #[arg(long)]
    name: Option<String>,
    /// The size of the branch's cluster, such as PS_20
    #[arg(long, value_name = "SIZE")]
    cluster_size: Option<String>,
    /// Keep the branch
    #[arg(long)]
    keep: bool,
    /// Print what has come of it as JSON
    #[arg(long)]
    json: bool,
    /// How many minutes to wait for the branch
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    deadline: u64,
}

/// The exit code where a branch is left that costs money.
const LEFT: u8 = 3;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => exit(Err(error)),
    }
}

async fn run(arguments: Arguments) -> support::Result<ExitCode> {
    let connected = arguments.target.connect().await?;
    let Connected { client, branch, stand_in } = &connected;
    if let Some(server) = stand_in {
        let mut backup = Backup::fixture();
        backup.expires_at = None;
        server.add_backup(branch, &backup);
        server.script_branch_states(["pending", "pending", "pending", "ready"]);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let plan = Plan {
        branch: branch.clone(),
        backup: arguments.backup,
        scratch: arguments.name.unwrap_or_else(|| format!("restore-drill-{:x}", now.as_millis())),
        cluster_size: arguments.cluster_size,
        keep: arguments.keep,
        deadline: Duration::from_secs(arguments.deadline.saturating_mul(60)),
        pace: stand_in.as_ref().map(|_| Duration::from_millis(400)),
    };
    let line = ProgressBar::new_spinner();
    line.set_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})")?);
    line.enable_steady_tick(Duration::from_millis(100));
    let show = |progress: Progress<'_>| match progress {
        Progress::Restoring(backup) => line.set_message(format!("restoring {} ({})", backup.id, backup.name)),
        Progress::Waiting(branch) => line.set_message(format!("{} is {}", branch.name, branch.state)),
        Progress::Deleting(branch) => line.set_message(format!("deleting {branch}")),
    };
    let cancelled = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // It cannot be waited for here.
            std::future::pending::<()>().await;
        }
    };
    let report = drill::run(client, &plan, show, cancelled).await;
    line.finish_and_clear();
    if arguments.json {
        println!("{}", json(&report))
    } else {
        print(&report)
    }
    Ok(told(&report, plan.keep))
}

fn print(report: &Report) {
    if let Some(backup) = &report.backup {
        println!("backup {} ({}) of {}", backup.id, backup.name, backup.created_at.to_rfc3339());
        println!("  size       {}", HumanBytes(backup.size.try_into().unwrap_or_default()));
    }
    if let (Some(branch), Some(took)) = (&report.branch, report.took) {
        println!("  restored   to {}, {} in size, in {}", branch.name, branch.cluster_name, HumanDuration(took));
    }
}

/// What went wrong, on stderr, and the exit code.
fn told(report: &Report, keep: bool) -> ExitCode {
    if let Some(error) = &report.error {
        eprintln!("error: {error}");
    }
    match &report.left {
        Some(Left { branch, why }) => {
            eprintln!("the branch {branch} is left: {why}");
            if keep && report.error.is_none() { ExitCode::SUCCESS } else { ExitCode::from(LEFT) }
        }
        None if report.error.is_some() => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
    }
}

fn json(report: &Report) -> serde_json::Value {
    serde_json::json!({
        "restored": report.took.is_some(),
        "backup": report.backup.as_ref().map(|backup| &backup.id),
        "size_bytes": report.backup.as_ref().map(|backup| backup.size),
        "branch": report.branch.as_ref().map(|branch| &branch.name),
        "cluster_size": report.branch.as_ref().map(|branch| &branch.cluster_name),
        "seconds": report.took.map(|took| took.as_secs_f64()),
        "error": report.error.as_ref().map(ToString::to_string),
        "left": report.left.as_ref().map(|left| left.branch.to_string()),
    })
}
