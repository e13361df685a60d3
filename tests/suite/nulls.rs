//! Null in the effective spec: what other tools read by the letter is what the generator reads.

use jsonschema::Validator;
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use serde_json::{Value, json};
use xtask::effective::nulls::spell_out;
use xtask::generate::document::each_schema;
use xtask::generate::document::nulls::fold;
use xtask::upstream::spec::pointer_token;

use crate::meaning::{json_schema, resolved, spec, validator};
use crate::stand_in::raw;
use crate::update_spec::BACKUPS;

/// The pointers of the properties and items in the components, as the generator reads them.
fn places(schema: &Value, at: &str, into: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/properties/{}", pointer_token(name));
        places(property, &at, into);
        into.push(at);
    }
    if schema["items"].is_object() {
        let at = format!("{at}/items");
        places(&schema["items"], &at, into);
        into.push(at);
    }
}

#[test]
fn null_is_allowed_by_the_letter_where_the_generator_reads_that_it_is() {
    let written = spec("planetscale.yaml");
    let mut read = Value::clone(&written);
    fold(&mut read);
    let mut all = Vec::new();
    for (name, schema) in read["components"]["schemas"].as_object().unwrap() {
        places(schema, &format!("/components/schemas/{}", pointer_token(name)), &mut all);
    }
    let (mut nullable, mut others) = (0, 0);
    for at in all {
        let schema = read.pointer(&at).unwrap();
        let says = |schema: &Value| {
            ["type", "properties", "allOf", "anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some())
        };
        if !says(resolved(schema, &read)) {
            continue;
        }
        let is_nullable = schema["nullable"] == true;
        // What is within is of no account.
        let flat = |key: &str| !["properties", "required", "items", "additionalProperties"].contains(&key);
        let mut letter = json_schema(written.pointer(&at).unwrap(), &written);
        each_schema(&mut letter, &mut |schema| schema.retain(|key, _| flat(key)));
        assert_eq!(validator(&letter).is_valid(&Value::Null), is_nullable, "{at}: {letter}");
        if is_nullable { nullable += 1 } else { others += 1 }
    }
    assert!(nullable > 300 && others > 1_000, "{nullable} {others}");
}

#[test]
fn what_is_written_for_others_is_read_as_it_was_meant() {
    let written = spec("planetscale.yaml");
    let mut meant = Value::clone(&written);
    fold(&mut meant);
    assert_ne!(meant, *written);
    let mut again = meant.clone();
    spell_out(&mut again);
    assert_eq!(again, *written);
    spell_out(&mut again);
    assert_eq!(again, *written);
    let owner = json!({ "$ref": "#/components/schemas/Owner" });
    let nothing = json!({ "type": "object", "nullable": true, "enum": [null] });
    for (meant, written) in [
        (
            json!({ "allOf": [owner], "nullable": true, "description": "Who" }),
            json!({ "anyOf": [owner, nothing], "description": "Who" }),
        ),
        (
            json!({ "oneOf": [owner, { "type": "string" }], "nullable": true }),
            json!({ "anyOf": [{ "oneOf": [owner, { "type": "string" }] }, nothing] }),
        ),
        (
            json!({ "allOf": [owner, { "type": "object" }], "nullable": true }),
            json!({ "anyOf": [{ "allOf": [owner, { "type": "object" }] }, nothing] }),
        ),
        (
            json!({ "allOf": [owner], "required": ["id"], "nullable": true }),
            json!({ "anyOf": [{ "allOf": [owner], "required": ["id"] }, nothing] }),
        ),
        (
            json!({ "type": "string", "enum": ["a"], "nullable": true }),
            json!({ "type": "string", "enum": ["a", null], "nullable": true }),
        ),
        (json!({ "type": "string", "nullable": true }), json!({ "type": "string", "nullable": true })),
        (json!({ "nullable": true }), json!({ "nullable": true })),
    ] {
        let schemas =
            |schema: &Value| json!({ "properties": { "nullable": schema, "default": schema }, "example": schema });
        let mut spelt = schemas(&meant);
        spell_out(&mut spelt);
        let expected = schemas(&written)["properties"].clone();
        assert_eq!((&spelt["properties"], &spelt["example"]), (&expected, &meant));
        fold(&mut spelt);
        // The generator takes null for what it is in a list of values.
        if meant.get("enum").is_none() {
            assert_eq!(spelt, schemas(&meant));
        }
    }
    // The forms of others.
    for written in [
        json!({ "anyOf": [{ "enum": [null] }, owner] }),
        json!({ "oneOf": [owner, { "type": "string", "nullable": true, "enum": [null] }] }),
    ] {
        let mut read = written;
        fold(&mut read);
        assert_eq!(read, json!({ "allOf": [owner], "nullable": true }));
    }
}

#[tokio::test]
async fn the_stand_in_answers_as_strict_readers_expect() {
    let written = spec("planetscale.yaml");
    let judge = |path: &str, method: &str, status: &str| -> Validator {
        let at = format!("/paths/{}/{method}/responses/{status}/content/application~1json/schema", pointer_token(path));
        validator(&json_schema(written.pointer(&at).unwrap_or_else(|| panic!("{at}")), &written))
    };
    let server = MockServer::start().await.unwrap();
    let token = format!("{TOKEN_ID}:{TOKEN}");
    let backups = BACKUPS.strip_prefix("/paths/").unwrap().replace("~1", "/");
    let branches = backups.strip_suffix("/{branch}/backups").unwrap();
    let mut id = String::new();
    for (method, path, body, status) in [
        ("post", backups.as_str(), "{}", "201"),
        ("get", &backups, "", "200"),
        ("get", &format!("{backups}/{{id}}"), "", "200"),
        ("patch", &format!("{backups}/{{id}}"), "{}", "200"),
        ("post", branches, r#"{"name": "main"}"#, "201"),
        ("get", branches, "", "200"),
        ("get", &format!("{branches}/{{branch}}"), "", "200"),
    ] {
        let filled = [("{organization}", "acme"), ("{database}", "shop"), ("{branch}", "main"), ("{id}", &id)];
        let filled = filled.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        let (got, body) = raw(&server, &method.to_uppercase(), &filled, &headers, body).await;
        assert_eq!(got.to_string(), status, "{method} {filled}");
        if id.is_empty() {
            id = body["id"].as_str().unwrap().to_owned();
        }
        let judge = judge(path, method, status);
        let faults: Vec<String> = judge.iter_errors(&body).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{method} {path}: {body}");
    }
}
