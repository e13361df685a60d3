//! The same meaning, written in another way, gets the same verdict: inline or behind a `$ref`, with or without what
//! holds anyway, and whatever readers are told.

use serde_json::{Map, Value, json};
use xtask::comparison::diff::{Finding, Level, diff};
use xtask::random::Random;
use xtask::upstream::spec::{Spec, pointer_token};

/// A document of OpenAPI 3.1 with a part of each kind, all of them inline.
fn document() -> Value {
    let leaf = || json!({ "type": "string", "maxLength": 9 });
    let pet = |kind: &str| json!({ "type": "object", "required": ["kind"], "properties": { "kind": { "const": kind }, "name": leaf() } });
    let whole = json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": leaf(),
            "list": { "type": "array", "items": leaf() },
            "tuple": { "type": "array", "prefixItems": [leaf(), { "type": "integer" }] },
            "map": { "type": "object", "additionalProperties": leaf() },
            "patterns": { "type": "object", "patternProperties": { "^x": leaf() } },
            "some": { "type": "array", "contains": leaf() },
            "choice": { "if": { "type": "string" }, "then": leaf(), "else": { "type": "integer" } },
            "dependent": { "type": "object", "dependentSchemas": { "a": { "properties": { "b": leaf() } } } },
            "names": { "type": "object", "propertyNames": leaf() },
            "closed": { "type": "object", "unevaluatedProperties": leaf() },
            "rest": { "type": "array", "unevaluatedItems": leaf() },
            "inner": { "type": "string", "contentMediaType": "application/json", "contentSchema": leaf() },
            "not": { "not": leaf() },
            "all": { "allOf": [{ "type": "object", "properties": { "a": leaf() } }] },
            "any": { "anyOf": [leaf(), { "type": "integer" }] },
            "one": { "oneOf": [pet("cat"), pet("dog")] },
        },
    });
    let content = json!({ "application/json": { "schema": whole, "examples": { "e": { "value": { "id": "x" } } } } });
    let header = json!({ "schema": leaf(), "required": true });
    let form = json!({ "multipart/form-data": {
        "schema": { "type": "object", "properties": { "part": leaf() } },
        "encoding": { "part": { "headers": { "X-Part": header } } },
    } });
    let operation = |id: &str| {
        json!({
            "operationId": id,
            "parameters": [{ "name": "p", "in": "query", "schema": leaf() }],
            "requestBody": { "content": content },
            "responses": { "200": {
                "description": "ok",
                "headers": { "X-H": header },
                "content": content,
                "links": { "l": { "operationId": id, "parameters": { "p": "$response.body#/id" } } },
            } },
            "callbacks": { "c": { "{$request.body#/id}": { "post": {
                "requestBody": { "content": { "application/json": { "schema": leaf() } } },
                "responses": { "204": { "description": "done" } },
            } } } },
        })
    };
    json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1" },
        "paths": {
            "/a": { "post": operation("a") },
            "/form": { "post": {
                "operationId": "form",
                "requestBody": { "content": form },
                "responses": { "204": { "description": "done" } },
            } },
        },
        "webhooks": { "w": { "post": {
            "operationId": "hook",
            "requestBody": { "content": { "application/json": { "schema": leaf() } } },
            "responses": { "204": { "description": "done" } },
        } } },
    })
}

