//! What `update-spec` says of fields: secret ones, guards, what null clears, and lists that are not what they seem.

use serde_json::{Value, json};
use xtask::effective::clearing::changed_fields;
use xtask::effective::fields::Fields;
use xtask::effective::lists::doubtful;

fn document() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "paths": { "/tokens": { "post": {
            "operationId": "make",
            "parameters": [{ "name": "otp", "in": "query", "schema": { "type": "string" } }],
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Token" } } } } },
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Make" } } } },
        } } },
        "components": { "schemas": {
            "Make": { "properties": { "locked": { "type": "boolean" }, "code": text("A code"), "otp": text("") } },
            "Token": { "properties": {
                "code": text("What went wrong"),
                "tokens": { "type": "array", "items": text("") },
                "refresh_token": text("For a new one"),
                "host": text("For a connection string"),
                "token": { "type": "integer" },
                "locked": { "type": "boolean" },
                "open": { "type": "boolean" },
                "kept": { "type": "boolean", "description": "Protected from deletion" },
                "token_id": text("Which token it is"),
            } },
        } },
    })
}

fn secrets(document: &Value) -> Vec<String> {
    fn collect(value: &Value, at: &str, into: &mut Vec<String>) {
        match value {
            Value::Object(map) if map.get("format").is_some_and(|it| it == "password") => into.push(at.to_owned()),
            Value::Object(map) => map.iter().for_each(|(key, inner)| collect(inner, key, into)),
            Value::Array(items) => items.iter().for_each(|item| collect(item, at, into)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(document, "", &mut found);
    found
}

#[test]
fn what_is_listed_or_looks_secret_is_and_what_was_not_reviewed_is_noted() {
    let table = "[secret]\n\"make.code\" = \"x\"\notp = \"x\"\ngone = \"x\"\n[not_secret]\nhost = \"x\"\n";
    let mut document = document();
    let notes = Fields::parse(table).unwrap().mark(&mut document);
    // The parameter, the fields of the body, and of `Token` one alone.
    let at = |pointer: &str| document.pointer(pointer).unwrap()["format"] == "password";
    assert!(at("/paths/~1tokens/post/parameters/0/schema"));
    assert!(at("/components/schemas/Make/properties/code") && at("/components/schemas/Make/properties/otp"));
    assert!(at("/components/schemas/Token/properties/refresh_token"));
    assert_eq!(secrets(&document).len(), 4, "{document}");
    let [_, review, idle] = &notes[..] else { panic!("{notes:?}") };
    assert!(review.starts_with("`refresh_token` looks secret (\"For a new one\")"), "{review}");
    assert!(idle.contains("no field is called `gone` any more"), "{idle}");
    // A second time nothing changes.
    let before = document.clone();
    Fields::parse(table).unwrap().mark(&mut document);
    assert_eq!(document, before);
}

#[test]
fn a_new_field_is_secret_by_what_it_is_called_or_described_as() {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut properties = serde_json::Map::new();
    let mut secret: Vec<String> = Vec::new();
    let ends = ["token", "secret", "password", "passphrase", "plain_text", "credential", "credentials", "private_key"];
    for end in [&ends[..], &["api_key", "access_key"]].concat() {
        for name in [end.to_owned(), format!("new_{end}"), format!("new-{end}"), format!("New_{}", end.to_uppercase())]
        {
            properties.insert(name.clone(), text("What it is"));
            secret.push(name);
        }
        properties.insert(format!("anew{end}"), text("What it is"));
        properties.insert(format!("{end}_id"), text("What it is"));
        properties.insert(format!("{end}_count"), json!({ "type": "integer", "description": "A secret" }));
    }
    for (number, says) in
        ["The plaintext", "A secret", "The private key", "A one-time code", "A signed URL"].iter().enumerate()
    {
        properties.insert(format!("said{number}"), text(says));
        secret.push(format!("said{number}"));
    }
    // Of a list, each item.
    properties
        .insert("codes".to_owned(), json!({ "type": "array", "items": text(""), "description": "One-time codes" }));
    secret.push("items".to_owned());
    let mut document = document();
    document["components"]["schemas"] = json!({ "Token": { "properties": properties }, "Make": {} });
    Fields::default().mark(&mut document);
    let (mut found, mut secret) = (secrets(&document["components"]), secret);
    found.sort();
    secret.sort();
    assert_eq!(found, secret);
}

/// The vendor may write its ids in another case: that is the same function.
#[test]
fn a_line_of_one_operation_counts_however_its_id_is_written() {
    let table = "[secret]\n\"makeToken.code\" = \"x\"\n[not_secret]\nhost = \"x\"\nrefresh_token = \"x\"\n";
    for id in ["make_token", "makeToken", "MakeToken"] {
        let mut document = document();
        document["paths"]["/tokens"]["post"]["operationId"] = json!(id);
        let notes = Fields::parse(table).unwrap().mark(&mut document);
        assert_eq!(document["components"]["schemas"]["Make"]["properties"]["code"]["format"], "password", "{id}");
        assert!(!notes.iter().any(|note| note.contains("code")), "{id}: {notes:?}");
    }
}

#[test]
fn a_table_that_says_nothing_is_refused() {
    for (table, why) in [
        ("[secrets]\n", "`[secrets]` is not a section"),
        ("[secret]\na = \"\"\n", "`a` in `[secret]` has no reason"),
        ("[not_secret]\n\"make.a\" = \"x\"\n", "must be the name of a field alone"),
        ("[secret]\na = \"x\"\n[not_secret]\na = \"x\"\n", "in `[secret]` and in `[not_secret]`"),
        ("[", "not TOML"),
    ] {
        let error = format!("{:#}", Fields::parse(table).unwrap_err());
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_guard_of_an_answer_is_not_made_up_and_what_looks_like_one_is_noted() {
    let mut document = document();
    let notes =
        Fields::parse("[guards]\nlocked = \"x\"\n[not_secret]\nrefresh_token = \"x\"\ncode = \"x\"\nhost = \"x\"\n")
            .unwrap()
            .mark(&mut document);
    let is_nullable = |pointer: &str| document.pointer(&format!("/components/schemas/{pointer}/nullable")).is_some();
    assert!(is_nullable("Token/properties/locked"));
    assert!(!["Make/properties/locked", "Token/properties/open"].into_iter().any(is_nullable));
    let [note] = &notes[..] else { panic!("{notes:?}") };
    assert!(note.starts_with("`kept` (\"Protected from deletion\") may keep something"), "{note}");
}

#[test]
fn what_takes_null_is_listed_by_operation_and_a_candidate_changes_nothing() {
    let text = || json!({ "type": "string", "nullable": true });
    let body = |fields: Value| json!({ "content": { "application/json": { "schema": { "$ref": fields } } } });
    let mut document = json!({
        "paths": { "/things": { "patch": {
            "operationId": "change",
            "requestBody": body("#/components/schemas/Change".into()),
            "responses": { "200": body("#/components/schemas/Thing".into()) },
        } } },
        "components": { "schemas": {
            "Change": { "properties": { "note": { "type": "string" }, "plan": { "type": "string" }, "kind": { "type": "string" } } },
            "Thing": { "properties": { "note": text(), "plan": text(), "kind": text() } },
        } },
    });
    let table =
        "[nullable]\n\"change.note\" = \"x\"\n\"change.gone\" = \"x\"\n[not_nullable]\n\"change.kind\" = \"x\"\n";
    let notes = Fields::parse(table).unwrap().mark(&mut document);
    let properties = &document["components"]["schemas"]["Change"]["properties"];
    let nullable = ["note", "plan", "kind"].map(|name| properties[name].get("nullable").is_some());
    assert_eq!(nullable, [true, false, false]);
    let [candidate, idle] = &notes[..] else { panic!("{notes:?}") };
    assert!(
        candidate.starts_with("`change.plan` may be cleared by null (it may be null in the answer)"),
        "{candidate}"
    );
    assert!(idle.contains("no field is called `change.gone` any more"), "{idle}");
    for table in ["[nullable]\nnote = \"x\"\n", "[nullable]\n\"a.b\" = \"x\"\n[not_nullable]\n\"a.b\" = \"x\"\n"] {
        assert!(Fields::parse(table).is_err(), "{table}");
    }
}

#[test]
fn what_an_answer_may_lack_and_what_is_unlimited_when_not_set_may_be_cleared() {
    let body = |fields: Value| json!({ "content": { "application/json": { "schema": fields } } });
    let put = json!({
        "operationId": "change",
        "requestBody": body(json!({ "$ref": "#/components/schemas/Change" })),
        "responses": { "200": body(json!({ "$ref": "#/components/schemas/Thing" })) },
    });
    let text = || json!({ "type": "string" });
    let nullable = || json!({ "type": "string", "nullable": true });
    let mut document = json!({
        "paths": { "/thing": { "put": put, "post": put } },
        "components": { "schemas": {
            "Kind": { "type": "string", "enum": ["a"] },
            "Change": { "required": ["id"], "properties": {
                "id": text(),
                "name": text(),
                "note": text(),
                "kind": { "$ref": "#/components/schemas/Kind" },
                "rate": { "type": "integer", "description": "Unlimited when not set." },
            } },
            "Thing": { "properties": {
                "id": nullable(), "name": text(), "note": nullable(),
                "kind": { "allOf": [{ "$ref": "#/components/schemas/Kind" }], "nullable": true },
            } },
        } },
    });
    let fields = changed_fields(&document);
    let said = |key: &str| fields.iter().find(|field| field.key == key).map(|field| field.reason.as_deref());
    assert_eq!(said("change.id"), None);
    assert_eq!(said("change.name"), Some(None));
    assert_eq!(said("change.note"), Some(Some("it may be null in the answer")));
    assert_eq!(said("change.rate"), Some(Some("\"Unlimited when not set.\"")));
    fields.iter().find(|field| field.key == "change.kind").unwrap().allow_null(&mut document);
    let kind = document.pointer("/components/schemas/Change/properties/kind").unwrap();
    assert_eq!(kind, &json!({ "allOf": [{ "$ref": "#/components/schemas/Kind" }], "nullable": true }));
}

#[test]
fn a_list_of_texts_that_is_described_as_one_of_objects_is_noted() {
    let list = |described: &str| json!({ "type": "array", "items": { "type": "string" }, "description": described });
    let mut document = json!({ "components": { "schemas": { "Body": { "properties": {
        "rules": list("Array of traffic rules"),
        "sizes": list("Each entry is { \"keyspace_name\": \"main\" }."),
        "names": list("Array of names"),
        "cidrs": list("A list of ranges"),
        "tags": { "type": "array", "items": { "type": "object" }, "description": "Array of tags" },
    } } } } });
    let notes = doubtful(&mut document);
    let noted: Vec<&str> = notes.iter().filter_map(|note| note.split('`').nth(1)).collect();
    assert_eq!(noted, ["rules", "sizes"], "{notes:?}");
}
