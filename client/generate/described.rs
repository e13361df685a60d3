//! What the spec says of the operations, for what progenitor does not carry over.
//!
//! before: `get: {operationId: listThings, parameters: [{name: per-page, description: How many}]}`
//! after:  `list_things`: the id `listThings`, its method and path, and for `perpage` "How many"

use std::collections::BTreeMap;

use super::answers::{Answer, Bodies};
use super::document::{FEATURE, escape, plain};
use super::notes::{Limits, read_note};
use super::{Error, parameters};

/// The operations, by their ids.
pub struct Operations(BTreeMap<String, Described>);

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

impl Parameter {
    fn of(parameter: &openapiv3::Parameter) -> Self {
        use openapiv3::{HeaderStyle, PathStyle, QueryStyle};
        let data = parameter.parameter_data_ref();
        let style = match parameter {
            openapiv3::Parameter::Query { style, .. } => match (style, data.explode) {
                (QueryStyle::Form, None | Some(true)) | (_, Some(true)) if *style != QueryStyle::DeepObject => "Form",
                (QueryStyle::Form, _) => "FormJoined",
                (QueryStyle::SpaceDelimited, _) => "SpaceDelimited",
                (QueryStyle::PipeDelimited, _) => "PipeDelimited",
                (QueryStyle::DeepObject, _) => "DeepObject",
            },
            openapiv3::Parameter::Path { style, .. } => match (style, data.explode.unwrap_or_default()) {
                (PathStyle::Simple, false) => "Simple",
                (PathStyle::Simple, true) => "SimpleExploded",
                (PathStyle::Label, false) => "Label",
                (PathStyle::Label, true) => "LabelExploded",
                (PathStyle::Matrix, false) => "Matrix",
                (PathStyle::Matrix, true) => "MatrixExploded",
            },
            openapiv3::Parameter::Header { style: HeaderStyle::Simple, .. } => match data.explode {
                Some(true) => "SimpleExploded",
                _ => "Simple",
            },
            openapiv3::Parameter::Cookie { .. } => "Form",
        };
        let place = match parameter {
            openapiv3::Parameter::Path { .. } => Place::Path,
            openapiv3::Parameter::Query { .. } => Place::Query,
            openapiv3::Parameter::Header { .. } | openapiv3::Parameter::Cookie { .. } => Place::Header,
        };
        let described = match &data.format {
            openapiv3::ParameterSchemaOrContent::Schema(schema) => {
                schema.as_item().and_then(|schema| schema.schema_data.description.clone())
            }
            openapiv3::ParameterSchemaOrContent::Content(_) => None,
        };
        let (_, _, limits) = read_note(&described.unwrap_or_default());
        let wire = data.extensions.get(parameters::WIRE_NAME).and_then(|name| name.as_str());
        let style = if data.extensions.contains_key(parameters::IS_JSON) { "Json" } else { style };
        Self { name: wire.unwrap_or(&data.name).to_owned(), place, style, limits }
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
    pub fn of(spec: &openapiv3::OpenAPI, bodies: &BTreeMap<String, Bodies>) -> Result<Self, Error> {
        let mut operations = BTreeMap::new();
        // Of two that would be one, the first has the name, wherever keys of JSON keep their order.
        let mut paths: Vec<_> = spec.paths.paths.iter().collect();
        paths.sort_by_key(|(path, _)| *path);
        for (path, item) in paths {
            let Some(item) = item.as_item() else {
                return Err(Error::Document(format!("the path {path} is a reference elsewhere")));
            };
            for (method, operation) in item.iter() {
                if let Some(id) = &operation.operation_id {
                    let parameters = item.parameters.iter().chain(&operation.parameters);
                    let parameters = parameters.filter_map(|parameter| resolved(spec, parameter));
                    let elsewhere = operation.servers.iter().chain(&item.servers).find(|server| !is_ours(spec, server));
                    if let Some(server) = elsewhere {
                        let at = format!("#/paths/{}/{method}/servers", escape(path));
                        let why = format!("is on a server of its own, {}: use `Client::with` for it", server.url);
                        return Err(Error::operation(id, at, why));
                    }
                    if let Some(why) = parameters.clone().find_map(unsendable) {
                        let at = format!("#/paths/{}/{method}/parameters", escape(path));
                        return Err(Error::operation(id, at, format!("has {why}")));
                    }
                    let travel =
                        parameters.clone().map(|one| (plain(&one.parameter_data_ref().name), Parameter::of(one)));
                    let travel: BTreeMap<String, Parameter> = travel.collect();
                    let query = parameters.clone().filter_map(|one| in_query(spec, one)).collect();
                    let parameters = parameters.filter_map(|parameter| {
                        let data = parameter.parameter_data_ref();
                        Some((plain(&data.name), data.description.clone()?))
                    });
                    let body = operation.request_body.as_ref().and_then(|body| body.as_item());
                    let body = body.and_then(|body| Some(("body".to_owned(), body.description.clone()?)));
                    let arguments = parameters.chain(body).collect();
                    let none = || Bodies {
                        answer: Answer::AsGenerated,
                        accept: None,
                        content_type: None,
                        may_lack_body: false,
                    };
                    let bodies = bodies.get(id).cloned().unwrap_or_else(none);
                    let (method, path) = (method.to_uppercase(), path.clone());
                    let is_public = operation.security.as_ref().is_some_and(Vec::is_empty);
                    let feature = operation.extensions.get(FEATURE).and_then(|name| name.as_str());
                    let described = Described {
                        method,
                        path,
                        id: id.clone(),
                        bodies,
                        sent: media_of_body(spec, operation),
                        limits_of_body: limits_of_body(operation).unwrap_or_default(),
                        is_public,
                        feature: feature.map(str::to_owned),
                        query,
                        arguments,
                        parameters: travel,
                    };
                    let function = function_name(id);
                    let at = format!("#/paths/{}/{}", escape(&described.path), described.method.to_lowercase());
                    if RESERVED.contains(&function.as_str()) {
                        let why = format!("would be `Client::{function}`, which the client has already");
                        return Err(Error::operation(id, at, why));
                    }
                    if let Some(other) = operations.insert(function.clone(), described) {
                        let why = format!("would be the function {function}, as the operation {} is", other.id);
                        return Err(Error::operation(id, at, why));
                    }
                }
            }
        }
        Ok(Self(operations))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What the spec says of an operation, by the name of its function.
    pub(crate) fn get(&self, function: &str) -> Option<&Described> {
        self.0.get(function)
    }
}

/// The media type of a body, wherever it is said.
fn media_of_body(spec: &openapiv3::OpenAPI, operation: &openapiv3::Operation) -> Option<String> {
    let body = match operation.request_body.as_ref()? {
        openapiv3::ReferenceOr::Item(body) => body,
        openapiv3::ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/requestBodies/")?;
            spec.components.as_ref()?.request_bodies.get(name)?.as_item()?
        }
    };
    body.content.keys().next().cloned()
}

/// The limits of a body that is written where it is sent, a list say.
fn limits_of_body(operation: &openapiv3::Operation) -> Option<Limits> {
    let body = operation.request_body.as_ref()?.as_item()?;
    let (_, media) = body.content.first()?;
    let schema = media.schema.as_ref()?.as_item()?;
    let (_, _, limits) = read_note(schema.schema_data.description.as_deref().unwrap_or_default());
    let is_object = matches!(&schema.schema_kind, openapiv3::SchemaKind::Type(openapiv3::Type::Object(_)));
    Some(limits).filter(|limits| !limits.is_empty() && !is_object)
}

/// A parameter in the query: its name, whether it is required, and what it is.
fn in_query(spec: &openapiv3::OpenAPI, parameter: &openapiv3::Parameter) -> Option<(String, bool, Kind)> {
    let openapiv3::Parameter::Query { parameter_data: data, .. } = parameter else { return None };
    let schema = match &data.format {
        openapiv3::ParameterSchemaOrContent::Schema(openapiv3::ReferenceOr::Item(schema)) => Some(schema),
        openapiv3::ParameterSchemaOrContent::Schema(openapiv3::ReferenceOr::Reference { reference }) => {
            let schemas = spec.components.as_ref().map(|components| &components.schemas);
            let name = reference.strip_prefix("#/components/schemas/");
            name.and_then(|name| schemas?.get(name)?.as_item())
        }
        openapiv3::ParameterSchemaOrContent::Content(_) => None,
    };
    let kind = match schema.map(|schema| &schema.schema_kind) {
        Some(openapiv3::SchemaKind::Type(openapiv3::Type::Integer(_))) => Kind::Integer,
        Some(openapiv3::SchemaKind::Type(openapiv3::Type::Boolean(_))) => Kind::Boolean,
        Some(openapiv3::SchemaKind::Type(openapiv3::Type::String(text))) if !text.enumeration.is_empty() => {
            Kind::OneOf(text.enumeration.iter().flatten().cloned().collect())
        }
        _ => Kind::Text,
    };
    let wire = data.extensions.get(parameters::WIRE_NAME).and_then(|name| name.as_str());
    Some((wire.unwrap_or(&data.name).to_owned(), data.required, kind))
}

/// Whether a server is one of the document's.
fn is_ours(spec: &openapiv3::OpenAPI, server: &openapiv3::Server) -> bool {
    match spec.servers.is_empty() {
        true => server.url == "/",
        false => spec.servers.iter().any(|ours| ours.url == server.url),
    }
}

/// What a parameter is, where no request can have it.
fn unsendable(parameter: &openapiv3::Parameter) -> Option<String> {
    let name = &parameter.parameter_data_ref().name;
    // RFC 9110, 5.6.2: what is not a token would panic where the request is built.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match parameter {
        openapiv3::Parameter::Cookie { .. } => Some(format!("the cookie parameter `{name}`: a client has no cookies")),
        openapiv3::Parameter::Header { .. } if name.is_empty() || !name.chars().all(is_token) => {
            Some(format!("the header `{name}`, which no header can be called"))
        }
        _ => None,
    }
}

