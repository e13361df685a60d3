//! Where something stands decides whom a change of it is for: what operations inherit, who makes a request, which
//! media type a body is of, and what a subtype is behind.

use serde_json::{Value, json};
use xtask::comparison::diff::{Finding, diff};
use xtask::upstream::spec::Spec;

use crate::drift_meaning::{DOC, ERR, INFO, NONE, WARN, document, worst};

type Worst = Option<xtask::comparison::diff::Level>;

fn merged(mut to: Value, more: Value) -> Value {
    if let (Value::Object(to), Value::Object(more)) = (&mut to, more) {
        to.extend(more);
    }
    to
}

/// Name, old, new, the worst, and the worst the other way round.
fn holds(cases: Vec<(&str, Value, Value, Worst, Worst)>) {
    for (name, old, new, there, back) in cases {
        for (way, a, b, expected) in [("there", &old, &new, there), ("back", &new, &old, back)] {
            let findings = diff(a, b);
            assert_eq!(worst(&findings), expected, "{name}, {way}: {}", shown(&findings));
        }
    }
}

fn shown(findings: &[Finding]) -> String {
    let one = |f: &Finding| format!("{} {} {:?} {}: {}", f.level, f.id, f.direction, f.new_pointer, f.message());
    findings.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// Two operations of one path, with more in each, in the path, and in the document.
fn operations(each: [Value; 2], path: Value, more: Value) -> Value {
    let [first, second] =
        ["get", "post"].map(|id| json!({ "operationId": id, "responses": { "204": { "description": "done" } } }));
    let item = merged(json!({ "get": merged(first, each[0].clone()), "post": merged(second, each[1].clone()) }), path);
    merged(json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { "/a": item } }), more)
}

#[test]
fn what_no_operation_inherits_changes_nothing() {
    let none = || json!({});
    let security = || json!({ "security": [{ "key": [] }] });
    let servers = |url: &str| json!({ "servers": [{ "url": url }] });
    let own = |more: &dyn Fn() -> Value| [more(), more()];
    let first = |more: &dyn Fn() -> Value| [more(), none()];
    let one = || servers("https://one.example");
    let parameter = |kind: &str| json!({ "parameters": [{ "name": "p", "in": "query", "schema": { "type": kind } }] });
    let redefined = || parameter("string");
    holds(vec![
        (
            "security that all have",
            operations(own(&security), none(), none()),
            operations(own(&security), none(), security()),
            INFO,
            INFO,
        ),
        (
            "security that one inherits",
            operations(first(&security), none(), none()),
            operations(first(&security), none(), security()),
            ERR,
            INFO,
        ),
        (
            "servers that all have",
            operations(own(&one), none(), none()),
            operations(own(&one), none(), servers("https://two.example")),
            INFO,
            INFO,
        ),
        (
            "servers that the path has",
            operations([none(), none()], one(), none()),
            operations([none(), none()], one(), servers("https://two.example")),
            INFO,
            INFO,
        ),
        (
            "servers that one inherits",
            operations(first(&one), none(), one()),
            operations(first(&one), none(), servers("https://two.example")),
            ERR,
            ERR,
        ),
        (
            "servers of the path that all have",
            operations(own(&one), none(), none()),
            operations(own(&one), servers("https://two.example"), none()),
            INFO,
            INFO,
        ),
        (
            "parameters that all have",
            operations(own(&redefined), none(), none()),
            operations(own(&redefined), parameter("integer"), none()),
            NONE,
            NONE,
        ),
        (
            "parameters that one inherits",
            operations(first(&redefined), parameter("integer"), none()),
            operations(first(&redefined), parameter("string"), none()),
            INFO,
            ERR,
        ),
    ]);
}

