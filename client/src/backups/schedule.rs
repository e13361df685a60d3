//! When a wait for a backup polls, and when it gives up.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, Outcome, Unfinished};
use crate::generated::calls::GetBackup;
use crate::generated::types::{Backup, BackupState};
use crate::polling::{End, PollError, PollState, Schedule, asked, may_pass, unpolled};
use crate::response::Response;

/// How long to wait before the first poll of a backup that was just created.
pub(super) const DEFAULT_FIRST_DELAY: Duration = Duration::from_secs(GetBackup::WAIT.seconds[0]);

/// How long to wait between two polls, give or take a tenth.
pub(super) const DEFAULT_INTERVAL: Duration = Duration::from_secs(GetBackup::WAIT.seconds[1]);

/// How long to wait in all.
pub(super) const DEFAULT_DEADLINE: Duration = Duration::from_secs(GetBackup::WAIT.seconds[2]);

/// How many polls in a row may fail.
pub(super) const DEFAULT_MAX_CONSECUTIVE_ERRORS: usize = 5;

/// Why a wait ended without a finished backup.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError {
    /// The backup came to another end: `failed`, `canceled` or `ignored`.
    Ended(Box<Response<Backup>>),
    /// The deadline passed.
    TimedOut {
        /// What the last poll found, where one found something.
        last: Option<Box<Response<Backup>>>,
        /// Why the last poll found nothing, where it did not.
        error: Option<Box<Error>>,
        /// How long the wait took.
        after: Duration,
    },
    /// Polling failed: with a permanent error, or too often in a row.
    Poll {
        /// What the last poll found that found something.
        last: Option<Box<Response<Backup>>>,
        /// Why the last poll found nothing.
        error: Box<Error>,
    },
}

impl WaitError {
    /// Tells what is known of the backup itself: whether there is one to rely on. A failed poll changes nothing of
    /// that.
    ///
    /// - [`Outcome::NotApplied`]: it ended as `failed`, `canceled` or `ignored`: there is no backup to rely on.
    /// - [`Outcome::Unknown`]: it was not done yet, or could not be read. Wait for it again.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Ended(_) => Outcome::NotApplied,
            Self::TimedOut { .. } | Self::Poll { .. } => Outcome::Unknown,
        }
    }

    /// Tells whether the same wait may be started again, and may succeed then.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Ended(_) => false,
            Self::TimedOut { .. } => true,
            Self::Poll { error, .. } => may_pass(error),
        }
    }

    /// Returns the error of the call that failed, if one did.
    pub fn call_error(&self) -> Option<&Error> {
        match self {
            Self::Ended(_) => None,
            Self::TimedOut { error, .. } => error.as_deref(),
            Self::Poll { error, .. } => Some(error),
        }
    }

    /// Returns the backup as it was last seen: an answer, which can be used as the backup.
    pub fn backup(&self) -> Option<&Response<Backup>> {
        match self {
            Self::Ended(backup) => Some(backup),
            Self::TimedOut { last, .. } | Self::Poll { last, .. } => last.as_deref(),
        }
    }
}

impl From<WaitError> for Error {
    fn from(error: WaitError) -> Self {
        Unfinished::of((error.outcome(), error.is_retryable()), error, |error| {
            error.downcast_ref::<WaitError>().and_then(WaitError::call_error)
        })
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(backup) => write!(f, "{} ended as {}", named(backup), backup.state),
            Self::TimedOut { last: Some(backup), after, .. } => {
                write!(f, "timed out after {after:?}: {} was last seen as {}", named(backup), backup.state)
            }
            Self::TimedOut { last: None, error, after } => {
                write!(f, "timed out after {after:?}: {} could not be read", asked(error.as_deref()))
            }
            Self::Poll { last: Some(backup), .. } => write!(
                f,
                "polling failed; {} was last seen as {}, and may still be running",
                named(backup),
                backup.state
            ),
            Self::Poll { last: None, error } => f.write_str(&unpolled(error, "the backup itself may still be running")),
        }
    }
}

/// A backup by its name and ID.
fn named(backup: &Backup) -> String {
    let Backup { name, id, .. } = backup;
    if name.is_empty() { format!("backup {id}") } else { format!("backup {name} ({id})") }
}

impl std::error::Error for WaitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.call_error().map(|error| error as _)
    }
}

impl From<PollError<Backup>> for WaitError {
    fn from(error: PollError<Backup>) -> Self {
        match error {
            // It is asked for by its ID; the one that was found is another one's.
            PollError::Ended(backup) | PollError::Stopped(backup) | PollError::Another { found: backup, .. } => {
                Self::Ended(backup)
            }
            PollError::TimedOut { last, error, after } => Self::TimedOut { last, error, after },
            PollError::Poll { last, error } => Self::Poll { last, error },
        }
    }
}

