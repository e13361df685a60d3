//! What is there without having been made by a request: read from JSON, and written as the same JSON.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::classify::{API, Collection};
use super::engine::Engine;
use super::store::{Number, ROOT};
use super::value::{at, last_made};
use crate::mock::route::segments;

/// Where a state lists what nobody set of each item. An item that is here is below the seed with all that is below it, so
/// nothing is made with it.
const INVENTED: &str = "invented";

/// What stands in a path as itself everywhere but in a name.
const IN_NAMES: &AsciiSet = &CONTROLS.add(b'/').add(b'%').add(b' ').add(b'?').add(b'#');

/// What a server has that was told nothing else.
pub(in crate::mock) fn default_seed() -> Value {
    json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
    })
}

impl Engine {
    /// An engine with what a seed says.
    ///
    /// # Errors
    /// Where the seed does not fit the description: says where, and what there is.
    pub(in crate::mock) fn seeded(seed: &Value) -> Result<Self, String> {
        let mut engine = Self::default();
        engine.reseed(seed)?;
        Ok(engine)
    }

    /// Forgets everything, and has what a seed says; a seed that does not fit changes nothing.
    ///
    /// # Errors
    /// As [`seeded`](Self::seeded).
    pub(in crate::mock) fn reseed(&mut self, seed: &Value) -> Result<(), String> {
        let Value::Object(seed) = seed else {
            return Err(
                "a seed is an object of paths and what is there, such as {\"/organizations\": [{\"name\": \"acme\"}]}"
                    .to_owned(),
            );
        };
        let clock = std::mem::take(&mut self.clock);
        let mut fresh = Self { clock, is_strict: self.is_strict, is_lenient: self.is_lenient, ..Self::default() };
        fresh.last_id = self.last_id;
        match fresh.plant(seed) {
            Ok(()) => {
                fresh.seed = seed.clone();
                *self = fresh;
                Ok(())
            }
            Err(why) => {
                self.clock = fresh.clock;
                Err(why)
            }
        }
    }

    /// Goes back to the seed: with nothing scripted, and the clock as it is.
    pub(in crate::mock) fn reset(&mut self) -> Result<(), String> {
        let seed = Value::Object(self.seed.clone());
        self.reseed(&seed)
    }

    fn plant(&mut self, seed: &Map<String, Value>) -> Result<(), String> {
        // What is made from here on, the first items among it, is to have IDs that nothing here has.
        self.last_id = seed.values().map(last_made).fold(self.last_id, u64::max);
        let invented = seed.get(INVENTED).unwrap_or(&Value::Null);
        let mut paths: Vec<(&String, &Value)> = seed.iter().filter(|(path, _)| *path != INVENTED).collect();
        // What is above comes first.
        paths.sort_by_key(|(path, _)| (path.split('/').count(), (*path).clone()));
        for (path, value) in paths {
            let segments = segments(path);
            let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            let (parent, plain) = self.parent(path, &segments)?;
            match (API.collections.get(&plain), value) {
                (Some(collection), Value::Array(items)) => {
                    for (i, item) in items.iter().enumerate() {
                        let place = format!("{path}[{i}]");
                        let number =
                            self.plant_item(parent, collection, item).map_err(|why| format!("{place}: {why}"))?;
                        let unset = invented.get(self.path(number)).or_else(|| invented.get(place));
                        if let Some(unset) = unset.and_then(Value::as_array) {
                            self.is_all(number, unset);
                        }
                    }
                }
                (Some(_), _) => return Err(format!("{path} is a collection, and takes a list of items")),
                (None, value) => self.plant_single(parent, &plain, value).map_err(|why| format!("{path}: {why}"))?,
            }
        }
        Ok(())
    }

    /// The item that a path of a seed is below, and the path with `{}` for each key.
    fn parent(&self, path: &str, segments: &[&str]) -> Result<(Number, String), String> {
        let (mut parent, mut plain) = (ROOT, String::new());
        for segment in segments {
            if API.collections.contains_key(&plain) && !API.collections.contains_key(&format!("{plain}/{segment}")) {
                let found = self.find(parent, &plain, segment);
                parent =
                    found.ok_or_else(|| format!("{path}: there is no `{segment}` to put it below; seed that too"))?;
                plain.push_str("/{}");
            } else {
                plain = format!("{plain}/{segment}");
            }
        }
        let is_known =
            API.operations.iter().any(|operation| operation.plain == plain) || API.collections.contains_key(&plain);
        match is_known {
            true => Ok((parent, plain)),
            false => {
                let mut known: Vec<&str> = API.collections.keys().map(String::as_str).collect();
                known.sort_by_key(|known| std::cmp::Reverse(alike(known, &plain)));
                let near: Vec<&str> = known.into_iter().take(3).collect();
                Err(format!("{path} is not a path of the API; similar paths are {}", near.join(", ")))
            }
        }
    }

