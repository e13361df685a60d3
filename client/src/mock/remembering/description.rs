//! The schemas and operations of the API, as the mock server works with them.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::generated::DESCRIPTION;

/// Where a reference to a schema leads.
const SCHEMAS: &str = "#/components/schemas/";

/// The schemas of the API, by their names.
#[derive(Debug)]
pub(super) struct Schemas(HashMap<&'static str, Value>);

/// The schemas that the mock server works with.
pub(super) static SCHEMAS_OF_API: LazyLock<Schemas> = LazyLock::new(|| {
    let read = |(name, json): &(&'static str, &str)| (*name, serde_json::from_str(json).unwrap_or_default());
    Schemas(DESCRIPTION.schemas.iter().map(read).collect())
});

/// The operations of the API, in the order of their paths: method, path and what the generator wrote of each.
pub(super) fn operations() -> impl Iterator<Item = (&'static str, &'static str, Value)> {
    DESCRIPTION.operations.iter().map(|(method, path, json)| {
        let read: Value = serde_json::from_str(json).unwrap_or_default();
        (*method, *path, read)
    })
}

/// Whether a schema allows nothing but null.
fn is_null_only(schema: &Value) -> bool {
    schema["enum"].as_array().is_some_and(|values| values.iter().all(Value::is_null))
}

impl Schemas {
    /// The schema itself: without references, compositions of one schema, and alternatives that are null.
    pub(super) fn plain<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        for _ in 0..16 {
            let next = if let Some(name) = schema["$ref"].as_str().and_then(|to| to.strip_prefix(SCHEMAS)) {
                self.0.get(name)
            } else if let Some(all) = schema["allOf"].as_array().filter(|all| all.len() == 1) {
                all.first()
            } else {
                let any = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
                any.and_then(|any| any.iter().find(|alternative| !is_null_only(alternative)))
            };
            match next {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    /// The name of the schema that a schema refers to.
    pub(super) fn name<'s>(&'s self, mut schema: &'s Value) -> Option<&'s str> {
        for _ in 0..16 {
            if let Some(name) = schema["$ref"].as_str() {
                return name.strip_prefix(SCHEMAS);
            }
            let all = schema["allOf"].as_array().filter(|all| all.len() == 1);
            let any = schema["anyOf"].as_array();
            let inner = all.or(any).and_then(|inner| inner.iter().find(|alternative| !is_null_only(alternative)));
            schema = inner?;
        }
        None
    }

    /// Whether null is a value of a schema.
    pub(super) fn is_nullable(&self, schema: &Value) -> bool {
        let any = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
        schema["nullable"] == true
            || any.is_some_and(|any| any.iter().any(is_null_only))
            || schema["$ref"].is_string() && self.plain(schema)["nullable"] == true
    }

    /// The properties of an object, by their names.
    pub(super) fn properties<'s>(&'s self, schema: &'s Value) -> BTreeMap<&'s str, &'s Value> {
        let plain = self.plain(schema);
        let mut properties = BTreeMap::new();
        for member in plain["allOf"].as_array().into_iter().flatten() {
            properties.extend(self.properties(member));
        }
        let own = plain["properties"].as_object().into_iter().flatten();
        properties.extend(own.map(|(name, schema)| (name.as_str(), schema)));
        properties
    }

    /// The schema of a property, named by words with dots between them.
    pub(super) fn property<'s>(&'s self, schema: &'s Value, path: &str) -> Option<&'s Value> {
        path.split('.').try_fold(schema, |schema, name| self.own_property(schema, name))
    }

    /// The schema of a property by its name: as [`properties`](Self::properties) has it.
    fn own_property<'s>(&'s self, schema: &'s Value, name: &str) -> Option<&'s Value> {
        let plain = self.plain(schema);
        plain["properties"].get(name).or_else(|| {
            let members = plain["allOf"].as_array().into_iter().flatten().rev();
            members.into_iter().find_map(|member| self.own_property(member, name))
        })
    }

    /// Whether an object has to have a property.
    pub(super) fn is_required(&self, schema: &Value, name: &str) -> bool {
        let plain = self.plain(schema);
        let members = plain["allOf"].as_array().into_iter().flatten();
        let mut listed = plain["required"].as_array().into_iter().flatten();
        listed.any(|required| required == name) || members.into_iter().any(|member| self.is_required(member, name))
    }

    /// What is said of the states of an enum.
    pub(super) fn states<'s>(&'s self, schema: &'s Value) -> Option<&'s Map<String, Value>> {
        self.plain(schema)["x-states"].as_object()
    }

    /// The first state of an enum, or its first value.
    pub(super) fn initial<'s>(&'s self, schema: &'s Value) -> Option<&'s Value> {
        let values = self.plain(schema)["enum"].as_array()?;
        let is_initial = |value: &&Value| {
            let state = value.as_str().and_then(|value| self.states(schema)?.get(value));
            state.is_some_and(|state| state["kind"] == "initial")
        };
        values.iter().find(is_initial).or_else(|| values.iter().find(|value| !value.is_null()))
    }

    /// What a list holds, if a schema is one page of it.
    pub(super) fn of_page<'s>(&'s self, schema: &'s Value) -> Option<&'s Value> {
        let properties = self.properties(schema);
        let is_page = properties.contains_key("next_page") || properties.contains_key("has_next");
        let data = properties.get("data").filter(|_| is_page)?;
        self.plain(data).get("items")
    }
}
