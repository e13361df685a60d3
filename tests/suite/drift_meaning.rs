//! What an edit means, by who breaks: the worst that is found of it in a request and in a response.
//! Most kinds are of public bug reports of diff tools.

use serde_json::{Value, json};
use xtask::comparison::diff::{Finding, Level, diff};

/// A document with an operation that takes a schema, and one that gives it.
pub fn document(schema: &Value, more: Value) -> [Value; 2] {
    let with = |operation: Value| {
        let mut document =
            json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { "/a": operation } });
        if let (Value::Object(to), Value::Object(more)) = (&mut document, more.clone()) {
            to.extend(more);
        }
        document
    };
    let content = json!({ "application/json": { "schema": schema } });
    let done = json!({ "204": { "description": "done" } });
    [
        with(json!({ "post": { "operationId": "send", "requestBody": { "content": content }, "responses": done } })),
        with(
            json!({ "get": { "operationId": "get", "responses": { "200": { "description": "ok", "content": content } } } }),
        ),
    ]
}

pub fn worst(findings: &[Finding]) -> Option<Level> {
    assert_eq!(crate::drift_rules::unlisted(findings), Vec::<String>::new());
    findings.iter().map(|finding| finding.level).max()
}

pub const NONE: Option<Level> = None;
pub const DOC: Option<Level> = Some(Level::Doc);
pub const INFO: Option<Level> = Some(Level::Info);
pub const WARN: Option<Level> = Some(Level::Warn);
pub const ERR: Option<Level> = Some(Level::Err);

