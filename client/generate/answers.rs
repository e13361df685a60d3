//! What each operation sends and answers with, said as progenitor can take it: one success, one shape, one media type.
//!
//! before: `200` with a backup, `204` without a body, `404` with an error
//! after:  `200` with a backup; noted: it may be absent
//!
//! before: `200` with a backup, `202` with a job
//! after:  `200` with one of the two, `oneOf`
//!
//! Bodies of other statuses never reach progenitor, as `crate::Error` reads them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::{METHODS, composed_of, escape, reached, resolved};
use super::{Error, media};

/// What a call gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A value of a type, or nothing, as progenitor has it.
    #[default]
    AsGenerated,
    /// A value of a type, where there is a body.
    Optional,
    /// Where a redirect leads.
    Location,
}

/// What an operation sends and answers with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bodies {
    pub(crate) answer: Answer,
    /// The media type that is asked for, where it is not what is read.
    pub(crate) accept: Option<String>,
    /// The media type that is sent, where it is not what is written.
    pub(crate) content_type: Option<String>,
    /// Whether the request may have no body, and an empty one is not as good.
    pub(crate) may_lack_body: bool,
}

/// Takes out of each operation what it does not answer with on success, and what it does not send.
///
/// # Errors
/// Where there are two shapes of success that are not both JSON: no one type could say which; and where a body cannot be sent.
pub(crate) fn simplify(document: &mut Value) -> Result<BTreeMap<String, Bodies>, Error> {
    let mut operations = BTreeMap::new();
    let shared = document.pointer_mut("/components/requestBodies").and_then(Value::as_object_mut).into_iter().flatten();
    let shared: BTreeMap<String, Result<Option<String>, String>> = shared
        .map(|(name, body)| (format!("#/components/requestBodies/{}", escape(name)), media::simplify_body(body)))
        .collect();
    let root = document.clone();
    let (mut made, before) = (Map::new(), reached(document));
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return Ok(operations) };
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let at = format!("#/paths/{}/{method}", escape(path));
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            let content_type = match operation.get_mut("requestBody") {
                None => Ok(None),
                Some(body) => match body.get("$ref").and_then(Value::as_str) {
                    Some(to) => shared.get(to).cloned().unwrap_or(Ok(None)),
                    None => media::simplify_body(body),
                },
            };
            let content_type = content_type
                .map_err(|why| Error::operation(&id, format!("{at}/requestBody"), format!("cannot be sent: {why}")))?;
            let body = operation.get("requestBody").map(|body| resolved(body, &root));
            let may_lack_body = body.is_some_and(|body| may_be_left_out(body, &root));
            if let Some(Value::Object(responses)) = operation.get_mut("responses") {
                let mut name = |either: Value| {
                    let name =
                        free_name(&format!("{}Answer", heck::ToUpperCamelCase::to_upper_camel_case(&*id)), &root);
                    made.insert(name.clone(), either);
                    json!({ "$ref": format!("#/components/schemas/{name}") })
                };
                let (answer, accept) = one_answer(responses, &root, &mut name)
                    .map_err(|why| Error::operation(&id, format!("{at}/responses"), why))?;
                operations.insert(id, Bodies { answer, accept, content_type, may_lack_body });
            }
            if let Value::Object(operation) = operation {
                // Nobody is called back by a client of this crate.
                operation.remove("callbacks");
            }
        }
    }
    if !made.is_empty() {
        let schemas =
            document.as_object_mut().map(|document| document.entry("components").or_insert_with(|| json!({})));
        let schemas =
            schemas.and_then(Value::as_object_mut).map(|all| all.entry("schemas").or_insert_with(|| json!({})));
        schemas
            .and_then(Value::as_object_mut)
            .into_iter()
            .for_each(|schemas| schemas.extend(std::mem::take(&mut made)));
    }
    // What only a refusal is described with has no place in the client: `crate::Error` reads refusals.
    drop_unreached(document, &before);
    Ok(operations)
}

/// Drops the schemas that were reached before and are not any more.
pub(crate) fn drop_unreached(document: &mut Value, before: &BTreeSet<String>) {
    let after = reached(document);
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        let pointer = |name: &str| format!("/components/schemas/{}", escape(name));
        schemas.retain(|name, _| !before.contains(&pointer(name)) || after.contains(&pointer(name)));
    }
}

