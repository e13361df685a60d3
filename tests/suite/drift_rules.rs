//! One edit at a time: what each is called, and how bad it is for whom.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value, json};
use xtask::comparison::diff::rules::Rule;
use xtask::comparison::diff::{Direction, Finding, diff, rules};

use crate::drift_bounds::subsets;

/// What the table of rules does not know of findings.
pub fn unlisted(findings: &[Finding]) -> Vec<String> {
    static RULES: LazyLock<BTreeMap<String, rules::Listed>> =
        LazyLock::new(|| rules::listed().into_iter().map(|rule| (rule.id.clone(), rule)).collect());
    let listed = |finding: &&Finding| {
        let levels = RULES.get(&finding.id).and_then(|rule| rule.levels.get(&finding.direction));
        let downgraded = finding.downgrade.is_some_and(|downgrade| downgrade.to() == finding.level);
        // Extensions have the names that their authors gave them.
        downgraded && levels.is_some()
            || finding.id.starts_with("x-")
            || levels.is_some_and(|levels| levels.contains(&finding.level))
    };
    findings.iter().filter(|finding| !listed(finding)).map(|f| format!("{} {}", f.level, f.id)).collect()
}

#[test]
fn where_oasdiff_has_another_level_the_table_says_why() {
    let all = rules::listed();
    let levels = |rule: &rules::Listed| rule.levels.values().flatten().copied().collect::<BTreeSet<_>>();
    let differs = |rule: &&rules::Listed| rule.oasdiff.is_some_and(|level| levels(rule) != BTreeSet::from([level]));
    let differing: Vec<_> = all.iter().filter(differs).collect();
    assert!(differing.len() > 20);
    for rule in differing {
        // A level that is oasdiff's but for a downgrade has the reason of that.
        let downgraded: BTreeSet<_> = rule.downgraded.iter().map(|downgrade| downgrade.to()).collect();
        let mut own = levels(rule);
        own.retain(|level| !downgraded.contains(level) || Some(*level) == rule.oasdiff);
        assert!(rule.why().is_some() || own == BTreeSet::from([rule.oasdiff.unwrap()]), "{rule:?}");
    }
    let ids: BTreeSet<_> = all.iter().map(|rule| &rule.id).collect();
    let ours = all.iter().filter(|rule| rule.oasdiff.is_some()).count();
    assert_eq!(ours, xtask::comparison::diff::oasdiff::SHARED.len(), "an id of oasdiff's that no rule has");
    assert_eq!(ids.len(), all.len());
}

/// A sentence may be improved without anybody's list of accepted findings being void.
#[test]
fn no_fingerprint_depends_on_what_a_message_says() {
    let mut met = 0;
    for (name, old, new) in edits() {
        for finding in diff(&document(&old), &document(&new)) {
            let (message, fingerprint) = (finding.message(), finding.fingerprint());
            let reworded = Rule { message: "said otherwise", ..*finding.rule };
            let reworded = Finding { rule: Box::leak(Box::new(reworded)), ..finding };
            assert_ne!(reworded.message(), message, "{name}");
            assert_eq!(reworded.fingerprint(), fingerprint, "{name}");
            met += 1;
        }
    }
    assert!(met > 300, "{met}");
}

/// An operation that sends and receives the same schema, in a body and beside it.
fn document(schema: &Value) -> Value {
    json!({
        "openapi": "3.0.1",
        "info": { "title": "T", "version": "v1" },
        "paths": { "/things": { "post": {
            "operationId": "make",
            "parameters": [{ "name": "p", "in": "query", "schema": schema }],
            "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "properties": { "field": schema }
            } } } },
            "responses": { "201": {
                "description": "made",
                "headers": { "h": { "schema": schema } },
                "content": { "application/json": { "schema": {
                    "type": "object", "properties": { "field": schema }
                } } }
            } }
        } } }
    })
}

