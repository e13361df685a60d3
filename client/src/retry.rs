//! When a request is sent again, and after how long.

use std::time::Duration;

use backon::ExponentialBuilder;
use reqwest::StatusCode;

use crate::error::Error;

/// How many times longer the delay is after 429 without a `Retry-After`. The limit is 600 requests a
/// minute. With the default policy the delays are 5 to 10, 10 to 20 and 20 to 40 seconds, as far as the timeout of the
/// whole operation has room for them.
const TOO_MANY_REQUESTS_FACTOR: u32 = 10;

/// When and how often a failed request is sent again.
///
/// A request that changes something is sent again after two failures only: it was never sent (no connection could be
/// made), or the API answered 429, which says that it did nothing. After any other failure the server may have acted. A
/// request that only reads is also sent again after a timeout, a lost connection, an answer cut short, a 408, and a 5xx
/// other than 501.
///
/// The delay starts at [`initial_delay`](Self::initial_delay) and doubles up to [`max_delay`](Self::max_delay); jitter
/// at most doubles each. If the server sends `Retry-After`, the client waits at least that long, and at random up to
/// half of it (or up to the delay, if that is longer) more. After a 429 without one, each delay is ten times as long:
/// the API allows 600 requests a minute. If a delay would exceed the [timeout](crate::ClientBuilder::timeout) of the
/// whole operation, the last failure is returned at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_retries: usize,
    initial_delay: Duration,
    max_delay: Duration,
}

/// A wait that the server asked for, and at random up to half of it more, or up to `least` where that is longer: all
/// who are refused at once are asked to wait for the same time, and would come back together. Of the time that is
/// `left` it takes no more than half of what the wait itself leaves.
pub(crate) fn spread(wait: Duration, least: Duration, left: Duration) -> Duration {
    let most = (wait / 2).max(least).min(left.saturating_sub(wait) / 2);
    wait.saturating_add(most.mul_f64(fastrand::f64()))
}

impl Default for RetryPolicy {
    /// Makes three retries, after 0.5 to 1, 1 to 2 and 2 to 4 seconds.
    fn default() -> Self {
        Self { max_retries: 3, initial_delay: Duration::from_millis(500), max_delay: Duration::from_secs(10) }
    }
}

impl RetryPolicy {
    /// Never retries.
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets how many attempts may follow the first. Default: 3.
    pub fn max_retries(mut self, retries: usize) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the delay before the first retry, to which jitter adds up to as much again. Default: 0.5 seconds.
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// Sets the longest delay, to which jitter adds up to as much again. A `Retry-After` may be longer, and so may a
    /// delay after a 429. Default: 10 seconds.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The delay before another attempt: as the server asks, else by the policy, and longer after 429.
    /// A `Retry-After` of nothing, or in the past, is not a reason to come back at once.
    pub(crate) fn delay_after(error: &Error, delay: Duration, left: Duration) -> Duration {
        match error.retry_after().filter(|wait| !wait.is_zero()) {
            Some(wait) => spread(wait, delay, left),
            None if error.status() == Some(StatusCode::TOO_MANY_REQUESTS) => {
                delay.saturating_mul(TOO_MANY_REQUESTS_FACTOR)
            }
            None => delay,
        }
    }

    pub(crate) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(self.initial_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(self.max_retries)
            .with_jitter()
    }

    /// The delays between polls, which only time limits. They are never zero.
    pub(crate) fn backoff_for_polls(&self) -> ExponentialBuilder {
        self.backoff()
            .with_min_delay(self.initial_delay.max(Duration::from_millis(1)))
            .with_max_delay(self.max_delay.max(Duration::from_secs(1)))
            .without_max_times()
    }
}

