//! What the spec must not say to progenitor, and is read here once.
//!
//! before: `retention_value: {type: integer, minimum: 1}`, which becomes `NonZeroU64`
//! after:  `retention_value: {type: integer, description: "#/components/…/retention_value"}`, which becomes `i64`
//!
//! Bounds and patterns become types that refuse at decoding (`NonZeroU64`, newtypes over a regular
//! expression), and half of the bounds are lost. So they are taken out here, for every schema, with all
//! texts. In a description's place is the schema's JSON pointer: typify carries it to the very field or type
//! that the schema becomes, and by it `shapes` finds what has been read. A request is then checked before it
//! is sent, and an answer is not, since the server has acted already.

use serde_json::{Map, Value};

use super::document::{METHODS, escape, have_names};
use super::limits::{self, Said, Schemas};
use super::pages;

/// Changes all schemas, and returns what was said of them.
pub(crate) fn prepare(document: &mut Value) -> Schemas {
    let mut schemas = Schemas::new();
    for kind in ["schemas", "parameters", "requestBodies", "responses"] {
        let Some(components) = document.get_mut("components") else { continue };
        let visit = if kind == "schemas" { schema } else { holder };
        each_of(components, kind, "/components", visit, &mut schemas);
    }
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return schemas };
    for (path, item) in paths {
        let at = format!("/paths/{}", escape(path));
        each_of(item, "parameters", &at, holder, &mut schemas);
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let at = format!("{at}/{method}");
            each_of(operation, "parameters", &at, holder, &mut schemas);
            if let Some(body) = operation.get_mut("requestBody") {
                holder(body, &format!("{at}/requestBody"), &mut schemas);
            }
            each_of(operation, "responses", &at, holder, &mut schemas);
        }
    }
    schemas
}

/// A visit of a value at a pointer.
type Visit = fn(&mut Value, &str, &mut Schemas);

/// Visits what is under `key` of an object, be it an array or an object.
fn each_of(parent: &mut Value, key: &str, at: &str, visit: Visit, schemas: &mut Schemas) {
    match parent.get_mut(key) {
        Some(Value::Object(map)) => {
            for (name, item) in map {
                visit(item, &format!("{at}/{key}/{}", escape(name)), schemas);
            }
        }
        Some(Value::Array(items)) => {
            for (i, item) in items.iter_mut().enumerate() {
                visit(item, &format!("{at}/{key}/{i}"), schemas);
            }
        }
        _ => {}
    }
}

/// A parameter, request body or response: it holds schemas, directly or by media type.
fn holder(item: &mut Value, at: &str, schemas: &mut Schemas) {
    if let Some(inner) = item.get_mut("schema") {
        schema(inner, &format!("{at}/schema"), schemas);
    }
    each_of(item, "content", at, holder, schemas);
}

fn schema(value: &mut Value, at: &str, schemas: &mut Schemas) {
    if value.get("$ref").is_some() {
        return;
    }
    let of_each = limits::of_each(value);
    for key in ["properties", "allOf", "oneOf", "anyOf"] {
        each_of(value, key, at, schema, schemas);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = value.get_mut(key).filter(|v| v.is_object()) {
            schema(inner, &format!("{at}/{key}"), schemas);
        }
    }
    let Value::Object(map) = value else { return };
    simplify(map);
    page(map);
    let mut limits = limits::take(map);
    limits.extend(of_each);
    let text = map.insert("description".to_owned(), format!("#{at}").into());
    let text = text.as_ref().and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let is_nullable = map.get("nullable") == Some(&Value::Bool(true));
    schemas.insert(at.to_owned(), Said { text, limits, is_nullable });
}

/// Takes out what would become a type that is too narrow, or none.
fn simplify(map: &mut Map<String, Value>) {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    map.retain(|key, value| !(["allOf", "anyOf", "oneOf"].contains(&key.as_str()) && is_empty(value)));
    let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    // A value that does not fit fewer bits is not an error in an answer.
    let is_narrow = match text("type").as_str() {
        "integer" => text("format") != "uint64",
        "number" => true,
        // These formats become types of crates that the client does not have.
        _ => matches!(&*text("format"), "uuid" | "ip" | "ipv4" | "ipv6"),
    };
    if is_narrow {
        map.remove("format");
    }
    // What a value must not be is the server's to say; for a pattern every client would have an engine. A default is the
    // server's, too.
    for key in ["not", "pattern", "multipleOf", "uniqueItems", "default"] {
        map.remove(key);
    }
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
