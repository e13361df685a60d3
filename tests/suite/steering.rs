//! How a mock server that remembers is seeded and steered: from Rust, and by control calls from any language.

use std::time::Duration;

use planetscale_client::mock::{MockServer, RequestMatcher, TOKEN, TOKEN_ID};
use planetscale_client::types::{Backup, BackupState, DeployRequest, DeploymentState};
use planetscale_client::{BranchRef, RetryPolicy};
use serde_json::{Value, json};

use crate::stand_in::http;

pub(crate) const SHOP: &str = "/organizations/acme/databases/shop";

/// A request of the API, or a control call: the status, the header `x-stand-in`, and the body.
pub(crate) async fn call(server: &MockServer, method: &str, path: &str, body: Value) -> (u16, String, Value) {
    let base = server.base_url();
    let url = if path.starts_with("/_standin") { base.replace("/v1", path) } else { format!("{base}{path}") };
    let request = http().request(method.parse().unwrap(), url).header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
    let request = if body.is_null() { request } else { request.json(&body) };
    let response = request.send().await.unwrap();
    let origin = response.headers().get("x-stand-in").map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status().as_u16();
    (status, origin, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

pub(crate) async fn given(server: &MockServer, path: &str) -> Value {
    call(server, "GET", path, Value::Null).await.2
}

#[tokio::test]
async fn time_passes_as_told() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let client = server.client().unwrap();
    let made = client.branch(BranchRef::new("acme", "shop", "main")).create_backup().await.unwrap();
    let states = || server.stored::<Backup>().into_iter().map(|backup| backup.state).collect::<Vec<_>>();
    assert_eq!((made.state.clone(), states()), (BackupState::Pending, vec![BackupState::Pending]));
    server.advance(Duration::from_secs(2));
    assert_eq!(states(), [BackupState::Running]);
    server.advance(Duration::from_secs(3_600));
    let [done] = &server.stored::<Backup>()[..] else { panic!("one backup") };
    assert_eq!(done.state, BackupState::Success);
    // What came between came at its time.
    let (started, completed) = (done.started_at.unwrap(), done.completed_at.unwrap());
    assert_eq!(
        (started - done.created_at, completed - started),
        (chrono::TimeDelta::seconds(2), chrono::TimeDelta::seconds(10))
    );
}

#[tokio::test]
async fn a_time_has_a_year_of_four_digits_however_late_it_is() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let backups = format!("{SHOP}/branches/main/backups");
    let kept = json!({ "retention_unit": "year", "retention_value": 9_000 });
    assert_eq!(call(&server, "POST", &backups, kept).await.2["expires_at"], Value::Null);
    let clock = call(&server, "POST", "/_standin/clock", json!({ "advance": 1e18 })).await.2;
    assert_eq!(clock["now"], "9999-12-31T23:59:59.000Z");
    assert_eq!(call(&server, "POST", &backups, Value::Null).await.2["created_at"], clock["now"]);
}

#[tokio::test]
async fn a_deploy_ends_as_told() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let client = server.client().unwrap();
    let branch = client.create_branch().organization("acme").database("shop");
    branch.body_map(|body| body.name("dev").parent_branch("main")).send().await.unwrap();
    let request = client.create_deploy_request().organization("acme").database("shop");
    let made = request.body_map(|body| body.branch("dev").into_branch("main")).send().await.unwrap();
    assert_eq!((made.number, &made.deployment_state), (1, &DeploymentState::Pending));
    // It is checked first.
    let deploy = client.queue_deploy_request().organization("acme").database("shop").number(1);
    let is_deployable = || server.stored::<DeployRequest>()[0].deployment.as_ref().unwrap().deployable;
    assert!(!is_deployable());
    assert_eq!(deploy.clone().send().await.unwrap_err().status().unwrap(), 422);
    server.advance(Duration::from_secs(2));
    assert!(is_deployable());
    deploy.send().await.unwrap();
    server.transition(&format!("{SHOP}/deploy-requests/1"), ["error"]);
    let [failed] = &server.stored::<DeployRequest>()[..] else { panic!("one deploy request") };
    assert_eq!(failed.deployment_state, DeploymentState::Error);
    assert_eq!(failed.deployment.as_ref().unwrap().state, DeploymentState::Error);
    // By polls, whatever the time.
    server.transition_by_polls(&format!("{SHOP}/deploy-requests/1"), ["in_progress", "complete"]);
    for state in ["in_progress", "complete", "complete"] {
        assert_eq!(given(&server, &format!("{SHOP}/deploy-requests/1")).await["deployment_state"], state);
    }
}

