//! A backup restored to a branch: once, whatever happens on the way.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::StatusCode;

use super::ensure::is_conflict;
use super::look::{Found, is_since, search};
use super::refs::{BackupRef, BranchRef};
use super::restore_error::RestoreError;
use crate::client::Client;
use crate::error::{Error, Outcome};
use crate::generated::types::{self, Backup, BackupState, CreateBranchBody, DatabaseBranch, DatabaseBranchState};
use crate::made_good::MadeGood;
use crate::polling::Until;
use crate::response::Boxed;
use crate::retry_after::server_time;

/// # Restoring a backup
impl Client {
    /// Restores a backup to a new branch of its database, or finds the branch that an earlier call of this kind
    /// restored from it. `.await` the result; then [wait](Self::wait_for_branch) for the branch.
    ///
    /// 1. It looks for a branch of that name. One that was restored from this backup is what it returns; any other one
    ///    is an error, and is not touched: names are unique in a database.
    /// 2. Where there is none, it looks at the backup. One that is not done, was deleted or has expired is an error.
    /// 3. It creates the branch. If the answer was lost or cannot be read, it looks for the branch, a few times, with
    ///    back-off. The request that creates it is never sent again once the server may have seen it.
    ///
    /// A token needs the accesses `create_branch`, `read_branch`, `read_backups`, and `restore_backup` or
    /// `restore_production_branch_backup`. The new branch has the region of the backup, and the parent of the branch that
    /// was backed up. It costs money until it is deleted.
    ///
    /// # Errors
    /// A [`RestoreError`]: its [`outcome`](RestoreError::outcome) is about the branch.
    ///
    /// # Examples
    /// ```
    /// # use planetscale_client::mock::MockServer;
    /// # use planetscale_client::types::Backup;
    /// use std::time::{Duration, SystemTime};
    ///
    /// use planetscale_client::BranchRef;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = MockServer::start().await?;
    /// # let client = server.client()?;
    /// # let mut fixture = Backup::fixture();
    /// # fixture.expires_at = None;
    /// # server.add_backup(&BranchRef::new("acme", "shop", "main"), &fixture);
    /// let main = BranchRef::new("acme", "shop", "main");
    /// let backup = client.backup_for(&main, SystemTime::now().into()).await?.ok_or("there is no backup")?;
    /// let restored = client.restore_backup(main.backup(&backup.id), "restored-42").cluster_size("PS_10").await?;
    /// let branch = client.wait_for_branch(&restored).deadline(Duration::from_secs(3600)).await?;
    /// println!("{} is {}", branch.name, branch.state);
    /// # Ok(())
    /// # }
    /// ```
    pub fn restore_backup(&self, backup: impl Into<BackupRef>, name: impl Into<String>) -> RestoreBackup {
        RestoreBackup {
            client: self.clone(),
            backup: backup.into(),
            name: name.into(),
            body: Ok(types::builder::CreateBranchBody::default()),
            deadline: RestoreBackup::DEFAULT_DEADLINE,
        }
    }

    /// Polls a branch until its state is `ready`. `.await` the result.
    ///
    /// A branch that is deleted in between, or that is not there, is [`PollError::Poll`](crate::PollError::Poll), at
    /// once. A [`BranchRef`] is a serde type, so that another process can go on. The interval and the deadline are those of
    /// [`GetBranch::until`](crate::builder::GetBranch::until); the first poll is at once.
    pub fn wait_for_branch<'a>(&self, branch: impl Into<BranchRef>) -> Until<'a, DatabaseBranch> {
        let (client, branch) = (self.clone(), branch.into());
        let call = move || -> Boxed<'a, DatabaseBranch> {
            let (client, branch) = (client.clone(), branch.clone());
            Box::pin(async move { client.branch(branch).get_branch().send().await })
        };
        Until::new(call, |branch: &DatabaseBranch| branch.state == DatabaseBranchState::Ready, Some([0, 10, 15 * 60]))
    }
}

