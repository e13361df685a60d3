//! Items as they begin: what requests and seeds say of them, and what follows from that.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::classify::{API, Collection};
use super::engine::Engine;
use super::shown::take_listed;
use super::store::{Item, Number};
use super::value::{at, is_so, put};

impl Engine {
    /// Makes an item, and what there is below it from the beginning.
    pub(super) fn make(
        &mut self,
        parent: Number,
        collection: &'static Collection,
        body: &Map<String, Value>,
    ) -> Result<Number, String> {
        let mut body = body.clone();
        let listed = take_listed(collection, &mut body);
        let schema = &collection.schema;
        let mut value = self.maker().present("", schema);
        let mut given = BTreeSet::from(["id".to_owned(), "created_at".to_owned()]);
        if !value.is_object() {
            return Err("what is made is not an object".to_owned());
        }
        if API.schemas.property(schema, "updated_at").is_some() {
            value["updated_at"] = self.now();
        }
        let exception = &API.schemas.plain(schema)["x-standin"];
        for name in exception["make"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if let Some(of) = API.schemas.property(schema, name) {
                value[name] = self.maker().present(name, of);
            }
        }
        self.mention(&mut value, parent, collection, &mut given);
        self.write(&mut value, schema, &body, &mut given);
        given.extend(listed.iter().map(|(name, ..)| (*name).to_owned()));
        if API.schemas.property(schema, "number").is_some() && !given.contains("number") {
            let next = self.store.next_in(parent, &collection.path);
            let next = next.ok_or_else(|| format!("number would be more than {}, which has been taken", i64::MAX))?;
            value["number"] = next.into();
            given.insert("number".to_owned());
        }
        if collection.key == "slug" && !given.contains("slug") {
            let name = value["name"].as_str().unwrap_or_default();
            value["slug"] = name.to_lowercase().replace(' ', "-").into();
        }
        let key = match API.schemas.property(schema, collection.key) {
            Some(_) => key_of(&value, collection.key),
            // Such items are only listed.
            None => self.maker().id(),
        };
        if key.is_empty() {
            return Err(format!("{} is invalid", collection.key));
        }
        if self.store.find(parent, &collection.path, &key).is_some() {
            return Err(format!("{} has already been taken", capital(collection.key)));
        }
        let item = Item { parent, collection: &collection.path, key, value, given };
        let number = self.store.add(item);
        let body = Value::Object(body);
        if let Some(set) = exception["set"].as_object() {
            let (now, unset) = (self.now(), self.unset(number, set, &body));
            self.set(number, &unset, &body, &now);
        }
        self.settle(number, &body);
        let below = listed.iter().try_for_each(|(_, of, items)| self.make_listed(number, of, items));
        match below.and_then(|()| self.make_below(number, &exception["below"])) {
            Ok(()) => Ok(number),
            Err(why) => {
                self.store.remove(number);
                Err(why)
            }
        }
    }

    /// Makes items that what they are below lists.
    pub(super) fn make_listed(
        &mut self,
        parent: Number,
        collection: &'static Collection,
        items: &[Value],
    ) -> Result<(), String> {
        for item in items.iter().filter_map(Value::as_object) {
            let made = self.make(parent, collection, item)?;
            self.start_moving(made, self.clock.passed());
        }
        Ok(())
    }

    /// What nobody has said otherwise.
    fn unset(&self, number: Number, set: &Map<String, Value>, body: &Value) -> Map<String, Value> {
        let given = self.store.get(number).map(|item| &item.given);
        let is_unset = |path: &str| given.is_some_and(|given| !given.contains(path)) && at(body, path).is_null();
        set.iter().filter(|(path, _)| is_unset(path)).map(|(path, value)| (path.clone(), value.clone())).collect()
    }

    fn make_below(&mut self, number: Number, below: &Value) -> Result<(), String> {
        for below in below.as_array().into_iter().flatten() {
            let Some(above) = self.store.get(number) else { continue };
            let is_wanted = below["if"].as_object().is_none_or(|of| is_so(&above.value, of));
            let path = format!("{}/{{}}/{}", above.collection, below["in"].as_str().unwrap_or_default());
            let (Some(collection), Some(body), true) =
                (API.collections.get(&path), below["body"].as_object(), is_wanted)
            else {
                continue;
            };
            let value = above.value.clone();
            let of_above = |value_of: &Value| match value_of.as_str().and_then(|text| text.strip_prefix('$')) {
                Some(path) => at(&value, path).clone(),
                None => value_of.clone(),
            };
            let body = body.iter().map(|(name, value)| (name.clone(), of_above(value))).collect();
            let made = self.make(number, collection, &body)?;
            self.start_moving(made, self.clock.passed());
        }
        Ok(())
    }

    /// Fills what mentions the items above: `database_branch` of what is in `branches` of a database.
    fn mention(&mut self, value: &mut Value, parent: Number, collection: &Collection, given: &mut BTreeSet<String>) {
        let above: Vec<Number> = std::iter::once(parent).chain(self.ancestors(parent)).filter(|of| *of != 0).collect();
        let mut names: Vec<(String, Value)> = Vec::new();
        for number in above {
            let Some(item) = self.store.get(number) else { continue };
            let literal = item.collection.rsplit('/').next().unwrap_or_default();
            let plural = literal.strip_suffix("es").filter(|_| literal.ends_with("ches"));
            let singular = plural.or(literal.strip_suffix('s')).unwrap_or(literal);
            names.push((singular.to_owned(), item.value.clone()));
        }
        for (i, (name, mentioned)) in names.iter().enumerate() {
            let with_above = names.get(i + 1).map(|(above, _)| format!("{above}_{name}"));
            for name in std::iter::once(name.clone()).chain(with_above) {
                let Some(schema) = API.schemas.property(&collection.schema, &name) else { continue };
                let properties = API.schemas.properties(schema);
                if API.schemas.plain(schema)["type"] == "object" && properties.contains_key("name") {
                    let mut made = self.maker().present(&name, schema);
                    for (field, _) in properties {
                        if let Some(value) = mentioned.get(field) {
                            made[field] = value.clone();
                        }
                    }
                    value[&name] = made;
                    given.insert(name);
                }
            }
        }
    }

    /// Writes what a body says into a value, as far as a rule says where.
    pub(super) fn write(
        &mut self,
        value: &mut Value,
        schema: &Value,
        body: &Map<String, Value>,
        given: &mut BTreeSet<String>,
    ) {
        let fields = API.schemas.plain(schema)["x-standin"]["fields"].clone();
        let properties = API.schemas.properties(schema);
        for (name, sent) in body {
            let renamed = name.strip_prefix("new_").filter(|name| properties.contains_key(name));
            let path = fields[name].as_str().or(renamed).unwrap_or(name);
            // A field of an object in it, where it has none of that name itself.
            let nested = || {
                let inner = properties.iter().find(|(of, schema)| {
                    value[**of].is_object() && API.schemas.properties(schema).contains_key(path)
                })?;
                Some(format!("{}.{path}", inner.0))
            };
            let path = match API.schemas.property(schema, path) {
                Some(_) => path.to_owned(),
                None => match nested() {
                    Some(path) => path,
                    None => continue,
                },
            };
            let Some(of) = API.schemas.property(schema, &path) else { continue };
            if let Some(converted) = self.maker().converted(&path, sent, of) {
                put(value, &path, converted);
                given.insert(path.split('.').next().unwrap_or_default().to_owned());
                given.insert(path);
            }
        }
    }
}

/// The key of an item: the text of a property.
pub(super) fn key_of(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A word with a capital letter.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