/// Whether a body is not required, and is none, or another one, where nothing of it is set.
fn may_be_left_out(body: &Value, root: &Value) -> bool {
    let needs_something = |schema: &&Value| {
        let has_required = schema.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
        has_required || schema.get("type").is_some_and(|of| of != "object")
    };
    let has_properties = |schema: &&Value| {
        schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
    };
    let content = body.get("content").and_then(Value::as_object);
    let sent = content.and_then(media::of_answer);
    body.get("required") != Some(&Value::Bool(true))
        && sent.is_some_and(|(becomes, media, _)| {
            let members = composed_of(&media["schema"], root);
            // A form of nothing is as good as none.
            let is_raw = becomes != media::JSON && becomes != media::FORM;
            is_raw
                || becomes == media::JSON
                    && (members.iter().any(needs_something) || !members.iter().any(has_properties))
        })
}

/// A name that no component has.
fn free_name(name: &str, root: &Value) -> String {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let taken = |name: &String| {
        let schemas = root.pointer("/components/schemas").and_then(Value::as_object);
        schemas.is_some_and(|schemas| schemas.keys().any(|other| plain(other) == plain(name)))
    };
    let others = (2..).map(|number| format!("{name}{number}"));
    std::iter::once(name.to_owned()).chain(others).find(|name| !taken(name)).unwrap_or_default()
}

fn one_answer(
    responses: &mut Map<String, Value>,
    root: &Value,
    name: &mut impl FnMut(Value) -> Value,
) -> Result<(Answer, Option<String>), String> {
    let statuses =
        |first: char| -> Vec<String> { responses.keys().filter(|s| s.starts_with(first)).cloned().collect() };
    let mut successes = statuses('2');
    let redirects = statuses('3');
    if successes.is_empty() && redirects.is_empty() && responses.contains_key("default") {
        successes.push("default".to_owned());
    }
    let mut bodies: Vec<(String, Value, Value)> = Vec::new();
    let (mut empty, mut accept) = (Vec::new(), None);
    for status in &successes {
        let response = resolved(&responses[status], root);
        let content = response.get("content").and_then(Value::as_object);
        match content.and_then(media::of_answer) {
            None => empty.push(status.clone()),
            Some((media, body, name)) => {
                if media::is_other(name, &media) {
                    accept.get_or_insert_with(|| name.to_owned());
                }
                let shape = json!({ &media: resolved(body.get("schema").unwrap_or(&Value::Null), root) });
                if bodies.iter().all(|(_, other, _)| *other != shape) {
                    let mut kept = response.clone();
                    kept["content"] = json!({ media: body });
                    bodies.push((status.clone(), shape, kept));
                }
            }
        }
    }
    let (kept, answer) = match &bodies[..] {
        [] if !successes.is_empty() => (json!({ "description": "" }), Answer::AsGenerated),
        [] if !redirects.is_empty() => (json!({ "description": "" }), Answer::Location),
        [] => (json!({ "description": "" }), Answer::AsGenerated),
        [(_, _, kept)] => (kept.clone(), if empty.is_empty() { Answer::AsGenerated } else { Answer::Optional }),
        several if several.iter().all(|(_, shape, _)| shape.get(media::JSON).is_some()) => {
            let schemas = several.iter().map(|(.., kept)| kept["content"][media::JSON]["schema"].clone());
            let either = name(json!({ "oneOf": schemas.collect::<Vec<_>>() }));
            let kept = json!({ "description": "", "content": { media::JSON: { "schema": either } } });
            (kept, if empty.is_empty() { Answer::AsGenerated } else { Answer::Optional })
        }
        several => {
            let statuses = several.iter().map(|(status, ..)| status.as_str()).collect::<Vec<_>>().join(" and ");
            return Err(format!(
                "answers with different bodies to {statuses}, not all of them JSON, which no one type can be"
            ));
        }
    };
    let status = bodies.first().map(|(status, ..)| status.clone()).or_else(|| empty.first().cloned());
    let status = status.filter(|status| status != "default").unwrap_or_else(|| "200".to_owned());
    responses.retain(|key, _| key.starts_with("x-"));
    responses.insert(status, kept);
    Ok((answer, accept))
}