#[test]
fn schemas() {
    let text = || json!({ "type": "string" });
    let base = json!({ "type": "object", "required": ["id"], "properties": { "id": text() } });
    let extra = json!({ "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } });
    let components = json!({ "components": { "schemas": { "Base": base, "Extra": extra } } });
    let (to_base, to_extra) =
        (json!({ "$ref": "#/components/schemas/Base" }), json!({ "$ref": "#/components/schemas/Extra" }));
    let properties = |names: &[&str]| -> Value {
        let all: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), text())).collect();
        json!({ "type": "object", "properties": all })
    };
    let map = |values: Value| json!({ "type": "object", "additionalProperties": values });
    let big = |digits: &str| {
        serde_json::from_str::<Value>(&format!(r#"{{ "type": "integer", "maximum": {digits} }}"#)).unwrap()
    };
    let step = |of: Value| json!({ "type": "number", "multipleOf": of });
    // Name, old, new, the worst of a request and of a response.
    for (name, old, new, request, response) in [
        // `allOf` by what it means.
        ("a reference in an allOf", to_base.clone(), json!({ "allOf": [to_base] }), NONE, NONE),
        ("a schema in an allOf", properties(&["a"]), json!({ "allOf": [properties(&["a"])] }), NONE, NONE),
        (
            "nullable beside an allOf",
            json!({ "type": "string", "nullable": true }),
            json!({ "nullable": true, "allOf": [text()] }),
            NONE,
            NONE,
        ),
        (
            "null is said twice",
            json!({ "nullable": true, "allOf": [text()] }),
            json!({ "nullable": true, "allOf": [{ "type": "string", "nullable": true }] }),
            DOC,
            DOC,
        ),
        (
            "an allOf that may be null now",
            json!({ "allOf": [to_base] }),
            json!({ "allOf": [to_base], "nullable": true }),
            INFO,
            ERR,
        ),
        (
            "an allOf whose only member may be null",
            json!({ "type": "string", "nullable": true }),
            json!({ "allOf": [{ "type": "string", "nullable": true }] }),
            NONE,
            NONE,
        ),
        (
            "a property moves between members",
            json!({ "allOf": [properties(&["a", "b"]), properties(&["c"])] }),
            json!({ "allOf": [properties(&["a"]), properties(&["b", "c"])] }),
            NONE,
            NONE,
        ),
        (
            "required moves between members",
            json!({ "allOf": [base, properties(&["a"])] }),
            json!({ "allOf": [properties(&["id"]), { "type": "object", "required": ["id"], "properties": { "a": text() } }] }),
            NONE,
            NONE,
        ),
        (
            "required beside an allOf",
            json!({ "allOf": [properties(&["a"])] }),
            json!({ "required": ["a"], "allOf": [properties(&["a"])] }),
            ERR,
            INFO,
        ),
        (
            "members merged into one",
            json!({ "allOf": [to_base, to_extra] }),
            json!({ "type": "object", "required": ["id", "n"], "properties": { "id": text(), "n": { "type": "integer" } } }),
            NONE,
            NONE,
        ),
        (
            "a member with a required property goes",
            json!({ "allOf": [to_base, to_extra] }),
            json!({ "allOf": [to_base] }),
            WARN,
            ERR,
        ),
        (
            "a member with a required property comes",
            json!({ "allOf": [to_base] }),
            json!({ "allOf": [to_base, to_extra] }),
            ERR,
            INFO,
        ),
        (
            "a member with an optional property comes",
            json!({ "allOf": [to_base] }),
            json!({ "allOf": [to_base, properties(&["more"])] }),
            INFO,
            INFO,
        ),
        (
            "a member limits what another allows",
            json!({ "allOf": [{ "type": "string", "maxLength": 9 }] }),
            json!({ "allOf": [{ "type": "string", "maxLength": 9 }, { "maxLength": 5 }] }),
            ERR,
            INFO,
        ),
        (
            "a looser limit says nothing",
            json!({ "allOf": [{ "type": "string", "maxLength": 5 }] }),
            json!({ "allOf": [{ "type": "string", "maxLength": 5 }, { "maxLength": 9 }] }),
            INFO,
            INFO,
        ),
        (
            "members that contradict each other",
            json!({ "allOf": [text()] }),
            json!({ "allOf": [text(), { "type": "integer" }] }),
            ERR,
            INFO,
        ),
        (
            "values that no member shares",
            json!({ "allOf": [{ "enum": ["a", "b"] }, { "enum": ["b"] }] }),
            json!({ "allOf": [{ "enum": ["a"] }, { "enum": ["b"] }] }),
            ERR,
            INFO,
        ),
        ("members within members", json!({ "allOf": [{ "allOf": [to_base] }] }), to_base.clone(), NONE, NONE),
        // Alternatives that come or go as a whole.
        (
            "alternatives introduced",
            properties(&["a", "b"]),
            {
                let mut new = properties(&["a", "b"]);
                new["anyOf"] = json!([{ "required": ["a"] }, { "required": ["b"] }]);
                new
            },
            ERR,
            INFO,
        ),
        (
            "alternatives dropped",
            {
                let mut old = properties(&["a", "b"]);
                old["oneOf"] = json!([{ "required": ["a"] }, { "required": ["b"] }]);
                old
            },
            properties(&["a", "b"]),
            INFO,
            ERR,
        ),
        ("a text becomes one of two", text(), json!({ "oneOf": [text(), { "type": "boolean" }] }), INFO, ERR),
        ("a text becomes any of two", text(), json!({ "anyOf": [{ "type": "boolean" }, text()] }), INFO, ERR),
        (
            "a text becomes one of two others",
            text(),
            json!({ "oneOf": [{ "type": "integer" }, { "type": "boolean" }] }),
            ERR,
            ERR,
        ),
        ("one of two becomes a text", json!({ "oneOf": [text(), { "type": "boolean" }] }), text(), ERR, INFO),
        (
            "a text becomes one of narrower ones",
            text(),
            json!({ "oneOf": [{ "type": "string", "maxLength": 5 }, { "type": "string", "enum": ["aaaaaaa"] }] }),
            ERR,
            INFO,
        ),
        (
            "an alternative is added to an anyOf",
            json!({ "anyOf": [text()] }),
            json!({ "anyOf": [text(), { "type": "boolean" }] }),
            INFO,
            ERR,
        ),
        (
            "an alternative is added to a oneOf",
            json!({ "oneOf": [text()] }),
            json!({ "oneOf": [text(), { "type": "boolean" }] }),
            INFO,
            ERR,
        ),
        (
            "an alternative is removed",
            json!({ "anyOf": [text(), { "type": "boolean" }] }),
            json!({ "anyOf": [text()] }),
            ERR,
            INFO,
        ),
        // An alternative that anything fits. `oneOf` takes what fits it alone: of `{}` and a text all but texts.
        (
            "anything or a text becomes a text",
            json!({ "anyOf": [{}, text()] }),
            json!({ "anyOf": [text()] }),
            ERR,
            INFO,
        ),
        (
            "a text becomes anything or a text",
            json!({ "anyOf": [text()] }),
            json!({ "anyOf": [{}, text()] }),
            INFO,
            ERR,
        ),
        ("a text or anything becomes a text", json!({ "anyOf": [text(), {}] }), text(), ERR, INFO),
        ("all but texts becomes a text", json!({ "oneOf": [{}, text()] }), json!({ "oneOf": [text()] }), ERR, WARN),
        ("a text becomes all but texts", json!({ "oneOf": [text()] }), json!({ "oneOf": [{}, text()] }), WARN, ERR),
        ("one of two that anything fits goes", json!({ "anyOf": [{}, true] }), json!({ "anyOf": [{}] }), INFO, INFO),
        // Steps: a multiple of 10 is one of 5.
        ("a smaller step", step(json!(10)), step(json!(5)), INFO, WARN),
        ("a larger step", step(json!(5)), step(json!(10)), WARN, INFO),
        ("another step", step(json!(4)), step(json!(6)), WARN, WARN),
        ("a smaller step of a fraction", step(json!(0.5)), step(json!(0.25)), INFO, WARN),
        ("a larger step of a fraction", step(json!(0.25)), step(json!(0.5)), WARN, INFO),
        ("a step where there was none", json!({ "type": "number" }), step(json!(0.5)), WARN, INFO),
        ("no step any more", step(json!(0.5)), json!({ "type": "number" }), INFO, WARN),
        // A number that is a multiple of 5 is a whole number, however that is written.
        ("whole numbers alone", json!({ "type": "number" }), step(json!(5)), ERR, INFO),
        ("not whole numbers alone", step(json!(5)), json!({ "type": "number" }), INFO, ERR),
        ("a smaller step, or a text", step(json!(10)), json!({ "anyOf": [step(json!(5)), text()] }), INFO, ERR),
        ("a larger step, or a text", step(json!(5)), json!({ "anyOf": [step(json!(10)), text()] }), ERR, ERR),
        (
            "of a step or a text the smaller step is left",
            json!({ "anyOf": [step(json!(5)), text()] }),
            step(json!(10)),
            ERR,
            INFO,
        ),
        // What an object may hold besides.
        ("a map of texts becomes free", map(text()), map(json!(true)), INFO, ERR),
        ("a map of texts becomes free, without a word", map(text()), json!({ "type": "object" }), INFO, ERR),
        ("a free map becomes one of texts", map(json!({})), map(text()), ERR, INFO),
        ("free in three ways", map(json!(true)), map(json!({})), NONE, NONE),
        ("free, and described", map(json!(true)), map(json!({ "description": "anything" })), DOC, DOC),
        // Types.
        ("a type is dropped", text(), json!({}), INFO, ERR),
        // Numbers by their value.
        ("a bound in another spelling", json!({ "maximum": 10 }), json!({ "maximum": 10.0 }), NONE, NONE),
        ("a default in another spelling", json!({ "default": 10 }), json!({ "default": 1e1 }), NONE, NONE),
        ("values in another spelling", json!({ "enum": [1, 2] }), json!({ "enum": [2.0, 1.0] }), NONE, NONE),
        ("a step in another spelling", json!({ "multipleOf": 2 }), json!({ "multipleOf": 2.0 }), NONE, NONE),
        ("64 bits, exactly", big("9223372036854775807"), big("9223372036854775806"), ERR, INFO),
        ("64 bits without a sign, exactly", big("18446744073709551615"), big("18446744073709551614"), ERR, INFO),
        ("no length at least", text(), json!({ "type": "string", "minLength": 0 }), NONE, NONE),
        ("no items at least", json!({ "type": "array" }), json!({ "type": "array", "minItems": 0 }), NONE, NONE),
        (
            "no properties at least",
            json!({ "type": "object", "minProperties": 0.0 }),
            json!({ "type": "object" }),
            NONE,
            NONE,
        ),
        // Discriminators.
        (
            "another discriminator",
            json!({ "discriminator": { "propertyName": "kind" } }),
            json!({ "discriminator": { "propertyName": "type" } }),
            ERR,
            ERR,
        ),
        (
            "a mapping swapped",
            json!({ "discriminator": { "propertyName": "kind", "mapping": { "a": "A", "b": "B" } } }),
            json!({ "discriminator": { "propertyName": "kind", "mapping": { "a": "B", "b": "A" } } }),
            ERR,
            ERR,
        ),
        // Ways.
        (
            "a required property becomes write-only",
            json!({ "type": "object", "required": ["x"], "properties": { "x": text() } }),
            json!({ "type": "object", "required": ["x"], "properties": { "x": { "type": "string", "writeOnly": true } } }),
            INFO,
            ERR,
        ),
        (
            "a required property ends to be read-only",
            json!({ "type": "object", "required": ["x"], "properties": { "x": { "type": "string", "readOnly": true } } }),
            json!({ "type": "object", "required": ["x"], "properties": { "x": text() } }),
            ERR,
            INFO,
        ),
        (
            "a pattern of what is read-only",
            json!({ "type": "object", "properties": { "x": { "type": "string", "readOnly": true } } }),
            json!({ "type": "object", "properties": { "x": { "type": "string", "readOnly": true, "pattern": "^x" } } }),
            INFO,
            INFO,
        ),
        (
            "a name that no property has is required",
            json!({ "type": "object" }),
            json!({ "type": "object", "required": ["x"] }),
            ERR,
            INFO,
        ),
        // References.
        (
            "a $ref in an example is data",
            json!({ "example": { "$ref": "#/nowhere" } }),
            json!({ "example": { "$ref": "#/elsewhere" } }),
            DOC,
            DOC,
        ),
        (
            "a $ref in a default is data",
            json!({ "default": { "$ref": "#/a" } }),
            json!({ "default": { "$ref": "#/a" } }),
            NONE,
            NONE,
        ),
    ] {
        let (a, b) = (document(&old, components.clone()), document(&new, components.clone()));
        for (side, expected, i) in [("request", request, 0), ("response", response, 1)] {
            let findings = diff(&a[i], &b[i]);
            assert_eq!(worst(&findings), expected, "{name}, in a {side}: {findings:#?}");
        }
    }
}

/// A document with one operation.
fn operation(operation: Value, more: Value) -> Value {
    let [mut document, _] = document(&json!({}), more);
    document["paths"] = json!({ "/a": { "post": operation } });
    document
}

#[test]
fn operations() {
    let responses = |responses: Value| json!({ "responses": responses });
    let security = |list: Value| json!({ "security": list });
    let parameter = |mut parameter: Value, more: Value| {
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "parameters": [parameter] })
    };
    let header = |name: &str, more: Value| {
        parameter(json!({ "in": "header", "name": name, "schema": { "type": "string" } }), more)
    };
    let list = |more: Value| {
        let schema = json!({ "type": "array", "items": { "type": "string" } });
        parameter(json!({ "in": "query", "name": "names", "schema": schema }), more)
    };
    let answer =
        |kind: &str| json!({ "description": "ok", "content": { "application/json": { "schema": { "type": kind } } } });
    let content = |name: &str| json!({ "requestBody": { "content": { name: { "schema": { "type": "string" } } } } });
    let deprecated = |sunset: &str| json!({ "deprecated": true, "x-sunset": sunset });
    for (name, old, new, expected) in [
        ("a header's case", header("X-Thing", json!({})), header("x-thing", json!({})), DOC),
        (
            "a header's case, and its need",
            header("X-Thing", json!({})),
            header("x-thing", json!({ "required": true })),
            ERR,
        ),
        ("how a list is sent anyway", list(json!({})), list(json!({ "style": "form", "explode": true })), NONE),
        (
            "how a list between bars is sent anyway",
            list(json!({ "style": "pipeDelimited" })),
            list(json!({ "style": "pipeDelimited", "explode": false })),
            NONE,
        ),
        ("Accept as a parameter", header("Accept", json!({ "required": true })), json!({}), DOC),
        ("authorization as a parameter", json!({}), header("authorization", json!({ "required": true })), DOC),
        (
            "a status becomes a range",
            responses(json!({ "200": answer("string") })),
            responses(json!({ "2XX": answer("string") })),
            INFO,
        ),
        (
            "a range becomes a status of another shape",
            responses(json!({ "2XX": answer("string") })),
            responses(json!({ "200": answer("integer") })),
            ERR,
        ),
        (
            "a status that a range describes, and not the rest",
            responses(json!({ "default": answer("integer"), "4XX": answer("string") })),
            responses(json!({ "default": answer("integer"), "4XX": answer("string"), "404": answer("string") })),
            INFO,
        ),
        (
            "a status that a range goes on to describe, and not the rest",
            responses(json!({ "default": answer("integer"), "4XX": answer("string"), "404": answer("string") })),
            responses(json!({ "default": answer("integer"), "4XX": answer("string") })),
            INFO,
        ),
        (
            "a status goes",
            responses(json!({ "200": answer("string"), "201": answer("string") })),
            responses(json!({ "201": answer("string") })),
            ERR,
        ),
        (
            "a media type's case and blanks",
            content("Application/Json ;charset=UTF-8"),
            content("application/json; charset=utf-8"),
            DOC,
        ),
        ("JSON is UTF-8 anyway", content("application/json"), content("application/json;charset=utf-8"), DOC),
        ("another charset", content("text/csv; charset=utf-8"), content("text/csv; charset=latin1"), ERR),
        ("security where there was none", json!({}), security(json!([{ "key": [] }])), ERR),
        ("security that one can do without", json!({}), security(json!([{ "key": [] }, {}])), INFO),
        (
            "security that one could do without",
            security(json!([{}, { "key": [] }])),
            security(json!([{ "key": [] }])),
            ERR,
        ),
        ("the same, said last", security(json!([{ "key": [] }, {}])), security(json!([{ "key": [] }])), ERR),
        ("one can do without now", security(json!([{ "key": [] }])), security(json!([{}, { "key": [] }])), INFO),
        ("what one could do without goes", security(json!([{}, { "key": [] }])), security(json!([{}])), INFO),
        ("security is dropped", security(json!([{ "key": [] }])), security(json!([])), INFO),
        ("one way in more", security(json!([{ "key": [] }])), security(json!([{ "key": [] }, { "oauth": [] }])), INFO),
        ("one way in less", security(json!([{ "key": [] }, { "oauth": [] }])), security(json!([{ "key": [] }])), WARN),
        ("another way in", security(json!([{ "key": [] }])), security(json!([{ "oauth": [] }])), ERR),
        (
            "one scope more",
            security(json!([{ "oauth": ["read"] }])),
            security(json!([{ "oauth": ["read", "write"] }])),
            ERR,
        ),
        (
            "one scope more, of one way in",
            security(json!([{ "oauth": ["read"] }, { "key": [] }])),
            security(json!([{ "oauth": ["read", "write"] }, { "key": [] }])),
            WARN,
        ),
        (
            "one scope less",
            security(json!([{ "oauth": ["read", "write"] }])),
            security(json!([{ "oauth": ["read"] }])),
            INFO,
        ),
        ("what holds anyway is said", json!({}), security(json!([{ "whole": [] }])), ERR),
        ("a sunset that is not a date", deprecated("2026-12-31"), deprecated("next year"), ERR),
        ("a sunset with a time", deprecated("2026-12-31"), deprecated("2026-12-31T10:00:00Z"), INFO),
        (
            "a server's description",
            json!({ "servers": [{ "url": "/v1" }] }),
            json!({ "servers": [{ "url": "/v1", "description": "the one" }] }),
            DOC,
        ),
        ("another server", json!({ "servers": [{ "url": "/v1" }] }), json!({ "servers": [{ "url": "/v2" }] }), WARN),
    ] {
        let findings = diff(&operation(old, json!({})), &operation(new, json!({})));
        assert_eq!(worst(&findings), expected, "{name}: {findings:#?}");
    }
    // An operation that says what the document says for all.
    let whole = json!({ "security": [{ "key": [] }] });
    let (old, new) = (operation(json!({}), whole.clone()), operation(security(json!([{ "key": [] }])), whole));
    assert_eq!(worst(&diff(&old, &new)), DOC);
}

