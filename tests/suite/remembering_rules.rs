//! What a mock server that remembers does by rule: pages and filters, times, states, and what it refuses.

use std::collections::BTreeSet;
use std::time::Duration;

use planetscale_client::mock::MockServer;
use planetscale_client::types::Backup;
use planetscale_client::{BranchRef, Created};
use serde_json::{Value, json};

use crate::stand_in::http;
use crate::steering::{SHOP, call, given};

/// A server with one database that has what is given below it.
async fn seeded(below: &[(&str, Value)]) -> MockServer {
    let mut seed = json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
    });
    for (path, items) in below {
        seed[*path] = items.clone();
    }
    MockServer::remembering().seed(seed).freeze().await.unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// What time it is there.
async fn now(server: &MockServer) -> Value {
    given(server, "/_standin/clock").await["now"].clone()
}

#[tokio::test]
async fn every_item_is_on_one_page() {
    let backups = format!("{SHOP}/branches/main/backups");
    let of = |number: i32| format!("backup{number:03}");
    let items: Vec<Value> = (0..130).map(|number| json!({ "id": of(number), "state": "success" })).collect();
    let server = seeded(&[(&backups, items.into())]).await;
    for (per_page, pages) in [(1, 130), (50, 3), (65, 2), (100, 2), (1000, 2)] {
        let (mut seen, mut page, mut read) = (BTreeSet::new(), json!(1), 0);
        while !page.is_null() {
            let list = given(&server, &format!("{backups}?per_page={per_page}&page={page}")).await;
            let on_this = ids(&list);
            assert!(!on_this.is_empty() && on_this.iter().all(|id| seen.insert(id.clone())), "{list}");
            let before = if read == 0 { Value::Null } else { json!(read) };
            assert_eq!((&list["prev_page"], &list["total_pages"]), (&before, &json!(pages)));
            assert_eq!((&list["per_page"], &list["total_count"]), (&json!(per_page.min(100)), &json!(130)));
            (page, read) = (list["next_page"].clone(), read + 1);
        }
        assert_eq!((seen, read), ((0..130).map(of).collect(), pages), "{per_page}");
    }
    assert_eq!(ids(&given(&server, &backups).await).len(), 25);
    for query in ["page=0", "per_page=0", "page=-1"] {
        assert_eq!(call(&server, "GET", &format!("{backups}?{query}"), Value::Null).await.0, 422, "{query}");
    }
}

#[tokio::test]
async fn a_filter_leaves_in_what_fits_all_of_it() {
    let backups = format!("{SHOP}/branches/main/backups");
    let backup = |id: &str, state: &str, day: u32| json!({ "id": id, "state": state, "started_at": format!("2026-01-0{day}T00:00:00.000Z") });
    let all =
        [backup("a", "success", 1), backup("b", "failed", 2), backup("c", "success", 3), backup("d", "failed", 4)];
    let server = seeded(&[(&backups, Value::from(all.to_vec()))]).await;
    for (query, fitting) in [
        ("state=success", vec!["a", "c"]),
        ("from=2026-01-02T00:00:00Z", vec!["b", "c", "d"]),
        ("to=2026-01-02T00:00:00Z", vec!["a", "b"]),
        ("state=success&from=2026-01-02T00:00:00Z", vec!["c"]),
        ("from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z", vec!["b", "c"]),
        ("state=running", vec![]),
    ] {
        let list = given(&server, &format!("{backups}?{query}")).await;
        let found: BTreeSet<String> = ids(&list).into_iter().collect();
        assert_eq!(found, fitting.into_iter().map(str::to_owned).collect(), "{query}");
    }
    // A search finds any part of a name.
    for (part, count) in [("ai", 1), ("main", 1), ("an", 0)] {
        assert_eq!(given(&server, &format!("{SHOP}/branches?q={part}")).await["total_count"], count, "{part}");
    }
}

