//! The mock server that users test their own code with.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::time::Duration;

use planetscale_client::mock::{MockServer, TOKEN};
use planetscale_client::types::{Backup, BackupState, RetentionUnit};
use planetscale_client::{
    BackupRef, BearerToken, BranchRef, Client, Error, Outcome, RetryPolicy, ServiceToken, WaitError, WaitForBackup,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::clock;

/// Longer than anything here takes. The default deadline of a wait is twelve hours: a wait that goes
/// wrong is to fail its test, not to keep it.
const A_MINUTE: Duration = Duration::from_secs(60);

async fn started() -> (MockServer, Client) {
    clock::pause();
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    (server, client)
}

async fn made(client: &Client) -> BackupRef {
    let call = client.create_backup().organization("acme").database("shop").branch("feature/é");
    let backup = call.body_map(|b| b.name("n")).send().await.unwrap();
    assert_eq!((backup.name.as_str(), &backup.state, backup.completed_at), ("n", &BackupState::Pending, None));
    BackupRef::new("acme", "shop", "feature/é", &backup.id)
}

fn wait_for(client: &Client, it: &BackupRef) -> WaitForBackup<'static> {
    client.wait_for_backup(it.clone()).first_delay(Duration::ZERO).deadline(A_MINUTE)
}

async fn looked_at(client: &Client, it: &BackupRef) -> Result<planetscale_client::types::Backup, Error> {
    let call = client.get_backup().organization(&it.organization).database(&it.database);
    Ok(call.branch(&it.branch).id(&it.id).send().await?.into_inner())
}

#[tokio::test]
async fn states_are_scripted() {
    let (server, client) = started().await;
    let it = made(&client).await;
    assert_eq!(looked_at(&client, &it).await.unwrap().state, BackupState::Pending);
    server.script_states(["running", "thinking", "success"]);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(looked_at(&client, &it).await.unwrap().state.to_string());
    }
    assert_eq!(seen, ["running", "thinking", "success", "success"]);
    let done = looked_at(&client, &it).await.unwrap();
    assert!(done.completed_at >= done.started_at && done.started_at.is_some());
}

#[tokio::test]
async fn times_and_size_follow_the_state() {
    let (server, client) = started().await;
    let it = made(&client).await;
    server.script_states(["pending", "running", "thinking", "success", "success"]);
    let (mut seen, mut started_at, mut completed_at) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for _ in 0..5 {
        // So that a time taken again would be another one.
        std::thread::sleep(Duration::from_millis(3));
        let backup = looked_at(&client, &it).await.unwrap();
        seen.push((backup.state.to_string(), backup.started_at.is_some(), backup.completed_at.is_some(), backup.size));
        started_at.extend(backup.started_at);
        completed_at.extend(backup.completed_at);
    }
    let looks = [
        ("pending", false, false, 0),
        ("running", true, false, 0),
        ("thinking", true, false, 0),
        ("success", true, true, 5_368_709_120),
        ("success", true, true, 5_368_709_120),
    ];
    assert_eq!(seen, looks.map(|(state, started, completed, size)| (state.to_owned(), started, completed, size)));
    assert_eq!((started_at.len(), completed_at.len()), (1, 1));

    // The last state stays, for other backups too.
    let other = made(&client).await;
    assert_eq!(looked_at(&client, &other).await.unwrap().state, BackupState::Success);
    server.script_states(["failed"]);
    let failed = made(&client).await;
    let failed = looked_at(&client, &failed).await.unwrap();
    assert_eq!((failed.completed_at.is_some(), failed.size), (true, 0));
}

#[tokio::test]
async fn it_is_gone_when_it_is_dropped() {
    let (server, client) = started().await;
    create(&client).await.unwrap();
    let address = server.base_url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().parse().unwrap();
    drop(server);
    // As soon as it listens no more, its port is taken, so that no other test's server gets the call.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    while socket.bind(address).is_err() {
        tokio::task::yield_now().await;
    }
    create(&client).await.unwrap_err();
}

#[tokio::test]
async fn a_wait_ends_at_its_deadline() {
    let (_server, client) = started().await;
    let it = made(&client).await;
    let wait = wait_for(&client, &it).interval(A_MINUTE).deadline(clock::A_WHILE);
    let error = wait.await.unwrap_err();
    assert!(matches!(&error, WaitError::TimedOut { last: Some(_), error: None, .. }), "{error:?}");
    assert!(error.source().is_none());
}

