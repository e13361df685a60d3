//! A library around the crate, tested without a server: a decision by a fixture.

use chrono::{DateTime, TimeDelta, Utc};
use planetscale_client::types::{Backup, BackupState};

#[derive(Debug, PartialEq)]
enum Verdict {
    Keep,
    Renew,
    Alarm,
}

fn judge(backup: &Backup, now: DateTime<Utc>) -> Verdict {
    let expires_soon = backup.expires_at.is_some_and(|at| at - now < TimeDelta::hours(12));
    match backup.state {
        BackupState::Failed | BackupState::Canceled => Verdict::Alarm,
        BackupState::Success if expires_soon && backup.protected == Some(false) => Verdict::Renew,
        _ => Verdict::Keep,
    }
}

#[test]
fn it_is_tested_by_fixtures() {
    let done = Backup::fixture();
    let now = done.created_at + TimeDelta::hours(1);
    assert_eq!(judge(&done, now), Verdict::Keep);
    assert_eq!(judge(&done, now + TimeDelta::days(1) + TimeDelta::hours(12)), Verdict::Renew);
    let mut failed = Backup::fixture();
    (failed.state, failed.completed_at) = (BackupState::Failed, None);
    assert_eq!(judge(&failed, now), Verdict::Alarm);
    assert_eq!(judge(&done_with(BackupState::from("archived")), now), Verdict::Keep);
}

fn done_with(state: BackupState) -> Backup {
    planetscale_client::mock::fixture(serde_json::json!({ "state": state.as_str() }))
}
