//! Following a backup until it is done.
//!
//! The vendor's advice is to poll `get_backup` after `create_backup` until the state is final; the
//! defaults are those of his Terraform provider.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::generated::Client;
use crate::generated::types::{Backup, BackupState};

/// How long to wait before the first look.
pub const DEFAULT_FIRST_DELAY: Duration = Duration::from_secs(30);

/// How long to wait between two looks, give or take a tenth.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(30);

/// Longer means the same, and cannot be varied by a tenth: a year.
const LONGEST_INTERVAL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long to wait in all.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(12 * 60 * 60);

/// How many looks in a row may fail.
pub const DEFAULT_READ_ERRORS: usize = 5;

/// Which backup is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BackupRef {
    /// The organization's name.
    pub organization: String,
    /// The database's name.
    pub database: String,
    /// The branch's name.
    pub branch: String,
    /// The backup's ID.
    pub id: String,
}

impl BackupRef {
    /// The backup `id` of a branch.
    pub fn new(
        organization: impl Into<String>,
        database: impl Into<String>,
        branch: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        Self { organization: organization.into(), database: database.into(), branch: branch.into(), id: id.into() }
    }
}

impl Client {
    /// Looks at a backup again and again until it is done. `.await` the result.
    ///
    /// It is done with the state `success`. The states `failed`, `canceled` and `ignored` are
    /// [`WaitError::Ended`]. A state that this crate does not know is waited on, until the deadline.
    ///
    /// Looking changes nothing: the wait may be dropped at any time, and begun again.
    ///
    /// # Examples
    /// ```
    /// # use std::time::Duration;
    /// # use planetscale_client::mock::MockServer;
    /// use planetscale_client::BackupRef;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = MockServer::start().await?;
    /// # server.script_states(["running", "success"]);
    /// # let client = server.client()?;
    /// let made = client.create_backup().organization("acme").database("shop").branch("main").send().await?;
    /// let backup = client
    ///     .wait_for_backup(BackupRef::new("acme", "shop", "main", &made.id))
    ///     .on_progress(|backup| println!("{}", backup.state))
    /// #   .first_delay(Duration::ZERO)
    /// #   .interval(Duration::from_millis(1))
    ///     .await?;
    /// println!("{} bytes", backup.size);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_backup(&self, backup: BackupRef) -> WaitForBackup<'_> {
        WaitForBackup {
            client: self,
            backup,
            schedule: Schedule {
                first_delay: DEFAULT_FIRST_DELAY,
                interval: DEFAULT_INTERVAL,
                deadline: DEFAULT_DEADLINE,
                read_errors: DEFAULT_READ_ERRORS,
            },
            progress: Box::new(|_| {}),
        }
    }
}

/// A wait that is about to begin. See [`Client::wait_for_backup`].
#[must_use = "a wait does nothing until it is awaited"]
pub struct WaitForBackup<'a> {
    client: &'a Client,
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

impl<'a> WaitForBackup<'a> {
    /// How long to wait before the first look. Default: [`DEFAULT_FIRST_DELAY`].
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.schedule.first_delay = delay;
        self
    }

    /// How long to wait between two looks, give or take a tenth. A `Retry-After` of the server's that
    /// is longer is obeyed instead. Default: [`DEFAULT_INTERVAL`].
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// How long to wait in all. Default: [`DEFAULT_DEADLINE`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.schedule.deadline = deadline;
        self
    }

    /// How many looks in a row may fail with an error that may pass: one that is
    /// [retryable](Error::is_retryable), or an answer that cannot be read.
    /// Default: [`DEFAULT_READ_ERRORS`].
    pub fn read_errors(mut self, most: usize) -> Self {
        self.schedule.read_errors = most;
        self
    }

    /// Called with what each look found, the last one included.
    pub fn on_progress(mut self, progress: impl FnMut(&Backup) + Send + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }
}

impl<'a> IntoFuture for WaitForBackup<'a> {
    type Output = Result<Backup, WaitError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { client, backup, schedule, progress } = self;
        let look = move || {
            let call = client.get_backup().organization(&backup.organization).database(&backup.database);
            let call = call.branch(&backup.branch).id(&backup.id).send();
            async { Ok(call.await?.into_inner()) }
        };
        Box::pin(schedule.follow(look, progress))
    }
}

/// Why a wait ended without a finished backup.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError {
    /// The backup came to another end: `failed`, `canceled` or `ignored`.
    Ended(Box<Backup>),
    /// The time was up.
    Deadline {
        /// What the last look found, where one found something.
        last: Option<Box<Backup>>,
        /// Why the last look found nothing, where it did not.
        error: Option<Box<Error>>,
        /// How long was waited.
        after: Duration,
    },
    /// The backup could not be looked at: with an error that will not pass, or too often in a row.
    Read(Box<Error>),
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(backup) => write!(f, "backup {} ended as {}", backup.id, backup.state),
            Self::Deadline { last: Some(backup), after, .. } => {
                write!(f, "backup {} was still {} after {after:?}", backup.id, backup.state)
            }
            Self::Deadline { last: None, after, .. } => write!(f, "the backup could not be seen within {after:?}"),
            Self::Read(_) => f.write_str("the backup cannot be looked at; it may go on all the same"),
        }
    }
}