#[tokio::test]
async fn time_passes_faster_where_it_is_scaled() {
    let server = MockServer::remembering().time_scale(0.001).await.unwrap();
    let now = async || now(&server).await.as_str().unwrap().parse().unwrap();
    let before: chrono::DateTime<chrono::Utc> = now().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    // A hundred seconds of its time; however slow this machine is, no less.
    assert!(now().await - before >= chrono::TimeDelta::seconds(99));
}

#[tokio::test]
async fn a_retention_is_in_the_expiry() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let backups = format!("{SHOP}/branches/main/backups");
    let lives = |made: &Value| {
        let time = |name: &str| made[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        (time("expires_at") - time("created_at")).num_seconds()
    };
    for (unit, seconds) in
        [("hour", 3_600), ("day", 86_400), ("week", 604_800), ("month", 2_629_746), ("year", 31_556_952)]
    {
        let made = call(&server, "POST", &backups, json!({ "retention_unit": unit, "retention_value": 3 })).await.2;
        assert_eq!(lives(&made), 3 * seconds, "{unit}");
    }
    assert_eq!(lives(&call(&server, "POST", &backups, json!({})).await.2), 2 * 86_400);
    let passwords = format!("{SHOP}/branches/main/passwords");
    assert_eq!(lives(&call(&server, "POST", &passwords, json!({ "ttl": 60 })).await.2), 60);
}

#[tokio::test]
async fn what_is_protected_is_not_deleted() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let made = call(&server, "POST", &format!("{SHOP}/branches/main/backups"), json!({})).await.2;
    server.advance(Duration::from_secs(60));
    let backup = format!("{SHOP}/branches/main/backups/{}", made["id"].as_str().unwrap());
    for (is_protected, status) in [(true, 422), (false, 204)] {
        server.advance(Duration::from_secs(1));
        let (changed, _, patched) = call(&server, "PATCH", &backup, json!({ "protected": is_protected })).await;
        let now = now(&server).await;
        assert_eq!((changed, &patched["updated_at"]), (200, &now));
        assert_eq!(call(&server, "DELETE", &backup, Value::Null).await.0, status);
        assert_eq!(call(&server, "GET", &backup, Value::Null).await.0, if is_protected { 200 } else { 404 });
    }
    // Of a branch the flag has another name.
    let kept = json!({ "name": "kept", "parent_branch": "main", "deletion_protected": true });
    assert_eq!(call(&server, "POST", &format!("{SHOP}/branches"), kept).await.0, 201);
    assert_eq!(call(&server, "DELETE", &format!("{SHOP}/branches/kept"), Value::Null).await.0, 422);
}

#[tokio::test]
async fn a_gated_deploy_waits_for_its_cutover() {
    for is_gated in [true, false] {
        let server = MockServer::remembering().freeze().await.unwrap();
        let send = async |path: &str, body| {
            let answer = call(&server, "POST", &format!("{SHOP}{path}"), body).await;
            server.advance(Duration::from_secs(120));
            answer
        };
        send("/branches", json!({ "name": "dev", "parent_branch": "main" })).await;
        let request = json!({ "branch": "dev", "into_branch": "main", "auto_cutover": !is_gated });
        assert_eq!(send("/deploy-requests", request).await.0, 201);
        let queue = async || given(&server, &format!("{SHOP}/deploy-queue")).await["data"].as_array().unwrap().len();
        assert_eq!(queue().await, 0);
        let (status, _, queued) = call(&server, "POST", &format!("{SHOP}/deploy-requests/1/deploy"), json!({})).await;
        assert_eq!((status, queue().await), (200, 1), "{queued}");
        server.advance(Duration::from_secs(120));
        let state = async || given(&server, &format!("{SHOP}/deploy-requests/1")).await["deployment_state"].clone();
        if is_gated {
            assert_eq!(state().await, "pending_cutover");
            assert_eq!(send("/deploy-requests/1/apply-deploy", Value::Null).await.0, 200);
        }
        assert_eq!((state().await, queue().await), (json!("complete_pending_revert"), 0));
        assert_eq!(send("/deploy-requests/1/revert", Value::Null).await.0, 200);
        assert_eq!(state().await, "complete_revert");
    }
}

