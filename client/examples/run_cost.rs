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

use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use planetscale_client::{Client, types};
use serde::{Deserialize, Serialize};

const CALLS: usize = 10_000;
const TURNS: usize = 10;

/// The answer, by hand.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Backup {
    id: String,
    name: String,
    state: String,
    size: i64,
    estimated_storage_cost: f64,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
    started_at: Option<chrono::DateTime<chrono::Utc>>,
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
    completed_at: Option<chrono::DateTime<chrono::Utc>>,
    deleted_at: Option<chrono::DateTime<chrono::Utc>>,
    pvc_size: i64,
    protected: bool,
    required: bool,
    restored_branches: Vec<Branch>,
    actor: Option<Actor>,
    backup_policy: Option<serde::de::IgnoredAny>,
    schema_snapshot: Option<serde::de::IgnoredAny>,
    database_branch: Option<Branch>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Branch {
    id: String,
    name: String,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
    deleted_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Actor {
    id: String,
    display_name: String,
    avatar_url: String,
}

#[derive(Serialize)]
struct Body<'a> {
    name: &'a str,
}

async fn by_hand(http: &reqwest::Client, base: &str) -> Result<Backup, reqwest::Error> {
    let url = format!("{base}/organizations/acme/databases/shop/branches/main/backups");
    let request = http.post(url).header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
    let request = request.header("accept", "application/json").header("api-version", "v1");
    request.json(&Body { name: "bench" }).send().await?.error_for_status()?.json().await
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
            runtime.block_on(by_hand(&http, base))?;
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
