//! Asks a real account what only reads, and records the shapes of the answers, so that the description of the API can be
//! compared with the API: `cargo xtask observe`.
//!
//!     cargo run --features record --example probe -- --organization acme
//!     cargo run --features record --example probe -- --organization acme --dry-run
//!
//! It sends GET alone, to the operations that `--dry-run` prints, with the service token in the environment
//! (`PLANETSCALE_SERVICE_TOKEN_ID`, `PLANETSCALE_SERVICE_TOKEN`), which needs no more than accesses that begin with
//! `read_`. It begins at the organization, and goes on with a few items of each list, of branches only with those that
//! are ready. It sends one request a second at most, none again, follows no redirect, and ends at the first answer with
//! 429. What runs a check, makes an export, or computes is asked only by name, with `--also`.
//!
//! Exit codes: 0, all was asked that could be reached; 1, it ended before, by Ctrl-C, too; 2, nothing was asked. What was
//! learned before is recorded in either case.

mod plan;
mod walk;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use plan::OPERATIONS;
use planetscale_client::{Client, ClientBuilder, Recording, RetryPolicy, ServiceToken};
use walk::{Walk, planned};

/// Where a recording goes that nobody names, from the top of the workspace: git ignores it.
const OUTPUT: &str = "target/probe.jsonl";

/// Ask an account what only reads, and record the shapes of the answers.
#[derive(Parser)]
#[command(name = "probe")]
struct Arguments {
    /// The organization to begin at
    #[arg(long)]
    organization: String,
    /// The file that the recording is appended to
    #[arg(long, value_name = "FILE", default_value = OUTPUT)]
    output: PathBuf,
    /// What each line of the recording is labelled with
    #[arg(long, value_name = "TEXT", default_value = "probe")]
    label: String,
    /// How many items of each list to go on with
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    items: usize,
    /// Ask this operation, too, although it costs something
    #[arg(long, value_name = "OPERATION", value_parser = by_name())]
    also: Vec<String>,
    /// Print what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
    /// Where the API is, if neither at its usual place nor where PLANETSCALE_SERVER_URL says
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Do not wait between requests: for a server of one's own on this machine
    #[arg(long, hide = true)]
    no_pauses: bool,
}

fn by_name() -> PossibleValuesParser {
    OPERATIONS.iter().filter(|operation| operation.reason.is_some()).map(|operation| operation.id).into()
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.dry_run {
        print_plan(&arguments.also);
        return ExitCode::SUCCESS;
    }
    let (client, pause) = match connected(&arguments) {
        Ok(connected) => connected,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    let mut walk = Walk::new(client, &arguments.organization, &arguments.also, arguments.items, pause);
    let is_done = tokio::select! {
        () = walk.run() => true,
        _ = tokio::signal::ctrl_c() => false,
    };
    if !is_done {
        walk.stopped = Some("interrupted".to_owned());
    }
    print_table(&walk);
    println!("\nrecorded in {}", arguments.output.display());
    match &walk.stopped {
        None => ExitCode::SUCCESS,
        Some(why) => {
            eprintln!("ended before all was asked: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The client, and how long to wait between requests.
///
/// # Errors
/// Where there are no credentials, or there can be no recording.
fn connected(arguments: &Arguments) -> Result<(Client, Duration), Box<dyn std::error::Error>> {
    let url = arguments.base_url.clone().or_else(|| std::env::var(Client::SERVER_URL_VAR).ok());
    let url = url.filter(|url| !url.is_empty()).unwrap_or_else(|| ClientBuilder::DEFAULT_BASE_URL.to_owned());
    let pause = match (arguments.no_pauses, url.starts_with("http://127.0.0.1:")) {
        (true, true) => Duration::from_millis(1),
        (true, false) => return Err("--no-pauses is for a server on 127.0.0.1 alone".into()),
        (false, _) => Duration::from_secs(1),
    };
    let recording = Recording::to_file(&arguments.output)?.label(&arguments.label);
    let client = Client::builder().auth(ServiceToken::from_env()?).base_url(url).retry(RetryPolicy::none());
    Ok((client.user_agent("probe").record(recording).build()?, pause))
}

fn print_plan(also: &[String]) {
    println!("asked, with GET:");
    planned(also).for_each(|operation| println!("  {:<40} {}", operation.id, operation.path));
    println!("asked only by name, with --also:");
    for operation in OPERATIONS.iter().filter(|operation| !also.iter().any(|id| id == operation.id)) {
        if let Some(reason) = operation.reason {
            println!("  {:<40} {} ({reason})", operation.id, operation.path);
        }
    }
}

fn print_table(walk: &Walk) {
    println!("{:<40} {:>6} {:>9} {:>8} {:>7}", "operation", "asked", "answered", "refused", "failed");
    for (operation, tally) in &walk.tallies {
        let counts = format!("{:>6} {:>9} {:>8} {:>7}", tally.asked, tally.answered, tally.refused, tally.failed);
        let note = match tally.asked == 0 && tally.note.is_empty() {
            true => "ended before",
            false => &tally.note,
        };
        println!("{}", format!("{:<40} {counts}  {note}", operation.id).trim_end());
    }
}
