//! A branch and a backup of a client: the calls that are about them, with the names set.

use chrono::{DateTime, Utc};

use super::ensure::EnsureBackup;
use super::refs::{BackupRef, BranchRef};
#[cfg(feature = "branches")]
use super::restore::RestoreBackup;
#[cfg(feature = "branches")]
use super::restored::AwaitedBranch;
use super::wait::{WaitForBackup, WaitTarget};
use crate::client::Client;
use crate::error::Error;
use crate::generated::calls;
use crate::generated::types::Backup;
#[cfg(feature = "branches")]
use crate::generated::types::DatabaseBranch;
#[cfg(feature = "branches")]
use crate::polling::Until;

/// # Handles
impl Client {
    /// Returns a handle of a branch, which has the names set for all calls about it: every operation whose path begins
    /// with that of a branch is a method.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
    /// use planetscale_client::BranchRef;
    ///
    /// let main = client.branch(BranchRef::new("acme", "shop", "main"));
    /// let backup = main.create_backup().body_map(|b| b.name("nightly")).send().await?;
    /// main.backup(&backup.id).delete().send().await?;
    ///
    /// // As it is written in a configuration:
    /// let main = client.branch("acme/shop/main".parse::<BranchRef>()?);
    /// # drop(main);
    /// # Ok(())
    /// # }
    /// ```
    pub fn branch(&self, branch: impl Into<BranchRef>) -> BranchHandle<'_> {
        BranchHandle { client: self, branch: branch.into() }
    }
}

/// A branch of a client. See [`Client::branch`].
#[derive(Clone, Debug)]
#[must_use]
pub struct BranchHandle<'a> {
    client: &'a Client,
    branch: BranchRef,
}

impl<'a> BranchHandle<'a> {
    /// Returns the reference to the branch.
    pub fn branch_ref(&self) -> &BranchRef {
        &self.branch
    }

    /// The client, and the names of the organization, the database and the branch.
    pub(crate) fn names(&self) -> (&'a Client, [&str; 3]) {
        let BranchRef { organization, database, branch } = &self.branch;
        (self.client, [organization, database, branch])
    }

    /// Calls [`Client::ensure_backup`] for this branch.
    pub fn ensure_backup(&self, name: impl Into<String>) -> EnsureBackup {
        self.client.ensure_backup(&self.branch, name)
    }

    /// Calls [`Client::backup_for`] for this branch.
    ///
    /// # Errors
    /// As there.
    pub async fn backup_for(&self, at: DateTime<Utc>) -> Result<Option<Backup>, Error> {
        self.client.backup_for(&self.branch, at).await
    }

    /// Calls [`Client::wait_for_branch`] for this branch.
    #[cfg(feature = "branches")]
    pub fn wait<'w>(&self) -> Until<'w, DatabaseBranch> {
        self.client.wait_for_branch(&self.branch)
    }

    /// Returns a handle of a backup of this branch, for the calls about it.
    pub fn backup(&self, id: impl Into<String>) -> BackupHandle<'a> {
        BackupHandle { client: self.client, backup: self.branch.backup(id) }
    }
}

/// Which branch it is, for what takes any form of one, such as [`Client::ensure_backup`].
impl From<&BranchHandle<'_>> for BranchRef {
    fn from(handle: &BranchHandle<'_>) -> Self {
        handle.branch.clone()
    }
}

#[cfg(feature = "branches")]
impl From<&BranchHandle<'_>> for AwaitedBranch {
    fn from(handle: &BranchHandle<'_>) -> Self {
        (&handle.branch).into()
    }
}

/// Which backup it is, for what takes any form of one, such as `Client::restore_backup`, of the feature `branches`.
impl From<&BackupHandle<'_>> for BackupRef {
    fn from(handle: &BackupHandle<'_>) -> Self {
        handle.backup.clone()
    }
}

impl From<&BackupHandle<'_>> for WaitTarget {
    fn from(handle: &BackupHandle<'_>) -> Self {
        (&handle.backup).into()
    }
}

/// A backup of a branch of a client. See [`BranchHandle::backup`].
#[derive(Clone, Debug)]
#[must_use]
pub struct BackupHandle<'a> {
    client: &'a Client,
    backup: BackupRef,
}

impl<'a> BackupHandle<'a> {
    /// Returns the reference to the backup.
    pub fn backup_ref(&self) -> &BackupRef {
        &self.backup
    }

    /// Calls [`Client::get_backup`] for this backup.
    pub fn get(&self) -> calls::GetBackup<'a> {
        self.backup.get(self.client)
    }

    /// Calls [`Client::update_backup`] for this backup.
    pub fn update(&self) -> calls::UpdateBackup<'a> {
        let BackupRef { organization, database, branch, id } = &self.backup;
        self.client.update_backup().organization(organization).database(database).branch(branch).id(id)
    }

    /// Calls [`Client::delete_backup`] for this backup.
    pub fn delete(&self) -> calls::DeleteBackup<'a> {
        let BackupRef { organization, database, branch, id } = &self.backup;
        self.client.delete_backup().organization(organization).database(database).branch(branch).id(id)
    }

    /// Calls [`Client::restore_backup`] for this backup.
    #[cfg(feature = "branches")]
    pub fn restore(&self, name: impl Into<String>) -> RestoreBackup {
        self.client.restore_backup(&self.backup, name)
    }

    /// Calls [`Client::wait_for_backup`] for this backup.
    pub fn wait(&self) -> WaitForBackup<'static> {
        self.client.wait_for_backup(self.backup.clone())
    }
}