impl std::error::Error for WaitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Ended(_) => None,
            Self::Deadline { error, .. } => error.as_deref().map(|e| e as _),
            Self::Read(error) => Some(error),
        }
    }
}

#[derive(Clone, Debug)]
struct Schedule {
    first_delay: Duration,
    interval: Duration,
    deadline: Duration,
    read_errors: usize,
}

impl Schedule {
    async fn follow<F>(
        self,
        mut look: impl FnMut() -> F + Send,
        mut progress: impl FnMut(&Backup) + Send,
    ) -> Result<Backup, WaitError>
    where
        F: Future<Output = Result<Backup, Error>> + Send,
    {
        let start = Instant::now();
        let (mut last, mut failure, mut failures) = (None, None, 0);
        let mut delay = self.first_delay;
        loop {
            let left = self.deadline.saturating_sub(start.elapsed());
            // The deadline holds for the looks as well, however long a server takes to answer.
            let next = async {
                tokio::time::sleep(delay).await;
                look().await
            };
            let Ok(found) = tokio::time::timeout(left, next).await else {
                return Err(WaitError::Deadline { last, error: failure, after: start.elapsed() });
            };
            delay = self.interval.min(LONGEST_INTERVAL).mul_f64(0.9 + 0.2 * fastrand::f64());
            match found {
                Ok(backup) => {
                    progress(&backup);
                    (failure, failures) = (None, 0);
                    match backup.state {
                        BackupState::Success => return Ok(backup),
                        BackupState::Failed | BackupState::Canceled | BackupState::Ignored => {
                            return Err(WaitError::Ended(Box::new(backup)));
                        }
                        _ => last = Some(Box::new(backup)),
                    }
                }
                Err(error) if may_pass(&error) && failures < self.read_errors => {
                    failures += 1;
                    delay = delay.max(error.retry_after().unwrap_or_default());
                    failure = Some(Box::new(error));
                }
                Err(error) => return Err(WaitError::Read(Box::new(error))),
            }
        }
    }
}

