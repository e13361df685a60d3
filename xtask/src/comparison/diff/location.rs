//! Where a JSON pointer leads to, in OpenAPI's terms: `/paths/~1a/get/responses/200/content/…/schema/items` is
//! the items of the body of the response 200 to `GET /a`.
//!
//! The pointer is followed by what OpenAPI says of each object, so a property that is called `headers` is a
//! property.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::upstream::spec::{METHODS, key_of};

/// A step on the way from the document to a value. What only groups others, such as `properties`, is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// A path, or a webhook by its name.
    Path(String),
    /// The operation of a path with a method, in lower case.
    Method(String),
    /// A parameter, by its name.
    Parameter(String),
    /// The body of a request.
    RequestBody,
    /// The response with a status.
    Response(String),
    /// A header.
    Header(String),
    /// A body's media type.
    MediaType(String),
    /// A callback.
    Callback(String),
    /// A component, or a tag of the document: its kind (`schemas`) and name.
    Component(String, String),
    /// A property of an object.
    Property(String),
    /// The items of a list.
    Items,
    /// The values of properties that have no schema of their own.
    Values,
    /// A member of `anyOf`, `oneOf` or `prefixItems`: the keyword, and its number from 1 on.
    Member(String, usize),
    /// What a schema excludes, or any other schema in it, by its keyword.
    Inner(String),
    /// Any other key.
    Key(String),
    /// So many things of a kind, of which a report says the same.
    Several(usize, String),
}

