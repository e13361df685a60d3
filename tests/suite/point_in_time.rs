//! The backup that a point in time is restored from.

use chrono::{DateTime, TimeDelta, Utc};
use planetscale_client::BranchRef;
use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, BackupState};
use proptest::prelude::*;

use crate::property::config;

fn main_branch() -> BranchRef {
    BranchRef::new("acme", "shop", "main")
}

/// A backup that was completed so many minutes after the first one, or was not.
fn backup(number: usize, minutes: Option<i64>, state: &str) -> Backup {
    let mut backup = Backup::fixture();
    let first = backup.completed_at.unwrap();
    backup.id = format!("b{number}");
    backup.state = BackupState::from(state);
    backup.completed_at = minutes.map(|minutes| first + TimeDelta::minutes(minutes));
    backup.started_at = backup.completed_at.map(|completed| completed - TimeDelta::minutes(11));
    backup
}

proptest! {
    #![proptest_config(config(60))]

    /// Whatever the order of the list: the last that succeeded at or before the time, or nothing.
    #[test]
    fn it_is_the_last_that_was_completed_by_then(
        made in prop::collection::vec((prop::option::of(0i64..60), prop::sample::select(vec!["success", "failed", "running"])), 0..12),
        minute in -5i64..70,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = MockServer::start().await.unwrap();
            let client = server.client().unwrap();
            let all: Vec<Backup> = made.iter().enumerate().map(|(i, (minutes, state))| backup(i, *minutes, state)).collect();
            all.iter().for_each(|backup| server.add_backup(&main_branch(), backup));
            let at: DateTime<Utc> = Backup::fixture().completed_at.unwrap() + TimeDelta::minutes(minute);
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
        server.add_backup(&main_branch(), &backup(number, Some(number as i64), "success"));
    }
    let client = server.client().unwrap();
    let first = Backup::fixture().completed_at.unwrap();
    let found = client.backup_for(main_branch(), first + TimeDelta::minutes(205)).await.unwrap();
    assert_eq!(found.unwrap().id, "b205");
    assert_eq!(client.backup_for(main_branch(), first - TimeDelta::minutes(1)).await.unwrap(), None);
}
