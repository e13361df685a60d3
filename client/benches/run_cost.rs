//! What this client costs at run time, beside a function written by hand with reqwest and serde.
//!
//!     cargo bench --bench run_cost
//!
//! Both make 10,000 backups on a server on loopback, in turns, in one run; the server is a process of
//! its own, so that its cost is not counted. Then both decode the same answer, 10,000 times a turn, with serde_json:
//! outside of a call a type is read from a tree, as a call does only for an answer that is not as it is described.
//! Prints CPU times (Linux: from /proc; elsewhere wall time) and the ratios.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use planetscale_client::{Client, types};
use serde::{Deserialize, Serialize};

const TURNS: usize = 40;
/// In all, 10,000 calls.
const CALLS_A_TURN: usize = 250;
/// Decoding is quick, and the kernel counts a process's time in milliseconds.
const DECODES_A_TURN: usize = 10_000;

type Time = chrono::DateTime<chrono::Utc>;

/// The answer, by hand: all that the spec has.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Backup {
    id: String,
    name: String,
    state: String,
    size: i64,
    estimated_storage_cost: f64,
    created_at: Time,
    updated_at: Time,
    started_at: Option<Time>,
    expires_at: Option<Time>,
    completed_at: Option<Time>,
    deleted_at: Option<Time>,
    pvc_size: i64,
    protected: bool,
    required: bool,
    restored_branches: Vec<Branch>,
    actor: Option<Actor>,
    backup_policy: Option<BackupPolicy>,
    schema_snapshot: Option<SchemaSnapshot>,
    database_branch: Option<Branch>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Branch {
    id: String,
    name: String,
    created_at: Time,
    updated_at: Time,
    deleted_at: Option<Time>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Actor {
    id: String,
    display_name: String,
    avatar_url: String,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct BackupPolicy {
    id: String,
    name: String,
    target: String,
    retention_value: i64,
    retention_unit: String,
    frequency_value: i64,
    frequency_unit: String,
    schedule_time: Option<String>,
    schedule_day: Option<i64>,
    schedule_week: Option<i64>,
    created_at: Time,
    updated_at: Time,
    last_ran_at: Option<Time>,
    next_run_at: Option<Time>,
    required: bool,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct SchemaSnapshot {
    id: String,
    name: String,
    created_at: Time,
    updated_at: Time,
    linted_at: Option<Time>,
    url: String,
}

#[derive(Serialize)]
struct Body<'a> {
    name: &'a str,
}

/// The same request and the same values as by the client, but no more: what is not here (attempts,
/// limits, refusals, spans) is what this client adds.
async fn by_hand(
    http: &reqwest::Client,
    base: &str,
    [organization, database, branch]: [&str; 3],
    name: &str,
) -> reqwest::Result<Backup> {
    let segment = |name| utf8_percent_encode(name, NON_ALPHANUMERIC);
    let (organization, database, branch) = (segment(organization), segment(database), segment(branch));
    let url = format!("{base}/organizations/{organization}/databases/{database}/branches/{branch}/backups");
    let request = http.post(url).header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
    let request = request.header("accept", "application/json").header("api-version", "v1");
    request.json(&Body { name }).send().await?.error_for_status()?.json().await
}

async fn by_client(client: &Client) -> std::result::Result<types::Backup, planetscale_client::Error> {
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    Ok(call.body_map(|b| b.name("bench")).send().await?.into_inner())
}

/// The CPU time of this process so far, in seconds; wall time where /proc does not tell.
fn cpu(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = stat.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

fn serve() -> Result {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let server = MockServer::start().await?;
        println!("{}", server.base_url());
        std::io::stdout().flush()?;
        std::future::pending().await
    })
}

fn main() -> Result {
    if std::env::args().nth(1).as_deref() == Some("--serve") {
        return serve();
    }
    let mut server = Command::new(std::env::current_exe()?).arg("--serve").stdout(Stdio::piped()).spawn()?;
    let mut base = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut base)?;
    let result = compare(base.trim());
    server.kill()?;
    result
}

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn compare(base: &str) -> Result {
    // One thread: schedstat tells of it alone.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // This crate chooses its provider for itself alone.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http =
        reqwest::Client::builder().user_agent("by-hand/0.1.0").no_proxy().timeout(Duration::from_secs(60)).build()?;
    let client = Client::builder().auth(MockServer::token()).base_url(base).build()?;
    in_turns(
        "calls",
        CALLS_A_TURN,
        || {
            runtime.block_on(by_client(&client))?;
            Ok(())
        },
        || {
            runtime.block_on(by_hand(&http, base, ["acme", "shop", "main"], "bench"))?;
            Ok(())
        },
    )?;
    let text = serde_json::to_vec(&runtime.block_on(by_client(&client))?)?;
    in_turns(
        "decodes",
        DECODES_A_TURN,
        || {
            black_box(serde_json::from_slice::<types::Backup>(black_box(&text))?);
            Ok(())
        },
        || {
            black_box(serde_json::from_slice::<Backup>(black_box(&text))?);
            Ok(())
        },
    )
}

/// Runs both in turns, and prints the whole times, and the ratio of each turn's: its median is not moved
/// by what else the machine does now and then.
fn in_turns(what: &str, a_turn: usize, mut ours: impl FnMut() -> Result, mut hand: impl FnMut() -> Result) -> Result {
    let start = Instant::now();
    let time = |work: &mut dyn FnMut() -> Result| {
        let before = cpu(start);
        (0..a_turn).try_for_each(|_| work())?;
        Ok::<_, Box<dyn std::error::Error>>(cpu(start) - before)
    };
    // The first turn warms up.
    time(&mut ours)?;
    time(&mut hand)?;
    let (mut all_ours, mut all_hand, mut ratios) = (0.0, 0.0, Vec::new());
    for turn in 0..TURNS {
        // Each goes first in every other turn.
        let (ours, hand) = if turn % 2 == 0 {
            let first = time(&mut ours)?;
            (first, time(&mut hand)?)
        } else {
            let first = time(&mut hand)?;
            (time(&mut ours)?, first)
        };
        all_ours += ours;
        all_hand += hand;
        ratios.push(ours / hand);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "{} {what}: this client {all_ours:.3} s, by hand {all_hand:.3} s, ratio {:.3};",
        TURNS * a_turn,
        all_ours / all_hand
    );
    let [low, median, high] = [TURNS / 4, TURNS / 2, TURNS * 3 / 4].map(|at| ratios[at]);
    println!("    of {TURNS} turns: median {median:.3}, half of them from {low:.3} to {high:.3}");
    Ok(())
}
