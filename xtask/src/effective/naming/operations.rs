//! The names of operations.
//!
//! before: `PATCH /workflows/{number}/cancel: { operationId: workflow_cancel }`
//! after:  `PATCH /workflows/{number}/cancel: { operationId: cancel_workflow, x-upstream-id: workflow_cancel }`

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::table::Table;
use crate::generate::document::{UPSTREAM_ID, operations};
use crate::upstream::operations::route;
use crate::upstream::spec::METHODS;

/// Gives each operation its name: that of the table, else the vendor's. Returns the names, each with the method and path.
pub fn name(document: &mut Value, table: &Table) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let routes: BTreeSet<String> = operations(document).map(|(path, method, _)| route(method, path)).collect();
    // A name stays with the operation that has it, for as long as that is there.
    let named: BTreeSet<&str> = routes.iter().filter_map(|route| table.operation(route)).collect();
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in items.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let Some(id) = operation.get("operationId").and_then(Value::as_str).map(str::to_owned) else { continue };
            let route = route(method, path);
            let name = match table.operation(&route) {
                Some(name) => name.to_owned(),
                None if named.contains(&*id.to_snake_case()) => free(&id, &named),
                None => id.to_snake_case(),
            };
            // As the vendor writes it, where that is the same function.
            if id.to_snake_case() != name {
                operation["operationId"] = name.clone().into();
                operation[UPSTREAM_ID] = id.into();
            }
            names.insert(name, route);
        }
    }
    names
}

fn free(id: &str, taken: &BTreeSet<&str>) -> String {
    let id = id.to_snake_case();
    let mut names = (2..).map(|number| format!("{id}_{number}"));
    names.find(|name| !taken.contains(&**name)).unwrap_or(id)
}