/// Polls until the backup is done, and gives the whole of the last answer.
pub(super) async fn follow<F>(
    schedule: Schedule,
    poll: impl FnMut(Duration) -> F + Send,
    mut progress: impl FnMut(&Backup) + Send,
) -> Result<Response<Backup>, WaitError>
where
    F: Future<Output = Result<Response<Backup>, Error>> + Send,
{
    let classify = |backup: &Backup| {
        progress(backup);
        (GetBackup::WAIT.end)(backup).map_or(PollState::Pending, PollState::Ended)
    };
    Ok(schedule.follow(poll, classify).await?)
}

/// Whether a state is final, and leaves no backup to rely on.
pub(super) fn came_to_nothing(state: &BackupState) -> bool {
    matches!(state.end(), Some(End::Failure | End::Neither))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;
    use crate::error::Refused;
    use crate::operation::Operation;

    const GET: Operation = Operation::new("get_backup", "GET", "/");

    fn answer(state: &str) -> Response<Backup> {
        // As it is read: a number, text or list that is left out is empty.
        let time = "1970-01-01T00:00:00Z";
        let json = serde_json::json!({ "id": "b", "state": state, "created_at": time, "updated_at": time });
        let backup = serde_json::from_value(json).unwrap();
        Response::new(backup, reqwest::StatusCode::OK, reqwest::header::HeaderMap::new())
    }

    fn refused(status: u16, retry_after: Option<u64>) -> Error {
        let status = reqwest::StatusCode::from_u16(status).unwrap();
        let mut headers = reqwest::header::HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert("retry-after", seconds.into());
        }
        Refused::new(GET, status).with_headers(headers).into()
    }

    fn schedule() -> Schedule {
        Schedule {
            first_delay: DEFAULT_FIRST_DELAY,
            interval: DEFAULT_INTERVAL,
            deadline: DEFAULT_DEADLINE,
            max_consecutive_errors: 2,
            not_found_for: Duration::ZERO,
        }
    }

    type Poll = Box<dyn Fn() -> Result<Response<Backup>, Error> + Send + Sync>;

    fn sees(state: &'static str) -> Poll {
        Box::new(move || Ok(answer(state)))
    }

    fn fails(status: u16, retry_after: Option<u64>) -> Poll {
        Box::new(move || Err(refused(status, retry_after)))
    }

    /// Follows a script, whose last entry is repeated. Returns the end, the states that were reported,
    /// and when each poll was, in seconds.
    async fn follow(
        schedule: Schedule,
        script: Vec<Poll>,
    ) -> (Result<Response<Backup>, WaitError>, Vec<String>, Vec<u64>) {
        let start = Instant::now();
        let (states, times) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let poll = |_| {
            let mut times = times.lock().unwrap();
            let entry = &script[times.len().min(script.len() - 1)];
            times.push(start.elapsed().as_secs());
            std::future::ready(entry())
        };
        let end = super::follow(schedule, poll, |backup| states.lock().unwrap().push(backup.state.to_string())).await;
        (end, states.into_inner().unwrap(), times.into_inner().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn it_polls_after_the_first_delay_and_then_by_the_interval() {
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
    async fn the_interval_varies_so_that_clients_do_not_poll_in_step() {
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
        assert_eq!(error.to_string(), "timed out after 200s: backup b was last seen as thinking");
        assert!((6..=7).contains(&times.len()), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_poll_that_takes_forever_ends_at_the_deadline() {
        let never = |_| std::future::pending::<Result<Response<Backup>, Error>>();
        let end = super::follow(schedule(), never, |_| {}).await;
        assert_eq!(end.unwrap_err().to_string(), "timed out after 43200s: it could not be read");
    }

    #[tokio::test(start_paused = true)]
    async fn passing_errors_are_tolerated_up_to_a_bound() {
        let script = vec![fails(503, None), fails(429, None), sees("running"), fails(500, None), sees("success")];
        assert!(follow(schedule(), script).await.0.is_ok());

        let (end, _, times) = follow(schedule(), vec![sees("running"), fails(503, None)]).await;
        let error = end.unwrap_err();
        assert_eq!(error.to_string(), "polling failed; backup b was last seen as running, and may still be running");
        assert!(matches!(&error, WaitError::Poll { error, .. } if error.status().unwrap() == 503));
        assert_eq!(times.len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_will_not_pass_ends_at_once() {
        let (end, _, times) = follow(schedule(), vec![fails(404, None)]).await;
        assert!(matches!(end.unwrap_err(), WaitError::Poll { .. }));
        assert_eq!(times, [30]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_just_made_may_be_found_later() {
        let schedule = Schedule { not_found_for: Duration::from_secs(80), ..schedule() };
        let script = vec![fails(404, None), fails(404, None), sees("success")];
        assert!(follow(schedule.clone(), script).await.0.is_ok());
        let (end, _, times) = follow(schedule, vec![fails(404, None)]).await;
        assert!(matches!(end.unwrap_err(), WaitError::Poll { error, .. } if error.status().unwrap() == 404));
        assert!(*times.last().unwrap() > 80 && times[times.len() - 2] <= 80, "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_cannot_be_read_is_a_look_that_failed() {
        let unreadable = || -> Poll {
            Box::new(|| {
                let error = serde_json::from_str::<Backup>("<html>").unwrap_err();
                Err(Error::Unreadable(Box::new(crate::error::Unreadable {
                    operation: GET,
                    target: None,
                    status: reqwest::StatusCode::OK,
                    headers: reqwest::header::HeaderMap::new(),
                    body: bytes::Bytes::new(),
                    whole: bytes::Bytes::new(),
                    reason: crate::error::Reason::Decode { path: None, error },
                })))
            })
        };
        assert!(follow(schedule(), vec![unreadable(), unreadable(), sees("success")]).await.0.is_ok());
        let (end, _, times) = follow(schedule(), vec![unreadable()]).await;
        assert!(matches!(end.unwrap_err(), WaitError::Poll { .. }));
        assert_eq!(times.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn no_duration_is_too_long() {
        let longest = Duration::MAX;
        let schedule = Schedule {
            first_delay: Duration::ZERO,
            interval: longest,
            deadline: longest,
            max_consecutive_errors: 0,
            not_found_for: longest,
        };
        let (end, ..) = follow(schedule.clone(), vec![sees("success")]).await;
        assert!(end.is_ok());
        let next = tokio::time::timeout(Duration::from_secs(1_000_000), follow(schedule, vec![sees("running")])).await;
        assert!(next.is_err(), "it waits, and does not panic");
        // One poll, at the end.
        let first = Schedule { first_delay: longest, ..super::tests::schedule() };
        let (end, _, times) = follow(first.clone(), vec![sees("success")]).await;
        assert!(end.is_ok() && times == [DEFAULT_DEADLINE.as_secs()], "{times:?}");
        let (end, _, times) = follow(first, vec![sees("running")]).await;
        assert!(matches!(end.unwrap_err(), WaitError::TimedOut { last: Some(_), .. }));
        assert_eq!(times.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_respected() {
        let (end, _, times) = follow(schedule(), vec![fails(429, Some(100)), sees("success")]).await;
        end.unwrap();
        assert_eq!(times[0], 30);
        // And up to half of it more, so that not all come back at once.
        assert!((130..=180).contains(&times[1]), "{times:?}");
    }

    /// It asks to wait at least so long: a shorter time than the interval is no reason to come back sooner.
    #[tokio::test(start_paused = true)]
    async fn a_retry_after_does_not_poll_faster_than_the_interval() {
        for asked in [0, 1, 26] {
            let (end, _, times) = follow(schedule(), vec![fails(429, Some(asked)), sees("success")]).await;
            end.unwrap();
            assert!((56..=64).contains(&times[1]), "{asked}: {times:?}");
        }
        // Nor is it for longer than one poll.
        let script = vec![fails(429, Some(100)), sees("running"), sees("success")];
        let (_, _, times) = follow(schedule(), script).await;
        assert!((26..=34).contains(&(times[2] - times[1])), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_tells_what_the_last_poll_found_or_why_it_found_nothing() {
        let schedule = Schedule { deadline: Duration::from_secs(80), ..schedule() };
        // The first poll is after 30 s, and the second after 60: there is no third.
        let (end, ..) = follow(schedule.clone(), vec![fails(503, None), sees("running")]).await;
        let error = end.unwrap_err();
        assert!(matches!(&error, WaitError::TimedOut { last: Some(_), error: None, .. }), "{error:?}");
        assert!(std::error::Error::source(&error).is_none());
        let (end, ..) = follow(schedule, vec![sees("running"), fails(503, None)]).await;
        let error = end.unwrap_err();
        assert!(matches!(&error, WaitError::TimedOut { last: Some(_), error: Some(_), .. }), "{error:?}");
        assert_eq!(error.backup().map(|backup| backup.state.clone()), Some(BackupState::Running));
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_tells_the_last_error() {
        let schedule = Schedule { deadline: Duration::from_secs(40), ..schedule() };
        let (end, ..) = follow(schedule, vec![fails(503, None)]).await;
        let error = end.unwrap_err();
        assert!(matches!(&error, WaitError::TimedOut { last: None, error: Some(_), .. }), "{error:?}");
        assert!(std::error::Error::source(&error).is_some());
    }
}
