//! Members of an `allOf` that disagree, of which typify makes a type without a value.
//!
//! before: `allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: integer}}}]`
//! after:  `{properties: {a: {description: "…"}}}`, so that `a` is any JSON

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::document::{composed_of, resolved};

/// Makes one object of each `allOf` whose members disagree.
pub(crate) fn prepare(document: &mut Value) {
    let root = document.clone();
    visit(document, &root);
}

fn visit(value: &mut Value, root: &Value) {
    if let Some(merged) = value.get("allOf").and_then(|_| merged(value, root)) {
        *value = merged;
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| visit(value, root)),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, root)),
        _ => {}
    }
}

/// The object that members of an `allOf` are together; nothing, where they agree or are none.
fn merged(schema: &Value, root: &Value) -> Option<Value> {
    let members = composed_of(schema, root);
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for member in &members {
        for (name, property) in member.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let of = resolved(property, root).get("type").and_then(Value::as_str);
            types.entry(name).or_default().extend(of);
            properties.entry(name.clone()).or_insert_with(|| property.clone());
        }
        required.extend(member.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
    }
    let disagree = |types: &Vec<&str>| {
        let is_same =
            |of: &&str| *of == types[0] || matches!((*of, types[0]), ("integer", "number") | ("number", "integer"));
        !types.iter().all(is_same)
    };
    let disputed: Vec<&str> = types.iter().filter(|(_, types)| disagree(types)).map(|(name, _)| *name).collect();
    if disputed.is_empty() {
        return None;
    }
    for name in disputed {
        let said = properties[name].get("description").and_then(Value::as_str).unwrap_or_default();
        let text = format!("{said}\n\nThe description says {} of it at once.", types[name].join(" and "));
        properties[name] = json!({ "description": text.trim() });
    }
    required.sort_by_key(Value::to_string);
    required.dedup();
    let mut object = json!({ "type": "object", "properties": properties, "required": required });
    for key in ["description", "nullable", "title"] {
        if let Some(said) = schema.get(key) {
            object[key] = said.clone();
        }
    }
    Some(object)
}
