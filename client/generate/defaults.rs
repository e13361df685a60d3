//! Defaults, which are the server's to fill in: sent by a client, they would overwrite what is there, and read, they
//! would tell what the server did not say.
//!
//! before: `limit: {type: integer, default: 10}`, which becomes `limit: i64` that is always sent
//! after:  `limit: {type: integer, description: "…The server's default is `10`."}`, which becomes `Option<i64>`

use serde_json::Value;

use super::document::each_schema;

/// Takes the defaults out of all properties.
pub(crate) fn prepare(document: &mut Value) {
    each_schema(document, &mut |schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        let properties = properties.into_iter().flat_map(|properties| properties.values_mut());
        for property in properties.filter_map(Value::as_object_mut) {
            let Some(default) = property.remove("default") else { continue };
            let said = property.get("description").and_then(Value::as_str).unwrap_or_default();
            let is_said = said.to_lowercase().contains("default") || default.is_null();
            if !is_said {
                let text = format!("{said}\n\nThe server's default is `{default}`.");
                property.insert("description".to_owned(), text.trim().into());
            }
        }
    });
}
