//! A type for the body of each operation's requests.
//!
//! Bodies that are equal today need not be so tomorrow: `create_backup_policy` and `update_backup_policy`, say, take the
//! same fields until the vendor adds one to the former. So each is a type of its own, also where it is a component.
//!
//! before: `requestBody: { content: { application/json: { schema: $ref Policy } } }`, in two operations
//! after:  `requestBody: { content: { application/json: { schema: { properties: …, OWN: "POST /policies" } } } }`

use serde_json::Value;

use super::lifted::SCHEMAS;
use crate::upstream::operations::route;
use crate::upstream::shape::{becomes_a_type, is_wrapper};
use crate::upstream::spec::{METHODS, key_of, pointer_token, reachable, reachable_from, target};

const REQUEST_BODIES: &str = "/components/requestBodies/";

/// The keyword that tells the body of one operation's requests from equal ones, while types are found. The first
/// character is in no text of a document.
pub const OWN: &str = "\u{fdd0}body of";

/// Writes the body of each operation's requests where it stands, and marks it as that operation's.
pub fn tell_apart(document: &mut Value) {
    let folder = |name: &str| document.pointer(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let bodies = folder(REQUEST_BODIES.trim_end_matches('/'));
    let schemas = folder(SCHEMAS.trim_end_matches('/'));
    let mut written = reachable_from(document, document.pointer("/components/requestBodies").into_iter().collect());
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in items.into_iter().flatten() {
        for method in METHODS {
            let Some(body) = item.get_mut(method).and_then(|operation| operation.get_mut("requestBody")) else {
                continue;
            };
            if let Some(component) = referred(body, REQUEST_BODIES).and_then(|name| bodies.get(&name)) {
                *body = component.clone();
            }
            let content = body.get_mut("content").and_then(Value::as_object_mut);
            for mut schema in content.into_iter().flatten().filter_map(|(_, media)| media.get_mut("schema")) {
                if schema.as_object().is_some_and(is_wrapper) {
                    schema = &mut schema["allOf"][0];
                }
                if let Some(name) = referred(schema, SCHEMAS)
                    && let Some(component) = schemas.get(&name).filter(|component| becomes_a_type(component))
                {
                    *schema = component.clone();
                    written.insert(format!("{SCHEMAS}{}", pointer_token(&name)));
                }
                if becomes_a_type(schema) {
                    schema[OWN] = route(method, path).into();
                }
            }
        }
    }
    // Of a component that was for bodies alone nothing is left.
    let used = reachable(document);
    if let Some(Value::Object(components)) = document.get_mut("components") {
        components.remove("requestBodies");
        if let Some(Value::Object(schemas)) = components.get_mut("schemas") {
            schemas.retain(|name, _| {
                let pointer = format!("{SCHEMAS}{}", pointer_token(name));
                used.contains(&pointer) || !written.contains(&pointer)
            });
        }
    }
}

/// The name of the component that something is nothing but a reference to.
fn referred(holder: &Value, folder: &str) -> Option<String> {
    Some(key_of(target(holder.get("$ref")?.as_str()?)?.strip_prefix(folder)?))
}