/// Whether the next look may find more. Something in between may have answered: with a page in HTML,
/// with nothing, or with half of an answer.
fn may_pass(error: &Error) -> bool {
    error.is_retryable() || matches!(error, Error::Unreadable(_))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::error::Refused;
    use crate::transport::Operation;

    const GET: Operation = Operation { id: "get_backup", method: "GET", path: "/" };

    fn backup(state: &str) -> Backup {
        // As it is read: a number, text or list that is left out is empty.
        let time = "1970-01-01T00:00:00Z";
        let json = serde_json::json!({ "id": "b", "state": state, "created_at": time, "updated_at": time });
        serde_json::from_value(json).unwrap()
    }

    fn refused(status: u16, retry_after: Option<u64>) -> Error {
        let status = reqwest::StatusCode::from_u16(status).unwrap();
        let wait = retry_after.map(Duration::from_secs);
        Error::Refused(Box::new(Refused::new(
            GET,
            status,
            wait,
            reqwest::header::HeaderMap::new(),
            bytes::Bytes::new(),
        )))
    }

    fn schedule() -> Schedule {
        Schedule {
            first_delay: DEFAULT_FIRST_DELAY,
            interval: DEFAULT_INTERVAL,
            deadline: DEFAULT_DEADLINE,
            read_errors: 2,
        }
    }

    type Look = Box<dyn Fn() -> Result<Backup, Error> + Send + Sync>;

    fn sees(state: &'static str) -> Look {
        Box::new(move || Ok(backup(state)))
    }

    fn fails(status: u16, retry_after: Option<u64>) -> Look {
        Box::new(move || Err(refused(status, retry_after)))
    }

    /// Follows a script, whose last entry is repeated. Returns the end, the states that were told of,
    /// and when each look was, in seconds.
    async fn follow(schedule: Schedule, script: Vec<Look>) -> (Result<Backup, WaitError>, Vec<String>, Vec<u64>) {
        let start = Instant::now();
        let (states, times) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let look = || {
            let mut times = times.lock().unwrap();
            let entry = &script[times.len().min(script.len() - 1)];
            times.push(start.elapsed().as_secs());
            std::future::ready(entry())
        };
        let end = schedule.follow(look, |backup| states.lock().unwrap().push(backup.state.to_string())).await;
        (end, states.into_inner().unwrap(), times.into_inner().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn it_looks_after_the_first_delay_and_then_by_the_interval() {
        let script = vec![sees("pending"), sees("running"), sees("success")];
        let (end, states, times) = follow(schedule(), script).await;
        assert_eq!(end.unwrap().state, BackupState::Success);
        assert_eq!(states, ["pending", "running", "success"]);
        assert_eq!(times[0], 30);
        for pair in times.windows(2) {
            assert!((26..=34).contains(&(pair[1] - pair[0])), "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_interval_varies_so_that_clients_do_not_look_in_step() {
        let schedule = Schedule { interval: Duration::from_secs(1000), ..schedule() };
        let script = std::iter::repeat_with(|| sees("running")).take(30).chain([sees("success")]).collect();
        let (_, _, times) = follow(schedule, script).await;
        let intervals: std::collections::BTreeSet<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(intervals.len() > 2 && intervals.iter().all(|interval| (900..=1100).contains(interval)), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn other_ends_are_errors_that_carry_the_backup() {
        for state in ["failed", "canceled", "ignored"] {
            let (end, states, _) = follow(schedule(), vec![sees("running"), sees(state)]).await;
            let error = end.unwrap_err();
            assert_eq!(error.to_string(), format!("backup b ended as {state}"));
            assert!(matches!(error, WaitError::Ended(backup) if backup.state.as_str() == state));
            assert_eq!(states, ["running", state]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_state_is_waited_on_until_the_deadline() {
        let schedule = Schedule { deadline: Duration::from_secs(200), ..schedule() };
        let (end, _, times) = follow(schedule, vec![sees("running"), sees("thinking")]).await;
        let error = end.unwrap_err();
        assert_eq!(error.to_string(), "backup b was still thinking after 200s");
        assert!((6..=7).contains(&times.len()), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_takes_forever_ends_at_the_deadline() {
        let never = || std::future::pending::<Result<Backup, Error>>();
        let end = schedule().follow(never, |_| {}).await;
        assert_eq!(end.unwrap_err().to_string(), "the backup could not be seen within 43200s");
    }

    #[tokio::test(start_paused = true)]
    async fn passing_errors_are_tolerated_up_to_a_bound() {
        let script = vec![fails(503, None), fails(429, None), sees("running"), fails(500, None), sees("success")];
        assert!(follow(schedule(), script).await.0.is_ok());

        let (end, _, times) = follow(schedule(), vec![sees("running"), fails(503, None)]).await;
        let error = end.unwrap_err();
        assert_eq!(error.to_string(), "the backup cannot be looked at; it may go on all the same");
        assert!(matches!(&error, WaitError::Read(error) if error.status().unwrap() == 503));
        assert_eq!(times.len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_will_not_pass_ends_at_once() {
        let (end, _, times) = follow(schedule(), vec![fails(404, None)]).await;
        assert!(matches!(end.unwrap_err(), WaitError::Read(_)));
        assert_eq!(times, [30]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_cannot_be_read_is_a_look_that_failed() {
        let unreadable = || -> Look {
            Box::new(|| {
                let error = serde_json::from_str::<Backup>("<html>").unwrap_err();
                Err(Error::Unreadable(Box::new(crate::error::Unreadable {
                    operation: GET,
                    status: reqwest::StatusCode::OK,
                    headers: reqwest::header::HeaderMap::new(),
                    body: bytes::Bytes::new(),
                    reason: crate::error::Reason::Decode { path: None, error },
                })))
            })
        };
        assert!(follow(schedule(), vec![unreadable(), unreadable(), sees("success")]).await.0.is_ok());
        let (end, _, times) = follow(schedule(), vec![unreadable()]).await;
        assert!(matches!(end.unwrap_err(), WaitError::Read(_)));
        assert_eq!(times.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn no_duration_is_too_long() {
        let longest = Duration::MAX;
        let schedule = Schedule { first_delay: Duration::ZERO, interval: longest, deadline: longest, read_errors: 0 };
        let (end, ..) = follow(schedule.clone(), vec![sees("success")]).await;
        assert!(end.is_ok());
        let next = tokio::time::timeout(Duration::from_secs(1_000_000), follow(schedule, vec![sees("running")])).await;
        assert!(next.is_err(), "it waits, and does not panic");
        let first = Schedule { first_delay: longest, ..super::tests::schedule() };
        let (end, ..) = follow(first, vec![sees("success")]).await;
        assert!(matches!(end.unwrap_err(), WaitError::Deadline { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_respected() {
        let (end, _, times) = follow(schedule(), vec![fails(429, Some(100)), sees("success")]).await;
        end.unwrap();
        assert_eq!(times[0], 30);
        assert!((130..=131).contains(&times[1]), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_tells_the_last_error() {
        let schedule = Schedule { deadline: Duration::from_secs(40), ..schedule() };
        let (end, ..) = follow(schedule, vec![fails(503, None)]).await;
        let error = end.unwrap_err();
        assert!(matches!(&error, WaitError::Deadline { last: None, error: Some(_), .. }), "{error:?}");
        assert!(std::error::Error::source(&error).is_some());
    }
}
