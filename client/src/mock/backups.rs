//! Backups of the mock server: made, moved on, and gone.

use std::time::SystemTime;

use chrono::{DateTime, Days, Months, TimeDelta, Utc};
use hyper::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::TOKEN_ID;
use super::query::Query;
use super::reply::{Reply, envelope, not_found, now, object, refusal, time};
use super::states::States;
use crate::generated::types::{self, RetentionUnit};
use crate::runtime::check::Check;

/// The states in which a branch is busy.
const BUSY: [&str; 2] = ["pending", "running"];

/// The states that are final.
const FINAL: [&str; 4] = ["success", "failed", "canceled", "ignored"];

#[derive(Debug, Default)]
pub(super) struct Backups {
    /// The backups that were made, by what they are addressed with.
    made: Vec<Made>,
    /// What moves them on.
    pub(super) states: States,
    /// Whether a branch can have only one backup under way.
    pub(super) one_at_a_time: bool,
}

#[derive(Debug)]
struct Made {
    /// Organization, database, branch.
    of: [String; 3],
    at: Instant,
    /// Whether it stays as it is, whatever moves the others on.
    is_fixed: bool,
    backup: Value,
}

impl Made {
    /// Whether it is the backup of an ID, and was not deleted.
    fn is(&self, of: [&str; 3], id: &str) -> bool {
        self.of == of && self.backup["id"] == id && self.backup["deleted_at"].is_null()
    }

    /// Moves it on to a state, with what comes with that.
    fn move_to(&mut self, state: String) {
        let backup = &mut self.backup;
        if backup["state"] == state.as_str() {
            return;
        }
        let now = now();
        backup["updated_at"] = now.clone();
        if state != "pending" && backup["started_at"].is_null() {
            backup["started_at"] = now.clone();
        }
        if FINAL.contains(&state.as_str()) && backup["completed_at"].is_null() {
            backup["completed_at"] = now;
        }
        if state == "success" {
            backup["size"] = json!(5_368_709_120_i64);
            backup["uncompressed_size"] = json!(16_106_127_360_i64);
        }
        backup["state"] = state.into();
    }
}

impl Backups {
    /// Does what a request asks for below `…/branches/{branch}/backups`.
    pub(super) fn take(&mut self, (method, of, rest): (&str, [&str; 3], &[&str]), query: &str, body: &[u8]) -> Reply {
        match (method, rest) {
            ("POST", []) => self.create(of, body),
            ("GET", []) => self.list(of, query),
            ("GET", [id]) => self.get(of, id),
            ("PATCH", [id]) => self.update(of, id, body),
            ("DELETE", [id]) => self.delete(of, id),
            _ => not_found(),
        }
    }

    /// A backup of a database, whichever branch it is of.
    #[cfg(feature = "branches")]
    pub(super) fn of_database(&mut self, [organization, database]: [&str; 2], id: &str) -> Option<&mut Value> {
        let is_it = |made: &&mut Made| made.is([organization, database, made.of[2].clone().as_str()], id);
        self.made.iter_mut().find(is_it).map(|made| &mut made.backup)
    }

