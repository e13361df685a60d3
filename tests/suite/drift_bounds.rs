//! However schemas refer to one another, they are compared in steps that their document's size bounds.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use xtask::comparison::diff::{Level, diff_in_steps};
use xtask::upstream::spec::Spec;

use crate::property::config;

/// How many schemas a graph has at most.
const MOST: usize = 7;

/// A document with some schemas, which an operation takes, and gives.
fn document(schemas: &[Value]) -> Value {
    let named = schemas.iter().enumerate().map(|(number, schema)| (format!("S{number}"), schema.clone()));
    let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/S0" } } });
    json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "post": {
            "operationId": "a",
            "requestBody": { "content": content },
            "responses": { "200": { "description": "d", "content": content } },
        } } },
        "components": { "schemas": named.collect::<Map<_, _>>() }
    })
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        _ => 0,
    }
}

/// Schemas that refer to one another, or to themselves, by any keyword that holds a schema.
fn schema() -> impl Strategy<Value = Value> {
    let reference = (0..MOST).prop_map(|to| json!({ "$ref": format!("#/components/schemas/S{to}") }));
    let plain = prop::sample::select(vec![
        json!({ "type": "string" }),
        json!({ "type": "integer", "minimum": 1 }),
        json!({ "type": ["object", "null"] }),
        json!({ "required": ["a"] }),
        json!({ "enum": ["x", 1] }),
        json!({}),
    ]);
    let leaf = prop_oneof![4 => reference, 1 => plain];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let lists = prop::sample::select(&["allOf", "anyOf", "oneOf", "prefixItems"][..]);
        let maps = prop::sample::select(&["properties", "patternProperties", "dependentSchemas", "$defs"][..]);
        let single = prop::sample::select(
            &[
                "not",
                "items",
                "additionalProperties",
                "if",
                "then",
                "else",
                "contains",
                "propertyNames",
                "unevaluatedItems",
                "unevaluatedProperties",
                "contentSchema",
            ][..],
        );
        let pairs = prop_oneof![
            3 => (lists, prop::collection::vec(inner.clone(), 1..4)).prop_map(|(key, of)| (key, of.into())),
            2 => (maps, prop::collection::btree_map("[ab]", inner.clone(), 1..3))
                .prop_map(|(key, of)| (key, Value::Object(of.into_iter().collect()))),
            2 => (single, inner).prop_map(|(key, of)| (key, of)),
        ];
        prop::collection::vec(pairs, 1..4).prop_map(|pairs| {
            let schema = pairs.into_iter().map(|(key, value)| (key.to_owned(), value));
            let mut schema: Map<String, Value> = schema.collect();
            if schema.contains_key("anyOf") || schema.contains_key("oneOf") {
                schema.insert("discriminator".to_owned(), json!({ "propertyName": "a" }));
            }
            Value::Object(schema)
        })
    })
}

fn graph() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(schema(), MOST)
}

/// The steps that comparing takes, which may not be more than so many for each value of the documents.
fn steps_for_each_value(old: &Value, new: &Value) -> usize {
    let [old, new] = [old, new].map(|document| Spec::parse(&document.to_string()).unwrap().value);
    let (_, steps) = diff_in_steps(&old, &new);
    steps / (size(&old) + size(&new))
}

const MOST_STEPS: usize = 400;

proptest! {
    #![proptest_config(config(50))]

    #[test]
    fn any_graph_is_compared_in_bounded_steps(old in graph(), new in graph(), at in 0..MOST) {
        // Another graph; the same one, but for a schema of it; and none, on either side.
        let mut edited = old.clone();
        edited[at] = new[at].clone();
        let mut none = old.clone();
        none[0] = json!({});
        for (one, other) in [(&old, &new), (&old, &edited), (&old, &none), (&none, &old)] {
            let steps = steps_for_each_value(&document(one), &document(other));
            prop_assert!(steps < MOST_STEPS, "{} steps a value", steps);
        }
    }
}

#[test]
fn a_schema_that_is_its_own_alternative_is_compared() {
    let itself = json!({ "$ref": "#/components/schemas/S0" });
    for key in ["anyOf", "oneOf", "allOf", "not", "items", "additionalProperties", "if", "contains"] {
        let inner = match key {
            "anyOf" | "oneOf" | "allOf" => json!([{ "required": ["size"] }, itself]),
            _ => itself.clone(),
        };
        let own = document(&[json!({ key: inner })]);
        let plain = document(&[json!({ "type": "object" })]);
        for (old, new) in [(&own, &plain), (&plain, &own)] {
            let [old, new] = [old, new].map(|document| Spec::parse(&document.to_string()).unwrap().value);
            assert_ne!(diff_in_steps(&old, &new).0, [], "{key}");
        }
    }
}

/// Schemas of which every subset holds together somewhere: the last but so many letters of a path decide.
pub fn subsets(size: usize, last: &str) -> Value {
    let to = |number: usize| json!({ "$ref": format!("#/components/schemas/S{number}") });
    let mut schemas: Vec<Value> = (1..size)
        .map(|number| json!({ "type": "object", "properties": { "a": to(number + 1), "b": to(number + 1) } }))
        .collect();
    schemas.insert(0, json!({ "type": "object", "properties": { "a": { "allOf": [to(0), to(1)] }, "b": to(0) } }));
    schemas.push(json!({ "type": "object", "properties": { "x": { "type": last } } }));
    document(&schemas)
}

#[test]
fn what_belongs_together_in_too_many_ways_is_said() {
    let cut = |size: usize| {
        let [old, new] = ["string", "integer"].map(|last| Spec::parse(&subsets(size, last).to_string()).unwrap().value);
        let (findings, steps) = diff_in_steps(&old, &new);
        // Each pair may be of all schemas.
        let pairs = 300 + self::size(&old) + self::size(&new);
        assert!(steps < 40 * size * pairs, "{steps} steps for {size} schemas");
        assert!(findings.iter().any(|finding| finding.id.ends_with("type-changed")), "{findings:#?}");
        let cut: Vec<_> = findings.iter().filter(|finding| finding.id == "comparison-cut-short").collect();
        cut.first().map(|finding| (finding.level, finding.message()))
    };
    assert_eq!(cut(4), None);
    let (level, message) = cut(14).unwrap();
    assert_eq!(level, Level::Warn);
    assert_ne!(cut(40), None);
    assert!(message.ends_with("what was not compared yet is left out"), "{message}");
}
