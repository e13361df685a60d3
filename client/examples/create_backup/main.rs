//! Creates a backup, on the real API with credentials and on an embedded stand-in without.
//!
//!     cargo run --example create_backup
//!     cargo run --example create_backup -- --wait
//!     cargo run --example create_backup -- --help

mod arguments;
mod progress;

use std::error::Error as StdError;
use std::process::ExitCode;
use std::time::Duration;

use arguments::{Arguments, Target};
use clap::Parser;
use planetscale_client::mock::MockServer;
use planetscale_client::types::Backup;
use planetscale_client::{BackupRef, Client, SERVICE_TOKEN_ID_VAR, SERVICE_TOKEN_VAR, ServiceToken};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            let mut source = e.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn StdError>> {
    let credentials = [SERVICE_TOKEN_ID_VAR, SERVICE_TOKEN_VAR];
    if credentials.iter().any(|name| std::env::var_os(name).is_some()) {
        let target = arguments.target()?;
        let mut builder = Client::builder().auth(ServiceToken::from_env()?);
        if let Some(url) = &arguments.base_url {
            builder = builder.base_url(url);
        }
        return create(&builder.build()?, &target, &arguments, None).await;
    }
    let server = MockServer::start().await?;
    println!("No credentials ({} are not set):", credentials.join(" and "));
    println!("this backup is made by a stand-in for PlanetScale at {}.\n", server.base_url());
    server.script_states(["pending", "running", "running", "running", "success"]);
    create(&server.client()?, &arguments.target_or_example(), &arguments, Some(Duration::from_millis(400))).await
}

async fn create(
    client: &Client,
    target: &Target,
    arguments: &Arguments,
    pace: Option<Duration>,
) -> Result<(), Box<dyn StdError>> {
    let backup = client
        .create_backup()
        .organization(&target.organization)
        .database(&target.database)
        .branch(&target.branch)
        .body_map(|mut body| {
            if let Some(name) = &arguments.name {
                body = body.name(name);
            }
            if let Some(retention) = &arguments.retention {
                body = body.retention_unit(retention.unit).retention_value(retention.value);
            }
            body
        })
        .send()
        .await?;
    print(&backup, target);
    if arguments.wait {
        let reference = BackupRef::new(&target.organization, &target.database, &target.branch, &backup.id);
        progress::follow(client.wait_for_backup(reference), pace).await?;
    }
    Ok(())
}

fn print(backup: &Backup, target: &Target) {
    let time = |time: &Option<_>| time.map_or("-".to_owned(), |time: chrono::DateTime<_>| time.to_rfc3339());
    println!("backup {} of {} is {}", backup.id, target, backup.state);
    println!("  name       {}", backup.name);
    println!("  created    {}", backup.created_at.to_rfc3339());
    println!("  completed  {}", time(&backup.completed_at));
    println!("  expires    {}", time(&backup.expires_at));
}
