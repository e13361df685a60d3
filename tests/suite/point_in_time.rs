//! The backup that a point in time is restored from.

use chrono::{DateTime, TimeDelta, Utc};
use planetscale_client::BranchRef;
use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, BackupState};
use planetscale_tests::{Server, Step, answer, json};
use proptest::prelude::*;

use crate::property::config;

fn main_branch() -> BranchRef {
    BranchRef::new("acme", "shop", "main")
}

/// A backup that was completed so many seconds after the first one, or was not, and took so many.
fn backup(number: usize, seconds: Option<i64>, took: i64, state: &str) -> Backup {
    let mut backup = Backup::fixture();
    let first = backup.completed_at.unwrap();
    backup.id = format!("b{number}");
    backup.state = BackupState::from(state);
    backup.expires_at = None;
    backup.completed_at = seconds.map(|seconds| first + TimeDelta::seconds(seconds));
    backup.started_at = backup.completed_at.map(|completed| completed - TimeDelta::seconds(took));
    backup
}

proptest! {
    #![proptest_config(config(60))]

    /// Whatever the order of the list: the last that succeeded at or before the time, or nothing.
    #[test]
    fn it_is_the_last_that_was_completed_by_then(
        made in prop::collection::vec(
            (prop::option::of(0i64..600), 0i64..90, prop::sample::select(vec!["success", "failed", "running"])),
            0..12,
        ),
        second in -50i64..700,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = MockServer::start().await.unwrap();
            let client = server.client().unwrap();
            let all: Vec<Backup> =
                made.iter().enumerate().map(|(i, (seconds, took, state))| backup(i, *seconds, *took, state)).collect();
            all.iter().for_each(|backup| server.add_backup(&main_branch(), backup));
            let at: DateTime<Utc> = Backup::fixture().completed_at.unwrap() + TimeDelta::seconds(second);
            let found = client.branch(main_branch()).backup_for(at).await.unwrap();
            let fits = |backup: &&Backup| backup.state == BackupState::Success && backup.completed_at.is_some_and(|done| done <= at);
            let best = all.iter().filter(fits).map(|backup| backup.completed_at).max();
            prop_assert_eq!(found.map(|backup| backup.completed_at), best);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn it_reads_all_pages() {
    let server = MockServer::start().await.unwrap();
    for number in 0..230 {
        server.add_backup(&main_branch(), &backup(number, Some(60 * number as i64), 660, "success"));
    }
    let client = server.client().unwrap();
    let first = Backup::fixture().completed_at.unwrap();
    let found = client.backup_for(main_branch(), first + TimeDelta::minutes(205)).await.unwrap();
    assert_eq!(found.unwrap().id, "b205");
    assert_eq!(client.backup_for(main_branch(), first - TimeDelta::minutes(1)).await.unwrap(), None);
}

/// Where a backup is deleted while the list is read, those after it move up, and one of the readings misses one.
#[tokio::test]
async fn what_either_reading_has_counts() {
    let page = |data: &[&Backup], next: Option<u64>| {
        Step::Answer(json("200 OK", &serde_json::json!({ "data": data, "next_page": next }).to_string()))
    };
    let (old, new) = (backup(1, Some(0), 60, "success"), backup(2, Some(60), 60, "success"));
    for (first, second) in [(vec![&old, &new], vec![&old]), (vec![&old], vec![&old, &new])] {
        let server =
            Server::start([page(&first, Some(2)), page(&[], None), page(&second, Some(2)), page(&[], None)]).await;
        let client = crate::just_created::builder(&server.url()).build().unwrap();
        let at = new.completed_at.unwrap();
        assert_eq!(client.backup_for(main_branch(), at).await.unwrap().unwrap().id, "b2");
        assert_eq!(server.arrived().len(), 4);
    }
}

/// One that was deleted, or has expired by the server's clock, is none, whatever the list has: it cannot be restored.
#[tokio::test]
async fn a_backup_that_cannot_be_restored_does_not_count() {
    let (good, mut deleted) = (backup(1, Some(0), 60, "success"), backup(2, Some(60), 60, "success"));
    deleted.deleted_at = deleted.completed_at;
    let mut expired = backup(3, Some(120), 60, "success");
    expired.expires_at = Some("2026-01-04T12:00:00Z".parse().unwrap());
    // A server may pass over the state that is asked for.
    let failed = backup(4, Some(180), 60, "failed");
    let later = expired.completed_at.unwrap() + TimeDelta::minutes(5);
    let list = serde_json::json!({ "data": [good, deleted, expired, failed], "next_page": null }).to_string();
    for (date, id) in [("Sun, 04 Jan 2026 11:59:59 GMT", "b3"), ("Sun, 04 Jan 2026 12:00:00 GMT", "b1")] {
        let headers = [("date", date), ("content-type", "application/json")];
        let server = Server::start([Step::Answer(answer("200 OK", &headers, &list))]).await;
        let client = crate::just_created::builder(&server.url()).build().unwrap();
        assert_eq!(client.backup_for(main_branch(), later).await.unwrap().unwrap().id, id, "{date}");
    }
}

/// One that took less than a minute, and was done in that of the time: whether the API looks at the seconds of `to`, or
/// goes by the beginning of the minute or by its end, is not documented.
#[tokio::test]
async fn a_backup_of_the_same_minute_counts() {
    let server = MockServer::start().await.unwrap();
    // Started at 03:16:20, and completed at 03:16:40.
    server.add_backup(&main_branch(), &backup(1, Some(35), 20, "success"));
    let client = server.client().unwrap();
    let completed = Backup::fixture().completed_at.unwrap() + TimeDelta::seconds(35);
    for (at, is_found) in
        [(completed, true), (completed + TimeDelta::seconds(1), true), (completed - TimeDelta::seconds(1), false)]
    {
        assert_eq!(client.backup_for(main_branch(), at).await.unwrap().is_some(), is_found, "{at}");
    }
}