/// The parts that may stand behind a `$ref`: the kind of component, and pointers in [`document`].
fn parts() -> Vec<(&'static str, String)> {
    let (post, form) = ("/paths/~1a/post", "/paths/~1form/post");
    let mut parts = Vec::new();
    for body in ["requestBody", "responses/200"] {
        let schema = format!("{post}/{body}/content/application~1json/schema");
        let inner = [
            "",
            "/properties/id",
            "/properties/list",
            "/properties/list/items",
            "/properties/tuple/prefixItems/0",
            "/properties/map/additionalProperties",
            "/properties/patterns/patternProperties/^x",
            "/properties/some/contains",
            "/properties/choice/then",
            "/properties/choice/if",
            "/properties/choice/else",
            "/properties/dependent/dependentSchemas/a",
            "/properties/names/propertyNames",
            "/properties/closed/unevaluatedProperties",
            "/properties/rest/unevaluatedItems",
            "/properties/inner/contentSchema",
            "/properties/not/not",
            "/properties/all",
            "/properties/all/allOf/0",
            "/properties/any",
            "/properties/any/anyOf/0",
            "/properties/one",
            "/properties/one/oneOf/0",
        ];
        parts.extend(inner.map(|inner| ("schemas", format!("{schema}{inner}"))));
        parts.push(("examples", format!("{post}/{body}/content/application~1json/examples/e")));
    }
    parts.extend([
        ("parameters", format!("{post}/parameters/0")),
        ("schemas", format!("{post}/parameters/0/schema")),
        ("requestBodies", format!("{post}/requestBody")),
        ("responses", format!("{post}/responses/200")),
        ("headers", format!("{post}/responses/200/headers/X-H")),
        ("schemas", format!("{post}/responses/200/headers/X-H/schema")),
        ("links", format!("{post}/responses/200/links/l")),
        ("callbacks", format!("{post}/callbacks/c")),
        ("headers", format!("{form}/requestBody/content/multipart~1form-data/encoding/part/headers/X-Part")),
        ("schemas", format!("{form}/requestBody/content/multipart~1form-data/schema/properties/part")),
        ("pathItems", "/paths/~1a".to_owned()),
        ("pathItems", "/webhooks/w".to_owned()),
        ("schemas", "/webhooks/w/post/requestBody/content/application~1json/schema".to_owned()),
    ]);
    parts
}

/// Puts a part behind a `$ref`, or behind a chain of them.
fn lifted(document: &Value, (kind, at): &(&str, String), name: &str, chain: bool) -> Value {
    let mut document = document.clone();
    let part = std::mem::take(document.pointer_mut(at).unwrap());
    let reference = |name: &str| json!({ "$ref": format!("#/components/{kind}/{}", pointer_token(name)) });
    let components = document.as_object_mut().unwrap().entry("components").or_insert(json!({}));
    let of_kind = components.as_object_mut().unwrap().entry(*kind).or_insert(json!({})).as_object_mut().unwrap();
    of_kind.insert(name.to_owned(), part);
    let last = match chain {
        true => {
            let through = format!("{name}Alias");
            of_kind.insert(through.clone(), reference(name));
            through
        }
        false => name.to_owned(),
    };
    *document.pointer_mut(at).unwrap() = reference(&last);
    document
}

fn read(document: &Value) -> Value {
    Spec::parse(&document.to_string()).unwrap_or_else(|e| panic!("{e:#}\n{document}")).value
}

fn compared(old: &Value, new: &Value) -> Vec<Finding> {
    diff(&read(old), &read(new))
}

fn worst(findings: &[Finding]) -> Option<Level> {
    findings.iter().map(|finding| finding.level).max()
}

fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{} {} {}", f.level, f.id, f.new_pointer)).collect()
}

/// Where there is something of a part to edit, seen from the part itself.
fn edits(part: &Value, at: &str, into: &mut Vec<(String, Value)>) {
    match part {
        Value::Object(map) => {
            for (key, value) in map {
                edits(value, &format!("{at}/{}", pointer_token(key)), into);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| edits(item, &format!("{at}/{number}"), into));
        }
        Value::String(text) if text == "string" => into.push((at.to_owned(), json!("boolean"))),
        Value::Number(number) if number.as_u64() == Some(9) => into.push((at.to_owned(), json!(5))),
        Value::Bool(true) => into.push((at.to_owned(), json!(false))),
        _ => {}
    }
}