#[test]
fn a_server_that_comes_is_one_more() {
    let servers = |urls: &[&str]| {
        let all: Vec<Value> = urls.iter().map(|url| json!({ "url": url })).collect();
        operations([json!({}), json!({})], json!({}), json!({ "servers": all }))
    };
    let regions = |names: &[&str]| {
        let server = json!({ "url": "https://{r}.example", "variables": { "r": { "default": "a", "enum": names } } });
        operations([json!({}), json!({})], json!({}), json!({ "servers": [server] }))
    };
    let variable = |name: &str| {
        let variables = json!({ "r": { "default": "a" }, "R": { "default": "b" } });
        let server = json!({ "url": format!("https://{{{name}}}.example"), "variables": variables });
        operations([json!({}), json!({})], json!({}), json!({ "servers": [server] }))
    };
    let a = "https://a.example/v1";
    holds(vec![
        ("another variable in the host, by its capitals", variable("r"), variable("R"), ERR, ERR),
        ("one more", servers(&[a]), servers(&[a, "https://b.example"]), INFO, WARN),
        ("one more in front", servers(&[a]), servers(&["https://b.example", a]), WARN, ERR),
        ("capitals in the host", servers(&[a]), servers(&["HTTPS://A.Example/v1"]), DOC, DOC),
        ("capitals in the path", servers(&[a]), servers(&["https://a.example/V1"]), ERR, ERR),
        ("the port that it has anyway", servers(&[a]), servers(&["https://a.example:443/v1"]), DOC, DOC),
        ("another port", servers(&[a]), servers(&["https://a.example:444/v1"]), ERR, ERR),
        ("one more region", regions(&["a"]), regions(&["a", "b"]), INFO, WARN),
    ]);
}

/// A document with a request that the server makes: a webhook, or a callback.
fn called(kind: &str, request: Value, responses: Value) -> Value {
    let call = json!({ "post": { "requestBody": request, "responses": responses } });
    let operation = json!({ "operationId": "a", "responses": { "204": { "description": "done" } } });
    let (operation, more) = match kind {
        "webhook" => (operation, json!({ "webhooks": { "event": call } })),
        _ => (merged(operation, json!({ "callbacks": { "event": { "{$request.body#/url}": call } } })), json!({})),
    };
    let paths = json!({ "paths": { "/a": { "post": operation } } });
    merged(merged(json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" } }), paths), more)
}

#[test]
fn who_is_called_gets_the_request_and_sends_the_answer() {
    let object = |required: &[&str], names: &[&str]| {
        let all: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), text())).collect();
        json!({ "type": "object", "required": required, "properties": all })
    };
    let content = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let answers = |schema: Value| json!({ "200": merged(json!({ "description": "seen" }), content(schema)) });
    let done = || json!({ "204": { "description": "done" } });
    let body = |schema: Value| content(schema);
    for kind in ["webhook", "callback"] {
        let request = |old: Value, new: Value| (called(kind, old, done()), called(kind, new, done()));
        let answer = |old: Value, new: Value| {
            (called(kind, body(text()), answers(old)), called(kind, body(text()), answers(new)))
        };
        let required = |flag: bool| merged(body(text()), json!({ "required": flag }));
        for (name, (old, new), there, back) in [
            ("a required property", request(body(object(&[], &[])), body(object(&["b"], &["b"]))), INFO, ERR),
            ("an optional property", request(body(object(&[], &[])), body(object(&[], &["b"]))), INFO, WARN),
            ("another type", request(body(text()), body(json!({ "type": "integer" }))), ERR, ERR),
            ("a property of the answer", answer(object(&[], &["b"]), object(&["b"], &["b"])), ERR, INFO),
            ("a property of the answer comes", answer(object(&[], &[]), object(&["b"], &["b"])), ERR, WARN),
            ("a body is always there", request(required(false), required(true)), INFO, WARN),
            (
                "another media type",
                request(body(text()), json!({ "content": { "text/plain": { "schema": text() } } })),
                ERR,
                ERR,
            ),
            (
                "one more answer",
                (called(kind, body(text()), done()), called(kind, body(text()), merged(done(), answers(text())))),
                INFO,
                WARN,
            ),
        ] {
            holds(vec![(&format!("{name} of a {kind}"), old, new, there, back)]);
        }
        let (with, mut without) = (called(kind, body(text()), done()), called(kind, body(text()), done()));
        without.as_object_mut().unwrap().remove("webhooks");
        without["paths"]["/a"]["post"].as_object_mut().unwrap().remove("callbacks");
        holds(vec![(kind, without, with, INFO, ERR)]);
    }
}

