//! The backup that a point in time is restored from.

use chrono::{DateTime, TimeDelta, Utc};

use super::look::PER_PAGE;
use super::refs::BranchRef;
use crate::client::Client;
use crate::error::Error;
use crate::generated::types::{Backup, BackupState};

/// The API's `to` is by the minute.
const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// # Points in time
impl Client {
    /// The backup that a branch's state at a time is restored from: of those that succeeded, the one that was completed
    /// last at or before that time. Nothing, where there is none.
    ///
    /// It reads the whole list, as its order is not documented; one of several pages twice, as what comes after a
    /// backup that is deleted in between moves up. A token needs the access `read_backups`.
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
    /// # server.add_backup(&main, &Backup::fixture());
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
        let fits = |backup: &Backup| {
            let is_good = backup.state == BackupState::Success && backup.deleted_at.is_none();
            is_good && backup.completed_at.is_some_and(|completed| completed <= at)
        };
        let candidates = page?.into_inner().data.into_iter().filter(fits);
        last = last.into_iter().chain(candidates).max_by_key(|backup| backup.completed_at);
    }
    Ok((last, count))
}