/// A branch that was restored from a backup.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Restored {
    /// The branch. Its state says whether it is ready.
    pub branch: DatabaseBranch,
    /// What it is addressed with.
    pub branch_ref: BranchRef,
    /// Whether this call created it. Otherwise it was there.
    pub created: bool,
    /// What the server calls the request that created it, or that it was found by, for a question to its support.
    pub request_id: Option<String>,
    /// What was made good of the branch, each with its place in it. See
    /// [`Response::made_good`](crate::Response::made_good).
    pub made_good: Vec<MadeGood>,
}

impl From<&Restored> for BranchRef {
    fn from(restored: &Restored) -> Self {
        restored.branch_ref.clone()
    }
}

/// A restore that is about to begin. See [`Client::restore_backup`].
#[must_use = "nothing is done until it is awaited"]
pub struct RestoreBackup {
    client: Client,
    backup: BackupRef,
    name: String,
    body: Result<types::builder::CreateBranchBody, String>,
    deadline: Duration,
}

impl fmt::Debug for RestoreBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestoreBackup")
            .field("backup", &self.backup)
            .field("name", &self.name)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl RestoreBackup {
    /// The size of the new branch's cluster, unless another one is set: that of the vendor's CLI.
    pub const DEFAULT_CLUSTER_SIZE: &'static str = "PS_10";

    /// How long all of it may take, unless another [deadline](Self::deadline) is set.
    pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10 * 60);

    /// The size of the new branch's cluster, as `list_cluster_size_skus` names it.
    /// Default: [`DEFAULT_CLUSTER_SIZE`](Self::DEFAULT_CLUSTER_SIZE), unless the body has `keyspace_cluster_sizes`.
    pub fn cluster_size(self, size: impl Into<String>) -> Self {
        self.body_map(|body| body.cluster_size(size.into()))
    }

    /// The time up to which to restore, for a PostgreSQL database. [`backup_for`](Client::backup_for) finds the backup to
    /// begin with.
    pub fn restore_point(self, at: DateTime<Utc>) -> Self {
        self.body_map(|body| body.restore_point(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
    }

    /// Changes the body of the request that creates the branch with a closure over its builder.
    pub fn body_map<F>(mut self, change: F) -> Self
    where
        F: FnOnce(types::builder::CreateBranchBody) -> types::builder::CreateBranchBody,
    {
        self.body = self.body.map(change);
        self
    }

    /// How long all of it may take, the wait for the branch aside. Default:
    /// [`DEFAULT_DEADLINE`](Self::DEFAULT_DEADLINE).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl IntoFuture for RestoreBackup {
    type Output = Result<Restored, RestoreError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let body = self.checked_body().map_err(|error| RestoreError::new(error, false))?;
            let mut creation_sent = false;
            let ended = tokio::time::timeout(self.deadline, self.restore(body, &mut creation_sent)).await;
            ended.unwrap_or_else(|_| Err(RestoreError::deadline(self.deadline, creation_sent)))
        })
    }
}

impl RestoreBackup {
    /// The body of the creation.
    fn checked_body(&self) -> Result<CreateBranchBody, Error> {
        if self.name.is_empty() {
            return Err(Error::invalid_input("the branch's name is empty"));
        }
        let builder = self.body.clone().map_err(Error::invalid_input)?;
        let body = builder.name(&self.name).backup_id(&self.backup.id).try_into();
        let mut body: CreateBranchBody =
            body.map_err(|e: types::error::ConversionError| Error::invalid_input(e.to_string()))?;
        if body.cluster_size.is_none() && body.keyspace_cluster_sizes.as_deref().unwrap_or_default().is_empty() {
            body.cluster_size = Some(Self::DEFAULT_CLUSTER_SIZE.to_owned());
        }
        Ok(body)
    }

    fn branch_ref(&self) -> BranchRef {
        BranchRef::new(&self.backup.organization, &self.backup.database, &self.name)
    }