#[test]
fn a_range_of_media_types_describes_what_is_in_it() {
    let schema = |kind: &str| json!({ "schema": { "type": "object", "properties": { "a": { "type": kind } } } });
    let with = |content: Value| {
        let [_, mut response] = document(&json!({}), json!({}));
        response["paths"]["/a"]["get"]["responses"]["200"]["content"] = content.clone();
        let [mut request, _] = document(&json!({}), json!({}));
        request["paths"]["/a"]["post"]["requestBody"]["content"] = content;
        [request, response]
    };
    let range = |kind: &str| json!({ "application/*": schema(kind) });
    let both = |kind: &str, json: &str| merged(range(kind), json!({ "application/json": schema(json) }));
    let texts = |plain: bool| {
        let range = json!({ "text/*": { "schema": text() } });
        if plain { merged(range, json!({ "text/plain": { "schema": text() } })) } else { range }
    };
    let any = |more: Value| merged(json!({ "*/*": schema("string") }), more);
    for (name, old, new, there, back) in [
        ("the same of one of them", range("string"), both("string", "string"), [INFO, INFO], [INFO, INFO]),
        ("something else of one of them", range("string"), both("string", "integer"), [ERR, ERR], [ERR, ERR]),
        ("text is one of the texts", texts(true), texts(false), [INFO, INFO], [INFO, INFO]),
        (
            "something else of any",
            any(json!({})),
            any(json!({ "text/plain": schema("integer") })),
            [ERR, INFO],
            [INFO, ERR],
        ),
        (
            "something else of any that is JSON",
            any(json!({})),
            any(json!({ "application/json": schema("integer") })),
            [ERR, ERR],
            [ERR, ERR],
        ),
        (
            "a range in place of one",
            json!({ "text/plain": { "schema": text() } }),
            texts(false),
            [INFO, ERR],
            [ERR, INFO],
        ),
    ] {
        let (old, new) = (with(old), with(new));
        for side in 0..2 {
            holds(vec![(name, old[side].clone(), new[side].clone(), there[side], back[side])]);
        }
    }
}

#[test]
fn an_encoding_counts_in_forms_alone() {
    let with = |name: &str, encoding: Value| {
        let [mut request, _] = document(&json!({}), json!({}));
        let schema = json!({ "type": "object", "properties": { "a": text() } });
        request["paths"]["/a"]["post"]["requestBody"]["content"] =
            json!({ name: { "schema": schema, "encoding": encoding } });
        request
    };
    let html = || json!({ "a": { "contentType": "text/html" } });
    let header = || json!({ "a": { "headers": { "X-A": { "required": true, "schema": text() } } } });
    let none = || json!({});
    let of_list = |encoding: Value| {
        let mut document = with("multipart/form-data", encoding);
        let content = &mut document["paths"]["/a"]["post"]["requestBody"]["content"];
        content["multipart/form-data"]["schema"]["properties"]["a"] = json!({ "type": "array", "items": text() });
        document
    };
    let plain = || json!({ "a": { "contentType": "text/plain" } });
    holds(vec![
        ("what holds of a list's items anyway", of_list(none()), of_list(plain()), NONE, NONE),
        ("of JSON", with("application/json", none()), with("application/json", html()), DOC, DOC),
        ("of XML", with("application/xml", none()), with("application/xml", header()), DOC, DOC),
        ("of a form in parts", with("multipart/form-data", none()), with("multipart/form-data", html()), WARN, WARN),
        ("headers of parts", with("multipart/mixed", none()), with("multipart/mixed", header()), WARN, WARN),
        (
            "of a form",
            with("application/x-www-form-urlencoded", none()),
            with("application/x-www-form-urlencoded", html()),
            WARN,
            WARN,
        ),
    ]);
}

