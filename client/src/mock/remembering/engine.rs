//! The rules by which a request is answered from what is remembered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::classify::{API, Class, Collection, Operation, last_item};
use super::clock::Clock;
use super::store::{Number, ROOT, Store};
use super::value::{Maker, at, is_so};
use crate::mock::reply::{Reply, not_found, refusal};
use crate::mock::route::segments;

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mock) enum Origin {
    /// The rules, applied to what is remembered.
    Rule,
    /// Somebody scripted it.
    Scripted,
    /// Nothing set what it says.
    Invented,
}

impl Origin {
    /// The value of the header `x-stand-in`.
    pub(in crate::mock) fn header(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Scripted => "scripted",
            Self::Invented => "invented",
        }
    }
}

/// An answer, and where it comes from.
pub(super) type Answered = (Reply, Origin);

/// A change of a state to come: when, of which item, at which path of its value, and to what.
pub(super) type Move = (Duration, Number, String, String);

/// What is answered with instead of what the rules say.
#[derive(Debug)]
pub(super) struct Scripted {
    pub(super) method: Option<String>,
    /// Of the path, decoded.
    pub(super) segments: Vec<String>,
    /// One after the other; the last one stays.
    pub(super) answers: VecDeque<Reply>,
}

/// A mock server's memory, and what moves it on.
#[derive(Debug, Default)]
pub(in crate::mock) struct Engine {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) moves: BTreeSet<Move>,
    /// The states that the next polls of an item find, by the item and the path of the state.
    pub(super) polls: BTreeMap<(Number, String), VecDeque<String>>,
    pub(super) scripted: Vec<Scripted>,
    /// What there is at the beginning, and again after a reset.
    pub(super) seed: Map<String, Value>,
    pub(super) last_id: u64,
    /// Whether everything that is invented is refused.
    pub(super) is_strict: bool,
    /// Whether requests may say what the description does not have, as some clients do.
    pub(super) is_lenient: bool,
}

/// A request, and the items on its path.
pub(super) struct Request<'r> {
    pub(super) operation: &'static Operation,
    pub(super) query: &'r [(String, String)],
    pub(super) body: &'r Map<String, Value>,
    /// The items that its path names, from the top, without what the operation is not about.
    pub(super) items: Vec<Number>,
}

impl Request<'_> {
    /// The item that the request is about; nothing, for those at the top.
    pub(super) fn item(&self) -> Number {
        self.items.last().copied().unwrap_or(ROOT)
    }
}