#[tokio::test]
async fn a_wait_bears_as_many_errors_as_it_is_told() {
    let (server, client) = started().await;
    let it = made(&client).await;
    server.refuse_next(503, "unavailable", "later");
    let policy = RetryPolicy::none();
    let client = Client::builder().auth(MockServer::token()).base_url(server.base_url()).retry(policy).build().unwrap();
    let wait = wait_for(&client, &it).max_consecutive_errors(0);
    let shown = format!("{wait:?}");
    assert!(shown.contains("feature/é") && shown.contains("max_consecutive_errors: 0"), "{shown}");
    let error = wait.await.unwrap_err();
    assert!(matches!(&error, WaitError::Poll { .. }), "{error:?}");
    assert!(error.source().unwrap().to_string().contains("503"));
}

#[tokio::test]
async fn a_backup_is_followed_to_its_end() {
    let (server, client) = started().await;
    let it = made(&client).await;
    let wait = || wait_for(&client, &it).interval(Duration::from_millis(1));
    server.script_states(["pending", "running", "success"]);
    let mut states = Vec::new();
    let done = wait().on_progress(|backup| states.push(backup.state.to_string())).await.unwrap();
    assert_eq!((done.into_inner().state, states.len()), (BackupState::Success, 3));

    server.script_states(["failed"]);
    assert!(matches!(wait().await.unwrap_err(), WaitError::Ended(backup) if backup.state == BackupState::Failed));

    // Passing faults on the way are borne.
    server.script_states(["running", "success"]);
    server.refuse_next(503, "unavailable", "later");
    wait().await.unwrap();
    let gone = BackupRef::new("acme", "shop", "feature/é", "gone");
    let error = wait_for(&client, &gone).await.unwrap_err();
    assert!(matches!(error, WaitError::Poll { error, .. } if error.code() == Some("not_found")));
}

#[tokio::test]
async fn dropping_a_wait_is_harmless() {
    let (server, client) = started().await;
    let it = made(&client).await;
    let wait = wait_for(&client, &it).into_future();
    assert!(tokio::time::timeout(Duration::from_millis(100), wait).await.is_err());
    server.script_states(["success"]);
    wait_for(&client, &it).await.unwrap();
}