#[test]
fn a_part_is_the_same_inline_and_behind_a_reference() {
    let inline = document();
    let read_inline = read(&inline);
    for part in parts() {
        let lifted = |name: &str, chain: bool| read(&lifted(&inline, &part, name, chain));
        let once = lifted("Part", false);
        for (how, other) in [
            ("a reference", &once),
            ("a chain of references", &lifted("Part", true)),
            ("an odd name", &lifted("Pa/rt~1", false)),
        ] {
            for (old, new) in [(&read_inline, other), (other, &read_inline)] {
                let findings = diff(old, new);
                assert!(worst(&findings) <= Some(Level::Doc), "{how}, {part:?}: {:?}", shown(&findings));
            }
        }
        let renamed = diff(&once, &lifted("Renamed", false));
        assert!(worst(&renamed) <= Some(Level::Doc), "renamed, {part:?}: {:?}", shown(&renamed));
    }
}

#[test]
fn an_edit_means_the_same_inline_and_behind_a_reference() {
    let inline = document();
    for part in parts() {
        // The document as it is, with the part behind a reference, and behind a chain of them.
        let forms = |document: &Value| {
            [document, &lifted(document, &part, "Part", false), &lifted(document, &part, "Part", true)].map(read)
        };
        let before = forms(&inline);
        let mut all = Vec::new();
        edits(inline.pointer(&part.1).unwrap(), "", &mut all);
        // Some of many are enough: the edits of the inner parts are made by these themselves.
        let step = all.len().div_ceil(4).max(1);
        for (at, value) in all.into_iter().step_by(step) {
            let mut edited = inline.clone();
            *edited.pointer_mut(&format!("{}{at}", part.1)).unwrap() = value;
            let after = forms(&edited);
            for ([old, old_behind, _], [new, new_behind, new_chain]) in [(&before, &after), (&after, &before)] {
                let expected = diff(old, new);
                assert!(!expected.is_empty(), "{part:?} {at}");
                let (behind, one_side) = (diff(old_behind, new_behind), diff(old, new_chain));
                for (how, findings) in [("both behind a reference", behind), ("one behind a chain", one_side)] {
                    assert_eq!(
                        worst(&findings),
                        worst(&expected),
                        "{how}, {part:?} {at}: {:?} and inline {:?}",
                        shown(&findings),
                        shown(&expected)
                    );
                }
            }
        }
    }
}

/// By its name, by its id, or by its pointer: a reference is what it leads to.
#[test]
fn a_reference_by_name_is_one_by_pointer() {
    let at = "/paths/~1a/post/responses/200/content/application~1json/schema/properties/id";
    let by_pointer = lifted(&document(), &("schemas", at.to_owned()), "Part", false);
    for (key, name) in [("$anchor", "#part"), ("$dynamicAnchor", "#part"), ("$id", "https://example.com/part")] {
        let mut by_name = by_pointer.clone();
        by_name["components"]["schemas"]["Part"][key] = json!(name.trim_start_matches('#'));
        *by_name.pointer_mut(at).unwrap() = json!({ "$ref": name });
        for (old, new) in [(&by_pointer, &by_name), (&by_name, &by_pointer)] {
            assert_eq!(shown(&compared(old, new)), Vec::<String>::new(), "{key}");
        }
        let mut edited = by_name.clone();
        edited["components"]["schemas"]["Part"]["type"] = json!("integer");
        assert_eq!(worst(&compared(&by_name, &edited)), Some(Level::Err), "{key}");
    }
}

