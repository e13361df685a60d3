//! The program `restore_drill` as a scheduler runs it: with signals at any time.
#![cfg(unix)]

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use planetscale_client::calls::{DeleteBranch, GetBranch, ListBranches};
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID, fixture};
use planetscale_client::types::DatabaseBranch;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use crate::books::{Entry, Maker, Schedule, Server};
use crate::identity::well;
use crate::property::config;

/// How long a request takes until it is done, and as long until it is answered.
const SLOW: Duration = Duration::from_millis(10);

/// Longer than a drill takes whose branch is ready at once.
const MILLISECONDS: u64 = 500;

fn drill(url: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restore_drill"));
    command.args(["--organization", "acme", "--database", "shop", "--branch", "main", "--json"]).args(more);
    command.env("PLANETSCALE_SERVICE_TOKEN_ID", TOKEN_ID).env("PLANETSCALE_SERVICE_TOKEN", TOKEN);
    command.env("PLANETSCALE_SERVER_URL", url);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Its exit, the JSON that it printed, and what it told people.
async fn ended(child: Child) -> (ExitStatus, Value, String) {
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status, serde_json::from_slice(&output.stdout).unwrap_or_default(), told)
}

async fn run(server: &Server, more: &[&str]) -> (ExitStatus, Value, String) {
    ended(drill(&server.url(), more).spawn().unwrap()).await
}

/// What there is of the drill's, once all that was sent has arrived.
async fn left(server: &Server) -> Vec<Entry> {
    tokio::time::sleep(SLOW * 5).await;
    server.entries().into_iter().filter(|it| it.maker == Maker::Client && !it.is_deleted).collect()
}

async fn signal(child: u32, name: &str) {
    let mut command = Command::new("kill");
    command.args([format!("-{name}"), child.to_string()]).stderr(Stdio::null());
    tokio::task::spawn_blocking(move || command.status().unwrap()).await.unwrap();
}

/// Once with these signals, at these times, in milliseconds after the one before.
async fn once(schedule: Schedule, signals: Vec<(&str, u64)>) {
    let server = Server::start(&schedule).await;
    let child = drill(&server.url(), &[]).spawn().unwrap();
    let id = child.id();
    let ended = tokio::spawn(ended(child));
    for (name, after) in &signals {
        tokio::time::sleep(Duration::from_millis(*after)).await;
        // An ended process is left alone: its number may be another one's soon.
        if !ended.is_finished() {
            signal(id, name).await;
        }
    }
    let (status, json, told) = ended.await.unwrap();
    let there = left(&server).await;
    let case = format!("{signals:?}: {status}, {json}, {told}, {there:?}");
    assert!(there.len() <= 1, "{case}");
    match status.code() {
        Some(code) => {
            assert!(json.is_object() && json["stand_in"] == false, "{case}");
            assert_eq!(code == 3, !json["left"].is_null(), "{case}");
            for branch in &there {
                assert!(code == 3 && told.contains(&branch.name), "{case}");
                assert_eq!(json["left"], format!("acme/shop/{}", branch.name), "{case}");
            }
        }
        // Before it could do anything, or killed: the next one tells.
        None if signals.iter().any(|(name, _)| *name == "KILL") => {
            // Two drills at a time would be no drill of what comes after a kill.
            let next = if there.is_empty() { None } else { Some(run(&server, &["--deadline", "0"]).await) };
            if let Some((status, json, told)) = next {
                assert_eq!(status.code(), Some(3), "{case} {json} {told}");
                assert_eq!(json["earlier"][0]["id"], there[0].id, "{case} {json}");
                assert!(told.contains(&there[0].name) && told.contains(&there[0].id), "{case} {told}");
            }
        }
        None => assert!(server.requests().is_empty(), "{case}"),
    }
    for branch in there {
        let (status, json, told) = run(&server, &["--clean", &branch.id]).await;
        assert!(status.success() && json["left"].is_null(), "{json} {told}");
        assert_eq!(json["deleted"], format!("acme/shop/{} ({})", branch.name, branch.id));
    }
    assert!(left(&server).await.is_empty());
    let foreign = server.entries().into_iter().filter(|entry| entry.maker != Maker::Client);
    assert!(foreign.clone().count() == 1 && foreign.clone().all(|entry| !entry.is_deleted));
}

