//! Deletes old backups of a branch, on the real API with credentials and on an embedded mock server without.
//!
//!     cargo run --example prune_backups -- --keep 5 --dry-run
//!     cargo run --example prune_backups -- --keep 5
//!
//! Kept are the newest that succeeded, those that are protected, and those that are under way.

#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use indicatif::ProgressBar;
use planetscale_client::types::{Backup, BackupState};
use planetscale_client::{BranchRef, Client, Error};
use support::{Connected, Target, exit};

/// Delete old backups of a database branch, scheduled ones too.
#[derive(Parser)]
#[command(name = "prune_backups")]
struct Arguments {
    #[command(flatten)]
    target: Target,
    /// How many of the backups that succeeded to keep, the newest first
    #[arg(long, value_name = "NUMBER")]
    keep: usize,
    /// Only say what would be deleted
    #[arg(long)]
    dry_run: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> support::Result {
    let connected = arguments.target.connect(false).await?;
    furnish(&connected).await?;
    let Connected { client, branch, .. } = &connected;

    let backups = list(client, branch).await?;
    let (mut deleted, mut failed) = (0, 0);
    let mut good = 0;
    for backup in &backups {
        good += usize::from(backup.state == BackupState::Success);
        let verdict = match why_kept(backup, good, arguments.keep) {
            Some(why) => format!("kept: {why}"),
            None if arguments.dry_run => "would be deleted".to_owned(),
            None => match delete(client, branch, &backup.id).await {
                Ok(()) => {
                    deleted += 1;
                    "deleted".to_owned()
                }
                // One that cannot be deleted keeps no other one alive.
                Err(error) => {
                    failed += 1;
                    format!("not deleted: {error}")
                }
            },
        };
        println!("{}  {}  {:<12}  {verdict}", backup.id, backup.created_at.format("%Y-%m-%d %H:%M:%S"), backup.name);
    }
    println!("\n{} backups, {deleted} deleted", backups.len());
    if failed > 0 { Err(format!("{failed} of the backups could not be deleted").into()) } else { Ok(()) }
}

/// All backups of a branch, the newest first: the order of the list is not documented.
async fn list(client: &Client, branch: &BranchRef) -> Result<Vec<Backup>, Error> {
    let progress = ProgressBar::new_spinner().with_message("listing the backups");
    progress.enable_steady_tick(Duration::from_millis(100));
    // All of them before the first is deleted: those after it move up, over the end of a page.
    let mut backups: Vec<Backup> = client.branch(branch).list_backups().per_page(100).items().try_collect().await?;
    progress.finish_and_clear();
    backups.retain(|backup| backup.deleted_at.is_none());
    backups.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    Ok(backups)
}

/// Why a backup stays, if it does. `good` is how many succeeded, from the newest to this one.
fn why_kept(backup: &Backup, good: usize, keep: usize) -> Option<&'static str> {
    match &backup.state {
        // What the answer does not say is taken for yes: a backup that is gone is gone.
        _ if backup.protected != Some(false) => Some("protected"),
        BackupState::Success if good <= keep => Some("new"),
        BackupState::Success | BackupState::Failed | BackupState::Canceled | BackupState::Ignored => None,
        _ => Some("not done"),
    }
}

async fn delete(client: &Client, branch: &BranchRef, id: &str) -> Result<(), Error> {
    match client.branch(branch).backup(id).delete().send().await {
        // Somebody else was quicker.
        Err(error) if error.code() == Some("not_found") => Ok(()),
        result => result.map(|_| ()),
    }
}

/// Gives the mock server something to delete.
async fn furnish(connected: &Connected) -> support::Result {
    let Some(server) = &connected.stand_in else { return Ok(()) };
    server.move_states([(Duration::ZERO, "success")]);
    let Connected { client, branch, .. } = connected;
    let branch = client.branch(branch);
    for number in 1..=8 {
        let backup = branch.create_backup().body_map(|b| b.name(format!("nightly-{number}"))).send().await?;
        if number == 2 {
            branch.backup(&backup.id).update().body_map(|b| b.protected(true)).send().await?;
        }
    }
    Ok(())
}