    /// Takes an item for all that a state says of it: with nothing below that the state does not have as well, and with
    /// these of its properties set by nobody.
    fn is_all(&mut self, number: Number, unset: &[Value]) {
        self.store.remove_below(number);
        if let Some(item) = self.store.get_mut(number) {
            let value = &item.value;
            item.given.retain(|path| !at(value, path).is_null() && !unset.iter().any(|unset| unset == path));
        }
    }

    fn plant_item(&mut self, parent: Number, collection: &'static Collection, item: &Value) -> Result<Number, String> {
        let Value::Object(fields) = item else { return Err("an item is an object".to_owned()) };
        let properties = API.schemas.properties(&collection.schema);
        for (name, value) in fields {
            let Some(schema) = properties.get(name.as_str()) else {
                let known: Vec<&str> = properties.keys().copied().collect();
                return Err(format!("{name} is not a field of it; there are {}", known.join(", ")));
            };
            // Of an object, a part may be given.
            if !value.is_object() {
                API.schemas.check(schema, value, name, false)?;
            }
        }
        let mut body = fields.clone();
        if !fields.contains_key(collection.key) && collection.key == "id" {
            body.remove("id");
        }
        // What was made with its parent, such as the branch `main`, gives way.
        if let Some(there) =
            fields.get(collection.key).and_then(Value::as_str).and_then(|key| self.find(parent, &collection.path, key))
        {
            self.store.remove(there);
        }
        let number = self.make(parent, collection, &body)?;
        let given: BTreeSet<String> = fields.keys().cloned().collect();
        if let Some(item) = self.store.get_mut(number) {
            item.given.extend(given);
        }
        self.start_moving(number, self.clock.passed());
        Ok(number)
    }

    fn plant_single(&mut self, parent: Number, plain: &str, value: &Value) -> Result<(), String> {
        let get = API.operations.iter().find(|operation| operation.method == "GET" && operation.plain == plain);
        let schema = get.and_then(|operation| operation.answer.as_ref()).ok_or("nothing is read there")?;
        API.schemas.check(schema, value, "", false)?;
        let rest = super::classify::last_item(plain).map_or(plain.trim_start_matches('/'), |(_, rest)| rest);
        self.store.singles.insert((parent, rest.to_owned()), value.clone());
        Ok(())
    }

    /// What there is, as a seed, and which properties of it nobody set.
    pub(in crate::mock) fn state(&mut self) -> Value {
        self.move_on();
        let mut paths: Map<String, Value> = Map::new();
        let mut invented: Map<String, Value> = Map::new();
        for (number, item) in self.store.all() {
            let Some(collection) = self.collection_of(number) else { continue };
            let literals = collection.path.rsplit("{}").next().unwrap_or_default();
            let path = format!("{}{literals}", self.path(item.parent));
            let list = paths.entry(path.clone()).or_insert_with(|| Value::Array(Vec::new()));
            // What has no key of its own has a place in the list.
            let place = match API.schemas.property(&collection.schema, collection.key) {
                Some(_) => self.path(number),
                None => format!("{path}[{}]", list.as_array().map_or(0, Vec::len)),
            };
            let shown = self.shown(number);
            let unset: Vec<&String> = match &shown {
                Value::Object(fields) => {
                    let is_unset = |(name, value): &(&String, &Value)| !value.is_null() && !item.given.contains(*name);
                    fields.iter().filter(is_unset).map(|(name, _)| name).collect()
                }
                _ => Vec::new(),
            };
            invented.insert(place, json!(unset));
            if let Value::Array(items) = list {
                items.push(shown);
            }
        }
        for ((parent, rest), value) in &self.store.singles {
            paths.insert(format!("{}/{rest}", self.path(*parent)), value.clone());
        }
        paths.insert(INVENTED.to_owned(), invented.into());
        paths.into()
    }

    /// The path of an item, with names encoded.
    pub(super) fn path(&self, number: Number) -> String {
        let Some(item) = self.store.get(number) else { return String::new() };
        let literals = item.collection.rsplit("{}").next().unwrap_or_default();
        format!("{}{literals}/{}", self.path(item.parent), utf8_percent_encode(&item.key, IN_NAMES))
    }

    /// The item at a path.
    pub(in crate::mock) fn item_at(&self, path: &str) -> Result<Number, String> {
        let segments = segments(path);
        let (mut parent, mut plain) = (ROOT, String::new());
        for segment in &segments {
            match self.find(parent, &plain, segment) {
                Some(found) => {
                    parent = found;
                    plain.push_str("/{}");
                }
                None => plain = format!("{plain}/{segment}"),
            }
        }
        match parent != ROOT && plain.ends_with("{}") {
            true => Ok(parent),
            false => Err(format!(
                "nothing is at {path}; an item's path is such as /organizations/acme/databases/shop/branches/main"
            )),
        }
    }
}

/// How much of two paths is the same, from the beginning.
fn alike(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}
