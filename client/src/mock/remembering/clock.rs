//! The time of a mock server: as fast as told, frozen, or moved on at once.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::mock::reply;

/// The last second that a `date-time` can say: its years have four digits.
const LAST: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(last) => last,
    None => DateTime::<Utc>::MIN_UTC,
};

/// A clock that begins with the time at which it was made.
#[derive(Debug)]
pub(super) struct Clock {
    began: SystemTime,
    /// What was on the clock at `since`.
    passed: Duration,
    since: Instant,
    /// How much of a duration passes in real time: 0.01 makes 100 s of one.
    scale: f64,
    is_frozen: bool,
}

impl Default for Clock {
    fn default() -> Self {
        let (began, since) = (SystemTime::now(), Instant::now());
        Self { began, passed: Duration::ZERO, since, scale: 1.0, is_frozen: false }
    }
}

impl Clock {
    /// How long the server has run, by this clock.
    pub(super) fn passed(&self) -> Duration {
        if self.is_frozen {
            return self.passed;
        }
        let real = self.since.elapsed();
        let scaled = Duration::try_from_secs_f64(real.as_secs_f64() / self.scale).unwrap_or(Duration::MAX);
        self.passed.saturating_add(scaled)
    }

    /// The time after a duration on this clock, as the API writes it.
    pub(super) fn time(&self, passed: Duration) -> String {
        reply::time(self.date(passed).unwrap_or(LAST))
    }

    /// The time after a duration on this clock, if it can be written.
    pub(super) fn date(&self, passed: Duration) -> Option<DateTime<Utc>> {
        let passed = chrono::TimeDelta::from_std(passed).ok()?;
        DateTime::<Utc>::from(self.began).checked_add_signed(passed).filter(|date| *date <= LAST)
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.passed = self.passed().saturating_add(by);
        self.since = Instant::now();
    }

    /// Sets how much of a duration passes in real time; what is not above zero changes nothing.
    pub(super) fn scale(&mut self, scale: f64) {
        self.advance(Duration::ZERO);
        if scale > 0.0 {
            self.scale = scale;
        }
    }

    pub(super) fn freeze(&mut self, is_frozen: bool) {
        self.advance(Duration::ZERO);
        self.is_frozen = is_frozen;
    }

    /// The settings, as `/_standin/clock` shows them.
    pub(super) fn shown(&self) -> serde_json::Value {
        let now = self.passed();
        serde_json::json!({ "now": self.time(now), "time_scale": self.scale, "frozen": self.is_frozen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Real time that passed under another setting counts as it did then.
    #[tokio::test(start_paused = true)]
    async fn a_clock_goes_on_from_where_it_is() {
        let mut clock = Clock::default();
        let after = async |clock: &Clock| {
            tokio::time::advance(Duration::from_secs(10)).await;
            clock.passed().as_secs()
        };
        assert_eq!(after(&clock).await, 10);
        clock.scale(0.1);
        assert_eq!((clock.passed().as_secs(), after(&clock).await), (10, 110));
        clock.freeze(true);
        assert_eq!(after(&clock).await, 110);
        clock.freeze(false);
        assert_eq!((clock.passed().as_secs(), after(&clock).await), (110, 210));
        clock.scale(1.0);
        assert_eq!((clock.passed().as_secs(), after(&clock).await), (210, 220));
    }
}
