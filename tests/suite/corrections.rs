//! What is corrected by rule wherever it stands: objects and times of answers.

use serde_json::{Value, json};
use xtask::effective::rules;

/// A document whose one operation sends `Sent` and answers with `Answer`.
fn document(answer: Value, sent: Value) -> Value {
    let content = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "content": { "application/json": { "schema": schema } } })
    };
    json!({
        "paths": { "/things": { "post": {
            "requestBody": content("Sent"),
            "responses": { "200": content("Answer"), "404": content("Refusal") },
        } } },
        "components": { "schemas": {
            "Answer": answer,
            "Sent": sent,
            "Refusal": thing(),
            "Region": { "type": "object", "properties": { "id": { "type": "string" } } },
            "Labels": { "type": "object", "additionalProperties": { "type": "string" } },
        } },
    })
}

fn thing() -> Value {
    let text = || json!({ "type": "string" });
    json!({ "type": "object", "properties": {
        "created_at": text(),
        "updated_at": text(),
        "ready_at": text(),
        "started": { "type": "string", "format": "date-time" },
        "looked_at": { "type": "string", "enum": ["never"] },
        "wait_millis": { "type": "integer" },
        "region": { "$ref": "#/components/schemas/Region" },
        "labels": { "$ref": "#/components/schemas/Labels" },
        "inner": { "type": "object", "properties": { "ended_at": text() } },
        "list": { "type": "array", "items": { "type": "object", "properties": { "ended_at": text() } } },
    } })
}

#[test]
fn objects_and_times_of_answers_may_be_null() {
    let mut corrected = document(thing(), thing());
    rules::correct(&mut corrected);
    let time = json!({ "type": "string", "format": "date-time" });
    let perhaps = json!({ "type": "string", "format": "date-time", "nullable": true });
    let expected = json!({ "type": "object", "properties": {
        "created_at": time,
        "updated_at": perhaps,
        "ready_at": perhaps,
        "started": perhaps,
        "looked_at": { "type": "string", "enum": ["never"] },
        "wait_millis": { "type": "number" },
        "region": { "allOf": [{ "$ref": "#/components/schemas/Region" }], "nullable": true },
        "labels": { "$ref": "#/components/schemas/Labels" },
        "inner": { "type": "object", "properties": { "ended_at": perhaps }, "nullable": true },
        "list": { "type": "array", "items": { "type": "object", "properties": { "ended_at": perhaps } } },
    } });
    let schemas = &corrected["components"]["schemas"];
    assert_eq!(schemas["Answer"], expected);
    // What is sent is as the vendor says, and so is what no success has.
    assert_eq!((&schemas["Sent"], &schemas["Refusal"]), (&thing(), &thing()));
}

#[test]
fn what_is_sent_as_well_is_left_alone() {
    let both = json!({ "type": "object", "properties": { "part": { "$ref": "#/components/schemas/Region" } } });
    let mut corrected = document(json!({ "$ref": "#/components/schemas/Sent" }), both.clone());
    rules::correct(&mut corrected);
    assert_eq!(corrected["components"]["schemas"]["Sent"], both);
}

#[test]
fn an_optional_part_that_cannot_be_read_costs_that_part_alone() {
    let mut body = crate::just_created::body();
    body["completed_at"] = json!("soon");
    body["actor"] = json!(["not an actor"]);
    body["backup_policy"] = json!({ "id": "p1", "name": "daily" });
    let backup: planetscale_client::types::Backup = serde_json::from_value(body).unwrap();
    assert_eq!((backup.completed_at, backup.actor, backup.backup_policy), (None, None, None));
    assert!(!backup.id.is_empty());
}

/// What holds for a field of an answer holds wherever in the answer the object with the field stands.
#[test]
fn what_is_within_an_answer_is_corrected_wherever_it_stands() {
    let object = |time: Value| json!({ "type": "object", "properties": { "ended_at": time } });
    let text = json!({ "type": "string" });
    let perhaps = json!({ "type": "string", "format": "date-time", "nullable": true });
    for (name, around) in [
        ("values of a map", (|inner| json!({ "type": "object", "additionalProperties": inner })) as fn(Value) -> Value),
        ("items", |inner| json!({ "type": "array", "items": inner })),
        ("a part", |inner| json!({ "allOf": [inner, { "type": "object" }] })),
        ("any of two", |inner| json!({ "anyOf": [{ "type": "string" }, inner] })),
        ("one of two", |inner| json!({ "oneOf": [inner, { "type": "string" }] })),
        (
            "a list of maps",
            |inner| json!({ "type": "array", "items": { "type": "object", "additionalProperties": inner } }),
        ),
        ("a map of lists", |inner| json!({ "additionalProperties": { "type": "array", "items": inner } })),
        (
            "a map in a field",
            |inner| json!({ "properties": { "by_name": { "type": "object", "additionalProperties": inner } } }),
        ),
    ] {
        let mut corrected = document(around(object(text.clone())), thing());
        rules::correct(&mut corrected);
        assert_eq!(corrected["components"]["schemas"]["Answer"], around(object(perhaps.clone())), "{name}");
    }
    // A map of anything, or of nothing, holds no field.
    for map in [json!({ "type": "object", "additionalProperties": true }), json!({ "additionalProperties": false })] {
        let mut corrected = document(map.clone(), thing());
        rules::correct(&mut corrected);
        assert_eq!(corrected["components"]["schemas"]["Answer"], map);
    }
}

/// A schema is an answer's where only answers lead to it, by whatever way.
#[test]
fn what_a_request_leads_to_is_left_alone_by_whatever_way() {
    let part = || json!({ "type": "object", "properties": { "ended_at": { "type": "string" } } });
    let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let map = json!({ "type": "object", "additionalProperties": to("Part") });
    let with = |operation: Value| {
        let mut document = document(map.clone(), json!({ "type": "object" }));
        document["components"]["schemas"]["Part"] = part();
        for (key, value) in operation.as_object().unwrap() {
            document["paths"]["/things"]["post"][key] = value.clone();
        }
        rules::correct(&mut document);
        document["components"]["schemas"]["Part"].clone()
    };
    assert_ne!(with(json!({})), part());
    let body = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    for operation in [
        json!({ "requestBody": body(map.clone()) }),
        json!({ "requestBody": body(json!({ "type": "array", "items": to("Part") })) }),
        json!({ "parameters": [{ "in": "query", "name": "part", "schema": to("Part") }] }),
    ] {
        assert_eq!(with(operation.clone()), part(), "{operation}");
    }
    // What only a refusal has is no answer.
    assert_eq!(with(json!({ "responses": { "200": body(json!({})), "422": body(map.clone()) } })), part());
}
