//! Whether a tree is an OpenAPI 3.0 document, and if not, where.

use openapiv3::{
    Components, ExternalDocumentation, Header, Info, MediaType, OpenAPI, Operation, Parameter, PathItem, RequestBody,
    Response, Schema, SecurityScheme, Server, Tag,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use serde_path_to_error::Segment;

use super::{METHODS, lowered, pointer_token, references, target};

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Invalid {
    /// The JSON pointer of it.
    pub(super) pointer: String,
    pub(super) what: String,
}

type Result = std::result::Result<(), Invalid>;

fn invalid(pointer: impl Into<String>, what: impl Into<String>) -> Result {
    Err(Invalid { pointer: pointer.into(), what: what.into() })
}

/// Checks a document, its `$ref`s included.
pub(super) fn validate(document: &Value) -> Result {
    let Value::Object(map) = document else {
        return invalid("", "not an OpenAPI document, but a single value or a list");
    };
    match map.get("openapi") {
        None => match map.get("swagger") {
            Some(version) => {
                let what = format!("Swagger {version}; only OpenAPI 3.0 is understood: have it converted first");
                return invalid("/swagger", what);
            }
            None => return invalid("", "not an OpenAPI document: there is no `openapi` at its top"),
        },
        Some(Value::String(version)) if version.starts_with("3.0.") => {}
        Some(version) => {
            return invalid("/openapi", format!("OpenAPI version {version}, but only 3.0 and 3.1 are understood"));
        }
    }
    if !map.contains_key("paths") {
        return invalid("", "there are no `paths`, so there is no operation");
    }
    if !is_valid_by_parts(map) {
        parts(&readable(document))?;
    }
    let mut broken = None;
    references(document, &mut |holder, reference| {
        let there = target(reference).map(|pointer| document.pointer(&pointer).is_some());
        if there == Some(false) {
            broken.get_or_insert((holder, reference));
        }
    });
    match broken {
        None => Ok(()),
        Some((holder, reference)) => {
            let pointer = pointer_to(document, holder).unwrap_or_default();
            invalid(pointer, format!("it refers to {reference}, which is not there"))
        }
    }
}

/// The pointer to a value in a document.
fn pointer_to(document: &Value, wanted: &Value) -> Option<String> {
    if std::ptr::eq(document, wanted) {
        return Some(String::new());
    }
    let below = |key: &str, value: &Value| Some(format!("/{}{}", pointer_token(key), pointer_to(value, wanted)?));
    match document {
        Value::Object(map) => map.iter().find_map(|(key, value)| below(key, value)),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| below(&i.to_string(), item)),
        _ => None,
    }
}

/// Whether openapiv3 reads a document, of which it gets a path or a component at a time: the whole would be held
/// twice more.
fn is_valid_by_parts(document: &Map<String, Value>) -> bool {
    let members = |key| document.get(key).and_then(Value::as_object).into_iter().flatten();
    let paths = members("paths").map(|(path, item)| json!({ "paths": { path: readable(item) } }));
    let components = members("components").flat_map(|(kind, all)| {
        let one = move |(name, value): (&String, _)| json!({ kind: { name: readable(value) } });
        let all = all.as_object().into_iter().flatten().map(one);
        all.map(|components| json!({ "paths": {}, "components": components }))
    });
    let rest = document.iter().map(|(key, value)| match (key.as_str(), value) {
        ("paths", Value::Object(_)) => (key.clone(), json!({})),
        ("components", Value::Object(kinds)) => {
            let emptied = kinds.iter().map(|(kind, all)| match all {
                Value::Object(_) => (kind.clone(), json!({})),
                other => (kind.clone(), readable(other)),
            });
            (key.clone(), emptied.collect())
        }
        _ => (key.clone(), readable(value)),
    });
    let is_read = |mut part: Value| {
        part["openapi"] = "3.0.3".into();
        part["info"] = json!({ "title": "", "version": "" });
        OpenAPI::deserialize(part).is_ok()
    };
    OpenAPI::deserialize(Value::Object(rest.collect())).is_ok() && paths.chain(components).all(is_read)
}

/// A value that openapiv3 can read: it does not know that a callback may be a reference (what they say is not used
/// in any client), nor whole numbers of more than 64 bits, which become floats, as near as these come.
fn readable(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let is_operation = map.contains_key("responses");
            let kept = map.iter().filter(|(key, _)| !(is_operation && *key == "callbacks"));
            kept.map(|(key, value)| (key.clone(), readable(value))).collect()
        }
        Value::Array(items) => items.iter().map(readable).collect(),
        value => lowered(value),
    }
}

