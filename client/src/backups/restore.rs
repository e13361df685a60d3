//! A backup restored to a branch: once, whatever happens on the way.

use std::collections::HashSet;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};

use super::branch_look::{Listed, Shown, Wanted, list};
use super::ensure::is_conflict;
use super::look::{Found, MAX_MISSES, SearchBudget};
use super::refs::{BackupRef, BranchRef};
use super::restore_error::{Kind, RestoreError};
use super::restored::{Created, Restored};
use crate::client::Client;
use crate::error::{Error, Outcome};
use crate::generated::types::{self, Backup, BackupState, CreateBranchBody, DatabaseBranch};
use crate::polling::may_pass;
use crate::retry_after::server_time;

/// # Restoring a backup
impl Client {
    /// Restores a backup to a new branch of its database, or finds the branch that an earlier call of this kind
    /// restored from it. `.await` the result; then [wait](Self::wait_for_branch) for the branch.
    ///
    /// 1. It reads the list of branches, and looks at the backup. A branch of that name that was restored from this backup
    ///    is returned. Any other branch of that name is an error and is not touched, as names are unique in a database. So
    ///    is a branch for which the API does not (yet) say what it was restored from.
    /// 2. A backup that is not done, was deleted or has expired is an error.
    /// 3. It creates the branch. If the answer was lost or cannot be read, it looks for the branch for as long as a call
    ///    may take. The request that creates it is never sent again once the server may have seen it.
    ///
    /// [`Restored::created`] says who created the branch; [`Created`] explains what is proved and what is not.
    ///
    /// A token needs the accesses `create_branch`, `read_branch`, `read_backups`, and `restore_backup` or
    /// `restore_production_branch_backup`. The new branch has the region of the backup, and the parent of the branch that
    /// was backed up. It costs money until it is deleted.
    ///
    /// # Cancelling
    /// A call that is dropped while the creation is on its way may leave the branch behind without an error: the next call
    /// of this kind finds it. If that matters, let the call end (it has a [deadline](RestoreBackup::deadline)), as the
    /// repository's example `restore_drill` does.
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
            nonce: None,
            body: Ok(types::builder::CreateBranchBody::default()),
            deadline: RestoreBackup::DEFAULT_DEADLINE,
        }
    }
}

/// A restore that is about to begin. See [`Client::restore_backup`].
#[must_use = "nothing is done until it is awaited"]
pub struct RestoreBackup {
    client: Client,
    backup: BackupRef,
    name: String,
    nonce: Option<String>,
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
    /// The default size of the new branch's cluster: that of the vendor's CLI.
    pub const DEFAULT_CLUSTER_SIZE: &'static str = "PS_10";

    /// How long all of it may take, unless another [deadline](Self::deadline) is set.
    pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10 * 60);

    /// Sets the size of the new branch's cluster, by a name that `list_cluster_size_skus` lists.
    /// Default: [`DEFAULT_CLUSTER_SIZE`](Self::DEFAULT_CLUSTER_SIZE), unless the body has `keyspace_cluster_sizes`.
    pub fn cluster_size(self, size: impl Into<String>) -> Self {
        self.body_map(|body| body.cluster_size(size.into()))
    }

    /// Sets the time up to which to restore, for a PostgreSQL database. [`backup_for`](Client::backup_for) finds the backup
    /// to begin with.
    pub fn restore_point(self, at: DateTime<Utc>) -> Self {
        self.body_map(|body| body.restore_point(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
    }

    /// Sets a part of the branch's name that no other run has: 8 random letters and digits or more. A branch with it in its
    /// name is this run's, even if the answer to the creation was lost: [`Created::ByThisRun`].
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
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
            let wanted = self.branch_ref();
            let body = self.checked_body().map_err(|error| RestoreError::new(error, false).of(wanted.clone()))?;
            let mut progress = Progress::default();
            let ended = tokio::time::timeout(self.deadline, self.restore(body, &mut progress)).await;
            ended.unwrap_or_else(|_| Err(progress.end(Kind::Deadline(self.deadline)))).map_err(|error| error.of(wanted))
        })
    }
}

