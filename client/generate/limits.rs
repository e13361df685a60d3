//! What the document says of each schema, by its JSON pointer, and what progenitor is not told: texts, and what values
//! are held to.
//!
//! before: `{type: integer, minimum: 1, description: How many}` at `#/components/schemas/Count`
//! after:  for `/components/schemas/Count`, the text `How many` and the limit `min` of 1

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The limits that a JSON Schema has, too.
pub(crate) const MIN: &str = "min";
pub(crate) const MAX: &str = "max";

/// A limit of a value, or of each item of a list and each value of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// The method of `crate::runtime::check::Value` that holds a value to it.
    pub(crate) bound: &'static str,
    /// The number, as the spec writes it.
    pub(crate) number: String,
    pub(crate) is_of_each: bool,
}

pub(crate) type Limits = Vec<Limit>;

/// What is said of a schema.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) limits: Limits,
    pub(crate) is_nullable: bool,
}

/// What is said of the schemas of a document, by their JSON pointers.
pub(crate) type Schemas = BTreeMap<String, Said>;

/// Takes the limits out of a schema and returns those that a request is held to.
pub(crate) fn take(map: &mut Map<String, Value>) -> Limits {
    let mut limits = Limits::new();
    let mut add = |bound, number: String| limits.push(Limit { bound, number, is_of_each: false });
    for (bound, exclusive, [inclusive, strictly]) in
        [("minimum", "exclusiveMinimum", [MIN, "above"]), ("maximum", "exclusiveMaximum", [MAX, "below"])]
    {
        let is_strict = map.remove(exclusive) == Some(Value::Bool(true));
        if let Some(Value::Number(n)) = map.remove(bound) {
            add(if is_strict { strictly } else { inclusive }, n.to_string());
        }
    }
    for (key, bound) in
        [("minLength", "min_len"), ("maxLength", "max_len"), ("minItems", "min_items"), ("maxItems", "max_items")]
    {
        if let Some(Value::Number(n)) = map.remove(key) {
            add(bound, n.to_string());
        }
    }
    limits
}

/// The limits of a list's items or a map's values, which have no name of their own.
pub(crate) fn of_each(schema: &Value) -> Limits {
    let inner = ["items", "additionalProperties"].iter().find_map(|key| schema.get(*key)?.as_object());
    let limits = inner.cloned().map(|mut inner| take(&mut inner)).unwrap_or_default();
    limits.into_iter().map(|limit| Limit { is_of_each: true, ..limit }).collect()
}
