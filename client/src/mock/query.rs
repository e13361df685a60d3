//! What a list is asked for, held to the spec.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::Value;

use crate::generated::types::BackupState;

/// The largest page.
const MAX_PER_PAGE: usize = 100;

/// The parameters of `list_backups`.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) page: usize,
    pub(super) per_page: usize,
    all: bool,
    state: Option<BackupState>,
    policy: Option<String>,
    from: Option<DateTime<Utc>>,
    /// The minute that it is in, from its beginning: seconds are not looked at.
    to: Option<DateTime<Utc>>,
    running_at: Option<(DateTime<Utc>, DateTime<Utc>)>,
    production: Option<bool>,
}

impl Query {
    /// Reads them. What is none of them is read over, as the API does.
    ///
    /// # Errors
    /// Names the one that is not as the spec has it.
    pub(super) fn read(query: &str) -> Result<Self, String> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|e| e.to_string())?;
        let mut read = Self { page: 1, per_page: 25, ..Self::default() };
        for (name, value) in &pairs {
            let wrong = |what: &str| format!("{name} is `{value}`, but must be {what}");
            let number =
                || value.parse().ok().filter(|number| *number > 0).ok_or_else(|| wrong("a number of 1 or more"));
            let flag = || value.parse::<bool>().map_err(|_| wrong("true or false"));
            let time = |text: &str| text.parse().map_err(|_| wrong("a time, such as 2026-01-02T03:04:05Z"));
            match name.as_str() {
                "page" => read.page = number()?,
                "per_page" => read.per_page = number()?.min(MAX_PER_PAGE),
                "all" => read.all = flag()?,
                "production" => read.production = Some(flag()?),
                "state" => read.state = Some(value.as_str().into()),
                "policy" => read.policy = Some(value.clone()),
                "from" => read.from = Some(time(value)?),
                // What the API makes of the seconds is not documented: here they do not count, so that a client that
                // leaves a backup out for them is noticed.
                "to" => read.to = Some(minute_of(time(value)?)),
                "running_at" => {
                    let (from, to) = value.split_once("..").unwrap_or((value, value));
                    read.running_at = Some((time(from)?, time(to)?));
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// Whether a backup of a branch is asked for. The branch `main` is the production branch.
    pub(super) fn takes(&self, branch: &str, backup: &Value) -> bool {
        let time = |name: &str| backup[name].as_str().and_then(|time| time.parse::<DateTime<Utc>>().ok());
        let started = time("started_at").or_else(|| time("created_at"));
        let is_running = |(from, to): (DateTime<Utc>, DateTime<Utc>)| {
            started.is_some_and(|started| started <= to)
                && time("completed_at").is_none_or(|completed| completed >= from)
        };
        (self.all || backup["deleted_at"].is_null())
            && self.state.as_ref().is_none_or(|state| backup["state"] == state.as_str())
            && self.policy.as_ref().is_none_or(|policy| backup["backup_policy"]["id"] == policy.as_str())
            && self.production.is_none_or(|production| production == (branch == "main"))
            && self.from.is_none_or(|from| started.is_some_and(|started| started >= from))
            && self.to.is_none_or(|to| started.is_some_and(|started| started <= to))
            && self.running_at.is_none_or(is_running)
    }
}

/// The beginning of the minute that a time is in.
fn minute_of(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::minutes(1)).unwrap_or(time)
}
