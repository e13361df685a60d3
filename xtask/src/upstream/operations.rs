//! What a document offers: its operations, by tag and by path.

use serde_json::Value;

use crate::generate::document::FEATURE;
use crate::upstream::spec::METHODS;

/// An operation of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<'d> {
    /// Its operationId; empty, where it has none.
    pub id: &'d str,
    /// The method, in capitals.
    pub method: String,
    /// The path's template.
    pub path: &'d str,
    /// Its tags.
    pub tags: Vec<&'d str>,
    /// The feature of the crate that it is behind, in an effective spec.
    pub feature: Option<&'d str>,
}

impl Operation<'_> {
    /// Method and path.
    pub fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The operations of a document, in its order.
pub fn of(document: &Value) -> Vec<Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut found = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let tags = operation.get("tags").and_then(Value::as_array);
            found.push(Operation {
                id: operation.get("operationId").and_then(Value::as_str).unwrap_or_default(),
                method: method.to_uppercase(),
                path,
                tags: tags.into_iter().flatten().filter_map(Value::as_str).collect(),
                feature: operation.get(FEATURE).and_then(Value::as_str),
            });
        }
    }
    found
}
