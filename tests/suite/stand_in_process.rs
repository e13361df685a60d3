//! The program `stand-in`, as it is run.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use planetscale_client::mock::{TOKEN, TOKEN_ID};

use crate::stand_in::http;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn started(arguments: &[&str]) -> Running {
    started_by(Command::new(env!("CARGO_BIN_EXE_stand-in")), arguments)
}

fn started_by(mut command: Command, arguments: &[&str]) -> Running {
    let command = command.args(["--listen", "127.0.0.1:0"]).args(arguments);
    Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// What it says until it is ready.
fn said_first(running: &mut Running) -> Vec<String> {
    let mut said = Vec::new();
    for line in BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap) {
        said.push(line);
        if said.last().is_some_and(|line| line.starts_with("ready ")) {
            break;
        }
    }
    said
}

#[tokio::test]
async fn it_says_where_it_is_serves_and_ends_on_a_signal() {
    let seed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(seed.path(), r#"{"/organizations": [{"name": "other"}]}"#).unwrap();
    let mut running = started(&["--print-env", "--time-scale", "0.01", "--seed", seed.path().to_str().unwrap()]);
    let said = said_first(&mut running);
    let base = said.last().unwrap().strip_prefix("ready ").unwrap();
    let wanted = [
        format!("PLANETSCALE_SERVICE_TOKEN_ID={TOKEN_ID}"),
        format!("PLANETSCALE_SERVICE_TOKEN={TOKEN}"),
        "PLANETSCALE_ORG=other".to_owned(),
        format!("PLANETSCALE_SERVER_URL={base}"),
    ];
    assert!(wanted.iter().all(|line| said.contains(line)), "{said:?}");
    let health = http().get(base.replace("/v1", "/_standin/health")).send().await.unwrap();
    assert_eq!(health.status(), 200);
    // What other clients send beside the description is taken.
    let request = http().post(format!("{base}/organizations/other/databases"));
    let request = request.header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
    let body = serde_json::json!({ "name": "shop", "cluster_size": "PS_10", "replicas": null, "later": 1 });
    assert_eq!(request.json(&body).send().await.unwrap().status(), 201);
    if cfg!(unix) {
        let id = running.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(running.0.wait().unwrap().success());
    }
}

#[tokio::test]
async fn it_is_strict_and_called_by_each_name_that_it_is_told() {
    let mut running = started(&["--strict", "--allow-host", "one", "--allow-host", "two"]);
    let said = said_first(&mut running);
    let base = said.last().unwrap().strip_prefix("ready ").unwrap();
    for (host, status) in [("one", 501), ("two", 501), ("three", 421)] {
        let invoices = http().get(format!("{base}/organizations/acme/invoices")).header("host", host);
        let request = invoices.header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[test]
fn a_wrong_seed_is_told_before_anything_is_served() {
    let seed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(seed.path(), r#"{"/organisations": []}"#).unwrap();
    let mut running = started(&["--seed", seed.path().to_str().unwrap()]);
    assert_eq!(running.0.wait().unwrap().code(), Some(2));
    let told = std::io::read_to_string(running.0.stderr.take().unwrap()).unwrap();
    assert!(told.contains("/organisations is not a path of the API"), "{told}");
}

/// More connections than it may have files open: it takes others when these are gone.
#[cfg(unix)]
#[tokio::test]
async fn it_outlives_more_connections_than_it_can_take() {
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"ulimit -n 24; exec "$0" "$@""#, env!("CARGO_BIN_EXE_stand-in")]);
    let mut running = started_by(limited, &[]);
    let said = said_first(&mut running);
    let health = said[0].strip_prefix("ready ").unwrap().replace("/v1", "/_standin/health");
    let address = health.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut connections = Vec::new();
    for _ in 0..40 {
        connections.push(std::net::TcpStream::connect(address).unwrap());
    }
    // It has taken all that it can: those before are answered, and this one waits.
    let asked = tokio::spawn(http().get(health).send());
    tokio::task::yield_now().await;
    drop(connections);
    assert_eq!(asked.await.unwrap().unwrap().status(), 200);
}