/// How far it has come: what an error says of the branch.
#[derive(Default)]
struct Progress {
    /// The IDs of the branches that there were before, once they were seen.
    before: Option<HashSet<String>>,
    creation_sent: bool,
    /// Whether the server has refused the creation, so that this call has created nothing.
    is_refused: bool,
    /// The ID, where the answer to the creation had it.
    id: Option<String>,
    /// One that may be the branch.
    unclear: Option<DatabaseBranch>,
}

impl Progress {
    fn end(&mut self, kind: Kind) -> RestoreError {
        let outcome = match (&self.id, &self.unclear) {
            (Some(_), _) => Outcome::Applied,
            (None, Some(_)) => Outcome::Unknown,
            // Whether it was there before, nobody has seen.
            _ if self.before.is_none() => Outcome::Unknown,
            _ if self.creation_sent && !self.is_refused => Outcome::Unknown,
            _ => Outcome::NotApplied,
        };
        RestoreError::ended(kind, self.creation_sent, outcome).seen(self.id.take(), self.unclear.take())
    }

    fn call(&mut self, error: Error) -> RestoreError {
        self.end(Kind::Call(Box::new(error)))
    }
}

impl RestoreBackup {
    /// The body of the creation.
    fn checked_body(&self) -> Result<CreateBranchBody, Error> {
        if self.name.is_empty() {
            return Err(Error::invalid_input("the branch's name is empty"));
        }
        // Letters and digits are what names are compared by.
        let is_long = |nonce: &str| nonce.chars().filter(|c| c.is_alphanumeric()).count() >= 8;
        let is_one = |nonce: &str| is_long(nonce) && self.name.contains(nonce);
        if let Some(nonce) = self.nonce.as_ref().filter(|nonce| !is_one(nonce)) {
            let why = "it must have 8 letters and digits or more and be part of the branch's name";
            return Err(Error::invalid_input(format!("invalid nonce `{nonce}`: {why} `{}`", self.name)));
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

    fn wanted(&self) -> Wanted<'_> {
        Wanted { name: &self.name, nonce: self.nonce.as_deref(), source: &self.backup.branch }
    }

    fn restored(&self, found: Found<DatabaseBranch>, created: Created) -> Restored {
        let Found { value: branch, request_id, made_good } = found;
        tracing::debug!(name = branch.name, id = branch.id, ?created, "the branch is there");
        let mut branch_ref = self.branch_ref();
        if !branch.name.is_empty() {
            branch_ref.branch.clone_from(&branch.name);
        }
        Restored { branch, branch_ref, created, request_id, made_good }
    }

    async fn restore(&self, body: CreateBranchBody, progress: &mut Progress) -> Result<Restored, RestoreError> {
        let there = self.patiently(|client| async move { list(&client, &self.backup).await }).await;
        let there = there.map_err(|error| progress.call(error))?;
        let wanted = self.wanted();
        let found: Vec<DatabaseBranch> = wanted.among(&there.branches).into_iter().cloned().collect();
        progress.before = Some(there.branches.iter().map(|branch| branch.id.clone()).collect());
        // Until the backup says more of it.
        progress.unclear = found.first().cloned();
        let answer = self.patiently(|client| async move { self.backup.get(&client).send().await }).await;
        let answer = answer.map_err(|error| progress.call(error))?;
        let now = server_time(answer.headers()).unwrap_or_else(SystemTime::now);
        let backup = answer.into_inner();
        progress.unclear = None;
        match wanted.judge(&found, &backup) {
            Shown::OfThisRun(branch) => return Ok(self.restored(there.found(branch), Created::ByThisRun)),
            Shown::FromBackup(branch) => return Ok(self.restored(there.found(branch), Created::Before)),
            Shown::Foreign(branch) if branch.name == self.name => {
                return Err(progress.end(Kind::Taken(Box::new(branch))));
            }
            Shown::Unclear(branch) => {
                let has_the_name = branch.name == self.name;
                progress.unclear = Some(branch);
                if has_the_name {
                    return Err(progress.end(Kind::Unclear(None)));
                }
            }
            // Whether the server takes its name for the one that is asked for, it will say.
            Shown::Foreign(_) | Shown::Nothing => {}
        }
        if let Some(why) = unusable(&backup, now.into()) {
            return Err(progress.end(Kind::Unusable(Box::new(backup), why)));
        }
        let create = self.client.create_branch().organization(&self.backup.organization);
        let create = create.database(&self.backup.database).body(body);
        progress.creation_sent = true;
        let error = match create.send().await {
            Ok(branch) => {
                let is_new = progress.before.as_ref().is_none_or(|before| !before.contains(&branch.id));
                let created = if is_new { Created::ByThisRun } else { Created::Before };
                return Ok(self.restored(branch.into(), created));
            }
            Err(error) => error,
        };
        progress.is_refused = error.outcome() == Outcome::NotApplied;
        if progress.is_refused && !is_conflict(&error) {
            progress.creation_sent = !matches!(error, Error::NotSent(_) | Error::InvalidInput(_));
            return Err(progress.call(error));
        }
        if let Error::Unreadable(answer) = &error {
            progress.id = answer.id();
        }
        self.settle(error, backup, progress).await
    }

    /// A look that is made again while it fails with what may pass.
    async fn patiently<T, F>(&self, look: impl Fn(Client) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut budget = SearchBudget::new(&self.client);
        loop {
            match look(budget.client(&self.client)).await {
                Err(error) if may_pass(&error) && budget.after(Some(&error)).await => {}
                ended => return ended,
            }
        }
    }

    /// Finds out what has become of a creation that was not answered with the branch.
    async fn settle(
        &self,
        error: Error,
        mut backup: Backup,
        progress: &mut Progress,
    ) -> Result<Restored, RestoreError> {
        let wanted = self.wanted();
        let mut budget = SearchBudget::new(&self.client);
        let mut misses = 0;
        loop {
            let client = budget.client(&self.client);
            let seen = async {
                let listed = list(&client, &self.backup).await?;
                let is_unclear = matches!(wanted.judge(&listed.branches, &backup), Shown::Unclear(_));
                let now = if is_unclear { Some(self.backup.get(&client).send().await?.into_inner()) } else { None };
                Ok::<_, Error>((listed, now))
            };
            let failure = match seen.await {
                Ok((listed, now)) => {
                    backup = now.unwrap_or(backup);
                    if let Some(restored) = self.told(listed, &backup, progress) {
                        return restored;
                    }
                    misses += 1;
                    None
                }
                Err(failure) => Some(failure),
            };
            // A name that holds a nonce is nobody else's: that is not what the refusal is for.
            let is_over = progress.is_refused && self.nonce.is_some() && misses == MAX_MISSES;
            let is_hopeless = failure.as_ref().is_some_and(|failure| !may_pass(failure));
            if is_over || is_hopeless || !budget.after(failure.as_ref()).await {
                break;
            }
        }
        if progress.unclear.is_some() && progress.id.is_none() {
            return Err(progress.end(Kind::Unclear(Some(Box::new(error)))));
        }
        Err(progress.call(error))
    }

    /// What a list of branches tells after the creation, if anything.
    fn told(&self, listed: Listed, backup: &Backup, progress: &mut Progress) -> Option<Result<Restored, RestoreError>> {
        if let Some(id) = &progress.id {
            let branch = listed.branches.iter().find(|branch| branch.id == *id)?.clone();
            return Some(Ok(self.restored(listed.found(branch), Created::ByThisRun)));
        }
        let is_new = |branch: &DatabaseBranch| progress.before.as_ref().is_none_or(|it| !it.contains(&branch.id));
        match self.wanted().judge(&listed.branches, backup) {
            Shown::OfThisRun(branch) => Some(Ok(self.restored(listed.found(branch), Created::ByThisRun))),
            Shown::FromBackup(branch) => {
                let created = if is_new(&branch) { Created::Unproven } else { Created::Before };
                Some(Ok(self.restored(listed.found(branch), created)))
            }
            Shown::Foreign(branch) if branch.name == self.name => {
                Some(Err(progress.end(Kind::Taken(Box::new(branch)))))
            }
            Shown::Unclear(branch) => {
                progress.unclear = Some(branch);
                None
            }
            Shown::Foreign(_) | Shown::Nothing => None,
        }
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
