//! A document without the types that were taken out of it, and these.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::names::Names;
use super::place::Place;
use crate::upstream::shape::{ShapeId, Shapes};
use crate::upstream::spec::{pointer_token, target};

/// What stands in a `$ref` before the number of a shape, until it has a name. The first character is in
/// no text of a document.
pub(super) const SHAPE: &str = "\u{fdd0}shape ";
pub(super) const SCHEMAS: &str = "/components/schemas/";

/// The types that a schema holds, but for those within them: the way there, and which.
pub(super) type Held = Vec<(String, ShapeId)>;

/// A schema that becomes a type.
#[derive(Clone, Debug, Default)]
pub struct Type {
    /// The schema, with the types in it taken out. Its text is that of its first place.
    pub schema: Value,
    /// The component that it is, if it is one.
    pub component: Option<String>,
    /// The types in it, but for those within them.
    pub inner: Held,
    /// Where it stands, each place once, also by a reference of the document's own.
    pub places: Vec<Place>,
    /// The documents that it is in.
    pub documents: BTreeSet<usize>,
    /// The type that it is joined with, which is the later one.
    pub joined: Option<ShapeId>,
}

/// A document without its types, and these.
#[derive(Debug)]
pub struct Lifted {
    pub(super) document: Value,
    /// All shapes.
    pub shapes: Shapes,
    /// The types among them.
    pub types: BTreeMap<ShapeId, Type>,
    /// The components that are types, by their names upstream.
    pub(super) aliases: BTreeMap<String, ShapeId>,
    /// The types' numbers, in the order in which they were met from outside in.
    pub order: Vec<ShapeId>,
}

impl Lifted {
    /// The type that a shape is, or was joined with.
    pub fn joined(&self, id: ShapeId) -> ShapeId {
        match self.types.get(&id).and_then(|ty| ty.joined) {
            Some(other) => self.joined(other),
            None => id,
        }
    }

    /// The components that are no types of ours, a plain text say, and keep their names.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        let kept = self.document.pointer("/components/schemas").and_then(Value::as_object);
        kept.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    /// The document with its types as components, by these names.
    pub fn named(mut self, names: &Names) -> Value {
        let mut document = std::mem::take(&mut self.document);
        let mut schemas = match document.pointer_mut("/components/schemas") {
            Some(Value::Object(kept)) => std::mem::take(kept),
            _ => Map::new(),
        };
        for id in &self.order {
            if let Some(ty) = self.types.get_mut(id).filter(|ty| ty.joined.is_none()) {
                schemas.insert(names.get(*id).unwrap_or_default().to_owned(), ty.schema.take());
            }
        }
        let renamed: HashMap<&str, &str> = (self.aliases.iter())
            .filter_map(|(component, id)| Some((component.as_str(), names.get(self.joined(*id))?)))
            .collect();
        let name = |reference: &str| -> Option<String> {
            let name = match reference.strip_prefix(SHAPE) {
                Some(number) => names.get(self.joined(number.parse().ok()?))?,
                None => renamed.get(target(reference)?.strip_prefix(SCHEMAS)?).copied()?,
            };
            Some(format!("#{SCHEMAS}{}", pointer_token(name)))
        };
        if !schemas.is_empty()
            && let Value::Object(map) = &mut document
            && let Value::Object(components) = map.entry("components").or_insert_with(|| json!({}))
        {
            components.insert("schemas".to_owned(), Value::Object(schemas));
        }
        rename(&mut document, &name);
        document
    }
}

fn rename(value: &mut Value, name: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && let Some(new) = name(reference)
            {
                *reference = new;
            }
            map.values_mut().for_each(|inner| rename(inner, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, name)),
        _ => {}
    }
}