/// Schemas before and after one edit.
fn edits() -> Vec<(&'static str, Value, Value)> {
    let integer = |more: Value| merged(json!({ "type": "integer" }), more);
    let text = |more: Value| merged(json!({ "type": "string" }), more);
    let list = |more: Value| merged(json!({ "type": "array", "items": { "type": "string" } }), more);
    let object = |more: Value| merged(json!({ "type": "object" }), more);
    let inner = |required: Value, more: Value| json!({ "type": "object", "required": required, "properties": { "x": merged(json!({ "type": "string" }), more) } });
    let a = json!({ "type": "object", "title": "A" });
    let b = json!({ "type": "object", "title": "B" });
    let none = || json!({});
    vec![
        ("type beside an enum", json!({ "enum": ["a", "b"] }), text(json!({ "enum": ["a", "b"] }))),
        ("maximum", integer(json!({ "maximum": 5 })), integer(json!({ "maximum": 6 }))),
        ("maximum set", integer(none()), integer(json!({ "maximum": 6 }))),
        ("minimum", integer(json!({ "minimum": 5 })), integer(json!({ "minimum": 6 }))),
        ("minimum set", integer(none()), integer(json!({ "minimum": 6 }))),
        ("maxLength", text(json!({ "maxLength": 5 })), text(json!({ "maxLength": 6 }))),
        ("maxLength set", text(none()), text(json!({ "maxLength": 6 }))),
        ("minLength", text(json!({ "minLength": 5 })), text(json!({ "minLength": 6 }))),
        ("minLength set", text(none()), text(json!({ "minLength": 6 }))),
        ("maxItems", list(json!({ "maxItems": 5 })), list(json!({ "maxItems": 6 }))),
        ("maxItems set", list(none()), list(json!({ "maxItems": 6 }))),
        ("minItems", list(json!({ "minItems": 5 })), list(json!({ "minItems": 6 }))),
        ("minItems set", list(none()), list(json!({ "minItems": 6 }))),
        ("maxProperties", object(json!({ "maxProperties": 5 })), object(json!({ "maxProperties": 6 }))),
        ("maxProperties set", object(none()), object(json!({ "maxProperties": 6 }))),
        ("minProperties", object(json!({ "minProperties": 5 })), object(json!({ "minProperties": 6 }))),
        ("minProperties set", object(none()), object(json!({ "minProperties": 6 }))),
        (
            "exclusiveMaximum",
            integer(json!({ "maximum": 5 })),
            integer(json!({ "maximum": 5, "exclusiveMaximum": true })),
        ),
        (
            "exclusiveMinimum",
            integer(json!({ "minimum": 5 })),
            integer(json!({ "minimum": 5, "exclusiveMinimum": true })),
        ),
        ("multipleOf set", integer(none()), integer(json!({ "multipleOf": 2 }))),
        ("multipleOf", integer(json!({ "multipleOf": 2 })), integer(json!({ "multipleOf": 3 }))),
        ("uniqueItems", list(none()), list(json!({ "uniqueItems": true }))),
        ("pattern set", text(none()), text(json!({ "pattern": "^a$" }))),
        ("pattern", text(json!({ "pattern": "^a$" })), text(json!({ "pattern": "^b$" }))),
        ("pattern of all", text(json!({ "pattern": "^a$" })), text(json!({ "pattern": ".*" }))),
        ("enum set", text(none()), text(json!({ "enum": ["a"] }))),
        ("enum", text(json!({ "enum": ["a"] })), text(json!({ "enum": ["a", "b"] }))),
        (
            "x-extensible-enum",
            text(json!({ "x-extensible-enum": ["a"] })),
            text(json!({ "x-extensible-enum": ["a", "b"] })),
        ),
        ("x-extensible-enum set", text(none()), text(json!({ "x-extensible-enum": ["a"] }))),
        ("default set", text(none()), text(json!({ "default": "a" }))),
        ("default", text(json!({ "default": "a" })), text(json!({ "default": "b" }))),
        ("nullable", text(none()), text(json!({ "nullable": true }))),
        ("type", text(none()), integer(none())),
        ("type wider", integer(none()), json!({ "type": "number" })),
        ("format wider", integer(json!({ "format": "int32" })), integer(json!({ "format": "int64" }))),
        (
            "format wider, of a number",
            json!({ "type": "number", "format": "float" }),
            json!({ "type": "number", "format": "double" }),
        ),
        ("type inside", inner(json!([]), none()), inner(json!([]), json!({ "type": "integer" }))),
        ("items", list(none()), list(json!({ "items": { "type": "string", "maxLength": 5 } }))),
        ("items that end to be a schema", list(none()), list(json!({ "items": 7 }))),
        ("nullable of a wrong type", text(json!({ "nullable": "yes" })), text(json!({ "nullable": "no" }))),
        ("nullable that ends to be a boolean", text(json!({ "nullable": true })), text(json!({ "nullable": "no" }))),
        ("readOnly property", object(none()), inner(json!(["x"]), json!({ "readOnly": true }))),
        ("writeOnly property", object(none()), inner(json!(["x"]), json!({ "writeOnly": true }))),
        ("format", text(none()), text(json!({ "format": "date-time" }))),
        ("required", inner(json!([]), none()), inner(json!(["x"]), none())),
        (
            "required with default",
            inner(json!([]), json!({ "default": "a" })),
            inner(json!(["x"]), json!({ "default": "a" })),
        ),
        ("property", object(none()), inner(json!([]), none())),
        ("required property", object(none()), inner(json!(["x"]), none())),
        ("required name without property", object(none()), object(json!({ "required": ["y"] }))),
        ("readOnly", inner(json!([]), none()), inner(json!([]), json!({ "readOnly": true }))),
        ("writeOnly", inner(json!(["x"]), none()), inner(json!(["x"]), json!({ "writeOnly": true }))),
        ("additionalProperties", object(json!({ "additionalProperties": false })), object(none())),
        (
            "additionalProperties schema",
            object(none()),
            object(json!({ "additionalProperties": { "type": "string" } })),
        ),
        ("allOf", object(json!({ "allOf": [a] })), object(json!({ "allOf": [a, b] }))),
        ("allOf prose", object(json!({ "allOf": [a] })), object(json!({ "allOf": [a, { "description": "x" }] }))),
        (
            "allOf that nothing fits",
            json!({ "allOf": [{ "maximum": 5 }] }),
            json!({ "allOf": [{ "maximum": 5 }, { "minimum": 6 }] }),
        ),
        (
            "map of texts becomes free",
            object(json!({ "additionalProperties": { "type": "string" } })),
            object(json!({ "additionalProperties": { "description": "anything" } })),
        ),
        ("anyOf", object(json!({ "anyOf": [a] })), object(json!({ "anyOf": [a, b] }))),
        ("anyOf prose", object(json!({ "anyOf": [a] })), object(json!({ "anyOf": [a, { "description": "x" }] }))),
        ("oneOf prose", object(json!({ "oneOf": [a] })), object(json!({ "oneOf": [a, { "description": "x" }] }))),
        ("anyOf where nothing was said", json!({ "description": "x" }), json!({ "anyOf": [a, b] })),
        ("wrapped in anyOf", a.clone(), json!({ "anyOf": [a, b] })),
        (
            "null, said elsewhere",
            json!({ "nullable": true, "allOf": [text(none())] }),
            json!({ "nullable": true, "allOf": [text(json!({ "nullable": true }))] }),
        ),
        (
            "a free map, and described",
            object(json!({ "additionalProperties": true })),
            object(json!({ "additionalProperties": { "description": "anything" } })),
        ),
        ("an end", text(none()), text(json!({ "deprecated": true, "x-sunset": "9999-01-01" }))),
        (
            "another end",
            text(json!({ "deprecated": true, "x-sunset": "9999-01-01" })),
            text(json!({ "deprecated": true, "x-sunset": "9999-02-02" })),
        ),
        ("an end that is not a date", text(none()), text(json!({ "deprecated": true, "x-sunset": "soon" }))),
        ("oneOf", object(json!({ "oneOf": [a] })), object(json!({ "oneOf": [a, b] }))),
        ("anyOf that becomes oneOf", object(json!({ "anyOf": [a, b] })), object(json!({ "oneOf": [a, b] }))),
        ("oneOf where nothing was said", json!({ "description": "x" }), json!({ "oneOf": [a, b] })),
        ("wrapped in oneOf", a.clone(), json!({ "oneOf": [a, b] })),
        ("not", object(none()), object(json!({ "not": { "required": ["x"] } }))),
        ("discriminator", object(none()), object(json!({ "discriminator": { "propertyName": "kind" } }))),
        (
            "discriminator name",
            object(json!({ "discriminator": { "propertyName": "kind" } })),
            object(json!({ "discriminator": { "propertyName": "type" } })),
        ),
        (
            "discriminator mapping",
            object(json!({ "discriminator": { "propertyName": "kind" } })),
            object(json!({ "discriminator": { "propertyName": "kind", "mapping": { "a": "A" } } })),
        ),
        (
            "discriminator target",
            object(json!({ "discriminator": { "propertyName": "kind", "mapping": { "a": "A" } } })),
            object(json!({ "discriminator": { "propertyName": "kind", "mapping": { "a": "B" } } })),
        ),
        ("deprecated", text(none()), text(json!({ "deprecated": true }))),
        ("description", text(none()), text(json!({ "description": "x" }))),
        ("no value", text(none()), text(json!({ "not": {} }))),
        ("an unknown keyword", text(none()), text(json!({ "contentCharset": "utf-8" }))),
        ("contentEncoding", text(none()), text(json!({ "contentEncoding": "base64" }))),
        (
            "another contentEncoding",
            text(json!({ "contentEncoding": "base64" })),
            text(json!({ "contentEncoding": "base16" })),
        ),
        (
            "another contentMediaType",
            text(json!({ "contentMediaType": "application/json" })),
            text(json!({ "contentMediaType": "application/xml" })),
        ),
        ("contentMediaType", text(none()), text(json!({ "contentMediaType": "application/xml" }))),
        ("a list of five", text(json!({ "later": [1, 2, 3, 4] })), text(json!({ "later": [1, 2, 3, 4, 5] }))),
        ("a list of six", text(json!({ "later": [1, 2, 3, 4, 5] })), text(json!({ "later": [1, 2, 3, 4, 5, 6] }))),
        ("a long text", text(json!({ "later": "é".repeat(78) })), text(json!({ "later": "é".repeat(79) }))),
        ("enum of a wrong type", text(json!({ "enum": 7 })), text(json!({ "enum": 8 }))),
        ("maximum of a wrong type", integer(json!({ "maximum": "5" })), integer(json!({ "maximum": "6" }))),
        ("maximum that ends to be a number", integer(json!({ "maximum": 5 })), integer(json!({ "maximum": "5" }))),
        ("properties of a wrong type", object(json!({ "properties": 7 })), object(json!({ "properties": 8 }))),
        (
            "additionalProperties, none to any",
            object(json!({ "additionalProperties": false })),
            object(json!({ "additionalProperties": {} })),
        ),
        (
            "additionalProperties, none to some",
            object(json!({ "additionalProperties": false })),
            object(json!({ "additionalProperties": { "type": "string" } })),
        ),
        (
            "additionalProperties, others",
            object(json!({ "additionalProperties": { "type": "string" } })),
            object(json!({ "additionalProperties": { "type": "integer" } })),
        ),
        (
            "names like keywords",
            object(
                json!({ "properties": { "properties": text(none()), "parameters": text(none()), "content": text(none()) } }),
            ),
            object(json!({ "properties": {
                "properties": text(json!({ "maxLength": 5 })),
                "parameters": text(json!({ "maxLength": 5 })),
                "content": text(json!({ "maxLength": 5 })),
            } })),
        ),
        (
            "oneOf among many",
            object(json!({ "oneOf": [a, b, text(none())] })),
            object(json!({ "oneOf": [b, text(json!({ "maxLength": 5 })), a] })),
        ),
        (
            "default of what is required",
            inner(json!(["x"]), json!({ "default": "a" })),
            inner(json!(["x"]), json!({ "default": "b" })),
        ),
        ("allOf of a wrong type", object(json!({ "allOf": [a] })), object(json!({ "allOf": a }))),
        ("minimum unset to a text", integer(json!({ "minimum": "x" })), integer(json!({ "minimum": 5 }))),
        ("required of a wrong type", object(json!({ "required": 7 })), object(json!({ "required": "x" }))),
        ("type of a wrong type", json!({ "type": 7 }), json!({ "type": ["string", "null"] })),
        (
            "readOnly inside",
            object(json!({ "properties": { "x": inner(json!([]), none()) } })),
            object(json!({ "properties": { "x": inner(json!([]), json!({ "readOnly": true, "maxLength": 5 })) } })),
        ),
        (
            "inside of what is readOnly",
            object(json!({ "properties": { "x": merged(inner(json!([]), none()), json!({ "readOnly": true })) } })),
            object(
                json!({ "properties": { "x": merged(inner(json!([]), json!({ "maxLength": 5 })), json!({ "readOnly": true })) } }),
            ),
        ),
        (
            "inside of what is writeOnly",
            object(json!({ "properties": { "x": merged(inner(json!([]), none()), json!({ "writeOnly": true })) } })),
            object(
                json!({ "properties": { "x": merged(inner(json!([]), json!({ "maxLength": 5 })), json!({ "writeOnly": true })) } }),
            ),
        ),
        (
            "pattern, enum and default of what is readOnly",
            object(
                json!({ "properties": { "x": text(json!({ "readOnly": true, "pattern": "^a$", "default": "a" })) } }),
            ),
            object(
                json!({ "properties": { "x": text(json!({ "readOnly": true, "pattern": "^b$", "enum": ["b"] })) } }),
            ),
        ),
        ("required property with default", object(none()), inner(json!(["x"]), json!({ "default": "a" }))),
        (
            "required that ends to be a list",
            inner(json!(["x"]), none()),
            merged(inner(json!([]), none()), json!({ "required": 7 })),
        ),
        ("properties that end to be an object", inner(json!([]), none()), object(json!({ "properties": 7 }))),
        ("items where there were none", json!({ "type": "array" }), list(none())),
        (
            "items that say what is not known",
            json!({ "type": "array" }),
            json!({ "type": "array", "items": { "later": true } }),
        ),
        ("type, to a list", text(none()), list(none())),
        ("type wider, of any size", integer(json!({ "format": "int32" })), json!({ "type": "number" })),
        ("type wider, to a format", integer(none()), json!({ "type": "number", "format": "float" })),
        (
            "oneOf, paired by titles",
            object(json!({ "oneOf": [a, b] })),
            object(
                json!({ "oneOf": [merged(b.clone(), json!({ "minProperties": 1 })), merged(a.clone(), json!({ "maxProperties": 9 }))] }),
            ),
        ),
        (
            "inside of a list",
            list(json!({ "items": inner(json!([]), none()) })),
            list(json!({ "items": inner(json!([]), json!({ "maxLength": 5 })) })),
        ),
    ]
}