/// What begins in a state is as if it had come to it, unless it says otherwise.
#[tokio::test]
async fn a_seeded_state_is_with_what_comes_with_it() {
    let server = MockServer::remembering().seed(json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
        "/organizations/acme/databases/shop/deploy-requests": [
            { "number": 1, "deployment": { "state": "ready" } },
            { "number": 2, "deployment": { "state": "ready", "deployable": false } },
            { "number": 3, "deployment": { "state": "pending" } },
        ],
    }));
    let server = server.freeze().await.unwrap();
    let seeded = server.stored::<DeployRequest>();
    let deployable: Vec<bool> = seeded.iter().map(|it| it.deployment.as_ref().unwrap().deployable).collect();
    assert_eq!(deployable, [true, false, false]);
}

#[tokio::test]
async fn a_number_after_the_largest_one_is_refused_by_name() {
    let requests = format!("{SHOP}/deploy-requests");
    let mut seed = json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
        (requests.as_str()): [{ "number": i64::MAX - 1 }],
    });
    let server = MockServer::remembering().seed(seed.clone()).await.unwrap();
    let create = async || call(&server, "POST", &requests, json!({ "branch": "main", "into_branch": "main" })).await;
    assert_eq!(create().await.2["number"], i64::MAX);
    let (status, _, refused) = create().await;
    assert!(status == 422 && refused["message"].as_str().unwrap().contains("number"), "{status} {refused}");
    // Nor does a seed make one, or break the server.
    seed[requests.as_str()] = json!([{ "number": i64::MAX }, {}]);
    let (status, _, refused) = call(&server, "PUT", "/_standin/state", seed).await;
    assert!(status == 400 && refused["message"].as_str().unwrap().contains("[1]: number"), "{status} {refused}");
    assert_eq!(given(&server, &requests).await["total_count"], 2);
}

/// The budgets of a query are those of its branch, whether the query is there or not.
#[tokio::test]
async fn a_query_that_is_seeded_has_the_budgets_of_its_branch() {
    let main = format!("{SHOP}/branches/main");
    let server = MockServer::remembering().seed(json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
        (format!("{main}/insights")): [{ "fingerprint": "seeded" }],
        (format!("{main}/traffic/budgets")): [{ "name": "budget" }],
    }));
    let server = server.await.unwrap();
    let all = given(&server, &format!("{main}/traffic/budgets")).await;
    assert_eq!(all["data"][0]["name"], "budget");
    for query in ["seeded", "other"] {
        let of_query = given(&server, &format!("{main}/insights/{query}/traffic/budgets")).await;
        assert_eq!(of_query["data"], all["data"], "{query}");
    }
}

#[tokio::test]
async fn a_member_of_a_team_is_the_user_of_the_id_that_was_sent() {
    let server = MockServer::remembering().await.unwrap();
    let teams = "/organizations/acme/teams";
    let (.., team) = call(&server, "POST", teams, json!({ "name": "t" })).await;
    let members = format!("{teams}/{}/members", team["slug"].as_str().unwrap());
    let (status, _, made) = call(&server, "POST", &members, json!({ "user_id": "u1" })).await;
    assert_eq!((status / 100, &made["user"]["id"]), (2, &json!("u1")), "{made}");
    assert_eq!(given(&server, &format!("{members}/u1")).await, made);
    assert_eq!(call(&server, "DELETE", &format!("{members}/u1"), Value::Null).await.0, 204);
    assert_eq!(given(&server, &members).await["total_count"], 0);
}