/// A mapping leads to a component, which may be called otherwise.
#[test]
fn a_component_of_a_mapping_may_be_renamed_but_its_values_may_not() {
    let with = |name: &str, mapping: Option<Value>| {
        let reference = format!("#/components/schemas/{name}");
        let mut schema = json!({ "oneOf": [{ "$ref": reference }, { "$ref": "#/components/schemas/Dog" }] });
        schema["discriminator"] = json!({ "propertyName": "kind" });
        if let Some(mapping) = mapping {
            schema["discriminator"]["mapping"] = mapping;
        }
        let mut document = with_schema("3.0.3", &schema, 0);
        let cat = document["components"]["schemas"].as_object_mut().unwrap().remove("Cat").unwrap();
        document["components"]["schemas"][name] = cat;
        document
    };
    let mapping = |name: &str| Some(json!({ "cat": format!("#/components/schemas/{name}"), "dog": "Dog" }));
    let findings = compared(&with("Cat", mapping("Cat")), &with("Feline", mapping("Feline")));
    assert!(worst(&findings) <= Some(Level::Doc), "{:?}", shown(&findings));
    // Where both are there before and after, it is another one, whatever that says.
    let both = |name: &str| {
        let mut document = with("Cat", mapping(name));
        document["components"]["schemas"]["Feline"] = document["components"]["schemas"]["Cat"].clone();
        document
    };
    let findings = compared(&both("Cat"), &both("Feline"));
    let is_told = findings.iter().any(|finding| finding.id.ends_with("discriminator-mapping-changed"));
    assert!(is_told, "{:?}", shown(&findings));
    // Without a mapping, the name of the component is the value.
    assert_eq!(worst(&compared(&with("Cat", None), &with("Feline", None))), Some(Level::Err));
}

/// A document of a version with a schema in a request and in an answer, at some depth.
fn with_schema(version: &str, schema: &Value, around: u8) -> Value {
    let schema = match around {
        0 => schema.clone(),
        1 => json!({ "type": "object", "properties": { "x": schema }, "required": ["x"] }),
        2 => json!({ "type": "array", "items": schema }),
        3 => json!({ "allOf": [{ "type": "object", "properties": { "x": schema } }, { "type": "object" }] }),
        4 => json!({ "type": "object", "additionalProperties": schema }),
        _ => {
            json!({ "type": "object", "properties": { "x": { "anyOf": [{ "type": "array", "items": schema }, { "type": "boolean" }] } } })
        }
    };
    let content = json!({ "application/json": { "schema": schema } });
    json!({
        "openapi": version, "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "post": {
            "operationId": "a",
            "requestBody": { "content": content },
            "responses": { "200": { "description": "ok", "content": content } },
        } } },
        "components": { "schemas": {
            "Cat": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" }, "mew": { "type": "string" } } },
            "Dog": { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" }, "bark": { "type": "string" } } },
        } },
    })
}

