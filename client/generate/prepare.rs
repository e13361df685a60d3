//! What the spec must not say to progenitor, and what it notes instead.
//!
//! before: `retention_value: {type: integer, minimum: 1}`, which becomes `NonZeroU64`
//! after:  `retention_value: {type: integer, description: "…min=1…"}`, which becomes `i64` with a check
//!
//! Bounds and patterns become types that refuse at decoding (`NonZeroU64`, newtypes over a regular
//! expression), and half of the bounds are lost. So they are taken out here, for every schema. A
//! note in the schema's description says what they were; typify carries descriptions to the very
//! field or type that the schema becomes, where `types` reads the note and removes it. A request is
//! then checked before it is sent, and an answer is not, since the server has acted already.

use serde_json::{Map, Value};

use super::document::{METHODS, escape, have_names};
use super::notes::{Bound, Limit, Limits, MARK, NULLABLE};
use super::pages;

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
    let of_each = limits_of_each(value);
    for key in ["properties", "allOf", "oneOf", "anyOf"] {
        each_of(value, key, at, schema);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = value.get_mut(key).filter(|v| v.is_object()) {
            schema(inner, &format!("{at}/{key}"));
        }
    }
    if let Value::Object(map) = value {
        simplify(map);
        page(map);
        let mut notes = format!("at=#{at}");
        if map.get("nullable") == Some(&Value::Bool(true)) {
            notes.push_str(&format!(";{NULLABLE}=true"));
        }
        for limit in take_limits(map).into_iter().chain(of_each) {
            notes.push_str(&format!(";{}", limit.entry()));
        }
        let description = map.entry("description").or_insert_with(|| "".into());
        if let Value::String(text) = description {
            text.push_str(&format!("{MARK}{notes}{MARK}"));
        }
    }
}

/// The limits of a list's items or a map's values, which have no name to note them at.
fn limits_of_each(value: &Value) -> Limits {
    let inner = ["items", "additionalProperties"].iter().find_map(|key| value.get(*key)?.as_object());
    let limits = inner.cloned().map(|mut inner| take_limits(&mut inner)).unwrap_or_default();
    limits.into_iter().map(|limit| Limit { is_of_each: true, ..limit }).collect()
}

/// Takes out what would become a type that is too narrow, or none.
fn simplify(map: &mut Map<String, Value>) {
    for key in ["allOf", "anyOf", "oneOf"] {
        if map.get(key).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            map.remove(key);
        }
    }
    let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    // A value that does not fit fewer bits is not an error in an answer.
    let narrow = match text("type").as_str() {
        "integer" => text("format") != "uint64",
        "number" => true,
        _ => false,
    };
    if narrow {
        map.remove("format");
    }
    // What a value must not be is the server's to say, as a pattern is.
    map.remove("not");
    // OpenAPI 3.0.3 wants null among the values of an enum that is nullable: it is no variant.
    if let Some(Value::Array(values)) = map.get_mut("enum")
        && values.iter().any(Value::is_null)
    {
        values.retain(|value| !value.is_null());
        let is_empty = values.is_empty();
        map.insert("nullable".to_owned(), true.into());
        if is_empty {
            map.remove("enum");
        }
    }
    if let Some(Value::Array(values)) = map.get("enum")
        && !have_names(values)
    {
        let all = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        map.remove("enum");
        let description = map.entry("description").or_insert_with(|| "".into());
        if let Value::String(text) = description {
            let said = std::mem::take(text);
            *text = format!("{}\n\nOne of {all}.", said.trim_end()).trim_start().to_owned();
        }
    }
}

/// A page of a list has what it holds, or is none; and the last one has no next page, whether the spec says
/// so or not.
fn page(map: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = map.get_mut("properties") else { return };
    let is_list = properties.get(pages::DATA).is_some_and(|data| data["type"] == "array");
    let Some(next) = properties.get_mut(pages::NEXT).filter(|next| is_list && next["type"] == "integer") else {
        return;
    };
    next["nullable"] = true.into();
    if let Some(Value::Object(data)) = properties.get_mut(pages::DATA) {
        data.remove("nullable");
    }
    let required = map.entry("required").or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(names) = required
        && !names.iter().any(|name| name == pages::DATA)
    {
        names.push(pages::DATA.into());
    }
}

/// Takes the limits out of a schema and returns those that a request is held to.
fn take_limits(map: &mut Map<String, Value>) -> Limits {
    let mut limits = Limits::new();
    let mut add = |bound, number: String| limits.push(Limit { bound, number, is_of_each: false });
    for (bound, exclusive, [inclusive, strictly]) in [
        ("minimum", "exclusiveMinimum", [Bound::Min, Bound::Above]),
        ("maximum", "exclusiveMaximum", [Bound::Max, Bound::Below]),
    ] {
        let is_strict = map.remove(exclusive) == Some(Value::Bool(true));
        if let Some(Value::Number(n)) = map.remove(bound) {
            add(if is_strict { strictly } else { inclusive }, n.to_string());
        }
    }
    for (key, bound) in [
        ("minLength", Bound::MinLen),
        ("maxLength", Bound::MaxLen),
        ("minItems", Bound::MinItems),
        ("maxItems", Bound::MaxItems),
    ] {
        if let Some(Value::Number(n)) = map.remove(key) {
            add(bound, n.to_string());
        }
    }
    // Left to the server: a regular expression would cost every client an engine for it.
    map.remove("pattern");
    map.remove("multipleOf");
    map.remove("uniqueItems");
    // These formats become types of crates that the client does not have.
    if map.get("format").and_then(Value::as_str).is_some_and(|f| matches!(f, "uuid" | "ip" | "ipv4" | "ipv6")) {
        map.remove("format");
    }
    limits
}
