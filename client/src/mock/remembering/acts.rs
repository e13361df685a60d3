//! What requests do: making, changing and removing items.

use std::collections::BTreeSet;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Map, Value};

use super::classify::{API, Collection};
use super::engine::{Answered, Engine, Origin, Request, missing, rest, unprocessable};
use super::making::{capital, key_of};
use super::moves::state_paths;
use super::shown::take_listed;
use super::store::Number;
use super::value::{at, is_so, put};
use crate::mock::reply::{not_found, refusal};

/// Flags that keep an item from being deleted.
const PROTECTED: [&str; 2] = ["protected", "deletion_protected"];

impl Engine {
    pub(super) fn create(&mut self, request: &Request<'_>, collection: &'static Collection) -> Answered {
        if let Err(refused) = self.may(request) {
            return refused;
        }
        let number = match self.make(request.item(), collection, request.body) {
            Ok(number) => number,
            Err(why) => return unprocessable(&why),
        };
        let (exception, now) = (&request.operation.exception, self.now());
        let body = Value::Object(request.body.clone());
        if let Some(set) = exception["set"].as_object() {
            self.set(number, set, &body, &now);
        }
        if let Some(set) = exception["above"].as_object() {
            self.set_above(number, set);
        }
        self.expire(number, &exception["expires"], request.body);
        self.restore(number, request);
        self.start_moving(number, self.clock.passed());
        (done(request, self.shown_once(number)), Origin::Rule)
    }

    /// Whether a request may be done: what it names is there, and is as it has to be.
    pub(super) fn may(&self, request: &Request<'_>) -> Result<(), Answered> {
        let conditions = request.operation.exception["needs"].as_array();
        for needed in conditions.into_iter().flatten() {
            let why = needed["else"].as_str().unwrap_or("the request cannot be fulfilled");
            let status =
                needed["status"].as_u64().and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
            let refused = || {
                let status = status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
                let code = if status == StatusCode::NOT_FOUND { "not_found" } else { "unprocessable" };
                Err((refusal(status, code, why), Origin::Rule))
            };
            let sent = needed["sent"].as_object().into_iter().flatten();
            if sent.into_iter().any(|(field, is_sent)| request.body.contains_key(field) != (*is_sent == true)) {
                continue;
            }
            // What is looked at: an item on the path, or one that a field of the body names.
            let number = match (needed["body"].as_str(), needed["in"].as_str()) {
                (Some(field), Some(path)) => {
                    if !request.body.contains_key(field) {
                        continue;
                    }
                    self.named(request, field, path)
                }
                _ => {
                    let above = needed["up"].as_u64().and_then(|up| usize::try_from(up).ok()).unwrap_or_default();
                    request.items.iter().rev().nth(above).copied()
                }
            };
            let Some(item) = number.and_then(|number| self.store.get(number)) else { return refused() };
            let when = &needed["when"];
            let other = when["up"].as_u64().and_then(|up| request.items.iter().rev().nth(usize::try_from(up).ok()?));
            let other = other.and_then(|number| self.store.get(*number));
            if when["is"].as_object().is_some_and(|is| !other.is_some_and(|other| is_so(&other.value, is))) {
                continue;
            }
            let applies = needed["if"].as_object().is_none_or(|of| is_so(&item.value, of));
            if applies && needed["is"].as_object().is_some_and(|is| !is_so(&item.value, is)) {
                return refused();
            }
        }
        Ok(())
    }

    /// The item of a collection that a field of the body names: below the same items as the request, as far as its
    /// path names them.
    fn named(&self, request: &Request<'_>, field: &str, collection: &str) -> Option<Number> {
        let key = request.body.get(field).and_then(Value::as_str)?;
        let depth = collection.matches("{}").count().min(request.items.len());
        let shares = |number: Number| {
            let mut above: Vec<Number> = self.ancestors(number).filter(|above| *above != 0).collect();
            above.reverse();
            above.get(..depth) == request.items.get(..depth)
        };
        let mut of_key = self.store.parents(collection).filter_map(|parent| self.store.find(parent, collection, key));
        of_key.find(|number| shares(*number))
    }

