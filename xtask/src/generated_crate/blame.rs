//! Which operation, and what in it, keeps code from being generated, where the generator does not say so itself.
//!
//! The generator fails for a document as a whole, or panics. The operation is found by bisection: with those before it
//! there is code, and with it there is none. What in it is to blame is found by doing without: it fails in the same way
//! alone, and what stands where it says so does not, once a plain string takes its place.

use serde_json::{Value, json};

use crate::generate::{self, ADVICE, Refusal};
use crate::upstream::operations;
use crate::upstream::spec::{Spec, pointer_token, reachable, target};

/// The types of schemas. <https://spec.openapis.org/oas/v3.0.4.html#data-types>
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// How many documents are tried to find what in an operation is to blame.
const MOST_TRIALS: usize = 100;

/// Where generation fails, as a function says that takes a document. Of several operations the first is told, by path
/// and method.
pub fn blame(spec: &Spec, fails: fn(&str) -> Option<anyhow::Error>) -> Option<Refusal> {
    let mut trials = Trials { left: MOST_TRIALS, fails };
    let mut operations = operations::of(&spec.value);
    operations.sort_by_key(|operation| operation.path);
    let failure_of_first = |count: usize| {
        let ids: Vec<String> = operations[..count].iter().map(|operation| operation.id.to_owned()).collect();
        match spec.clone().pruned(&ids) {
            Ok(part) => fails(&without_unreached(&part.value).to_string()),
            Err(error) => Some(error),
        }
    };
    // Then no operation is to blame.
    if failure_of_first(0).is_some() {
        return None;
    }
    let (count, failure) = least_failing(operations.len(), failure_of_first);
    let operation = &operations[count.checked_sub(1)?];
    let failure = failure.or_else(|| failure_of_first(count))?;
    if let Some(refusal) = refusal(&failure) {
        return Some(refusal.clone());
    }
    let failure = failure.to_string();
    let at = format!("/paths/{}/{}", pointer_token(operation.path), operation.method.to_lowercase());
    let alone = spec.clone().pruned(&[operation.id.to_owned()]).ok();
    let alone = alone.filter(|alone| trials.failure(&alone.value).as_deref() == Some(&*failure));
    let at = alone.map_or(at.clone(), |alone| trials.innermost(&alone.value, at, &failure));
    let why = match spec.value.pointer(&at).and_then(|schema| schema.get("type")?.as_str()) {
        Some(name) if !TYPES.contains(&name) => {
            format!("has a schema of the type `{name}`; OpenAPI has the types {} only", TYPES.join(", "))
        }
        _ => format!("cannot be offered: {}", failure.trim_end_matches(ADVICE).trim_end_matches("; ")),
    };
    Some(Refusal { operation: operation.id.to_owned(), at: format!("#{at}"), why })
}

/// The least number of things with which there is a failure, where there is none without any, and one with all of them;
/// and that failure, unless it is the one of all. By bisection.
pub fn least_failing<E>(all: usize, failure_of_first: impl Fn(usize) -> Option<E>) -> (usize, Option<E>) {
    let (mut well, mut ill, mut failure) = (0, all, None);
    while ill > well + 1 {
        let middle = well + (ill - well) / 2;
        match failure_of_first(middle) {
            Some(error) => (ill, failure) = (middle, Some(error)),
            None => well = middle,
        }
    }
    (ill, failure)
}

/// What an error says of an operation, if it is about one.
pub fn refusal(error: &anyhow::Error) -> Option<&Refusal> {
    match error.downcast_ref::<generate::Error>()? {
        generate::Error::Operation(refusal) => Some(refusal),
        _ => None,
    }
}

/// What nothing leads to any more is generated all the same.
fn without_unreached(document: &Value) -> Value {
    let mut document = document.clone();
    let reached = reachable(&document);
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.retain(|name, _| reached.contains(&format!("/components/schemas/{}", pointer_token(name))));
    }
    document
}

struct Trials {
    left: usize,
    fails: fn(&str) -> Option<anyhow::Error>,
}

impl Trials {
    /// How generation fails; nothing, where it does not, or nothing more is tried.
    fn failure(&mut self, document: &Value) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        Some((self.fails)(&without_unreached(document).to_string())?.to_string())
    }

    /// The innermost part below a pointer without which it does not fail so any more.
    fn innermost(&mut self, document: &Value, mut at: String, failure: &str) -> String {
        loop {
            let mut inner = None;
            for part in parts(document, &at) {
                let mut without = document.clone();
                let Some(place) = without.pointer_mut(&part) else { continue };
                *place = replacement(&part, place);
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

/// What takes the place of a part: of a list's parameter one with the same name, else a schema that any generator takes.
fn replacement(pointer: &str, part: &Value) -> Value {
    let holder = pointer.rsplit('/').nth(1);
    match (holder, pointer.rsplit('/').next()) {
        (Some("parameters"), _) => {
            let (name, place) = (part.get("name"), part.get("in"));
            json!({ "name": name, "in": place, "required": place.is_some_and(|place| place == "path"), "schema": { "type": "string" } })
        }
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
