// A mock server of the PlanetScale API for programs in any language.
//
// It prints `ready http://…/v1` when it can be reached, and ends on SIGINT and SIGTERM. It serves all operations by rule,
// from the API's description. `/_standin` lists the control calls.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};

/// Serve a mock of the PlanetScale API that remembers what was created.
///
/// It is lenient: a field that the API's description does not have is a warning on stderr, not an error.
#[derive(Parser)]
#[command(name = "stand-in", version)]
struct Arguments {
    /// The address to listen on; port 0 takes a free port.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// What exists at the beginning: JSON, as GET /_standin/state answers it.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// How much of a duration passes in real time: with 0.01, what takes 10 s takes 100 ms.
    #[arg(long, default_value_t = 1.0)]
    time_scale: f64,
    /// Print the environment variables that the vendor's tools read, before the ready line.
    #[arg(long)]
    print_env: bool,
    /// Answer with 501 instead of anything invented.
    #[arg(long)]
    strict: bool,
    /// Accept requests whose Host is this name, as well as IP addresses and localhost.
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    // What a request says beside the description is a warning.
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN);
    log.with_target(false).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let mut server = MockServer::remembering().listen(arguments.listen).time_scale(arguments.time_scale).lenient();
    let mut organization = "acme".to_owned();
    if let Some(file) = &arguments.seed {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        let seed: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
        organization = seed["/organizations"][0]["name"].as_str().unwrap_or_default().to_owned();
        server = server.seed(seed);
    }
    if arguments.strict {
        server = server.strict();
    }
    for host in arguments.allow_host {
        server = server.allow_host(host);
    }
    let server = server.await.map_err(|e| format!("{}: {e}", arguments.listen))?;
    let base = server.base_url();
    if arguments.print_env {
        println!("PLANETSCALE_SERVICE_TOKEN_ID={TOKEN_ID}");
        println!("PLANETSCALE_SERVICE_TOKEN={TOKEN}");
        println!("PLANETSCALE_ORG={organization}");
        println!("PLANETSCALE_SERVER_URL={base}");
    }
    println!("ready {base}");
    ended().await.map_err(|e| format!("no signal can be waited for: {e}"))
}

/// Waits for the end: SIGINT, and SIGTERM where there is such a thing.
async fn ended() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
