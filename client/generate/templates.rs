//! Templates of paths, and the parameters that stand in them: each has the other.
//!
//! refused: `/things/{id}` without a parameter `{in: path, name: id}`, and `/things` with one

use serde_json::Value;

use super::Error;
use super::document::{escape, operations, resolved};

/// # Errors
/// Names the operation, and the parameter that its path has not, or has alone.
pub(crate) fn check(document: &Value) -> Result<(), Error> {
    for (path, method, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let of_item = format!("#/paths/{}", escape(path));
        let at = format!("{of_item}/{method}");
        let Some(names) = names(path) else {
            return Err(Error::operation(id, at, "has a path whose braces do not close"));
        };
        let mut parameters = in_path(&document["paths"][path], &of_item, document);
        parameters.extend(in_path(operation, &at, document));
        if let Some((at, name)) = parameters.iter().find(|(_, name)| !names.contains(name)) {
            let why = format!("has the parameter `{name}` of its path, in which there is no `{{{name}}}`");
            return Err(Error::operation(id, at, why));
        }
        if let Some(name) = names.iter().find(|name| parameters.iter().all(|(_, other)| other != *name)) {
            let why = format!("has `{{{name}}}` in its path, and no parameter of the path with that name");
            return Err(Error::operation(id, at, why));
        }
    }
    Ok(())
}

/// The names in a template; nothing, where a brace does not close.
fn names(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        names.push(name);
        rest = after;
    }
    Some(names)
}

/// The parameters of the path that are listed somewhere: where each stands, and its name.
fn in_path<'d>(holder: &'d Value, at: &str, root: &'d Value) -> Vec<(String, &'d str)> {
    let listed = holder.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate();
    let found = listed.filter_map(|(number, parameter)| {
        let parameter = resolved(parameter, root);
        let name = parameter.get("name").and_then(Value::as_str).filter(|_| parameter["in"] == "path")?;
        Some((format!("{at}/parameters/{number}"), name))
    });
    found.collect()
}
