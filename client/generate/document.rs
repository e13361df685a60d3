//! What any reader of an OpenAPI document needs: methods, pointers, references and visits of schemas. The generator
//! and xtask both work with these; nothing here knows of Rust code.

pub mod nulls;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The operations of a path item. <https://spec.openapis.org/oas/v3.0.3#path-item-object>
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What the effective spec calls the feature of the crate that an operation is behind.
pub const FEATURE: &str = "x-feature";

/// What the effective spec calls the vendor's operationId, where the crate's function is called otherwise.
pub const UPSTREAM_ID: &str = "x-upstream-id";

/// The operations of a document, in its order: the path, the method, and what is said of each.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &'static str, &Value)> {
    let items = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    items.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| Some((path.as_str(), method, item.get(method)?)))
    })
}

/// A value whose keys are sorted, whatever the order of a document's keys is kept by.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map: BTreeMap<String, Value> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            map.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        value => value,
    }
}

/// Escapes a reference token of a JSON pointer (RFC 6901).
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Folds a name so that its spellings in the spec and in Rust are equal.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the values of an enum have names, so that it becomes a type: an enum of numbers is closed, and
/// texts that are alike as identifiers have none.
pub fn have_names(values: &[Value]) -> bool {
    let mut names = BTreeSet::new();
    let mut is_new = |text: &str| names.insert(plain(text));
    values.iter().filter(|value| !value.is_null()).all(|value| value.as_str().is_some_and(&mut is_new))
}

/// What stands under a `$ref`, or the value itself.
pub fn resolved<'v>(value: &'v Value, root: &'v Value) -> &'v Value {
    resolved_at(value, root).1
}

/// What stands under a `$ref`, and its pointer; or the value itself, of which the pointer is not known.
pub fn resolved_at<'v>(value: &'v Value, root: &'v Value) -> (Option<&'v str>, &'v Value) {
    let mut found = (None, value);
    for _ in 0..32 {
        let pointer = found.1.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
        let Some((pointer, next)) = pointer.and_then(|pointer| Some((pointer, root.pointer(pointer)?))) else { break };
        found = (Some(pointer), next);
    }
    found
}

/// A schema and all that it is composed of by `allOf`, each once.
pub fn composed_of<'v>(schema: &'v Value, root: &'v Value) -> Vec<&'v Value> {
    fn collect<'v>(schema: &'v Value, root: &'v Value, into: &mut Vec<&'v Value>) {
        let schema = resolved(schema, root);
        if !into.iter().any(|other| std::ptr::eq(*other, schema)) {
            into.push(schema);
            let members = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            members.for_each(|member| collect(member, root, into));
        }
    }
    let mut members = Vec::new();
    collect(schema, root, &mut members);
    members
}

/// The pointers that the `$ref`s of a document's paths lead to, at any distance.
pub fn reached(document: &Value) -> BTreeSet<String> {
    reached_from(document, document.get("paths").into_iter().collect())
}

/// The pointers that the `$ref`s of some values of a document lead to, at any distance.
pub fn reached_from<'d>(document: &'d Value, mut open: Vec<&'d Value>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                let to = map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
                if let Some(pointer) = to.filter(|pointer| seen.insert((*pointer).to_owned())) {
                    open.extend(document.pointer(pointer));
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    seen
}

/// Keys of maps whose own keys are names, whatever these are called.
const NAMES: [&str; 4] = ["properties", "schemas", "patternProperties", "responses"];

/// Visits the schemas of a document, and whatever else is an object, from the outside in. Examples and extensions are
/// data.
pub fn each_schema(document: &mut Value, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    each(document, false, visit);
}

fn each(value: &mut Value, are_names: bool, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            if !are_names {
                visit(map);
            }
            for (key, inner) in map {
                if are_names || !is_data(key) {
                    each(inner, !are_names && NAMES.contains(&key.as_str()), visit);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, false, visit)),
        _ => {}
    }
}

/// Whether what stands under a key is data.
fn is_data(key: &str) -> bool {
    ["example", "examples", "default", "enum"].contains(&key) || key.starts_with("x-")
}

/// The schemas of a document, and whatever else is an object, with their pointers, from the inside out.
pub(crate) fn schemas(document: &Value) -> Vec<(String, &Value)> {
    fn collect<'v>(value: &'v Value, at: String, are_names: bool, into: &mut Vec<(String, &'v Value)>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map.iter().filter(|(key, _)| are_names || !is_data(key)) {
                    let are_names = !are_names && NAMES.contains(&key.as_str());
                    collect(inner, format!("{at}/{}", escape(key)), are_names, into);
                }
                if !are_names {
                    into.push((at, value));
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, item)| collect(item, format!("{at}/{i}"), false, into));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(document, String::new(), false, &mut found);
    found
}

/// What may stand beside a list of alternatives and says nothing of the values.
const SAYS_NOTHING: [&str; 9] =
    ["title", "description", "deprecated", "example", "default", "readOnly", "writeOnly", "xml", "externalDocs"];

/// Whether a keyword says nothing of the values that a schema allows.
pub fn says_nothing(keyword: &str) -> bool {
    SAYS_NOTHING.contains(&keyword) || keyword.starts_with("x-")
}