#[tokio::test]
async fn what_failed_has_ended_at_a_time() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let made = call(&server, "POST", &format!("{SHOP}/branches/main/backups"), json!({})).await.2;
    assert_eq!(made["completed_at"], Value::Null);
    server.advance(Duration::from_secs(1));
    let path = format!("{SHOP}/branches/main/backups/{}", made["id"].as_str().unwrap());
    server.transition(&path, ["failed"]);
    let failed = given(&server, &path).await;
    let now = now(&server).await;
    assert_eq!((&failed["state"], &failed["completed_at"]), (&json!("failed"), &now));
    // What is pending has not started.
    let pending = json!({ "id": "old", "state": "failed" });
    let server = seeded(&[(&format!("{SHOP}/branches/main/backups"), json!([pending]))]).await;
    let path = format!("{SHOP}/branches/main/backups/old");
    for (state, is_started) in [("pending", false), ("running", true)] {
        server.transition(&path, [state]);
        assert_eq!(given(&server, &path).await["started_at"].is_string(), is_started, "{state}");
    }
}

#[tokio::test]
async fn what_is_under_way_can_be_canceled() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let keyspace = format!("{SHOP}/branches/main/keyspaces/main");
    let resizes = format!("{keyspace}/resizes");
    for after in [0, 3] {
        call(&server, "PUT", &resizes, json!({ "cluster_size": "PS_40" })).await;
        server.advance(Duration::from_secs(after));
        assert_eq!(call(&server, "DELETE", &resizes, Value::Null).await.0, 204);
        server.advance(Duration::from_secs(600));
        assert_eq!(given(&server, &keyspace).await["cluster_name"], "PS_10", "{after}");
    }
    // What is said to cancel resizes of a branch cancels its other changes, too.
    let branch = format!("{SHOP}/branches/main");
    let asked = call(&server, "PATCH", &format!("{branch}/changes"), json!({ "cluster_size": "PS_40" })).await;
    assert_eq!(asked.0, 200, "{}", asked.2);
    assert_eq!(call(&server, "DELETE", &format!("{branch}/resizes"), Value::Null).await.0, 204);
    let change = format!("{branch}/changes/{}", asked.2["id"].as_str().unwrap());
    assert_eq!(given(&server, &change).await["state"], "canceled");
}

