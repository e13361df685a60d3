//! The example `probe`: what it asks, of whom, and when it ends.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use planetscale_tests::{Server, Step, json};
use serde_json::{Map, Value, json};

use crate::meaning::spec;

fn probe(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probe"));
    command.args(["--organization", "acme"]).args(arguments).env("PLANETSCALE_SERVER_URL", url);
    command.env("PLANETSCALE_SERVICE_TOKEN_ID", TOKEN_ID).env("PLANETSCALE_SERVICE_TOKEN", TOKEN);
    command
}

/// Runs it beside a server of this process.
async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What it would ask, and what only by name: the id and the path of each operation.
fn plan() -> [Vec<(String, String)>; 2] {
    let said = text(&probe("", &["--dry-run"]).output().unwrap().stdout);
    let (asked, by_name) = said.split_once("asked only by name").unwrap();
    [asked, by_name].map(|lines| {
        let lines = lines.lines().filter_map(|line| line.strip_prefix("  "));
        lines
            .map(|line| line.split_once(' ').unwrap())
            .map(|(id, rest)| {
                let path = rest.trim_start().split(' ').next().unwrap();
                (id.to_owned(), path.to_owned())
            })
            .collect()
    })
}

/// The name of a parameter's value.
fn value(parameter: &str) -> &str {
    match parameter {
        "{organization}" => "acme",
        "{database}" => "shop",
        "{branch}" => "main",
        "{number}" => "1",
        _ => "it",
    }
}

fn concrete(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { value(part) } else { part }).collect::<Vec<_>>().join("/")
}

/// Whether a path is one of a template.
fn is_of(path: &str, template: &str) -> bool {
    let (path, template): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
    path.len() == template.len() && path.iter().zip(&template).all(|(a, b)| a == b || b.starts_with('{'))
}

#[test]
fn each_get_of_the_api_was_reviewed() {
    let document = spec("planetscale.yaml");
    let gets: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(path, item)| Some((item["get"]["operationId"].as_str()?.to_owned(), path.clone())))
        .collect();
    let reviewed: BTreeSet<(String, String)> = plan().into_iter().flatten().collect();
    let new: Vec<_> = gets.difference(&reviewed).collect();
    let gone: Vec<_> = reviewed.difference(&gets).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "examples/probe/plan.rs lacks {new:?}, and has {gone:?} that is not there"
    );
}

/// Something of everything, at the paths of the lists, and a branch that sleeps.
fn seed(plan: &[Vec<(String, String)>; 2]) -> Value {
    let mut seed = Map::new();
    for (_, path) in plan.iter().flatten() {
        for (end, _) in path.match_indices('}') {
            let (list, parameter) = path[..=end].rsplit_once('/').unwrap();
            let key = match parameter {
                "{number}" => "number",
                "{team}" => "slug",
                "{fingerprint}" if list.ends_with("/errors") => "error_fingerprint",
                "{fingerprint}" => "fingerprint",
                "{organization}" | "{database}" | "{branch}" | "{keyspace}" | "{bouncer}" | "{tag}" => "name",
                _ => "id",
            };
            let value = if key == "number" { json!(1) } else { value(parameter).into() };
            let items = match parameter {
                "{branch}" => json!([
                    { "name": "main", "ready": true, "state": "ready" },
                    { "name": "sleeping", "ready": false, "state": "sleeping" },
                ]),
                "{id}" if list.ends_with("}/members") => json!([{ "id": "it", "user": { "id": "it" } }]),
                _ => json!([{ key: value }]),
            };
            seed.insert(concrete(list), items);
        }
    }
    seed.into()
}

/// Whatever it finds, it sends GET to what is planned, and to nothing else; and where there is something of everything,
/// it reaches everything.
#[tokio::test]
async fn it_reaches_all_that_is_planned_and_sends_nothing_else() {
    let plan = plan();
    let server = MockServer::remembering().seed(seed(&plan)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, is_all) in [("asked.jsonl", false), ("all.jsonl", true)] {
        let file = folder.path().join(name);
        let [asked, by_name] = &plan;
        let also = if is_all { &by_name[..] } else { &[] };
        let planned: BTreeSet<(String, String)> = asked.iter().chain(also).cloned().collect();
        let ids = also.iter().flat_map(|(id, _)| ["--also", id]);
        let arguments: Vec<&str> = ["--no-pauses", "--output", file.to_str().unwrap()].into_iter().chain(ids).collect();
        let before = server.requests().len();
        let output = run(probe(&server.base_url(), &arguments)).await;
        let table = text(&output.stdout);
        assert!(output.status.success(), "{table}{}", text(&output.stderr));
        let sent = server.requests().split_off(before);
        for request in &sent {
            let target = &request.target;
            let path = target.strip_prefix("/v1").unwrap().split('?').next().unwrap();
            assert!(request.method == "GET" && request.body.is_empty(), "{} {target}", request.method);
            assert!(planned.iter().any(|(_, template)| is_of(path, template)), "{target}");
            assert!(!target.contains("sleeping"), "{target}");
        }
        let lines = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), sent.len());
        let say = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
        let reached: BTreeSet<_> = lines.iter().map(|line| (say(line, "operation"), say(line, "path"))).collect();
        assert_eq!(reached, planned, "{table}");
    }
}