    /// All backups, deleted ones too, in the order in which they were made.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &Value> {
        self.age();
        self.made.iter().map(|made| &made.backup)
    }

    /// Moves all backups on to what their age makes of them.
    pub(super) fn age(&mut self) {
        let now = Instant::now();
        for made in self.made.iter_mut().filter(|made| !made.is_fixed) {
            if let Some(state) = self.states.reached(now.duration_since(made.at)) {
                made.move_to(state.to_owned());
            }
        }
    }

    /// Adds a backup as it is.
    pub(super) fn add(&mut self, of: [String; 3], backup: Value) {
        self.made.push(Made { of, at: Instant::now(), is_fixed: true, backup });
    }

    fn find(&mut self, of: [&str; 3], id: &str) -> Option<&mut Made> {
        self.made.iter_mut().find(|made| made.is(of, id))
    }

    fn create(&mut self, of: [&str; 3], body: &[u8]) -> Reply {
        let wanted: types::CreateBackupBody = match object(body) {
            Ok(wanted) => wanted,
            Err(why) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &why),
        };
        if let Err(e) = wanted.check() {
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &e);
        }
        // Of a document whose answers have no such unit, the type is closed, and has no value that is unknown.
        let unit = wanted.retention_unit.as_ref().map(ToString::to_string);
        if let Some(unit) = unit.filter(|unit| !RetentionUnit::KNOWN.contains(&unit.as_str())) {
            let message = format!("retention_unit: `{unit}` is not one of {}", RetentionUnit::KNOWN.join(", "));
            return refusal(StatusCode::BAD_REQUEST, "bad_request", &message);
        }
        let is_busy = |made: &Made| {
            made.of == of
                && made.backup["deleted_at"].is_null()
                && BUSY.iter().any(|busy| made.backup["state"] == *busy)
        };
        if self.one_at_a_time && self.made.iter().any(is_busy) {
            let message = "a backup of this branch is already running";
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", message);
        }
        let [.., branch] = of;
        let now = DateTime::<Utc>::from(SystemTime::now());
        let name = wanted.name.unwrap_or_else(|| format!("{branch}-{}", now.format("%Y-%m-%d")));
        let Some(expiry) = expiry(now, wanted.retention_value, wanted.retention_unit) else {
            let message = "retention_value is too large";
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", message);
        };
        let id = format!("backup{:06}", self.made.len() + 1);
        let backup = just_created(&id, &name, branch, now, expiry);
        self.made.push(Made { of: of.map(str::to_owned), at: Instant::now(), is_fixed: false, backup: backup.clone() });
        (StatusCode::CREATED, backup)
    }

    /// A poll of a backup, which moves it on by the script.
    fn get(&mut self, of: [&str; 3], id: &str) -> Reply {
        let Some(made) = self.made.iter_mut().find(|made| made.is(of, id)) else { return not_found() };
        if let Some(next) = (!made.is_fixed).then(|| self.states.next_poll()).flatten() {
            made.move_to(next);
        }
        (StatusCode::OK, made.backup.clone())
    }

    /// A page of the backups of a branch, in the order in which they were made.
    fn list(&self, of: [&str; 3], query: &str) -> Reply {
        let query = match Query::read(query) {
            Ok(query) => query,
            Err(why) => return refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &why),
        };
        let (page, per_page) = (query.page, query.per_page);
        let of_branch = self.made.iter().filter(|made| made.of == of).map(|made| &made.backup);
        let backups: Vec<&Value> = of_branch.filter(|backup| query.takes(of[2], backup)).collect();
        (StatusCode::OK, envelope(&backups, page, per_page))
    }

    fn update(&mut self, of: [&str; 3], id: &str, body: &[u8]) -> Reply {
        let wanted: types::UpdateBackupBody = match object(body) {
            Ok(wanted) => wanted,
            Err(why) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &why),
        };
        let Some(made) = self.find(of, id) else { return not_found() };
        if let Some(protected) = wanted.protected {
            made.backup["protected"] = protected.into();
            made.backup["updated_at"] = now();
        }
        (StatusCode::OK, made.backup.clone())
    }

    fn delete(&mut self, of: [&str; 3], id: &str) -> Reply {
        let Some(made) = self.find(of, id) else { return not_found() };
        if made.backup["protected"] == true {
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", "the backup is protected from deletion");
        }
        made.backup["deleted_at"] = now();
        (StatusCode::NO_CONTENT, Value::Null)
    }
}

/// When a backup expires: two days after it was made, if nothing else is wanted.
fn expiry(made: DateTime<Utc>, value: Option<i64>, unit: Option<RetentionUnit>) -> Option<DateTime<Utc>> {
    let (value, unit) = match (value, unit) {
        (None, None) => (2, RetentionUnit::Day),
        (value, unit) => (value.unwrap_or(1), unit.unwrap_or(RetentionUnit::Day)),
    };
    let days = |each: u64| made.checked_add_days(Days::new(u64::try_from(value).ok()?.checked_mul(each)?));
    let months = |each: u32| made.checked_add_months(Months::new(u32::try_from(value).ok()?.checked_mul(each)?));
    match unit.to_string().as_str() {
        "hour" => made.checked_add_signed(TimeDelta::try_hours(value)?),
        "day" => days(1),
        "week" => days(7),
        "month" => months(1),
        "year" => months(12),
        _ => None,
    }
}

/// A backup as the API describes it right after it was made: without the times to come.
pub(super) fn just_created(id: &str, name: &str, branch: &str, now: DateTime<Utc>, expiry: DateTime<Utc>) -> Value {
    json!({
        "id": id,
        "name": name,
        "state": "pending",
        "size": 0,
        "uncompressed_size": 0,
        "estimated_storage_cost": 0.0,
        "created_at": time(now),
        "updated_at": time(now),
        "started_at": null,
        "expires_at": time(expiry),
        "completed_at": null,
        "deleted_at": null,
        "pvc_size": 10_737_418_240_i64,
        "protected": false,
        "required": false,
        "restored_branches": [],
        "actor": {
            "id": TOKEN_ID,
            "display_name": "mock token",
            "avatar_url": "https://app.planetscale.com/gravatar-fallback.png",
        },
        "backup_policy": null,
        "schema_snapshot": null,
        "database_branch": {
            "id": "branch000001",
            "name": branch,
            "created_at": "2021-01-14T10:19:23.000Z",
            "updated_at": "2021-01-14T10:19:23.000Z",
            "deleted_at": null,
        },
    })
}
