//! States: what they become by themselves after a time, by polls, or as an operation says; and what comes with that.

use std::time::Duration;

use serde_json::{Map, Value};

use super::classify::{API, Class, Collection};
use super::engine::Engine;
use super::store::Number;
use super::value::{at, is_so, put};

/// The paths of an item's states: properties, and those of objects in it.
pub(super) fn state_paths(collection: &Collection, value: &Value) -> Vec<String> {
    let mirrors = mirrors(collection);
    let is_mirror = |path: &str| mirrors.is_some_and(|mirrors| mirrors.values().any(|to| to == path));
    let mut paths = Vec::new();
    for (name, schema) in API.schemas.properties(&collection.schema) {
        if API.schemas.states(schema).is_some() && value[name].is_string() && !is_mirror(name) {
            paths.push(name.to_owned());
        }
        if value[name].is_object() {
            let inner = API.schemas.properties(schema).into_iter();
            let states =
                inner.filter(|(inner, schema)| API.schemas.states(schema).is_some() && value[name][*inner].is_string());
            paths.extend(states.map(|(inner, _)| format!("{name}.{inner}")));
        }
    }
    paths
}

/// Which properties say the same as others: `{from: to}`.
fn mirrors(collection: &Collection) -> Option<&Map<String, Value>> {
    API.schemas.plain(&collection.schema)["x-standin"]["mirror"].as_object()
}

/// What is said of a state.
fn said<'c>(collection: &'c Collection, path: &str, state: &str) -> Option<&'c Value> {
    let schema = API.schemas.property(&collection.schema, path)?;
    API.schemas.states(schema)?.get(state)
}

impl Engine {
    /// Moves everything on that has become something else by now.
    pub(super) fn move_on(&mut self) {
        let now = self.clock.passed();
        while self.moves.first().is_some_and(|(due, ..)| *due <= now) {
            let Some((due, number, path, to)) = self.moves.pop_first() else { break };
            let is_next = self.next_state(number, &path).is_some_and(|(next, _)| next == to);
            if is_next && !self.polls.contains_key(&(number, path.clone())) {
                self.enter(number, &path, &to, due);
            }
        }
    }

    /// What a state becomes by itself, and after how long.
    fn next_state(&self, number: Number, path: &str) -> Option<(String, Duration)> {
        let (item, collection) = (self.store.get(number)?, self.collection_of(number)?);
        let said = said(collection, path, at(&item.value, path).as_str()?)?;
        let after = Duration::try_from_secs_f64(said["after"].as_f64()?).ok()?;
        let unless = &said["unless"];
        let is_other = unless["if"].as_object().is_some_and(|of| is_so(&item.value, of));
        let then = if is_other { &unless["then"] } else { &said["then"] };
        Some((then.as_str()?.to_owned(), after))
    }

    /// Sets what comes with the states that an item begins with, as far as its body does not say it.
    pub(super) fn settle(&mut self, number: Number, body: &Value) {
        let Some(collection) = self.collection_of(number) else { return };
        let now = self.now();
        let Some(item) = self.store.get_mut(number) else { return };
        let mut sets = Map::new();
        for path in state_paths(collection, &item.value) {
            let state = at(&item.value, &path).clone();
            let said = state.as_str().and_then(|state| said(collection, &path, state));
            let kind = said.and_then(|said| said["kind"].as_str());
            let set = said.and_then(|said| said["set"].as_object()).into_iter().flatten();
            sets.extend(set.filter(|(path, _)| at(body, path).is_null()).map(|(path, to)| (path.clone(), to.clone())));
            let is_flag = !path.contains('.') && item.value.get("ready").is_some_and(Value::is_boolean);
            if is_flag && !item.given.contains("ready") {
                item.value["ready"] = (kind == Some("success")).into();
            }
            if let Some(to) = mirrors(collection).and_then(|mirrors| mirrors.get(&path)).and_then(Value::as_str) {
                put(&mut item.value, to, state);
            }
        }
        self.set(number, &sets, body, &now);
    }

    /// Has an item's states move on by themselves, from a time on.
    pub(super) fn start_moving(&mut self, number: Number, from: Duration) {
        let (Some(item), Some(collection)) = (self.store.get(number), self.collection_of(number)) else { return };
        for path in state_paths(collection, &item.value) {
            self.schedule(number, path, from);
        }
    }

    /// Has a state move on by itself, from a time on.
    pub(super) fn schedule(&mut self, number: Number, path: String, from: Duration) {
        if let Some((to, after)) = self.next_state(number, &path) {
            self.moves.insert((from.saturating_add(after), number, path, to));
        }
    }

