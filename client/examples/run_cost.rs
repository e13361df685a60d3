//! What this client costs at run time, beside a function written by hand with reqwest and serde.
//!
//!     cargo run --release --example run_cost
//!
//! Both make 10,000 backups on a server on loopback, in turns, in one run; the server is a process of
//! its own, so that its cost is not counted. Then both decode the same answer. Prints CPU times (Linux:
//! from /proc; elsewhere wall time) and the ratios.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use planetscale_client::{Client, types};
use serde::{Deserialize, Serialize};

const CALLS: usize = 10_000;
const TURNS: usize = 10;

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
) -> Result<Backup, reqwest::Error> {
    let segment = |name| utf8_percent_encode(name, NON_ALPHANUMERIC);
    let (organization, database, branch) = (segment(organization), segment(database), segment(branch));
    let url = format!("{base}/organizations/{organization}/databases/{database}/branches/{branch}/backups");
    let request = http.post(url).header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
    let request = request.header("accept", "application/json").header("api-version", "v1");
    request.json(&Body { name }).send().await?.error_for_status()?.json().await
}

async fn by_client(client: &Client) -> Result<types::Backup, planetscale_client::Error> {
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    Ok(call.body_map(|b| b.name("bench")).send().await?.into_inner())
}

/// The CPU time of this process so far, in seconds; wall time where /proc does not tell.
fn cpu(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = stat.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

fn serve() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let server = MockServer::start().await?;
        println!("{}", server.base_url());
        std::io::stdout().flush()?;
        std::future::pending().await
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
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

fn compare(base: &str) -> Result<(), Box<dyn std::error::Error>> {
    // One thread: schedstat tells of it alone.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // This crate chooses its provider for itself alone.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http =
        reqwest::Client::builder().user_agent("by-hand/0.1.0").no_proxy().timeout(Duration::from_secs(60)).build()?;
    let client = Client::builder().auth(MockServer::token()).base_url(base).build()?;
    let start = Instant::now();
    let (mut ours, mut hand) = (0.0, 0.0);
    for turn in 0..=TURNS {
        let before = cpu(start);
        for _ in 0..CALLS / TURNS {
            runtime.block_on(by_client(&client))?;
        }
        let between = cpu(start);
        for _ in 0..CALLS / TURNS {
            runtime.block_on(by_hand(&http, base, ["acme", "shop", "main"], "bench"))?;
        }
        // The first turn warms up.
        if turn > 0 {
            ours += between - before;
            hand += cpu(start) - between;
        }
    }
    println!("{CALLS} calls: this client {ours:.3} s, by hand {hand:.3} s, ratio {:.3}", ours / hand);

    let answer = runtime.block_on(by_client(&client))?;
    let text = serde_json::to_vec(&answer)?;
    let (mut ours, mut hand) = (0.0, 0.0);
    for turn in 0..=TURNS {
        let before = cpu(start);
        for _ in 0..CALLS {
            std::hint::black_box(serde_json::from_slice::<types::Backup>(std::hint::black_box(&text))?);
        }
        let between = cpu(start);
        for _ in 0..CALLS {
            std::hint::black_box(serde_json::from_slice::<Backup>(std::hint::black_box(&text))?);
        }
        if turn > 0 {
            ours += between - before;
            hand += cpu(start) - between;
        }
    }
    println!("{} decodes: this client {ours:.3} s, by hand {hand:.3} s, ratio {:.3}", CALLS * TURNS, ours / hand);
    Ok(())
}