    /// Has what is made of a backup mention what it is of, and the backup what was made of it.
    fn restore(&mut self, number: Number, request: &Request<'_>) {
        let from = &request.operation.exception["restores"];
        let (Some(field), Some(path)) = (from["body"].as_str(), from["in"].as_str()) else { return };
        let Some(backup) = self.named(request, field, path) else { return };
        let of = self.store.get(backup).map(|backup| backup.value["database_branch"].clone()).unwrap_or_default();
        let Some(item) = self.store.get_mut(number) else { return };
        item.value["restored_from_branch"] = of;
        item.given.insert("restored_from_branch".to_owned());
        let fields = ["id", "name", "created_at", "updated_at", "deleted_at"];
        let mention = fields.map(|name| (name.to_owned(), item.value[name].clone()));
        let restored = self.store.get_mut(backup).and_then(|backup| backup.value["restored_branches"].as_array_mut());
        if let Some(restored) = restored {
            restored.push(Value::Object(Map::from_iter(mention)));
        }
    }

    fn set_above(&mut self, number: Number, set: &Map<String, Value>) {
        let now = self.now();
        let Some(item) = self.store.get(number) else { return };
        let (parent, value) = (item.parent, item.value.clone());
        for (path, said) in set {
            // `{approved: {state: approved}}`: true, where the item is so.
            if said.as_object().is_some_and(|of| is_so(&value, of)) {
                self.set(parent, &Map::from_iter([(path.clone(), true.into())]), &Value::Null, &now);
            }
        }
    }

    /// When an item expires: by the fields of the body with a number and a unit.
    fn expire(&mut self, number: Number, fields: &Value, body: &Map<String, Value>) {
        let Some(value) = fields["value"].as_str() else { return };
        let unit = fields["unit"]
            .as_str()
            .and_then(|name| body.get(name))
            .and_then(Value::as_str)
            .unwrap_or_else(|| fields["default_unit"].as_str().unwrap_or("second"));
        let count = body.get(value).and_then(Value::as_u64).or(fields["default"].as_u64());
        let seconds = match unit {
            "hour" => 3_600,
            "day" => 86_400,
            "week" => 604_800,
            "month" => 2_629_746,
            "year" => 31_556_952,
            _ => 1,
        };
        let Some(after) = count.and_then(|count| count.checked_mul(seconds)) else { return };
        let at = self.clock.passed().checked_add(Duration::from_secs(after)).and_then(|at| self.clock.date(at));
        if let (Some(at), Some(item)) = (at, self.store.get_mut(number)) {
            item.value["expires_at"] = crate::mock::reply::time(at).into();
            item.given.insert("expires_at".to_owned());
        }
    }

    pub(super) fn get(&mut self, number: Number) -> Answered {
        let origin = if self.poll(number) { Origin::Scripted } else { Origin::Rule };
        ((StatusCode::OK, self.shown(number)), origin)
    }

    pub(super) fn update(&mut self, request: &Request<'_>, collection: &'static Collection) -> Answered {
        let number = request.item();
        let Some(item) = self.store.get(number) else { return missing() };
        let (mut value, mut given, parent, old) =
            (item.value.clone(), item.given.clone(), item.parent, item.key.clone());
        let mut body = request.body.clone();
        let listed = take_listed(collection, &mut body);
        self.write(&mut value, &collection.schema, &body, &mut given);
        let key = key_of(&value, collection.key);
        if key != old && (key.is_empty() || self.find(parent, &collection.path, &key).is_some()) {
            return unprocessable(&format!("{} has already been taken", capital(collection.key)));
        }
        // What is listed takes the place of what is there.
        for (name, of, items) in listed {
            given.insert(name.to_owned());
            for below in self.store.numbers(number, &of.path).to_vec() {
                self.store.remove(below);
            }
            if let Err(why) = self.make_listed(number, of, &items) {
                return unprocessable(&why);
            }
        }
        if API.schemas.property(&collection.schema, "updated_at").is_some() {
            value["updated_at"] = self.now();
        }
        let changed: Vec<(String, String)> = state_paths(collection, &value)
            .into_iter()
            .filter_map(|path| Some((path.clone(), at(&value, &path).as_str()?.to_owned())))
            .collect();
        let Some(item) = self.store.get_mut(number) else { return missing() };
        // States are entered, so that what comes with them does.
        for (path, _) in &changed {
            let before = at(&item.value, path).clone();
            put(&mut value, path, before);
        }
        (item.value, item.given) = (value, given);
        self.store.rename(number, &key);
        let now = self.clock.passed();
        for (path, state) in changed {
            self.enter(number, &path, &state, now);
        }
        (done(request, self.shown(number)), Origin::Rule)
    }