fn merged(mut to: Value, more: Value) -> Value {
    to.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    to
}

fn lines(findings: &[Finding]) -> String {
    assert_eq!(unlisted(findings), Vec::<String>::new());
    let line = |f: &Finding| format!("    {} {}: {}\n", f.level, f.id, f.message());
    findings.iter().map(line).collect()
}

/// With the places, where they are not all the same.
fn lines_with_places(findings: &[Finding]) -> String {
    assert_eq!(unlisted(findings), Vec::<String>::new());
    let place = |f: &Finding| match f.old_pointer == f.new_pointer {
        true => f.new_pointer.clone(),
        false => format!("{} → {}", f.old_pointer, f.new_pointer),
    };
    let operation = |f: &Finding| f.operation().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|f| format!("{}        {} {}\n", lines(std::slice::from_ref(f)), operation(f), place(f)))
        .collect()
}

#[test]
fn every_edit_of_a_schema() {
    let mut shown = String::new();
    for (name, old, new) in edits() {
        for (how, a, b) in [("", &old, &new), (", undone", &new, &old)] {
            let findings = diff(&document(a), &document(b));
            assert!(findings.iter().any(|f| f.direction == Direction::Request), "{name}");
            assert!(findings.iter().any(|f| f.direction == Direction::Response), "{name}");
            for finding in &findings {
                let side = if finding.direction == Direction::Request { "response-" } else { "request-" };
                assert!(!finding.id.starts_with(side), "{name}: {finding:?}");
            }
            shown.push_str(&format!("{name}{how}\n{}", lines(&findings)));
        }
    }
    insta::assert_snapshot!(shown);
}