#[test]
fn paths_of_one_template_are_paired_by_their_text() {
    let item = |id: &str| json!({ "get": { "operationId": id, "responses": {} } });
    let with = |paths: Value| json!({ "openapi": "3.0.3", "info": {}, "paths": paths });
    let old = with(json!({ "/r/{id}": item("a"), "/r/{name}": item("b") }));
    let new = with(json!({ "/r/{name}": item("b"), "/r/{id}": item("a") }));
    assert_eq!(diff(&old, &new), []);
    // One is renamed: the other keeps its partner.
    let new = with(json!({ "/r/{name}": item("b"), "/r/{key}": item("a") }));
    let ids: Vec<_> = diff(&old, &new).into_iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["path-parameter-renamed"]);
}

#[test]
fn a_reference_may_lead_anywhere() {
    let with = |kind: &str, place: &str| {
        let schema = json!({ "$ref": place });
        let mut document = operation(
            json!({ "requestBody": { "content": { "application/json": { "schema": schema } } } }),
            json!({ "x-shapes": { "a b": { "type": kind } } }),
        );
        document["paths"]["/b"] = json!({ "get": { "operationId": "b", "responses": {
            "200": { "description": "ok", "content": { "application/json": { "schema": { "type": kind } } } }
        } } });
        document
    };
    for place in [
        "#/paths/~1b/get/responses/200/content/application~1json/schema",
        "#/paths/%2Fb/get/responses/200/content/application~1json/schema",
        "#/x-shapes/a%20b",
    ] {
        let place = &place.replace("%2F", "~1");
        let findings = diff(&with("number", place), &with("integer", place));
        let broken: Vec<_> = findings.iter().filter(|finding| finding.level == Level::Err).collect();
        assert_eq!(broken.len(), 1, "{place}: {findings:#?}");
        assert_eq!(broken[0].operation(), Some("POST /a"));
    }
}

