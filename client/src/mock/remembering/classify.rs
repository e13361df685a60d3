//! What each operation does, by rule: from its method, its path and its answer.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::description::{SCHEMAS_OF_API, Schemas, operations};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Lists a collection.
    List,
    /// Makes an item.
    Create,
    /// Gives an item.
    Get,
    /// Changes an item by what is sent.
    Update,
    /// Removes an item, and all below it.
    Delete,
    /// Makes a request that changes the parent when it is completed.
    Request,
    /// Cancels such requests that are not completed.
    Cancel,
    /// Gives what an item has one of, by the path; it is there from the beginning.
    Single,
    /// Changes that.
    UpdateSingle,
    /// Gives a property of an item.
    Part,
    /// Changes an item, as the path says.
    Act,
    /// Tells of what nothing here can know.
    Report,
}

/// A collection of items.
#[derive(Debug)]
pub(super) struct Collection {
    /// Its path, with `{}` for each parameter.
    pub(super) path: String,
    /// The property that an item is found by.
    pub(super) key: &'static str,
    /// The schema of an item.
    pub(super) schema: Value,
    /// Whether an operation makes items.
    pub(super) is_made: bool,
}

/// An operation, and what is known of it.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// The path with `{}` for each parameter.
    pub(super) plain: String,
    pub(super) class: Class,
    /// The collection that it is about: of the item that it gives or changes, or that it lists.
    pub(super) collection: Option<String>,
    pub(super) parameters: Vec<Value>,
    /// The schema of the body, where there is one.
    pub(super) body: Option<Value>,
    /// The status of a success.
    pub(super) status: u16,
    /// The schema of the answer, where it has a body.
    pub(super) answer: Option<Value>,
    /// What `x-standin` says.
    pub(super) exception: Value,
}

/// The operations and collections of the API.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) schemas: &'static Schemas,
    pub(super) operations: Vec<Operation>,
    pub(super) collections: BTreeMap<String, Collection>,
}

/// The operations of the API, classified.
pub(super) static API: LazyLock<Api> = LazyLock::new(Api::read);

/// A path with `{}` for each parameter.
fn plain(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The property that a path's parameter is, by its description: of those that an item has, the first of these words.
fn key_of(parameter: &Value, has_property: impl Fn(&str) -> bool) -> &'static str {
    let text = parameter["description"].as_str().unwrap_or_default().to_lowercase();
    let has = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    let words = ["slug", "number", "fingerprint", "id", "name"];
    words.into_iter().find(|word| has(word) && has_property(word)).unwrap_or("id")
}

impl Api {
    fn read() -> Self {
        let schemas = &*SCHEMAS_OF_API;
        let mut read: Vec<Operation> =
            operations().filter_map(|(method, path, read)| operation(method, path, read)).collect();
        let collections = collections(&read, schemas);
        let classes: Vec<_> = read.iter().map(|operation| class(operation, &read, &collections, schemas)).collect();
        for (operation, (class, collection)) in read.iter_mut().zip(classes) {
            (operation.class, operation.collection) = (class, collection);
        }
        Self { schemas, operations: read, collections }
    }

    /// The operation that a request is for.
    pub(super) fn operation(&self, method: &str, segments: &[&str]) -> Option<&Operation> {
        let is_name = |part: &str| part.starts_with('{');
        let fits = |operation: &&Operation| {
            let mut template = operation.path.split('/').skip(1);
            let fits = segments.iter().all(|segment| {
                template.next().is_some_and(|part| part == *segment || is_name(part) && !segment.is_empty())
            });
            fits && template.next().is_none() && operation.method == method
        };
        let fitting = self.operations.iter().filter(fits);
        fitting.min_by_key(|operation| operation.path.split('/').map(is_name).collect::<Vec<_>>())
    }
}

fn operation(method: &'static str, path: &'static str, read: Value) -> Option<Operation> {
    let answers = read["answers"].as_object()?;
    // The one with a body is the usual one.
    let (status, answer) = answers.iter().find(|(_, schema)| !schema.is_null()).or_else(|| answers.iter().next())?;
    Some(Operation {
        id: read["id"].as_str()?.to_owned(),
        method,
        path,
        plain: plain(path),
        class: Class::Report,
        collection: None,
        parameters: read["parameters"].as_array().cloned().unwrap_or_default(),
        body: read.get("body").filter(|body| !body.is_null()).cloned(),
        status: status.parse().ok()?,
        answer: Some(answer).filter(|answer| !answer.is_null()).cloned(),
        exception: read["x-standin"].clone(),
    })
}

