//! The state of a mock server that remembers, saved and put back.

use std::time::Duration;

use planetscale_client::mock::MockServer;
use serde_json::{Value, json};

use crate::meaning::spec;
use crate::stand_in::http;
use crate::steering::{SHOP, call, given};
use crate::walk::{Walk, operations, seed, steps};

/// A server with what another one has.
async fn with(state: &Value) -> MockServer {
    let server = MockServer::remembering().freeze().await.unwrap();
    let (status, _, put) = call(&server, "PUT", "/_standin/state", state.clone()).await;
    assert_eq!(status, 200, "{put}");
    server
}

async fn state_of(server: &MockServer) -> Value {
    given(server, "/_standin/state").await
}

/// A body without what differs from server to server: IDs, secrets and times that are made.
fn masked(body: &Value) -> Value {
    match body {
        Value::String(text) if text.starts_with("mock") => "made".into(),
        Value::String(text) if text.parse::<chrono::DateTime<chrono::Utc>>().is_ok() => "a time".into(),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), masked(value))).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_state_put_back_is_the_same_and_goes_on_as_if_it_had_never_been_saved() {
    let document = spec("planetscale.yaml");
    for number in 0..2 {
        let (seed, seen) = seed(&operations(&document), &["acme"]);
        let server = MockServer::remembering().seed(seed).freeze().await.unwrap();
        let mut walk = Walk::new(&server, http(), &document, seen[0].clone());
        let mut rng = fastrand::Rng::with_seed(number);
        for step in 0..steps() {
            walk.step(&mut rng).await;
            if step % 20 == 0 {
                server.advance(Duration::from_secs(10));
            }
        }
        // What is under way begins anew.
        server.advance(Duration::from_secs(100_000));
        let state = state_of(&server).await;
        let other = with(&state).await;
        assert_eq!(state_of(&other).await, state);

        let mut again = Walk::new(&other, http(), &document, walk.seen.clone());
        walk.answers.clear();
        let mut same = rng.clone();
        for step in 0..steps() / 4 {
            walk.step(&mut rng).await;
            again.step(&mut same).await;
            let said = [&mut walk, &mut again].map(|walk| {
                let mut said = walk.answers.drain(..);
                said.next().map(|answer| (answer.id, answer.status, masked(&answer.body), answer.what))
            });
            let [Some(one), Some(two)] = said else { continue };
            assert_eq!((&one.0, one.1, &one.2), (&two.0, two.1, &two.2), "{}\n{}", one.3, two.3);
            if step % 20 == 0 {
                server.advance(Duration::from_secs(10));
                other.advance(Duration::from_secs(10));
            }
        }
    }
}

/// A process that begins with the state of another one.
#[tokio::test]
async fn what_is_made_after_a_state_is_put_back_has_ids_of_its_own() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let backups = format!("{SHOP}/branches/main/backups");
    // One is left, of an ID that the other server would have come to.
    for left in [false; 40].into_iter().chain([true]) {
        let made = call(&server, "POST", &backups, Value::Null).await.2;
        let backup = format!("{backups}/{}", made["id"].as_str().unwrap());
        assert!(left || call(&server, "DELETE", &backup, Value::Null).await.0 == 204, "{made}");
    }
    let other = with(&state_of(&server).await).await;
    for _ in 0..60 {
        let (status, _, made) = call(&other, "POST", &backups, Value::Null).await;
        assert_eq!(status, 201, "{made}");
    }
    assert_eq!(given(&other, &backups).await["total_count"], 61);
    // What a seed gives no ID has none that another item of the seed has.
    for number in 1..20 {
        let seed =
            json!({ "/organizations": [{ "name": "acme" }, { "name": "other", "id": format!("mock{number:08}") }] });
        let server = MockServer::remembering().seed(seed).await.unwrap();
        let both = given(&server, "/organizations").await;
        assert_ne!(both["data"][0]["id"], both["data"][1]["id"]);
    }
}

/// The rules of a traffic budget, in the order of their fingerprints as they were sent.
fn fingerprints(budget: &Value) -> Vec<&str> {
    budget["rules"].as_array().unwrap().iter().map(|rule| rule["fingerprint"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_rule_is_in_its_budget_once_however_it_came_there() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let budgets = format!("{SHOP}/branches/main/traffic/budgets");
    let rule = |fingerprint: &str| json!({ "kind": "match", "fingerprint": fingerprint });
    let (status, _, made) = call(&server, "POST", &budgets, json!({ "name": "b", "rules": [rule("sent")] })).await;
    assert_eq!((status, fingerprints(&made)), (201, vec!["sent"]), "{made}");
    let budget = format!("{budgets}/{}", made["id"].as_str().unwrap());
    assert_eq!(call(&server, "POST", &format!("{budget}/rules"), rule("made")).await.0, 201);
    let shown = given(&server, &budget).await;
    assert_eq!(fingerprints(&shown), ["sent", "made"]);
    for server in [&with(&state_of(&server).await).await, &server] {
        assert_eq!(given(server, &budget).await, shown);
        // Each of them can be deleted, and others can take their places.
        for (rule, left) in shown["rules"].as_array().unwrap().iter().zip([vec!["made"], vec![]]) {
            let path = format!("{budget}/rules/{}", rule["id"].as_str().unwrap());
            assert_eq!(call(server, "DELETE", &path, Value::Null).await.0, 204, "{path}");
            assert_eq!(fingerprints(&given(server, &budget).await), left);
        }
        for rules in [vec!["one", "two"], vec!["three"]] {
            let body = json!({ "rules": rules.iter().map(|of| rule(of)).collect::<Value>() });
            assert_eq!(fingerprints(&call(server, "PATCH", &budget, body).await.2), rules);
            assert_eq!(fingerprints(&given(server, &budget).await), rules);
        }
    }
}

#[tokio::test]
async fn what_nobody_set_follows_what_is_there_after_a_state_is_put_back() {
    let server = MockServer::remembering().freeze().await.unwrap();
    assert_eq!(call(&server, "DELETE", &format!("{SHOP}/branches/main"), Value::Null).await.0, 204);
    for other in [with(&state_of(&server).await).await, server] {
        assert_eq!(given(&other, SHOP).await["branches_count"], 0);
        assert_eq!(call(&other, "POST", &format!("{SHOP}/branches"), json!({ "name": "dev" })).await.0, 201);
        assert_eq!(given(&other, SHOP).await["branches_count"], 1);
    }
}
