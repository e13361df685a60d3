//! Which components are subtypes of which.

use std::collections::HashMap;

use serde_json::Value;

use crate::vendor::spec::{self, pointer_token};

/// The schemas among the components that have another one in their `allOf`, by the pointer of that one.
pub(super) type Subtypes = HashMap<String, Vec<String>>;

/// The subtypes in a document.
pub(super) fn subtypes(document: &Value) -> Subtypes {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let mut found = Subtypes::new();
    for (name, schema) in schemas.into_iter().flatten() {
        let members = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        for base in members.filter_map(|member| spec::target(member.get("$ref")?.as_str()?)) {
            found.entry(base.into_owned()).or_default().push(format!("/components/schemas/{}", pointer_token(name)));
        }
    }
    found
}