#[tokio::test]
async fn an_approval_is_needed_where_it_is_required() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let send = |method, path: &str, body| {
        let (server, path) = (&server, format!("{SHOP}{path}"));
        async move { call(server, method, &path, body).await }
    };
    assert_eq!(send("PATCH", "", json!({ "require_approval_for_deploy": true })).await.0, 200);
    assert_eq!(send("POST", "/branches", json!({ "name": "dev", "parent_branch": "main" })).await.0, 201);
    let (status, ..) = send("POST", "/deploy-requests", json!({ "branch": "dev", "into_branch": "main" })).await;
    assert_eq!(status, 201);
    let (status, _, refused) = send("POST", "/deploy-requests/1/deploy", json!({})).await;
    assert_eq!((status, &refused["code"]), (422, &json!("unprocessable")));
    assert!(refused["message"].as_str().unwrap().contains("approval is required"), "{refused}");
    assert_eq!(send("POST", "/deploy-requests/1/reviews", json!({ "state": "approved" })).await.0, 201);
    server.advance(Duration::from_secs(60));
    assert_eq!(send("POST", "/deploy-requests/1/deploy", json!({})).await.0, 200);
}

#[tokio::test]
async fn a_database_at_its_limits_has_no_more_branches() {
    for (limit, backup, message) in [
        ("at_development_branch_usage_limit", Value::Null, "development branch limit"),
        ("at_backup_restore_branches_limit", json!("old"), "backup restored branch limit"),
    ] {
        let server = MockServer::remembering().seed(json!({
            "/organizations": [{ "name": "acme" }],
            "/organizations/acme/databases": [{ "name": "shop", "state": "ready", limit: true }],
            "/organizations/acme/databases/shop/branches/main/backups": [{ "id": "old", "state": "success" }],
        }));
        let server = server.await.unwrap();
        let create = async |from_backup: bool| {
            let mut body = json!({ "name": format!("dev-{from_backup}"), "parent_branch": "main" });
            if from_backup {
                (body["backup_id"], body["cluster_size"]) = ("old".into(), "PS_10".into());
            }
            call(&server, "POST", &format!("{SHOP}/branches"), body).await
        };
        // Only what the limit is about is refused.
        let (status, _, refused) = create(!backup.is_null()).await;
        assert_eq!((status, &refused["code"]), (422, &json!("unprocessable")), "{refused}");
        assert!(refused["message"].as_str().unwrap().contains(message), "{refused}");
        let (status, _, made) = create(backup.is_null()).await;
        assert_eq!(status, 201, "{made}");
    }
}

#[tokio::test]
async fn nothing_is_said_that_is_not_known() {
    let server = MockServer::remembering().await.unwrap();
    // A report, a list of what nothing makes, and what is made.
    let metrics = format!("{SHOP}/branches/main/schema");
    let (status, _, unknown) = call(&server, "GET", &metrics, Value::Null).await;
    assert_eq!((status, &unknown["code"]), (501, &json!("not_implemented")));
    let invoices = call(&server, "GET", "/organizations/acme/invoices", Value::Null).await;
    assert_eq!((invoices.0, invoices.1.as_str(), &invoices.2["data"]), (200, "invented", &json!([])));
    let branches = call(&server, "GET", &format!("{SHOP}/branches"), Value::Null).await;
    assert_eq!((branches.0, branches.1.as_str(), &branches.2["total_count"]), (200, "rule", &json!(1)));
    // A filter of which it is not known what it leaves out.
    let since = call(&server, "GET", &format!("{SHOP}/branches?order=asc"), Value::Null).await;
    assert_eq!((since.0, since.1.as_str()), (200, "invented"));
    server.answer_at(&metrics, 200, json!({ "data": [] }));
    assert_eq!(call(&server, "GET", &metrics, Value::Null).await, (200, "scripted".to_owned(), json!({ "data": [] })));

    let strict = MockServer::remembering().strict().await.unwrap();
    assert_eq!(call(&strict, "GET", "/organizations/acme/invoices", Value::Null).await.0, 501);
    assert_eq!(call(&strict, "GET", &format!("{SHOP}/branches"), Value::Null).await.0, 200);
}

