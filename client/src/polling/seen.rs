//! What a poll has seen, in words.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::secret::Secret;

/// Name, ID and state of a thing, as far as it has them: `drill-42 (abc123)`, and `pending`.
pub(super) struct Seen {
    name: Option<String>,
    id: Option<String>,
    state: Option<String>,
}

impl Seen {
    pub(super) fn of(thing: &impl Serialize) -> Self {
        // Of what is secret in it nothing is read here.
        let thing = Secret::exposed(|| serde_json::to_value(thing)).unwrap_or_default();
        let text = |key: &str| match thing.get(key) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let name = text("name").or_else(|| text("number"));
        Self { name, id: text("id"), state: text("deployment_state").or_else(|| text("state")) }
    }

    /// What happened to it, with its state: `drill-42 (abc123) ended as failed`.
    pub(super) fn phrase(&self, verb: &str) -> String {
        let state = self.state.as_ref().map(|state| format!(" as {state}")).unwrap_or_default();
        format!("{self} {verb}{state}")
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.id) {
            (Some(name), Some(id)) => write!(f, "{name} ({id})"),
            (Some(one), None) | (None, Some(one)) => f.write_str(one),
            (None, None) => f.write_str("it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_called_by_what_it_has() {
        for (thing, shown) in [
            (json!({ "name": "drill", "id": "b", "state": "ready" }), "drill (b) ended as ready"),
            (json!({ "name": "", "id": "b", "state": "" }), "b ended"),
            (json!({ "number": 7, "state": "open", "deployment_state": "queued" }), "7 ended as queued"),
            (json!({ "name": null }), "it ended"),
        ] {
            assert_eq!(Seen::of(&thing).phrase("ended"), shown);
        }
    }
}
