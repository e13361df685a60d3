//! What the server sets need not be sent, even where it is required: that holds for the answer.
//!
//! before: the body `Thing: { properties: { id: { type: string, readOnly: true }, … }, required: [id, name] }`
//! after:  `required: [name]`; where an answer has the type, too, its `id` is an `Option` there
//!
//! <https://spec.openapis.org/oas/v3.0.3#fixed-fields-19>

use serde_json::Value;

use super::document::{METHODS, operations, reached_from};

/// Takes what is read only out of what is required of all that is sent.
pub fn prepare(document: &mut Value) {
    let bodies = operations(document).filter_map(|(_, _, operation)| operation.get("requestBody")).collect();
    let reached = reached_from(document, bodies);
    for pointer in reached {
        document.pointer_mut(&pointer).into_iter().for_each(loosen);
    }
    for item in
        document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(|paths| paths.values_mut())
    {
        for method in METHODS {
            item.get_mut(method).and_then(|operation| operation.get_mut("requestBody")).into_iter().for_each(loosen);
        }
    }
}

fn loosen(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let is_read_only =
                |name: &&str| map.get("properties")?.get(*name)?.get("readOnly")?.as_bool().filter(|it| *it);
            let required =
                map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let read_only: Vec<String> =
                required.filter(|name| is_read_only(name).is_some()).map(str::to_owned).collect();
            if let (Some(Value::Array(required)), false) = (map.get_mut("required"), read_only.is_empty()) {
                required.retain(|name| !read_only.iter().any(|other| name == other));
            }
            map.values_mut().for_each(loosen);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        _ => {}
    }
}
