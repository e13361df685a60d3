//! OpenAPI 3.1 is read as 3.0 wherever it means the same, and what has no counterpart is never dropped.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use xtask::comparison::diff::{Finding, diff};
use xtask::effective::merge::merge;
use xtask::snapshot::Document;
use xtask::upstream::spec::Spec;

use crate::drift_report::{exit_code, run_xtask};
use crate::property::config;
use crate::update_spec::{Copy, ended_with, fixture, openapi_dir, upstream};

/// Rewrites a document of 3.0 as one of 3.1, where `choose` says so.
fn twin(document: &Value, choose: &mut impl FnMut() -> bool) -> Value {
    let mut twin = document.clone();
    twin["openapi"] = json!("3.1.0");
    holders(&mut twin, choose);
    twin
}

fn holders(value: &mut Value, choose: &mut impl FnMut() -> bool) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("schema", inner) => schema(inner, choose),
                    ("schemas", Value::Object(schemas)) => schemas.values_mut().for_each(|inner| schema(inner, choose)),
                    ("example" | "examples" | "default" | "enum", _) => {}
                    (_, inner) => holders(inner, choose),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| holders(item, choose)),
        _ => {}
    }
}

fn schema(value: &mut Value, choose: &mut impl FnMut() -> bool) {
    let Value::Object(map) = value else { return };
    for key in ["properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"] {
        match map.get_mut(key) {
            Some(Value::Object(inner)) if key == "properties" => {
                inner.values_mut().for_each(|inner| schema(inner, choose));
            }
            Some(Value::Array(members)) => members.iter_mut().for_each(|inner| schema(inner, choose)),
            Some(inner) => schema(inner, choose),
            None => {}
        }
    }
    if map.get("nullable") == Some(&json!(true)) && choose() {
        null(map);
    }
    if map.get("enum").and_then(Value::as_array).is_some_and(|values| values.len() == 1 && !values[0].is_null())
        && choose()
    {
        let value = map.remove("enum").unwrap()[0].take();
        map.insert("const".to_owned(), value);
    }
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if map.get(exclusive) == Some(&json!(true)) && map.contains_key(bound) && choose() {
            let limit = map.remove(bound).unwrap();
            map.insert(exclusive.to_owned(), limit);
        }
    }
    if map.contains_key("example") && choose() {
        let example = map.remove("example").unwrap();
        map.insert("examples".to_owned(), json!([example]));
    }
    match map.get("format").and_then(Value::as_str) {
        Some("byte") if choose() => {
            map.remove("format");
            map.insert("contentEncoding".to_owned(), json!("base64"));
        }
        Some("binary") if choose() => {
            map.remove("format");
            map.insert("contentMediaType".to_owned(), json!("application/octet-stream"));
        }
        _ => {}
    }
    let sole = map.get("allOf").and_then(Value::as_array).filter(|all| all.len() == 1).map(|all| all[0].clone());
    if let Some(Value::Object(sole)) = sole
        && sole.contains_key("$ref")
        && map.len() > 1
        && choose()
    {
        map.remove("allOf");
        map.extend(sole);
    }
}

/// `null` as 3.1 has it: in the list of types, or as an alternative.
fn null(map: &mut Map<String, Value>) {
    match map.get("type").cloned() {
        Some(ty) => {
            map.insert("type".to_owned(), json!([ty, "null"]));
        }
        None => {
            let sole =
                map.get("allOf").and_then(Value::as_array).filter(|all| all.len() == 1).map(|all| all[0].clone());
            let Some(sole) = sole.filter(|_| !map.contains_key("anyOf")) else { return };
            map.remove("allOf");
            map.insert("anyOf".to_owned(), json!([sole, { "type": "null" }]));
        }
    }
    map.remove("nullable");
}

static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let corpus = std::fs::read_dir(openapi_dir().join("../tests/corpus")).unwrap();
    let mut files: Vec<_> = corpus.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.extend(["planetscale.yaml", "create_backup.yaml"].map(|name| fixture().join(name)));
    files.sort();
    let mut documents: Vec<Value> =
        files.iter().map(|file| Spec::parse(&std::fs::read_to_string(file).unwrap()).unwrap().value).collect();
    documents.push(every_kind());
    documents
});