#[test]
fn callbacks_are_followed_and_may_run_in_circles() {
    let with = |description: &str, kind: &str| {
        let mut document = operation(
            json!({ "responses": {}, "callbacks": { "done": { "$ref": "#/components/callbacks/done" } } }),
            json!({}),
        );
        document["components"] = json!({ "callbacks": { "done": { "{$request.body#/url}": { "post": {
            "description": description,
            "requestBody": { "content": { "application/json": { "schema": { "type": kind } } } },
            "responses": {},
            "callbacks": { "done": { "$ref": "#/components/callbacks/done" } }
        } } } } });
        document
    };
    let old = with("one", "string");
    assert_eq!(diff(&old, &old), []);
    assert_eq!(worst(&diff(&old, &with("two", "string"))), DOC);
    // The one who is called gets something else, and, by the callback of the callback, sends it.
    assert_eq!(worst(&diff(&old, &with("one", "integer"))), ERR);
}

/// Operations that all give schemas which all reach each other.
fn web(operations: usize, schemas: usize, description: &str) -> Value {
    let reference = |i: usize| json!({ "$ref": format!("#/components/schemas/S{i}") });
    let paths: serde_json::Map<_, _> = (0..operations)
        .map(|i| {
            let content = json!({ "application/json": { "schema": reference(i % schemas) } });
            let answer = json!({ "200": { "description": "ok", "content": content } });
            (format!("/p{i}"), json!({ "get": { "operationId": format!("g{i}"), "responses": answer } }))
        })
        .collect();
    let all: serde_json::Map<_, _> = (0..schemas)
        .map(|i| {
            let properties: serde_json::Map<_, _> = (0..schemas).map(|j| (format!("p{j}"), reference(j))).collect();
            (format!("S{i}"), json!({ "type": "object", "properties": properties }))
        })
        .collect();
    let mut document = json!({ "openapi": "3.0.3", "info": {}, "paths": paths, "components": { "schemas": all } });
    document["components"]["schemas"]["S0"]["properties"]["leaf"] =
        json!({ "type": "string", "description": description });
    document
}