/// Schemas that mean the same.
fn restated_schemas() -> Vec<(&'static str, Value, Value)> {
    let a = || json!({ "type": "string", "maxLength": 5 });
    let b = || json!({ "type": "integer" });
    let c = || json!({ "type": "object", "properties": { "k": { "type": "string" } } });
    let refs = || json!([{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }]);
    let told = |more: Value| {
        let mut schema = json!({ "oneOf": refs(), "discriminator": { "propertyName": "kind" } });
        schema["discriminator"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let full = json!({ "mapping": { "Cat": "#/components/schemas/Cat", "Dog": "#/components/schemas/Dog" } });
    let short = json!({ "mapping": { "Cat": "Cat", "Dog": "Dog" } });
    vec![
        ("type beside const", json!({ "const": "x" }), json!({ "const": "x", "type": "string" })),
        ("type beside enum", json!({ "enum": [1, 2] }), json!({ "enum": [1, 2], "type": "integer" })),
        ("const as enum", json!({ "const": "x" }), json!({ "enum": ["x"] })),
        (
            "enum as oneOf of consts",
            json!({ "type": "string", "enum": ["x", "y"] }),
            json!({ "oneOf": [{ "const": "x", "title": "X" }, { "const": "y" }] }),
        ),
        (
            "enum as anyOf of consts",
            json!({ "type": "string", "enum": ["x", "y"] }),
            json!({ "type": "string", "anyOf": [{ "const": "x" }, { "const": "y" }] }),
        ),
        ("single anyOf", a(), json!({ "anyOf": [a()] })),
        ("single oneOf", c(), json!({ "oneOf": [c()] })),
        ("single allOf", c(), json!({ "allOf": [c()] })),
        ("single in single", a(), json!({ "oneOf": [{ "allOf": [{ "anyOf": [a()] }] }] })),
        ("nested anyOf", json!({ "anyOf": [a(), { "anyOf": [b(), c()] }] }), json!({ "anyOf": [a(), b(), c()] })),
        ("nested oneOf", json!({ "oneOf": [a(), { "oneOf": [b(), c()] }] }), json!({ "oneOf": [a(), b(), c()] })),
        (
            "nested allOf",
            json!({ "allOf": [c(), { "allOf": [{ "type": "object", "maxProperties": 3 }] }] }),
            json!({ "allOf": [c(), { "maxProperties": 3 }] }),
        ),
        (
            "null as a type and as an alternative",
            json!({ "type": ["integer", "null"] }),
            json!({ "anyOf": [b(), { "type": "null" }] }),
        ),
        (
            "null titled",
            json!({ "type": ["integer", "null"] }),
            json!({ "anyOf": [b(), { "type": "null", "title": "None" }] }),
        ),
        ("null in a oneOf", json!({ "type": ["integer", "null"] }), json!({ "oneOf": [{ "type": "null" }, b()] })),
        (
            "null of alternatives",
            json!({ "anyOf": [a(), b(), { "type": "null" }] }),
            json!({ "anyOf": [{ "type": ["string", "null"], "maxLength": 5 }, b()] }),
        ),
        ("null listed", json!({ "type": ["string", "null"], "enum": ["x", null] }), json!({ "enum": ["x", null] })),
        (
            "types as alternatives",
            json!({ "type": ["string", "integer"] }),
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
        ),
        (
            "empty keywords",
            c(),
            json!({ "type": "object", "properties": { "k": { "type": "string" } }, "required": [], "patternProperties": {}, "dependentRequired": {}, "dependentSchemas": {}, "unevaluatedProperties": true, "propertyNames": {}, "$defs": {} }),
        ),
        (
            "empty items",
            json!({ "type": "array" }),
            json!({ "type": "array", "items": {}, "prefixItems": [], "unevaluatedItems": true, "minItems": 0, "uniqueItems": false }),
        ),
        (
            "the usual $schema",
            a(),
            json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string", "maxLength": 5 }),
        ),
        (
            "the usual $schema of OpenAPI",
            a(),
            json!({ "$schema": "https://spec.openapis.org/oas/3.1/dialect/base", "type": "string", "maxLength": 5 }),
        ),
        (
            "flags that are false",
            a(),
            json!({ "type": "string", "maxLength": 5, "minLength": 0, "deprecated": false, "readOnly": false, "writeOnly": false }),
        ),
        (
            "additional properties",
            c(),
            json!({ "type": "object", "properties": { "k": { "type": "string" } }, "additionalProperties": true }),
        ),
        (
            "binary of 3.0 and of 3.1",
            json!({ "type": "string", "format": "binary" }),
            json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        ),
        (
            "bytes of 3.0 and of 3.1",
            json!({ "type": "string", "format": "byte" }),
            json!({ "type": "string", "contentEncoding": "base64" }),
        ),
        (
            "exclusive limits",
            json!({ "type": "integer", "exclusiveMinimum": 3 }),
            json!({ "type": "integer", "minimum": 3, "exclusiveMinimum": true }),
        ),
        ("the implicit mapping", told(json!({})), told(full.clone())),
        ("short names in a mapping", told(short), told(full)),
        (
            "a boolean schema",
            json!({ "type": "object", "properties": { "k": true } }),
            json!({ "type": "object", "properties": { "k": {} } }),
        ),
    ]
}

#[test]
fn schemas_that_mean_the_same_have_one_verdict() {
    for (name, a, b) in restated_schemas() {
        for around in 0..6 {
            let documents = [&a, &b].map(|schema| read(&with_schema("3.1.0", schema, around)));
            for (old, new) in [(0, 1), (1, 0)] {
                let findings = diff(&documents[old], &documents[new]);
                assert!(worst(&findings) <= Some(Level::Info), "{name} {around}: {:?}", shown(&findings));
            }
        }
    }
}

/// Two spellings on the two sides of an edit: the edit is judged as in one.
#[test]
fn an_edit_beside_a_restatement_is_judged_as_alone() {
    let edit = |schema: &Value| json!({ "type": "object", "required": ["new"], "properties": { "same": schema, "new": { "type": "string" } } });
    let before =
        |schema: &Value| json!({ "type": "object", "properties": { "same": schema, "new": { "type": "string" } } });
    for (name, a, b) in restated_schemas() {
        let alone = compared(&with_schema("3.1.0", &before(&a), 0), &with_schema("3.1.0", &edit(&a), 0));
        let both = compared(&with_schema("3.1.0", &before(&a), 0), &with_schema("3.1.0", &edit(&b), 0));
        assert_eq!(worst(&both), worst(&alone), "{name}: {:?}", shown(&both));
    }
}

/// Documents that mean the same: a name, and what is put where.
fn restated_documents() -> Vec<(&'static str, &'static str, Value)> {
    let post = "/paths/~1a/post";
    vec![
        ("a server that is the document's own place", "/servers", json!([{ "url": "/" }])),
        ("no components", "/components/links", json!({})),
        ("no tags", "/tags", json!([])),
        ("style of a query", "/paths/~1a/post/parameters/0/style", json!("form")),
        ("explode of a query", "/paths/~1a/post/parameters/0/explode", json!(true)),
        ("reserved characters", "/paths/~1a/post/parameters/0/allowReserved", json!(false)),
        ("a parameter that is not required", "/paths/~1a/post/parameters/0/required", json!(false)),
        ("a body that is not required", "/paths/~1a/post/requestBody/required", json!(false)),
        ("no headers", "/paths/~1a/post/responses/200/headers/X-H/deprecated", json!(false)),
        (
            "encoding of a part",
            "/paths/~1form/post/requestBody/content/multipart~1form-data/encoding/part/contentType",
            json!("text/plain"),
        ),
        (
            "style of a part",
            "/paths/~1form/post/requestBody/content/multipart~1form-data/encoding/part/style",
            json!("form"),
        ),
        ("an operation that is not deprecated", "/paths/~1a/post/deprecated", json!(false)),
        (post, "/paths/~1a/post/servers", json!([{ "url": "/" }])),
        ("the dialect", "/jsonSchemaDialect", json!("https://spec.openapis.org/oas/3.1/dialect/base")),
    ]
}

fn put(document: &mut Value, at: &str, value: Value) {
    let (parent, key) = at.rsplit_once('/').unwrap();
    let mut here = document;
    for token in parent.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        here = match here {
            Value::Array(items) => &mut items[key.parse::<usize>().unwrap()],
            other => other.as_object_mut().unwrap().entry(key).or_insert(json!({})),
        };
    }
    here.as_object_mut().unwrap().insert(key.replace("~1", "/").replace("~0", "~"), value);
}

#[test]
fn what_holds_anyway_may_be_said() {
    for (name, at, value) in restated_documents() {
        let (plain, mut spelt) = (document(), document());
        put(&mut spelt, at, value);
        for (old, new) in [(&plain, &spelt), (&spelt, &plain)] {
            let findings = compared(old, new);
            assert!(worst(&findings) <= Some(Level::Info), "{name} {at}: {:?}", shown(&findings));
        }
    }
    // Servers and security, once for the document and again for the operation.
    let secured = |restated: bool| {
        let mut document = document();
        document["servers"] = json!([{ "url": "https://h.example/v1", "description": "one" }]);
        document["security"] = json!([{ "key": [] }, { "sign": [] }, { "token": ["a", "b"] }]);
        document["components"] = json!({ "securitySchemes": {
            "key": { "type": "apiKey", "in": "header", "name": "K" },
            "sign": { "type": "http", "scheme": "basic" },
            "token": { "type": "http", "scheme": "bearer" },
        } });
        if restated {
            document["paths"]["/a"]["post"]["servers"] = json!([{ "url": "https://h.example/v1" }]);
            document["paths"]["/a"]["post"]["security"] =
                json!([{ "token": ["b", "a"] }, { "key": [] }, { "sign": [] }, { "key": [] }]);
            let schemes = document["components"]["securitySchemes"].as_object_mut().unwrap();
            let mut key = schemes.remove("key").unwrap();
            key["description"] = json!("a key");
            schemes.insert("other".to_owned(), key);
            let mut sign = schemes.remove("sign").unwrap();
            sign["bearerFormat"] = json!("none");
            schemes.insert("signed".to_owned(), sign);
            schemes["token"]["scheme"] = json!("Bearer");
            schemes["token"]["bearerFormat"] = json!("JWT");
            let text =
                document.to_string().replace("\"key\":[]", "\"other\":[]").replace("\"sign\":[]", "\"signed\":[]");
            document = serde_json::from_str(&text).unwrap();
        }
        document
    };
    for (a, b) in [(false, true), (true, false)] {
        let findings = compared(&secured(a), &secured(b));
        assert!(worst(&findings) <= Some(Level::Info), "{:?}", shown(&findings));
    }
}

/// Every object of a document that may say something to readers.
fn described(value: &Value, at: &str, into: &mut Vec<String>) {
    if let Value::Object(map) = value {
        let is_object = [
            "type",
            "schema",
            "content",
            "operationId",
            "description",
            "url",
            "anyOf",
            "oneOf",
            "allOf",
            "not",
            "value",
        ]
        .iter()
        .any(|key| map.contains_key(*key));
        if is_object && !at.ends_with("/properties") {
            into.push(at.to_owned());
        }
    }
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter().filter(|(key, _)| *key != "example" && *key != "value") {
                described(inner, &format!("{at}/{}", pointer_token(key)), into);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| described(item, &format!("{at}/{number}"), into));
        }
        _ => {}
    }
}