/// All that 3.1 says otherwise, in one schema.
fn every_kind() -> Value {
    let schema = json!({ "type": "object", "nullable": true, "properties": {
        "a": { "type": "integer", "minimum": 1, "exclusiveMinimum": true, "example": 3 },
        "b": { "type": "number", "maximum": 2.5, "exclusiveMaximum": true, "nullable": true },
        "c": { "type": "string", "enum": ["only"] },
        "d": { "type": "string", "format": "byte", "example": "AA==" },
        "e": { "type": "string", "format": "binary" },
        "f": { "allOf": [{ "$ref": "#/components/schemas/F" }], "nullable": true, "description": "F" },
        "g": { "allOf": [{ "$ref": "#/components/schemas/F" }], "description": "another F" },
        "h": { "type": "string", "nullable": true, "enum": ["x", "y", null] },
        "i": { "type": "array", "items": { "type": "string", "nullable": true } },
    } });
    let content = json!({ "application/json": { "schema": schema } });
    json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "description": "", "content": content } } } } },
        "components": { "schemas": { "F": { "type": "object", "properties": { "x": { "type": "string" } } } } } })
}

fn read(document: &Value) -> Spec {
    Spec::parse(&document.to_string()).unwrap()
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn a_document_and_its_twin_give_no_finding(which in 0..DOCUMENTS.len(), bits: Vec<bool>) {
        let document = &DOCUMENTS[which];
        let mut bits = bits.into_iter().chain(std::iter::repeat(true));
        let twin = twin(document, &mut || bits.next().unwrap());
        let (old, new) = (read(document), read(&twin));
        prop_assert_eq!(diff(&old.value, &new.value), Vec::<Finding>::new(), "{}", twin);
        prop_assert_eq!(diff(&new.value, &old.value), Vec::<Finding>::new());
        new.require_3_0().unwrap();
    }
}

#[test]
fn an_edition_in_3_1_gives_the_same_crate() {
    let copy = Copy::new();
    let stored = Spec::parse(&upstream()).unwrap().value;
    let twin = twin(&stored, &mut || true).to_string();
    let from = copy.write("twin.json", &twin);
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    assert!(ended.out.starts_with("no drift\n"), "{}", ended.out);
    // What is stored is upstream's, and what is built from is 3.0.
    let read = |name: &str| std::fs::read_to_string(copy.path(name)).unwrap();
    assert_eq!(read("create_backup.yaml"), twin);
    assert!(read("planetscale.yaml").contains("\nopenapi: 3.0.3\n"));
    ended_with(&copy.run(&["--from", &from, "--check"]), 0);
}

/// The document of every kind with more in its schema.
fn with(more: Value) -> Value {
    let mut document = every_kind();
    document["openapi"] = json!("3.1.0");
    let schema = document.pointer_mut("/paths/~1a/get/responses/200/content/application~1json/schema").unwrap();
    schema["properties"]["z"] = more;
    document
}

#[test]
fn what_has_no_counterpart_is_named_and_its_change_is_of_unknown_effect() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for (keyword, value, other) in [
        ("patternProperties", json!({ "^x": {} }), json!({ "^y": {} })),
        ("prefixItems", json!([{ "type": "string" }]), json!([{ "type": "integer" }])),
        ("contains", json!({ "required": ["a"] }), json!({ "required": ["b"] })),
        ("unevaluatedProperties", json!(false), json!(true)),
        ("$defs", json!({ "A": {} }), json!({ "B": {} })),
    ] {
        let (old, new) = (with(json!({ keyword: value })), with(json!({ keyword: other })));
        let error = read(&old).require_3_0().unwrap_err().to_string();
        let pointer = format!("#/paths/~1a/get/responses/200/content/application~1json/schema/properties/z/{keyword}");
        assert!(error.contains(&pointer), "{error}");
        let ids: BTreeSet<_> =
            diff(&read(&old).value, &read(&new).value).into_iter().map(|finding| finding.id).collect();
        let expected = if keyword == "$defs" { "definitions-changed" } else { "unclassified-change" };
        assert_eq!(ids, BTreeSet::from([expected.to_owned()]), "{keyword}");
        std::fs::write(path("old.json"), old.to_string()).unwrap();
        let (code, _, err) = run_xtask(&["generate", "--spec", &path("old.json")]);
        assert_eq!(code, exit_code(2));
        assert!(err.contains(&pointer), "{err}");
    }
    // What is not wanted does not stand in the way.
    let mut document = with(json!({ "patternProperties": { "^x": { "type": "string" } } }));
    document["paths"]["/b"] = every_kind()["paths"]["/a"].clone();
    document["paths"]["/b"]["get"]["operationId"] = json!("b");
    read(&document).pruned(&["b".to_owned()]).unwrap().require_3_0().unwrap();
    assert!(read(&document).pruned(&["a".to_owned()]).unwrap().require_3_0().is_err());
}