#[test]
fn a_subtype_is_followed_at_any_depth() {
    let below = |base: &str, name: &str, kind: &str| json!({ "allOf": [{ "$ref": format!("#/components/schemas/{base}") }, { "type": "object", "properties": { name: { "type": kind } } }] });
    let with = |kind: &str| {
        let pet = json!({ "type": "object", "required": ["k"], "properties": { "k": text() }, "discriminator": { "propertyName": "k" } });
        let nested = json!({ "allOf": [{ "allOf": [{ "$ref": "#/components/schemas/Alias" }] }, { "properties": { "age": { "type": kind } } }] });
        let schemas = json!({
            "Pet": pet, "Dog": below("Pet", "bark", "string"), "Puppy": below("Dog", "size", "string"), "Pup": below("Puppy", "toy", kind),
            "Alias": { "$ref": "#/components/schemas/Pup" }, "Whelp": nested,
        });
        let [_, document] =
            document(&json!({ "$ref": "#/components/schemas/Pet" }), json!({ "components": { "schemas": schemas } }));
        document
    };
    let findings = diff(&with("string"), &with("integer"));
    let at: Vec<_> =
        findings.iter().filter(|f| worst(std::slice::from_ref(f)) == ERR).map(|f| f.new_pointer.as_str()).collect();
    assert_eq!(
        at,
        ["/components/schemas/Pup/allOf/1/properties/toy", "/components/schemas/Whelp/allOf/1/properties/age"],
        "{}",
        shown(&findings)
    );
    // Subtypes of one another end.
    let circle = |kind: &str| {
        let mut document = with(kind);
        document["components"]["schemas"]["Pet"]["allOf"] = json!([{ "$ref": "#/components/schemas/Pup" }]);
        document
    };
    assert_eq!(worst(&diff(&circle("string"), &circle("integer"))), ERR);
}

#[test]
fn what_openapi_ignores_is_for_readers() {
    let with = |headers: Value| {
        let [_, mut document] = document(&text(), json!({}));
        document["paths"]["/a"]["get"]["responses"]["200"]["headers"] = headers;
        document
    };
    let header = |name: &str| with(json!({ name: { "required": true, "schema": text() } }));
    holds(vec![
        ("a header that a media type says", with(json!({})), header("Content-Type"), DOC, DOC),
        ("another header", with(json!({})), header("X-Type"), INFO, ERR),
    ]);
}

#[test]
fn a_response_without_a_description_is_read_with_a_note() {
    let mut document = operations([json!({}), json!({})], json!({}), json!({}));
    document["paths"]["/a"]["get"]["responses"]["204"].as_object_mut().unwrap().remove("description");
    let spec = Spec::parse(&document.to_string()).unwrap();
    assert_eq!(spec.notes(), ["the response #/paths/~1a/get/responses/204 has no `description`: give it one"]);
    assert_eq!(spec.value["paths"]["/a"]["get"]["responses"]["204"]["description"], "");
}

