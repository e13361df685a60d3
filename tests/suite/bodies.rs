//! The judge of what the generated client is called with: what calls send and are answered with fits the schemas, by the
//! crate `jsonschema`, which knows nothing of ours.

use serde_json::{Value, json};
use xtask::effective::nulls::spell_out;
use xtask::generate::document::each_schema;
use xtask::generate::document::nulls::fold;
use xtask::generated_crate::calls::bodies;
use xtask::generated_crate::constructs::random_document;

use crate::meaning::{spec, validator};

/// The schemas of OpenAPI 3.0 in a document as those of JSON Schema, by the letter.
fn by_the_letter(document: &Value) -> Value {
    let mut document = document.clone();
    spell_out(&mut document);
    each_schema(&mut document, &mut |schema| {
        if schema.contains_key("$ref") {
            schema.retain(|key, _| key == "$ref");
        }
        if schema.remove("nullable") == Some(Value::Bool(true))
            && let Some(of) = schema.get("type").cloned()
        {
            schema.insert("type".to_owned(), json!([of, "null"]));
        }
        // The discriminator tells which one it is.
        if schema.remove("discriminator").is_some()
            && let Some(alternatives) = schema.remove("oneOf")
        {
            schema.insert("anyOf".to_owned(), alternatives);
        }
        // No value fits, and the server that is described so answers with one.
        if schema.get("not") == Some(&json!({})) {
            schema.remove("not");
        }
        for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            if let Some(Value::Bool(is_exclusive)) = schema.remove(exclusive)
                && let (true, Some(limit)) = (is_exclusive, schema.remove(limit))
            {
                schema.insert(exclusive.to_owned(), limit);
            }
        }
    });
    document
}

/// The bodies of a document's calls that do not fit, and how many there are.
fn misfits(document: &Value) -> (Vec<String>, usize) {
    let all = bodies(document);
    let count = all.len();
    let components = by_the_letter(&json!({ "components": document["components"] }));
    let mut misfits = Vec::new();
    for same in all.chunk_by(|one, other| one.of == other.of && one.schema == other.schema) {
        let mut schema = components.clone();
        schema["allOf"] = json!([by_the_letter(&same[0].schema)]);
        let validator = validator(&schema);
        for body in same {
            let faults = validator.iter_errors(&body.value).map(|e| format!("{}: {} {e}", body.of, e.instance_path()));
            misfits.extend(faults);
        }
    }
    (misfits, count)
}

#[test]
fn what_the_whole_api_is_called_with_fits_its_schemas() {
    let mut document = Value::clone(&spec("planetscale.yaml"));
    fold(&mut document);
    let (misfits, count) = misfits(&document);
    assert_eq!(misfits, Vec::<String>::new());
    assert!(count > 600, "{count}");
}

#[test]
fn what_random_operations_are_called_with_fits_their_schemas() {
    let (misfits, count) = misfits(&random_document(1, 340));
    assert_eq!(misfits, Vec::<String>::new());
    assert!(count > 700, "{count}");
}
