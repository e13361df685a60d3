//! Null, as strict readers of OpenAPI 3.0 read it.
//!
//! before: `owner: {allOf: [{$ref: '#/components/schemas/Owner'}], nullable: true}`, which means nothing to them, as
//!         `nullable` counts only beside a `type`
//! after:  `owner: {anyOf: [{$ref: '#/components/schemas/Owner'}, {type: object, nullable: true, enum: [null]}]}`
//!
//! And a list of values that null is to be one of names it. The generator reads both forms as one:
//! `client/generate/document/nulls.rs`. <https://spec.openapis.org/oas/v3.0.3#schema-object>, and the form:
//! <https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md>

use serde_json::{Map, Value, json};

use crate::generate::document::{each_schema, says_nothing};

/// Writes null out wherever a schema of a document is `nullable`.
pub fn spell_out(document: &mut Value) {
    each_schema(document, &mut |schema| {
        if schema.get("nullable") != Some(&Value::Bool(true)) {
            return;
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        // With a type it means what it says; and without anything else, any value is allowed.
        if schema.contains_key("type") || schema.keys().all(|key| key == "nullable" || says_nothing(key)) {
            return;
        }
        schema.remove("nullable");
        let all = std::mem::take(schema);
        let (around, inner): (Map<String, Value>, Map<String, Value>) =
            all.into_iter().partition(|(key, _)| says_nothing(key));
        *schema = around;
        schema.insert("anyOf".to_owned(), json!([sole(inner), { "type": "object", "nullable": true, "enum": [null] }]));
    });
}

/// What a schema that is only there to have something beside a `$ref` holds.
fn sole(schema: Map<String, Value>) -> Value {
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([member]) if schema.len() == 1 => member.clone(),
        _ => schema.into(),
    }
}
