//! What something seems to be that nobody described.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::line::formats::Format;
use crate::line::shape::{Kind, Shape};

/// How many fields of one object are kept, and how many in all: an object with more is taken for a map.
const MOST_FIELDS: usize = 200;
const MOST_IN_ALL: usize = 20_000;

/// How many fields may still be kept.
#[derive(Debug)]
pub(crate) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(MOST_IN_ALL)
    }
}

impl Room {
    /// Whether there is room for one more beside those of one object.
    pub(crate) fn take(&mut self, beside: usize) -> bool {
        let is_there = self.0 > 0 && beside < MOST_FIELDS;
        if is_there {
            self.0 -= 1;
        }
        is_there
    }
}

/// What the values at a place have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guess {
    kinds: BTreeSet<Kind>,
    /// The formats that all texts have; nothing, before the first one.
    formats: Option<Vec<Format>>,
    fields: BTreeMap<String, Guess>,
    items: Option<Box<Guess>>,
    is_map: bool,
}

impl Guess {
    /// Takes one more value into account.
    pub(crate) fn absorb(&mut self, shape: &Shape, room: &mut Room) {
        self.kinds.insert(shape.kind);
        if shape.kind == Kind::String {
            match &mut self.formats {
                Some(formats) => formats.retain(|format| shape.formats.contains(format)),
                None => self.formats = Some(shape.formats.clone()),
            }
        }
        for item in shape.items.iter().flatten() {
            self.items.get_or_insert_default().absorb(&item.shape, room);
        }
        for (name, inner) in shape.properties.iter().flatten() {
            let beside = self.fields.len();
            match self.fields.get_mut(name) {
                Some(field) => field.absorb(inner, room),
                None if room.take(beside) => self.fields.entry(name.clone()).or_default().absorb(inner, room),
                None => self.is_map = true,
            }
        }
        self.is_map |= !shape.map.is_empty();
    }

    /// Takes what another one knows into account.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.kinds.extend(&other.kinds);
        match (&mut self.formats, &other.formats) {
            (Some(formats), Some(theirs)) => formats.retain(|format| theirs.contains(format)),
            (formats @ None, Some(theirs)) => *formats = Some(theirs.clone()),
            (_, None) => {}
        }
        for (name, field) in &other.fields {
            self.fields.entry(name.clone()).or_default().merge(field);
        }
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
        self.is_map |= other.is_map;
    }

    /// Whether the values are objects, and all their fields are among some properties.
    pub(crate) fn is_of_fields(&self, properties: &Value) -> bool {
        let is_object = self.kinds.iter().all(|kind| *kind == Kind::Object);
        is_object && self.fields.keys().all(|name| properties.get(name).is_some())
    }

    /// A format that all texts have.
    pub(crate) fn format(&self) -> Option<&'static str> {
        self.formats.iter().flatten().next().map(|format| format.name())
    }

    /// The type that the values seem to have, in words: `a string`, `an integer or null`.
    pub(crate) fn words(&self) -> String {
        let has_number = self.kinds.contains(&Kind::Number);
        let kinds = self.kinds.iter().filter(|kind| !(has_number && **kind == Kind::Integer) && **kind != Kind::Null);
        let mut words: Vec<String> = kinds
            .map(|kind| match kind {
                Kind::Boolean => "a boolean".to_owned(),
                Kind::Integer => "an integer".to_owned(),
                Kind::Number => "a number".to_owned(),
                Kind::Array => "a list".to_owned(),
                Kind::Object => "an object".to_owned(),
                _ => match self.format() {
                    Some(format) => format!("a string ({format})"),
                    None => "a string".to_owned(),
                },
            })
            .collect();
        if self.kinds.contains(&Kind::Null) {
            words.push("null".to_owned());
        }
        match words.split_last() {
            None => "nothing that could be read".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
        }
    }

    /// A schema that allows all the values. Schemas of objects with fields are handed to `lift`, with the names on the way
    /// to them, which puts them somewhere and returns what to write here.
    pub(crate) fn schema(&self, names: &[&str], lift: &mut dyn FnMut(&[&str], Value) -> Value) -> Value {
        let has_number = self.kinds.contains(&Kind::Number);
        let kinds = self.kinds.iter().filter(|kind| !(has_number && **kind == Kind::Integer) && **kind != Kind::Null);
        let mut alternatives: Vec<Value> = kinds.map(|kind| self.schema_of(*kind, names, lift)).collect();
        let mut schema = match alternatives.len() {
            0 => json!({}),
            1 => alternatives.remove(0),
            _ => json!({ "anyOf": alternatives }),
        };
        if self.kinds.contains(&Kind::Null)
            && let Some(schema) = schema.as_object_mut()
            && !schema.is_empty()
        {
            if let Some(reference) = schema.remove("$ref") {
                schema.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
            schema.insert("nullable".to_owned(), true.into());
        }
        schema
    }

    fn schema_of(&self, kind: Kind, names: &[&str], lift: &mut dyn FnMut(&[&str], Value) -> Value) -> Value {
        match kind {
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Array => {
                let items = self.items.as_ref().map_or_else(|| json!({}), |items| items.schema(names, lift));
                json!({ "type": "array", "items": items })
            }
            Kind::Object if self.fields.is_empty() => json!({ "type": "object", "additionalProperties": true }),
            Kind::Object => {
                let mut properties = Map::new();
                for (name, field) in &self.fields {
                    let names: Vec<&str> = names.iter().copied().chain([name.as_str()]).collect();
                    properties.insert(name.clone(), field.schema(&names, lift));
                }
                let mut schema = json!({ "type": "object", "properties": properties });
                if self.is_map {
                    schema["additionalProperties"] = true.into();
                }
                lift(names, schema)
            }
            _ => match self.format() {
                Some(format) => json!({ "type": "string", "format": format }),
                None => json!({ "type": "string" }),
            },
        }
    }
}
