//! A document as a graph of places: where a value may stand, and what is allowed there.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use serde_json::Value;

use super::types::Types;
use crate::generate::document::{escape, operations};
use crate::line::description::describing;
use crate::line::formats::Format;
use crate::line::place::Schemas;
use crate::line::shape::Kind;
use crate::upstream::spec::target;

/// The number of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(u32);

/// What an object may have beside its properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing is said of it.
    Open,
    /// Whatever it is: the object is a map.
    Free,
    /// Nothing.
    Closed,
    /// Values that are described.
    Of(PlaceId),
}

/// What is allowed at a place, without what others say to which it refers.
#[derive(Debug)]
pub struct Place {
    /// The JSON pointer of its schema.
    pub(crate) pointer: String,
    /// The types that it allows, with all that it is composed of.
    pub(crate) types: Types,
    own_types: Types,
    pub(crate) is_nullable: bool,
    /// Whether a recording has the value of each text here, as all of them are listed.
    pub(crate) lists_texts: bool,
    pub(crate) values: Option<Vec<Value>>,
    /// Its format, where a recording tells whether that holds.
    pub(crate) format: Option<Format>,
    pub(crate) properties: HashMap<String, PlaceId>,
    pub(crate) required: Vec<String>,
    pub(crate) rest: Rest,
    pub(crate) items: Option<PlaceId>,
    /// What else a value is held to: a reference, and the members of `allOf`.
    pub(crate) all: Vec<PlaceId>,
    /// Alternatives: the members of `anyOf`, and those of `oneOf`.
    pub(crate) either: Vec<Vec<PlaceId>>,
    is_read_only: bool,
    is_write_only: bool,
}

/// A body: the places of its JSON media types.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The JSON pointer of what has the `content`, whether it is there or not.
    pub(crate) pointer: String,
    /// All media types, without parameters.
    pub(crate) media_types: Vec<String>,
    /// What its JSON is held to.
    pub(crate) place: Option<PlaceId>,
    pub(crate) is_required: bool,
}

/// An answer of a status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// `201`, `4XX` or `default`.
    pub(crate) status: String,
    pub(crate) body: Body,
    pub(crate) headers: Vec<String>,
}

/// A parameter of the query.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) pointer: String,
    pub(crate) place: Option<PlaceId>,
    pub(crate) is_required: bool,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) pointer: String,
    pub(crate) query: Vec<Parameter>,
    pub(crate) request: Option<Body>,
    pub(crate) answers: Vec<Answer>,
}

impl Operation {
    /// The answer that describes a status: by itself, by its class, or as the default.
    pub(crate) fn answer(&self, status: u16) -> Option<usize> {
        describing(status, self.answers.iter().map(|answer| answer.status.as_str()))
    }
}

/// The places of a document.
#[derive(Debug, Default)]
pub struct Places {
    places: Vec<Place>,
    by_pointer: HashMap<String, PlaceId>,
    pub(crate) operations: Vec<Operation>,
}

impl std::ops::Index<PlaceId> for Places {
    type Output = Place;

    fn index(&self, id: PlaceId) -> &Place {
        &self.places[id.0 as usize]
    }
}

