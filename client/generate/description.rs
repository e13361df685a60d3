//! The document as the mock server and recordings read it at run time: operations and schemas as JSON, without their
//! prose. All of it, whatever features are on: the mock server serves programs in other languages, too.
//!
//! before: `paths: { /a/{id}: { get: { operationId: get_a, responses: { '200': …, '404': … } } } }`
//! after:  `DESCRIPTION.operations:
//!         &[("GET", "/a/{id}", "{\"answers\":{\"200\":…},\"errors\":{\"404\":…},\"id\":\"get_a\",…}")]`

use std::collections::BTreeMap;

use quote::quote;
use serde_json::{Map, Value, json};

use super::document::{self, FEATURE, UPSTREAM_ID, each_schema, reached_from, resolved, sorted};

/// The name of the constant.
pub(crate) const NAME: &str = "DESCRIPTION";

/// What the mock server is told of exceptions to its rules.
const EXCEPTION: &str = "x-standin";

/// What of a schema says nothing of its values.
const PROSE: [&str; 7] = ["description", "title", "example", "deprecated", "externalDocs", FEATURE, UPSTREAM_ID];

/// What is kept of a document.
pub struct Description {
    /// The method in capitals, the path and the rest of each operation, by their paths.
    pub operations: Vec<(String, String, Value)>,
    /// The name and the rest of each schema that the operations reach.
    pub schemas: Vec<(String, Value)>,
}

/// Reads a document.
pub fn read(document: &Value) -> Description {
    let mut operations = Vec::new();
    for (path, method, operation) in document::operations(document) {
        if let Some(read) = operation_of(operation, &document["paths"][path], document) {
            operations.push((method.to_uppercase(), path.to_owned(), read));
        }
    }
    operations.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    let names = reached_from(document, operations.iter().map(|(_, _, read)| read).collect());
    let schemas = names.iter().filter_map(|pointer| {
        let name = pointer.strip_prefix("/components/schemas/")?;
        Some((name.to_owned(), without_prose(document.pointer(pointer)?.clone())))
    });
    let schemas = schemas.collect();
    Description { operations, schemas }
}

/// The whole document as a constant.
pub(crate) fn of(document: &Value) -> syn::Item {
    let Description { operations, schemas } = read(document);
    let schemas = schemas.into_iter().map(|(name, read)| {
        let json = sorted(read).to_string();
        quote!((#name, #json))
    });
    let operations = operations.into_iter().map(|(method, path, read)| {
        let json = sorted(read).to_string();
        quote!((#method, #path, #json))
    });
    let name = quote::format_ident!("{NAME}");
    syn::parse_quote! {
        /// The API as the mock server and recordings know it.
        #[cfg(any(feature = "mock", feature = "record"))]
        pub(crate) const #name: crate::description::Description =
            crate::description::Description { operations: &[#(#operations),*], schemas: &[#(#schemas),*] };
    }
}

/// What is needed of an operation; nothing, where it has no id.
fn operation_of(operation: &Value, item: &Value, root: &Value) -> Option<Value> {
    let own = |value: &Value| value.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let parameters = own(item).into_iter().chain(own(operation)).map(|parameter| {
        let parameter = resolved(&parameter, root);
        let mut read = json!({ "name": parameter["name"], "in": parameter["in"] });
        if parameter["required"] == true {
            read["required"] = true.into();
        }
        if let Some(schema) = parameter.get("schema") {
            read["schema"] = without_prose(schema.clone());
        }
        // It says by which property an item is found.
        if let Some(description) = parameter.get("description").filter(|_| parameter["in"] == "path") {
            read["description"] = description.clone();
        }
        read
    });
    let schema = |of: &Value| {
        let content = resolved(of, root).get("content").and_then(Value::as_object);
        let json = content.and_then(|content| content.get("application/json"));
        json.and_then(|media| media.get("schema")).map(|schema| without_prose(schema.clone()))
    };
    let (mut answers, mut errors) = (Map::new(), Vec::<(String, Value)>::new());
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    for (status, response) in responses.collect::<BTreeMap<_, _>>() {
        let schema = schema(response).unwrap_or_default();
        match errors.iter_mut().find(|(_, same)| *same == schema) {
            _ if status.starts_with(['2', '3']) => drop(answers.insert(status.clone(), schema)),
            // Most errors are alike.
            Some((statuses, _)) => *statuses = format!("{statuses} {status}"),
            None => errors.push((status.clone(), schema)),
        }
    }
    let mut read = json!({
        "id": operation.get("operationId")?,
        "parameters": parameters.collect::<Vec<_>>(),
        "answers": answers,
        "errors": errors.into_iter().collect::<Map<_, _>>(),
    });
    if let Some(body) = operation.get("requestBody") {
        read["body"] = schema(body).unwrap_or_default();
    }
    if let Some(exception) = operation.get(EXCEPTION) {
        read[EXCEPTION] = exception.clone();
    }
    Some(read)
}

/// A schema without what is for people; what is shown once only, by its description, is marked.
fn without_prose(mut schema: Value) -> Value {
    let mut strip = |schema: &mut Map<String, Value>| {
        let is_once = |text: &str| {
            let text = text.to_lowercase();
            ["only after create", "except in the response from the create"].iter().any(|words| text.contains(words))
        };
        let once = schema.get("description").and_then(Value::as_str).is_some_and(is_once);
        schema.retain(|key, _| !PROSE.contains(&key.as_str()));
        if once {
            schema.insert("once".to_owned(), true.into());
        }
    };
    // Visited as a schema of a document, so that properties are not taken for keywords.
    let mut whole = json!({ "schemas": { "it": schema } });
    each_schema(&mut whole, &mut strip);
    schema = whole["schemas"]["it"].take();
    schema
}