#[test]
fn what_operations_share_is_compared_and_told_once() {
    let (old, new) = (web(60, 20, "one"), web(60, 20, "two"));
    let findings = diff(&old, &new);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].level, Level::Doc);
    let all: Vec<String> = (0..60).map(|i| format!("GET /p{i}")).collect();
    assert_eq!(findings[0].operations[..], all);
    assert_eq!(findings[0].operation(), Some(all[0].as_str()));
    // What is outside of the web is not hidden by it.
    let outside = |kind: &str, mut document: Value| {
        let content = json!({ "application/json": { "schema": { "type": kind } } });
        document["paths"]["/late"] =
            json!({ "post": { "operationId": "late", "requestBody": { "content": content } } });
        document
    };
    let findings = diff(&outside("string", old), &outside("integer", new));
    let broken: Vec<_> = findings.iter().filter(|finding| finding.level == Level::Err).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].operations[..], ["POST /late"]);
}

#[test]
fn a_chain_of_references_is_followed_to_its_end() {
    let chain = |length: usize, kind: &str| {
        let all: serde_json::Map<_, _> = (0..length)
            .map(|i| {
                let next = match i + 1 == length {
                    true => json!({ "type": kind }),
                    false => json!({ "type": "object", "properties": { "next": { "$ref": format!("#/components/schemas/S{}", i + 1) } } }),
                };
                (format!("S{i}"), next)
            })
            .collect();
        document(&json!({ "$ref": "#/components/schemas/S0" }), json!({ "components": { "schemas": all } }))[1].clone()
    };
    let findings = diff(&chain(3_000, "string"), &chain(3_000, "integer"));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].new_pointer, "/components/schemas/S2999");
    assert_eq!(findings[0].level, Level::Err);
}

