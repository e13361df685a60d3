//! What the server sets need not be sent, even where it is required: that holds for the answer.
//!
//! before: the body `Thing: { properties: { id: { type: string, readOnly: true }, … }, required: [id, name] }`
//! after:  `required: [name]`; where an answer has the type, too, its `id` is an `Option` there
//!
//! <https://spec.openapis.org/oas/v3.0.3#fixed-fields-19>

use serde_json::Value;

use super::document::{METHODS, each_schema, operations, reached_from};

/// Takes what is read only out of what is required of all that is sent.
pub fn prepare(document: &mut Value) {
    let bodies = operations(document).filter_map(|(_, _, operation)| operation.get("requestBody")).collect();
    let reached = reached_from(document, bodies);
    for pointer in reached {
        document.pointer_mut(&pointer).into_iter().for_each(loosen);
    }
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in items.into_iter().flat_map(|items| items.values_mut()) {
        for method in METHODS {
            item.get_mut(method).and_then(|operation| operation.get_mut("requestBody")).into_iter().for_each(loosen);
        }
    }
}

fn loosen(value: &mut Value) {
    each_schema(value, &mut |schema| {
        let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let is_read_only = |name: &Value| {
            name.as_str().is_some_and(|name| properties.get(name).is_some_and(|of| of["readOnly"] == true))
        };
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| !is_read_only(name));
        }
    });
}