/// An operation with the same schema in every role that a schema may have.
fn in_every_role(schema: &Value) -> Value {
    let object = json!({ "type": "object", "properties": { "field": schema } });
    let json = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let one_way = |flag: &str| {
        let field = json!({ "type": "object", flag: true, "properties": { "inner": schema } });
        json!({ "type": "object", "required": ["field"], "properties": { "field": field } })
    };
    let post = |id: &str, sent: &Value, answered: &Value| {
        json!({ "post": {
            "operationId": id,
            "requestBody": { "content": json(sent) },
            "responses": { "201": { "description": "made", "content": json(answered) } },
        } })
    };
    let mut document = json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "v1" }, "paths": {
        "/whole": post("whole", schema, schema),
        "/part": post("part", &object, &object),
        "/one-way": post("one_way", &one_way("readOnly"), &one_way("writeOnly")),
        "/beside": { "get": {
            "operationId": "beside",
            "parameters": [
                { "name": "p", "in": "query", "schema": schema },
                { "name": "o", "in": "query", "schema": object },
                { "name": "h", "in": "header", "schema": object },
            ],
            "responses": { "200": { "description": "ok", "headers": {
                "h": { "schema": schema },
                "o": { "schema": object },
            } } },
        } },
    } });
    document["paths"]["/beside"]["get"]["parameters"][0]["required"] = json!(false);
    document
}

/// The text of our own upstream with one line replaced.
fn edited(old: &str, new: &str) -> (Value, Value) {
    let text = std::fs::read_to_string(crate::update_spec::fixture().join("create_backup.yaml")).unwrap();
    assert!(text.contains(old), "{old}");
    let parse = |text: &str| serde_yaml_value(text);
    (parse(&text), parse(&text.replacen(old, new, 1)))
}

fn serde_yaml_value(text: &str) -> Value {
    xtask::upstream::spec::Spec::parse(text).unwrap().value
}

/// Our document before and after one edit.
fn document_edits() -> Vec<(&'static str, Value, Value)> {
    let edits = [
        ("version", "  version: v1\n", "  version: v2\n"),
        ("title", "  title: PlanetScale API\n", "  title: PlanetScale's API\n"),
        ("openapi", "openapi: 3.0.1\n", "openapi: 3.0.3\n"),
        ("server", "api.planetscale.com/v1", "api.planetscale.com/v2"),
        ("security", "  - ApiKeyHeader:\n      - Authorization\n", "  - {}\n"),
        ("security scope", "      - Authorization\n", "      - Other\n"),
        ("tag", "  - name: Backups\n", "  - name: Backup\n"),
        (
            "security scheme",
            "      type: apiKey\n      in: header\n      name: Authorization\n",
            "      type: http\n      scheme: bearer\n",
        ),
        ("path", "/backups:\n", "/copies:\n"),
        ("path parameter's name", "branches/{branch}/backups:\n", "branches/{name}/backups:\n"),
        ("method", "    post:\n", "    put:\n"),
        ("operation id", "operationId: create_backup", "operationId: make_backup"),
        ("operation's tag", "        - Backups\n", "        - Copies\n"),
        ("summary", "summary: Create a backup", "summary: Make a backup"),
        ("deprecated", "      operationId:", "      deprecated: true\n      operationId:"),
        ("sunset", "      operationId:", "      deprecated: true\n      x-sunset: '9999-01-01'\n      operationId:"),
        ("an unknown keyword", "      operationId:", "      beta: {}\n      operationId:"),
        ("an extension", "      operationId:", "      x-beta: true\n      operationId:"),
        ("required body", "      requestBody:\n", "      requestBody:\n        required: true\n"),
        (
            "media type of the request",
            "          application/json:\n            schema:\n              type: object\n              properties:\n                name:",
            "          application/xml:\n            schema:\n              type: object\n              properties:\n                name:",
        ),
        ("status", "        '201':\n", "        '200':\n"),
        ("error status", "        '403':\n          description: Forbidden\n", ""),
        (
            "header",
            "          headers: {}\n",
            "          headers:\n            Location:\n              schema:\n                type: string\n",
        ),
        ("parameter's description", "description: The name of the branch\n", "description: The branch\n"),
        ("parameter's style", "          in: path\n", "          in: path\n          style: matrix\n"),
    ];
    let named = |(name, old, new)| {
        let (old, new) = edited(old, new);
        (name, old, new)
    };
    let mut edits: Vec<_> = edits.into_iter().map(named).collect();
    // It is another operation then.
    let (document, mut other) = edited("    post:\n", "    put:\n");
    let operations = other["paths"].as_object_mut().unwrap().values_mut();
    operations.for_each(|item| item["put"]["operationId"] = json!("make_backup"));
    edits.push(("method and operation id", document, other));
    edits
}

