//! Which operation, and what in it, keeps code from being generated.
//!
//! The generator fails for a document as a whole, or panics. What is to blame is found by doing without: an operation
//! alone fails in the same way, and what stands where it says so does not, once a plain string takes its place.

use serde_json::{Value, json};

use crate::vendor::operations;
use crate::vendor::spec::{Spec, pointer_token, reachable, target};

/// How many documents are tried.
const MOST_TRIALS: usize = 400;

/// Where generation fails, as a function says that takes a document: the operation's id, and the pointer of the
/// innermost part that matters.
pub fn blame(spec: &Spec, fails: fn(&str) -> Option<String>) -> Option<(String, String)> {
    let mut trials = Trials { left: MOST_TRIALS, fails };
    let document = &spec.value;
    for operation in operations::of(document) {
        let Ok(alone) = spec.clone().pruned(&[operation.id.to_owned()]) else { continue };
        let Some(failure) = trials.failure(&alone.value) else { continue };
        let at = format!("/paths/{}/{}", pointer_token(operation.path), operation.method.to_lowercase());
        let found = trials.innermost(&alone.value, at, &failure);
        return Some((operation.id.to_owned(), format!("#{found}")));
    }
    None
}

struct Trials {
    left: usize,
    fails: fn(&str) -> Option<String>,
}

impl Trials {
    /// How generation fails; nothing, where it does not, or nothing more is tried.
    fn failure(&mut self, document: &Value) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        let mut document = document.clone();
        // What nothing leads to any more is generated all the same.
        let reached = reachable(&document);
        if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
            schemas.retain(|name, _| reached.contains(&format!("/components/schemas/{}", pointer_token(name))));
        }
        (self.fails)(&document.to_string())
    }

    /// The innermost part below a pointer without which it does not fail so any more.
    fn innermost(&mut self, document: &Value, mut at: String, failure: &str) -> String {
        loop {
            let mut inner = None;
            for part in parts(document, &at) {
                let mut without = document.clone();
                let Some(place) = without.pointer_mut(&part) else { continue };
                *place = replacement(&part);
                if self.left > 0 && self.failure(&without).as_deref() != Some(failure) {
                    inner = Some(part);
                    break;
                }
            }
            match inner {
                Some(part) => at = part,
                None => return at,
            }
        }
    }
}

/// What takes the place of a part: of a list's parameter another parameter, else a schema that any generator takes.
fn replacement(pointer: &str) -> Value {
    let holder = pointer.rsplit('/').nth(1);
    match (holder, pointer.rsplit('/').next()) {
        (Some("parameters"), _) => json!({ "name": "plain", "in": "query", "schema": { "type": "string" } }),
        (Some("responses"), _) => json!({ "description": "plain" }),
        (_, Some("requestBody")) => Value::Null,
        _ => json!({ "type": "string" }),
    }
}

/// The parts of what stands under a pointer that can be done without, by their pointers: of a reference, where it
/// leads.
fn parts(document: &Value, at: &str) -> Vec<String> {
    let Some(value) = document.pointer(at) else { return Vec::new() };
    if let Some(to) = value.get("$ref").and_then(Value::as_str).and_then(target) {
        return vec![to.into_owned()];
    }
    let mut found = Vec::new();
    for key in ["parameters", "responses", "properties", "allOf", "oneOf", "anyOf"] {
        match value.get(key) {
            Some(Value::Object(map)) => {
                found.extend(map.keys().map(|name| format!("{at}/{key}/{}", pointer_token(name))));
            }
            Some(Value::Array(items)) => found.extend((0..items.len()).map(|number| format!("{at}/{key}/{number}"))),
            _ => {}
        }
    }
    for key in ["requestBody", "schema", "items", "additionalProperties"] {
        if value.get(key).is_some_and(Value::is_object) {
            found.push(format!("{at}/{key}"));
        }
    }
    if let Some(content) = value.get("content").and_then(Value::as_object) {
        found.extend(content.keys().map(|name| format!("{at}/content/{}/schema", pointer_token(name))));
    }
    found
}
