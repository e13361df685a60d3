//! `until`: what reads one thing is called again, until that is as it should be.

use std::time::Duration;

use planetscale_client::builder::GetBackup;
use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, BackupState};
use planetscale_client::{Error, Outcome, PollError, StatusCode, Until};

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
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, false));
    // It becomes an error of the crate, which says the same.
    let error = Error::from(error);
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, false));
    assert_eq!(error.to_string(), "it came to an end that is a failure");
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
    assert!(matches!(&error, PollError::Poll(error) if error.status() == Some(StatusCode::NOT_FOUND)), "{error:?}");
    assert!(!error.is_retryable());
}
