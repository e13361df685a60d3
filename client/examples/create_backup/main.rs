//! Creates a backup, on the real API with credentials and on an embedded mock server without.
//!
//!     cargo run --example create_backup
//!     cargo run --example create_backup -- --wait
//!     cargo run --example create_backup -- --ensure --lose-answer
//!     cargo run --example create_backup -- --help

mod arguments;
mod progress;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use arguments::Arguments;
use clap::Parser;
use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, builder::CreateBackupBody};
use planetscale_client::{BranchRef, WaitForBackup};
use support::{Connected, exit};

#[tokio::main]
async fn main() -> ExitCode {
    exit(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> support::Result {
    let connected = arguments.target.connect(false).await?;
    if let Some(server) = &connected.stand_in {
        server.script_states(["pending", "running", "running", "running", "success"]);
    }
    if arguments.lose_answer {
        let server = connected.stand_in.as_ref().ok_or("--lose-answer is for the mock server only")?;
        if arguments.ensure {
            // It looks first whether there is a backup.
            server.pass_next();
        }
        server.lose_next_answer();
    }
    let result = create(&connected, &arguments).await;
    if let Some(server) = connected.stand_in.filter(|_| arguments.lose_answer) {
        account(&server);
    }
    result
}

async fn create(connected: &Connected, arguments: &Arguments) -> support::Result {
    let Connected { client, branch, stand_in } = connected;
    let body = |mut body: CreateBackupBody| {
        if let Some(name) = &arguments.name {
            body = body.name(name);
        }
        if let Some(retention) = &arguments.retention {
            body = body.retention_unit(retention.unit.clone()).retention_value(retention.value);
        }
        if arguments.emergency {
            body = body.emergency(true);
        }
        body
    };
    let wait = if arguments.ensure {
        let name = arguments.name.as_deref().unwrap_or("before-migration");
        let ensured = client.ensure_backup(branch, name).body_map(body).await?;
        print(&ensured.backup, branch, if ensured.created { "was created" } else { "was there already" });
        client.wait_for_backup(ensured)
    } else {
        let backup = client.branch(branch).create_backup().body_map(body).send().await?;
        print(&backup, branch, "was created");
        client.wait_for_backup(branch.backup(&backup.id)).first_delay(WaitForBackup::DEFAULT_FIRST_DELAY)
    };
    if arguments.wait {
        // The mock server is quicker than the real API.
        let pace = stand_in.as_ref().map(|_| Duration::from_millis(400));
        progress::follow(wait, pace).await?;
    }
    Ok(())
}

fn print(backup: &Backup, branch: &BranchRef, how: &str) {
    let time = |time: &Option<_>| time.map_or("-".to_owned(), |time: chrono::DateTime<_>| time.to_rfc3339());
    println!("backup {} of {branch} {how}; it is {}", backup.id, backup.state);
    println!("  name       {}", backup.name);
    println!("  created    {}", backup.created_at.to_rfc3339());
    println!("  completed  {}", time(&backup.completed_at));
    println!("  expires    {}", time(&backup.expires_at));
}

/// What the mock server has seen.
fn account(server: &MockServer) {
    println!("\nThe mock server lost the answer to the creation. What it received:");
    for request in server.requests() {
        println!("  {:4} {}", request.method, request.target);
    }
    println!("It has {} backup(s).", server.backups().len());
}