/// By cursors, a list is the same from its beginning and from its end, page by page.
#[tokio::test]
async fn a_list_is_read_by_cursors_in_both_directions() {
    let ids: Vec<String> = (0..7).map(|number| format!("event-{number}")).collect();
    let events: Value = ids.iter().map(|id| json!({ "id": id })).collect();
    let server = MockServer::remembering()
        .seed(json!({ "/organizations": [{ "name": "acme" }], "/organizations/acme/audit-log": events }))
        .await
        .unwrap();
    let page = async |limit: usize, query: String| {
        let page = given(&server, &format!("/organizations/acme/audit-log?limit={limit}{query}")).await;
        let ids: Vec<String> =
            page["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        assert!(ids.len() <= limit, "{page}");
        assert_eq!(page["cursor_start"].as_str(), ids.first().map(String::as_str));
        assert_eq!(page["cursor_end"].as_str(), ids.last().map(String::as_str));
        (ids, page["has_next"] == true, page["has_prev"] == true)
    };
    for limit in 1..=ids.len() + 1 {
        let (mut forward, mut has_next) = (Vec::<String>::new(), true);
        while has_next {
            let after = forward.last().map(|id| format!("&starting_after={id}")).unwrap_or_default();
            let (found, more, has_prev) = page(limit, after).await;
            assert_eq!(has_prev, !forward.is_empty());
            forward.extend(found);
            has_next = more;
        }
        let mut backward = ids[ids.len() - 1..].to_vec();
        let mut has_prev = true;
        while has_prev {
            let (found, has_next, more) = page(limit, format!("&ending_before={}", backward[0])).await;
            assert!(has_next);
            backward.splice(..0, found);
            has_prev = more;
        }
        assert_eq!((&forward, &backward), (&ids, &ids), "{limit}");
    }
    assert_eq!(page(7, "&starting_after=event-1&ending_before=event-4".to_owned()).await.0, ids[2..4]);
    for query in ["&starting_after=gone", "&ending_before=gone", "&starting_after=event-4&ending_before=event-1"] {
        assert_eq!(page(7, query.to_owned()).await.0, Vec::<String>::new(), "{query}");
    }
}

#[tokio::test]
async fn secrets_are_shown_once() {
    let server = MockServer::remembering().seed(json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [
            { "name": "shop", "state": "ready" },
            { "name": "pg", "kind": "postgresql", "state": "ready" },
        ],
    }));
    let server = server.await.unwrap();
    let is_shown = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let roles = "/organizations/acme/databases/pg/branches/main/roles";
    for (path, name, status) in [
        (&*format!("{SHOP}/branches/main/passwords"), "plain_text", 201),
        ("/organizations/acme/service-tokens", "token", 200),
        (roles, "password", 200),
    ] {
        let (answered, _, made) = call(&server, "POST", path, json!({ "name": "app" })).await;
        assert!(answered == status && is_shown(&made[name]), "{made}");
        let given = given(&server, &format!("{path}/{}", made["id"].as_str().unwrap())).await;
        assert_eq!((&given[name], &given["name"], &given["id"]), (&Value::Null, &json!("app"), &made["id"]));
        let (.., listed) = call(&server, "GET", path, Value::Null).await;
        assert!(listed["data"].as_array().unwrap().iter().all(|item| item[name].is_null()), "{listed}");
    }
    // A reset makes another one.
    let role = given(&server, roles).await["data"][1]["id"].as_str().unwrap().to_owned();
    let (.., first) = call(&server, "POST", &format!("{roles}/{role}/reset"), Value::Null).await;
    let (.., second) = call(&server, "POST", &format!("{roles}/{role}/reset"), Value::Null).await;
    assert!(is_shown(&first["password"]) && first["password"] != second["password"], "{first} {second}");
    let (.., default) = call(&server, "POST", &format!("{roles}/reset-default"), Value::Null).await;
    assert!(is_shown(&default["password"]), "{default}");
    assert_eq!(given(&server, &format!("{roles}/default")).await["password"], Value::Null);
    // What is not said to be shown once is always there.
    let webhooks = format!("{SHOP}/webhooks");
    let (.., made) = call(&server, "POST", &webhooks, json!({ "url": "https://example.com/hook" })).await;
    let given = given(&server, &format!("{webhooks}/{}", made["id"].as_str().unwrap())).await;
    assert!(is_shown(&made["secret"]) && given["secret"] == made["secret"], "{made} {given}");
}