#[tokio::test]
async fn a_verb_turns_its_flag_on_and_off() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let branch = format!("{SHOP}/branches/main");
    for (method, is_on) in [("POST", true), ("DELETE", false), ("POST", true)] {
        server.advance(Duration::from_secs(1));
        assert_eq!(call(&server, method, &format!("{branch}/safe-migrations"), Value::Null).await.0, 200);
        let (shown, now) = (given(&server, &branch).await, now(&server).await);
        assert_eq!((&shown["safe_migrations"], &shown["updated_at"]), (&json!(is_on), &now), "{method}");
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_given_again() {
    let server = MockServer::remembering().freeze().await.unwrap();
    for name in ["one", "two"] {
        call(&server, "POST", &format!("{SHOP}/branches"), json!({ "name": name, "parent_branch": "main" })).await;
    }
    let branch = |name: &str| format!("{SHOP}/branches/{name}");
    let [one, two] = [given(&server, &branch("one")).await, given(&server, &branch("two")).await];
    let (status, _, refused) = call(&server, "PATCH", &branch("one"), json!({ "new_name": "two" })).await;
    assert_eq!(status, 422);
    assert!(refused["message"].as_str().unwrap().contains("has already been taken"), "{refused}");
    assert_eq!([given(&server, &branch("one")).await, given(&server, &branch("two")).await], [one.clone(), two]);
    assert_eq!(call(&server, "PATCH", &branch("one"), json!({ "new_name": "three" })).await.0, 200);
    assert_eq!(call(&server, "GET", &branch("one"), Value::Null).await.0, 404);
    assert_eq!(given(&server, &branch("three")).await["id"], one["id"]);
}

/// The client's own restore: the second call finds what the first one made.
#[tokio::test]
async fn a_restore_is_mentioned_by_backup_and_branch() {
    let server = MockServer::remembering().time_scale(0.001).await.unwrap();
    let client = server.client().unwrap();
    let main = BranchRef::new("acme", "shop", "main");
    let backup = client.ensure_backup(&main, "nightly").await.unwrap().backup;
    let backup = main.backup(&backup.id);
    client.wait_for_backup(&backup).interval(Duration::from_millis(10)).await.unwrap();
    let first = client.restore_backup(&backup, "drill").await.unwrap();
    let second = client.restore_backup(&backup, "drill").await.unwrap();
    assert_eq!((first.created, second.created), (Created::ByThisRun, Created::Before));
    assert_eq!(first.branch.id, second.branch.id);
    let branch = given(&server, &format!("{SHOP}/branches/drill")).await;
    assert_eq!(branch["restored_from_branch"]["name"], "main");
    let backup = &server.stored::<Backup>()[0];
    let restored: Vec<_> = backup.restored_branches.iter().map(|branch| (&branch.name, &branch.id)).collect();
    assert_eq!(restored, [(&first.branch.name, &first.branch.id)]);
}

#[tokio::test]
async fn a_server_stays_as_strict_as_it_was() {
    let database = json!({ "name": "later", "cluster_size": "PS_10", "replicas": null, "unheard_of": 1 });
    for (reset, body) in
        [("/_standin/reset", Value::Null), ("/_standin/state", json!({ "/organizations": [{ "name": "acme" }] }))]
    {
        let method = if body.is_null() { "POST" } else { "PUT" };
        let [lenient, strict] = [MockServer::remembering().lenient(), MockServer::remembering().strict()];
        let (lenient, strict) = (lenient.await.unwrap(), strict.await.unwrap());
        for server in [&lenient, &strict] {
            assert_eq!(call(server, method, reset, body.clone()).await.0, 200);
        }
        let databases = "/organizations/acme/databases";
        assert_eq!(call(&lenient, "POST", databases, database.clone()).await.0, 201, "{reset}");
        assert_eq!(call(&strict, "POST", databases, database.clone()).await.0, 400, "{reset}");
        assert_eq!(call(&strict, "GET", "/organizations/acme/invoices", Value::Null).await.0, 501, "{reset}");
    }
}

#[tokio::test]
async fn a_reset_forgets_faults_and_requests() {
    let server = MockServer::remembering().await.unwrap();
    let backups = format!("{SHOP}/branches/main/backups");
    let forgotten = call(&server, "POST", &backups, json!({})).await.2;
    let fault = json!({ "fault": "refuse", "status": 503, "operation": "get_branch", "times": 3 });
    assert_eq!(call(&server, "POST", "/_standin/faults", fault).await.0, 200);
    let branch = format!("{SHOP}/branches/main");
    assert_eq!(call(&server, "GET", &branch, Value::Null).await.0, 503);
    assert_eq!(call(&server, "POST", "/_standin/reset", Value::Null).await.0, 200);
    assert_eq!(given(&server, "/_standin/faults").await, json!([]));
    assert_eq!(call(&server, "GET", &branch, Value::Null).await.0, 200);
    assert_eq!(given(&server, "/_standin/requests").await.as_array().unwrap().len(), 1);
    assert_eq!(given(&server, "/_standin").await["requests"], 1);
    // What is forgotten is not mistaken for what is made afterwards.
    let made = call(&server, "POST", &backups, json!({})).await.2;
    assert_ne!(made["id"], forgotten["id"]);
}

#[tokio::test]
async fn answers_are_given_in_their_order_and_the_last_from_then_on() {
    let server = MockServer::remembering().await.unwrap();
    let branch = format!("{SHOP}/branches/main");
    let answers = json!({ "path": branch, "method": "GET", "answers": [{ "status": 503 }, { "status": 404 }] });
    assert_eq!(call(&server, "POST", "/_standin/answers", answers).await.0, 200);
    for status in [503, 404, 404, 404] {
        assert_eq!(call(&server, "GET", &branch, Value::Null).await.0, status);
    }
}

/// Whether a lost request or answer has made something is what a program's retries are tested with.
#[tokio::test]
async fn a_request_that_is_lost_is_not_done_and_one_whose_answer_is_lost_is() {
    let backups = format!("{SHOP}/branches/main/backups");
    for (fault, made) in [("lose_request", 0), ("lose_answer", 1), ("truncate", 1)] {
        let server = MockServer::remembering().await.unwrap();
        let wanted = json!({ "fault": fault, "operation": "create_backup" });
        assert_eq!(call(&server, "POST", "/_standin/faults", wanted).await.0, 200);
        let token = format!("{}:{}", planetscale_client::mock::TOKEN_ID, planetscale_client::mock::TOKEN);
        let request = http().post(format!("{}{backups}", server.base_url())).header("authorization", token);
        let answered = async { request.json(&json!({})).send().await?.bytes().await };
        assert!(answered.await.is_err(), "{fault}");
        assert_eq!(server.stored::<Backup>().len(), made, "{fault}");
    }
}

#[tokio::test]
async fn a_host_that_is_allowed_reaches_it_on_any_port() {
    let server = MockServer::remembering().allow_host("stand-in").await.unwrap();
    let health = format!("{}/_standin/health", server.base_url().replace("/v1", ""));
    for (host, status) in
        [("stand-in", 200), ("STAND-IN:8080", 200), ("localhost", 200), ("evil.example", 421), ("xstand-in", 421)]
    {
        assert_eq!(http().get(&health).header("host", host).send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn what_is_set_of_a_database_is_read_again_and_goes_with_it() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let throttler = format!("{SHOP}/throttler");
    let set = json!([{ "keyspace_name": "main", "ratio": 40 }]);
    assert_eq!(call(&server, "PATCH", &throttler, json!({ "configurations": set })).await.0, 200);
    assert_eq!(given(&server, &throttler).await["configurations"], set);
    assert_eq!(call(&server, "DELETE", SHOP, Value::Null).await.0, 204);
    let state = given(&server, "/_standin/state").await;
    assert_eq!(call(&server, "PUT", "/_standin/state", state.clone()).await.0, 200, "{state}");
    assert!(!state.to_string().contains("throttler"), "{state}");
}

#[tokio::test]
async fn what_a_branch_is_made_of_is_in_its_own_database() {
    let server = seeded(&[("/organizations/acme/databases/shop/branches/main/backups", json!([]))]).await;
    let other = json!({ "name": "other", "cluster_size": "PS_10" });
    assert_eq!(call(&server, "POST", "/organizations/acme/databases", other).await.0, 201);
    let backups = "/organizations/acme/databases/other/branches/main/backups";
    let backup = call(&server, "POST", backups, json!({})).await.2;
    server.advance(Duration::from_secs(60));
    let restored =
        json!({ "name": "drill", "parent_branch": "main", "backup_id": backup["id"], "cluster_size": "PS_10" });
    let orphan = json!({ "name": "dev", "parent_branch": "gone" });
    for body in [restored.clone(), orphan] {
        let (status, _, refused) = call(&server, "POST", &format!("{SHOP}/branches"), body).await;
        assert_eq!((status, &refused["code"]), (404, &json!("not_found")), "{refused}");
    }
    let there = "/organizations/acme/databases/other/branches";
    assert_eq!(call(&server, "POST", there, restored).await.0, 201);
}

#[tokio::test]
async fn a_state_that_is_sent_is_entered() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let dev = json!({ "name": "dev", "parent_branch": "main" });
    assert_eq!(call(&server, "POST", &format!("{SHOP}/branches"), dev).await.0, 201);
    server.advance(Duration::from_secs(60));
    let request = json!({ "branch": "dev", "into_branch": "main" });
    assert_eq!(call(&server, "POST", &format!("{SHOP}/deploy-requests"), request).await.0, 201);
    server.advance(Duration::from_secs(60));
    let closed = call(&server, "PATCH", &format!("{SHOP}/deploy-requests/1"), json!({ "state": "closed" })).await.2;
    let now = now(&server).await;
    assert_eq!((&closed["state"], &closed["closed_at"]), (&json!("closed"), &now));
}

#[tokio::test]
async fn a_slug_is_a_name_as_an_address_has_it() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let teams = "/organizations/acme/teams";
    assert_eq!(call(&server, "POST", teams, json!({ "name": "The Platform" })).await.0, 200);
    let team = format!("{teams}/the-platform");
    assert_eq!(given(&server, &team).await["name"], "The Platform");
    // What a client of another kind sends as null is cleared, where that is described.
    let lenient = MockServer::remembering().lenient().await.unwrap();
    let described = json!({ "name": "The Platform", "description": "those" });
    assert_eq!(call(&lenient, "POST", teams, described).await.2["description"], "those");
    let cleared = call(&lenient, "PATCH", &team, json!({ "description": null })).await.2;
    assert_eq!(cleared["description"], Value::Null);
}

#[tokio::test]
async fn each_value_is_held_to_the_description() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let main = format!("{SHOP}/branches/main");
    let retention = |value: i64| json!({ "retention_unit": "hour", "retention_value": value });
    for (value, status) in [(0, 400), (1, 201), (1000, 201), (1001, 400)] {
        assert_eq!(call(&server, "POST", &format!("{main}/backups"), retention(value)).await.0, status, "{value}");
    }
    let cidrs = json!({ "name": "app", "cidrs": ["192.0.2.0/24", 1] });
    let (status, _, refused) = call(&server, "POST", &format!("{main}/passwords"), cidrs).await;
    assert!(status == 400 && refused["message"].as_str().unwrap().contains("cidrs[1]"), "{refused}");
    let (status, _, refused) = call(&server, "GET", &format!("{main}/insights/abc"), Value::Null).await;
    assert_eq!((status, &refused["message"]), (422, &json!("keyspace is missing")));
}