    pub(super) fn delete(&mut self, request: &Request<'_>) -> Answered {
        let number = request.item();
        let Some(item) = self.store.get(number) else { return missing() };
        if PROTECTED.iter().any(|flag| item.value[*flag] == true) {
            return unprocessable("it is protected from deletion");
        }
        if let Err(refused) = self.may(request) {
            return refused;
        }
        self.store.remove(number);
        ((StatusCode::NO_CONTENT, Value::Null), Origin::Rule)
    }

    /// Makes a request for a change of the item above.
    pub(super) fn request(&mut self, request: &Request<'_>, collection: &'static Collection) -> Answered {
        if let Err(refused) = self.may(request) {
            return refused;
        }
        match self.make(request.item(), collection, request.body) {
            Ok(number) => {
                self.start_moving(number, self.clock.passed());
                (done(request, self.shown(number)), Origin::Rule)
            }
            Err(why) => unprocessable(&why),
        }
    }

    /// Cancels the requests for changes that are not completed.
    pub(super) fn cancel(&mut self, request: &Request<'_>, collection: &'static Collection) -> Answered {
        let also = request.operation.exception["also"].as_str().and_then(|path| API.collections.get(path));
        let now = self.clock.passed();
        for collection in std::iter::once(collection).chain(also) {
            let numbers: Vec<Number> =
                self.store.list(request.item(), &collection.path).map(|(number, _)| number).collect();
            for number in numbers {
                let state = self.store.get(number).map(|item| item.value["state"].clone()).unwrap_or_default();
                let states = API.schemas.property(&collection.schema, "state").and_then(|of| API.schemas.states(of));
                let kind = |state: &str| states.and_then(|states| states.get(state)?["kind"].as_str());
                let is_open = state.as_str().and_then(kind).is_some_and(|kind| ["initial", "passing"].contains(&kind));
                let canceled = states.and_then(|states| states.keys().find(|state| state.starts_with("cancel")));
                if let Some(canceled) = canceled.filter(|_| is_open) {
                    self.enter(number, "state", canceled, now);
                }
            }
        }
        ((StatusCode::NO_CONTENT, Value::Null), Origin::Rule)
    }

    pub(super) fn part(&mut self, request: &Request<'_>, segments: &[&str]) -> Answered {
        let name = segments.last().copied().unwrap_or_default().replace('-', "_");
        let shown = self.shown(request.item());
        match shown.get(&name).filter(|part| !part.is_null()) {
            Some(part) => ((StatusCode::OK, part.clone()), Origin::Rule),
            None => (not_found(), Origin::Rule),
        }
    }

    pub(super) fn single(&mut self, request: &Request<'_>) -> Answered {
        let Some(schema) = &request.operation.answer else { return missing() };
        // What was set is found before.
        ((StatusCode::OK, self.maker().present(rest(request.operation), schema)), Origin::Invented)
    }

    pub(super) fn update_single(&mut self, request: &Request<'_>) -> Answered {
        let Some(schema) = &request.operation.answer else { return missing() };
        let at = (request.item(), rest(request.operation).to_owned());
        let there = self.store.singles.get(&at).cloned();
        let mut value = there.unwrap_or_else(|| self.maker().present(&at.1, schema));
        self.write(&mut value, schema, request.body, &mut BTreeSet::new());
        self.store.singles.insert(at, value.clone());
        (done(request, value), Origin::Rule)
    }
}

/// An answer as the operation describes it: of a success, with a body or without.
pub(super) fn done(request: &Request<'_>, value: Value) -> (StatusCode, Value) {
    let status = StatusCode::from_u16(request.operation.status).unwrap_or(StatusCode::OK);
    (status, if request.operation.answer.is_some() { value } else { Value::Null })
}
