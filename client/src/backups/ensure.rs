//! Exactly one backup of a name, whatever happens on the way.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;

use super::ensure_error::EnsureError;
use super::look::{Found, SearchBudget, SearchResult, is_since, is_usable, look, search};
use super::refs::{BackupRef, BranchRef};
use super::schedule::{DEFAULT_DEADLINE, DEFAULT_INTERVAL};
use crate::client::Client;
use crate::error::{Error, Outcome};
use crate::generated::types::{self, Backup, CreateBackupBody};
use crate::made_good::MadeGood;
use crate::polling::{may_pass, varied};
use crate::runtime::check::Check;

/// # Exactly one backup
impl Client {
    /// Makes sure that a branch has a backup of this name, and never creates a second one. `.await` the result.
    ///
    /// 1. It looks for one that has not failed and was not canceled, ignored or deleted. If there is one, it
    ///    returns that.
    /// 2. Otherwise it creates one.
    /// 3. If the answer to the creation was lost or cannot be read, it looks for the new backup, a few times, with
    ///    back-off, and returns what it finds.
    ///
    /// So a job can run twice, crash in between, or lose its connection, and there is no second backup. The request
    /// that creates it is never sent again once the server may have seen it. Two callers that use one name at the same
    /// moment may create two: neither has created its backup when the other looks, and the API has no idempotency key.
    ///
    /// A token needs the accesses `read_backups` and `write_backups`.
    ///
    /// # Time
    /// Each call has the [timeout](crate::ClientBuilder::timeout) of the client. Steps 1 and 3 each retry for as long
    /// again as one timeout, with the delays of the [`RetryPolicy`](crate::RetryPolicy), even if it allows no retries:
    /// reading changes nothing. All of it has a [deadline](EnsureBackup::deadline).
    ///
    /// # Cancelling
    /// A call that is dropped while the creation is on its way may leave the backup behind without an error: the next
    /// call for that name finds it.
    ///
    /// # Errors
    /// An [`EnsureError`]: its [`outcome`](EnsureError::outcome) is about the backup of that name, whoever created it,
    /// and [`creation_sent`](EnsureError::creation_sent) says whether this call may have created it. If the outcome is
    /// unknown, call this function again later: it looks first.
    ///
    /// # Examples
    /// ```
    /// # use planetscale_client::mock::MockServer;
    /// use planetscale_client::BranchRef;
    /// use planetscale_client::types::RetentionUnit;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = MockServer::start().await?;
    /// # let client = server.client()?;
    /// # server.move_states([(std::time::Duration::ZERO, "success")]);
    /// let main = BranchRef::new("acme", "shop", "main");
    /// let ensured = client
    ///     .ensure_backup(&main, "before-migration-42")
    ///     .body_map(|b| b.retention_unit(RetentionUnit::Week).retention_value(2))
    ///     .await?;
    /// println!("{} was {}", ensured.backup.id, if ensured.created { "created" } else { "found" });
    /// # let ensured = client.ensure_backup(&main, "before-migration-42").await?;
    /// client.wait_for_backup(&ensured).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_backup(&self, branch: impl Into<BranchRef>, name: impl Into<String>) -> EnsureBackup {
        EnsureBackup {
            client: self.clone(),
            branch: branch.into(),
            name: name.into(),
            body: Ok(types::builder::CreateBackupBody::default()),
            when_idle: false,
            deadline: DEFAULT_DEADLINE,
            interval: DEFAULT_INTERVAL,
        }
    }
}

/// A backup that exists.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ensured {
    /// The backup. Its state says whether it is done.
    pub backup: Backup,
    /// The branch that it is of.
    pub branch: BranchRef,
    /// Whether this call created it. Otherwise it was there.
    pub created: bool,
    /// The server's ID of the request that created or found it, for the vendor's support.
    pub request_id: Option<String>,
    /// What was repaired of the backup, each with its JSON pointer in it. See
    /// [`Response::made_good`](crate::Response::made_good).
    pub made_good: Vec<MadeGood>,
}