#[test]
fn what_readers_are_told_is_doc_wherever_it_stands() {
    let plain = document();
    let mut all = Vec::new();
    described(&plain, "", &mut all);
    assert!(all.len() > 60);
    let (mut random, read_plain) = (Random(7), read(&plain));
    for at in all {
        for (key, value) in [("description", json!("new words")), ("x-note", json!({ "a": [1] }))] {
            let mut told = plain.clone();
            told.pointer_mut(&at).unwrap()[key] = value;
            let told = read(&told);
            let (old, new) = if random.chance(2) { (&read_plain, &told) } else { (&told, &read_plain) };
            let findings = diff(old, new);
            assert!(!findings.is_empty(), "{at} {key} is silent");
            assert!(worst(&findings) <= Some(Level::Info), "{at} {key}: {:?}", shown(&findings));
        }
    }
}

/// A webhook, a link, the header of an encoding: what is edited there is found.
#[test]
fn nothing_is_silent_in_what_few_documents_have() {
    let plain = document();
    for at in [
        "/webhooks/w/post/requestBody/content/application~1json/schema/type",
        "/paths/~1a/post/responses/200/links/l/parameters/p",
        "/paths/~1a/post/responses/200/links/l/operationId",
        "/paths/~1form/post/requestBody/content/multipart~1form-data/encoding/part/headers/X-Part/required",
        "/paths/~1form/post/requestBody/content/multipart~1form-data/encoding/part/headers/X-Part/schema/type",
    ] {
        let mut edited = plain.clone();
        let here = edited.pointer_mut(at).unwrap();
        *here = if here.is_boolean() { json!(false) } else { json!("boolean") };
        assert!(worst(&compared(&plain, &edited)) >= Some(Level::Warn), "{at}");
    }
    let mut gone = plain.clone();
    gone["webhooks"] = Value::Object(Map::new());
    assert!(worst(&compared(&plain, &gone)) >= Some(Level::Warn));
}