    /// What a poll of an item finds, where that was scripted.
    pub(super) fn poll(&mut self, number: Number) -> bool {
        let paths: Vec<String> =
            self.polls.keys().filter(|(of, _)| *of == number).map(|(_, path)| path.clone()).collect();
        let now = self.clock.passed();
        let mut is_scripted = false;
        for path in paths {
            let Some(states) = self.polls.get_mut(&(number, path.clone())) else { continue };
            let next = if states.len() > 1 { states.pop_front() } else { states.front().cloned() };
            if let Some(next) = next {
                is_scripted = true;
                self.enter(number, &path, &next, now);
            }
        }
        is_scripted
    }

    /// Moves a state of an item, with what comes with that.
    pub(super) fn enter(&mut self, number: Number, path: &str, state: &str, when: Duration) {
        let Some(collection) = self.collection_of(number) else { return };
        let now: Value = self.clock.time(when).into();
        let Some(item) = self.store.get_mut(number) else { return };
        if at(&item.value, path) == state {
            return;
        }
        let said = said(collection, path, state);
        let kind = said.and_then(|said| said["kind"].as_str()).unwrap_or_default();
        put(&mut item.value, path, state.into());
        let owner = path.rsplit_once('.').map(|(owner, _)| format!("{owner}.")).unwrap_or_default();
        let mut happened = vec![format!("{state}_at")];
        if kind != "initial" {
            happened.push("started_at".to_owned());
        }
        if ["success", "failure"].contains(&kind) {
            happened.extend(["completed_at".to_owned(), "finished_at".to_owned()]);
        }
        for name in happened {
            let name = format!("{owner}{name}");
            if API.schemas.property(&collection.schema, &name).is_some() && at(&item.value, &name).is_null() {
                put(&mut item.value, &name, now.clone());
            }
        }
        for name in [format!("{owner}updated_at"), "updated_at".to_owned()] {
            if API.schemas.property(&collection.schema, &name).is_some() {
                put(&mut item.value, &name, now.clone());
            }
        }
        if owner.is_empty() && item.value.get("ready").is_some_and(Value::is_boolean) {
            item.value["ready"] = (kind == "success").into();
        }
        if let Some(to) = mirrors(collection).and_then(|mirrors| mirrors.get(path)).and_then(Value::as_str) {
            put(&mut item.value, to, state.into());
        }
        if let Some(set) = said.and_then(|said| said["set"].as_object()) {
            self.set(number, set, &Value::Null, &now);
        }
        if kind == "success" && is_request(collection) {
            self.apply_to_parent(number);
        }
        self.schedule(number, path.to_owned(), when);
    }

    /// Writes what a request for a change says into what it is for.
    fn apply_to_parent(&mut self, number: Number) {
        let (Some(item), Some(collection)) = (self.store.get(number), self.collection_of(number)) else { return };
        let (parent, value, given) = (item.parent, item.value.clone(), item.given.clone());
        let Some(above) = self.collection_of(parent) else { return };
        let (schema, properties) = (API.schemas.properties(&above.schema), API.schemas.properties(&collection.schema));
        let Some(item) = self.store.get_mut(parent) else { return };
        let is_own = |name: &str| ["id", "number", "created_at"].contains(&name);
        for name in given.iter().filter(|name| !is_own(name) && properties.contains_key(name.as_str())) {
            let fits =
                schema.get(name.as_str()).is_some_and(|of| API.schemas.check(of, &value[name], name, false).is_ok());
            if fits {
                item.value[name] = value[name].clone();
                item.given.insert(name.clone());
            }
        }
    }

    /// Sets properties of an item: `$now`, `$id` and other `$paths` of its own, and `$body.paths` stand for values.
    pub(super) fn set(&mut self, number: Number, set: &Map<String, Value>, body: &Value, now: &Value) {
        let Some(item) = self.store.get_mut(number) else { return };
        for (path, value) in set {
            let value = match value.as_str().and_then(|text| text.strip_prefix('$')) {
                None => value.clone(),
                Some("now") => now.clone(),
                Some(own) => match own.strip_prefix("body.") {
                    Some(path) => at(body, path).clone(),
                    None => at(&item.value, own).clone(),
                },
            };
            // What a request did not say stays.
            if !value.is_null() {
                put(&mut item.value, path, value);
                item.given.insert(path.split('.').next().unwrap_or_default().to_owned());
            }
        }
    }
}

/// Whether items of a collection are requests for changes of what they are below.
fn is_request(collection: &Collection) -> bool {
    let mut operations = API.operations.iter();
    operations.any(|operation| operation.class == Class::Request && operation.plain == collection.path)
}
