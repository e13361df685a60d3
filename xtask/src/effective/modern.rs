//! What OpenAPI 3.1 has and 3.0 has not, as far as a crate can be made of it.
//!
//! before: `Owner: { $defs: { Name: { type: string } }, properties: { name: { $ref: '#/components/schemas/Owner/$defs/Name' } } }`
//! after:  `Owner: { properties: { name: { $ref: '#/components/schemas/OwnerName' } } }, OwnerName: { type: string }`
//!
//! before: `{ type: object, patternProperties: { '^x-': { type: string } }, additionalProperties: false }`
//! after:  `{ type: object, additionalProperties: { type: string } }`
//!
//! The keys of such a map are not held to the pattern. Where other keys are allowed, or several patterns are, the values
//! are of any kind.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use crate::generate::document::each_schema;
use crate::upstream::spec::{pointer_token, target};

/// The keywords that [`read`] knows.
pub const KEYWORDS: [&str; 2] = ["$defs", "patternProperties"];

/// Says in terms of 3.0 what a document says by [`KEYWORDS`].
pub fn read(document: &mut Value) {
    each_schema(document, &mut patterns);
    let mut found = Vec::new();
    definitions(document, "", false, &mut found);
    if found.is_empty() {
        return;
    }
    let components = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (at, name, _) in &found {
        let owner = at.strip_prefix("/components/schemas/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let wanted = format!("{owner}{}", name.to_upper_camel_case());
        let is_taken = |name: &String| components.contains_key(name) || names.values().any(|other| other == name);
        let numbered = (2..).map(|number| format!("{wanted}{number}"));
        let given = std::iter::once(wanted.clone()).chain(numbered).find(|name| !is_taken(name));
        names.insert(at.clone(), given.unwrap_or_default());
    }
    for (at, _, schema) in found {
        document["components"]["schemas"][&names[&at]] = schema;
    }
    each_schema(document, &mut |schema| {
        schema.remove("$defs");
        if let Some(Value::String(reference)) = schema.get_mut("$ref")
            && let Some(name) = target(reference).and_then(|at| names.get(&*at))
        {
            *reference = format!("#/components/schemas/{}", pointer_token(name));
        }
    });
}

/// Collects what `$defs` hold, each with its pointer and its name.
fn definitions(value: &Value, at: &str, are_names: bool, found: &mut Vec<(String, String, Value)>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let below = format!("{at}/{}", pointer_token(key));
                let holds_names = !are_names && ["$defs", "properties", "schemas"].contains(&key.as_str());
                if key == "$defs" && !are_names {
                    for (name, schema) in inner.as_object().into_iter().flatten() {
                        found.push((format!("{below}/{}", pointer_token(name)), name.clone(), schema.clone()));
                    }
                }
                definitions(inner, &below, holds_names, found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| definitions(item, &format!("{at}/{i}"), false, found));
        }
        _ => {}
    }
}

fn patterns(schema: &mut Map<String, Value>) {
    let Some(Value::Object(patterns)) = schema.remove("patternProperties") else { return };
    let mut values = patterns.into_iter().map(|(_, schema)| schema);
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let of_any_kind = || json!({});
    let of_values = match (values.next(), values.next()) {
        (Some(one), None) if is_closed => one,
        _ => of_any_kind(),
    };
    // Beside fields it is the rest, which the client ignores.
    if !schema.contains_key("properties") {
        schema.insert("additionalProperties".to_owned(), of_values);
        schema.entry("type").or_insert_with(|| "object".into());
    }
}