#[tokio::test]
async fn it_ends_where_the_api_wants_fewer_requests_or_other_credentials() {
    for (status, why) in [("429 Too Many Requests", "fewer requests"), ("401 Unauthorized", "the credentials")] {
        let list = json("200 OK", r#"{"data": [{"name": "acme"}]}"#);
        let server = Server::start([Step::Answer(list), Step::Answer(json(status, "{}"))]).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("probe.jsonl");
        let output =
            run(probe(&format!("{}/v1", server.url()), &["--no-pauses", "--output", file.to_str().unwrap()])).await;
        assert_eq!((output.status.code(), server.arrived().len()), (Some(1), 2));
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
        let row = |id: &str| text(&output.stdout).lines().find(|line| line.starts_with(id)).unwrap().to_owned();
        assert!(row("list_organizations ").ends_with("1         1        0       0"));
        assert!(row("get_current_user ").ends_with("ended before"));
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_refused_and_has_not_failed() {
    let list = json("200 OK", r#"{"data": [{"name": "acme"}]}"#);
    for (status, expected) in [
        ("403 Forbidden", ["1", "0", "1", "0"]),
        ("404 Not Found", ["1", "0", "1", "0"]),
        ("422 Unprocessable Entity", ["1", "0", "0", "1"]),
    ] {
        let server = Server::start([Step::Answer(list.clone()), Step::Answer(json(status, "{}"))]).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("probe.jsonl");
        let url = format!("{}/v1", server.url());
        let table = text(&run(probe(&url, &["--no-pauses", "--output", file.to_str().unwrap()])).await.stdout);
        let row = table.lines().find(|line| line.starts_with("get_current_user ")).unwrap();
        assert_eq!(row.split_whitespace().skip(1).take(4).collect::<Vec<_>>(), expected, "{status}: {table}");
    }
}

#[tokio::test]
async fn of_each_list_it_looks_at_as_many_items_as_it_is_told() {
    let databases = json!([{ "name": "a" }, { "name": "b" }, { "name": "c" }]);
    let seed = json!({ "/organizations": [{ "name": "acme" }], "/organizations/acme/databases": databases });
    let server = MockServer::remembering().seed(seed).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for items in [1, 3] {
        let file = folder.path().join(format!("{items}.jsonl"));
        let before = server.requests().len();
        let told = items.to_string();
        let arguments = ["--no-pauses", "--items", &told, "--output", file.to_str().unwrap()];
        let output = run(probe(&server.base_url(), &arguments)).await;
        assert!(output.status.success(), "{}", text(&output.stderr));
        let sent = server.requests().split_off(before);
        let below = sent.iter().filter_map(|request| request.target.strip_prefix("/v1/organizations/acme/databases/"));
        let looked: BTreeSet<&str> = below.map(|path| path.split(['/', '?']).next().unwrap()).collect();
        assert_eq!(looked, ["a", "b", "c"].into_iter().take(items).collect());
    }
}

#[test]
fn pauses_are_left_out_on_this_machine_alone_and_nothing_is_asked_without_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probe.jsonl");
    let nowhere = folder.path().join("nowhere/probe.jsonl");
    for (url, file, why) in [
        ("https://example.com/v1", &file, "--no-pauses is for a server on 127.0.0.1 alone"),
        ("http://127.0.0.1:1/v1", &nowhere, "no recording to"),
    ] {
        let output = probe(url, &["--no-pauses", "--output", file.to_str().unwrap()]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn it_asks_once_a_second_at_most_and_tells_what_it_learned_when_it_is_interrupted() {
    let server = MockServer::remembering().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probe.jsonl");
    let mut command = probe(&server.base_url(), &[]);
    let command = command.args(["--output", file.to_str().unwrap()]).stdout(Stdio::piped()).stderr(Stdio::null());
    let begun = Instant::now();
    let running = command.spawn().unwrap();
    while server.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(begun.elapsed() > Duration::from_millis(900), "{:?}", begun.elapsed());
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(|| running.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("list_organizations                            1         1        0       0\n")
    );
    assert!(!std::fs::read_to_string(&file).unwrap().is_empty());
}