    fn restored(&self, found: Found<DatabaseBranch>, created: bool) -> Restored {
        let Found { value: branch, request_id, made_good } = found;
        tracing::debug!(name = self.name, id = branch.id, created, "the branch is there");
        Restored { branch, branch_ref: self.branch_ref(), created, request_id, made_good }
    }

    async fn restore(&self, body: CreateBranchBody, creation_sent: &mut bool) -> Result<Restored, RestoreError> {
        let before = |error| RestoreError::new(error, false);
        let there = self.branch(&self.client).await.map_err(before)?;
        let answer = self.backup.get(&self.client).send().await.map_err(before)?;
        let now = server_time(answer.headers());
        let backup = answer.into_inner();
        if let Some(branch) = there {
            return self.found(branch, &backup, false);
        }
        if let Some(why) = unusable(&backup, now.unwrap_or_else(SystemTime::now).into()) {
            return Err(RestoreError::unusable(backup, why));
        }
        let create = self.client.create_branch().organization(&self.backup.organization);
        let create = create.database(&self.backup.database).body(body);
        *creation_sent = true;
        match create.send().await {
            Ok(branch) => Ok(self.restored(branch.into(), true)),
            Err(error) if error.outcome() != Outcome::NotApplied => self.settle(error, now.map(Into::into)).await,
            Err(error) if is_conflict(&error) => self.conflict(error).await,
            Err(error) => {
                let is_sent = !matches!(error, Error::NotSent(_) | Error::InvalidInput(_));
                Err(RestoreError::new(error, is_sent))
            }
        }
    }

    /// The branch of the name, if there is one.
    async fn branch(&self, client: &Client) -> Result<Option<Found<DatabaseBranch>>, Error> {
        match client.branch(self.branch_ref()).get_branch().send().await {
            Ok(branch) => Ok(Some(branch.into())),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A branch that was there: what was wanted, if it was restored from this backup, or else in the way.
    fn found(&self, found: Found<DatabaseBranch>, backup: &Backup, sent: bool) -> Result<Restored, RestoreError> {
        match backup.restored_branches.iter().any(|restored| restored.id == found.value.id) {
            true => Ok(self.restored(found, false)),
            false => Err(RestoreError::taken(found.value, sent)),
        }
    }

    /// What has become of a creation that was refused, maybe as another one of that name was quicker.
    async fn conflict(&self, error: Error) -> Result<Restored, RestoreError> {
        let seen = async {
            let branch = self.branch(&self.client).await.ok().flatten()?;
            Some((branch, self.backup.get(&self.client).send().await.ok()?.into_inner()))
        };
        match seen.await {
            Some((branch, backup)) => self.found(branch, &backup, true),
            None => Err(RestoreError::new(error, true)),
        }
    }

    /// Finds out what has become of a creation that ended with an error. `since` is the server's time before it.
    async fn settle(&self, error: Error, since: Option<DateTime<Utc>>) -> Result<Restored, RestoreError> {
        match search(&self.client, |client| async move { self.branch(&client).await }).await {
            // There was none of that name before, and this one comes from where the backup does.
            Ok(found) if self.is_new(&found.value, since) => Ok(self.restored(found, true)),
            Ok(found) => Err(RestoreError::taken(found.value, true)),
            Err(_) => Err(RestoreError::new(error, true)),
        }
    }

    fn is_new(&self, branch: &DatabaseBranch, since: Option<DateTime<Utc>>) -> bool {
        let source = branch.restored_from_branch.as_ref();
        source.is_some_and(|source| source.name == self.backup.branch) && is_since(branch.created_at, since)
    }
}

/// Why a backup cannot be restored.
fn unusable(backup: &Backup, now: DateTime<Utc>) -> Option<String> {
    if backup.deleted_at.is_some() {
        return Some("was deleted".to_owned());
    }
    if backup.state != BackupState::Success {
        return Some(format!("is {}", backup.state));
    }
    let expired = backup.expires_at.filter(|expires| *expires <= now)?;
    Some(format!("expired at {}", expired.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}
