//! The document as the mock server reads it when it runs: operations and schemas as JSON, without their prose. All of
//! it, whatever features are on: the mock server serves programs in other languages, too.
//!
//! before: `paths: { /a/{id}: { get: { operationId: get_a, responses: { '200': … } } } }`
//! after:  `DESCRIPTION.operations: &[("GET", "/a/{id}", "{\"answers\":{\"200\":…},\"id\":\"get_a\",…}")]`

use quote::quote;
use serde_json::{Map, Value, json};

use super::document::{FEATURE, METHODS, UPSTREAM_ID, each_schema, reached_from, resolved};

/// The name of the constant.
pub(crate) const NAME: &str = "DESCRIPTION";

/// What the mock server is told of exceptions to its rules.
const EXCEPTION: &str = "x-standin";

/// What of a schema says nothing of its values.
const PROSE: [&str; 7] = ["description", "title", "example", "deprecated", "externalDocs", FEATURE, UPSTREAM_ID];

/// The whole document as a constant.
pub(crate) fn of(document: &Value) -> syn::Item {
    let mut operations = Vec::new();
    let mut used = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for method in METHODS {
            if let Some(read) = item.get(method).and_then(|operation| operation_of(operation, item, document)) {
                used.push(read.clone());
                operations.push((path.clone(), method.to_uppercase(), read));
            }
        }
    }
    operations.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let prefix = "/components/schemas/";
    let names = reached_from(document, used.iter().collect());
    let schemas = names.iter().filter_map(|pointer| {
        let name = pointer.strip_prefix(prefix)?;
        Some((name, sorted(&without_prose(document.pointer(pointer)?.clone())).to_string()))
    });
    let schemas = schemas.map(|(name, json)| quote!((#name, #json)));
    let operations = operations.into_iter().map(|(path, method, read)| {
        let json = sorted(&read).to_string();
        quote!((#method, #path, #json))
    });
    let name = quote::format_ident!("{NAME}");
    syn::parse_quote! {
        /// The API as the mock server knows it.
        #[cfg(feature = "mock")]
        pub(crate) const #name: crate::mock::Description =
            crate::mock::Description { operations: &[#(#operations),*], schemas: &[#(#schemas),*] };
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
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answers: Map<String, Value> = responses
        .filter(|(status, _)| status.starts_with(['2', '3']))
        .map(|(status, response)| (status.clone(), schema(response).unwrap_or_default()))
        .collect();
    let mut read = json!({
        "id": operation.get("operationId")?,
        "parameters": parameters.collect::<Vec<_>>(),
        "answers": answers,
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

/// A value whose keys are sorted, whatever the order of a document's keys is kept by.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            keys.into_iter().map(|key| (key.clone(), sorted(&map[key]))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