impl Places {
    /// The places that the operations of a document reach.
    pub fn of(document: &Value) -> Self {
        let mut schemas = Schemas::default();
        for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten() {
            schemas.add(format!("#/components/schemas/{name}"), schema.clone());
        }
        let mut places = Self::default();
        let reader = Reader { document, schemas: &schemas };
        let read = operations(document).map(|(path, method, operation)| {
            let pointer = format!("/paths/{}/{method}", escape(path));
            let (shared, own) = (format!("/paths/{}/parameters", escape(path)), format!("{pointer}/parameters"));
            let mut query: Vec<Parameter> = Vec::new();
            for (at, list) in [(own, operation.get("parameters")), (shared.clone(), document.pointer(&shared))] {
                for (number, parameter) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
                    let (at, parameter) = reader.resolved(format!("{at}/{number}"), parameter);
                    let is_query = parameter.get("in").is_some_and(|it| it == "query");
                    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                    if is_query && !query.iter().any(|other| other.name == name) {
                        query.push(Parameter {
                            name: name.to_owned(),
                            place: parameter
                                .get("schema")
                                .map(|it| reader.place(&format!("{at}/schema"), it, &mut places)),
                            is_required: is_true(parameter, "required"),
                            pointer: at,
                        });
                    }
                }
            }
            let request = operation.get("requestBody").map(|body| {
                let (at, body) = reader.resolved(format!("{pointer}/requestBody"), body);
                Body { is_required: is_true(body, "required"), ..reader.body(at, body, &mut places) }
            });
            let mut answer = |(status, answer): (&String, &Value)| {
                let (at, answer) = reader.resolved(format!("{pointer}/responses/{}", escape(status)), answer);
                let headers = answer.get("headers").and_then(Value::as_object).into_iter().flatten();
                Answer {
                    status: status.clone(),
                    headers: headers.map(|(name, _)| name.to_lowercase()).collect(),
                    body: reader.body(at, answer, &mut places),
                }
            };
            let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
            let answers = answers.filter(|(status, _)| !status.starts_with("x-")).map(&mut answer).collect();
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            Operation { id, method, path: path.to_owned(), pointer, query, request, answers }
        });
        let operations = read.collect();
        places.operations = operations;
        places.settle_types();
        places
    }

    /// The pointers by which something else may be meant that a pointer leads to: it stands in a schema, and that is composed
    /// of others.
    pub(crate) fn spellings(&self, pointer: &str) -> Vec<String> {
        let around = std::iter::successors(Some(pointer), |at| at.rfind('/').map(|end| &at[..end]));
        let place = around.filter_map(|at| Some((at, self.by_pointer.get(at)?))).next();
        let Some((at, place)) = place else { return Vec::new() };
        let (mut open, mut seen) = (vec![*place], Vec::new());
        while let Some(id) = open.pop() {
            if !seen.contains(&id) {
                seen.push(id);
                open.extend(self[id].all.iter().chain(self[id].either.iter().flatten()));
            }
        }
        seen.into_iter().skip(1).map(|id| format!("{}{}", self[id].pointer, &pointer[at.len()..])).collect()
    }

    /// The places that a value at some place may have parts in, that place included.
    pub(crate) fn reached_from(&self, from: PlaceId) -> BTreeSet<PlaceId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                let place = &self[id];
                open.extend(place.properties.values());
                open.extend(place.items);
                open.extend(&place.all);
                open.extend(place.either.iter().flatten());
                open.extend(if let Rest::Of(of) = place.rest { Some(of) } else { None });
            }
        }
        seen
    }

    /// Whether a property has to be there in what one side sends.
    pub(crate) fn is_sent(&self, property: PlaceId, in_answer: bool) -> bool {
        let place = &self[property];
        if in_answer { !place.is_write_only } else { !place.is_read_only }
    }

    /// The types of each place with all that it is composed of. A place that is composed of itself adds nothing to that.
    fn settle_types(&mut self) {
        let mut done: Vec<Option<Types>> = vec![None; self.places.len()];
        for number in 0..self.places.len() {
            self.types_of(number, &mut done, &mut Vec::new());
        }
        for (place, types) in self.places.iter_mut().zip(done) {
            place.types = types.unwrap_or(Types::ANY);
        }
    }

    fn types_of(&self, number: usize, done: &mut Vec<Option<Types>>, open: &mut Vec<usize>) -> Types {
        if let Some(types) = done[number] {
            return types;
        }
        if open.contains(&number) {
            return Types::ANY;
        }
        open.push(number);
        let place = &self.places[number];
        let mut types = place.own_types;
        for member in &place.all {
            types = types.and(self.types_of(member.0 as usize, done, open));
        }
        for members in &place.either {
            let mut any = Types::NONE;
            for member in members {
                any = any.or(self.types_of(member.0 as usize, done, open));
            }
            types = types.and(any);
        }
        if place.is_nullable {
            types = types.or(Types::of(Kind::Null));
        }
        open.pop();
        done[number] = Some(types);
        types
    }
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

/// A media type without its parameters.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// Whether a media type is of JSON. (RFC 6839, 3.1)
pub(crate) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

struct Reader<'d> {
    document: &'d Value,
    schemas: &'d Schemas,
}

