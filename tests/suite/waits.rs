//! Waiting by data: what the effective document says of states and of polled operations is what `wait()` does, and what
//! the front page says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use planetscale_client::calls::{
    GetBackup, GetBranch, GetBranchChangeRequest, GetBranchResizeRequest, GetDatabase, GetDeployRequest, GetKeyspace,
    GetQueryPatternsReportStatus,
};
use planetscale_client::mock::{Call, Fixture, MockServer, fixture};
use planetscale_client::{Outcome, PollError};
use serde_json::{Value, json};

use crate::clock;
use crate::meaning::spec;
use crate::update_spec::openapi_dir;

static DOCUMENT: LazyLock<Arc<Value>> = LazyLock::new(|| spec("planetscale.yaml"));

/// The operations that are polled, with their `x-poll` and the kinds of the states that they are polled for.
fn polled() -> BTreeMap<&'static str, (&'static Value, BTreeMap<&'static str, &'static str>)> {
    let items = DOCUMENT["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    operations
        .filter_map(|operation| {
            Some((operation["operationId"].as_str()?, (operation.get("x-poll")?, states_of(operation))))
        })
        .collect()
}

fn states_of(operation: &Value) -> BTreeMap<&str, &str> {
    let schema = |value: &Value| -> &Value {
        let reference = value.get("$ref").or_else(|| value["allOf"].get(0)?.get("$ref"));
        reference.and_then(|to| DOCUMENT.pointer(to.as_str().unwrap().trim_start_matches('#'))).unwrap_or(&Value::Null)
    };
    let Some(property) = operation["x-poll"]["state"].as_str() else { return BTreeMap::new() };
    let answer = schema(&operation["responses"]["200"]["content"]["application/json"]["schema"]);
    let states = schema(&answer["properties"][property])["x-states"].as_object().unwrap();
    states.iter().map(|(state, said)| (state.as_str(), said["kind"].as_str().unwrap())).collect()
}

/// A state that the vendor adds or drops is to be told of.
#[test]
fn every_state_of_an_enum_has_a_kind_and_no_other() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    let mut count = 0;
    for (name, schema) in schemas {
        let Some(states) = schema.get("x-states") else { continue };
        let listed: BTreeSet<&str> =
            schema["enum"].as_array().unwrap().iter().map(|state| state.as_str().unwrap()).collect();
        let said: BTreeSet<&str> = states.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(said, listed, "x-states of {name} in openapi/overlay.yaml");
        count += 1;
    }
    assert!(count >= 13, "{count}");
    // Enums of states that have none.
    let is_state = |(name, schema): &(&String, &Value)| {
        name.ends_with("State") && schema.get("enum").is_some() && schema.get("x-states").is_none()
    };
    let without: Vec<&String> = schemas.iter().filter(is_state).map(|(name, _)| name).collect();
    assert_eq!(without, ["ClosedState"], "say in openapi/overlay.yaml what their states mean");
}

#[test]
fn every_wait_is_in_the_guide() {
    let page = std::fs::read_to_string(openapi_dir().join("../client/GUIDE.md")).unwrap();
    let time = |seconds: u64| match seconds {
        0 => "at once".to_owned(),
        _ if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    };
    let mut rows = Vec::new();
    for (id, (poll, states)) in polled() {
        let ends = match poll["until"].as_object() {
            Some(until) => {
                let mut flags: Vec<_> = until.iter().map(|(name, value)| (value == false, name)).collect();
                flags.sort();
                flags.iter().map(|(is_not, name)| format!("{}`{name}`", if *is_not { "not " } else { "" })).collect()
            }
            None => {
                let successes = states.iter().filter(|(_, kind)| **kind == "success");
                successes.map(|(state, _)| format!("`{state}`")).collect::<Vec<_>>()
            }
        };
        let times = ["first_delay", "interval", "deadline"].map(|name| time(poll[name].as_u64().unwrap()));
        rows.push(format!("| `{id}` | {} | {} |", ends.join(", "), times.join(", ")));
    }
    assert_eq!(rows.len(), 8);
    let rows = rows.join("\n");
    assert!(page.contains(&rows), "client/GUIDE.md has not these rows:\n{rows}");
}

/// An answer with some values of its own.
fn answers<C: Call>(server: &MockServer, more: Value)
where
    C::Answer: Fixture + serde::Serialize,
{
    server.answer::<C>(&fixture::<C::Answer>(more));
}

