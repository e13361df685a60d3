//! What tells the alternatives of a `oneOf` or an `anyOf` apart.
//!
//! before: `oneOf: [{$ref: '#/components/schemas/Cat'}, …], discriminator: {propertyName: kind}`
//! after:  of that schema: by `kind`, `Cat` is what is at `/components/schemas/Cat`
//!
//! <https://spec.openapis.org/oas/v3.0.3#discriminator-object>

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{resolved_at, schemas};

/// The discriminators of a document, by the pointers of the schemas that have alternatives.
pub(crate) type Discriminators = BTreeMap<String, Discriminator>;

/// What tells alternatives apart.
pub(crate) struct Discriminator {
    /// The property whose value does.
    pub(crate) property: String,
    /// Its values, and the pointer of the alternative that each stands for.
    pub(crate) values: Vec<(String, String)>,
}

/// Finds them.
pub(crate) fn of(document: &Value) -> Discriminators {
    let mut found = BTreeMap::new();
    for (at, schema) in schemas(document) {
        for keyword in ["oneOf", "anyOf"] {
            let Some(Value::Array(alternatives)) = schema.get(keyword) else { continue };
            if let Some(told) = discriminator(schema, alternatives, document, &format!("{at}/{keyword}")) {
                found.insert(at.clone(), told);
            }
        }
    }
    found
}

fn discriminator(schema: &Value, alternatives: &[Value], root: &Value, at: &str) -> Option<Discriminator> {
    let placed: Vec<(String, &Value)> = alternatives
        .iter()
        .enumerate()
        .map(|(i, alternative)| {
            let (pointer, schema) = resolved_at(alternative, root);
            (pointer.map_or_else(|| format!("{at}/{i}"), str::to_owned), schema)
        })
        .collect();
    let mapping = schema.pointer("/discriminator/mapping").and_then(Value::as_object);
    let property = match schema.pointer("/discriminator/propertyName") {
        Some(name) => name.as_str()?.to_owned(),
        None => tag(&placed)?,
    };
    let mut values = Vec::new();
    for (number, (pointer, alternative)) in placed.iter().enumerate() {
        let is_meant =
            |to: &str| to.strip_prefix('#') == Some(pointer) || format!("/components/schemas/{to}") == *pointer;
        let mapped: Vec<String> = mapping
            .into_iter()
            .flatten()
            .filter(|(_, to)| to.as_str().is_some_and(is_meant))
            .map(|(value, _)| value.clone())
            .collect();
        let own = match mapped.is_empty() {
            false => mapped,
            true => listed(alternative, &property).unwrap_or_else(|| {
                // A schema's name stands for it.
                let name =
                    alternatives[number].get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
                name.map(str::to_owned).into_iter().collect()
            }),
        };
        values.extend(own.into_iter().map(|value| (value, pointer.clone())));
    }
    Some(Discriminator { property, values })
}

/// A property of which each alternative has other values, all of them listed.
fn tag(alternatives: &[(String, &Value)]) -> Option<String> {
    let (_, first) = alternatives.first().filter(|_| alternatives.len() > 1)?;
    let names = first.get("properties")?.as_object()?.keys();
    let tells_apart = |name: &&String| {
        let values: Option<Vec<Vec<String>>> = alternatives
            .iter()
            .map(|(_, one)| {
                let is_required = one.get("required")?.as_array()?.iter().any(|required| required == *name);
                listed(one, name).filter(|_| is_required)
            })
            .collect();
        let mut met = std::collections::BTreeSet::new();
        values.is_some_and(|values| values.into_iter().flatten().all(|value| met.insert(value)))
    };
    names.into_iter().find(tells_apart).cloned()
}

/// The texts that a property of a schema may be, where it lists them.
fn listed(schema: &Value, property: &str) -> Option<Vec<String>> {
    let values = schema.get("properties")?.get(property)?.get("enum")?.as_array()?;
    values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}