#[test]
fn a_property_obeys_the_patterns_that_its_name_fits() {
    let with = |properties: Value, patterns: Value| json!({ "type": "object", "properties": properties, "patternProperties": patterns });
    let texts = || json!({ "^x-": text() });
    for (name, old, new, request, response) in [
        (
            "of another type",
            with(json!({}), texts()),
            with(json!({ "x-n": { "type": "integer" } }), texts()),
            ERR,
            INFO,
        ),
        (
            "that is tighter",
            with(json!({}), texts()),
            with(json!({ "x-n": { "type": "string", "maxLength": 5 } }), texts()),
            WARN,
            INFO,
        ),
        (
            "that it does not fit",
            with(json!({}), texts()),
            with(json!({ "n": { "type": "integer" } }), texts()),
            INFO,
            INFO,
        ),
        (
            "of a closed schema",
            merged(with(json!({}), texts()), json!({ "additionalProperties": false })),
            merged(with(json!({ "x-n": text() }), texts()), json!({ "additionalProperties": false })),
            INFO,
            INFO,
        ),
    ] {
        let (old, new) = (document(&old, json!({})), document(&new, json!({})));
        for (side, expected) in [(0, request), (1, response)] {
            let findings = diff(&old[side], &new[side]);
            assert_eq!(worst(&findings), expected, "{name}: {}", shown(&findings));
        }
    }
}

#[test]
fn null_that_fits_two_alternatives_fits_none() {
    let read = |one_of: Value| {
        let [request, response] = document(&json!({ "oneOf": one_of }), json!({})).map(|mut document| {
            document["openapi"] = json!("3.1.0");
            Spec::parse(&document.to_string()).unwrap().value
        });
        [request, response]
    };
    let nothing = json!({ "type": "null" });
    let old = read(json!([{ "type": "string" }, nothing]));
    for twice in [
        json!([{ "type": ["string", "null"] }, nothing]),
        json!([{ "enum": ["a", null] }, nothing, { "type": "integer" }]),
    ] {
        let new = read(twice);
        assert_eq!(worst(&diff(&old[0], &new[0])), ERR);
    }
    let new = read(json!([{ "type": ["string", "null"] }, nothing]));
    assert_eq!([worst(&diff(&new[0], &old[0])), worst(&diff(&new[1], &old[1]))], [INFO, ERR]);
}

#[test]
fn messages_name_what_readers_know() {
    // A parameter by the name that is sent, wherever it is described.
    let with = |used: bool| {
        let components = json!({ "components": { "parameters": { "from_header": { "name": "From", "in": "header", "required": true, "schema": text() } } } });
        let parameters =
            if used { json!({ "parameters": [{ "$ref": "#/components/parameters/from_header" }] }) } else { json!({}) };
        operations([parameters, json!({})], json!({}), components)
    };
    let said = |old: &Value, new: &Value| -> Vec<String> { diff(old, new).iter().map(Finding::message).collect() };
    assert_eq!(said(&with(false), &with(true)), ["parameter `From` was added (header, required)"]);
    // Items that are forbidden are not any values.
    let read = |items: Value| {
        let [mut request, _] = document(&json!({ "type": "array", "items": items }), json!({}));
        request["openapi"] = json!("3.1.0");
        Spec::parse(&request.to_string()).unwrap().value
    };
    let [none, texts, any] = [json!(false), text(), json!(true)].map(read);
    assert_eq!(said(&texts, &none), ["items of the body were strings and are not allowed now"]);
    assert_eq!(said(&none, &texts), ["items of the body were not allowed and are strings now"]);
    assert_eq!(said(&any, &none), ["items of the body were any values and are not allowed now"]);
    for (old, new, expected) in [(&texts, &none, ERR), (&none, &texts, INFO), (&any, &none, ERR)] {
        assert_eq!(worst(&diff(old, new)), expected);
    }
    // A list without alternatives says nothing: what fills it narrows.
    let one_of = |members: Value| document(&json!({ "oneOf": members }), json!({}));
    let filled = one_of(json!([{ "type": "object", "title": "A" }, { "type": "string" }]));
    let empty = one_of(json!([]));
    for (side, there, back) in [(0, ERR, INFO), (1, INFO, ERR)] {
        holds(vec![("a list that is filled", empty[side].clone(), filled[side].clone(), there, back)]);
    }
    let message = &said(&empty[0], &filled[0])[0];
    assert_eq!(message, "the body had no alternatives and must be one of several now (oneOf)");
}
