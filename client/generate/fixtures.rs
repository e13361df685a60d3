//! Fixtures: an example of every type that the server sends, for tests that need no server, by the feature `mock`.
//!
//! before: `Actor: {required: [id], properties: {id: {type: string}, avatar_url: {type: string, nullable: true}}}`
//! after:  `crate::runtime::fixture!(Actor, r#"{"id": "id", "avatar_url": null}"#);`
//!
//! What may be null is null, a list is as short as it may be, an enum has its first value, and all else the least that
//! the document allows. An `example` of the document comes first.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use syn::Item;

use super::directions::Directions;
use super::document::{resolved_at, sorted};
use super::shapes::Shape;

/// The key of an object that stands for null, and holds what is there otherwise: `crate::mock` knows it, too.
const OR_NULL: &str = "?";

/// The key of an object that stands for an empty list, and holds what an item is otherwise.
const EACH_ITEM: &str = "*";

/// Whether an item is a fixture: it is no part of what a program of a user is built with.
pub(crate) fn is_fixture(item: &Item) -> bool {
    matches!(item, Item::Macro(item) if item.mac.path.segments.last().is_some_and(|last| last.ident == "fixture"))
}

/// The fixtures of all structs that the server sends. `document` says what they are.
pub(crate) fn items<'s>(
    shapes: &'s [Shape],
    document: &'s Value,
    directions: &'s Directions,
) -> impl Iterator<Item = Item> + 's {
    let received = shapes.iter().filter(|shape| directions.response.contains(&shape.name.to_string()));
    received.filter_map(|shape| {
        let (name, pointer, _) = (&shape.name, shape.at.as_ref()?, shape.object()?);
        let schema = without(document.pointer(pointer)?, "nullable");
        let example = sample(&schema, document, &name.to_string(), &mut BTreeSet::from([pointer.clone()]))?;
        let text = sorted(example).to_string();
        Some(syn::parse_quote! {
            crate::runtime::fixture!(#name, #text);
        })
    })
}

/// A schema without one of its keywords.
fn without(schema: &Value, keyword: &str) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(map) = &mut schema {
        map.remove(keyword);
    }
    schema
}

/// The least value of a schema; nothing, where it holds itself. `name` is what it is called, `open` what it is in.
fn sample(schema: &Value, root: &Value, name: &str, open: &mut BTreeSet<String>) -> Option<Value> {
    if let (Some(pointer), target) = resolved_at(schema, root) {
        if !open.insert(pointer.to_owned()) {
            return None;
        }
        let found = sample(target, root, name, open);
        open.remove(pointer);
        return found;
    }
    if let Some(example) = schema.get("example") {
        return Some(match (example, without(schema, "example")) {
            // What the example leaves out is as it would be without one.
            (Value::Object(example), rest) => match sample(&rest, root, name, open) {
                Some(Value::Object(mut whole)) => {
                    whole.extend(example.clone());
                    Value::Object(whole)
                }
                _ => Value::Object(example.clone()),
            },
            (example, _) => example.clone(),
        });
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        let inner = sample(&without(schema, "nullable"), root, name, open);
        return Some(match inner.filter(|inner| inner.is_object() || inner.is_array()) {
            Some(inner) => json!({ OR_NULL: inner }),
            None => Value::Null,
        });
    }
    let list = |key: &str| schema.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if let Some(first) = list("enum").iter().find(|value| !value.is_null()) {
        return Some(first.clone());
    }
    let mut whole = Map::new();
    for member in list("allOf") {
        match sample(member, root, name, open)? {
            Value::Object(fields) => whole.extend(fields),
            other => return Some(other),
        }
    }
    if let Some(found) = list("oneOf").iter().chain(list("anyOf")).find_map(|one| sample(one, root, name, open)) {
        match found {
            Value::Object(fields) => whole.extend(fields),
            other => return Some(other),
        }
    }
    let least = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|least| usize::try_from(least).ok());
    let properties = schema.get("properties").and_then(Value::as_object);
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let item = sample(items, root, name, open);
            match (least("minItems").unwrap_or(0), item) {
                (0, Some(item)) => Some(json!({ EACH_ITEM: item })),
                (0, None) => Some(json!([])),
                (least, item) => Some(Value::Array(vec![item?; least])),
            }
        }
        Some("integer") => Some(number(schema, json!(1))),
        Some("number") => Some(number(schema, json!(1.0))),
        Some("boolean") => Some(json!(false)),
        Some("string") => Some(Value::String(text(schema, name, least("minLength").unwrap_or(0)))),
        _ if properties.is_some() || !whole.is_empty() || schema.get("type").is_some() => {
            for (name, property) in properties.into_iter().flatten() {
                match sample(property, root, name, open) {
                    Some(value) => drop(whole.insert(name.clone(), value)),
                    None if list("required").iter().any(|required| required == name) => return None,
                    None => {}
                }
            }
            Some(Value::Object(whole))
        }
        _ => Some(json!({})),
    }
}

fn number(schema: &Value, usual: Value) -> Value {
    ["minimum", "maximum"].iter().find_map(|key| schema.get(*key).cloned()).unwrap_or(usual)
}

fn text(schema: &Value, name: &str, least: usize) -> String {
    let text = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => "2026-01-02T03:04:05.000Z".to_owned(),
        Some("date") => "2026-01-02".to_owned(),
        _ => name.to_owned(),
    };
    let missing = least.saturating_sub(text.chars().count());
    text + &"x".repeat(missing)
}
