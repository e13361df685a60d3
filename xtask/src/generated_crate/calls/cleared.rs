//! The body of a PATCH or PUT that clears all that can be cleared.
//!
//! before: `{ "cidrs": { "type": "array" }, "rate": { "nullable": true }, "name": { "type": "string" } }`, all optional
//! after:  `{ "cidrs": [], "rate": null }`, and what is required

use serde_json::{Map, Value, json};

use super::{Amount, Call, json_of};
use crate::upstream::spec::{reachable_from, target};

impl Call<'_> {
    /// A body with every list and map empty, and null for all that takes it; nothing, where nothing can be cleared.
    pub(super) fn cleared(&self) -> Option<Value> {
        let body =
            self.resolved(self.operation.get("requestBody").filter(|_| ["patch", "put"].contains(&self.method))?);
        let (_, schema) = json_of(body.get("content")?.as_object()?)?;
        if self.is_answered(schema) {
            // Such a type has what an answer has: there, null is as good as absent.
            return None;
        }
        let schema = self.resolved(schema);
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let (mut all, mut count) = (Map::new(), 0);
        for (name, property) in schema.get("properties")?.as_object()? {
            let value = if required.iter().any(|other| other == name) {
                Some(self.sample(property, Amount::Least, 1))
            } else {
                self.empty(property).inspect(|_| count += 1)
            };
            all.extend(value.map(|value| (name.clone(), value)));
        }
        (count > 0).then_some(all.into())
    }

    /// What clears a field.
    fn empty(&self, property: &Value) -> Option<Value> {
        if property["nullable"] == true {
            return Some(Value::Null);
        }
        let property = self.resolved(property);
        let may_be_empty = property["minItems"].as_u64().unwrap_or_default() == 0;
        match property["type"].as_str()? {
            "array" => may_be_empty.then(|| json!([])),
            "object" => property.get("properties").is_none().then(|| json!({})),
            _ => None,
        }
    }

    /// Whether an answer has the type of a schema, too.
    fn is_answered(&self, schema: &Value) -> bool {
        let Some(pointer) = schema.get("$ref").and_then(Value::as_str).and_then(target) else { return false };
        let answers = Call::all(self.document, self.surface).flat_map(|call| {
            let answers = call.operation.get("responses").and_then(Value::as_object).into_iter().flatten();
            answers.map(|(_, response)| response).collect::<Vec<_>>()
        });
        reachable_from(self.document, answers.collect()).contains(&*pointer)
    }
}