#[test]
fn what_differs_far_behind_an_alternative_is_no_widening() {
    let with = |schema: Value, leaf: &str| {
        let mut all: serde_json::Map<_, _> = (0..6)
            .map(|i| {
                let next = json!({ "$ref": format!("#/components/schemas/S{}", i + 1) });
                (format!("S{i}"), json!({ "type": "object", "properties": { "next": next } }))
            })
            .collect();
        all.insert("S6".to_owned(), json!({ "type": leaf }));
        document(&schema, json!({ "components": { "schemas": all } }))[0].clone()
    };
    let plain = json!({ "type": "object", "properties": { "n": { "$ref": "#/components/schemas/S0" } } });
    let wrapped = json!({ "oneOf": [plain, { "type": "boolean" }] });
    assert_eq!(worst(&diff(&with(plain.clone(), "string"), &with(wrapped.clone(), "string"))), INFO);
    assert_eq!(worst(&diff(&with(plain, "string"), &with(wrapped, "integer"))), ERR);
}

/// What is told apart only by what a fault would lose.
#[test]
fn small_differences_are_seen() {
    let schema = |schema: Value| {
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        operation(json!({ "requestBody": body, "responses": { "200": { "description": "ok" } } }), json!({}))
    };
    // Numbers beyond what any integer holds: the smaller of two negative ones is the longer one.
    let document = |minimum: &str| {
        let text = schema(json!({ "type": "integer", "minimum": -7 })).to_string().replace("-7", minimum);
        xtask::upstream::spec::Spec::parse(&text).unwrap().value
    };
    let (far, near) = ("-200000000000000000000000000000000000000000", "-100000000000000000000000000000000000000000");
    let levels = |old: &str, new: &str| worst(&diff(&document(old), &document(new)));
    assert_eq!((levels(far, near), levels(near, far)), (ERR, INFO));
    // Names of headers have no case.
    let header = |name: &str| {
        let parameter = json!({ "name": name, "in": "header", "schema": { "type": "string" } });
        operation(json!({ "parameters": [parameter] }), json!({}))
    };
    assert!(worst(&diff(&header("X-Trace"), &header("x-trace"))) <= DOC);
    // A default makes a new demand no less of one for what was optional.
    let required = |required: Value| {
        schema(
            json!({ "type": "object", "required": required, "properties": { "a": { "type": "string", "default": "x" } } }),
        )
    };
    let ids: Vec<String> =
        diff(&required(json!([])), &required(json!(["a"]))).into_iter().map(|found| found.id).collect();
    assert_eq!(ids, ["request-property-became-required-with-default"]);
}

