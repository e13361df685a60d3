//! What the spec says of the operations, for what progenitor does not carry over.
//!
//! before: `get: {operationId: listThings, parameters: [{name: per-page, description: How many}]}`
//! after:  `list_things`: the id `listThings`, its method and path, and for `perpage` "How many"

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::Bodies;
use super::document::{FEATURE, escape, operations, plain, resolved, resolved_at};
use super::limits::{Limits, Schemas};
use super::{Error, parameters};

/// The operations, by their ids.
pub(crate) struct Operations(BTreeMap<String, Described>);

/// What the spec says of an operation.
pub(crate) struct Described {
    pub(crate) method: String,
    /// The path's template.
    pub(crate) path: String,
    /// The id, as upstream writes it.
    pub(crate) id: String,
    pub(crate) bodies: Bodies,
    /// The media type of the request's body, as progenitor is told it, where there is one.
    pub(crate) sent: Option<String>,
    /// The limits of a body that is written where it is sent, a list say.
    pub(crate) limits_of_body: Limits,
    /// Whether the spec says that it wants no credentials.
    pub(crate) is_public: bool,
    /// The feature of the crate that it is behind.
    pub(crate) feature: Option<String>,
    /// The parameters in the query: their names, whether each is required, and what each is.
    pub(crate) query: Vec<(String, bool, Kind)>,
    /// The descriptions of parameters and body, by their names without case and separators.
    pub(crate) arguments: BTreeMap<String, String>,
    /// The parameters, by the same.
    pub(crate) parameters: BTreeMap<String, Parameter>,
}

/// What a parameter in the query is: a variant of `crate::mock::Kind`.
pub(crate) enum Kind {
    Integer,
    Boolean,
    Text,
    OneOf(Vec<String>),
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// How a parameter travels.
pub(crate) struct Parameter {
    /// Its name on the wire.
    pub(crate) name: String,
    pub(crate) place: Place,
    /// A variant of `crate::runtime::Style`.
    pub(crate) style: &'static str,
    /// What it is held to.
    pub(crate) limits: Limits,
}

/// A parameter of an operation, wherever it is said, and its JSON pointer.
struct Listed<'v> {
    at: String,
    said: &'v Value,
}

impl Listed<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.said.get(key)?.as_str()
    }

    /// Its name in progenitor's code.
    fn name(&self) -> &str {
        self.text("name").unwrap_or_default()
    }

    /// Its name on the wire.
    fn wire(&self) -> &str {
        self.text(parameters::WIRE_NAME).unwrap_or(self.name())
    }

    /// How it is written, where it can be.
    fn style(&self) -> Option<(Place, &'static str)> {
        let place = self.place()?;
        let usual = if place == Place::Query { "form" } else { "simple" };
        let explode = self.said.get("explode").and_then(Value::as_bool);
        let style = match (place, self.text("style").unwrap_or(usual), explode) {
            _ if self.said.get(parameters::IS_JSON).is_some() => "Json",
            (Place::Query, "deepObject", _) => "DeepObject",
            (Place::Query, "form", None) | (Place::Query, _, Some(true)) => "Form",
            (Place::Query, "form", _) => "FormJoined",
            (Place::Query, "spaceDelimited", _) => "SpaceDelimited",
            (Place::Query, "pipeDelimited", _) => "PipeDelimited",
            (Place::Path | Place::Header, "simple", Some(true)) => "SimpleExploded",
            (Place::Path | Place::Header, "simple", _) => "Simple",
            (Place::Path, "label", Some(true)) => "LabelExploded",
            (Place::Path, "label", _) => "Label",
            (Place::Path, "matrix", Some(true)) => "MatrixExploded",
            (Place::Path, "matrix", _) => "Matrix",
            _ => return None,
        };
        Some((place, style))
    }

    fn place(&self) -> Option<Place> {
        Some(match self.text("in")? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        })
    }

    /// How it travels.
    ///
    /// # Errors
    /// What it is, where no request can have it.
    fn travel(&self, schemas: &Schemas) -> Result<Parameter, String> {
        let name = self.name();
        // RFC 9110, 5.6.2: what is not a token would panic where the request is built.
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        match self.text("in") {
            Some("cookie") => return Err(format!("the cookie parameter `{name}`: a client has no cookies")),
            Some("header") if name.is_empty() || !name.chars().all(is_token) => {
                return Err(format!("the header `{name}`, which no header can be called"));
            }
            _ => {}
        }
        let Some((place, style)) = self.style() else {
            let style = self.text("style").unwrap_or_default();
            return Err(format!("the parameter `{name}` in the style `{style}`, which OpenAPI has not there"));
        };
        let limits = schemas.get(&format!("{}/schema", self.at)).map(|said| said.limits.clone());
        Ok(Parameter { name: self.wire().to_owned(), place, style, limits: limits.unwrap_or_default() })
    }

    /// What it is in the query: its name, whether it is required, and what kind of value.
    fn in_query(&self, root: &Value) -> Option<(String, bool, Kind)> {
        let schema = resolved(&self.said["schema"], root);
        let texts = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        let texts: Vec<String> = texts.filter_map(Value::as_str).map(str::to_owned).collect();
        let kind = match schema.get("type").and_then(Value::as_str) {
            Some("integer") => Kind::Integer,
            Some("boolean") => Kind::Boolean,
            Some("string") if !texts.is_empty() => Kind::OneOf(texts),
            _ => Kind::Text,
        };
        (self.text("in") == Some("query")).then(|| (self.wire().to_owned(), self.said["required"] == true, kind))
    }
}