#[tokio::test]
async fn a_resize_changes_what_it_is_of_when_it_is_done() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let keyspace = format!("{SHOP}/branches/main/keyspaces/main");
    let before = given(&server, &keyspace).await;
    assert_eq!(before["cluster_name"], "PS_10");
    server.advance(Duration::from_secs(5));
    let (status, _, resize) =
        call(&server, "PUT", &format!("{keyspace}/resizes"), json!({ "cluster_size": "PS_20" })).await;
    assert_eq!((status, &resize["state"]), (200, &json!("pending")));
    assert_eq!(given(&server, &keyspace).await["cluster_name"], "PS_10");
    server.advance(Duration::from_secs(60));
    let resized = given(&server, &keyspace).await;
    assert_eq!(resized["cluster_name"], "PS_20");
    assert_eq!([&resized["id"], &resized["created_at"]], [&before["id"], &before["created_at"]]);
    // One that is canceled changes nothing.
    call(&server, "PUT", &format!("{keyspace}/resizes"), json!({ "cluster_size": "PS_40" })).await;
    assert_eq!(call(&server, "DELETE", &format!("{keyspace}/resizes"), Value::Null).await.0, 204);
    server.advance(Duration::from_secs(60));
    assert_eq!(given(&server, &keyspace).await["cluster_name"], "PS_20");
}

#[tokio::test]
async fn faults_are_aimed_at_operations_and_paths() {
    let server = MockServer::remembering().await.unwrap();
    let client = server.client().unwrap();
    let main = client.branch(BranchRef::new("acme", "shop", "main"));
    server.on(RequestMatcher::operation("create_backup").at(&format!("{SHOP}/branches/main"))).refuse_next(
        403,
        "forbidden",
        "no",
    );
    assert_eq!(
        client.list_backups().organization("acme").database("shop").branch("main").send().await.unwrap().data.len(),
        0
    );
    assert_eq!(main.create_backup().await.unwrap_err().code(), Some("forbidden"));
    main.create_backup().await.unwrap();
}

#[tokio::test]
async fn a_state_is_a_seed() {
    let server = MockServer::remembering().freeze().await.unwrap();
    call(&server, "POST", &format!("{SHOP}/branches/main/backups"), json!({ "name": "nightly" })).await;
    call(&server, "POST", &format!("{SHOP}/branches"), json!({ "name": "a/b", "parent_branch": "main" })).await;
    let state = given(&server, "/_standin/state").await;
    assert_eq!(state[format!("{SHOP}/branches/main/backups")][0]["name"], "nightly");
    // What nobody set is listed.
    let invented = &state["invented"][format!("{SHOP}/branches/main")];
    assert!(invented.as_array().unwrap().contains(&json!("mysql_address")), "{invented}");
    let other = MockServer::remembering().freeze().await.unwrap();
    assert_eq!(call(&other, "PUT", "/_standin/state", state.clone()).await.0, 200);
    let (mut state, mut again) = (state, given(&other, "/_standin/state").await);
    for of in [&mut state, &mut again] {
        of.as_object_mut().unwrap().remove("invented");
    }
    assert_eq!(again, state);
    // A reset goes back to that.
    call(&other, "DELETE", &format!("{SHOP}/branches/a%2Fb"), Value::Null).await;
    assert_eq!(call(&other, "POST", "/_standin/reset", Value::Null).await.0, 200);
    assert_eq!(given(&other, &format!("{SHOP}/branches/a%2Fb")).await["name"], "a/b");
}

