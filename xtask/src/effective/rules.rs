//! What the vendor's description gets wrong of its answers, wherever it stands.
//!
//! before: `Workflow: { verify_data_by: { allOf: [$ref Actor] }, completed_at: { type: string } }`
//! after:  `Workflow: { verify_data_by: { allOf: [$ref Actor], nullable: true },
//!                     completed_at: { type: string, format: date-time, nullable: true } }`
//!
//! An answer is described by what it has when all is done, and given before that: between February and August 2026
//! the vendor made 133 of 474 objects in answers nullable, and the tests of its own SDK have many more that are null or
//! missing. So an object in an answer may be null, and a time, but for that of creation. What is called `…_at` is a time,
//! and what is called `…_millis` may have a fraction, as that SDK reads it. Exceptions are written into the overlay, which
//! is applied later: `nullable: false`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::vendor::spec::METHODS;

/// The time that everything has. Roles, service tokens and regions come without `updated_at`.
const ALWAYS: &str = "created_at";

/// Corrects the schemas that answers alone have.
pub fn correct(document: &mut Value) {
    let (mut answers, mut requests) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations(document) {
        for part in ["parameters", "requestBody"] {
            reach(document, operation.get(part), &mut requests);
        }
        let responses = operation.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            if status.starts_with('2') {
                reach(document, Some(response), &mut answers);
            }
        }
    }
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    let Some(Value::Object(components)) = document.pointer_mut("/components/schemas") else { return };
    for (name, schema) in components {
        if answers.contains(name) && !requests.contains(name) {
            correct_schema(schema, &schemas);
        }
    }
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document.get("paths").and_then(Value::as_object).into_iter().flat_map(Map::values);
    items.flat_map(|item| METHODS.iter().filter_map(|method| item.get(method)))
}

/// The components that a value refers to, at any distance.
fn reach(document: &Value, value: Option<&Value>, reached: &mut BTreeSet<String>) {
    let mut open: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                let component = map.get("$ref").and_then(Value::as_str).and_then(name_of);
                if let Some(name) = component.filter(|name| reached.insert((*name).to_owned())) {
                    open.extend(document.pointer("/components/schemas").and_then(|schemas| schemas.get(name)));
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

fn name_of(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// Corrects the properties of a schema, and of those within it.
fn correct_schema(schema: &mut Value, components: &Map<String, Value>) {
    let Value::Object(schema) = schema else { return };
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if name.ends_with("_at") && property.get("type").is_some_and(|of| of == "string") {
            let is_other = property.get("enum").is_some() || property.get("format").is_some();
            if let (false, Some(property)) = (is_other, property.as_object_mut()) {
                property.insert("format".to_owned(), "date-time".into());
            }
        }
        if name.ends_with("_millis") && property.get("type").is_some_and(|of| of == "integer") {
            property["type"] = "number".into();
        }
        let is_time = property.get("format").is_some_and(|of| of == "date-time") && name != ALWAYS;
        if is_time || is_object(property, components) {
            if property.get("$ref").is_some() {
                // Nothing counts beside a `$ref`.
                *property = json!({ "allOf": [property.take()] });
            }
            property["nullable"] = true.into();
        }
        correct_schema(property, components);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            correct_schema(inner, components);
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let members = schema.get_mut(key).and_then(Value::as_array_mut);
        members.into_iter().flatten().for_each(|member| correct_schema(member, components));
    }
}

/// Whether a schema is of objects with fields, by itself or by what it refers to. A map can be empty.
fn is_object(schema: &Value, components: &Map<String, Value>) -> bool {
    let sole = schema.get("allOf").and_then(Value::as_array).filter(|members| members.len() == 1);
    let reference = schema.get("$ref").or_else(|| sole?[0].get("$ref")).and_then(Value::as_str);
    match reference.and_then(name_of) {
        Some(name) => components.get(name).is_some_and(|schema| schema.get("properties").is_some()),
        None => schema.get("properties").is_some(),
    }
}
