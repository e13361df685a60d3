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

use serde_json::{Map, Value, json};

use crate::generate::document::operations;
use crate::upstream::spec::{pointer_token, reachable_from};

/// The time that everything has. Roles, service tokens and regions come without `updated_at`.
const ALWAYS: &str = "created_at";

/// Corrects the schemas that answers alone have.
pub fn correct(document: &mut Value) {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    for pointer in in_answers_alone(document) {
        if let Some(schema) = document.pointer_mut(&pointer) {
            correct_schema(schema, &schemas);
        }
    }
}

/// The pointers of the components that answers have, and requests have not.
pub fn in_answers_alone(document: &Value) -> Vec<String> {
    let (mut answers, mut requests) = (Vec::new(), Vec::new());
    for (_, _, operation) in operations(document) {
        requests.extend(["parameters", "requestBody"].iter().filter_map(|part| operation.get(part)));
        let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        answers.extend(responses.filter(|(status, _)| status.starts_with('2')).map(|(_, response)| response));
    }
    let [answers, requests] = [answers, requests].map(|values| reachable_from(document, values));
    let components = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let pointers = components.map(|(name, _)| format!("/components/schemas/{}", pointer_token(name)));
    pointers.filter(|pointer| answers.contains(pointer) && !requests.contains(pointer)).collect()
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
