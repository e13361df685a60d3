//! When two schemas are equal: as far as they describe a type, not a place.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::generate::document::have_names;

/// The number of a shape: two schemas are equal where it is the same.
pub type ShapeId = usize;

/// Keys that describe a place, or are for readers.
const OF_A_PLACE: [&str; 10] = [
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "title",
    "writeOnly",
];

/// Whether a key describes the place that a schema stands in, or is for readers.
pub fn is_of_a_place(key: &str) -> bool {
    OF_A_PLACE.contains(&key)
}

/// A schema, as far as it describes a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    /// All keywords but those below, each with its value as JSON.
    pub keywords: BTreeMap<String, String>,
    /// The values of `enum`, as JSON.
    pub values: BTreeSet<String>,
    /// The names in `required`.
    pub required: BTreeSet<String>,
    /// The properties.
    pub properties: BTreeMap<String, ShapeId>,
    /// The schemas below other keywords, by key, and number where there are several.
    pub inner: BTreeMap<(String, usize), ShapeId>,
}

/// All shapes that were met, each once.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    all: Vec<Shape>,
    ids: HashMap<Shape, ShapeId>,
}

impl Shapes {
    /// The number of a shape.
    pub fn id(&mut self, shape: Shape) -> ShapeId {
        if let Some(id) = self.ids.get(&shape) {
            return *id;
        }
        let id = self.all.len();
        self.all.push(shape.clone());
        self.ids.insert(shape, id);
        id
    }

    /// The shape of a number.
    pub fn get(&self, id: ShapeId) -> &Shape {
        &self.all[id]
    }

    /// The shape of a schema, and of all that is in it, which is passed to `visit`.
    pub fn of(&mut self, schema: &Value, visit: &mut impl FnMut(ShapeId)) -> ShapeId {
        let Value::Object(map) = schema else { return self.id(plain(schema)) };
        let mut shape = own(map);
        for (key, at, inner) in inner(map) {
            let id = self.of(inner, visit);
            shape.put(key, at, id);
        }
        let id = self.id(shape);
        visit(id);
        id
    }
}

impl Shape {
    /// Puts the shape of an inner schema where the schema stands.
    pub fn put(&mut self, key: &str, at: At, id: ShapeId) {
        match at {
            At::Name(name) => drop(self.properties.insert(name, id)),
            At::Number(number) => drop(self.inner.insert((key.to_owned(), number), id)),
        }
    }
}

/// Where an inner schema stands below its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// A property of this name.
    Name(String),
    /// The number in a list; 0, where the key holds one schema.
    Number(usize),
}

/// What is not an object: a schema that says `true`, and what is none.
pub fn plain(schema: &Value) -> Shape {
    Shape { keywords: BTreeMap::from([(String::new(), schema.to_string())]), ..Shape::default() }
}

/// A schema's own keywords.
pub fn own(map: &Map<String, Value>) -> Shape {
    let mut shape = Shape::default();
    for (key, value) in map {
        match (key.as_str(), value) {
            (key, _) if is_of_a_place(key) => {}
            ("additionalProperties", Value::Bool(false)) => {}
            ("enum", Value::Array(values)) => {
                shape.values = values.iter().filter(|value| !value.is_null()).map(Value::to_string).collect();
            }
            ("required", Value::Array(names)) => {
                shape.required = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            _ if is_inner(key, value) => {}
            _ => drop(shape.keywords.insert(key.clone(), value.to_string())),
        }
    }
    shape
}

fn is_inner(key: &str, value: &Value) -> bool {
    match key {
        "properties" => value.is_object(),
        "items" | "additionalProperties" | "not" => value.is_object(),
        "allOf" | "oneOf" | "anyOf" => value.is_array(),
        _ => false,
    }
}

/// The schemas in a schema: key, place, schema.
pub fn inner(map: &Map<String, Value>) -> Vec<(&str, At, &Value)> {
    let mut found = Vec::new();
    for (key, value) in map.iter().filter(|(key, value)| is_inner(key, value)) {
        match value {
            Value::Object(properties) if key == "properties" => {
                found.extend(properties.iter().map(|(name, inner)| (key.as_str(), At::Name(name.clone()), inner)));
            }
            Value::Array(members) => {
                let members = members.iter().enumerate();
                found.extend(members.map(|(number, inner)| (key.as_str(), At::Number(number), inner)));
            }
            inner => found.push((key.as_str(), At::Number(0), inner)),
        }
    }
    found
}

/// Whether a schema only says more of the place of its one member.
pub fn is_wrapper(map: &Map<String, Value>) -> bool {
    map.get("allOf").and_then(Value::as_array).is_some_and(|members| members.len() == 1)
        && map.keys().all(|key| key == "allOf" || is_of_a_place(key))
}

/// Whether a schema becomes a type of the crate, and not one of Rust's.
pub fn becomes_a_type(schema: &Value) -> bool {
    let Value::Object(map) = schema else { return false };
    let several = |key: &str| map.get(key).and_then(Value::as_array).map_or(0, Vec::len);
    let values = map.get("enum").and_then(Value::as_array);
    let names_values = values.is_some_and(|values| !values.iter().all(Value::is_null) && have_names(values));
    let is_text = map.get("type").is_none_or(|ty| ty == "string");
    let has_properties = map.get("properties").and_then(Value::as_object).is_some_and(|all| !all.is_empty());
    !map.contains_key("$ref")
        && (has_properties
            || names_values && is_text
            || several("oneOf") > 1
            || several("anyOf") > 1
            || several("allOf") > 1)
}
