//! What tests and programs tell a mock server that remembers, beside requests.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::classify::API;
use super::engine::{Engine, Scripted};
use super::moves::state_paths;
use crate::mock::route::segments;

impl Engine {
    /// Puts an item into a state at once.
    ///
    /// # Errors
    /// Where there is no such item, or no such state: says which there are; and where no state is told.
    pub(in crate::mock) fn transition(&mut self, path: &str, states: &[String], by_poll: bool) -> Result<(), String> {
        self.move_on();
        if states.is_empty() {
            return Err("there is no state; write `states: [\"ready\"]`".to_owned());
        }
        let number = self.item_at(path)?;
        let (Some(item), Some(collection)) = (self.store.get(number), self.collection_of(number)) else {
            return Err(format!("nothing is at {path}"));
        };
        let paths = state_paths(collection, &item.value);
        let takes = |state: &String, of: &String| {
            let schema = API.schemas.property(&collection.schema, of);
            let known = schema.and_then(|schema| API.schemas.plain(schema)["enum"].as_array());
            known.is_some_and(|known| known.iter().any(|known| known == state))
        };
        let Some(of) = paths.iter().rev().find(|of| states.iter().all(|state| takes(state, of))) else {
            let known = paths.iter().map(|of| {
                let schema = API.schemas.property(&collection.schema, of);
                let known = schema.map(|schema| API.schemas.plain(schema)["enum"].to_string()).unwrap_or_default();
                format!("{of} can be {known}")
            });
            let known: Vec<String> = known.collect();
            let known = if known.is_empty() { "it has no states".to_owned() } else { known.join("; ") };
            return Err(format!("{} cannot all be states of {path}: {known}", states.join(", ")));
        };
        let of = of.clone();
        match by_poll {
            true => {
                self.polls.insert((number, of), states.iter().cloned().collect());
            }
            false => {
                let now = self.clock.passed();
                let was_polled = self.polls.remove(&(number, of.clone())).is_some();
                for state in states {
                    self.enter(number, &of, state, now);
                }
                // It may be in that state already, with nothing to move it on.
                if was_polled {
                    self.schedule(number, of, now);
                }
            }
        }
        Ok(())
    }

    /// Has requests for a path answered as told: one answer after the other, and the last one again and again.
    ///
    /// # Errors
    /// Where no operation has such a path.
    pub(in crate::mock) fn script(
        &mut self,
        method: Option<&str>,
        path: &str,
        answers: Vec<(StatusCode, Value)>,
    ) -> Result<(), String> {
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let named = segments(path);
        let segments: Vec<&str> = named.iter().map(String::as_str).collect();
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        let asked: Vec<&str> = method.map_or_else(|| methods.to_vec(), |method| vec![method]);
        if !asked.iter().any(|method| API.operation(method, &segments).is_some()) {
            return Err(format!("no operation is {} {path}", method.unwrap_or("at")));
        }
        if answers.is_empty() {
            return Err("there is no answer; write `answers: [{status: 200, body: …}]`".to_owned());
        }
        let (method, segments, answers) = (method.map(str::to_owned), named, answers.into());
        self.scripted.retain(|before| before.method != method || before.segments != segments);
        self.scripted.push(Scripted { method, segments, answers });
        Ok(())
    }

    /// Answers by rule alone from now on.
    pub(in crate::mock) fn forget_scripts(&mut self) {
        self.move_on();
        self.scripted.clear();
        let now = self.clock.passed();
        for (number, path) in std::mem::take(&mut self.polls).into_keys() {
            self.schedule(number, path, now);
        }
    }

    /// The items of a schema, as they are.
    pub(in crate::mock) fn stored(&mut self, schema: &str) -> Vec<Value> {
        self.move_on();
        let all: Vec<_> = self.store.all().into_iter().map(|(number, _)| number).collect();
        let is_it =
            |number: &u64| self.collection_of(*number).is_some_and(|of| API.schemas.name(&of.schema) == Some(schema));
        all.into_iter().filter(is_it).map(|number| self.shown(number)).collect()
    }

    pub(in crate::mock) fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.move_on();
    }

    pub(in crate::mock) fn scale_time(&mut self, scale: f64) -> Result<(), String> {
        if !(scale.is_finite() && scale > 0.0) {
            return Err(format!("the time scale is {scale}, but must be above 0, such as 0.01"));
        }
        self.move_on();
        self.clock.scale(scale);
        Ok(())
    }

    pub(in crate::mock) fn freeze(&mut self, is_frozen: bool) {
        self.move_on();
        self.clock.freeze(is_frozen);
    }

    pub(in crate::mock) fn clock(&self) -> Value {
        self.clock.shown()
    }

    pub(in crate::mock) fn set_strict(&mut self, is_strict: bool) {
        self.is_strict = is_strict;
    }

    pub(in crate::mock) fn set_lenient(&mut self, is_lenient: bool) {
        self.is_lenient = is_lenient;
    }

    /// The operations that answer with 501 until they are seeded or scripted, by their IDs.
    pub(in crate::mock) fn reports() -> Value {
        let of = |operation: &&super::classify::Operation| {
            operation.class == super::classify::Class::Report && operation.exception["item"].is_null()
        };
        let ids: Vec<&str> = API.operations.iter().filter(of).map(|operation| operation.id.as_str()).collect();
        json!(ids)
    }
}
