//! Items as answers show them: without what is shown once, with what is below them, and how much that is.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::classify::{API, Collection};
use super::engine::Engine;
use super::store::Number;

/// What an answer shows of an item otherwise than it is stored.
#[derive(Debug)]
enum Shows {
    /// What is shown once: null afterwards, an empty text, or left out.
    Once { name: &'static str, is_text: bool, otherwise: Option<Value> },
    /// `rules`, of what is below in `rules`: the items of that collection.
    Below { name: &'static str, items: &'static Collection },
    /// `branches_count`, of what is below in `branches`, unless somebody set it.
    Count { name: &'static str, path: &'static str },
}

/// What there is of these, by the paths of the collections.
static SHOWS: LazyLock<HashMap<&'static str, Vec<Shows>>> =
    LazyLock::new(|| API.collections.values().map(|of| (of.path.as_str(), Shows::of(of))).collect());

impl Shows {
    fn of(collection: &'static Collection) -> Vec<Self> {
        let (schemas, mut shows) = (API.schemas, Vec::new());
        for (name, schema) in schemas.properties(&collection.schema) {
            if schema["once"] == true {
                let otherwise = match schemas.is_nullable(schema) {
                    true => Some(Value::Null),
                    false => schemas.is_required(&collection.schema, name).then(|| "".into()),
                };
                shows.push(Self::Once { name, is_text: schemas.plain(schema)["type"] == "string", otherwise });
            }
            let at = |literal: &str| API.collections.get(&format!("{}/{{}}/{literal}", collection.path));
            let literal = name.replace('_', "-");
            let of_list = schemas.plain(schema).get("items").and_then(|items| schemas.name(items));
            let is_it = |below: &&Collection| of_list.is_some() && schemas.name(&below.schema) == of_list;
            if let Some(below) = at(&literal).filter(is_it) {
                shows.push(Self::Below { name, items: below });
            }
            let counted = literal.strip_suffix("-count");
            if let Some(below) = counted.and_then(|counted| at(counted).or_else(|| at(&format!("{counted}s")))) {
                shows.push(Self::Count { name, path: &below.path });
            }
        }
        shows
    }
}

/// Takes out of a body what lists items below, such as the `rules` of a traffic budget: each property, the collection of
/// the items, and what is said of them.
pub(super) fn take_listed(
    collection: &Collection,
    body: &mut Map<String, Value>,
) -> Vec<(&'static str, &'static Collection, Vec<Value>)> {
    let shows = SHOWS.get(collection.path.as_str()).into_iter().flatten();
    let listed = shows.filter_map(|shows| match shows {
        Shows::Below { name, items } => match body.remove(*name)? {
            Value::Array(listed) => Some((*name, *items, listed)),
            _ => None,
        },
        _ => None,
    });
    listed.collect()
}

impl Engine {
    /// An item as answers show it, without what is shown once.
    pub(super) fn shown(&self, number: Number) -> Value {
        let Some(item) = self.store.get(number) else { return Value::Null };
        let mut shown = item.value.clone();
        for shows in SHOWS.get(item.collection).into_iter().flatten() {
            match shows {
                Shows::Once { name, otherwise: Some(otherwise), .. } => shown[*name] = otherwise.clone(),
                Shows::Once { name, otherwise: None, .. } => {
                    if let Value::Object(fields) = &mut shown {
                        fields.remove(*name);
                    }
                }
                Shows::Below { name, items } => {
                    let below = self.store.numbers(number, &items.path);
                    shown[*name] = below.iter().map(|number| self.shown(*number)).collect();
                }
                Shows::Count { name, path } => {
                    if !item.given.contains(*name) {
                        shown[*name] = self.store.numbers(number, path).len().into();
                    }
                }
            }
        }
        shown
    }

    /// An item as it is shown once: with its secrets.
    pub(super) fn shown_once(&mut self, number: Number) -> Value {
        let mut shown = self.shown(number);
        let collection = self.store.get(number).map(|item| item.collection).unwrap_or_default();
        for shows in SHOWS.get(collection).into_iter().flatten() {
            if let Shows::Once { name, is_text: true, .. } = shows {
                self.last_id += 1;
                shown[*name] = format!("mock-secret-{:08}", self.last_id).into();
            }
        }
        shown
    }
}
