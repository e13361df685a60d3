//! Defaults, which are the server's to fill in: sent by a client, they would overwrite what is there, and read, they
//! would tell what the server did not say.
//!
//! before: `limit: {type: integer, default: 10}`, which becomes `limit: i64` that is always sent
//! after:  `limit: {type: integer, description: "…The server's default is `10`."}`, which becomes `Option<i64>`

use serde_json::Value;

/// Takes the defaults out of all properties.
pub(crate) fn prepare(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties") {
                for schema in properties.values_mut().filter_map(Value::as_object_mut) {
                    let Some(default) = schema.remove("default") else { continue };
                    let said = schema.get("description").and_then(Value::as_str).unwrap_or_default();
                    let is_said = said.to_lowercase().contains("default") || default.is_null();
                    if !is_said {
                        let text = format!("{said}\n\nThe server's default is `{default}`.");
                        schema.insert("description".to_owned(), text.trim().into());
                    }
                }
            }
            map.values_mut().for_each(prepare);
        }
        Value::Array(items) => items.iter_mut().for_each(prepare),
        _ => {}
    }
}
