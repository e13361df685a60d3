//! What a document offers: its operations, by tag and by path.

use serde_json::Value;

use crate::vendor::spec::METHODS;

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
}

impl Operation<'_> {
    /// Method and path.
    pub fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What to say after a name that is not among others: those that it may have been meant for.
pub fn nearest(name: &str, all: &[&str]) -> String {
    /// Of the Jaro-Winkler similarity, which is 1 for the same name.
    const LIKE: f64 = 0.85;
    let mut like: Vec<(f64, &str)> = all.iter().map(|other| (strsim::jaro_winkler(name, other), *other)).collect();
    like.retain(|(likeness, _)| *likeness >= LIKE);
    like.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    match &like[..] {
        [] if all.is_empty() => "; there is none at all".to_owned(),
        [] => {
            let more = if all.len() > 5 { ", and more" } else { "" };
            format!("; there are {}{more}", all.iter().take(5).copied().collect::<Vec<_>>().join(", "))
        }
        like => {
            format!("; did you mean {}?", like.iter().take(3).map(|(_, name)| *name).collect::<Vec<_>>().join(" or "))
        }
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
            });
        }
    }
    found
}