/// The collections: paths with a parameter below, and what comes in pages.
fn collections(operations: &[Operation], schemas: &Schemas) -> BTreeMap<String, Collection> {
    let mut collections = BTreeMap::new();
    let of_page = |operation: &Operation| schemas.of_page(operation.answer.as_ref()?).cloned();
    for operation in operations {
        let with_item = operation.plain.strip_suffix("/{}");
        let listed = of_page(operation).filter(|_| operation.method == "GET" && with_item.is_none());
        let Some(path) = with_item.or(listed.is_some().then_some(operation.plain.as_str())) else { continue };
        if collections.contains_key(path) {
            continue;
        }
        let item = format!("{path}/{{}}");
        let at = |method: &str, path: &str| {
            operations.iter().find(|operation| operation.method == method && operation.plain == path)
        };
        let listed = at("GET", path).and_then(of_page);
        let given = at("GET", &item).filter(|operation| of_page(operation).is_none());
        let made = at("POST", path);
        let answered = given.or(made).and_then(|operation| operation.answer.clone());
        let Some(schema) = listed.or(answered) else { continue };
        // What is said of the item's own operation is meant first.
        let of_item = at("GET", &item).or_else(|| at("PATCH", &item)).or_else(|| at("DELETE", &item));
        let parameter = of_item.and_then(|operation| {
            let name = operation.path.rsplit('/').next()?.trim_matches(['{', '}']);
            operation.parameters.iter().find(|parameter| parameter["name"] == name && parameter["in"] == "path")
        });
        let properties = schemas.properties(&schema);
        let key = parameter.map_or("id", |parameter| key_of(parameter, |word| properties.contains_key(word)));
        let is_made = made.is_some() || at("PUT", path).is_some() || at("PATCH", path).is_some();
        collections.insert(path.to_owned(), Collection { path: path.to_owned(), key, schema, is_made });
    }
    collections
}

/// The path of the collection that the last parameter of a path is an item of, and the rest of the path.
pub(super) fn last_item(plain: &str) -> Option<(&str, &str)> {
    let at = plain.rfind("/{}")?;
    Some((&plain[..at], plain[at + 3..].trim_start_matches('/')))
}

fn class(
    operation: &Operation,
    all: &[Operation],
    collections: &BTreeMap<String, Collection>,
    schemas: &Schemas,
) -> (Class, Option<String>) {
    let (path, method) = (operation.plain.as_str(), operation.method);
    if let Some(collection) = path.strip_suffix("/{}") {
        let known = collections.get(collection);
        let answer = operation.answer.as_ref();
        let is_same = |schema: &Value| known.is_some_and(|known| schemas.name(schema) == schemas.name(&known.schema));
        let class = match method {
            "GET" if answer.is_some_and(is_same) => Class::Get,
            "GET" => Class::Report,
            "DELETE" if answer.is_some() => Class::Act,
            "DELETE" => Class::Delete,
            _ => Class::Update,
        };
        return (class, Some(collection.to_owned()));
    }
    if collections.contains_key(path) {
        let class = match method {
            "GET" => Class::List,
            "POST" => Class::Create,
            "DELETE" => Class::Cancel,
            _ => Class::Request,
        };
        return (class, Some(path.to_owned()));
    }
    let Some((collection, rest)) = last_item(path) else { return (Class::Report, None) };
    let sibling = |method: &str| all.iter().find(|other| other.method == method && other.plain == path);
    let single = sibling("GET").filter(|get| get.answer.is_some());
    let is_single = single.is_some() && (sibling("PATCH").is_some() || sibling("PUT").is_some());
    let is_part = || {
        let known = collections.get(collection)?;
        let property = schemas.property(&known.schema, &rest.replace('-', "_"))?;
        Some(schemas.name(property)? == schemas.name(operation.answer.as_ref()?)?)
    };
    let class = match method {
        "GET" if is_single => Class::Single,
        "GET" if is_part() == Some(true) => Class::Part,
        "GET" => Class::Report,
        "PATCH" | "PUT" if is_single => Class::UpdateSingle,
        _ => Class::Act,
    };
    (class, Some(collection.to_owned()))
}

/// A line for each operation: its ID, its method, its path, what it does, and the collection and key of that.
pub(super) fn classification() -> String {
    let line = |operation: &Operation| {
        let collection = operation.collection.as_ref().and_then(|path| API.collections.get(path));
        let about = collection.map(|collection| {
            let name = API.schemas.name(&collection.schema).unwrap_or("?");
            let made = if collection.is_made { "" } else { ", nothing makes it" };
            format!("{name} by {}{made}", collection.key)
        });
        let exception = if operation.exception.is_null() { "" } else { "; x-standin" };
        let (class, about) = (operation.class, about.unwrap_or_default());
        format!("{} {} {}: {class:?} {about}{exception}\n", operation.id, operation.method, operation.path)
    };
    API.operations.iter().map(line).collect()
}