#[cfg(test)]
mod tests {
    use backon::BackoffBuilder;

    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_then_end() {
        let second = Duration::from_secs(1);
        let policy = RetryPolicy::default().initial_delay(second).max_delay(3 * second).max_retries(5);
        let delays: Vec<_> = policy.backoff().build().collect();
        assert_eq!(delays.len(), 5);
        for (delay, least) in delays.iter().zip([1, 2, 3, 3, 3]) {
            assert!((least * second..=2 * least * second).contains(delay), "{delays:?}");
        }
        assert_eq!(RetryPolicy::none().backoff().build().count(), 0);
    }

    #[test]
    fn polls_have_no_end_and_are_never_at_once() {
        let (least, second) = (Duration::from_millis(1), Duration::from_secs(1));
        let none = RetryPolicy::none().initial_delay(Duration::ZERO).max_delay(Duration::ZERO);
        let slow = RetryPolicy::none().initial_delay(second).max_delay(4 * second);
        for (policy, first, longest) in [(none, least, second), (slow, second, 4 * second)] {
            let delays: Vec<_> = policy.backoff_for_polls().build().take(50).collect();
            assert_eq!(delays.len(), 50);
            assert!((first..=2 * first).contains(&delays[0]), "{delays:?}");
            assert!(delays[20..].iter().all(|delay| (longest..=2 * longest).contains(delay)), "{delays:?}");
        }
    }

    #[test]
    fn the_servers_wish_comes_first_and_429_without_one_takes_longer() {
        let operation = crate::operation::Operation::new("any", "GET", "/");
        let refused = |status: u16, asked: Option<u64>| {
            let mut headers = reqwest::header::HeaderMap::new();
            asked.map(|seconds| headers.insert("retry-after", seconds.into()));
            let status = StatusCode::from_u16(status).unwrap_or_default();
            Error::from(crate::error::Refused::new(operation, status).with_headers(headers))
        };
        let second = Duration::from_secs(1);
        for (error, delay) in [
            (refused(429, Some(1)), second),
            (refused(503, Some(1)), second),
            (refused(429, Some(600)), 600 * second),
            (refused(429, Some(0)), 300 * second),
            (refused(429, None), 300 * second),
            (refused(503, Some(0)), 30 * second),
            (refused(503, None), 30 * second),
            (Error::not_sent(operation), 30 * second),
        ] {
            let told = RetryPolicy::delay_after(&error, 30 * second, 3600 * second);
            // What the server asks for is spread, and never cut.
            assert!(
                (delay..=2 * delay).contains(&told) || told >= delay && told < delay + 30 * second,
                "{error}: {told:?}"
            );
        }
    }

    #[test]
    fn who_is_asked_to_wait_comes_no_earlier_and_not_all_at_once() {
        let second = Duration::from_secs(1);
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("retry-after", 4.into());
        let refused =
            crate::error::Refused::new(crate::Operation::new("poll", "GET", ""), StatusCode::TOO_MANY_REQUESTS);
        let error = Error::from(refused.with_headers(headers));
        let mut delays: Vec<_> = (0..200).map(|_| RetryPolicy::delay_after(&error, second, 60 * second)).collect();
        delays.sort();
        assert!(delays.iter().all(|delay| (4 * second..6 * second).contains(delay)), "{delays:?}");
        // No more than a third of them come within a fifth of that time.
        let crowded = delays.iter().enumerate().map(|(at, from)| {
            delays[at..].iter().take_while(|delay| **delay < *from + Duration::from_millis(400)).count()
        });
        assert!(crowded.max().is_some_and(|most| most < 70), "{delays:?}");
        // A short wait is spread by the policy's delay, and a long one overflows nothing.
        assert!((0..200).any(|_| spread(second / 10, second, 60 * second) > second / 2));
        assert_eq!(spread(Duration::MAX, second, second), Duration::MAX);
        // What would come in time does.
        assert!((0..200).all(|_| spread(4 * second, second, 5 * second) < 5 * second));
        // And has time left for an answer.
        assert!((0..200).all(|_| spread(4 * second, second, 5 * second) <= 9 * second / 2));
    }
}