/// What OpenAPI says that a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Document,
    Paths,
    PathItem,
    Operation,
    Parameters,
    Parameter,
    Body,
    Responses,
    Response,
    Headers,
    Header,
    Content,
    MediaType,
    Encodings,
    Encoding,
    Schema,
    Properties,
    Members(&'static str),
    Tags,
    Components,
    ComponentsOf(&'static str),
    Callbacks,
    Callback,
    Other,
}

/// The kinds of components, and what one of each is.
const COMPONENTS: [(&str, Kind); 10] = [
    ("schemas", Kind::Schema),
    ("responses", Kind::Response),
    ("parameters", Kind::Parameter),
    ("requestBodies", Kind::Body),
    ("headers", Kind::Header),
    ("callbacks", Kind::Callback),
    ("pathItems", Kind::PathItem),
    ("securitySchemes", Kind::Other),
    ("examples", Kind::Other),
    ("links", Kind::Other),
];

/// The steps that a pointer takes.
pub fn steps(root: &Value, pointer: &str) -> Vec<Step> {
    let (mut steps, mut kind, mut here) = (Vec::new(), Kind::Document, Some(root));
    for token in pointer.split('/').skip(1) {
        let key = key_of(token);
        here = here.and_then(|value| match value {
            Value::Array(items) => items.get(key.parse::<usize>().ok()?),
            value => value.get(&key),
        });
        let (step, next) = step(kind, key, here);
        steps.extend(step);
        kind = next;
    }
    steps
}

fn step(kind: Kind, key: String, value: Option<&Value>) -> (Option<Step>, Kind) {
    let number = |key: &str| key.parse::<usize>().map_or(1, |number| number + 1);
    match (kind, key.as_str()) {
        (Kind::Document, "paths" | "webhooks") => (None, Kind::Paths),
        (Kind::Document, "components") => (None, Kind::Components),
        (Kind::Document, "tags") => (None, Kind::Tags),
        (Kind::Tags, _) => {
            let name = value.and_then(|value| value.get("name")?.as_str()).unwrap_or(&key).to_owned();
            (Some(Step::Component("tags".to_owned(), name)), Kind::Other)
        }
        (Kind::Components, _) => match COMPONENTS.iter().find(|(name, _)| *name == key) {
            Some((name, _)) => (None, Kind::ComponentsOf(name)),
            None => (Some(Step::Key(key)), Kind::Other),
        },
        (Kind::ComponentsOf(of), _) => {
            let kind = COMPONENTS.iter().find(|(name, _)| *name == of).map_or(Kind::Other, |(_, kind)| *kind);
            let own = value.filter(|_| kind == Kind::Parameter).and_then(|value| value.get("name")?.as_str());
            let step = match own {
                // Readers know a parameter by the name that is sent.
                Some(name) => Step::Parameter(name.to_owned()),
                None => Step::Component(of.to_owned(), key),
            };
            (Some(step), kind)
        }
        (Kind::Paths, _) => (Some(Step::Path(key)), Kind::PathItem),
        (Kind::PathItem, method) if METHODS.contains(&method) => (Some(Step::Method(key)), Kind::Operation),
        (Kind::PathItem | Kind::Operation, "parameters") => (None, Kind::Parameters),
        (Kind::Operation, "requestBody") => (Some(Step::RequestBody), Kind::Body),
        (Kind::Operation, "responses") => (None, Kind::Responses),
        (Kind::Operation, "callbacks") => (None, Kind::Callbacks),
        (Kind::Callbacks, _) => (Some(Step::Callback(key)), Kind::Callback),
        (Kind::Callback, _) => (Some(Step::Path(key)), Kind::PathItem),
        (Kind::Parameters, _) => {
            let name = value.and_then(|value| value.get("name")?.as_str()).unwrap_or(&key).to_owned();
            (Some(Step::Parameter(name)), Kind::Parameter)
        }
        (Kind::Responses, _) if !key.starts_with("x-") => (Some(Step::Response(key)), Kind::Response),
        (Kind::Response | Kind::Encoding, "headers") => (None, Kind::Headers),
        (Kind::Headers, _) => (Some(Step::Header(key)), Kind::Header),
        (Kind::Body | Kind::Response | Kind::Parameter | Kind::Header, "content") => (None, Kind::Content),
        (Kind::Content, _) => (Some(Step::MediaType(key)), Kind::MediaType),
        (Kind::MediaType, "encoding") => (None, Kind::Encodings),
        (Kind::Encodings, _) => (Some(Step::Property(key)), Kind::Encoding),
        (Kind::Parameter | Kind::Header | Kind::MediaType, "schema") => (None, Kind::Schema),
        (Kind::Schema, "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions") => {
            (None, Kind::Properties)
        }
        (Kind::Properties, _) => (Some(Step::Property(key)), Kind::Schema),
        (Kind::Schema, "items") => (Some(Step::Items), Kind::Schema),
        // Where it is true or false, it says something of the object.
        (Kind::Schema, "additionalProperties") if value.is_some_and(Value::is_object) => {
            (Some(Step::Values), Kind::Schema)
        }
        (Kind::Schema, "allOf") => (None, Kind::Members("allOf")),
        (Kind::Schema, "anyOf") => (None, Kind::Members("anyOf")),
        (Kind::Schema, "oneOf") => (None, Kind::Members("oneOf")),
        (Kind::Schema, "prefixItems") => (None, Kind::Members("prefixItems")),
        // Together with the schema around it, a member is that very thing.
        (Kind::Members("allOf"), _) => (None, Kind::Schema),
        (Kind::Members(of), key) => (Some(Step::Member(of.to_owned(), number(key))), Kind::Schema),
        (
            Kind::Schema,
            "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "contentSchema"
            | "unevaluatedItems"
            | "unevaluatedProperties",
        ) => (Some(Step::Inner(key)), Kind::Schema),
        _ => (Some(Step::Key(key)), Kind::Other),
    }
}

/// What a sentence is about: the last thing on the way that has a name, and the way on from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Subject(Vec<Step>);

impl Subject {
    /// Several things of which the same is said.
    pub fn several(things: &[&Self]) -> Self {
        let noun = |subject: &&Self| match subject.0.iter().rev().find(|step| !matches!(step, Step::Key(_))) {
            Some(Step::Property(_)) => "properties".to_owned(),
            Some(Step::Parameter(_)) => "parameters".to_owned(),
            Some(Step::Header(_)) => "headers".to_owned(),
            Some(Step::Response(_)) => "responses".to_owned(),
            Some(Step::Component(kind, _)) => format!("{}s", component(kind)),
            _ => "places".to_owned(),
        };
        let nouns: BTreeSet<String> = things.iter().map(noun).collect();
        let noun = nouns.first().filter(|_| nouns.len() == 1).map_or("places", String::as_str);
        Self(vec![Step::Several(things.len(), noun.to_owned())])
    }

    /// What a pointer leads to.
    pub fn of(root: &Value, pointer: &str) -> Self {
        let mut steps = steps(root, pointer);
        let named = |step: &Step| {
            !matches!(step, Step::Items | Step::Values | Step::Member(..) | Step::Inner(_) | Step::Key(_))
        };
        let from = steps.iter().rposition(named).unwrap_or(0);
        Self(steps.split_off(from))
    }

    /// The same, with another name for a header: a component has none of its own.
    pub fn with_header(mut self, name: &str) -> Self {
        if let Some(first @ Step::Component(..)) = self.0.first_mut() {
            *first = Step::Header(name.to_owned());
        }
        self
    }

    /// Whether it is several things: items, or values.
    pub fn is_plural(&self) -> bool {
        let last = self.0.iter().rev().find(|step| !matches!(step, Step::Key(_)));
        matches!(last, Some(Step::Items | Step::Values | Step::Several(..)))
    }

    /// What its last step leads from, where that is the values of an object's other properties.
    pub fn owner(&self) -> Self {
        match self.0.split_last() {
            Some((Step::Values, of)) => Self(of.to_vec()),
            _ => self.clone(),
        }
    }

    /// The parameter that it is in, by its name.
    pub fn parameter(&self) -> Option<&str> {
        self.0.iter().find_map(|step| if let Step::Parameter(name) = step { Some(name.as_str()) } else { None })
    }

    /// Whether it is a key of something.
    pub fn has_key(&self) -> bool {
        matches!(self.0.last(), Some(Step::Key(_)))
    }

    /// Its name in a sentence: `` items of `labels` ``.
    pub fn name(&self) -> String {
        let named = |step: &Step| match step {
            Step::Path(path) => format!("the path {}", quoted(path)),
            Step::Method(_) => "the operation".to_owned(),
            Step::Parameter(name) => format!("parameter {}", quoted(name)),
            Step::RequestBody => "the request body".to_owned(),
            Step::Response(status) => format!("the response {status}"),
            Step::Header(name) => format!("header {}", quoted(name)),
            Step::MediaType(name) if name == "application/json" => "the body".to_owned(),
            Step::MediaType(name) => format!("the body ({name})"),
            Step::Callback(name) => format!("callback {}", quoted(name)),
            Step::Component(kind, name) => format!("{} {}", component(kind), quoted(name)),
            Step::Property(name) => quoted(name),
            Step::Several(things, noun) => format!("{things} {noun}"),
            _ => "the document".to_owned(),
        };
        let first = self.0.first().map_or_else(|| "the document".to_owned(), named);
        self.0.iter().skip(1).fold(first, |name, step| match step {
            Step::Items => format!("items of {name}"),
            Step::Values => format!("values of {name}"),
            Step::Member(key, number) if key == "prefixItems" => format!("item {number} of {name}"),
            Step::Member(_, number) => format!("alternative {number} of {name}"),
            Step::Inner(key) => format!("{} of {name}", quoted(key)),
            _ => name,
        })
    }

    /// Its name, with the key of it that the pointer leads to: `` `later` of `labels` ``.
    pub fn key(&self) -> String {
        let keys: Vec<&str> = self
            .0
            .iter()
            .filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None })
            .collect();
        match (keys.is_empty(), self.name()) {
            (true, name) => name,
            (false, name) => format!("{} of {name}", quoted(&keys.join("."))),
        }
    }
}