/// A parameter, wherever it is said.
fn resolved<'s>(
    spec: &'s openapiv3::OpenAPI,
    parameter: &'s openapiv3::ReferenceOr<openapiv3::Parameter>,
) -> Option<&'s openapiv3::Parameter> {
    const HOPS: usize = 8;
    let mut here = parameter;
    for _ in 0..HOPS {
        match here {
            openapiv3::ReferenceOr::Item(item) => return Some(item),
            openapiv3::ReferenceOr::Reference { reference } => {
                let name = reference.strip_prefix("#/components/parameters/")?;
                here = spec.components.as_ref()?.parameters.get(name)?;
            }
        }
    }
    None
}

/// Takes out how parameters are written: progenitor knows one style, and all are ours to write.
pub(crate) fn without_styles(spec: &mut openapiv3::OpenAPI) {
    let all = spec.components.clone().unwrap_or_default();
    let components = spec.components.iter_mut().flat_map(|components| components.parameters.values_mut());
    let items = spec.paths.paths.values_mut().filter_map(|item| match item {
        openapiv3::ReferenceOr::Item(item) => Some(item),
        openapiv3::ReferenceOr::Reference { .. } => None,
    });
    let listed = items.flat_map(|item| {
        let openapiv3::PathItem { parameters, get, put, post, delete, options, head, patch, trace, .. } = item;
        let operations = [get, put, post, delete, options, head, patch, trace].into_iter().flatten();
        parameters.iter_mut().chain(operations.flat_map(|operation| operation.parameters.iter_mut()))
    });
    for parameter in components.chain(listed) {
        let openapiv3::ReferenceOr::Item(parameter) = parameter else { continue };
        match parameter {
            openapiv3::Parameter::Query { style, .. } => *style = openapiv3::QueryStyle::Form,
            openapiv3::Parameter::Path { style, .. } => *style = openapiv3::PathStyle::Simple,
            openapiv3::Parameter::Header { .. } | openapiv3::Parameter::Cookie { .. } => {}
        }
        let data = match parameter {
            openapiv3::Parameter::Query { parameter_data, .. }
            | openapiv3::Parameter::Path { parameter_data, .. }
            | openapiv3::Parameter::Header { parameter_data, .. }
            | openapiv3::Parameter::Cookie { parameter_data, .. } => parameter_data,
        };
        data.explode = None;
        // progenitor's builders take no struct for a parameter. A map has all that it could say.
        if let openapiv3::ParameterSchemaOrContent::Schema(schema) = &mut data.format
            && is_struct(&all, schema)
        {
            *schema = openapiv3::ReferenceOr::Item(openapiv3::Schema {
                schema_data: openapiv3::SchemaData::default(),
                schema_kind: openapiv3::SchemaKind::Type(openapiv3::Type::Object(openapiv3::ObjectType {
                    additional_properties: Some(openapiv3::AdditionalProperties::Any(true)),
                    ..Default::default()
                })),
            });
        }
    }
}

/// Whether a schema is an object with properties, said there or elsewhere.
fn is_struct(components: &openapiv3::Components, schema: &openapiv3::ReferenceOr<openapiv3::Schema>) -> bool {
    const HOPS: usize = 8;
    let mut here = schema;
    for _ in 0..HOPS {
        match here {
            openapiv3::ReferenceOr::Item(schema) => {
                return matches!(
                    &schema.schema_kind,
                    openapiv3::SchemaKind::Type(openapiv3::Type::Object(object)) if !object.properties.is_empty()
                );
            }
            openapiv3::ReferenceOr::Reference { reference } => {
                let name = reference.strip_prefix("#/components/schemas/").unwrap_or_default();
                let Some(next) = components.schemas.get(name) else { return false };
                here = next;
            }
        }
    }
    false
}
