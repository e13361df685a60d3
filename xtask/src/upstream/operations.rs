//! What a document offers: its operations, by tag and by path.

use serde_json::Value;

use crate::generate::document::{FEATURE, operations};

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

    /// Method and path without the names of path parameters.
    pub fn route(&self) -> String {
        route(&self.method, self.path)
    }
}

/// Method and path without the names of path parameters, which do not tell operations apart: `GET /organizations/{}`.
pub fn route(method: &str, path: &str) -> String {
    let mut parts = path.split('{');
    let mut route = format!("{} {}", method.to_uppercase(), parts.next().unwrap_or_default());
    for part in parts {
        route.push_str("{}");
        route.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    route
}

/// The operations of a document, in its order.
pub fn of(document: &Value) -> Vec<Operation<'_>> {
    operations(document)
        .map(|(path, method, operation)| {
            let tags = operation.get("tags").and_then(Value::as_array);
            Operation {
                id: operation.get("operationId").and_then(Value::as_str).unwrap_or_default(),
                method: method.to_uppercase(),
                path,
                tags: tags.into_iter().flatten().filter_map(Value::as_str).collect(),
                feature: operation.get(FEATURE).and_then(Value::as_str),
            }
        })
        .collect()
}
