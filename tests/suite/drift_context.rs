//! What a keyword means where it stands: beside others, in OpenAPI 3.1, and on the wire.

use serde_json::{Value, json};
use xtask::comparison::diff::{Finding, diff};
use xtask::upstream::spec::Spec;

use crate::drift_meaning::{DOC, ERR, INFO, NONE, WARN, document, worst};

type Worst = Option<xtask::comparison::diff::Level>;

/// What is found between two schemas in a request, and in a response of OpenAPI 3.1.
fn found(old: &Value, new: &Value, components: &Value) -> [Vec<Finding>; 2] {
    let read = |mut document: Value| {
        document["openapi"] = json!("3.1.0");
        document["components"] = json!({ "schemas": components });
        Spec::parse(&document.to_string()).unwrap().value
    };
    let [old, new] = [old, new].map(|schema| document(schema, json!({})).map(read));
    [diff(&old[0], &new[0]), diff(&old[1], &new[1])]
}

/// Name, old, new, the worst of a request and of a response; and the same the other way round.
type Case = (&'static str, Value, Value, [Worst; 2], [Worst; 2]);

fn holds(cases: Vec<Case>, components: &Value) {
    for (name, old, new, there, back) in cases {
        for (way, a, b, expected) in [("there", &old, &new, there), ("back", &new, &old, back)] {
            let found = found(a, b, components);
            let worst = [worst(&found[0]), worst(&found[1])];
            assert_eq!(worst, expected, "{name}, {way}: {found:#?}");
        }
    }
}

fn properties(names: &[&str]) -> Value {
    let all: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    json!({ "type": "object", "properties": all })
}

fn with(schema: Value, key: &str, value: Value) -> Value {
    let Value::Object(mut map) = schema else { panic!("{schema}") };
    map.insert(key.to_owned(), value);
    Value::Object(map)
}

#[test]
fn what_is_left_over_depends_on_what_stands_beside_it() {
    let beside = |members: &[Value]| json!({ "allOf": members });
    let closed = |schema: Value| with(schema, "unevaluatedProperties", json!(false));
    let (a, b, both) = (properties(&["a"]), properties(&["b"]), properties(&["a", "b"]));
    let tuple =
        |schemas: &[&str]| -> Value { schemas.iter().map(|name| json!({ "type": name })).collect::<Vec<_>>().into() };
    let list = |more: Value| {
        let mut list = json!({ "type": "array" });
        list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        list
    };
    let rest = |schema: Value| with(schema, "unevaluatedItems", json!(false));
    let component = json!({ "$ref": "#/components/schemas/A" });
    holds(
        vec![
            (
                "nothing else beside a composition",
                beside(&[a.clone(), b.clone()]),
                closed(beside(&[a.clone(), b.clone()])),
                [WARN, INFO],
                [INFO, WARN],
            ),
            (
                "nothing else beside a component",
                with(b.clone(), "allOf", json!([component])),
                closed(with(b.clone(), "allOf", json!([component]))),
                [WARN, INFO],
                [INFO, WARN],
            ),
            (
                "nothing else than one member sees",
                closed(beside(&[a.clone(), b.clone()])),
                beside(&[a.clone(), closed(b.clone())]),
                [WARN, WARN],
                [WARN, WARN],
            ),
            (
                "a property beside nothing else",
                closed(beside(std::slice::from_ref(&a))),
                closed(beside(&[a.clone(), b.clone()])),
                [INFO, WARN],
                [WARN, WARN],
            ),
            (
                "a member more that says nothing new",
                closed(both.clone()),
                closed(beside(std::slice::from_ref(&both))),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "anything is evaluated now",
                closed(a.clone()),
                closed(with(a.clone(), "additionalProperties", json!(true))),
                [WARN, WARN],
                [WARN, WARN],
            ),
            (
                "an alternative, of which another takes all",
                closed(json!({ "type": "object", "anyOf": [{}, a] })),
                closed(json!({ "type": "object", "anyOf": [{}, b] })),
                [ERR, ERR],
                [ERR, ERR],
            ),
            (
                "no further items beside a composition",
                beside(&[list(json!({ "prefixItems": tuple(&["string"]) }))]),
                rest(beside(&[list(json!({ "prefixItems": tuple(&["string"]) }))])),
                [WARN, INFO],
                [INFO, WARN],
            ),
            (
                "items are evaluated now",
                rest(list(json!({ "prefixItems": tuple(&["string"]) }))),
                rest(list(json!({ "prefixItems": tuple(&["string"]), "items": {} }))),
                [WARN, WARN],
                [WARN, WARN],
            ),
        ],
        &json!({ "A": a }),
    );
}

#[test]
fn keywords_of_3_1_are_weighed_where_they_only_widen_or_narrow() {
    let list = |more: Value| {
        let mut list = json!({ "type": "array" });
        list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        list
    };
    let object = |more: Value| {
        let mut object = json!({ "type": "object" });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let few = |least: u8| list(json!({ "contains": { "type": "string" }, "minContains": least }));
    let most = |most: u8| list(json!({ "contains": { "type": "string" }, "maxContains": most }));
    let tuple = |names: &[&str], more: Value| {
        let items: Vec<Value> = names.iter().map(|name| json!({ "type": name })).collect();
        with(list(json!({ "prefixItems": items })), "items", more)
    };
    let needs = |names: &[&str]| object(json!({ "dependentRequired": { "a": names } }));
    let named = |most: u8| object(json!({ "propertyNames": { "maxLength": most } }));
    let starting = |kind: &str| object(json!({ "patternProperties": { "^x-": { "type": kind } } }));
    let condition = |then: Value| object(json!({ "if": { "required": ["a"] }, "then": then }));
    let no = |most: u8| json!({ "type": "string", "not": { "minLength": most } });
    holds(
        vec![
            (
                "a longer tuple, closed",
                tuple(&["string"], json!(false)),
                tuple(&["string", "number"], json!(false)),
                [INFO, WARN],
                [WARN, INFO],
            ),
            (
                "a longer tuple, open",
                tuple(&["string"], json!({})),
                tuple(&["string", "number"], json!({})),
                [WARN, INFO],
                [INFO, WARN],
            ),
            ("contains one more", few(1), few(2), [WARN, INFO], [INFO, WARN]),
            ("contains so many at most", most(1), most(2), [INFO, WARN], [WARN, INFO]),
            (
                "contains one, as is said",
                list(json!({ "contains": { "type": "string" } })),
                few(1),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "how many of nothing",
                list(json!({})),
                list(json!({ "minContains": 2, "maxContains": 3 })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            ("one name needs more", needs(&["b"]), needs(&["b", "c"]), [WARN, INFO], [INFO, WARN]),
            ("longer names", named(5), named(6), [INFO, WARN], [WARN, INFO]),
            ("properties by a pattern", object(json!({})), starting("string"), [WARN, INFO], [INFO, WARN]),
            ("a pattern's properties otherwise", starting("string"), starting("integer"), [WARN, WARN], [WARN, WARN]),
            (
                "a condition without a consequence",
                object(json!({})),
                object(json!({ "if": { "required": ["a"] } })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "a consequence without a condition",
                object(json!({})),
                object(json!({ "then": { "required": ["a"] } })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "a consequence more",
                condition(json!({ "required": ["b"] })),
                condition(json!({ "required": ["b", "c"] })),
                [WARN, INFO],
                [INFO, WARN],
            ),
            ("fewer are excluded", no(5), no(6), [INFO, WARN], [WARN, INFO]),
        ],
        &json!({}),
    );
}

#[test]
fn what_is_in_a_text_is_named_as_the_document_has_it() {
    let text = |more: Value| {
        let mut text = json!({ "type": "string" });
        text.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        text
    };
    let encoded = |name: &str| text(json!({ "contentEncoding": name }));
    let of = |name: &str| text(json!({ "contentMediaType": name }));
    holds(
        vec![
            ("another encoding", encoded("base64"), encoded("base64url"), [ERR, ERR], [ERR, ERR]),
            ("another encoding of bytes", encoded("base16"), encoded("quoted-printable"), [ERR, ERR], [ERR, ERR]),
            ("an encoding is said", text(json!({})), encoded("base16"), [WARN, WARN], [WARN, WARN]),
            ("an encoding in capitals", encoded("base16"), encoded("BASE16"), [NONE, NONE], [NONE, NONE]),
            ("the encoding that does nothing", text(json!({})), encoded("8bit"), [NONE, NONE], [NONE, NONE]),
            (
                "the format of OpenAPI 3.0",
                text(json!({ "format": "byte" })),
                encoded("base64"),
                [NONE, NONE],
                [NONE, NONE],
            ),
            ("another media type", of("application/json"), of("application/xml"), [ERR, ERR], [ERR, ERR]),
            (
                "a media type with another spelling",
                of("application/json"),
                of("Application/JSON"),
                [NONE, NONE],
                [NONE, NONE],
            ),
        ],
        &json!({}),
    );
    let [_, response] = found(&encoded("base16"), &encoded("base32"), &json!({}));
    assert!(response[0].new_pointer.ends_with("/schema/contentEncoding"), "{response:#?}");
}

#[test]
fn numbers_are_compared_as_sets() {
    let number = |kind: &str, more: Value| {
        let mut schema = json!({ "type": kind });
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let integer = |more: Value| number("integer", more);
    let small = json!({ "minimum": -2_147_483_648_i64, "maximum": 2_147_483_647 });
    let int32 = |more: Value| with(integer(more), "format", json!("int32"));
    let listed = |more: Value| with(number("string", more), "enum", json!(["a", "bc"]));
    holds(
        vec![
            (
                "above 0 is from 1 on",
                integer(json!({ "exclusiveMinimum": 0 })),
                integer(json!({ "minimum": 1 })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "below 10 is up to 9",
                integer(json!({ "exclusiveMaximum": 10 })),
                integer(json!({ "maximum": 9 })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "up to nine and a half",
                integer(json!({ "maximum": 9.5 })),
                integer(json!({ "maximum": 9 })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "a number up to nine and a half",
                number("number", json!({ "maximum": 9.5 })),
                number("number", json!({ "maximum": 9 })),
                [ERR, INFO],
                [INFO, ERR],
            ),
            (
                "a number above 0",
                number("number", json!({ "exclusiveMinimum": 0 })),
                number("number", json!({ "minimum": 1 })),
                [ERR, INFO],
                [INFO, ERR],
            ),
            (
                "above 0, or 0",
                integer(json!({ "exclusiveMinimum": 0 })),
                integer(json!({ "minimum": 0 })),
                [INFO, ERR],
                [WARN, INFO],
            ),
            (
                "above 0, from 2 on",
                integer(json!({ "exclusiveMinimum": 0 })),
                integer(json!({ "minimum": 2 })),
                [ERR, INFO],
                [INFO, ERR],
            ),
            ("the bounds of int32", int32(json!({})), int32(small.clone()), [NONE, NONE], [NONE, NONE]),
            (
                "wider bounds than those of int32",
                int32(json!({})),
                int32(json!({ "maximum": 9_000_000_000_i64 })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "tighter bounds than those of int32",
                int32(json!({})),
                int32(json!({ "maximum": 100 })),
                [WARN, INFO],
                [INFO, ERR],
            ),
            ("bounds in place of int32", int32(json!({})), integer(small.clone()), [NONE, NONE], [NONE, NONE]),
            (
                "int64 in place of the bounds of int32",
                integer(small),
                with(integer(json!({})), "format", json!("int64")),
                [INFO, ERR],
                [ERR, INFO],
            ),
            (
                "multiples of one",
                number("number", json!({ "multipleOf": 1 })),
                integer(json!({})),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "multiples of one, twice said",
                integer(json!({ "multipleOf": 1 })),
                integer(json!({})),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "multiples of one half",
                integer(json!({ "multipleOf": 0.5 })),
                integer(json!({})),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "multiples of five",
                number("number", json!({ "multipleOf": 5 })),
                integer(json!({ "multipleOf": 5 })),
                [NONE, NONE],
                [NONE, NONE],
            ),
            (
                "multiples of five and all",
                integer(json!({ "multipleOf": 5 })),
                integer(json!({})),
                [INFO, WARN],
                [WARN, INFO],
            ),
            (
                "a length beyond an enum",
                listed(json!({})),
                listed(json!({ "maxLength": 5 })),
                [INFO, INFO],
                [INFO, INFO],
            ),
            (
                "a length within an enum",
                listed(json!({})),
                listed(json!({ "maxLength": 1 })),
                [WARN, INFO],
                [INFO, ERR],
            ),
        ],
        &json!({}),
    );
}

#[test]
fn what_is_told_of_an_alternative_is_told() {
    let named = |more: Value| {
        let mut first = json!({ "title": "A", "const": 1 });
        first.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "type": "integer", "oneOf": [first, { "title": "B", "const": 2 }] })
    };
    let base = || named(json!({}));
    let wrapped = |title: &str| json!({ "anyOf": [{ "type": "string" }, { "title": title, "anyOf": [{ "type": "integer" }, { "type": "boolean" }] }] });
    holds(
        vec![
            ("deprecated", base(), named(json!({ "deprecated": true })), [INFO, INFO], [INFO, INFO]),
            ("a text", base(), named(json!({ "description": "one" })), [DOC, DOC], [DOC, DOC]),
            ("another title", base(), named(json!({ "title": "One" })), [DOC, DOC], [DOC, DOC]),
            ("an extension", base(), named(json!({ "x-name": "one" })), [DOC, DOC], [DOC, DOC]),
            ("a value in place of another", base(), named(json!({ "const": 3 })), [ERR, WARN], [ERR, WARN]),
            (
                "a list of values, with names",
                json!({ "type": "integer", "enum": [1, 2] }),
                base(),
                [DOC, DOC],
                [DOC, DOC],
            ),
            ("what holds others", wrapped("one"), wrapped("two"), [DOC, DOC], [DOC, DOC]),
            (
                "null in a list",
                json!({ "type": ["string", "null"], "enum": ["a", null] }),
                json!({ "type": ["string", "null"], "enum": ["a"] }),
                [ERR, INFO],
                [INFO, ERR],
            ),
        ],
        &json!({}),
    );
    // In OpenAPI 3.0 readers disagree on a value that may be null, and is not listed.
    let listed = |values: Value| document(&json!({ "type": "string", "nullable": true, "enum": values }), json!({}));
    let (old, new) = (listed(json!(["a", null])), listed(json!(["a"])));
    for (a, b) in [(&old, &new), (&new, &old)] {
        assert_eq!([worst(&diff(&a[0], &b[0])), worst(&diff(&a[1], &b[1]))], [DOC, DOC]);
    }
}

/// A document with a parameter.
fn parameter(place: &str, schema: &Value) -> Value {
    let [mut document, _] = document(&json!({}), json!({}));
    let operation = &mut document["paths"]["/a"]["post"];
    operation["parameters"] = json!([{ "name": "p", "in": place, "required": true, "schema": schema }]);
    document
}

#[test]
fn a_text_looks_like_a_number_where_values_are_plain_characters() {
    let of = |name: &str| json!({ "type": name });
    let list = |name: &str| json!({ "type": "array", "items": { "type": name } });
    let values = |kind: &str, values: Value| json!({ "type": kind, "enum": values });
    for place in ["query", "path", "header", "cookie"] {
        for (old, new, there, back) in [
            (of("integer"), of("string"), INFO, ERR),
            (of("number"), of("string"), INFO, ERR),
            (of("boolean"), of("string"), INFO, ERR),
            (list("integer"), list("string"), INFO, ERR),
            (of("integer"), of("boolean"), ERR, ERR),
            (list("integer"), of("string"), ERR, ERR),
            (of("integer"), json!({ "type": "string", "format": "uuid" }), ERR, ERR),
            (values("integer", json!([1, 2])), values("string", json!(["1", "2"])), INFO, ERR),
            (values("integer", json!([1, 2])), values("string", json!(["1"])), ERR, ERR),
        ] {
            for (a, b, expected) in [(&old, &new, there), (&new, &old, back)] {
                let findings = diff(&parameter(place, a), &parameter(place, b));
                assert_eq!(worst(&findings), expected, "{place}: {a} {b} {findings:#?}");
            }
        }
    }
    // As JSON they differ, in a range that may be JSON as well.
    for (media_type, expected) in
        [("application/json", ERR), ("application/*", ERR), ("application/yaml", ERR), ("text/plain", INFO)]
    {
        let [old, new] = ["integer", "string"].map(|name| {
            let mut document = parameter("query", &json!({}));
            let parameter = &mut document["paths"]["/a"]["post"]["parameters"][0];
            parameter.as_object_mut().unwrap().remove("schema");
            parameter["content"] = json!({ media_type: { "schema": of(name) } });
            document
        });
        assert_eq!(worst(&diff(&old, &new)), expected, "{media_type}");
    }
}
