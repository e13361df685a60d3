//! The backup that a point in time is restored from.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};

use super::look::PER_PAGE;
use super::refs::BranchRef;
use crate::client::Client;
use crate::error::Error;
use crate::generated::types::{Backup, BackupState};
use crate::retry_after::server_time;

/// The API's `to` is by the minute.
const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// # Points in time
impl Client {
    /// Finds the backup from which a branch's state at a time can be restored: of those that succeeded, the last one
    /// that was completed at or before that time. A backup that was deleted or has expired by now is skipped, as
    /// [`restore_backup`] rejects it. `None` if there is no such backup.
    ///
    /// It reads the whole list, as its order is not documented. A list of several pages is read twice: if a backup is
    /// deleted meanwhile, those after it move to earlier pages. A token needs the access `read_backups`.
    ///
    /// [`restore_backup`]: https://docs.rs/planetscale-client/latest/planetscale_client/struct.Client.html#method.restore_backup
    ///
    /// # Errors
    /// As [`list_backups`](Client::list_backups).
    ///
    /// # Examples
    /// ```
    /// # use planetscale_client::mock::MockServer;
    /// use planetscale_client::BranchRef;
    /// use planetscale_client::types::Backup;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = MockServer::start().await?;
    /// # let client = server.client()?;
    /// let main = BranchRef::new("acme", "shop", "main");
    /// # let mut fixture = Backup::fixture();
    /// # fixture.expires_at = None;
    /// # server.add_backup(&main, &fixture);
    /// let noon = "2026-01-02T12:00:00Z".parse()?;
    /// let backup = client.backup_for(&main, noon).await?.ok_or("no backup is as old as that")?;
    /// println!("{} holds the branch as it was at {:?}", backup.id, backup.completed_at);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn backup_for(&self, branch: impl Into<BranchRef>, at: DateTime<Utc>) -> Result<Option<Backup>, Error> {
        let branch = branch.into();
        let (first, pages) = read(self, &branch, at).await?;
        if pages < 2 {
            return Ok(first);
        }
        let (second, _) = read(self, &branch, at).await?;
        Ok([first, second].into_iter().flatten().max_by_key(|backup| backup.completed_at))
    }
}

/// Reads the list once, and says how many pages it had.
async fn read(client: &Client, branch: &BranchRef, at: DateTime<Utc>) -> Result<(Option<Backup>, usize), Error> {
    let call = client.branch(branch).list_backups().state(BackupState::Success).per_page(PER_PAGE);
    // It is by when a backup started, which is before it was completed.
    let mut pages = call.set_to(at.checked_add_signed(A_MINUTE)).pages();
    let (mut last, mut count): (Option<Backup>, usize) = (None, 0);
    while let Some(page) = pages.next().await {
        count += 1;
        let page = page?;
        // The server's clock tells, as with a restore.
        let now: DateTime<Utc> = server_time(page.headers()).unwrap_or_else(SystemTime::now).into();
        let fits = |backup: &Backup| {
            let is_good = backup.state == BackupState::Success && backup.deleted_at.is_none();
            let is_there = backup.expires_at.is_none_or(|expires| expires > now);
            is_good && is_there && backup.completed_at.is_some_and(|completed| completed <= at)
        };
        let candidates = page.into_inner().data.into_iter().filter(fits);
        last = last.into_iter().chain(candidates).max_by_key(|backup| backup.completed_at);
    }
    Ok((last, count))
}
