//! The observed document: inferred where the first one is contradicted, else the first one.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::contradictions::{Change, Contradiction};
use super::guess::Guess;
use crate::effective::nulls;
use crate::generate::document::escape;
use crate::upstream::spec::key_of;

/// A document that allows what contradicts the first, and the pointers of the types that are new in it, with what each was
/// made for.
pub(crate) fn document<'c>(
    first: &Value,
    contradictions: &'c [Contradiction],
) -> (Value, Vec<(String, &'c Contradiction)>) {
    let (mut observed, mut new) = (first.clone(), Vec::new());
    for one in ordered(contradictions) {
        let lifted = apply(&mut observed, one);
        new.extend(lifted.into_iter().map(|name| (format!("{SCHEMAS}/{}", escape(&name)), one)));
    }
    nulls::spell_out(&mut observed);
    (observed, new)
}

/// Contradictions in the order in which they are mended: from the inside out, so that a schema that moves takes with it
/// what was changed in it.
pub(crate) fn ordered(contradictions: &[Contradiction]) -> Vec<&Contradiction> {
    let mut ordered: Vec<&Contradiction> = contradictions.iter().collect();
    ordered.sort_by_key(|one| (std::cmp::Reverse(one.pointer.matches('/').count()), &one.pointer, rank(&one.change)));
    ordered
}

/// The order of changes of one schema: those of its type come last.
fn rank(change: &Change) -> u8 {
    match change {
        Change::Number => 1,
        Change::Type { .. } => 2,
        Change::Null => 3,
        _ => 0,
    }
}

/// Inferred schemas of objects, which stand under components as the naming of types has it.
#[derive(Debug, Default)]
pub(crate) struct Lifted {
    pub(crate) schemas: Vec<(String, Value)>,
}

impl Lifted {
    /// A schema for what a guess was made of at a place, or at a property of it.
    pub(crate) fn schema(&mut self, guess: &Guess, document: &Value, pointer: &str, property: Option<&str>) -> Value {
        let names = names_in(pointer);
        let names: Vec<&str> = names.iter().map(String::as_str).chain(property).collect();
        guess.schema(&names, &mut |names, schema| self.lift(document, names, schema))
    }

    /// An answer with bodies of some media types, and some headers. A body that another answer of the operation may have is of that type.
    pub(crate) fn answer(
        &mut self,
        status: u16,
        bodies: &[(String, Guess)],
        headers: &[(String, Guess)],
        document: &Value,
        pointer: &str,
    ) -> Value {
        let mut content = Map::new();
        for (media_type, guess) in bodies {
            let schema = match alike(status, guess, document, pointer) {
                Some(reference) => json!({ "$ref": reference }),
                None => self.schema(guess, document, pointer, None),
            };
            content.insert(media_type.clone(), json!({ "schema": schema }));
        }
        let mut answer = json!({ "description": "It was seen." });
        if !content.is_empty() {
            answer["content"] = content.into();
        }
        let headers: Map<String, Value> = headers
            .iter()
            .map(|(name, guess)| (name.clone(), json!({ "schema": self.schema(guess, document, pointer, Some(name)) })))
            .collect();
        if !headers.is_empty() {
            answer["headers"] = headers.into();
        }
        answer
    }

    fn lift(&mut self, document: &Value, names: &[&str], schema: Value) -> Value {
        let name = names.iter().map(|name| name.to_upper_camel_case()).collect::<String>();
        let is_taken = |name: &String| {
            self.schemas.iter().any(|(other, _)| other == name)
                || document.pointer(&format!("{SCHEMAS}/{}", escape(name))).is_some()
        };
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name);
        self.schemas.push((free.clone(), schema));
        json!({ "$ref": format!("#{SCHEMAS}/{}", escape(&free)) })
    }
}

const SCHEMAS: &str = "/components/schemas";

/// The type of another answer of the operation that has all the fields of a body: an error's, for an error.
fn alike(status: u16, guess: &Guess, document: &Value, pointer: &str) -> Option<String> {
    let (answers, _) = pointer.rsplit_once('/')?;
    let answers = document.pointer(answers)?.as_object()?.iter();
    let is_error = |status: &str| !status.starts_with(['2', '3']);
    let of_class = answers.filter(|(other, _)| is_error(other) == (status >= 400));
    let references = of_class
        .filter_map(|(_, answer)| answer.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str));
    let has_all = |reference: &&str| {
        let schema = reference.strip_prefix('#').and_then(|to| document.pointer(to));
        schema.and_then(|schema| schema.get("properties")).is_some_and(|of| guess.is_of_fields(of))
    };
    references.into_iter().find(has_all).map(str::to_owned)
}

