//! Following a backup until it is done.
//!
//! The vendor's advice is to poll `get_backup` after `create_backup` until the state is final. Which states are, and
//! the defaults, are in the effective document, with their sources: see `GetBackup::wait`.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use super::ensure::Ensured;
use super::refs::BackupRef;
use super::schedule::{
    DEFAULT_DEADLINE, DEFAULT_FIRST_DELAY, DEFAULT_INTERVAL, DEFAULT_MAX_CONSECUTIVE_ERRORS, WaitError, follow,
};
use crate::client::Client;
use crate::generated::types::Backup;
use crate::polling::Schedule;
use crate::response::Response;

/// A backup that can be waited for: a [`BackupRef`], the handle of a backup, or the result of
/// [`Client::ensure_backup`], which also says whether the backup was just created.
#[derive(Clone, Debug)]
pub struct WaitTarget {
    backup: BackupRef,
    is_new: bool,
}

impl From<BackupRef> for WaitTarget {
    fn from(backup: BackupRef) -> Self {
        Self { backup, is_new: false }
    }
}

impl From<&BackupRef> for WaitTarget {
    fn from(backup: &BackupRef) -> Self {
        backup.clone().into()
    }
}

impl From<&Ensured> for WaitTarget {
    fn from(ensured: &Ensured) -> Self {
        Self { backup: ensured.backup_ref(), is_new: ensured.created }
    }
}

impl From<Ensured> for WaitTarget {
    fn from(ensured: Ensured) -> Self {
        (&ensured).into()
    }
}

/// # Waiting for a backup
impl Client {
    /// Polls a backup until it is done. `.await` it for the last answer.
    ///
    /// The backup is done with the state `success`. Any other [final state](crate::types::BackupState::end) is
    /// [`WaitError::Ended`]. If the crate does not know a state, it polls on, until the deadline.
    /// [`GetBackup::wait`](crate::calls::GetBackup::wait) says which states and times are known, and from where.
    ///
    /// The first poll is at once, as the backup may be done already; if [`ensure_backup`](Client::ensure_backup) has
    /// just created it, the first poll is after [`DEFAULT_FIRST_DELAY`](WaitForBackup::DEFAULT_FIRST_DELAY). If you
    /// created the backup yourself, set [`first_delay`](WaitForBackup::first_delay) to save a poll.
    ///
    /// Dropping the wait does no harm, and it can be started again. A [`BackupRef`] is a serde type, so another process
    /// can continue.
    ///
    /// # Examples
    /// ```
    /// # use std::time::Duration;
    /// # use planetscale_client::mock::MockServer;
    /// use planetscale_client::BranchRef;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = MockServer::start().await?;
    /// # server.script_states(["running", "success"]);
    /// # let client = server.client()?;
    /// let call = client.create_backup().organization("acme").database("shop").branch("main");
    /// let made = call.send().await?;
    /// let backup = client
    ///     .wait_for_backup(BranchRef::new("acme", "shop", "main").backup(&made.id))
    ///     .on_progress(|backup| println!("{}", backup.state))
    /// #   .interval(Duration::from_millis(1))
    ///     .await?;
    /// println!("{} bytes", backup.size);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_backup(&self, backup: impl Into<WaitTarget>) -> WaitForBackup<'static> {
        let WaitTarget { backup, is_new } = backup.into();
        WaitForBackup {
            client: self.clone(),
            backup,
            schedule: Schedule {
                first_delay: if is_new { DEFAULT_FIRST_DELAY } else { Duration::ZERO },
                interval: DEFAULT_INTERVAL,
                deadline: DEFAULT_DEADLINE,
                max_consecutive_errors: DEFAULT_MAX_CONSECUTIVE_ERRORS,
                not_found_for: Duration::ZERO,
            },
            progress: Box::new(|_| {}),
        }
    }
}

/// A wait that is about to begin. See [`Client::wait_for_backup`]. It borrows nothing but the closure of
/// [`on_progress`](Self::on_progress), so it can be spawned as a task.
#[must_use = "a wait does nothing until it is awaited"]
pub struct WaitForBackup<'a> {
    client: Client,
    backup: BackupRef,
    schedule: Schedule,
    progress: Box<dyn FnMut(&Backup) + Send + 'a>,
}

impl fmt::Debug for WaitForBackup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitForBackup")
            .field("backup", &self.backup)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

impl WaitForBackup<'_> {
    /// How long to wait before the first poll of a backup that was just created.
    pub const DEFAULT_FIRST_DELAY: Duration = DEFAULT_FIRST_DELAY;

    /// How long to wait between two polls, give or take a tenth.
    pub const DEFAULT_INTERVAL: Duration = DEFAULT_INTERVAL;

    /// How long to wait in all.
    pub const DEFAULT_DEADLINE: Duration = DEFAULT_DEADLINE;

    /// How many polls in a row may fail.
    pub const DEFAULT_MAX_CONSECUTIVE_ERRORS: usize = DEFAULT_MAX_CONSECUTIVE_ERRORS;

    /// Sets how long to wait before the first poll. Default: [`DEFAULT_FIRST_DELAY`](Self::DEFAULT_FIRST_DELAY) if
    /// [`ensure_backup`](Client::ensure_backup) has created the backup, else not at all. If it is as long as the
    /// deadline or longer, there is one poll, at the end of the deadline.
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.schedule.first_delay = delay;
        self
    }

    /// Sets how long to wait between two polls, give or take a tenth. If the server sends a longer `Retry-After`, that
    /// is obeyed instead. Default: [`DEFAULT_INTERVAL`](Self::DEFAULT_INTERVAL).
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// Sets how long to wait in all. Default: [`DEFAULT_DEADLINE`](Self::DEFAULT_DEADLINE).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.schedule.deadline = deadline;
        self
    }

    /// Sets how many polls in a row may fail with a transient error: one that is
    /// [retryable](crate::Error::is_retryable), or an answer that cannot be read.
    /// Default: [`DEFAULT_MAX_CONSECUTIVE_ERRORS`](Self::DEFAULT_MAX_CONSECUTIVE_ERRORS).
    pub fn max_consecutive_errors(mut self, most: usize) -> Self {
        self.schedule.max_consecutive_errors = most;
        self
    }

    /// Calls a function with what each poll found, the last one included.
    pub fn on_progress<'p>(self, progress: impl FnMut(&Backup) + Send + 'p) -> WaitForBackup<'p> {
        let Self { client, backup, schedule, .. } = self;
        WaitForBackup { client, backup, schedule, progress: Box::new(progress) }
    }
}

impl<'a> IntoFuture for WaitForBackup<'a> {
    type Output = Result<Response<Backup>, WaitError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { client, backup, schedule, progress } = self;
        let poll = move |may_take: Duration| {
            let (client, backup) = (client.clone(), backup.clone());
            async move { backup.get(&client).timeout(may_take.min(client.settings.timeout)).send().await }
        };
        Box::pin(follow(schedule, poll, progress))
    }
}