#[test]
fn every_edit_of_the_document() {
    insta::assert_snapshot!(told_with_places(document_edits()));
}

/// What is found of each edit, and of each undone.
fn told_with_places(edits: Vec<(&str, Value, Value)>) -> String {
    let mut shown = String::new();
    for (name, old, new) in edits {
        for (how, a, b) in [("", &old, &new), (", undone", &new, &old)] {
            let findings = diff(a, b);
            assert!(!findings.is_empty(), "{name}");
            shown.push_str(&format!("{name}{how}\n{}", lines_with_places(&findings)));
        }
    }
    shown
}

/// A document with `value` at a pointer whose parent is there, or with nothing there.
fn with(pointer: &str, value: Option<&Value>) -> Value {
    let text = json!({ "type": "string" });
    let mut document = document(&text);
    document["components"] = json!({ "securitySchemes": { "oauth": { "type": "oauth2", "flows": { "implicit": {
        "authorizationUrl": "https://example.com/a", "tokenUrl": "https://example.com/t", "scopes": { "read": "reads" }
    } } } } });
    let get = json!({ "operationId": "look", "responses": { "200": { "description": "seen" } } });
    document["paths"]["/others"] = json!({ "get": get });
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    let name = name.replace("~1", "/");
    match value {
        Some(value) => drop(parent.insert(name, value.clone())),
        None => drop(parent.remove(&name)),
    }
    document
}

