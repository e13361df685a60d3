//! Operations whose path says what they do to an item: `…/promote`, `…/safe-migrations`, `…/switch-primaries`.

use serde_json::{Map, Value};

use super::acts::done;
use super::classify::{API, Collection};
use super::engine::{Answered, Engine, Origin, Request, missing, rest, unprocessable};
use super::moves::state_paths;
use super::store::Number;
use super::value::is_so;

impl Engine {
    /// Changes an item as the path, or the exception of the operation, says.
    pub(super) fn act(&mut self, request: &Request<'_>, collection: &'static Collection) -> Answered {
        let exception = &request.operation.exception;
        let number = match exception["item"].as_object() {
            // An item that the path does not name by its key.
            Some(of) => {
                let path = exception["in"].as_str().unwrap_or_default();
                let found = self.store.list(request.item(), path).find(|(_, item)| is_so(&item.value, of));
                match found.map(|(number, _)| number) {
                    Some(number) => number,
                    None => return missing(),
                }
            }
            None => request.item(),
        };
        let collection = self.collection_of(number).unwrap_or(collection);
        if let Err(refused) = self.may(request) {
            return refused;
        }
        if let Some(from) = exception["from"].as_object() {
            let is_from = self.store.get(number).is_some_and(|item| is_so(&item.value, from));
            if !is_from {
                let states: Vec<String> = from.iter().map(|(path, states)| format!("{path} {states}")).collect();
                return unprocessable(&format!("{} needs {}", request.operation.id, states.join(", ")));
            }
        }
        let origin = match self.change(request, number, collection) {
            true => Origin::Rule,
            false => Origin::Invented,
        };
        let has_updated_at = API.schemas.property(&collection.schema, "updated_at").is_some();
        if let (now, Some(item), true) = (self.now(), self.store.get_mut(number), has_updated_at) {
            item.value["updated_at"] = now;
        }
        self.answer_of_act(request, number, collection, origin)
    }

    /// Does what is known of it, and says whether anything is.
    fn change(&mut self, request: &Request<'_>, number: Number, collection: &'static Collection) -> bool {
        let exception = &request.operation.exception;
        let body = Value::Object(request.body.clone());
        if let Some(set) = exception["set"].as_object() {
            let (now, passed) = (self.now(), self.clock.passed());
            let (states, others): (Map<_, _>, Map<_, _>) = set.clone().into_iter().partition(|(path, _)| {
                self.store.get(number).is_some_and(|item| state_paths(collection, &item.value).contains(path))
            });
            self.set(number, &others, &body, &now);
            for (path, state) in states {
                self.enter(number, &path, state.as_str().unwrap_or_default(), passed);
            }
            return true;
        }
        let verb = exception["verb"].as_str().unwrap_or_else(|| rest(request.operation));
        let field = verb.replace('-', "_");
        let is_flag = |schema: &Value| API.schemas.plain(schema)["type"] == "boolean";
        if API.schemas.property(&collection.schema, &field).is_some_and(is_flag) {
            let wanted = request.body.get(&field).cloned();
            let wanted = wanted.unwrap_or_else(|| (request.operation.method != "DELETE").into());
            let now = self.now();
            self.set(number, &Map::from_iter([(field, wanted)]), &body, &now);
            return true;
        }
        let Some(item) = self.store.get(number) else { return false };
        let moved = state_paths(collection, &item.value).into_iter().find_map(|path| {
            let schema = API.schemas.property(&collection.schema, &path)?;
            Some((path, state_of_verb(verb, schema)?))
        });
        if let Some((path, state)) = &moved {
            self.enter(number, path, state, self.clock.passed());
        }
        // What is shown once, and is to be made anew.
        moved.is_some() || exception["reveals"] == true
    }

    fn answer_of_act(
        &mut self,
        request: &Request<'_>,
        number: Number,
        collection: &'static Collection,
        origin: Origin,
    ) -> Answered {
        let Some(schema) = &request.operation.answer else { return (done(request, Value::Null), origin) };
        let shown = match request.operation.exception["reveals"] == true {
            true => self.shown_once(number),
            false => self.shown(number),
        };
        if API.schemas.name(schema) == API.schemas.name(&collection.schema) {
            return (done(request, shown), origin);
        }
        // Something else, with what it has of the item.
        let mut made = self.maker().present("", schema);
        for (name, of) in API.schemas.properties(schema) {
            if let Some(value) = shown.get(name).filter(|value| API.schemas.check(of, value, name, false).is_ok()) {
                made[name] = value.clone();
            }
        }
        let is_known = origin == Origin::Rule && request.operation.exception["item"].is_object();
        (done(request, made), if is_known { Origin::Rule } else { Origin::Invented })
    }
}

/// The state that a verb moves something to: `switch-primaries` to `switching_primaries`, `dismiss` to `dismissed`. One
/// that passes is meant before an end.
fn state_of_verb(verb: &str, schema: &Value) -> Option<String> {
    let (stem, rest) = verb.split_once('-').map_or((verb, ""), |(stem, rest)| (stem, rest));
    let stem = stem.trim_end_matches(['e', 'y']);
    let rest = rest.replace('-', "_");
    let states = API.schemas.states(schema)?;
    let is_it = |state: &str| {
        let (first, others) = state.split_once('_').unwrap_or((state, ""));
        let ending = first.strip_prefix(stem).unwrap_or("?");
        let is_form = ["", "e", "ed", "ied", "ing", "ying", "led", "ling"].contains(&ending);
        is_form && others == rest
    };
    let meant: Vec<&String> = states.keys().filter(|state| is_it(state)).collect();
    let passes = meant.iter().find(|state| states[state.as_str()]["kind"] == "passing");
    passes.or(meant.first()).map(|state| (*state).clone())
}
