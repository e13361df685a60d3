//! What is secret: a text of the format `password` is a `Secret`, on both sides.
//!
//! before: `token: {type: string, format: password}`, which becomes `String`
//! after:  `pub token: crate::Secret`, and `"token"` among `SECRETS`, which is not shown of an answer that is an error

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Error;
use super::document::{composed_of, operations, reached_from, resolved, schemas};

/// The format of a text that is secret. <https://spec.openapis.org/oas/v3.0.3#data-types>
const FORMAT: &str = "password";

/// Has progenitor make the crate's own type of each secret.
///
/// # Errors
/// Where progenitor does not know such a schema.
pub(crate) fn convert(settings: &mut progenitor::GenerationSettings) -> Result<(), Error> {
    let schema = serde_json::from_value(json!({ "type": "string", "format": FORMAT }));
    let schema = schema.map_err(|e| Error::Shape(format!("the schema of a secret: {e}")))?;
    settings.with_conversion(schema, "crate::Secret", std::iter::empty());
    Ok(())
}

/// The names of the properties of answers that are secret.
pub(crate) fn names(document: &Value) -> BTreeSet<String> {
    let answers: Vec<&Value> =
        operations(document).filter_map(|(_, _, operation)| operation.get("responses")).collect();
    let mut holders = answers.clone();
    holders.extend(reached_from(document, answers).iter().filter_map(|pointer| document.pointer(pointer)));
    let objects = holders.into_iter().flat_map(|holder| schemas(holder));
    let properties = objects.filter_map(|(_, schema)| schema.get("properties")?.as_object()).flatten();
    properties.filter(|(_, schema)| is_secret(schema, document)).map(|(name, _)| name.clone()).collect()
}

/// Whether a schema is a secret, or a list or a map of some.
fn is_secret(schema: &Value, root: &Value) -> bool {
    composed_of(schema, root).into_iter().any(|schema| {
        let held = ["items", "additionalProperties"].iter().find_map(|key| schema.get(*key));
        let held = held.map(|held| resolved(held, root));
        [Some(schema), held].into_iter().flatten().any(|schema| schema.get("format").is_some_and(|it| it == FORMAT))
    })
}

/// The list of their names, for the runtime.
pub(crate) fn list(names: BTreeSet<String>) -> syn::Item {
    let names = names.into_iter();
    syn::parse_quote! {
        /// The fields of answers that are secret.
        pub(crate) const SECRETS: &[&str] = &[#(#names),*];
    }
}