impl Ensured {
    /// Returns the reference to the backup.
    pub fn backup_ref(&self) -> BackupRef {
        self.branch.backup(&self.backup.id)
    }
}

/// A call of [`Client::ensure_backup`] that is about to begin.
#[must_use = "nothing is done until it is awaited"]
pub struct EnsureBackup {
    client: Client,
    branch: BranchRef,
    name: String,
    body: Result<types::builder::CreateBackupBody, String>,
    when_idle: bool,
    deadline: Duration,
    interval: Duration,
}

impl fmt::Debug for EnsureBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnsureBackup")
            .field("branch", &self.branch)
            .field("name", &self.name)
            .field("body", &self.body)
            .field("when_idle", &self.when_idle)
            .finish_non_exhaustive()
    }
}

impl EnsureBackup {
    /// How long all of it may take, unless another [deadline](Self::deadline) is set.
    pub const DEFAULT_DEADLINE: Duration = DEFAULT_DEADLINE;

    /// How long to wait between two checks whether the branch is idle, give or take a tenth.
    pub const DEFAULT_INTERVAL: Duration = DEFAULT_INTERVAL;

    /// Sets `body`, as [`CreateBackup::body`](crate::calls::CreateBackup::body) does. The name need not be in it.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: TryInto<CreateBackupBody>,
        V::Error: fmt::Display,
    {
        self.body = value.try_into().map(From::from).map_err(|e| format!("body: {e}"));
        self
    }

    /// Changes the body with a closure over its builder, as
    /// [`CreateBackup::body_map`](crate::calls::CreateBackup::body_map) does.
    pub fn body_map<F>(mut self, change: F) -> Self
    where
        F: FnOnce(types::builder::CreateBackupBody) -> types::builder::CreateBackupBody,
    {
        self.body = self.body.map(change);
        self
    }

    /// Waits before the creation until no other manual backup of the branch is pending or running: the API
    /// makes only one at a time.
    ///
    /// If the branch is still busy at the [deadline](Self::deadline), the error says
    /// [with which backup](EnsureError::busy_with).
    pub fn when_idle(mut self) -> Self {
        self.when_idle = true;
        self
    }

    /// Sets how long all of it may take: looking, waiting for the branch to be idle, creating, and looking again.
    /// Default: [`DEFAULT_DEADLINE`](Self::DEFAULT_DEADLINE).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how long to wait between two checks whether the branch is idle, give or take a tenth. Default:
    /// [`DEFAULT_INTERVAL`](Self::DEFAULT_INTERVAL).
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }
}

impl IntoFuture for EnsureBackup {
    type Output = Result<Ensured, EnsureError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let body = self.checked_body().map_err(|error| EnsureError::new(error, false))?;
            let mut progress = Progress::default();
            let ended = tokio::time::timeout(self.deadline, self.ensure(body, &mut progress)).await;
            ended.unwrap_or_else(|_| match progress.busy {
                Some(busy) => Err(EnsureError::busy(busy, self.deadline)),
                None => Err(EnsureError::deadline(self.deadline, progress.creation_sent)),
            })
        })
    }
}

/// How far it has come, for when the deadline passes.
#[derive(Default)]
struct Progress {
    creation_sent: bool,
    /// What the branch is waited for.
    busy: Option<Backup>,
}

impl EnsureBackup {
    /// The body of the creation, with the name in it.
    fn checked_body(&self) -> Result<CreateBackupBody, Error> {
        let mut body: CreateBackupBody = self
            .body
            .clone()
            .and_then(|body| body.try_into().map_err(|e: types::error::ConversionError| e.to_string()))
            .map_err(Error::invalid_input)?;
        if self.name.is_empty() {
            return Err(Error::invalid_input("the backup's name is empty"));
        }
        if let Some(other) = body.name.as_ref().filter(|name| **name != self.name) {
            let name = &self.name;
            return Err(Error::invalid_input(format!("the backup's name is `{name}`, but the body's is `{other}`")));
        }
        body.name = Some(self.name.clone());
        body.check().map_err(Error::invalid_input)?;
        Ok(body)
    }

