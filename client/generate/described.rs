//! What the spec says of the operations, for what progenitor does not carry over.
//!
//! before: `get: {operationId: listThings, parameters: [{name: per-page, description: How many}]}`
//! after:  `list_things`: the id `listThings`, its method and path, and for `perpage` "How many"

use std::collections::BTreeMap;

use super::Error;
use super::answers::Answer;
use super::notes::escape;

/// The operations, by their ids.
pub(crate) struct Operations(BTreeMap<String, Described>);

/// What the spec says of an operation.
pub(crate) struct Described {
    pub(crate) method: String,
    /// The path's template.
    pub(crate) path: String,
    /// The id, as upstream writes it.
    pub(crate) id: String,
    pub(crate) answer: Answer,
    /// The descriptions of parameters and body, by their names without case and separators.
    pub(crate) arguments: BTreeMap<String, String>,
}

/// What progenitor calls an operation: in snake case, and an identifier.
fn function_name(id: &str) -> String {
    let plain = id.replace('\'', "").replace(|c: char| !c.is_alphanumeric() && c != '_', "-");
    let snake = heck::ToSnakeCase::to_snake_case(plain.as_str());
    let name = if snake.starts_with(|c: char| c.is_alphabetic() || c == '_') { snake } else { format!("_{snake}") };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

/// Folds a name so that its spellings in the spec and in Rust are equal.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Operations {
    pub(crate) fn of(spec: &openapiv3::OpenAPI, answers: &BTreeMap<String, Answer>) -> Result<Self, Error> {
        let mut operations = BTreeMap::new();
        for (path, item) in &spec.paths.paths {
            let Some(item) = item.as_item() else {
                return Err(Error::Document(format!("the path {path} is a reference elsewhere")));
            };
            for (method, operation) in item.iter() {
                if let Some(id) = &operation.operation_id {
                    let parameters = item.parameters.iter().chain(&operation.parameters);
                    let cookie = |parameter: &openapiv3::ReferenceOr<openapiv3::Parameter>| match parameter.as_item() {
                        Some(openapiv3::Parameter::Cookie { parameter_data, .. }) => Some(parameter_data.name.clone()),
                        _ => None,
                    };
                    if let Some(name) = parameters.clone().find_map(cookie) {
                        let at = format!("#/paths/{}/{method}/parameters", escape(path));
                        let why =
                            format!("operation {id} ({at}) has the cookie parameter `{name}`: a client has no cookies");
                        return Err(Error::Operation(why));
                    }
                    let parameters = parameters.filter_map(|parameter| parameter.as_item()).filter_map(|parameter| {
                        let data = parameter.parameter_data_ref();
                        Some((plain(&data.name), data.description.clone()?))
                    });
                    let body = operation.request_body.as_ref().and_then(|body| body.as_item());
                    let body = body.and_then(|body| Some(("body".to_owned(), body.description.clone()?)));
                    let arguments = parameters.chain(body).collect();
                    let answer = answers.get(id).copied().unwrap_or(Answer::AsItIs);
                    let (method, path) = (method.to_uppercase(), path.clone());
                    let described = Described { method, path, id: id.clone(), answer, arguments };
                    if let Some(other) = operations.insert(function_name(id), described) {
                        let why = format!(
                            "the operations {id} and {} would be one function, {}",
                            other.id,
                            function_name(id)
                        );
                        return Err(Error::Operation(why));
                    }
                }
            }
        }
        Ok(Self(operations))
    }

    /// What the spec says of an operation, by the name of its function.
    pub(crate) fn get(&self, function: &str) -> Option<&Described> {
        self.0.get(function)
    }
}