/// What a crate can be made of all the same.
#[test]
fn definitions_and_patterns_become_components_and_maps() {
    let mut document = every_kind();
    document["openapi"] = json!("3.1.0");
    let content = "/paths/~1a/get/responses/200/content/application~1json/schema";
    let text = || json!({ "type": "string" });
    document["components"]["schemas"]["Owner"] = json!({
        "type": "object",
        "$defs": { "name": text(), "Pair": { "type": "array", "items": { "$ref": "#/components/schemas/Owner/$defs/name" } } },
        "properties": { "$defs": text(), "pair": { "$ref": "#/components/schemas/Owner/$defs/Pair" } },
    });
    document["components"]["schemas"]["OwnerName"] = json!({ "type": "integer" });
    let properties = document.pointer_mut(content).unwrap()["properties"].as_object_mut().unwrap();
    properties.insert("owner".to_owned(), json!({ "$ref": "#/components/schemas/Owner" }));
    let map = |more: Value| {
        let mut map = json!({ "type": "object", "patternProperties": { "^x-": text() } });
        map.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        map
    };
    properties.insert("closed".to_owned(), map(json!({ "additionalProperties": false })));
    properties.insert("open".to_owned(), map(json!({})));
    let several =
        json!({ "patternProperties": { "^a-": text(), "^b-": { "type": "integer" } }, "additionalProperties": false });
    properties.insert("several".to_owned(), several);
    properties.insert("fields".to_owned(), map(json!({ "properties": { "a": text() } })));
    let document = Document::parse("a.json", document.to_string()).unwrap();
    let merged = merge(&[document]).unwrap().spec;
    let schemas = &merged.value["components"]["schemas"];
    assert_eq!(schemas["Owner"]["properties"]["pair"], json!({ "$ref": "#/components/schemas/OwnerPair" }));
    assert_eq!(schemas["OwnerPair"]["items"], json!({ "$ref": "#/components/schemas/OwnerName2" }));
    assert_eq!((&schemas["OwnerName2"], &schemas["OwnerName"]), (&text(), &json!({ "type": "integer" })));
    assert!(schemas["Owner"].get("$defs").is_none() && schemas["Owner"]["properties"]["$defs"] == text());
    let properties = &merged.value.pointer(content).unwrap()["properties"];
    assert_eq!(properties["closed"], json!({ "type": "object", "additionalProperties": text() }));
    assert_eq!(properties["open"], json!({ "type": "object", "additionalProperties": {} }));
    // Values of several patterns are of no one kind.
    assert_eq!(properties["several"], json!({ "type": "object", "additionalProperties": {} }));
    assert_eq!(properties["fields"], json!({ "type": "object", "properties": { "a": text() } }));
    xtask::generated_crate::codegen::formatted(&serde_json::to_string(&merged.value).unwrap()).unwrap();
}

#[test]
fn each_keyword_means_what_it_meant() {
    for (said, meant) in [
        (json!({ "type": ["string", "null"] }), json!({ "type": "string", "nullable": true })),
        (json!({ "type": "null" }), json!({ "enum": [null], "nullable": true })),
        (json!({ "type": ["string", "integer"] }), json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] })),
        (json!({ "const": 7 }), json!({ "enum": [7] })),
        (json!({ "exclusiveMinimum": 3, "minimum": 5 }), json!({ "minimum": 5 })),
        (json!({ "exclusiveMinimum": 3, "minimum": 2 }), json!({ "minimum": 3, "exclusiveMinimum": true })),
        (json!({ "exclusiveMinimum": 3, "minimum": 3 }), json!({ "minimum": 3, "exclusiveMinimum": true })),
        (json!({ "exclusiveMaximum": 3, "maximum": 3 }), json!({ "maximum": 3, "exclusiveMaximum": true })),
        (json!({ "exclusiveMaximum": 3, "maximum": 2 }), json!({ "maximum": 2 })),
        (json!({ "examples": [1, 2] }), json!({ "example": 1, "x-examples": [1, 2] })),
        (json!({ "oneOf": [{ "type": "string" }, { "type": "null" }] }), json!({ "type": "string", "nullable": true })),
        (json!({ "items": true, "type": "array" }), json!({ "items": {}, "type": "array" })),
        (
            json!({ "contentEncoding": "base64", "contentMediaType": "image/png" }),
            json!({ "format": "byte", "contentMediaType": "image/png" }),
        ),
    ] {
        let spec = read(&with(said.clone()));
        let z = "/paths/~1a/get/responses/200/content/application~1json/schema/properties/z";
        assert_eq!(spec.value.pointer(z), Some(&meant), "{said}");
    }
}
