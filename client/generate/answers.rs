//! What each operation answers with, said as progenitor can take it: one success, one shape.
//!
//! before: `200` with a backup, `204` without a body, `404` with an error
//! after:  `200` with a backup; noted: it may be absent
//!
//! Bodies of other statuses never reach progenitor, as `crate::Error` reads them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Error;
use super::notes::escape;
use super::prepare::METHODS;

/// What a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A value of a type, or nothing, as progenitor has it.
    AsItIs,
    /// A value of a type, where there is a body.
    Optional,
    /// Where a redirect leads.
    Location,
}

/// Takes out of each operation what it does not answer with on success.
///
/// # Errors
/// Where there are two shapes of success: no one type could say which.
pub(crate) fn simplify(document: &mut Value) -> Result<BTreeMap<String, Answer>, Error> {
    let mut answers = BTreeMap::new();
    let root = document.clone();
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return Ok(answers) };
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let at = format!("#/paths/{}/{method}", escape(path));
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(Value::Object(responses)) = operation.get_mut("responses") {
                let answer = one_answer(responses, &root, &format!("operation {id} ({at}/responses)"))?;
                answers.insert(id, answer);
            }
            if let Value::Object(operation) = operation {
                // Nobody is called back by a client of this crate.
                operation.remove("callbacks");
            }
        }
    }
    Ok(answers)
}

/// What stands under a `$ref`, or the value itself.
fn resolved<'v>(value: &'v Value, root: &'v Value) -> &'v Value {
    let mut here = value;
    for _ in 0..32 {
        let to = here.get("$ref").and_then(Value::as_str).and_then(|to| root.pointer(to.strip_prefix('#')?));
        match to {
            Some(next) => here = next,
            None => break,
        }
    }
    here
}

fn one_answer(responses: &mut Map<String, Value>, root: &Value, of: &str) -> Result<Answer, Error> {
    let statuses =
        |first: char| -> Vec<String> { responses.keys().filter(|s| s.starts_with(first)).cloned().collect() };
    let mut successes = statuses('2');
    let redirects = statuses('3');
    if successes.is_empty() && redirects.is_empty() && responses.contains_key("default") {
        successes.push("default".to_owned());
    }
    let mut bodies: Vec<(String, Value, Value)> = Vec::new();
    let mut empty = Vec::new();
    for status in &successes {
        let response = resolved(&responses[status], root);
        match content(response) {
            None => empty.push(status.clone()),
            Some((media, body)) => {
                let shape = json!({ media: resolved(body.get("schema").unwrap_or(&Value::Null), root) });
                if bodies.iter().all(|(_, other, _)| *other != shape) {
                    let mut kept = response.clone();
                    kept["content"] = json!({ media: body });
                    bodies.push((status.clone(), shape, kept));
                }
            }
        }
    }
    let (kept, answer) = match &bodies[..] {
        [] if !successes.is_empty() => (json!({ "description": "" }), Answer::AsItIs),
        [] if !redirects.is_empty() => (json!({ "description": "" }), Answer::Location),
        [] => (json!({ "description": "" }), Answer::AsItIs),
        [(_, _, kept)] => (kept.clone(), if empty.is_empty() { Answer::AsItIs } else { Answer::Optional }),
        several => {
            let statuses = several.iter().map(|(status, ..)| status.as_str()).collect::<Vec<_>>().join(" and ");
            let why = format!("{of} answers with different bodies to {statuses}, which no one type can be");
            return Err(Error::Operation(why));
        }
    };
    let status = bodies.first().map(|(status, ..)| status.clone()).or_else(|| empty.first().cloned());
    let status = status.filter(|status| status != "default").unwrap_or_else(|| "200".to_owned());
    responses.retain(|key, _| key.starts_with("x-"));
    responses.insert(status, kept);
    Ok(answer)
}

/// The media type that is read: JSON if there is any.
fn content(response: &Value) -> Option<(&str, &Value)> {
    let content = response.get("content")?.as_object()?;
    let is_json = |name: &str| name.contains("json");
    let json = content.iter().find(|(name, _)| is_json(name));
    json.or_else(|| content.iter().next()).map(|(name, media)| (name.as_str(), media))
}
