//! `until`: a GET call is repeated until a condition holds.

use std::time::Duration;

use planetscale_client::calls::{GetBackup, GetOrganization};
use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, BackupState, Organization};
use planetscale_client::{Error, Outcome, PollError, StatusCode, Until, WaitError};

use crate::clock;

async fn made(server: &MockServer) -> GetBackup<'static> {
    clock::pause();
    let client: &'static _ = Box::leak(Box::new(server.client().unwrap()));
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    let backup = call.send().await.unwrap();
    client.get_backup().organization("acme").database("shop").branch("main").id(backup.id.clone())
}

fn quick<'a>(until: Until<'a, Backup>) -> Until<'a, Backup> {
    until.first_delay(Duration::ZERO).interval(Duration::from_millis(1)).deadline(Duration::from_secs(600))
}

#[tokio::test]
async fn it_is_read_until_it_is_as_it_should_be() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["pending", "running", "success"]);
    let call = made(&server).await;
    let mut states = Vec::new();
    let poll = quick(call.until(|backup| backup.state == BackupState::Success));
    let backup = poll.on_progress(|backup| states.push(backup.state.to_string())).await.unwrap();
    assert_eq!(
        (backup.into_inner().state, states),
        (BackupState::Success, vec!["pending".into(), "running".into(), "success".into()])
    );
}

#[tokio::test]
async fn an_end_that_is_a_failure_is_one_at_once() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["pending", "failed"]);
    let call = made(&server).await;
    let poll = quick(call.until(|backup| backup.state == BackupState::Success));
    let error = poll.fails_if(|backup| backup.state == BackupState::Failed).await.unwrap_err();
    assert!(matches!(&error, PollError::Ended(backup) if backup.state == BackupState::Failed), "{error:?}");
    assert_eq!(error.last().map(|backup| backup.state.clone()), Some(BackupState::Failed));
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, false));
    // It becomes an error of the crate, which says the same.
    let error = Error::from(error);
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, false));
    let said = error.to_string();
    assert!(said.ends_with("(backup000001) ended as failed: that is a failure"), "{said}");
}

#[tokio::test]
async fn what_is_gone_ends_it_and_what_takes_too_long_tells_the_last() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["pending"]);
    let call = made(&server).await;
    let poll = quick(call.clone().until(|backup| backup.state == BackupState::Success));
    let error = poll.interval(clock::A_WHILE / 5).deadline(clock::A_WHILE).await.unwrap_err();
    assert_eq!(error.last().map(|backup| backup.state.clone()), Some(BackupState::Pending), "{error:?}");
    assert!(error.is_retryable());
    let gone = call.id("another");
    let error = quick(gone.until(|_| true)).await.unwrap_err();
    assert!(
        matches!(&error, PollError::Poll { error, .. } if error.status() == Some(StatusCode::NOT_FOUND)),
        "{error:?}"
    );
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn what_is_a_failure_is_none_the_less_for_being_done() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["pending", "failed"]);
    let call = made(&server).await;
    let is_final = |backup: &Backup| backup.state != BackupState::Pending;
    let has_failed = |backup: &Backup| backup.state == BackupState::Failed;
    let mut seen = 0;
    let poll = quick(call.clone().until(is_final)).fails_if(has_failed).on_progress(|_| seen += 1);
    assert!(matches!(poll.await.unwrap_err(), PollError::Ended(backup) if has_failed(&backup)));
    assert_eq!(seen, 2);
    // What is no failure is done.
    server.script_states(["pending", "success"]);
    assert!(is_final(&quick(call.until(is_final)).fails_if(has_failed).await.unwrap()));
}

#[tokio::test]
async fn what_takes_too_long_tells_what_the_last_poll_found_or_why_it_found_nothing() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["pending"]);
    let call = made(&server).await;
    let call = call.retry(planetscale_client::RetryPolicy::none());
    let poll = || quick(call.clone().until(|_| false)).interval(clock::A_WHILE / 5).deadline(clock::A_WHILE);
    // The first poll fails, and those after it do not.
    server.refuse_next(503, "unavailable", "later");
    let error = poll().await.unwrap_err();
    assert!(matches!(&error, PollError::TimedOut { last: Some(_), error: None, .. }), "{error:?}");
    // The first poll does not, and those after it fail.
    server.pass_next();
    for _ in 0..10 {
        server.refuse_next(503, "unavailable", "later");
    }
    let error = poll().max_consecutive_errors(10).await.unwrap_err();
    let PollError::TimedOut { last: Some(_), error: Some(why), .. } = &error else { panic!("{error:?}") };
    assert_eq!(why.code(), Some("unavailable"));
}

/// When the first polls of something are, and when it is given up, in seconds.
async fn times_of<'a, T>(poll: impl Fn() -> Until<'a, T>) -> (Vec<u64>, u64)
where
    T: std::fmt::Debug + Send + 'a,
{
    let start = tokio::time::Instant::now();
    let (send, mut times) = tokio::sync::mpsc::unbounded_channel();
    let polled = poll().on_progress(move |_| send.send(start.elapsed().as_secs()).unwrap()).into_future();
    let three = async { vec![times.recv().await.unwrap(), times.recv().await.unwrap(), times.recv().await.unwrap()] };
    let times = tokio::select! {
        ended = polled => panic!("{ended:?}"),
        times = three => times,
    };
    // Polled once.
    match poll().interval(Duration::MAX).await {
        Err(PollError::TimedOut { after, last: Some(_), error: None }) => (times, after.as_secs()),
        other => panic!("{other:?}"),
    }
}

