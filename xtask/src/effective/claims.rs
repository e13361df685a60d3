//! What our corrections claim of the server, place by place, so that it can be held against what the server does.

use serde_json::Value;

use super::fields::Fields;
use super::{overlay, rules};
use crate::generate::document::{escape, says_nothing};

/// A correction at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where it is made: a file, and what identifies it there.
    pub by: String,
    /// The JSON pointer of what it is about: a schema, an answer, an operation.
    pub pointer: String,
    /// What it says.
    pub says: Says,
}

/// What a claim says of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// A value may be null, or missing.
    Null,
    /// Texts have a format.
    Format,
    /// It is there, and as it is described.
    There,
}

/// The claims of the rules, the table of fields and the overlay on a document that they were not applied to yet.
///
/// # Errors
/// As [`overlay::apply`].
pub fn of(named: &Value, fields: &Fields, overlay: &str) -> anyhow::Result<Vec<Claim>> {
    let mut claims = Vec::new();
    let mut document = named.clone();
    let mut step = |by: &str, at: &str, before: &Value, after: &Value| {
        let mut found = Vec::new();
        let are_names = at.rsplit('/').next().is_some_and(|last| NAMES.contains(&last));
        compare(before, after, at, are_names, &mut found);
        claims.extend(found.into_iter().map(|(pointer, says)| Claim { by: by.to_owned(), pointer, says }));
    };
    rules::correct(&mut document);
    step("a rule on all answers (rules.rs)", "", named, &document);
    let before = document.clone();
    fields.mark(&mut document);
    step("fields.toml", "", &before, &document);
    drop(before);
    overlay::apply_watched(overlay, &mut document, &mut |target, at, before, after| {
        step(&format!("overlay.yaml: {target}"), at, before, after);
    })?;
    Ok(claims)
}

/// Keys of maps whose own keys are names.
const NAMES: [&str; 5] = ["properties", "schemas", "responses", "paths", "content"];

/// Collects what was changed between two values.
fn compare(before: &Value, after: &Value, at: &str, are_names: bool, into: &mut Vec<(String, Says)>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            into.push((at.to_owned(), Says::There));
        }
        return;
    };
    for (key, value) in new {
        let inner = format!("{at}/{}", escape(key));
        let is_new = old.get(key).is_none_or(|old| old != value);
        if !is_new {
            continue;
        }
        match (are_names, old.get(key)) {
            (true, None) => into.push((inner, Says::There)),
            (true, Some(old)) => compare(old, value, &inner, false, into),
            (false, _) if says_nothing(key) || ["summary", "tags", "operationId", "info"].contains(&key.as_str()) => {}
            (false, _) if key == "nullable" && *value == Value::Bool(true) => into.push((at.to_owned(), Says::Null)),
            (false, _) if key == "format" && value != "password" => into.push((at.to_owned(), Says::Format)),
            (false, Some(old @ Value::Object(_))) if value.is_object() => {
                compare(old, value, &inner, NAMES.contains(&key.as_str()), into);
            }
            (false, None) if NAMES.contains(&key.as_str()) && value.is_object() => {
                compare(&Value::Object(serde_json::Map::new()), value, &inner, true, into);
            }
            // A keyword says something of the schema around it.
            (false, _) if key != "format" => {
                if !into.iter().any(|(pointer, says)| pointer == at && *says == Says::There) {
                    into.push((at.to_owned(), Says::There));
                }
            }
            (false, _) => {}
        }
    }
}
