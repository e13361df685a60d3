//! Several documents as one.
//!
//! The vendor publishes a document for each operation, and each repeats what they share: info, tags,
//! security, components. The rule is: the first document that says something is followed, in the
//! order of `source.toml`. Where a later one says otherwise, that is reported.

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use super::modern;
use crate::upstream::document::Document;
use crate::upstream::spec::{METHODS, Spec, pointer_token};

/// Several documents as one.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The one document.
    pub spec: Spec,
    /// What the documents disagree on, to be reported.
    pub disagreements: Vec<String>,
}

/// Merges documents.
///
/// # Errors
/// Where there is no document, or two have the same operation.
pub fn merge(documents: &[Document]) -> anyhow::Result<Merged> {
    let [first, rest @ ..] = documents else { bail!("source.toml names no document") };
    let is_readable = |document: &Document| {
        document.spec.require_3_0_but_for(&modern::KEYWORDS).with_context(|| document.file.clone())
    };
    documents.iter().try_for_each(is_readable)?;
    let mut merged = first.spec.clone();
    modern::read(&mut merged.value);
    merged.drop_foreign_tags();
    let mut disagreements = Vec::new();
    for Document { file: name, spec, .. } in rest {
        let mut document = spec.clone();
        modern::read(&mut document.value);
        document.drop_foreign_tags();
        let (Value::Object(into), Value::Object(from)) = (&mut merged.value, &document.value) else {
            bail!("{name} is not an object");
        };
        let mut reported = Vec::new();
        for (key, value) in from {
            match key.as_str() {
                "openapi" => {}
                "paths" => paths(into, value, name, &mut reported)?,
                "tags" => tags(into, value, &mut reported),
                "components" => components(into, value, &mut reported),
                _ => keep_first(into, key, value, &format!("/{key}"), &mut reported),
            }
        }
        disagreements
            .extend(reported.into_iter().map(|at| format!("{name} disagrees at {at}: the first document is followed")));
    }
    Ok(Merged { spec: merged, disagreements })
}

fn keep_first(into: &mut Map<String, Value>, key: &str, value: &Value, at: &str, reported: &mut Vec<String>) {
    match into.get(key) {
        None => drop(into.insert(key.to_owned(), value.clone())),
        Some(kept) if kept != value => reported.push(at.to_owned()),
        Some(_) => {}
    }
}

/// Below a key of `into`, where the later document has something that the first has nothing of.
fn inner<'a>(into: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    into.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

fn paths(into: &mut Map<String, Value>, from: &Value, name: &str, reported: &mut Vec<String>) -> anyhow::Result<()> {
    let Some(into) = inner(into, "paths") else { return Ok(()) };
    for (path, item) in from.as_object().into_iter().flatten() {
        let (Some(into), Some(item)) = (inner(into, path), item.as_object()) else { continue };
        for (key, value) in item {
            if METHODS.contains(&key.as_str()) && into.contains_key(key) {
                bail!("{name} has {} {path}, which another document has, too", key.to_uppercase());
            }
            let at = format!("/paths/{}/{}", pointer_token(path), pointer_token(key));
            keep_first(into, key, value, &at, reported);
        }
    }
    Ok(())
}

fn tags(into: &mut Map<String, Value>, from: &Value, reported: &mut Vec<String>) {
    let into = into.entry("tags").or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(into) = into else { return };
    for tag in from.as_array().into_iter().flatten() {
        let same_name = |other: &&Value| other.get("name") == tag.get("name");
        match into.iter().find(same_name) {
            None => into.push(tag.clone()),
            Some(kept) if kept != tag => reported.push(format!("/tags ({})", tag["name"])),
            Some(_) => {}
        }
    }
}

fn components(into: &mut Map<String, Value>, from: &Value, reported: &mut Vec<String>) {
    let Some(into) = inner(into, "components") else { return };
    for (kind, items) in from.as_object().into_iter().flatten() {
        let Some(into) = inner(into, kind) else { continue };
        for (name, value) in items.as_object().into_iter().flatten() {
            let at = format!("/components/{kind}/{}", pointer_token(name));
            keep_first(into, name, value, &at, reported);
        }
    }
}