    async fn ensure(&self, body: CreateBackupBody, progress: &mut Progress) -> Result<Ensured, EnsureError> {
        let create = self.client.branch(&self.branch).create_backup().body(body);
        // Why the creation was refused, where the reason may be a backup that was quicker.
        let mut conflict = None;
        loop {
            let seen = self.look_until_seen().await?;
            if let Some(found) = seen.found {
                return Ok(self.ensured(found, false));
            }
            progress.busy = seen.busy.filter(|_| self.when_idle);
            if let Some(busy) = &progress.busy {
                tracing::info!(id = busy.id, state = %busy.state, "waiting for another backup of the branch");
                tokio::time::sleep(varied(self.interval)).await;
                conflict = None;
                continue;
            }
            if let Some(error) = conflict.take() {
                return Err(EnsureError::new(error, true).after_searches(1));
            }
            progress.creation_sent = true;
            match create.clone().send().await {
                Ok(backup) => return Ok(self.ensured(backup.into(), true)),
                Err(error) if error.outcome() != Outcome::NotApplied => return self.settle(error, seen.at).await,
                Err(error) if is_conflict(&error) => conflict = Some(error),
                Err(error) => {
                    let is_sent = !matches!(error, Error::NotSent(_) | Error::InvalidInput(_));
                    return Err(EnsureError::new(error, is_sent));
                }
            }
            progress.creation_sent = false;
        }
    }

    fn ensured(&self, found: Found<Backup>, created: bool) -> Ensured {
        let Found { value: backup, request_id, made_good } = found;
        tracing::debug!(name = self.name, id = backup.id, created, "the backup is there");
        Ensured { backup, branch: self.branch.clone(), created, request_id, made_good }
    }

    /// Looks until it sees something, within the timeout.
    async fn look_until_seen(&self) -> Result<SearchResult, EnsureError> {
        let mut budget = SearchBudget::new(&self.client);
        loop {
            match look(&budget.client(&self.client), &self.branch, &self.name).await {
                Ok(seen) => return Ok(seen),
                Err(error) if may_pass(&error) && budget.after(Some(&error)).await => {}
                Err(error @ Error::InvalidInput(_)) => return Err(EnsureError::new(error, false)),
                Err(error) => return Err(EnsureError::new(error, false).after_searches(budget.searches)),
            }
        }
    }

    /// Finds out what has become of a creation that ended with an error. `since` is the server's time of the
    /// look before it.
    async fn settle(&self, error: Error, since: Option<DateTime<Utc>>) -> Result<Ensured, EnsureError> {
        let id = match &error {
            Error::Unreadable(answer) => answer.id(),
            _ => None,
        };
        let id = id.as_deref();
        match search(&self.client, |client| async move { self.find(id, &client).await }).await {
            Ok(found) => {
                let created = is_since(found.value.created_at, since);
                Ok(self.ensured(found, created))
            }
            Err(searches) => Err(EnsureError::new(error, true).after_searches(searches)),
        }
    }

    /// The backup, by its ID where that is known, or else by its name.
    async fn find(&self, id: Option<&str>, client: &Client) -> Result<Option<Found<Backup>>, Error> {
        if let Some(id) = id {
            match self.branch.backup(id).get(client).send().await {
                Ok(backup) => return Ok(Some(backup.into()).filter(|found: &Found<_>| is_usable(&found.value))),
                // What was taken for the ID may be another one.
                Err(Error::Refused(_) | Error::Unreadable(_) | Error::InvalidInput(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(look(client, &self.branch, &self.name).await?.found)
    }
}

/// Whether another backup may have been quicker, or one of the same name.
pub(super) fn is_conflict(error: &Error) -> bool {
    matches!(error.status(), Some(StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY))
}