/// A client that is gone before it has sent all of its body: without the rest, this one would make a backup.
#[tokio::test]
async fn what_is_cut_short_is_not_done() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let server = MockServer::remembering().await.unwrap();
    let address = server.base_url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().to_owned();
    let head = format!(
        "POST /v1{SHOP}/branches/main/backups HTTP/1.1\r\nHost: {address}\r\nAuthorization: {TOKEN_ID}:{TOKEN}\r\n"
    );
    for rest in ["Content-Length: 100\r\n\r\n{\"name\":", "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam"] {
        let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
        connection.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
        connection.shutdown().await.unwrap();
        let mut answer = String::new();
        let _ = connection.read_to_string(&mut answer).await;
        assert_eq!(answer, "");
    }
    assert_eq!(server.stored::<Backup>(), []);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn control_calls_do_what_rust_does() {
    let server = MockServer::remembering().await.unwrap();
    let client = server.client().unwrap();
    let control = |method, path: &'static str, body| {
        let server = &server;
        async move { call(server, method, &format!("/_standin{path}"), body).await }
    };
    assert_eq!(control("GET", "/health", Value::Null).await.0, 200);
    assert_eq!(control("POST", "/clock", json!({ "freeze": true })).await.2["frozen"], true);
    client.branch(BranchRef::new("acme", "shop", "main")).create_backup().await.unwrap();
    control("POST", "/clock", json!({ "advance": 60 })).await;
    assert_eq!(server.stored::<Backup>()[0].state, BackupState::Success);
    let fault = json!({ "fault": "refuse", "status": 503, "operation": "get_branch", "times": 2 });
    assert_eq!(control("POST", "/faults", fault).await.0, 200);
    assert_eq!(control("GET", "/faults", Value::Null).await.2.as_array().unwrap().len(), 2);
    for status in [503, 503, 200] {
        assert_eq!(call(&server, "GET", &format!("{SHOP}/branches/main"), Value::Null).await.0, status);
    }
    let path = format!("{SHOP}/branches/main");
    assert_eq!(control("POST", "/transitions", json!({ "path": path, "states": ["sleeping"] })).await.0, 200);
    assert_eq!(given(&server, &path).await["state"], "sleeping");
    let answers = json!({ "path": path, "method": "GET", "answers": [{ "status": 404, "body": { "code": "not_found", "message": "x" } }] });
    assert_eq!(control("POST", "/answers", answers).await.0, 200);
    assert_eq!(call(&server, "GET", &path, Value::Null).await.1, "scripted");
    control("DELETE", "/answers", Value::Null).await;
    assert_eq!(call(&server, "GET", &path, Value::Null).await.0, 200);
    // Neither control calls nor tokens are shown.
    let requests = control("GET", "/requests", Value::Null).await.2;
    assert_eq!(requests.as_array().unwrap().len(), 7, "{requests}");
    assert!(!requests.to_string().contains(TOKEN) && !requests.to_string().contains("_standin"), "{requests}");
}

#[tokio::test]
async fn what_was_moved_by_polls_moves_by_itself_again_when_that_is_forgotten() {
    for (method, path, body) in [
        ("DELETE", "/_standin/answers", Value::Null),
        ("POST", "/_standin/transitions", json!({ "states": ["pending"] })),
    ] {
        let server = MockServer::remembering().freeze().await.unwrap();
        let backups = format!("{SHOP}/branches/main/backups");
        let made = call(&server, "POST", &backups, Value::Null).await.2;
        let backup = format!("{backups}/{}", made["id"].as_str().unwrap());
        let by_polls = json!({ "path": backup, "states": ["pending"], "by_polls": true });
        assert_eq!(call(&server, "POST", "/_standin/transitions", by_polls).await.0, 200);
        server.advance(Duration::from_secs(60));
        assert_eq!(given(&server, &backup).await["state"], "pending");
        let mut body = body;
        if let Value::Object(fields) = &mut body {
            fields.insert("path".to_owned(), backup.clone().into());
        }
        assert_eq!(call(&server, method, path, body).await.0, 200);
        assert_eq!(given(&server, &backup).await["state"], "pending");
        server.advance(Duration::from_secs(60));
        assert_eq!(given(&server, &backup).await["state"], "success", "{method} {path}");
    }
}

/// A name is encoded in a path, and the same name may be encoded otherwise.
#[tokio::test]
async fn answers_are_scripted_at_names_of_any_kind() {
    let server = MockServer::remembering().await.unwrap();
    for name in ["a/b", "a", "a b", "100%", "%2F", "a+b", "é"] {
        let path = |name: &str| {
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
            format!("{SHOP}/branches/{encoded}/schema")
        };
        let (path, as_text) = (path(name), name.replace('%', "%25").replace('/', "%2F"));
        for (at, body) in [(path.clone(), "one"), (format!("{SHOP}/branches/{as_text}/schema"), "two")] {
            server.answer_at(&at, 200, json!(body));
            let answer = call(&server, "GET", &path, Value::Null).await;
            assert_eq!(answer, (200, "scripted".to_owned(), json!(body)), "{name}");
        }
    }
}

