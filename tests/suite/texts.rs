//! Each operation, type and field has a text of its own in the docs.

use std::collections::BTreeSet;

use serde_json::Value;
use xtask::upstream::spec::METHODS;

use crate::meaning::spec;

/// What has no text, of what the crate has. The bodies of requests get theirs from the generator, pages are `Page<T>`, and
/// of what an enum's values mean the document tells where they are states (`waits` holds that).
#[test]
fn what_has_no_text_is_counted() {
    let spec = spec("planetscale.yaml");
    let has = |value: &Value, key: &str| value[key].as_str().is_some_and(|text| !text.trim().is_empty());
    let operations = spec["paths"].as_object().unwrap().values().flat_map(|item| METHODS.map(|method| &item[method]));
    let operations: Vec<&Value> = operations.filter(|operation| operation["operationId"].is_string()).collect();
    assert_eq!(operations.len(), 193);
    let without: Vec<_> = operations.iter().filter(|operation| !has(operation, "summary")).collect();
    assert_eq!(without, Vec::<&&Value>::new(), "operations");

    let body = |operation: &&Value| {
        operation
            .pointer("/requestBody/content/application~1json/schema/$ref")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let bodies: BTreeSet<String> = operations.iter().filter_map(body).collect();
    let schemas = spec["components"]["schemas"].as_object().unwrap();
    let is_own =
        |name: &&String| !name.starts_with("Paginated") && !bodies.contains(&format!("#/components/schemas/{name}"));
    let without: Vec<&String> =
        schemas.keys().filter(is_own).filter(|name| !has(&schemas[*name], "description")).collect();
    assert_eq!(without, Vec::<&String>::new(), "types: give them a text in openapi/overlay.yaml");

    let fields = schemas.iter().filter(|(name, _)| !name.starts_with("Paginated")).flat_map(|(name, schema)| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.filter(|(_, field)| !has(field, "description")).map(move |(field, _)| format!("{name}.{field}"))
    });
    assert_eq!(fields.collect::<Vec<_>>(), Vec::<String>::new(), "fields: give them a text in openapi/overlay.yaml");
}
