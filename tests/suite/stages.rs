//! Stages of the generator that no document of ours tries in full.

use serde_json::json;
use xtask::generate::read_only::prepare;

#[test]
fn what_is_read_only_is_required_of_answers_alone() {
    let schema = || {
        json!({
            "properties": { "id": { "type": "string", "readOnly": true }, "required": { "type": "boolean" } },
            "required": ["id", "required"],
        })
    };
    let content = |name: &str| json!({ "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } });
    let mut document = json!({
        "paths": { "/things": { "post": {
            "requestBody": content("Sent"),
            "responses": { "200": content("Received") },
        } } },
        "components": { "schemas": {
            "Sent": { "properties": { "inner": { "$ref": "#/components/schemas/Inner" } } },
            "Inner": schema(),
            "Received": schema(),
        } },
    });
    prepare(&mut document);
    let required = |name: &str| document["components"]["schemas"][name]["required"].clone();
    assert_eq!(required("Inner"), json!(["required"]));
    assert_eq!(required("Received"), json!(["id", "required"]));
}