/// Whenever it is interrupted or killed, it cleans up, or it or the next one names what is left; `--clean` deletes that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_signal_leaves_a_branch_unnamed() {
    let cases = config(12);
    let RngSeed::Fixed(seed) = cases.rng_seed else { panic!("{:?}", cases.rng_seed) };
    let mut random = fastrand::Rng::with_seed(seed);
    let mut running = tokio::task::JoinSet::new();
    for number in 0..cases.cases {
        let mut schedule = well();
        schedule.manners.slow = SLOW;
        // It waits, or is done at once.
        schedule.manners.ready = if random.bool() { 0 } else { 3600 };
        // A foreign one, of another name.
        schedule.present = Some((Maker::Other, crate::books::Origin::SameBackup));
        let mut at = || random.u64(1..MILLISECONDS);
        let signals = match number % 4 {
            0 => vec![("INT", at())],
            1 => vec![("TERM", at())],
            2 => vec![("TERM", at()), ("INT", at() / 8)],
            _ => vec![("KILL", at())],
        };
        running.spawn(once(schedule, signals));
        // As many at a time as there is room for.
        if running.len() == 6 {
            running.join_next().await.unwrap().unwrap();
        }
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

/// A scheduler is told of a branch that costs money, unless it is there because all went well and it was asked for.
#[tokio::test]
async fn a_branch_that_was_to_be_kept_is_told_of_where_the_drill_failed() {
    // The server writes the name in its own way.
    let named = ["--keep", "--name", "restore-drill-20260101 Nightly"];
    for (ready, more, code) in [(0, &["--keep"][..], 0), (0, &named, 0), (3600, &["--keep", "--deadline", "0"], 3)] {
        let mut schedule = well();
        (schedule.manners.ready, schedule.manners.normalises) = (ready, true);
        let server = Server::start(&schedule).await;
        let (status, json, told) = run(&server, more).await;
        let [branch] = &left(&server).await[..] else { panic!("{json} {told}") };
        assert_eq!((status.code(), json["error"].is_null()), (Some(code), code == 0), "{json} {told}");
        // It is not one of an earlier drill.
        assert_eq!(json["left"], format!("acme/shop/{}", branch.name), "{told}");
        assert_eq!(json["earlier"], serde_json::json!([]), "{told}");
    }
}

/// Where one that comes before it is deleted while the list is read, a branch is on no page that was read.
#[tokio::test]
async fn a_branch_that_a_list_missed_is_cleaned_up() {
    let server = MockServer::start().await.unwrap();
    let branch = |name| fixture::<DatabaseBranch>(serde_json::json!({ "id": name, "name": name }));
    server.answer::<GetBranch>(&branch("restore-drill-1"));
    server.answer::<DeleteBranch>(&());
    for names in [&["main"][..], &["main", "restore-drill-1"], &["main"]] {
        let branches: Vec<_> = names.iter().copied().map(branch).collect();
        server.answer::<ListBranches>(&fixture(serde_json::json!({ "data": branches, "next_page": null })));
    }
    let child = drill(&server.base_url(), &["--clean", "restore-drill-1"]).spawn().unwrap();
    let (status, _, told) = ended(child).await;
    let deletes: Vec<String> =
        server.requests().into_iter().filter(|it| it.method == "DELETE").map(|it| it.target).collect();
    assert_eq!(deletes, ["/v1/organizations/acme/databases/shop/branches/restore-drill-1"], "{told}");
    assert!(status.success(), "{told}");
}

/// One object, whatever happens, and never the mock server where something real is named.
#[tokio::test]
async fn it_prints_one_object_in_every_ending() {
    let bare = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restore_drill"));
        for name in ["PLANETSCALE_SERVICE_TOKEN_ID", "PLANETSCALE_SERVICE_TOKEN", "PLANETSCALE_SERVER_URL"] {
            command.env_remove(name);
        }
        command.arg("--json");
        command
    };
    let told = |command: &mut Command| {
        let output = command.output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), json)
    };
    for (more, url, code, why) in [
        (&["--organization", "acme"][..], None, 1, "no credentials for what is named on the command line"),
        (&["--branch", "main"], None, 1, "no credentials for what is named on the command line"),
        (&["--clean", "abc"], None, 1, "no credentials for what is named on the command line"),
        (&[], Some("https://api.example.com/v1"), 1, "no credentials for PLANETSCALE_SERVER_URL"),
        (&["--deadline", "soon"], None, 2, "invalid value 'soon'"),
        (&["--colour"], None, 2, "unexpected argument '--colour'"),
    ] {
        let mut command = bare();
        command.args(more).envs(url.map(|url| ("PLANETSCALE_SERVER_URL", url)));
        let (status, json) = told(&mut command);
        assert_eq!((status, &json["stand_in"], &json["left"]), (Some(code), &false.into(), &Value::Null), "{json}");
        assert!(json["error"].as_str().unwrap().contains(why), "{json}");
    }
    // A minute is long enough there, and a second is not.
    let (status, json) = told(bare().args(["--cluster-size", "PS_40", "--deadline", "1"]));
    assert_eq!((status, &json["stand_in"], &json["restored"]), (Some(0), &true.into(), &true.into()), "{json}");
    assert_eq!(json["cluster_size"], "PS_40", "{json}");
    let name = json["branch"].as_str().unwrap();
    assert!(name.starts_with("restore-drill-20") && json["branch_id"].is_string(), "{json}");
}
