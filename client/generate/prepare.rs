//! What the spec must not say to progenitor, and what it notes instead.
//!
//! Bounds and patterns become types that refuse at decoding (`NonZeroU64`, newtypes over a regular
//! expression), and half of the bounds are lost. So they are taken out here, for every schema. A
//! note in the schema's description says what they were; typify carries descriptions to the very
//! field or type that the schema becomes, where `types` reads the note and removes it. A request is
//! then checked before it is sent, and an answer is not, since the server has acted already.

use serde_json::{Map, Value};

/// Stands around a note in a description: a private-use character that no vendor writes.
pub(crate) const MARK: char = '\u{E0F0}';

/// The operations of a path item. <https://spec.openapis.org/oas/v3.0.3#path-item-object>
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(crate) fn prepare(document: &mut Value) {
    for kind in ["schemas", "parameters", "requestBodies", "responses"] {
        if let Some(Value::Object(items)) = document.pointer_mut(&format!("/components/{kind}")) {
            for (name, item) in items {
                let at = format!("/components/{kind}/{}", escape(name));
                match kind {
                    "schemas" => schema(item, &at),
                    _ => holder(item, &at),
                }
            }
        }
    }
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return };
    for (path, item) in paths {
        let at = format!("/paths/{}", escape(path));
        each_of(item, "parameters", &at, holder);
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let at = format!("{at}/{method}");
            each_of(operation, "parameters", &at, holder);
            if let Some(body) = operation.get_mut("requestBody") {
                holder(body, &format!("{at}/requestBody"));
            }
            each_of(operation, "responses", &at, holder);
        }
    }
}

/// Visits what is under `key` of an object, be it an array or an object.
fn each_of(parent: &mut Value, key: &str, at: &str, visit: fn(&mut Value, &str)) {
    match parent.get_mut(key) {
        Some(Value::Object(map)) => {
            for (name, item) in map {
                visit(item, &format!("{at}/{key}/{}", escape(name)));
            }
        }
        Some(Value::Array(items)) => {
            for (i, item) in items.iter_mut().enumerate() {
                visit(item, &format!("{at}/{key}/{i}"));
            }
        }
        _ => {}
    }
}

/// A parameter, request body or response: it holds schemas, directly or by media type.
fn holder(item: &mut Value, at: &str) {
    if let Some(inner) = item.get_mut("schema") {
        schema(inner, &format!("{at}/schema"));
    }
    each_of(item, "content", at, |media_type, at| {
        if let Some(inner) = media_type.get_mut("schema") {
            schema(inner, &format!("{at}/schema"));
        }
    });
}

fn schema(value: &mut Value, at: &str) {
    if value.get("$ref").is_some() {
        return;
    }
    for key in ["properties", "allOf", "oneOf", "anyOf"] {
        each_of(value, key, at, schema);
    }
    for key in ["items", "additionalProperties", "not"] {
        if let Some(inner) = value.get_mut(key).filter(|v| v.is_object()) {
            schema(inner, &format!("{at}/{key}"));
        }
    }
    if let Value::Object(map) = value {
        let mut notes = format!("at=#{at}");
        for (name, limit) in take_limits(map) {
            notes.push_str(&format!(";{name}={limit}"));
        }
        let description = map.entry("description").or_insert_with(|| "".into());
        if let Value::String(text) = description {
            text.push_str(&format!("{MARK}{notes}{MARK}"));
        }
    }
}

/// Takes the limits out of a schema and returns those that a request is held to.
fn take_limits(map: &mut Map<String, Value>) -> Vec<(&'static str, String)> {
    let mut limits = Vec::new();
    for (bound, exclusive, name) in
        [("minimum", "exclusiveMinimum", ["min", "above"]), ("maximum", "exclusiveMaximum", ["max", "below"])]
    {
        let strict = map.remove(exclusive) == Some(Value::Bool(true));
        if let Some(Value::Number(n)) = map.remove(bound) {
            limits.push((name[usize::from(strict)], n.to_string()));
        }
    }
    for (key, name) in [("minLength", "min_len"), ("maxLength", "max_len")] {
        if let Some(Value::Number(n)) = map.remove(key) {
            limits.push((name, n.to_string()));
        }
    }
    // Left to the server: a regular expression would cost every client an engine for it.
    map.remove("pattern");
    map.remove("multipleOf");
    // These formats become types of crates that the client does not have.
    if map.get("format").and_then(Value::as_str).is_some_and(|f| matches!(f, "uuid" | "ip" | "ipv4" | "ipv6")) {
        map.remove("format");
    }
    limits
}

/// Escapes a reference token of a JSON pointer (RFC 6901).
pub(crate) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