/// Changes a document. Returns the names of the types that were added.
fn apply(document: &mut Value, Contradiction { pointer, change, .. }: &Contradiction) -> Vec<String> {
    let mut lifted = Lifted::default();
    // What is inferred is made before the place is changed.
    let inferred = match change {
        Change::Field(name, guess) | Change::Parameter(name, guess) | Change::Header(name, guess) => {
            lifted.schema(guess, document, pointer, Some(name))
        }
        Change::Type { guess, .. } | Change::RequestBody(guess) | Change::MediaType(_, guess) => {
            lifted.schema(guess, document, pointer, None)
        }
        Change::Answer(status, bodies, headers) => lifted.answer(*status, bodies, headers, document, pointer),
        _ => Value::Null,
    };
    if !lifted.schemas.is_empty() && document.pointer(SCHEMAS).is_none() {
        insert(document, "", "components", json!({ "schemas": {} }));
    }
    let names = lifted.schemas.iter().map(|(name, _)| name.clone()).collect();
    lifted.schemas.into_iter().for_each(|(name, schema)| insert(document, SCHEMAS, &name, schema));
    let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
    match change {
        Change::Answer(status, ..) => insert(document, parent, &status.to_string(), inferred),
        Change::RequestBody(_) => {
            let body = json!({ "content": { "application/json": { "schema": inferred } } });
            insert(document, parent, "requestBody", body);
        }
        Change::Parameter(name, _) => {
            let parameter = json!({ "name": name, "in": "query", "schema": inferred });
            let operation = pointer.rsplit_once("/parameters/").map_or("", |(operation, _)| operation);
            if let Some(operation) = document.pointer_mut(operation).and_then(Value::as_object_mut) {
                let list = operation.entry("parameters").or_insert_with(|| json!([]));
                list.as_array_mut().into_iter().for_each(|list| list.push(parameter.clone()));
            }
        }
        _ => {
            if let Some(Value::Object(here)) = document.pointer_mut(pointer) {
                change_at(here, change, inferred);
            }
        }
    }
    names
}

/// Changes what stands at a place.
fn change_at(here: &mut Map<String, Value>, change: &Change, inferred: Value) {
    match change {
        Change::Value(value) => {
            let listed = here.get_mut("enum").and_then(Value::as_array_mut);
            if let Some(listed) = listed.filter(|listed| !listed.contains(value)) {
                listed.push(value.clone());
            }
        }
        Change::AnyValue => drop(here.remove("enum")),
        Change::Format(Some(format)) => drop(here.insert("format".to_owned(), (*format).into())),
        Change::Format(None) => drop(here.remove("format")),
        Change::Optional(name) => {
            if let Some(required) = here.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|other| other != name);
                if required.is_empty() {
                    here.remove("required");
                }
            }
        }
        Change::Field(name, _) => {
            let properties = here.entry("properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                properties.entry(name.clone()).or_insert(inferred);
            }
        }
        Change::Entries => drop(here.remove("additionalProperties")),
        Change::Number => drop(here.insert("type".to_owned(), "number".into())),
        Change::Type { is_beside: false, is_nullable, .. } => {
            *here = instead(here, inferred, *is_nullable);
        }
        Change::Type { is_beside: true, .. } => match ["anyOf", "oneOf"].iter().find(|key| here.contains_key(**key)) {
            Some(key) => {
                let members = here.get_mut(*key).and_then(Value::as_array_mut);
                members.into_iter().for_each(|members| members.push(inferred.clone()));
            }
            None => {
                let before = Value::Object(std::mem::take(here));
                here.insert("anyOf".to_owned(), json!([before, inferred]));
            }
        },
        Change::Null => {
            if let Some(reference) = here.remove("$ref") {
                here.clear();
                here.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
            here.insert("nullable".to_owned(), true.into());
        }
        Change::MediaType(name, _) => {
            let content = here.entry("content").or_insert_with(|| json!({}));
            if let Some(content) = content.as_object_mut() {
                content.insert(name.clone(), json!({ "schema": inferred }));
            }
        }
        Change::NoBody => drop(here.remove("content")),
        Change::OptionalBody => drop(here.remove("required")),
        Change::Header(name, _) => {
            let headers = here.entry("headers").or_insert_with(|| json!({}));
            if let Some(headers) = headers.as_object_mut() {
                headers.insert(name.clone(), json!({ "schema": inferred }));
            }
        }
        Change::OptionalParameter => drop(here.insert("required".to_owned(), false.into())),
        Change::Answer(..) | Change::Parameter(..) | Change::RequestBody(_) => {}
    }
}

/// What stands in the place of a schema whose values are of another type.
pub(crate) fn instead(before: &Map<String, Value>, inferred: Value, is_nullable: bool) -> Map<String, Value> {
    let mut schema = match inferred.get("$ref") {
        Some(_) if is_nullable => json!({ "allOf": [inferred] }),
        _ => inferred,
    };
    if is_nullable {
        schema["nullable"] = true.into();
    }
    if let Some(description) = before.get("description").filter(|_| schema.get("$ref").is_none()) {
        schema["description"] = description.clone();
    }
    schema.as_object().cloned().unwrap_or_default()
}

fn insert(document: &mut Value, parent: &str, key: &str, value: Value) {
    if let Some(Value::Object(parent)) = document.pointer_mut(parent) {
        parent.insert(key.to_owned(), value);
    }
}

/// The names on the way to a place, of which the name of a new type is made: of a component the component and its
/// properties, of an operation the last part of its path.
fn names_in(pointer: &str) -> Vec<String> {
    let keys: Vec<String> = pointer.split('/').skip(1).map(key_of).collect();
    match &keys[..] {
        [components, schemas, name, below @ ..] if components == "components" && schemas == "schemas" => {
            let properties = below.iter().zip(below.iter().skip(1)).filter(|(key, _)| *key == "properties");
            std::iter::once(name.clone()).chain(properties.map(|(_, name)| name.clone())).collect()
        }
        [_, path, method, ..] => {
            let part = path.split('/').rev().find(|part| !part.is_empty() && !part.starts_with('{'));
            vec![method.clone(), part.unwrap_or("body").to_owned()]
        }
        _ => vec!["Observed".to_owned()],
    }
}
