//! Words for what changed.

use serde_json::Value;

use super::Level;
use super::node::Node;
use crate::spec;

/// What a value did, in words.
pub(super) fn change(old: &Value, new: &Value) -> String {
    match (old, new) {
        (Value::Null, new) => format!("was added: {}", short(new)),
        (old, Value::Null) => format!("was removed: {}", short(old)),
        (old, new) => format!("changed from {} to {}", short(old), short(new)),
    }
}

/// A value in few words.
pub(super) fn short(value: &Value) -> String {
    const MOST: usize = 80;
    let text = match value {
        Value::String(text) if spec::big_integer(text).is_some() => {
            spec::big_integer(text).unwrap_or_default().to_owned()
        }
        Value::Object(map) if map.len() == 1 => "an object with 1 key".to_owned(),
        Value::Object(map) => format!("an object with {} keys", map.len()),
        Value::Array(items) if items.len() > 5 => format!("a list of {}", items.len()),
        value => value.to_string(),
    };
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

pub(super) fn last_token(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

/// The day in `x-sunset`: a date, or a time that begins with one.
pub(super) fn date_of(node: &Node<'_>) -> Option<chrono::NaiveDate> {
    let text = node.text("x-sunset")?;
    let time = chrono::DateTime::parse_from_rfc3339(text).map(|time| time.date_naive());
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").or(time).ok()
}

/// How something ends that was removed: was its end announced, and has the day come?
pub(super) fn end_of(node: &Node<'_>) -> (&'static str, Level) {
    let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive();
    match (node.is_true("deprecated"), date_of(node)) {
        (false, _) => ("without-deprecation", Level::Err),
        (true, Some(day)) if day > today => ("before-sunset", Level::Err),
        (true, None) if node.has("x-sunset") => ("sunset-parse", Level::Err),
        (true, _) => ("with-deprecation", Level::Info),
    }
}
