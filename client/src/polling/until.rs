//! `until`: repeats a GET call until a condition holds.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use super::end::{End, Wait};
use super::schedule::{PollError, PollState, Schedule};
use crate::response::{Boxed, Response};

/// Repeats a GET call until a condition holds. `.await` it for the last answer.
///
/// Every operation that reads one thing has `until`, and those whose final states are known have `wait`. `until` ends
/// when its condition holds, and knows no failures but those of [`fails_if`](Until::fails_if): without that it polls on
/// until the deadline, even if the resource has failed. `wait` knows the states that are failures, and ends there at
/// once.
///
/// Dropping it does no harm, and it can be started again. If the resource is deleted meanwhile or does not exist, that
/// is [`PollError::Poll`] at once, unless [`not_found_for`](Until::not_found_for) says that a 404 means "not yet".
///
/// # Examples
/// ```no_run
/// # #[cfg(feature = "branches")]
/// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
/// use std::time::Duration;
///
/// let branch = client
///     .get_branch()
///     .organization("acme")
///     .database("shop")
///     .branch("restored-42")
///     .until(|branch| branch.ready)
///     .deadline(Duration::from_secs(30 * 60))
///     .on_progress(|branch| println!("{}", branch.state))
///     .await?;
/// # drop(branch);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is polled until it is awaited"]
pub struct Until<'a, T> {
    /// A poll, which may take so long.
    call: Box<dyn FnMut(Duration) -> Boxed<'a, T> + Send + 'a>,
    is_another: IsAnother<'a, T>,
    end: HasEnded<'a, T>,
    fails: Box<dyn FnMut(&T) -> bool + Send + 'a>,
    progress: Box<dyn FnMut(&T) + Send + 'a>,
    schedule: Schedule,
}

/// Gives the ID of what is waited for, where what was found is another thing.
type IsAnother<'a, T> = Box<dyn FnMut(&T) -> Option<String> + Send + 'a>;

/// Tells how what was found has ended, if it has.
type HasEnded<'a, T> = Box<dyn FnMut(&T) -> Option<End> + Send + 'a>;

impl<T> fmt::Debug for Until<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until").field("schedule", &self.schedule).finish_non_exhaustive()
    }
}

/// How long to wait between two polls, give or take a tenth.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);

/// How long to poll in all.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// How many polls in a row may fail.
const DEFAULT_MAX_CONSECUTIVE_ERRORS: usize = 5;

impl<'a, T> Until<'a, T> {
    /// `seconds` are those before the first poll, between two, and of all, where the operation has its own.
    pub(crate) fn new(
        call: impl FnMut(Duration) -> Boxed<'a, T> + Send + 'a,
        end: impl FnMut(&T) -> Option<End> + Send + 'a,
        seconds: Option<[u64; 3]>,
    ) -> Self {
        let [first_delay, interval, deadline] = match seconds {
            Some(seconds) => seconds.map(Duration::from_secs),
            None => [Duration::ZERO, DEFAULT_INTERVAL, DEFAULT_DEADLINE],
        };
        let max_consecutive_errors = DEFAULT_MAX_CONSECUTIVE_ERRORS;
        Self {
            call: Box::new(call),
            is_another: Box::new(|_| None),
            end: Box::new(end),
            fails: Box::new(|_| false),
            progress: Box::new(|_| {}),
            schedule: Schedule {
                first_delay,
                interval,
                deadline,
                max_consecutive_errors,
                not_found_for: Duration::ZERO,
            },
        }
    }

    /// Polls as the document has it.
    pub(crate) fn known(call: impl FnMut(Duration) -> Boxed<'a, T> + Send + 'a, wait: Wait<T>) -> Self
    where
        T: 'a,
    {
        Self::new(call, wait.end, Some(wait.seconds))
    }

    /// Waits for the thing of this ID: another one under its name is [`PollError::Another`].
    #[allow(dead_code, reason = "called with the feature `branches`")]
    pub(crate) fn only(mut self, id: String, id_of: impl Fn(&T) -> &str + Send + 'a) -> Self {
        self.is_another = Box::new(move |found| (id_of(found) != id).then(|| id.clone()));
        self
    }

    /// Sets how long to wait before the first poll. Default: not at all, unless the operation has its own delay. If it
    /// is as long as the deadline or longer, there is one poll, at the end of the deadline, with a call's own timeout.
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.schedule.first_delay = delay;
        self
    }

    /// Sets how long to wait between two polls, give or take a tenth. If the server sends a longer `Retry-After`, that
    /// is obeyed instead. Default: 10 seconds, unless the operation has its own interval.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// Sets how long to poll in all. Default: 15 minutes, unless the operation has its own deadline.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.schedule.deadline = deadline;
        self
    }

    /// Sets how many polls in a row may fail with a transient error: one that is
    /// [retryable](crate::Error::is_retryable), or an answer that cannot be read. Default: 5.
    pub fn max_consecutive_errors(mut self, most: usize) -> Self {
        self.schedule.max_consecutive_errors = most;
        self
    }

    /// Sets how long, from the beginning of the wait, a 404 means "not yet": a resource that was just created may
    /// appear a little later. After that it is [`PollError::Poll`]. Default: not at all, but for a branch that was just
    /// restored.
    pub fn not_found_for(mut self, duration: Duration) -> Self {
        self.schedule.not_found_for = duration;
        self
    }

    /// Ends the wait with [`PollError::Ended`] if this is true of an answer. It is checked before the condition.
    pub fn fails_if(mut self, fails: impl FnMut(&T) -> bool + Send + 'a) -> Self {
        self.fails = Box::new(fails);
        self
    }

    /// Calls a function with what each poll found, the last one included.
    pub fn on_progress(mut self, progress: impl FnMut(&T) + Send + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }
}

impl<'a, T: Send + 'a> IntoFuture for Until<'a, T> {
    type Output = Result<Response<T>, PollError<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { call, mut is_another, mut end, mut fails, mut progress, schedule } = self;
        let classify = move |found: &T| {
            if let Some(expected) = is_another(found) {
                return PollState::Another(expected);
            }
            progress(found);
            match fails(found).then_some(End::Failure).or_else(|| end(found)) {
                Some(end) => PollState::Ended(end),
                None => PollState::Pending,
            }
        };
        Box::pin(schedule.follow(call, classify))
    }
}