/// The times of the vendor's own tools, where they poll that; else those of the crate.
#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "it would take an hour")]
async fn each_operation_is_polled_at_its_times() {
    clock::pause();
    let server = MockServer::start().await.unwrap();
    server.script_branch_states(["pending"]);
    let client = server.client().unwrap();
    client.create_branch().organization("acme").database("shop").body_map(|body| body.name("dev")).await.unwrap();
    let dev = planetscale_client::BranchRef::new("acme", "shop", "dev");
    let branch = client.branch(&dev);
    let id = branch.create_backup().await.unwrap().id.clone();
    server.answer::<GetOrganization>(&Organization::fixture());
    let (ours, restored, other) = tokio::join!(
        times_of(|| branch.get_branch().until(|_| false)),
        times_of(|| client.wait_for_branch(&dev)),
        times_of(|| client.get_organization().organization("acme").until(|_| false)),
    );
    for (what, (times, deadline), first) in
        [("a branch", ours, 30), ("a restored branch", restored, 0), ("any other", other, 0)]
    {
        assert_eq!((times[0], deadline), (first, 900), "{what}: {times:?}");
        // Ten seconds, give or take a tenth.
        assert!(times.windows(2).all(|pair| (8..=11).contains(&(pair[1] - pair[0]))), "{what}: {times:?}");
    }
    // A backup takes longer.
    let wait = client.wait_for_backup(dev.backup(&id));
    assert!(
        matches!(wait.interval(Duration::MAX).await, Err(WaitError::TimedOut { after, .. }) if after.as_secs() == 12 * 3600)
    );
}

#[tokio::test]
async fn a_wait_that_ends_otherwise_keeps_the_whole_answer() {
    let mut body = crate::just_created::body();
    body["state"] = serde_json::json!("failed");
    body["uncompressed_size"] = serde_json::json!("12");
    let failed = || planetscale_tests::Step::Answer(planetscale_tests::json("200 OK", &body.to_string()));
    let server = planetscale_tests::Server::start([failed(), failed(), failed()]).await;
    let client = crate::just_created::builder(&server.url()).build().unwrap();
    let it = planetscale_client::BackupRef::new("acme", "shop", "main", "b");
    let error = client.wait_for_backup(&it).await.unwrap_err();
    assert_eq!(error.backup().unwrap().made_good()[0].pointer(), "/uncompressed_size");
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
    let error = call
        .clone()
        .until(|_| false)
        .first_delay(Duration::ZERO)
        .fails_if(|backup| backup.state == BackupState::Failed)
        .await
        .unwrap_err();
    assert_eq!(error.last().unwrap().made_good()[0].pointer(), "/uncompressed_size");
    let done = call.until(|_| true).first_delay(Duration::ZERO).await.unwrap();
    assert_eq!(done.made_good()[0].pointer(), "/uncompressed_size");
}

/// A poll that the deadline ends tells by its own error why it found nothing, however few may fail.
#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "it would take half of a minute")]
async fn a_poll_has_no_more_time_than_the_deadline_leaves() {
    use planetscale_client::BranchRef;
    clock::pause();
    let server = planetscale_tests::Server::start([planetscale_tests::Step::Stall]).await;
    let client = crate::just_created::builder(&server.url()).build().unwrap();
    let main = BranchRef::new("acme", "shop", "main");
    let deadline = clock::A_WHILE / 2;
    let is_told = |error: Option<&Error>| matches!(error, Some(Error::Timeout(it)) if it.after() >= deadline && it.after() < clock::A_WHILE);
    let until = client.branch(&main).get_backup().id("b").until(|_| true).first_delay(Duration::ZERO);
    let error = until.deadline(deadline).max_consecutive_errors(0).await.unwrap_err();
    assert!(matches!(&error, PollError::TimedOut { error, .. } if is_told(error.as_deref())), "{error:?}");
    let error = client.wait_for_branch(&main).deadline(deadline).max_consecutive_errors(0).await.unwrap_err();
    assert!(matches!(&error, PollError::TimedOut { error, .. } if is_told(error.as_deref())), "{error:?}");
    let wait = client.wait_for_backup(main.backup("b")).deadline(deadline).max_consecutive_errors(0);
    let error = wait.await.unwrap_err();
    assert!(matches!(&error, WaitError::TimedOut { error, .. } if is_told(error.as_deref())), "{error:?}");
}

#[tokio::test]
async fn five_polls_in_a_row_may_fail() {
    let server = MockServer::start().await.unwrap();
    let call = made(&server).await.retry(planetscale_client::RetryPolicy::none());
    for (failures, is_found) in [(5, true), (6, false)] {
        for _ in 0..failures {
            server.refuse_next(503, "unavailable", "later");
        }
        assert_eq!(quick(call.clone().until(|_| true)).await.is_ok(), is_found, "{failures}");
    }
}
