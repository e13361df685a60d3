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
    body["actor"] = json!({ "id": ["not a text"] });
    body["backup_policy"] = json!({ "id": "p1", "name": "daily" });
    let backup: planetscale_client::types::Backup = serde_json::from_value(body).unwrap();
    assert_eq!((backup.completed_at, backup.actor, backup.backup_policy), (None, None, None));
    assert!(!backup.id.is_empty());
}