#[tokio::test]
async fn what_is_below_is_counted() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let main = format!("{SHOP}/branches/main");
    assert_eq!(given(&server, &main).await["keyspace_count"], 1);
    let sharded = json!({ "name": "sharded", "cluster_size": "PS_10" });
    assert_eq!(call(&server, "POST", &format!("{main}/keyspaces"), sharded).await.0, 200);
    assert_eq!(given(&server, &main).await["keyspace_count"], 2);
}

/// Nothing is asked of it in between.
#[tokio::test]
async fn what_is_stored_has_become_what_it_is_by_now() {
    let server = MockServer::remembering().time_scale(1e-7).await.unwrap();
    call(&server, "POST", &format!("{SHOP}/branches/main/backups"), json!({})).await;
    assert_eq!(server.stored::<Backup>()[0].state.as_str(), "success");
}

/// Every branch's name has what is left of such a nonce where names are compared: nothing.
#[tokio::test]
async fn a_nonce_has_letters_or_digits() {
    let server = MockServer::remembering().await.unwrap();
    let client = server.client().unwrap();
    let backup = BranchRef::new("acme", "shop", "main").backup("b");
    for nonce in ["--------", "a------b", "short", "not in the name"] {
        let error = client.restore_backup(&backup, "drill---------a------b").nonce(nonce).await.unwrap_err();
        assert!(error.to_string().contains(&format!("invalid nonce `{nonce}`")), "{error}");
        assert_eq!(error.outcome(), planetscale_client::Outcome::NotApplied);
    }
    assert_eq!(server.requests().len(), 0);
}