#[tokio::test]
async fn refusals_limits_and_delays_are_scripted() {
    let (server, client) = started().await;
    let it = made(&client).await;
    server.refuse_next(422, "unprocessable", "no");
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    assert_eq!(call.clone().send().await.unwrap_err().code(), Some("unprocessable"));
    server.limit_next(0);
    call.send().await.unwrap();
    assert_eq!(server.requests().len(), 4);

    server.delay_next(Duration::from_millis(200));
    let start = Instant::now();
    looked_at(&client, &it).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn reads_are_tried_again_after_faults_that_may_pass() {
    let (server, client) = started().await;
    let it = made(&client).await;
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(1));
    let client = Client::builder().auth(MockServer::token()).base_url(server.base_url()).retry(policy).build().unwrap();
    server.refuse_next(500, "internal", "oops");
    server.refuse_next(503, "unavailable", "later");
    looked_at(&client, &it).await.unwrap();
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn it_is_as_strict_as_the_api() {
    let (server, _) = started().await;
    let wrong = Client::builder().auth(ServiceToken::new("id", TOKEN)).base_url(server.base_url()).build().unwrap();
    let call = wrong.create_backup().organization("acme").database("shop").branch("main");
    assert_eq!(call.send().await.unwrap_err().code(), Some("unauthorized"));

    let http = http();
    let path = "organizations/acme/databases/shop/branches/main/backups";
    for (target, body, status) in [
        (path, r#"{"retention_unit":"weeks"}"#, 400),
        (path, r#"{"retention_value":0}"#, 422),
        (path, "no json", 400),
        ("organizations//databases/shop/branches/main/backups", "{}", 404),
        ("organizations/acme", "{}", 404),
    ] {
        let url = format!("{}/{target}", server.base_url());
        let request = http.post(url).header("authorization", format!("mock-token-id:{TOKEN}")).body(body);
        assert_eq!(request.send().await.unwrap().status(), status, "{target} {body}");
    }
}

#[tokio::test]
async fn backups_are_listed_protected_and_deleted() {
    let (_server, client) = started().await;
    let mut made_here = Vec::new();
    for _ in 0..7 {
        made_here.push(made(&client).await);
    }
    let list = || client.list_backups().organization("acme").database("shop").branch("feature/é");
    let (mut page, mut seen) = (Some(1), Vec::new());
    while let Some(number) = page {
        let answer = list().page(number).per_page(3).send().await.unwrap().into_inner();
        assert_eq!((answer.current_page, answer.prev_page), (number, (number > 1).then(|| number - 1)));
        seen.extend(answer.data.into_iter().map(|backup| backup.id));
        page = answer.next_page;
    }
    assert_eq!(seen, made_here.iter().map(|it| it.id.clone()).collect::<Vec<_>>());
    assert_eq!(list().state("success").send().await.unwrap().data.len(), 0);
    assert_eq!(
        client.list_backups().organization("acme").database("shop").branch("main").send().await.unwrap().data.len(),
        0
    );

    let [first, second, ..] = &made_here[..] else { panic!("too few") };
    let of = |it: &BackupRef| (it.organization.clone(), it.database.clone(), it.branch.clone(), it.id.clone());
    let update = |it: &BackupRef, protected: bool| {
        let (organization, database, branch, id) = of(it);
        let call = client.update_backup().organization(organization).database(database).branch(branch).id(id);
        call.body_map(|b| b.protected(protected)).send()
    };
    let delete = |it: &BackupRef| {
        let (organization, database, branch, id) = of(it);
        client.delete_backup().organization(organization).database(database).branch(branch).id(id).send()
    };
    assert_eq!(update(first, true).await.unwrap().protected, Some(true));
    let error = delete(first).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (422, Outcome::NotApplied));
    assert_eq!(update(first, false).await.unwrap().protected, Some(false));
    for it in [first, second] {
        delete(it).await.unwrap();
        let error = delete(it).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (404, Outcome::NotApplied));
        assert_eq!(looked_at(&client, it).await.unwrap_err().status().unwrap().as_u16(), 404);
    }
    assert_eq!(list().send().await.unwrap().data.len(), 5);
    let all = list().all(true).send().await.unwrap().into_inner().data;
    assert_eq!(all.iter().filter(|backup| backup.deleted_at.is_some()).count(), 2);
}

/// A call without this crate, as other SDKs make them.
pub(crate) async fn raw(
    server: &MockServer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Value) {
    let http = http();
    let url = format!("{}{path}", server.base_url());
    let mut request = http.request(method.parse().unwrap(), url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

/// The vendor's Go SDK: a POST and a DELETE with a Content-Type and no body, a list without a query, no
/// `api-version`, a base URL that ends with a slash, and in some versions paths that begin with `v1/`.
#[tokio::test]
async fn the_calls_of_the_vendors_sdk_work() {
    let (server, _client) = started().await;
    let token = format!("mock-token-id:{TOKEN}");
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let path = "/organizations/acme/databases/shop/branches/main/backups";
    let (status, made) = raw(&server, "POST", path, &headers, "").await;
    assert_eq!((status, &made["name"].as_str().unwrap()[..5]), (201, "main-"));
    assert_eq!(raw(&server, "POST", path, &headers, "{}\n").await.0, 201);
    for path in [path, &format!("/v1{path}"), &format!("/{path}")] {
        let (status, list) = raw(&server, "GET", path, &headers[..1], "").await;
        assert_eq!((status, list["data"].as_array().unwrap().len()), (200, 2), "{path}");
    }
    let id = made["id"].as_str().unwrap();
    let one = format!("{path}/{id}");
    assert_eq!(raw(&server, "GET", &one, &headers[..1], "").await, (200, made.clone()));
    assert_eq!(raw(&server, "DELETE", &one, &headers, "").await, (204, Value::Null));
    assert_eq!(raw(&server, "DELETE", &one, &headers, "").await.0, 404);
    assert_eq!(raw(&server, "DELETE", &one, &[("authorization", "mock-token-id:other")], "").await.0, 401);

    let requests = server.requests();
    assert_eq!(requests[0].headers["content-type"], "application/json");
    assert!(requests[0].headers["authorization"] == token.as_str() && !format!("{requests:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_bearer_token_is_accepted_if_told_so() {
    let (server, _client) = started().await;
    let client = |token: &str| {
        let token = BearerToken::new(token);
        Client::builder().auth(token).base_url(format!("{}/", server.base_url())).build().unwrap()
    };
    assert_eq!(list(&client("oauth")).await.unwrap_err().code(), Some("unauthorized"));
    server.accept_bearer("oauth");
    assert_eq!(list(&client("oauth")).await.unwrap(), 0);
    assert_eq!(list(&client("other")).await.unwrap_err().code(), Some("unauthorized"));
    assert_eq!(list(&server.client().unwrap()).await.unwrap(), 0, "the service token still does");
}

/// How many backups the list of the branch has.
async fn list(client: &Client) -> Result<usize, Error> {
    let call = client.list_backups().organization("acme").database("shop").branch("main");
    Ok(call.send().await?.data.len())
}

async fn create(client: &Client) -> Result<Backup, Error> {
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    Ok(call.send().await?.into_inner())
}

#[tokio::test]
async fn it_plays_the_worst() {
    clock::pause();
    let server = MockServer::start().await.unwrap();
    let client = Client::builder().auth(MockServer::token()).base_url(server.base_url()).retry(RetryPolicy::none());
    let client = client.build().unwrap();

    server.lose_next_request();
    let error = create(&client).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted(_)) && server.backups().is_empty(), "{error:?}");

    server.lose_next_answer();
    let error = create(&client).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted(_)) && error.outcome() == Outcome::Unknown, "{error:?}");
    assert_eq!(server.backups().len(), 1);

    server.truncate_next_answer();
    let error = create(&client).await.unwrap_err();
    let Error::Unreadable(unreadable) = &error else { panic!("{error:?}") };
    assert!(!unreadable.body().is_empty() && error.outcome() == Outcome::Applied);
    assert_eq!(server.backups().len(), 2);

    server.answer_next(502, "<html>Bad Gateway</html>");
    let error = create(&client).await.unwrap_err();
    let Error::Refused(refused) = &error else { panic!("{error:?}") };
    assert_eq!((refused.status().as_u16(), refused.headers()["content-type"].to_str().unwrap()), (502, "text/html"));
    assert_eq!(server.backups().len(), 2);

    server.replace_next_answer(201, "[]");
    assert!(matches!(create(&client).await.unwrap_err(), Error::Unreadable(_)));
    assert_eq!(server.backups().len(), 3);

    // What has arrived is done, whether its sender waits for the answer or not.
    server.delay_next(A_MINUTE);
    assert!(tokio::time::timeout(clock::A_WHILE, create(&client)).await.is_err());
    assert_eq!(server.backups().len(), 4);

    // An answer without a body can only be lost.
    server.truncate_next_answer();
    let id = server.backups()[0].id.clone();
    let call = client.delete_backup().organization("acme").database("shop").branch("main").id(&id);
    assert!(matches!(call.send().await.unwrap_err(), Error::Interrupted(_)));
    assert!(server.backups()[0].deleted_at.is_some());
}

#[tokio::test]
async fn retention_is_in_the_expiry() {
    let (server, client) = started().await;
    let hour = |hours: i64| chrono::TimeDelta::hours(hours);
    for (unit, value, least, most) in [
        (RetentionUnit::Hour, 5, hour(5), hour(5)),
        (RetentionUnit::Day, 3, hour(72), hour(72)),
        (RetentionUnit::Week, 2, hour(336), hour(336)),
        (RetentionUnit::Month, 1, hour(28 * 24), hour(31 * 24)),
        (RetentionUnit::Year, 2, hour(730 * 24), hour(731 * 24)),
    ] {
        let call = client.create_backup().organization("acme").database("shop").branch("main");
        let backup = call.body_map(|b| b.retention_unit(unit.clone()).retention_value(value)).send().await.unwrap();
        let kept = backup.expires_at.unwrap() - backup.created_at;
        assert!(least <= kept && kept <= most, "{unit:?}: {kept}");
    }
    let backup = create(&client).await.unwrap();
    assert_eq!(backup.expires_at.unwrap() - backup.created_at, hour(48));
    // A date that there is none of, as other clients could ask for.
    let path = "/organizations/acme/databases/shop/branches/main/backups";
    let token = format!("mock-token-id:{TOKEN}");
    for unit in ["hour", "day", "week", "month", "year"] {
        let body = format!(r#"{{"retention_unit": "{unit}", "retention_value": {}}}"#, i64::MAX);
        assert_eq!(raw(&server, "POST", path, &[("authorization", &token)], &body).await.0, 422, "{unit}");
    }
    assert_eq!(server.backups().len(), 6);
}

#[tokio::test]
async fn states_move_with_time() {
    let (server, client) = started().await;
    let it = made(&client).await;
    let short = Duration::from_millis(150);
    server.move_states([(Duration::ZERO, "pending"), (short, "running"), (2 * short, "success")]);
    let (mut seen, mut sizes) = (Vec::new(), BTreeSet::new());
    loop {
        let backup = looked_at(&client, &it).await.unwrap();
        if seen.last() != Some(&backup.state) {
            seen.push(backup.state.clone());
        }
        sizes.insert((backup.state.to_string(), backup.size));
        if backup.state == BackupState::Success {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    if cfg!(target_os = "linux") {
        assert_eq!(seen, [BackupState::Pending, BackupState::Running, BackupState::Success]);
    }
    // Elsewhere the clock runs, and on a busy machine one may be missed; the order is always this.
    let mut order = [BackupState::Pending, BackupState::Running, BackupState::Success].into_iter();
    assert!(seen.iter().all(|state| order.any(|next| next == *state)), "{seen:?}");
    let size = |state: &str| if state == "success" { 5_368_709_120 } else { 0 };
    assert!(sizes.iter().all(|(state, bytes)| *bytes == size(state)), "{sizes:?}");
    // The list shows the same.
    let call = client.list_backups().organization("acme").database("shop").branch("feature/é").state("success");
    assert_eq!(call.send().await.unwrap().data.len(), 1);
}

/// In whatever order they are given; nobody needs to look in between.
#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "it would take six minutes")]
async fn the_state_is_that_of_the_age() {
    let (server, client) = started().await;
    let it = made(&client).await;
    server.move_states([(3 * A_MINUTE, "success"), (A_MINUTE, "running")]);
    for (minutes, state) in [(0, "pending"), (2, "running"), (2, "success"), (2, "success")] {
        tokio::time::sleep(A_MINUTE * minutes).await;
        assert_eq!(looked_at(&client, &it).await.unwrap().state.to_string(), state);
    }
}

/// What was there before is no business of the script for what is made.
#[tokio::test]
async fn what_was_added_stays_as_it_is() {
    let (server, client) = started().await;
    let dev = BranchRef::new("acme", "shop", "feature/é");
    let mut old = Backup::fixture();
    (old.id, old.state) = ("old".to_owned(), BackupState::Failed);
    server.add_backup(&dev, &old);
    server.add_branch(&dev);
    server.script_states(["running", "success"]);
    server.script_branch_states(["sleeping"]);
    for _ in 0..2 {
        assert_eq!(looked_at(&client, &dev.backup("old")).await.unwrap(), old);
        let branch = client.branch(&dev).get_branch().await.unwrap();
        assert_eq!((branch.state.as_str(), branch.ready), ("ready", true));
    }
    server.move_states([(Duration::ZERO, "success")]);
    server.move_branch_states([(Duration::ZERO, "pending")]);
    assert_eq!(looked_at(&client, &dev.backup("old")).await.unwrap(), old);
    assert_eq!(server.branches()[0].state.as_str(), "ready");
}

#[tokio::test]
async fn branches_are_made_limited_listed_and_deleted() {
    let (server, client) = started().await;
    let of = |database: &'static str| BranchRef::new("acme", database, "main");
    server.limit_branches(2);
    // Each database has its own.
    [of("shop"), of("other")].iter().for_each(|branch| server.add_branch(branch));
    let create = |name: &'static str| {
        let call = client.create_branch().organization("acme").database("shop");
        call.body_map(move |body| body.name(name).deletion_protected(name == "kept"))
    };
    let made = create("kept").await.unwrap();
    assert_eq!((made.state.as_str(), made.ready), ("pending", false));
    for name in ["kept", "third", "", "a/b"] {
        let error = create(name).await.unwrap_err();
        assert_eq!((error.code(), error.outcome()), (Some("unprocessable"), Outcome::NotApplied), "{name}");
    }
    let kept = client.branch(BranchRef::new("acme", "shop", "kept"));
    server.script_branch_states(["sleeping", "ready"]);
    for state in ["sleeping", "ready"] {
        let branch = kept.get_branch().await.unwrap();
        assert_eq!((branch.state.as_str(), branch.ready), (state, state == "ready"));
    }
    assert_eq!(kept.delete_branch().await.unwrap_err().code(), Some("unprocessable"));
    let names = async || -> Vec<String> {
        let list = client.list_branches().organization("acme").database("shop").send().await.unwrap().into_inner();
        list.data.into_iter().map(|branch| branch.name).collect()
    };
    assert_eq!(names().await, ["main", "kept"]);
    client.branch(of("shop")).delete_branch().await.unwrap();
    assert_eq!(names().await, ["kept"]);
    assert_eq!(client.branch(of("shop")).get_branch().await.unwrap_err().code(), Some("not_found"));
    assert_eq!(server.branches().len(), 2);
    // An ID is not given again.
    let again = create("again").await.unwrap();
    assert!(again.id != made.id && again.name == "again", "{}", again.id);
}

#[tokio::test]
async fn a_page_has_a_hundred_at_most_and_twenty_five_if_not_told() {
    let (server, client) = started().await;
    let main = BranchRef::new("acme", "shop", "main");
    (0..101).for_each(|_| server.add_backup(&main, &Backup::fixture()));
    let list = || client.branch(&main).list_backups();
    for (call, per_page, pages) in [(list(), 25, 5), (list().per_page(1000), 100, 2), (list().per_page(101), 100, 2)] {
        let page = call.send().await.unwrap().into_inner();
        assert_eq!((page.data.len(), page.next_page), (per_page, Some(2)));
        assert_eq!((page.per_page, page.total_pages), (per_page as i64, Some(pages)));
    }
    assert!(list().per_page(25).page(6).send().await.unwrap().data.is_empty());
}

#[tokio::test]
async fn a_branch_is_busy_if_told_so() {
    let (server, client) = started().await;
    create(&client).await.unwrap();
    create(&client).await.expect("not told yet");
    server.one_at_a_time();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.code(), error.outcome()), (Some("unprocessable"), Outcome::NotApplied));
    made(&client).await;
    server.move_states([(Duration::ZERO, "failed")]);
    create(&client).await.unwrap();
    // Neither does one that was deleted while it was made.
    let (server, client) = started().await;
    server.one_at_a_time();
    let busy = create(&client).await.unwrap();
    client.branch(BranchRef::new("acme", "shop", "main")).backup(&busy.id).delete().await.unwrap();
    create(&client).await.unwrap();
}

/// Somebody else's HTTP client.
pub(crate) fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// What the spec does not allow is refused by name, whoever sends it.
#[tokio::test]
async fn it_is_as_strict_as_the_spec() {
    let server = MockServer::start().await.unwrap();
    let url = format!("{}/organizations/acme/databases/shop/branches/main/backups", server.base_url());
    let http = http();
    let token = format!("{}:{}", planetscale_client::mock::TOKEN_ID, planetscale_client::mock::TOKEN);
    let send = async |request: reqwest::RequestBuilder| {
        let answer = request.header("authorization", &token).send().await.unwrap();
        assert!(answer.headers()["x-request-id"].to_str().unwrap().starts_with("mock-request-"));
        (answer.status().as_u16(), answer.headers().contains_key("content-type"), answer.text().await.unwrap())
    };
    for (body, media, status, what) in [
        (r#"{"emergency": null}"#, "application/json", 400, "emergency is null"),
        (r#"["nightly"]"#, "application/json", 400, "not an object"),
        ("{", "application/json", 400, "not JSON"),
        ("name=a", "text/plain", 415, "must be application/json"),
        (r#"{"nme": "a"}"#, "application/json", 400, "nme"),
    ] {
        let (got, _, text) = send(http.post(&url).header("content-type", media).body(body)).await;
        assert!(got == status && text.contains(what), "{body}: {got} {text}");
    }
    for query in ["page=abc", "page=0", "per_page=-1", "all=yes", "from=yesterday", "running_at=a..b"] {
        let (got, _, text) = send(http.get(format!("{url}?{query}"))).await;
        assert!(got == 422 && text.contains(query.split('=').next().unwrap()), "{query}: {got} {text}");
    }
    assert!(server.backups().is_empty());
    let (status, _, text) = send(http.post(&url)).await;
    assert_eq!(status, 201);
    let id = serde_json::from_str::<serde_json::Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
    // A body that is not required need not be there; an answer without one has no type.
    assert_eq!(send(http.patch(format!("{url}/{id}"))).await.0, 200);
    assert_eq!(send(http.delete(format!("{url}/{id}"))).await, (204, false, String::new()));
}

#[tokio::test]
async fn lists_are_filtered_as_they_are_asked() {
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    let main = BranchRef::new("acme", "shop", "main");
    let fixture = planetscale_client::types::Backup::fixture();
    let day = chrono::TimeDelta::days(1);
    for number in 0..3 {
        let mut backup = fixture.clone();
        backup.id = format!("old-{number}");
        let times = [&mut backup.started_at, &mut backup.completed_at];
        times.into_iter().flatten().for_each(|time| *time -= day * number);
        server.add_backup(&main, &backup);
    }
    let ids = async |call: planetscale_client::calls::ListBackups<'_>| -> Vec<String> {
        let backups: Vec<planetscale_client::types::Backup> = call.items().try_collect().await.unwrap();
        backups.into_iter().map(|backup| backup.id).collect()
    };
    let list = || client.branch(&main).list_backups();
    let started = fixture.started_at.unwrap();
    assert_eq!(ids(list()).await, ["old-0", "old-1", "old-2"]);
    assert_eq!(ids(list().from(started - day / 2)).await, ["old-0"]);
    assert_eq!(ids(list().to(started - day / 2)).await, ["old-1", "old-2"]);
    let during = (started - day + chrono::TimeDelta::minutes(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(ids(list().running_at(during.as_str())).await, ["old-1"]);
    let after = (started + chrono::TimeDelta::hours(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(ids(list().running_at(after.as_str())).await, Vec::<String>::new());
    assert_eq!(ids(list().running_at(format!("{during}..{after}"))).await, ["old-0", "old-1"]);
    assert_eq!(ids(list().policy("daily")).await, Vec::<String>::new());
    assert_eq!(ids(list().production(true)).await.len(), 3);
    assert_eq!(ids(list().production(false)).await, Vec::<String>::new());
}

#[tokio::test]
async fn faults_are_for_those_they_are_aimed_at() {
    clock::pause();
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    let [main, dev] = ["main", "dev"].map(|branch| BranchRef::new("acme", "shop", branch));
    let [a, b] = [&main, &dev].map(|branch| client.branch(branch));
    let (first, second) = (a.create_backup().await.unwrap(), b.create_backup().await.unwrap());
    server.on(&main.backup(&first.id)).refuse_next(403, "forbidden", "no");
    server.on(&dev).limit_next(0);
    let (one, other) = tokio::join!(a.backup(&first.id).get().send(), b.backup(&second.id).get().send());
    assert_eq!(one.unwrap_err().code(), Some("forbidden"));
    // Another attempt is answered.
    assert_eq!(other.unwrap().id, second.id);
    assert!(a.list_backups().await.is_ok() && a.backup(&first.id).get().await.is_ok());
}

/// A name with a slash, a space or a percent sign is encoded on its way.
#[tokio::test]
async fn faults_are_aimed_at_names_of_any_kind() {
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    let names = ["feature", "feature/é", "feature/é/b", "a b", "100%", "%2F", "a+b", "backups"];
    for name in names {
        let branch = BranchRef::new("acme", "shop", name);
        let id = client.branch(&branch).create_backup().await.unwrap().id.clone();
        let backup = branch.backup(&id);
        server.on(&branch).refuse_next(403, "forbidden", "the branch");
        server.on(&backup).refuse_next(403, "forbidden", "the backup");
        // Not of any other branch, database, organization or backup.
        for other in names.iter().filter(|other| **other != name) {
            client.branch(BranchRef::new("acme", "shop", *other)).list_backups().await.unwrap();
        }
        for other in [BranchRef::new("acme", "other", name), BranchRef::new("other", "shop", name)] {
            client.branch(&other).list_backups().await.unwrap();
        }
        let said = |error: Error| match error {
            Error::Refused(refused) => refused.message().map(str::to_owned),
            other => panic!("{other:?}"),
        };
        let branch = client.branch(&branch);
        let first = branch.list_backups().await.unwrap_err();
        assert_eq!(said(first).as_deref(), Some("the branch"), "{name}");
        branch.list_backups().await.unwrap();
        branch.backup("another").get().await.unwrap_err();
        let second = branch.backup(&id).get().await.unwrap_err();
        assert_eq!(said(second).as_deref(), Some("the backup"), "{name}");
        branch.backup(&id).get().await.unwrap();
    }
}
