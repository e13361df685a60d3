//! What surely means the same, by its text and by what its `$ref`s lead to; and likeness, by which
//! the members of a list are paired.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::node::Node;
use super::numbers;
use super::rules;
use crate::spec;

/// The `$ref`s that lead to something else in the new document than in the old one, at any distance.
pub(super) struct ChangedReferences(HashSet<String>);

impl ChangedReferences {
    pub(super) fn between(old: &Value, new: &Value) -> Self {
        let mut texts = BTreeSet::new();
        for document in [old, new] {
            references_in(document, &mut |text| {
                texts.insert(text);
            });
        }
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut open = Vec::new();
        for text in &texts {
            let ends = [old, new].map(|document| spec::target(text).and_then(|pointer| document.pointer(&pointer)));
            if ends[0] != ends[1] {
                open.push(*text);
            }
            for end in ends.into_iter().flatten() {
                references_in(end, &mut |inner| users.entry(inner).or_default().push(text));
            }
        }
        let mut changed = HashSet::new();
        while let Some(text) = open.pop() {
            if changed.insert(text.to_owned()) {
                open.extend(users.get(text).into_iter().flatten());
            }
        }
        Self(changed)
    }

    /// Whether a value means the same in both documents.
    pub(super) fn none_in(&self, value: &Value) -> bool {
        if self.0.is_empty() {
            return true;
        }
        match value {
            Value::Object(map) => {
                let reference = map.get("$ref").and_then(Value::as_str);
                reference.is_none_or(|text| !self.0.contains(text)) && map.values().all(|value| self.none_in(value))
            }
            Value::Array(items) => items.iter().all(|item| self.none_in(item)),
            _ => true,
        }
    }
}

fn references_in<'v>(value: &'v Value, visit: &mut impl FnMut(&'v str)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(text)) = map.get("$ref") {
                visit(text);
            }
            map.values().for_each(|value| references_in(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| references_in(item, visit)),
        _ => {}
    }
}

/// How many `$ref`s in a row likeness looks behind. It only says what belongs together; what is then
/// compared, is compared to its end.
const HOPS: u8 = 3;

/// Likeness of schemas, remembered by where they stand in memory.
#[derive(Default)]
pub(super) struct Likeness(HashMap<(usize, bool, u8), u64>);

impl Likeness {
    /// A number that schemas share which say the same, in whatever order; with or without prose.
    pub(super) fn of(&mut self, node: &Node<'_>, prose: bool) -> u64 {
        self.hash(node.clone(), false, prose, HOPS)
    }

    fn hash(&mut self, node: Node<'_>, names: bool, prose: bool, hops: u8) -> u64 {
        let reference = !names && node.has("$ref");
        if reference && hops == 0 {
            return 0;
        }
        let (node, hops) = if reference { (node.resolved(), hops - 1) } else { (node, hops) };
        let key = (std::ptr::from_ref(node.value).addr(), prose, hops);
        if let Some(hash) = self.0.get(&key) {
            return *hash;
        }
        let mut hasher = DefaultHasher::new();
        match node.value {
            Value::Object(map) => {
                let mut members: Vec<(&String, u64)> = Vec::new();
                for (name, value) in map {
                    if !names && (says_nothing(name, value) || !prose && rules::is_prose(name)) {
                        continue;
                    }
                    let data = !names && matches!(name.as_str(), "enum" | "default" | "required");
                    let inside = !names && name == "properties";
                    let hash = match data {
                        true => hash_of(&unordered(value)),
                        false => self.hash(node.below(name, value), inside, prose, hops),
                    };
                    members.push((name, hash));
                }
                members.sort();
                members.hash(&mut hasher);
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(i, item)| node.below(&i.to_string(), item));
                let mut hashes: Vec<u64> = items.map(|item| self.hash(item, false, prose, hops)).collect();
                hashes.sort_unstable();
                hashes.hash(&mut hasher);
            }
            value => numbers::canonical(value).hash(&mut hasher),
        }
        let hash = hasher.finish();
        self.0.insert(key, hash);
        hash
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn unordered(value: &Value) -> Vec<String> {
    let mut items: Vec<String> = match value {
        Value::Array(items) => items.iter().map(numbers::canonical).collect(),
        value => vec![numbers::canonical(value)],
    };
    items.sort();
    items
}

/// Whether a keyword says as much as its absence.
pub(super) fn says_nothing(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(false) => key != "additionalProperties" && key != "default",
        Value::Bool(true) => key == "additionalProperties",
        Value::Array(items) => items.is_empty() && key != "enum" && key != "default",
        Value::Object(map) => map.is_empty() && matches!(key, "additionalProperties" | "properties" | "items"),
        Value::String(text) => key == "pattern" && text.is_empty(),
        Value::Number(_) => matches!(key, "minLength" | "minItems" | "minProperties") && numbers::is_zero(value),
    }
}
