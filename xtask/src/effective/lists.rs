//! Lists of texts whose descriptions tell of something else.
//!
//! The vendor's description has `items: { type: string }` where its own tools send objects. Which ones, the schema does not
//! say; the text beside it often does. What an action of the overlay has corrected is not noted.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::generate::document::each_schema;

/// Notes on the lists of texts in a corrected document that look like lists of objects.
pub fn doubtful(document: &mut Value) -> Vec<String> {
    let mut notes = BTreeSet::new();
    each_schema(document, &mut |schema| {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let is_list = property.pointer("/items/type").is_some_and(|of| of == "string")
                && property.pointer("/items/enum").is_none();
            let described = property.get("description").and_then(Value::as_str).unwrap_or_default();
            if is_list && tells_of_objects(described) {
                notes.insert(format!(
                    "`{name}` is a list of texts, and described as something else (\"{described}\"); correct it in openapi/overlay.yaml, or its description"
                ));
            }
        }
    });
    notes.into_iter().collect()
}

/// Whether a description shows an object, or tells of an array of things that are not called texts.
fn tells_of_objects(described: &str) -> bool {
    let described = described.to_lowercase();
    let of = described.split_once("array of ").map(|(_, of)| of.trim_start());
    let is_of_texts = |of: &str| ["string", "text", "name", "id"].iter().any(|texts| of.starts_with(texts));
    described.contains('{') || of.is_some_and(|of| !is_of_texts(of))
}
