//! The stand-in that users test their own code with.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::time::{Duration, Instant};

use planetscale_client::mock::{MockServer, TOKEN};
use planetscale_client::types::BackupState;
use planetscale_client::{BackupRef, Client, Error, Outcome, RetryPolicy, ServiceToken, WaitError, WaitForBackup};

/// Longer than anything here takes. The default deadline of a wait is twelve hours: a wait that goes
/// wrong is to fail its test, not to keep it.
const A_MINUTE: Duration = Duration::from_secs(60);

async fn started() -> (MockServer, Client) {
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

fn wait_for<'a>(client: &'a Client, it: &BackupRef) -> WaitForBackup<'a> {
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
        tokio::time::sleep(Duration::from_millis(3)).await;
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
    drop(server);
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    // Whether the listener is closed yet is up to the runtime; an answer there is none.
    assert!(call.send().await.is_err());
}

#[tokio::test]
async fn a_wait_ends_at_its_deadline() {
    let (_server, client) = started().await;
    let it = made(&client).await;
    let wait = wait_for(&client, &it).interval(A_MINUTE).deadline(Duration::from_secs(2));
    let error = wait.await.unwrap_err();
    assert!(matches!(&error, WaitError::Deadline { last: Some(_), error: None, .. }), "{error:?}");
    assert!(error.source().is_none());
}

#[tokio::test]
async fn a_wait_bears_as_many_errors_as_it_is_told() {
    let (server, client) = started().await;
    let it = made(&client).await;
    server.refuse_next(503, "unavailable", "later");
    let policy = RetryPolicy::none();
    let client = Client::builder().auth(MockServer::token()).base_url(server.base_url()).retry(policy).build().unwrap();
    let wait = wait_for(&client, &it).read_errors(0);
    let shown = format!("{wait:?}");
    assert!(shown.contains("feature/é") && shown.contains("read_errors: 0"), "{shown}");
    let error = wait.await.unwrap_err();
    assert!(matches!(&error, WaitError::Read(_)), "{error:?}");
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
    assert_eq!((done.state, states.len()), (BackupState::Success, 3));

    server.script_states(["failed"]);
    assert!(matches!(wait().await.unwrap_err(), WaitError::Ended(backup) if backup.state == BackupState::Failed));

    // Passing faults on the way are borne.
    server.script_states(["running", "success"]);
    server.refuse_next(503, "unavailable", "later");
    wait().await.unwrap();
    let gone = BackupRef::new("acme", "shop", "feature/é", "gone");
    let error = wait_for(&client, &gone).await.unwrap_err();
    assert!(matches!(error, WaitError::Read(error) if error.code() == Some("not_found")));
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

    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let path = "organizations/acme/databases/shop/branches/main/backups";
    for (target, body, status) in [
        (path, r#"{"retention_unit":"weeks"}"#, 400),
        (path, r#"{"retention_value":0}"#, 422),
        (path, r#"{"colour":"red"}"#, 400),
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
    assert!(update(first, true).await.unwrap().protected);
    let error = delete(first).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (422, Outcome::NotApplied));
    assert!(!update(first, false).await.unwrap().protected);
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
