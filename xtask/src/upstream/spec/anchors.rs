//! `$anchor`, `$dynamicAnchor` and `$id` of OpenAPI 3.1, by which a `$ref` may name a schema.
//!
//! before: `{ $ref: "#node" }`, where a schema at `/components/schemas/T` has `$anchor: node`
//! after:  `{ $ref: "#/components/schemas/T" }`
//!
//! `$dynamicRef` is read as `$ref`: within one document it leads to the same, unless a schema is extended by
//! another that has the same dynamic anchor.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;

use super::{is_data, pointer_token};

/// What may not stand in the fragment of a URI as it is. (RFC 3986, 3.5)
const NOT_IN_FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The names of schemas, each with a pointer to it.
#[derive(Default)]
struct Names {
    anchors: HashMap<String, String>,
    ids: HashMap<String, String>,
}

/// Replaces references by name by references by pointer, and drops the names.
pub(super) fn resolve(document: &mut Value) {
    let mut names = Names::default();
    collect(document, "", &mut names);
    rename(document, &names);
}

fn collect(value: &Value, at: &str, names: &mut Names) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner.as_str()) {
                    ("$anchor" | "$dynamicAnchor", Some(name)) => {
                        names.anchors.entry(name.to_owned()).or_insert_with(|| at.to_owned());
                    }
                    ("$id", Some(id)) => {
                        names.ids.entry(id.trim_end_matches('#').to_owned()).or_insert_with(|| at.to_owned());
                    }
                    (key, _) if is_data(key) => {}
                    _ => collect(inner, &format!("{at}/{}", pointer_token(key)), names),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| collect(item, &format!("{at}/{number}"), names));
        }
        _ => {}
    }
}

fn rename(value: &mut Value, names: &Names) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$dynamicRef").cloned()
                && !map.contains_key("$ref")
            {
                map.remove("$dynamicRef");
                map.insert("$ref".to_owned(), reference.into());
            }
            if let Some(pointer) = map.get("$ref").and_then(Value::as_str).and_then(|name| names.pointer(name)) {
                let fragment = utf8_percent_encode(&pointer, NOT_IN_FRAGMENT);
                map.insert("$ref".to_owned(), format!("#{fragment}").into());
            }
            for key in ["$anchor", "$dynamicAnchor", "$id"] {
                if map.get(key).is_some_and(Value::is_string) {
                    map.remove(key);
                }
            }
            map.iter_mut().filter(|(key, _)| !is_data(key)).for_each(|(_, inner)| rename(inner, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}

impl Names {
    /// The pointer that a reference by name stands for.
    fn pointer(&self, reference: &str) -> Option<String> {
        let (id, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let of_id = match id {
            "" => None,
            // An id may be relative to the document's own address.
            id => Some(self.ids.get(id).or_else(|| {
                let same = |(known, _): &(&String, &String)| known.ends_with(&format!("/{id}"));
                self.ids.iter().find(same).map(|(_, pointer)| pointer)
            })?),
        };
        match (of_id, fragment) {
            (None, fragment) if fragment.is_empty() || fragment.starts_with('/') => None,
            (Some(pointer), "") => Some(pointer.clone()),
            (Some(pointer), below) if below.starts_with('/') => Some(format!("{pointer}{below}")),
            (_, anchor) => self.anchors.get(anchor).cloned(),
        }
    }
}