/// OpenAPI forbids two paths that differ in the names of parameters only. Where there are such, the first is compared
/// with the first.
#[test]
fn paths_that_differ_in_names_only_are_paired_in_their_order() {
    let operation = |id: &str, name: &str| {
        json!({
            "operationId": id,
            "parameters": [{ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }],
            "responses": { "200": { "description": "ok" } },
        })
    };
    let document = |names: [&str; 2]| {
        let [first, last] = names;
        let mut paths = serde_json::Map::new();
        paths.insert(format!("/a/{{{first}}}"), json!({ "get": operation("look", first) }));
        paths.insert(format!("/a/{{{last}}}"), json!({ "post": operation("make", last) }));
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths })
    };
    let findings = diff(&document(["x", "y"]), &document(["u", "v"]));
    let ids: std::collections::BTreeSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids, std::collections::BTreeSet::from(["path-parameter-renamed"]), "{findings:?}");
}

/// Of one component, what is harmless in one operation may break another one.
#[test]
fn what_counts_less_for_one_operation_is_told_beside_what_counts_more_for_another() {
    let shared = json!({ "$ref": "#/components/schemas/Shared" });
    let any = json!({ "anyOf": [shared, { "type": "object" }] });
    let document = |most: u64, uses: &[(&str, Vec<&Value>)]| {
        let operation = |(id, schemas): &(&str, Vec<&Value>)| {
            let fields: serde_json::Map<_, _> =
                schemas.iter().enumerate().map(|(at, schema)| (format!("f{at}"), (*schema).clone())).collect();
            let body = json!({ "type": "object", "properties": fields });
            let body = json!({ "content": { "application/json": { "schema": body } } });
            (format!("/{id}"), json!({ "post": { "operationId": id, "requestBody": body, "responses": {} } }))
        };
        let paths: serde_json::Map<_, _> = uses.iter().map(operation).collect();
        let shared = json!({ "type": "object", "properties": { "a": { "type": "string", "maxLength": most } } });
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": paths, "components": { "schemas": { "Shared": shared } } })
    };
    let told = |uses: &[(&str, Vec<&Value>)]| -> Vec<(Level, String)> {
        let findings = diff(&document(9, uses), &document(5, uses));
        let findings = findings.iter().filter(|finding| finding.level > Level::Doc);
        findings.map(|finding| (finding.level, finding.operations.join(", "))).collect()
    };
    let only = |level, operation: &str| vec![(level, operation.to_owned())];
    assert_eq!(told(&[("breaks", vec![&shared])]), only(Level::Err, "POST /breaks"));
    assert_eq!(told(&[("stays", vec![&any])]), only(Level::Info, "POST /stays"));
    // Both, whichever comes first.
    let both = [only(Level::Err, "POST /breaks"), only(Level::Info, "POST /stays")].concat();
    assert_eq!(told(&[("breaks", vec![&shared]), ("stays", vec![&any])]), both);
    assert_eq!(told(&[("stays", vec![&any]), ("breaks", vec![&shared])]), both);
    // For one operation that has it in both ways, what counts more is all that is told.
    assert_eq!(told(&[("both", vec![&any, &shared])]), only(Level::Err, "POST /both"));
}
