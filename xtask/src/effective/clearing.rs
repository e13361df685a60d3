//! Fields of a PATCH or PUT that may be cleared by null.
//!
//! before: `UpdateTrafficBudgetBody: { rate: { type: integer } }`, answered with `rate: { type: number, nullable: true }`
//! after:  a candidate, `update_traffic_budget.rate`, "it may be null in the answer"
//!
//! A candidate changes nothing by itself: a person decides, as an answer that becomes nullable must not break the type of
//! a request.

use heck::ToSnakeCase;
use serde_json::Value;

use crate::generate::document::{operations, resolved_at};
use crate::upstream::spec::pointer_token;

/// A field that a PATCH or PUT may leave out.
pub struct Changed {
    /// The operation's function and the name of the field, `update_traffic_budget.rate`.
    pub key: String,
    /// Why it may be cleared by null, if anything says so.
    pub reason: Option<String>,
    /// Where its schema stands.
    pointer: String,
}

impl Changed {
    /// Has the field take null.
    pub fn allow_null(&self, document: &mut Value) {
        let Some(Value::Object(schema)) = document.pointer_mut(&self.pointer) else { return };
        if schema.contains_key("$ref") {
            // Nothing counts beside a `$ref`.
            let reference = std::mem::take(schema);
            schema.insert("allOf".to_owned(), vec![Value::Object(reference)].into());
        }
        schema.insert("nullable".to_owned(), true.into());
    }
}

/// All fields that a PATCH or PUT may leave out.
pub fn changed_fields(document: &Value) -> Vec<Changed> {
    let changing = operations(document).filter(|(_, method, _)| ["patch", "put"].contains(method));
    changing.filter_map(|(_, _, operation)| fields_of(operation, document)).flatten().collect()
}

fn fields_of(operation: &Value, document: &Value) -> Option<Vec<Changed>> {
    // In whatever case the vendor writes it.
    let id = operation.get("operationId")?.as_str()?.to_snake_case();
    let body = schema_of(operation.get("requestBody")?, document)?;
    let schema = document.pointer(&body)?;
    let is_required = |name: &str| {
        let required = schema.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|other| other == name))
    };
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answers = responses.filter(|(status, _)| status.starts_with('2')).filter_map(|(_, it)| schema_of(it, document));
    let answers: Vec<&Value> = answers.filter_map(|pointer| document.pointer(&pointer)?.get("properties")).collect();
    let reason = |name: &str, property: &Value| {
        let described = property.get("description").and_then(Value::as_str).unwrap_or_default();
        if says_unset(described) {
            return Some(format!("\"{described}\""));
        }
        // An object of an answer may be null by our own rule, which says nothing of the request.
        let is_null =
            |answer: &Value| answer.get("nullable").is_some_and(|it| it == true) && answer.get("allOf").is_none();
        let is_null = answers.iter().filter_map(|answer| answer.get(name)).any(is_null);
        is_null.then(|| "it may be null in the answer".to_owned())
    };
    let fields = schema.get("properties")?.as_object()?.iter().filter(|(name, _)| !is_required(name));
    let fields = fields.map(|(name, property)| Changed {
        key: format!("{id}.{name}"),
        reason: reason(name, property),
        pointer: format!("{body}/properties/{}", pointer_token(name)),
    });
    Some(fields.collect())
}

/// Where the schema of what a request or response holds stands.
pub fn schema_of(holder: &Value, document: &Value) -> Option<String> {
    let content = holder.get("content")?.as_object()?;
    let schema = content.values().next()?.get("schema")?;
    Some(resolved_at(schema, document).0?.to_owned())
}

/// Whether a description tells of a field that is not set.
fn says_unset(described: &str) -> bool {
    let described = described.to_lowercase();
    let says = ["when not set", "if not set", "when null", "if null", "null to", "unlimited when", "unset"];
    says.iter().any(|says| described.contains(says))
}