/// What a component of a kind is.
fn component(kind: &str) -> &str {
    match kind {
        "requestBodies" => "request body",
        "pathItems" => "path item",
        "securitySchemes" => "security scheme",
        kind => kind.trim_end_matches('s'),
    }
}

/// A name as code: between backticks, more of them where it has some itself.
pub fn quoted(name: &str) -> String {
    match name.split(|c| c != '`').map(str::len).max() {
        None | Some(0) => format!("`{name}`"),
        Some(longest) => format!("{0} {name} {0}", "`".repeat(longest + 1)),
    }
}

/// Where something is within its operation, as short as it can be found by:
/// `` response 201 › backup_policy.next_run_at ``; in a component, within that.
pub fn within_operation(steps: &[Step]) -> String {
    let from = steps.iter().position(|step| matches!(step, Step::Method(_))).map_or(0, |at| at + 1);
    let (mut parts, mut fields): (Vec<String>, String) = (Vec::new(), String::new());
    for step in &steps[from..] {
        match step {
            Step::Property(name) if fields.is_empty() => fields.push_str(name),
            Step::Property(name) => fields.push_str(&format!(".{name}")),
            Step::Items => fields.push_str("[]"),
            Step::Values => fields.push_str(if fields.is_empty() { "*" } else { ".*" }),
            Step::Member(key, number) => fields.push_str(&format!("({key} {number})")),
            Step::Inner(key) => fields.push_str(&format!("({key})")),
            Step::RequestBody => parts.push("request".to_owned()),
            Step::MediaType(name) if name == "application/json" => {}
            Step::MediaType(name) => parts.push(name.clone()),
            Step::Parameter(name) => parts.push(format!("parameter {name}")),
            Step::Response(status) => parts.push(format!("response {status}")),
            Step::Header(name) => parts.push(format!("header {name}")),
            Step::Callback(name) => parts.push(format!("callback {name}")),
            Step::Component(kind, name) => parts.push(format!("{} {name}", component(kind))),
            Step::Path(path) => parts.push(path.clone()),
            Step::Method(method) => parts.push(method.to_uppercase()),
            Step::Key(_) | Step::Several(..) => {}
        }
    }
    if !fields.is_empty() {
        parts.push(fields);
    }
    // A key of the document or the operation itself is all there is to be found by.
    if parts.is_empty()
        && let Some(Step::Key(key)) = steps.get(from)
    {
        parts.push(key.clone());
    }
    parts.join(" › ")
}
