//! A place of the description: the schemas that a value may be held to.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// The schemas of a description, by the references to them, such as `#/components/schemas/Backup`.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    by_reference: HashMap<String, Value>,
    /// The names of all properties.
    properties: HashSet<String>,
}

/// A place of the description. What stands there is held to some schemas: to all of them, or to any of them.
#[derive(Clone, Debug)]
pub(crate) struct Place<'d> {
    /// Where references lead; nothing, where nobody described the place.
    schemas: Option<&'d Schemas>,
    /// Without references and compositions. An empty schema allows anything.
    leaves: Vec<&'d Value>,
}

impl Schemas {
    /// Adds a schema, and what it is referred to by.
    pub(crate) fn add(&mut self, reference: String, schema: Value) {
        self.note_properties(&schema);
        self.by_reference.insert(reference, schema);
    }

    /// Notes the names of the properties of a schema that is not referred to.
    pub(crate) fn note_properties(&mut self, schema: &Value) {
        match schema {
            Value::Object(map) => {
                let properties = map.get("properties").and_then(Value::as_object).into_iter().flatten();
                self.properties.extend(properties.map(|(name, _)| name.clone()));
                map.values().for_each(|inner| self.note_properties(inner));
            }
            Value::Array(items) => items.iter().for_each(|item| self.note_properties(item)),
            _ => {}
        }
    }

    /// Whether a property anywhere has a name.
    pub(crate) fn has_property(&self, name: &str) -> bool {
        self.properties.contains(name)
    }

    /// The place that a schema describes.
    pub(crate) fn place<'d>(&'d self, schema: &'d Value) -> Place<'d> {
        self.place_of([schema])
    }

    fn place_of<'d>(&'d self, schemas: impl IntoIterator<Item = &'d Value>) -> Place<'d> {
        let mut leaves = Vec::new();
        schemas.into_iter().for_each(|schema| self.collect(schema, &mut leaves));
        Place { schemas: Some(self), leaves }
    }

    /// Collects a schema and all that it refers to or is composed of, each once.
    fn collect<'d>(&'d self, mut schema: &'d Value, into: &mut Vec<&'d Value>) {
        for _ in 0..32 {
            match schema.get("$ref").and_then(Value::as_str).and_then(|to| self.by_reference.get(to)) {
                Some(next) => schema = next,
                None => break,
            }
        }
        if into.iter().any(|other| std::ptr::eq(*other, schema)) {
            return;
        }
        into.push(schema);
        for key in ["allOf", "anyOf", "oneOf"] {
            schema.get(key).and_then(Value::as_array).into_iter().flatten().for_each(|one| self.collect(one, into));
        }
    }
}

impl<'d> Place<'d> {
    /// A place that nobody described.
    pub(crate) const UNKNOWN: Self = Self { schemas: None, leaves: Vec::new() };

    /// Whether fields are described here.
    pub(crate) fn has_properties(&self) -> bool {
        let properties = |leaf: &&'d Value| leaf.get("properties").and_then(Value::as_object);
        self.leaves.iter().filter_map(properties).any(|properties| !properties.is_empty())
    }

    /// The place of the schemas that a keyword of the schemas here leads to.
    fn below(&self, find: impl Fn(&'d Value) -> Option<&'d Value>) -> Option<Self> {
        let schemas = self.schemas?;
        let found: Vec<&Value> = self.leaves.iter().filter_map(|leaf| find(leaf)).collect();
        (!found.is_empty()).then(|| schemas.place_of(found))
    }

    /// The place of the items of a list.
    pub(crate) fn items(&self) -> Self {
        self.below(|leaf| leaf.get("items")).unwrap_or(Self::UNKNOWN)
    }

    /// The place of a property, if it is described.
    pub(crate) fn property(&self, name: &str) -> Option<Self> {
        self.below(|leaf| leaf.get("properties")?.get(name))
    }

    /// The place of the entries of a map, if there may be any here.
    pub(crate) fn entries(&self) -> Option<Self> {
        let more = self.below(|leaf| leaf.get("additionalProperties").filter(|more| **more != Value::Bool(false)));
        let is_free = |leaf: &&Value| {
            let kind = leaf.get("type").and_then(Value::as_str);
            let may_have_any =
                leaf.get("additionalProperties") != Some(&Value::Bool(false)) && leaf.get("enum").is_none();
            kind.is_none_or(|kind| kind == "object") && !is_composed(leaf) && may_have_any
        };
        let is_free = !self.has_properties() && self.leaves.iter().any(is_free);
        more.or_else(|| is_free.then_some(Self::UNKNOWN))
    }

    /// Whether values of a type are described here.
    pub(crate) fn takes(&self, kind: &str) -> bool {
        self.leaves.iter().any(|leaf| leaf.get("type").is_some_and(|it| it == kind))
    }

    /// Whether the description lists a value here, as one of an enum or a boolean.
    pub(crate) fn lists(&self, value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::Bool(_) => self.takes("boolean"),
            value => self.is_enum_of(value) && self.enums().any(|values| values.contains(value)),
        }
    }

    /// Whether the values here of the type of one are those of an enum.
    pub(crate) fn is_enum_of(&self, value: &Value) -> bool {
        // What allows any text or number, beside an enum elsewhere, lists nothing.
        self.enums().flatten().any(|listed| is_alike(listed, value))
            && !self.leaves.iter().any(|leaf| is_any_of(leaf, value))
    }

    fn enums(&self) -> impl Iterator<Item = &'d Vec<Value>> {
        self.leaves.iter().filter_map(|leaf| leaf.get("enum").and_then(Value::as_array))
    }

    /// Whether what stands here may be shown, if somebody wants it: it is described, and not as a secret.
    pub(crate) fn is_open(&self) -> bool {
        let is_secret = |leaf: &&Value| leaf.get("format").is_some_and(|format| format == "password");
        self.leaves.iter().any(|leaf| leaf.get("type").is_some()) && !self.leaves.iter().any(is_secret)
    }
}

fn is_composed(schema: &Value) -> bool {
    ["$ref", "allOf", "anyOf", "oneOf"].iter().any(|key| schema.get(*key).is_some())
}

/// Whether two values are both texts, or both numbers.
fn is_alike(one: &Value, other: &Value) -> bool {
    one.is_string() && other.is_string() || one.is_number() && other.is_number()
}

/// Whether a schema allows any value of the type of one.
fn is_any_of(schema: &Value, value: &Value) -> bool {
    if is_composed(schema) || schema.get("enum").is_some() {
        return false;
    }
    match schema.get("type").and_then(Value::as_str) {
        None => true,
        Some("string") => value.is_string(),
        Some("number" | "integer") => value.is_number(),
        Some(_) => false,
    }
}