pub(super) fn unprocessable(why: &str) -> Answered {
    (refusal(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", why), Origin::Rule)
}

pub(super) fn missing() -> Answered {
    (not_found(), Origin::Rule)
}

impl Engine {
    /// Answers a request by its path, whose segments are decoded.
    pub(in crate::mock) fn take_request(&mut self, method: &str, uri: &hyper::Uri, body: &[u8]) -> Answered {
        let segments = segments(uri.path());
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match uri.path().starts_with("/v1/") {
            true => self.take(method, &segments, uri.query().unwrap_or_default(), body),
            false => missing(),
        }
    }

    /// Answers a request.
    fn take(&mut self, method: &str, segments: &[&str], query: &str, body: &[u8]) -> Answered {
        self.move_on();
        let Some(operation) = API.operation(method, segments) else { return missing() };
        let query: Vec<(String, String)> = match serde_urlencoded::from_str(query) {
            Ok(query) => query,
            Err(e) => return invalid(&format!("the query: {e}")),
        };
        if let Some(answer) = self.next_scripted(method, segments) {
            return (answer, Origin::Scripted);
        }
        if let Err(why) = self.check_query(operation, &query) {
            return invalid(&why);
        }
        let body = match self.body(operation, body) {
            Ok(body) => body,
            Err(why) => return (refusal(StatusCode::BAD_REQUEST, "bad_request", &why), Origin::Rule),
        };
        let Some(items) = self.items(operation, segments) else { return missing() };
        let request = Request { operation, query: &query, body: &body, items };
        let (reply, origin) = self.answer(&request, segments);
        if self.is_strict && origin == Origin::Invented {
            return unknown(&format!(
                "what {} answers with would be invented, and the mock server is strict",
                operation.id
            ));
        }
        (reply, origin)
    }

    fn next_scripted(&mut self, method: &str, segments: &[&str]) -> Option<Reply> {
        let is_it = |scripted: &&mut Scripted| {
            scripted.segments == segments && scripted.method.as_ref().is_none_or(|of| of == method)
        };
        let answers = &mut self.scripted.iter_mut().rev().find(is_it)?.answers;
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    }

    fn check_query(&self, operation: &Operation, query: &[(String, String)]) -> Result<(), String> {
        let plain = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
        let parameters = || operation.parameters.iter().filter(|parameter| parameter["in"] == "query");
        let named = |name: &str| parameters().find(|of| of["name"].as_str().is_some_and(|of| plain(of) == plain(name)));
        for (name, value) in query {
            let Some(parameter) = named(name) else {
                if self.is_lenient {
                    continue;
                }
                return Err(format!("{name} is not a parameter of {}", operation.id));
            };
            let schema = API.schemas.plain(&parameter["schema"]);
            let schema = if schema["type"] == "array" { &schema["items"] } else { schema };
            let read = match API.schemas.plain(schema)["type"].as_str() {
                Some("integer" | "number" | "boolean") => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
                _ => json!(value),
            };
            API.schemas.check(schema, &read, name, false)?;
        }
        let is_there = |wanted: &str| query.iter().any(|(name, _)| plain(name) == plain(wanted));
        let required = parameters().filter(|of| of["required"] == true).filter_map(|of| of["name"].as_str());
        required.filter(|name| !is_there(name)).map(|name| Err(format!("{name} is missing"))).next().unwrap_or(Ok(()))
    }

    fn body(&self, operation: &Operation, body: &[u8]) -> Result<Map<String, Value>, String> {
        let Some(schema) = &operation.body else { return Ok(Map::new()) };
        let empty = Value::Object(Map::new());
        let sent = match body.is_empty() {
            true => empty,
            false => serde_json::from_slice(body).map_err(|e| format!("the body is not JSON: {e}"))?,
        };
        if !sent.is_object() {
            return Err("the body is not an object".to_owned());
        }
        API.schemas.check(schema, &sent, "", self.is_lenient)?;
        let mut fields = match sent {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        if self.is_lenient {
            let known = API.schemas.properties(schema);
            let is_noted = |name: &String, value: &Value| value.is_null() || !known.contains_key(name.as_str());
            for (name, _) in fields.iter().filter(|(name, value)| is_noted(name, value)) {
                tracing::warn!(operation = operation.id, field = name, "the description does not have this; ignored");
            }
            fields.retain(|name, value| {
                !value.is_null() || known.get(name.as_str()).is_some_and(|schema| API.schemas.is_nullable(schema))
            });
        }
        Ok(fields)
    }

    /// The items on a path; nothing, where one is not there.
    fn items(&self, operation: &Operation, segments: &[&str]) -> Option<Vec<Number>> {
        let parts: Vec<&str> = operation.plain.split('/').skip(1).collect();
        let (mut items, mut parent, mut path) = (Vec::new(), ROOT, String::new());
        for (part, segment) in parts.iter().zip(segments) {
            if *part == "{}" && operation.exception["without"] != path.as_str() {
                parent = self.find(parent, &path, segment)?;
                items.push(parent);
            }
            path = format!("{path}/{part}");
        }
        Some(items)
    }

    /// An item by its key, or by another property that its schema says it is found by.
    pub(super) fn find(&self, parent: Number, collection: &str, key: &str) -> Option<Number> {
        let found = self.store.find(parent, collection, key);
        found.or_else(|| {
            let schema = API.schemas.plain(&API.collections.get(collection)?.schema);
            let mut keys = schema["x-standin"]["keys"].as_array()?.iter().filter_map(Value::as_str);
            keys.find_map(|path| match path {
                "id" => self.store.find_by_id(parent, collection, key),
                _ => {
                    let mut items = self.store.list(parent, collection);
                    items.find(|(_, item)| at(&item.value, path) == key).map(|(number, _)| number)
                }
            })
        })
    }

    fn answer(&mut self, request: &Request<'_>, segments: &[&str]) -> Answered {
        let operation = request.operation;
        if let Some(single) = self.given_single(request) {
            return ((StatusCode::OK, single), Origin::Rule);
        }
        let collection = operation.collection.as_ref().and_then(|path| API.collections.get(path));
        match (operation.class, collection) {
            (Class::List, Some(collection)) => self.list(request, collection),
            (Class::Create, Some(collection)) => self.create(request, collection),
            (Class::Request, Some(collection)) => self.request(request, collection),
            (Class::Cancel, Some(collection)) => self.cancel(request, collection),
            (Class::Get, _) => self.get(request.item()),
            (Class::Update, Some(collection)) => self.update(request, collection),
            (Class::Delete, Some(_)) => self.delete(request),
            (Class::Part, _) => self.part(request, segments),
            (Class::Single, _) => self.single(request),
            (Class::UpdateSingle, _) => self.update_single(request),
            (Class::Act, Some(collection)) => self.act(request, collection),
            _ => self.report(request),
        }
    }

    /// What a seed gave at the path of a request that asks for something else than items.
    fn given_single(&self, request: &Request<'_>) -> Option<Value> {
        let is_read = matches!(request.operation.class, Class::Report | Class::Single | Class::Part);
        let given = self.store.singles.get(&(request.item(), rest(request.operation).to_owned()));
        given.filter(|_| is_read && request.operation.method == "GET").cloned()
    }

    /// What an operation answers with that tells of what nothing here can know.
    fn report(&mut self, request: &Request<'_>) -> Answered {
        let exception = &request.operation.exception;
        if let (Some(of), Some(path)) = (exception["item"].as_object(), exception["in"].as_str()) {
            let found = self.store.list(request.item(), path).find(|(_, item)| is_so(&item.value, of));
            return found.map(|(number, _)| number).map_or_else(missing, |number| self.get(number));
        }
        let id = &request.operation.id;
        unknown(&format!(
            "nothing here can know what {id} answers with: seed it, or script it \
             (https://docs.rs/planetscale-client, `mock::MockServer::seed` and `answer_at`; `PUT /_standin/state`, \
             `POST /_standin/answers`)"
        ))
    }

    /// What values are made with, at this time.
    pub(super) fn maker(&mut self) -> Maker<'_> {
        let now = self.clock.time(self.clock.passed());
        Maker { schemas: API.schemas, now, next_id: &mut self.last_id }
    }

    pub(super) fn now(&self) -> Value {
        self.clock.time(self.clock.passed()).into()
    }

    /// The collection of an item.
    pub(super) fn collection_of(&self, number: Number) -> Option<&'static Collection> {
        API.collections.get(self.store.get(number)?.collection)
    }
}

/// The path of an operation below the item that it is about.
pub(super) fn rest(operation: &Operation) -> &str {
    last_item(&operation.plain).map_or(operation.plain.trim_start_matches('/'), |(_, rest)| rest)
}

fn invalid(why: &str) -> Answered {
    (refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", why), Origin::Rule)
}

fn unknown(why: &str) -> Answered {
    (refusal(StatusCode::NOT_IMPLEMENTED, "not_implemented", why), Origin::Rule)
}
