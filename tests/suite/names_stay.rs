//! Names do not move by themselves: a document that is written in another way gives the names that it gave.

use std::collections::BTreeMap;

use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use xtask::effective::naming::{Table, name};
use xtask::upstream::shape::becomes_a_type;

use crate::meaning::spec;
use crate::property::config;
use crate::update_spec::openapi_dir;

const SCHEMAS: &str = "#/components/schemas/";

/// Writes a document in another way, with the same meaning.
struct Restating {
    random: Rng,
    /// The components that were made of what was inline.
    made: Map<String, Value>,
}

impl Restating {
    fn document(&mut self, document: &mut Value) {
        let components = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
        self.schemas_in(document, &components);
        if !document["components"]["schemas"].is_object() {
            document["components"]["schemas"] = json!({});
        }
        let made = std::mem::take(&mut self.made);
        document["components"]["schemas"].as_object_mut().unwrap().extend(made);
        let mut number = 0;
        for operation in document["paths"].as_object_mut().unwrap().values_mut().flat_map(operations) {
            number += 1;
            if self.random.bool() {
                operation["operationId"] = format!("Restated{number}").into();
            }
        }
        self.order(document);
    }

    /// Goes through all that may hold schemas, the innermost first.
    fn schemas_in(&mut self, value: &mut Value, components: &Map<String, Value>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    self.schemas_in(inner, components);
                    match (key.as_str(), inner) {
                        ("schema" | "items" | "additionalProperties", schema) => self.schema(schema, components),
                        ("properties", Value::Object(properties)) => {
                            properties.values_mut().for_each(|schema| self.schema(schema, components));
                        }
                        _ => {}
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.schemas_in(value, components)),
            _ => {}
        }
    }

    /// Makes a component of what is inline, or writes inline what is a component.
    fn schema(&mut self, schema: &mut Value, components: &Map<String, Value>) {
        let referred = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix(SCHEMAS));
        if let Some(component) = referred.and_then(|name| components.get(name)) {
            if self.random.bool() {
                *schema = component.clone();
            }
        } else if becomes_a_type(schema) && self.random.bool() {
            let name = format!("Component{}", self.made.len());
            // What is said of the place stays there.
            let nullable = schema.as_object_mut().unwrap().remove("nullable");
            let reference = json!({ "$ref": format!("{SCHEMAS}{name}") });
            self.made.insert(name, schema.take());
            *schema = match nullable {
                Some(nullable) => json!({ "allOf": [reference], "nullable": nullable }),
                None => reference,
            };
        }
    }

    /// Puts what has no order of its own in another one.
    fn order(&mut self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                let mut entries: Vec<_> = std::mem::take(map).into_iter().collect();
                self.random.shuffle(&mut entries);
                *map = entries.into_iter().collect();
                map.values_mut().for_each(|inner| self.order(inner));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.order(value)),
            _ => {}
        }
    }
}

fn operations(item: &mut Value) -> impl Iterator<Item = &mut Value> {
    item.as_object_mut().unwrap().values_mut().filter(|operation| operation["operationId"].is_string())
}

proptest! {
    #![proptest_config(config(2))]

    #[test]
    fn no_restating_of_the_whole_api_changes_a_name(seed in any::<u64>()) {
        let document = spec("whole_api.yaml");
        let names = std::fs::read_to_string(openapi_dir().join("names.toml")).unwrap();
        let table = name(&document, &BTreeMap::new(), &Table::parse(&names).unwrap()).table;
        let mut restated = Value::clone(&document);
        Restating { random: Rng::with_seed(seed), made: Map::new() }.document(&mut restated);
        let named = name(&restated, &BTreeMap::new(), &table);
        prop_assert_eq!(named.notes, Vec::<String>::new());
        let moved: Vec<_> = named.table.text().lines().filter(|line| !table.text().contains(line)).collect();
        prop_assert_eq!(moved, Vec::<&str>::new());
        prop_assert_eq!(named.table.text(), table.text());
    }
}