#[tokio::test]
async fn a_wrong_control_call_is_told_what_would_be_right() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let clock = given(&server, "/_standin/clock").await;
    for (method, path, body, right) in [
        ("GET", "/nothing", Value::Null, "POST /_standin/reset"),
        ("POST", "/clock", json!({ "advanced": 1 }), "{\"advance\": 60}"),
        ("POST", "/clock", json!({ "advance": -1 }), "no seconds"),
        ("POST", "/clock", json!({ "time_scale": 0 }), "above 0"),
        ("POST", "/faults", json!({ "fault": "explode" }), "`lose_request`"),
        ("POST", "/faults", json!({ "fault": "refuse", "operation": "make_backup" }), "not an operation"),
        ("POST", "/faults", json!({ "fault": "delay" }), "\"seconds\""),
        ("POST", "/faults", json!({ "fault": "lose_answer", "times": 0 }), "from 1 to 10000"),
        ("POST", "/transitions", json!({ "path": SHOP, "states": ["tired"] }), "\"sleeping\""),
        ("POST", "/transitions", json!({ "path": SHOP, "states": [] }), "there is no state"),
        ("POST", "/transitions", json!({ "path": SHOP, "states": [], "by_polls": true }), "there is no state"),
        ("POST", "/transitions", json!({ "path": "/organizations/other", "states": ["ready"] }), "nothing is at"),
        ("POST", "/answers", json!({ "path": "/nothing", "answers": [{ "status": 200 }] }), "no operation"),
        ("PUT", "/state", json!([]), "\"/organizations\""),
        ("PUT", "/state", json!({ "/organisations": [] }), "similar paths are /organizations"),
        ("PUT", "/state", json!({ "/organizations": [{ "nmae": "acme" }] }), "there are"),
        ("PUT", "/state", json!({ "/organizations/acme/databases": [] }), "there is no `acme`"),
        (
            "PUT",
            "/state",
            json!({
                "/organizations": [{ "name": "acme" }],
                "/organizations/acme/databases": [{ "name": "shop" }],
                format!("{SHOP}/throttler"): { "keyspaces": "all" },
            }),
            "keyspaces is a string, but must be a list",
        ),
    ] {
        let (status, _, refused) = call(&server, method, &format!("/_standin{path}"), body.clone()).await;
        assert!(matches!(status, 400 | 404), "{path} {body}: {status}");
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(right), "{path} {body}: {message}");
    }
    // Nothing of that changed anything.
    assert_eq!(given(&server, SHOP).await["name"], "shop");
    assert_eq!(given(&server, "/_standin/clock").await, clock);
}

#[tokio::test]
async fn a_page_in_a_browser_cannot_reach_it() {
    let server = MockServer::remembering().await.unwrap();
    let address = server.base_url().replace("/v1", "");
    for (host, status) in
        [("evil.example", 421), ("evil.example:80", 421), ("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:1", 200)]
    {
        let request = http().get(format!("{address}/_standin/health")).header("host", host);
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn many_clients_are_served_at_once() {
    let server = MockServer::remembering().await.unwrap();
    let client = server.client().unwrap();
    let mut made = tokio::task::JoinSet::new();
    for number in 0..40 {
        let client = client.clone();
        made.spawn(async move {
            let call = client.create_branch().organization("acme").database("shop").retry(RetryPolicy::none());
            call.body_map(|body| body.name(format!("b{}", number % 20)).parent_branch("main")).send().await
        });
    }
    let mut taken = 0;
    while let Some(made) = made.join_next().await {
        taken += usize::from(made.unwrap().is_err_and(|e| e.code() == Some("unprocessable")));
    }
    let database = given(&server, SHOP).await;
    assert_eq!((taken, &database["branches_count"]), (20, &json!(21)));
}