/// Edits of what our document has not.
fn other_edits() -> Vec<(&'static str, Value, Value)> {
    let flow = "/components/securitySchemes/oauth/flows/implicit";
    let post = "/paths/~1things/post";
    let media = |name: &str| Some(json!({ name: { "schema": { "type": "string" } } }));
    let form = |kind: &str| {
        let field = json!({ "field": { "type": kind } });
        Some(json!({ "application/x-www-form-urlencoded": { "schema": { "type": "object", "properties": field } } }))
    };
    let parameter = |more: Value| Some(json!([merged(json!({ "name": "p", "in": "query" }), more)]));
    let sunset = |sunset: &str| json!({ "deprecated": true, "x-sunset": sunset });
    let ending = |more: Value| {
        let get = json!({ "operationId": "look", "responses": { "200": { "description": "seen" } } });
        Some(json!({ "get": merged(get, more) }))
    };
    let beside = |text: &str| {
        let schema = json!({ "$ref": "#/paths/~1things/post/parameters/0/schema", "description": text });
        Some(json!({ "application/json": { "schema": schema } }))
    };
    let deprecated = |sunset: &str| parameter(json!({ "deprecated": true, "x-sunset": sunset }));
    let request = format!("{post}/requestBody/content");
    let response = format!("{post}/responses/201/content");
    let parameters = format!("{post}/parameters");
    let edits = [
        ("scheme", "/components/securitySchemes/key", None, Some(json!({ "type": "http", "scheme": "bearer" }))),
        (
            "flow",
            "/components/securitySchemes/oauth/flows/password",
            None,
            Some(json!({ "scopes": { "read": "reads" } })),
        ),
        ("flow's URL", &format!("{flow}/authorizationUrl"), Some(json!("https://a")), Some(json!("https://b"))),
        ("flow's token URL", &format!("{flow}/tokenUrl"), Some(json!("https://a")), Some(json!("https://b"))),
        ("flow's other URL", &format!("{flow}/refreshUrl"), None, Some(json!("https://b"))),
        ("scope", &format!("{flow}/scopes/write"), None, Some(json!("writes"))),
        ("scope's text", &format!("{flow}/scopes/read"), Some(json!("reads")), Some(json!("reads all"))),
        ("scopes of a wrong type", &format!("{flow}/scopes"), Some(json!({})), Some(json!(["read"]))),
        ("a field of a form, where a number is a text", &request, form("integer"), form("string")),
        ("media type of the request, wider", &request, media("application/problem+json"), media("application/json")),
        ("media type of the answer, wider", &response, media("application/problem+json"), media("application/json")),
        ("media type of the answer, any", &response, media("text/plain"), media("text/*")),
        ("media type of the answer, any at all", &response, media("text/plain"), media("*/*")),
        ("media type, decorated", &response, media("application/json"), media("application/json; charset=utf-8")),
        ("media type, another version", &response, media("application/a+json; v=1"), media("application/b+json; v=2")),
        ("media type, another", &response, media("application/json"), media("text/plain")),
        ("an extension of the responses", &format!("{post}/responses/x-note"), None, Some(json!("x"))),
        ("an extension of the paths", "/paths/x-note", None, Some(json!("x"))),
        ("responses of a wrong type", &format!("{post}/responses"), Some(json!({})), Some(json!([]))),
        ("a component that nothing uses", "/components/schemas", None, Some(json!({ "A": { "type": "string" } }))),
        ("components of a wrong type", "/components/schemas", Some(json!({})), Some(json!([]))),
        ("parameters of a wrong type", &parameters, Some(json!([])), Some(json!({ "p": {} }))),
        (
            "a parameter twice",
            &parameters,
            parameter(json!({})),
            Some(json!([{ "name": "p", "in": "query" }, { "name": "p", "in": "query" }])),
        ),
        (
            "a parameter without a name",
            &parameters,
            Some(json!([{ "in": "query" }])),
            Some(json!([{ "in": "header" }])),
        ),
        (
            "parameters of a path, one twice",
            "/paths/~1things/parameters",
            parameter(json!({})),
            Some(json!([{ "name": "p", "in": "query" }, { "name": "p", "in": "query" }])),
        ),
        ("no security", &format!("{post}/security"), None, Some(json!([]))),
        (
            "a security twice",
            &format!("{post}/security"),
            Some(json!([{ "oauth": [] }])),
            Some(json!([{ "oauth": [] }, { "oauth": [] }])),
        ),
        (
            "a scope twice",
            &format!("{post}/security"),
            Some(json!([{ "oauth": ["read"] }])),
            Some(json!([{ "oauth": ["read", "read"] }])),
        ),
        ("a tag twice", "/tags", Some(json!([{ "name": "a" }])), Some(json!([{ "name": "a" }, { "name": "a" }]))),
        ("a tag without a name", "/tags", Some(json!([])), Some(json!([{ "description": "x" }]))),
        ("tags that end to be a list", "/tags", Some(json!([{ "name": "a" }])), Some(json!({ "name": "a" }))),
        (
            "responses that end to be an object",
            &format!("{post}/responses"),
            Some(json!({ "200": { "description": "made" } })),
            Some(json!(["200"])),
        ),
        ("paths that end to be an object", "/paths", Some(json!({ "/a": { "get": {} } })), Some(json!(["/a"]))),
        ("tags of a wrong type", "/tags", Some(json!([])), Some(json!("Backups"))),
        ("servers of a wrong type", "/servers", Some(json!([])), Some(json!({ "url": "x" }))),
        ("schema of the request", &request, Some(json!({ "application/json": {} })), media("application/json")),
        ("schema of the answer", &response, Some(json!({ "application/json": {} })), media("application/json")),
        (
            "a schema that says what is not known",
            &response,
            Some(json!({ "application/json": {} })),
            Some(json!({ "application/json": { "schema": { "later": true } } })),
        ),
        (
            "a schema where there was an empty one",
            &response,
            Some(json!({ "application/json": { "schema": {} } })),
            media("application/json"),
        ),
        ("an example", &format!("{response}/application~1json/example"), None, Some(json!({ "field": "x" }))),
        ("a callback", &format!("{post}/callbacks"), None, Some(json!({ "done": {} }))),
        ("a reference", &format!("{post}/responses/404"), None, Some(json!({ "$ref": "#/components/responses/Gone" }))),
        ("a header", &format!("{post}/responses/201/headers/h"), None, Some(json!({ "required": true }))),
        (
            "a header's need",
            &format!("{post}/responses/201/headers/h"),
            Some(json!({})),
            Some(json!({ "required": true })),
        ),
        (
            "a header's end",
            &format!("{post}/responses/201/headers/h"),
            Some(json!({})),
            Some(json!({ "deprecated": true })),
        ),
        ("path without operations", "/paths/~1empty", None, Some(json!({ "summary": "nothing" }))),
        ("path", "/paths/~1others", None, Some(json!({ "get": { "operationId": "look", "responses": {} } }))),
        ("request body, optional", &format!("{post}/requestBody"), None, Some(json!({ "content": {} }))),
        (
            "request body, required",
            &format!("{post}/requestBody"),
            None,
            Some(json!({ "required": true, "content": {} })),
        ),
        ("parameter", &parameters, Some(json!([])), parameter(json!({}))),
        (
            "required parameter's default",
            &parameters,
            parameter(json!({ "required": true, "schema": { "type": "string", "default": "a" } })),
            parameter(json!({ "required": true, "schema": { "type": "string", "default": "b", "maxLength": 5 } })),
        ),
        ("required parameter", &parameters, Some(json!([])), parameter(json!({ "required": true }))),
        ("deprecated parameter", &parameters, Some(json!([])), parameter(json!({ "deprecated": true }))),
        ("parameter before its sunset", &parameters, Some(json!([])), deprecated("9999-01-01")),
        ("parameter after its sunset", &parameters, Some(json!([])), deprecated("2000-01-01T00:00:00Z")),
        ("parameter's sunset", &parameters, deprecated("9999-01-01"), deprecated("9999-02-02")),
        ("parameter's sunset that is not a date", &parameters, Some(json!([])), deprecated("soon")),
        ("path that was to go", "/paths/~1others", ending(json!({ "deprecated": true })), None),
        ("path before its sunset", "/paths/~1others", ending(sunset("9999-01-01")), None),
        ("path with a sunset that is not a date", "/paths/~1others", ending(sunset("soon")), None),
        ("operation that was to go", "/paths/~1others", ending(json!({ "deprecated": true })), Some(json!({}))),
        ("operation before its sunset", "/paths/~1others", ending(sunset("9999-01-01")), Some(json!({}))),
        ("operation with a sunset that is not a date", "/paths/~1others", ending(sunset("soon")), Some(json!({}))),
        ("operation's sunset", "/paths/~1others", ending(sunset("9999-01-01")), ending(sunset("9999-02-02"))),
        ("operation's sunset that is not a date", "/paths/~1others", ending(json!({})), ending(sunset("soon"))),
        ("operation's id", &format!("{post}/operationId"), None, Some(json!("make"))),
        (
            "operation's security",
            &format!("{post}/security"),
            Some(json!([{ "oauth": ["read"] }])),
            Some(json!([{ "key": [] }])),
        ),
        (
            "operation's scope",
            &format!("{post}/security"),
            Some(json!([{ "oauth": [] }])),
            Some(json!([{ "oauth": ["read"] }])),
        ),
        ("path parameter", "/paths/~1things/parameters", None, Some(json!([{ "name": "q", "in": "path" }]))),
        (
            "parameter's need",
            &parameters,
            parameter(json!({ "required": false })),
            parameter(json!({ "required": true })),
        ),
        (
            "header parameter's capitals",
            &parameters,
            Some(json!([{ "name": "X-A", "in": "header" }])),
            Some(json!([{ "name": "x-a", "in": "header" }])),
        ),
        (
            "header parameter that is ignored",
            &parameters,
            Some(json!([])),
            Some(json!([{ "name": "Accept", "in": "header" }])),
        ),
        ("what stands beside a reference", &response, beside("a"), beside("b")),
        ("charset of the request", &request, media("text/plain; charset=utf-8"), media("text/plain; charset=latin1")),
        ("charset of the answer", &response, media("text/plain; charset=utf-8"), media("text/plain; charset=latin1")),
        ("version of the request", &request, media("application/a+json; v=1"), media("application/b+json; v=2")),
        ("contact", "/info/contact", None, Some(json!({ "name": "A" }))),
        ("licence", "/info/license", None, Some(json!({ "name": "A" }))),
        ("terms", "/info/termsOfService", None, Some(json!("https://a"))),
        ("examples", &format!("{response}/application~1json/examples"), None, Some(json!({}))),
        ("documentation", &format!("{post}/externalDocs"), None, Some(json!({ "url": "https://a" }))),
        ("xml", &format!("{response}/application~1json/schema/xml"), None, Some(json!({ "name": "a" }))),
        (
            "server's description",
            "/servers",
            Some(json!([{ "url": "https://a", "description": "a" }])),
            Some(json!([{ "url": "https://a", "description": "b" }])),
        ),
    ];
    let made = |(name, pointer, old, new): (&'static str, &str, Option<Value>, Option<Value>)| {
        (name, with(pointer, old.as_ref()), with(pointer, new.as_ref()))
    };
    edits.into_iter().map(made).collect()
}