impl<'d> Reader<'d> {
    /// What stands under a `$ref`, and its pointer; or the value itself.
    fn resolved(&self, at: String, value: &'d Value) -> (String, &'d Value) {
        let mut found = (at, value);
        for _ in 0..32 {
            let to = found.1.get("$ref").and_then(Value::as_str).and_then(target);
            let Some((to, next)) = to.and_then(|to| Some((to.clone().into_owned(), self.document.pointer(&to)?)))
            else {
                break;
            };
            found = (to, next);
        }
        found
    }

    fn body(&self, pointer: String, value: &'d Value, places: &mut Places) -> Body {
        let content = value.get("content").and_then(Value::as_object);
        let media_types = content.into_iter().flatten().map(|(name, _)| essence(name)).collect();
        let json = content.into_iter().flatten().find(|(name, _)| is_json(&essence(name)));
        let place = json.and_then(|(name, of)| {
            let schema = of.get("schema")?;
            Some(self.place(&format!("{pointer}/content/{}/schema", escape(name)), schema, places))
        });
        Body { pointer, media_types, place, is_required: true }
    }

    fn place(&self, pointer: &str, schema: &'d Value, places: &mut Places) -> PlaceId {
        if let Some(id) = places.by_pointer.get(pointer) {
            return *id;
        }
        let id = PlaceId(u32::try_from(places.places.len()).unwrap_or(u32::MAX));
        places.by_pointer.insert(pointer.to_owned(), id);
        let values = schema.get("enum").and_then(Value::as_array).cloned();
        let mut own_types = match schema.get("type") {
            Some(Value::String(name)) => Types::named(name),
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).map(Types::named).fold(Types::NONE, Types::or)
            }
            _ => Types::ANY,
        };
        if let Some(values) = &values {
            let listed = values.iter().map(Types::of_value).fold(Types::NONE, Types::or);
            own_types = own_types.and(listed);
        }
        let place = self.schemas.place(schema);
        places.places.push(Place {
            pointer: pointer.to_owned(),
            types: own_types,
            own_types,
            is_nullable: is_true(schema, "nullable"),
            lists_texts: place.is_enum_of(&Value::String(String::new())),
            values,
            format: schema.get("format").and_then(Value::as_str).and_then(Format::named),
            is_read_only: is_true(schema, "readOnly"),
            is_write_only: is_true(schema, "writeOnly"),
            ..Place::empty()
        });
        // What stands beside a `$ref` means nothing in 3.0.
        if let Some(to) = schema.get("$ref").and_then(Value::as_str).and_then(target) {
            if let Some(schema) = self.document.pointer(&to) {
                let to = self.place(&to, schema, places);
                places.places[id.0 as usize].all.push(to);
            }
            return id;
        }
        let mut inner = |key: &str, schema: &'d Value| self.place(&format!("{pointer}/{key}"), schema, places);
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let properties: HashMap<String, PlaceId> = properties
            .map(|(name, schema)| (name.clone(), inner(&format!("properties/{}", escape(name)), schema)))
            .collect();
        let rest = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => Rest::Closed,
            Some(Value::Bool(true)) => Rest::Free,
            Some(Value::Object(of)) if of.is_empty() => Rest::Free,
            Some(of @ Value::Object(_)) => Rest::Of(inner("additionalProperties", of)),
            _ => Rest::Open,
        };
        let items = schema.get("items").map(|items| inner("items", items));
        let mut members = |key: &str| -> Vec<PlaceId> {
            let members = schema.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
            members.map(|(number, member)| inner(&format!("{key}/{number}"), member)).collect()
        };
        let all = members("allOf");
        let either = ["anyOf", "oneOf"].map(&mut members).into_iter().filter(|members| !members.is_empty()).collect();
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let required = required.filter_map(Value::as_str).map(str::to_owned).collect();
        let place = &mut places.places[id.0 as usize];
        *place = Place { properties, rest, items, all, either, required, ..std::mem::replace(place, Place::empty()) };
        id
    }
}

impl Place {
    fn empty() -> Self {
        Self {
            pointer: String::new(),
            types: Types::ANY,
            own_types: Types::ANY,
            is_nullable: false,
            lists_texts: false,
            values: None,
            format: None,
            properties: HashMap::new(),
            required: Vec::new(),
            rest: Rest::Open,
            items: None,
            all: Vec::new(),
            either: Vec::new(),
            is_read_only: false,
            is_write_only: false,
        }
    }
}
