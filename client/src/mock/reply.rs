//! What the mock server reads and says, whatever it is about.

use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[cfg(feature = "branches")]
use super::query::Query;

/// A status and a body.
pub(super) type Reply = (StatusCode, Value);

/// A page of things that are asked for with no more than `page` and `per_page`.
#[cfg(feature = "branches")]
pub(super) fn page(all: &[&Value], query: &str) -> Reply {
    match Query::read(query) {
        Ok(query) => (StatusCode::OK, envelope(all, query.page, query.per_page)),
        Err(why) => refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &why),
    }
}

/// A page, with what is around it.
pub(super) fn envelope(all: &[&Value], page: usize, per_page: usize) -> Value {
    let total_pages = all.len().div_ceil(per_page);
    let data: Vec<&Value> = all.iter().skip((page - 1).saturating_mul(per_page)).take(per_page).copied().collect();
    let next = (page < total_pages).then_some(page + 1);
    let previous = (page > 1).then(|| page - 1);
    let url = |page: Option<usize>| page.map(|page| format!("?page={page}&per_page={per_page}"));
    json!({
        "type": "list",
        "current_page": page,
        "per_page": per_page,
        "next_page": next,
        "next_page_url": url(next),
        "prev_page": previous,
        "prev_page_url": url(previous),
        "total_count": all.len(),
        "total_pages": total_pages,
        "data": data,
    })
}

/// A body, which is an object whose fields are never null, as the spec has it, or not there at all.
pub(super) fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    if body.is_empty() {
        return serde_json::from_slice(b"{}").map_err(|e| e.to_string());
    }
    let value: Value = serde_json::from_slice(body).map_err(|e| format!("the body is not JSON: {e}"))?;
    let Value::Object(fields) = &value else { return Err("the body is not an object".to_owned()) };
    if let Some((name, _)) = fields.iter().find(|(_, value)| value.is_null()) {
        return Err(format!("{name} is null, but can be left out only"));
    }
    serde_json::from_value(value).map_err(|e| e.to_string())
}

pub(super) fn not_found() -> Reply {
    refusal(StatusCode::NOT_FOUND, "not_found", "Not Found")
}

pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Reply {
    (status, json!({ "code": code, "message": message }))
}

pub(super) fn now() -> Value {
    time(SystemTime::now().into()).into()
}

/// A time as the API writes it.
pub(super) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