/// What progenitor calls an operation: in snake case, and an identifier.
fn function_name(id: &str) -> String {
    let is_of_a_name = |c: char| {
        c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && syn::parse_str::<syn::Ident>(&format!("a{c}")).is_ok()
    };
    let plain = match id {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => id.replace('\'', "").replace(|c: char| !is_of_a_name(c), "-"),
    };
    let snake = heck::ToSnakeCase::to_snake_case(plain.as_str());
    let name = if snake.starts_with(|c: char| c.is_alphabetic() || c == '_') { snake } else { format!("_{snake}") };
    // A word of the next edition of Rust is none that syn knows.
    if name != "gen" && syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

/// The methods that the client has beside its operations, whatever is written by hand.
const RESERVED: [&str; 4] = ["base_url", "clone", "http", "new"];

impl Operations {
    /// Reads the operations of a document. `bodies` is what they send and answer with, `schemas` what schemas are held to.
    ///
    /// # Errors
    /// Names the operation that a client of this crate cannot have.
    pub(crate) fn of(document: &Value, bodies: &BTreeMap<String, Bodies>, schemas: &Schemas) -> Result<Self, Error> {
        let items = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        if let Some((path, _)) = items.into_iter().find(|(_, item)| item.get("$ref").is_some()) {
            return Err(Error::Document(format!("the path {path} is a reference elsewhere")));
        }
        let mut found: BTreeMap<String, Described> = BTreeMap::new();
        // Of two that would be one, the first has the name, wherever keys of JSON keep their order.
        let mut all: Vec<_> = operations(document).collect();
        all.sort_by_key(|(path, ..)| *path);
        for (path, method, operation) in all {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
            let at = format!("/paths/{}/{method}", escape(path));
            let refused = |below: &str, why: String| Error::operation(id, format!("#{at}{below}"), why);
            let item = &document["paths"][path];
            let servers =
                [operation, item].into_iter().filter_map(|holder| holder.get("servers")?.as_array()).flatten();
            if let Some(url) = servers.filter_map(|server| server["url"].as_str()).find(|url| !is_ours(document, url)) {
                let why = format!("is on a server of its own, {url}: use `Client::with` for it");
                return Err(refused("/servers", why));
            }
            let mut listed = parameters_of(item, &format!("/paths/{}", escape(path)), document);
            listed.extend(parameters_of(operation, &at, document));
            let travel = |one: &Listed<'_>| Ok((plain(one.name()), one.travel(schemas)?));
            let parameters: Result<_, String> = listed.iter().map(travel).collect();
            let parameters = parameters.map_err(|why| refused("/parameters", format!("has {why}")))?;
            let body = operation.get("requestBody").map(|body| resolved(body, document));
            let said =
                listed.iter().map(|one| (plain(one.name()), one.said)).chain(body.map(|it| ("body".to_owned(), it)));
            let arguments = said.filter_map(|(name, said)| Some((name, said.get("description")?.as_str()?.to_owned())));
            let content = body.and_then(|body| body.get("content")?.as_object());
            let described = Described {
                method: method.to_uppercase(),
                path: path.to_owned(),
                id: id.to_owned(),
                bodies: bodies.get(id).cloned().unwrap_or_default(),
                sent: content.and_then(|content| content.keys().next().cloned()),
                limits_of_body: limits_of_body(operation, &at, schemas).unwrap_or_default(),
                is_public: operation.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty),
                feature: operation.get(FEATURE).and_then(Value::as_str).map(str::to_owned),
                query: listed.iter().filter_map(|one| one.in_query(document)).collect(),
                arguments: arguments.collect(),
                parameters,
            };
            let function = function_name(id);
            if RESERVED.contains(&function.as_str()) {
                return Err(refused("", format!("would be `Client::{function}`, which the client has already")));
            }
            if let Some(other) = found.insert(function.clone(), described) {
                let why = format!("would be the function {function}, as the operation {} is", other.id);
                return Err(refused("", why));
            }
        }
        Ok(Self(found))
    }

    /// What the spec says of an operation, by the name of its function.
    pub(crate) fn get(&self, function: &str) -> Option<&Described> {
        self.0.get(function)
    }
}

/// The parameters that a path or an operation lists.
fn parameters_of<'d>(holder: &'d Value, at: &str, root: &'d Value) -> Vec<Listed<'d>> {
    let listed = holder.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate();
    let listed = listed.map(|(number, parameter)| {
        let (pointer, said) = resolved_at(parameter, root);
        Listed { at: pointer.map_or_else(|| format!("{at}/parameters/{number}"), str::to_owned), said }
    });
    listed.collect()
}

/// The limits of a body that is written where it is sent, a list say.
fn limits_of_body(operation: &Value, at: &str, schemas: &Schemas) -> Option<Limits> {
    let (name, media) = operation.get("requestBody")?.get("content")?.as_object()?.iter().next()?;
    let said = schemas.get(&format!("{at}/requestBody/content/{}/schema", escape(name)))?;
    (media["schema"]["type"] != "object").then(|| said.limits.clone())
}

/// Whether a server is one of the document's.
fn is_ours(document: &Value, url: &str) -> bool {
    match document.get("servers").and_then(Value::as_array).filter(|servers| !servers.is_empty()) {
        None => url == "/",
        Some(servers) => servers.iter().any(|ours| ours["url"] == url),
    }
}