/// Finds the innermost part that is wrong.
fn parts(document: &Value) -> Result {
    part::<Info>(&document["info"], "/info")?;
    each(document, "", "servers", part::<Server>)?;
    each(document, "", "tags", part::<Tag>)?;
    if let Some(docs) = document.get("externalDocs") {
        part::<ExternalDocumentation>(docs, "/externalDocs")?;
    }
    each(document, "", "paths", path_item)?;
    if let Some(components) = document.get("components") {
        let at = "/components";
        each(components, at, "schemas", schema)?;
        each(components, at, "parameters", parameter)?;
        each(components, at, "requestBodies", body::<RequestBody>)?;
        each(components, at, "responses", response)?;
        each(components, at, "headers", body::<Header>)?;
        each(components, at, "securitySchemes", referenced::<SecurityScheme>)?;
        part::<Components>(components, at)?;
    }
    part::<OpenAPI>(document, "")
}

/// Checks what is under a key, be it a list or a map.
fn each(parent: &Value, at: &str, key: &str, check: impl Fn(&Value, &str) -> Result) -> Result {
    match parent.get(key) {
        Some(Value::Object(map)) => map
            .iter()
            .filter(|(name, _)| !(name.starts_with("x-") && matches!(key, "paths" | "responses")))
            .try_for_each(|(name, value)| check(value, &format!("{at}/{key}/{}", pointer_token(name)))),
        Some(Value::Array(items)) => {
            items.iter().enumerate().try_for_each(|(i, value)| check(value, &format!("{at}/{key}/{i}")))
        }
        _ => Ok(()),
    }
}

/// Checks one part by its type.
fn part<T: DeserializeOwned>(value: &Value, at: &str) -> Result {
    let Err(e) = serde_path_to_error::deserialize::<_, T>(value) else { return Ok(()) };
    let mut pointer = at.to_owned();
    for segment in e.path() {
        match segment {
            Segment::Map { key } => pointer.push_str(&format!("/{}", pointer_token(key))),
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    invalid(pointer, e.inner().to_string())
}

/// A part that may be said elsewhere.
fn referenced<T: DeserializeOwned>(value: &Value, at: &str) -> Result {
    match value.get("$ref") {
        Some(Value::String(_)) => Ok(()),
        Some(_) => invalid(format!("{at}/$ref"), "a $ref that is not a string"),
        None => part::<T>(value, at),
    }
}

fn path_item(value: &Value, at: &str) -> Result {
    each(value, at, "parameters", parameter)?;
    for method in METHODS {
        let Some(operation) = value.get(method) else { continue };
        let at = &format!("{at}/{method}");
        each(operation, at, "parameters", parameter)?;
        if let Some(inner) = operation.get("requestBody") {
            body::<RequestBody>(inner, &format!("{at}/requestBody"))?;
        }
        each(operation, at, "responses", response)?;
        part::<Operation>(operation, at)?;
    }
    referenced::<PathItem>(value, at)
}

fn parameter(value: &Value, at: &str) -> Result {
    body::<Parameter>(value, at)
}

fn response(value: &Value, at: &str) -> Result {
    each(value, at, "headers", body::<Header>)?;
    body::<Response>(value, at)
}

/// What holds a schema, directly or by media type.
fn body<T: DeserializeOwned>(value: &Value, at: &str) -> Result {
    if let Some(inner) = value.get("schema") {
        schema(inner, &format!("{at}/schema"))?;
    }
    each(value, at, "content", |media_type, at| {
        if let Some(inner) = media_type.get("schema") {
            schema(inner, &format!("{at}/schema"))?;
        }
        part::<MediaType>(media_type, at)
    })?;
    referenced::<T>(value, at)
}

fn schema(value: &Value, at: &str) -> Result {
    for key in ["properties", "allOf", "oneOf", "anyOf"] {
        each(value, at, key, schema)?;
    }
    for key in ["items", "additionalProperties", "not"] {
        if let Some(inner) = value.get(key).filter(|inner| inner.is_object()) {
            schema(inner, &format!("{at}/{key}"))?;
        }
    }
    let Err(whole) = referenced::<Schema>(value, at) else { return Ok(()) };
    // A schema is read as one of many; which keyword made it invalid is not reported.
    let is = |value: &Value, kind: &str| match kind {
        "a string" => value.is_string(),
        "a number" => value.is_number(),
        "a whole number" => value.is_u64(),
        "true or false" => value.is_boolean(),
        "a list" => value.is_array(),
        "a map" => value.is_object(),
        _ => value.is_object() || value.is_boolean(),
    };
    for (kind, keys) in [
        ("a string", &["type", "format", "pattern", "title", "description"][..]),
        ("a number", &["maximum", "minimum", "multipleOf"]),
        ("a whole number", &["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"]),
        (
            "true or false",
            &["nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems", "exclusiveMaximum", "exclusiveMinimum"],
        ),
        ("a list", &["required", "enum", "allOf", "oneOf", "anyOf"]),
        ("a map", &["properties", "items", "not", "discriminator"]),
        ("a map, true or false", &["additionalProperties"]),
    ] {
        for key in keys {
            if let Some(inner) = value.get(key).filter(|inner| !is(inner, kind)) {
                return invalid(format!("{at}/{key}"), format!("`{key}` is {inner}, but must be {kind}"));
            }
        }
    }
    Err(whole)
}