/// How a wait of an operation ended, and when, where the answers are as they are told, and the last one stays. It waits
/// for the second one as long as the document says, and no longer for another.
async fn end_of(id: &str, with: &[&Value]) -> (&'static str, u64) {
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    macro_rules! wait {
        ($operation:ident, $call:expr) => {{
            for answer in with {
                answers::<$operation>(&server, (*answer).clone());
            }
            let start = tokio::time::Instant::now();
            let wait = $call.wait();
            // Seldom, where it would poll the same until the deadline.
            let end = match if with.len() > 1 { wait } else { wait.interval(Duration::MAX) }.await {
                Ok(_) => "success",
                Err(error) => {
                    let (outcome, said) = (error.outcome(), error.to_string());
                    match &error {
                        PollError::Ended(_)
                            if said.ends_with(": that is a failure") && outcome == Outcome::NotApplied =>
                        {
                            "failure"
                        }
                        PollError::Stopped(_) if outcome == Outcome::NotApplied && !error.is_retryable() => "neither",
                        PollError::TimedOut { last: Some(_), .. } if said.contains("was last seen") => "passing",
                        other => panic!("{other:?}"),
                    }
                }
            };
            (end, start.elapsed().as_secs())
        }};
    }
    let branch = client.branch(planetscale_client::BranchRef::new("acme", "shop", "main"));
    match id {
        "get_backup" => wait!(GetBackup, branch.get_backup().id("b")),
        "get_branch" => wait!(GetBranch, branch.get_branch()),
        "get_branch_change_request" => wait!(GetBranchChangeRequest, branch.get_branch_change_request().id("c")),
        "get_branch_resize_request" => wait!(GetBranchResizeRequest, branch.get_branch_resize_request().resize("r")),
        "get_database" => wait!(GetDatabase, client.get_database().organization("acme").database("shop")),
        "get_deploy_request" => {
            wait!(GetDeployRequest, client.get_deploy_request().organization("acme").database("shop").number(1))
        }
        "get_keyspace" => wait!(GetKeyspace, branch.get_keyspace().keyspace("k")),
        "get_query_patterns_report_status" => {
            wait!(GetQueryPatternsReportStatus, branch.get_query_patterns_report_status().id("q"))
        }
        other => panic!("{other} has data for a wait: call it here, too"),
    }
}

/// For each operation and each state that it can be in.
#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "it would take hours")]
async fn a_wait_ends_as_the_document_says_and_else_at_its_deadline() {
    clock::pause();
    // All at once, as the clock goes for all of them.
    let mut waits = tokio::task::JoinSet::new();
    for (id, (poll, mut states)) in polled() {
        let Some(property) = poll.get("state") else { continue };
        // And one that nobody knows.
        states.insert("unheard_of", "passing");
        let with = |state: &str| json!({ property.as_str().unwrap(): state });
        let [first, interval, deadline] =
            ["first_delay", "interval", "deadline"].map(|name| poll[name].as_u64().unwrap());
        for (state, kind) in states {
            let (with, unheard_of) = (with(state), with("unheard_of"));
            waits.spawn(async move {
                if matches!(kind, "initial" | "passing") {
                    assert_eq!(end_of(id, &[&with]).await, ("passing", deadline), "{id}, {state}");
                    return;
                }
                assert_eq!(end_of(id, &[&with]).await, (kind, first), "{id}, {state}");
                let (end, after) = end_of(id, &[&unheard_of, &with]).await;
                // An interval is a tenth longer or shorter, as chance has it.
                let then = first + interval * 9 / 10..=first + interval * 11 / 10;
                assert!(end == kind && then.contains(&after), "{id}, {state}: {end} after {after} s, not {then:?}");
            });
        }
    }
    assert!(waits.len() > 50, "{}", waits.len());
    waits.join_all().await;
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "it would take hours")]
async fn a_keyspace_is_waited_for_by_four_conditions() {
    clock::pause();
    let names = ["resizing", "resize_pending", "config_change_in_progress", "resize_in_progress"];
    let with = |wrong: &str| {
        let mut flags: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), (*name == wrong).into())).collect();
        flags.insert("ready".into(), (wrong != "ready").into());
        Value::Object(flags)
    };
    for fine in ["", "resize_in_progress"] {
        assert_eq!(end_of("get_keyspace", &[&with(fine)]).await, ("success", 30), "{fine}");
    }
    for wrong in ["ready", "resizing", "resize_pending", "config_change_in_progress"] {
        assert_eq!(end_of("get_keyspace", &[&with(wrong)]).await, ("passing", 1800), "{wrong}");
    }
}

/// The name, the state and the cause.
#[tokio::test]
async fn errors_name_what_was_waited_for() {
    clock::pause();
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    let call = client.get_deploy_request().organization("acme").database("shop").number(7);
    for (state, said) in [
        ("complete_error", "7 (dr7) ended as complete_error: that is a failure"),
        ("no_changes", "7 (dr7) ended as no_changes: that is neither success nor failure"),
        ("in_progress", "7 (dr7) was last seen as in_progress"),
        // It stays.
        ("queued", "7 (dr7) was last seen as queued"),
    ] {
        answers::<GetDeployRequest>(&server, json!({ "number": 7, "id": "dr7", "deployment_state": state }));
        // A script's first answer goes once there is another one.
        if state != "complete_error" {
            call.clone().await.unwrap();
        }
        let error = call.clone().wait().interval(Duration::MAX).await.unwrap_err().to_string();
        assert!(error.starts_with("timed out after 300") || error == said, "{error}");
        assert!(error.ends_with(said), "{error}");
    }
    // The first poll finds it, the next one does not.
    server.pass_next();
    server.refuse_next(403, "forbidden", "no access");
    let error = call.clone().wait().await.unwrap_err();
    assert_eq!(error.to_string(), "polling failed; 7 (dr7) was last seen as queued, and may still go on");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("no access"));
    server.refuse_next(403, "forbidden", "no access");
    let said = call.wait().await.unwrap_err().to_string();
    assert!(said.starts_with("polling /v1/organizations/acme/databases/shop/deploy-requests/7 failed"), "{said}");
}
