//! Two schemas of one type as one.
//!
//! before: `{ properties: { id, name }, required: [id, name] }` and `{ properties: { id, size }, required: [size] }`
//! after:  `{ properties: { id, name, size }, required: [name, size] }`

use serde_json::{Map, Value};

/// What two schemas of one type say together: of texts the first, and `null` where either has it.
pub fn merge(first: &mut Value, other: &Value) {
    let (Value::Object(first), Value::Object(other)) = (first, other) else { return };
    let required = required(first, other);
    let closed = |map: &Map<String, Value>| map.get("additionalProperties") == Some(&Value::Bool(false));
    if closed(first) != closed(other) {
        first.retain(|key, value| key != "additionalProperties" || *value != Value::Bool(false));
    }
    for (key, value) in other {
        match (first.get_mut(key), value) {
            (None, _) if key == "additionalProperties" && *value == Value::Bool(false) => {}
            (None, _) => drop(first.insert(key.clone(), value.clone())),
            (Some(Value::Object(ours)), Value::Object(theirs)) if key == "properties" => {
                for (name, schema) in theirs {
                    match ours.get_mut(name) {
                        Some(known) => merge(known, schema),
                        None => drop(ours.insert(name.clone(), schema.clone())),
                    }
                }
            }
            (Some(ours @ Value::Object(_)), _) if matches!(key.as_str(), "items" | "additionalProperties") => {
                merge(ours, value);
            }
            (Some(Value::Array(ours)), Value::Array(theirs)) if key == "allOf" => {
                ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| merge(ours, theirs));
            }
            (Some(Value::Array(ours)), Value::Array(theirs)) if key == "enum" => {
                let new: Vec<_> = theirs.iter().filter(|value| !ours.contains(value)).cloned().collect();
                ours.extend(new);
            }
            (Some(ours), Value::Bool(true)) if key == "nullable" => *ours = true.into(),
            _ => {}
        }
    }
    if let Some(required) = required {
        first.insert("required".to_owned(), required);
    }
}

/// What is required wherever it is described.
fn required(first: &Map<String, Value>, other: &Map<String, Value>) -> Option<Value> {
    let names = |map: &Map<String, Value>| map.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let (ours, theirs) = (names(first), names(other));
    let describes = |map: &Map<String, Value>, name: &Value| {
        name.as_str().is_some_and(|name| map.get("properties").is_some_and(|all| all.get(name).is_some()))
    };
    let mut kept = ours.clone();
    kept.retain(|name| theirs.contains(name) || !describes(other, name));
    let new = theirs.iter().filter(|name| !ours.contains(name) && !describes(first, name)).cloned();
    kept.extend(new);
    (!ours.is_empty() || !kept.is_empty()).then(|| kept.into())
}
