//! The table of features, `openapi/features.toml`: behind which feature of the crate each operation is.
//!
//! before: `paths/…/get: { operationId: list_branches, tags: [Database branches] }`
//! after:  `paths/…/get: { operationId: list_branches, tags: [Database branches], x-feature: branches }`
//!
//! An operation that is in the table keeps its feature, whatever becomes of its tag. A new one gets that of the other
//! operations with its tag; and where it is the first, one that is named after the tag.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::generate::document::FEATURE;
use crate::upstream::operations::{self, Operation};
use crate::upstream::spec::METHODS;
use crate::workspace::sources;

/// The operations that every crate has: no feature is needed for them.
const ALWAYS: &str = "backups";

/// Which operations are behind which feature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    text: String,
    /// Features and their operations, in the order in which they are written.
    entries: Vec<(String, Vec<String>)>,
}

impl Features {
    /// Reads the table.
    ///
    /// # Errors
    /// Where it is not TOML, a name does not fit a feature, or an operation is behind two.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
        let mut entries: Vec<(String, Vec<String>)> = Vec::new();
        for (name, item) in document.iter() {
            if named_after(name) != name || RESERVED.contains(&name) {
                bail!("`{name}` is not a name for a feature of an operation: write it as `deploy-requests`");
            }
            let operations = item.as_array().map(|list| list.iter().map(|id| id.as_str().map(str::to_owned)));
            let operations: Option<Vec<String>> = operations.and_then(Iterator::collect);
            let operations = operations.with_context(|| format!("`{name}` has no list of operations"))?;
            for id in &operations {
                if let Some((other, _)) = entries.iter().find(|(_, ids)| ids.contains(id)) {
                    bail!("{id} is behind `{other}` and behind `{name}`");
                }
            }
            entries.push((name.to_owned(), operations));
        }
        Ok(Self { text: text.to_owned(), entries })
    }

    /// The text, as it is stored.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The feature of an operation; none, where it is always there, or not in the table.
    pub fn of(&self, id: &str) -> Option<&str> {
        self.entry_of(id).filter(|name| *name != ALWAYS)
    }

    fn entry_of(&self, id: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|(_, ids)| ids.iter().any(|held| is_same(held, id)))?;
        Some(&entry.0)
    }

    /// The table with the operations of a document that it has not, and without those that the document has not.
    pub fn followed_by(&self, document: &Value) -> Self {
        let operations = operations::of(document);
        let mut entries: Vec<(String, Vec<String>)> = self.entries.clone();
        let is_there = |id: &String| operations.iter().any(|operation| is_same(operation.id, id));
        entries.iter_mut().for_each(|(_, ids)| ids.retain(is_there));
        for new in operations.iter().filter(|operation| self.entry_of(operation.id).is_none()) {
            let name = self.feature_for(new, &operations);
            match entries.iter_mut().find(|(known, _)| *known == name) {
                Some((_, ids)) => ids.push(new.id.to_owned()),
                None => entries.push((name, vec![new.id.to_owned()])),
            }
        }
        entries.retain(|(_, ids)| !ids.is_empty());
        if entries == self.entries {
            return self.clone();
        }
        // The comment at the head stays.
        let is_head = |line: &&str| line.starts_with('#') || line.trim().is_empty();
        let head: String = self.text.split_inclusive('\n').take_while(is_head).collect();
        let mut list = toml_edit::DocumentMut::new();
        for (name, operations) in &entries {
            list[name] = toml_edit::value(sources::list(operations));
        }
        Self { text: format!("{head}{list}"), entries }
    }

    fn feature_for(&self, new: &Operation<'_>, all: &[Operation<'_>]) -> String {
        let has_its_tag = |other: &&Operation<'_>| other.tags.first() == new.tags.first();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for other in all.iter().filter(has_its_tag).filter_map(|other| self.entry_of(other.id)) {
            *counts.entry(other).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.to_owned());
        most.unwrap_or_else(|| new.tags.first().map_or_else(|| ALWAYS.to_owned(), |tag| named_after(tag)))
    }

    /// Marks the operations of a document.
    pub fn mark(&self, document: &mut Value) {
        let items = document.get_mut("paths").and_then(Value::as_object_mut);
        for item in items.into_iter().flat_map(|items| items.values_mut()) {
            for method in METHODS {
                let Some(Value::Object(operation)) = item.get_mut(method) else { continue };
                let feature = operation.get("operationId").and_then(Value::as_str).and_then(|id| self.of(id));
                if let Some(feature) = feature.map(Value::from) {
                    operation.insert(FEATURE.to_owned(), feature);
                }
            }
        }
    }
}

/// Whether two ids are of one function: the vendor may write them in another case.
fn is_same(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|id| id.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase()));
    one.eq(other)
}

/// Names of features that say something else.
const RESERVED: [&str; 9] =
    ["codegen", "default", "full", "mock", "native-tls", "record", "rustls", "schemars", "stand-in"];

/// A feature's name by its tag: `Database branches` → `branches`, `api-query_insights` → `query-insights`,
/// `BackupPolicies` → `backup-policies`.
fn named_after(tag: &str) -> String {
    let tag = tag.trim();
    let tag = tag.strip_prefix("Database ").or(tag.strip_prefix("api-")).unwrap_or(tag);
    let mut name = String::new();
    let mut before_upper = false;
    for c in tag.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && before_upper {
                name.push('-');
            }
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        before_upper = c.is_ascii_lowercase();
    }
    let name = name.trim_end_matches('-').to_owned();
    match name.as_str() {
        "" => ALWAYS.to_owned(),
        reserved if RESERVED.contains(&reserved) => format!("{name}-operations"),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("v{name}"),
        _ => name,
    }
}