#[test]
fn every_edit_of_what_our_document_has_not() {
    insta::assert_snapshot!(told_with_places(other_edits()));
}

/// A document before and after each edit that may change more than limits and texts, schemas in every role.
pub fn edited_documents() -> Vec<(&'static str, Value, Value)> {
    let bare = |schema: &Value| {
        let mut bare = schema.clone();
        let limits = ["imum", "Length", "Items", "multipleOf", "pattern", "description", "default", "example", "title"];
        if let Some(map) = bare.as_object_mut() {
            map.retain(|key, _| !limits.iter().any(|limit| key.ends_with(limit)));
        }
        bare
    };
    let schemas = edits()
        .into_iter()
        .filter(|(_, old, new)| bare(old) != bare(new))
        .map(|(name, old, new)| (name, document(&old), document(&new)));
    schemas.chain(other_edits()).collect()
}

/// The table has no rule that nothing follows.
#[test]
fn every_id_in_the_table_is_found_by_an_edit() {
    let schemas = edits()
        .into_iter()
        .flat_map(|(name, old, new)| [document, in_every_role].map(|document| (name, document(&old), document(&new))));
    // What is found in media types, wherever these stand; and in what is plain characters.
    let holders = ["/parameters/0", "/responses/201/headers/h"];
    let media_types = [
        ("text/plain", "application/json"),
        ("application/problem+json", "application/json"),
        ("text/plain; charset=utf-8", "text/plain; charset=latin1"),
        ("application/a+json; v=1", "application/b+json; v=2"),
    ];
    let contents = holders.iter().flat_map(|holder| {
        media_types.map(|names| {
            let [old, new] = [names.0, names.1].map(|name| {
                let mut document = document(&json!({ "type": "string" }));
                let holder = document.pointer_mut(&format!("/paths/~1things/post{holder}")).unwrap();
                holder.as_object_mut().unwrap().remove("schema");
                holder["content"] = json!({ name: { "schema": { "type": "string" } } });
                document
            });
            ("a media type", old, new)
        })
    });
    let plain = [json!({ "type": "string" }), json!({ "type": "integer" })].map(|schema| {
        let text = in_every_role(&schema).to_string().replace("application/json", "text/plain");
        serde_json::from_str(&text).unwrap()
    });
    let [old, new] = plain;
    let access = ["readOnly", "writeOnly"].into_iter().flat_map(|flag| {
        [json!([]), json!(["field"])].map(|required| {
            let [old, new] = [false, true].map(|set| {
                let field = json!({ "type": "string", flag: set });
                document(&json!({ "type": "object", "required": required, "properties": { "field": field } }))
            });
            (flag, old, new)
        })
    });
    let restated = [false, true].map(|restated| {
        let mut document = with("/security", Some(&json!([{ "oauth": ["read"] }])));
        if restated {
            document["paths"]["/things"]["post"]["security"] = json!([{ "oauth": ["read"] }]);
        }
        document
    });
    let few = [
        ("/paths/~1things/post/parameters/0/allowEmptyValue", json!(true)),
        ("/components/securitySchemes/key", json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" })),
    ]
    .map(|(at, value)| ("a flag", with(at, None), with(at, Some(&value))));
    let bearer = |format: &str| {
        let scheme = json!({ "type": "http", "scheme": "bearer", "bearerFormat": format });
        with("/components/securitySchemes/key", Some(&scheme))
    };
    let parameter = |more: Value| {
        with("/paths/~1things/post/parameters", Some(&json!([merged(json!({ "name": "p", "in": "query" }), more)])))
    };
    let encoded = (
        "an encoding",
        parameter(json!({ "schema": { "type": "string" } })),
        parameter(json!({ "content": { "application/json": { "schema": { "type": "string" } } } })),
    );
    let header = "/paths/~1things/post/responses/201/headers/Content-Type".to_owned();
    let encoding = "/paths/~1things/post/requestBody/content/application~1json/encoding".to_owned();
    let hook = |statuses: &[&str]| {
        let answers = statuses.iter().map(|status| ((*status).to_owned(), json!({ "description": "seen" })));
        json!({ "done": { "post": { "responses": answers.collect::<serde_json::Map<_, _>>() } } })
    };
    let defined = |name: &str| document(&json!({ "type": "string", "$defs": { name: {} } }));
    let all = schemas.chain(document_edits()).chain(other_edits()).chain(contents).chain(access).chain(few).chain([
        ("bearer", bearer("JWT"), bearer("opaque")),
        encoded,
        ("$defs", defined("A"), defined("B")),
        ("plain characters", old, new),
        ("an ignored header", with(&header, None), with(&header, Some(&json!({ "schema": {} })))),
        ("an ignored encoding", with(&encoding, None), with(&encoding, Some(&json!({ "a": {} })))),
        ("a webhook", with("/webhooks", Some(&json!({}))), with("/webhooks", Some(&hook(&["200"])))),
        (
            "an answer to a webhook",
            with("/webhooks", Some(&hook(&["200"]))),
            with("/webhooks", Some(&hook(&["200", "204"]))),
        ),
        ("too many ways", subsets(10, "string"), subsets(10, "integer")),
        ("security", restated[0].clone(), restated[1].clone()),
    ]);
    let mut met = BTreeSet::new();
    for (_, old, new) in all {
        for (a, b) in [(&old, &new), (&new, &old)] {
            met.extend(diff(a, b).into_iter().map(|finding| finding.id));
        }
    }
    let listed = rules::listed();
    assert!(listed.len() > 1_000);
    let missing: Vec<_> = listed.into_iter().map(|rule| rule.id).filter(|id| !met.contains(id)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn what_was_to_stay_until_today_may_go_today() {
    let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive();
    for (sunset, expected) in [
        (today, "request-parameter-removed-with-deprecation"),
        (today + chrono::Days::new(2), "request-parameter-removed-before-sunset"),
    ] {
        let parameter = json!({ "name": "p", "in": "query", "deprecated": true, "x-sunset": sunset.to_string() });
        let with = |parameters: Value| with("/paths/~1things/post/parameters", Some(&parameters));
        let findings = diff(&with(json!([parameter])), &with(json!([])));
        assert_eq!(findings.iter().map(|finding| &finding.id).collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn many_fields_side_by_side_are_all_compared() {
    let fields = |most: u8| -> Value {
        (0..1_000)
            .map(|n| (format!("f{n}"), json!({ "type": "string", "maxLength": most })))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let with = |most| document(&json!({ "type": "object", "properties": fields(most) }));
    let findings = diff(&with(5), &with(6));
    assert_eq!(findings.len(), 4_000);
    assert!(findings.iter().all(|finding| finding.id.ends_with("-max-length-increased")));
}

/// An operation on `/things/{name}`, with a parameter of the query that is called as the old one is.
fn with_path_parameter(name: &str) -> Value {
    let parameter = |name: &str, place: &str| json!({ "name": name, "in": place, "required": true });
    let parameters = json!([parameter(name, "path"), parameter("thing", "query")]);
    let operation = json!({ "operationId": "look", "parameters": parameters, "responses": {} });
    json!({ "openapi": "3.0.1", "info": {}, "paths": { format!("/things/{{{name}}}"): { "get": operation } } })
}

#[test]
fn a_path_parameter_may_be_renamed() {
    let (mut old, mut new) = (with_path_parameter("thing"), with_path_parameter("id"));
    insta::assert_snapshot!(lines_with_places(&diff(&old, &new)));
    // Where a path only refers to its item, the place is still that of the path.
    for document in [&mut old, &mut new] {
        let paths = document["paths"].as_object_mut().unwrap();
        let item = paths.values_mut().next().unwrap();
        let item = std::mem::replace(item, json!({ "$ref": "#/x-items/thing" }));
        document["x-items"] = json!({ "thing": item });
    }
    insta::assert_snapshot!(lines_with_places(&diff(&old, &new)));
}

#[test]
fn alternatives_are_paired_by_what_they_refer_to() {
    let with = |order: [&str; 2], more: [Value; 2]| {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let mut document = document(&json!({ "oneOf": order.map(reference) }));
        let [a, b] = more.map(|more| merged(json!({ "type": "object" }), more));
        document["components"] = json!({ "schemas": { "A": a, "B": b } });
        document
    };
    let old = with(["A", "B"], [json!({ "minProperties": 1 }), json!({ "maxProperties": 5 })]);
    let new = with(["B", "A"], [json!({ "minProperties": 2 }), json!({ "maxProperties": 6 })]);
    insta::assert_snapshot!(lines_with_places(&diff(&old, &new)));
}

#[test]
fn a_few_alternatives_are_paired_by_what_they_say() {
    let with = |members: [Value; 2]| {
        let mut document = document(&json!({ "oneOf": members }));
        document["components"] = json!({ "schemas": { "A": { "type": "object", "minProperties": 1 } } });
        document
    };
    let text = |most: u8| json!({ "type": "string", "maxLength": most });
    let old = with([json!({ "$ref": "#/components/schemas/A" }), text(5)]);
    let new = with([text(6), json!({ "type": "object", "minProperties": 1 })]);
    insta::assert_snapshot!(lines_with_places(&diff(&old, &new)));
}

#[test]
fn what_means_the_same_is_no_change() {
    let object = |more: Value| merged(json!({ "type": "object" }), more);
    let a = json!({ "type": "object", "title": "A" });
    let b = json!({ "type": "object", "title": "B" });
    for (old, new) in [
        (json!({ "maximum": 5 }), json!({ "maximum": 5.0 })),
        (json!({ "enum": ["a", "b"] }), json!({ "enum": ["b", "a"] })),
        (object(json!({ "required": ["a", "b"] })), object(json!({ "required": ["b", "a"] }))),
        (object(json!({ "additionalProperties": true })), object(json!({ "additionalProperties": {} }))),
        (object(json!({ "additionalProperties": true })), object(json!({}))),
        (object(json!({ "oneOf": [a, b] })), object(json!({ "oneOf": [b, a] }))),
        (object(json!({ "nullable": false })), object(json!({}))),
        (json!({ "type": "string", "pattern": "" }), json!({ "type": "string" })),
        (json!({ "type": "array" }), json!({ "type": "array", "items": {} })),
    ] {
        assert_eq!(diff(&document(&old), &document(&new)), [], "{old} {new}");
        assert_eq!(diff(&document(&new), &document(&old)), [], "{new} {old}");
    }
    let security = |list: Value| with("/paths/~1things/post/security", Some(&list));
    let old = security(json!([{ "oauth": ["read", "write"], "key": [] }, { "key": [] }]));
    let new = security(json!([{ "key": [] }, { "key": [], "oauth": ["write", "read"] }]));
    assert_eq!(diff(&old, &new), []);
    let (read, write) = (json!({ "oauth": ["read"] }), json!({ "oauth": ["write"] }));
    assert_eq!(diff(&security(json!([read, write])), &security(json!([write, read]))), []);
}

#[test]
fn a_property_that_only_goes_one_way_may_go() {
    let inner = |flag: &str| json!({ "type": "object", "properties": { "x": { "type": "string", flag: true } } });
    let without = json!({ "type": "object" });
    let mut shown = String::new();
    for flag in ["readOnly", "writeOnly"] {
        shown.push_str(&format!("{flag}\n{}", lines(&diff(&document(&inner(flag)), &document(&without)))));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_finding_tells_where_and_what() {
    let (old, new) = edited(
        "                  completed_at:\n                    type: string\n",
        "                  completed_at:\n                    type: string\n                    nullable: true\n",
    );
    let findings = diff(&old, &new);
    insta::assert_snapshot!(serde_json::to_string_pretty(&findings).unwrap());
}
