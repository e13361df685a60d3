//! Parameters, said as progenitor can take them: each with a name of its own, and a schema.
//!
//! before: `parameters: [{in: path, name: id, …}, {in: query, name: id, …}]`
//! after:  `parameters: [{in: path, name: id, …}, {in: query, name: id_query, x-wire-name: id, …}]`
//!
//! before: `{in: query, name: filter, content: {application/json: {schema: {…}}}}`
//! after:  `{in: query, name: filter, schema: {…}, x-is-json: true}`
//!
//! before: `{in: header, name: Authorization, …}`
//! after:  nothing, as OpenAPI has it: the client sends what the request's body and its credentials ask for

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::{METHODS, plain, resolved};
use super::media;

/// The extension that says what a parameter is called on the wire.
pub(crate) const WIRE_NAME: &str = "x-wire-name";

/// The extension that says that a parameter's value is JSON.
pub(crate) const IS_JSON: &str = "x-is-json";

/// Changes the parameters of all operations.
pub(crate) fn prepare(document: &mut Value) {
    let root = document.clone();
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return };
    for item in paths.values_mut() {
        drop_ignored(item, &root);
        each(item, &root, &mut |parameter| with_schema(parameter));
        let of_all: Vec<Value> = list(item).iter().map(|parameter| resolved(parameter, &root).clone()).collect();
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            drop_ignored(operation, &root);
            let body = operation.get("requestBody").map(|_| "body".to_owned());
            let mut taken: BTreeSet<String> = body.into_iter().collect();
            taken.extend(of_all.iter().map(|parameter| plain(name(parameter))));
            // What a path holds has the name of its place there.
            let own = list(operation).iter().map(|parameter| resolved(parameter, &root));
            taken.extend(own.filter(|one| one["in"] == "path").map(|one| plain(name(one))));
            each(operation, &root, &mut |parameter| {
                let changed = with_schema(parameter);
                let is_same = |other: &Value| name(other) == name(parameter) && other["in"] == parameter["in"];
                if parameter["in"] == "path" || of_all.iter().any(is_same) {
                    return changed;
                }
                changed | with_own_name(parameter, &mut taken)
            });
        }
    }
}

fn list(holder: &Value) -> &[Value] {
    holder.get("parameters").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn name(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// Drops the headers that OpenAPI has no parameters for.
fn drop_ignored(holder: &mut Value, root: &Value) {
    let Some(Value::Array(parameters)) = holder.get_mut("parameters") else { return };
    parameters.retain(|parameter| {
        let parameter = resolved(parameter, root);
        let is = |ignored: &str| name(parameter).eq_ignore_ascii_case(ignored);
        parameter["in"] != "header" || !["accept", "authorization", "content-type"].into_iter().any(is)
    });
}

/// Changes parameters, those that are said elsewhere in a copy.
fn each(holder: &mut Value, root: &Value, change: &mut impl FnMut(&mut Value) -> bool) {
    let Some(Value::Array(parameters)) = holder.get_mut("parameters") else { return };
    for parameter in parameters {
        let mut changed = resolved(parameter, root).clone();
        if change(&mut changed) {
            *parameter = changed;
        }
    }
}

/// A value that travels as JSON has its schema where the others have theirs.
fn with_schema(parameter: &mut Value) -> bool {
    let Value::Object(map) = parameter else { return false };
    let Some(Value::Object(content)) = map.get("content") else { return false };
    let Some((_, media, _)) = media::of_answer(content).filter(|(becomes, ..)| becomes == media::JSON) else {
        return false;
    };
    map.remove("content");
    map.insert("schema".to_owned(), media["schema"].clone());
    map.insert(IS_JSON.to_owned(), true.into());
    true
}

/// Takes out how parameters are written: progenitor knows one style, and all are ours to write.
pub(crate) fn without_styles(document: &mut Value) {
    let root = document.clone();
    let mut strip = |parameter: &mut Value| {
        let schema = resolved(&parameter["schema"], &root);
        let has_properties = schema["properties"].as_object().is_some_and(|properties| !properties.is_empty());
        let is_struct = schema["type"] == "object" && has_properties;
        if let Value::Object(map) = parameter {
            map.remove("style");
            map.remove("explode");
        }
        // progenitor's builders take no struct for a parameter. A map has all that it could say.
        if is_struct {
            parameter["schema"] = json!({ "type": "object", "additionalProperties": true });
        }
        true
    };
    for item in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut()) {
        each(item, &root, &mut strip);
        for method in METHODS {
            item.get_mut(method).into_iter().for_each(|operation| each(operation, &root, &mut strip));
        }
    }
}

/// Gives a parameter a name that no other one has.
fn with_own_name(parameter: &mut Value, taken: &mut BTreeSet<String>) -> bool {
    let own = name(parameter).to_owned();
    if taken.insert(plain(&own)) {
        return false;
    }
    let place = parameter["in"].as_str().unwrap_or_default();
    let others = (2..).map(|number| format!("{own}_{number}"));
    let free = std::iter::once(format!("{own}_{place}")).chain(others).find(|name| taken.insert(plain(name)));
    parameter["name"] = free.unwrap_or_default().into();
    parameter[WIRE_NAME] = own.into();
    true
}
