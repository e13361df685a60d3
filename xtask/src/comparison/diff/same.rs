//! What surely means the same, by its text and by what its `$ref`s lead to; and likeness, by which
//! the members of a list are paired.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use serde_json::Value;

use super::bounds::Met;
use super::node::Node;
use super::numbers;
use super::rules;
use crate::upstream::spec;

/// The `$ref`s that lead to something else in the new document than in the old one, at any distance.
/// Each is looked at when it is first met.
pub(super) struct ChangedReferences<'a> {
    documents: [&'a Value; 2],
    /// Whether components of schemas differ, of which discriminators name some without a `$ref`.
    schemas_differ: bool,
    known: RefCell<HashMap<&'a str, bool>>,
}

impl<'a> ChangedReferences<'a> {
    pub(super) fn between(old: &'a Value, new: &'a Value) -> Self {
        let [from, to] = [old, new].map(|document| document.pointer("/components/schemas"));
        Self { documents: [old, new], schemas_differ: from != to, known: RefCell::default() }
    }

    /// Whether a value's references lead to the same in both documents.
    pub(super) fn none_in(&self, value: &'a Value) -> bool {
        match value {
            // Looking at each key is cheaper than looking one up in each of so many maps.
            Value::Object(map) => map.iter().all(|(key, value)| match value {
                Value::String(text) => key != "$ref" || !self.is_changed(text),
                value => !(self.schemas_differ && is_discriminator(key, value)) && self.none_in(value),
            }),
            Value::Array(items) => items.iter().all(|item| self.none_in(item)),
            _ => true,
        }
    }

    fn is_changed(&self, text: &'a str) -> bool {
        let known = self.known.borrow().get(text).copied();
        known.unwrap_or_else(|| {
            self.follow(text);
            self.known.borrow().get(text).copied().unwrap_or_default()
        })
    }

    /// Finds out of a reference, and of all that it leads to, whether they lead to the same.
    fn follow(&self, text: &'a str) {
        let mut known = self.known.borrow_mut();
        let mut users: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
        let (mut met, mut open, mut changed) = (Met::default(), vec![text], Vec::new());
        met.is_new(text);
        while let Some(text) = open.pop() {
            let [old, new] =
                self.documents.map(|document| spec::target(text).and_then(|pointer| document.pointer(&pointer)));
            if old != new {
                changed.push(text);
            }
            for end in [old, new].into_iter().flatten() {
                if self.schemas_differ && has_discriminator(end) {
                    changed.push(text);
                }
                references_in(end, &mut |inner| match known.get(inner) {
                    Some(true) => changed.push(text),
                    Some(false) => {}
                    None => {
                        users.entry(inner).or_default().push(text);
                        if met.is_new(inner) {
                            open.push(inner);
                        }
                    }
                });
            }
        }
        known.extend(met.all().map(|text| (text, false)));
        while let Some(text) = changed.pop() {
            if known.insert(text, true) == Some(false) {
                changed.extend(users.get(text).into_iter().flatten());
            }
        }
    }
}

/// Whether a key holds a discriminator, which names schemas without a `$ref`.
fn is_discriminator(key: &str, value: &Value) -> bool {
    key == "discriminator" && value.get("propertyName").is_some_and(Value::is_string)
}

fn has_discriminator(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| is_discriminator(key, value) || has_discriminator(value)),
        Value::Array(items) => items.iter().any(has_discriminator),
        _ => false,
    }
}

/// Whether two values are equal. Most that are have their keys in one order, and none looked up.
pub(super) fn are_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let in_order = || x.iter().zip(y).all(|((k, a), (l, b))| k == l && are_equal(a, b));
            x.len() == y.len() && (in_order() || !x.keys().eq(y.keys()) && a == b)
        }
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(a, b)| are_equal(a, b)),
        (a, b) => a == b,
    }
}

fn references_in<'v>(value: &'v Value, visit: &mut impl FnMut(&'v str)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value {
            Value::String(text) if key == "$ref" => visit(text),
            value => references_in(value, visit),
        }),
        Value::Array(items) => items.iter().for_each(|item| references_in(item, visit)),
        _ => {}
    }
}

/// How many `$ref`s in a row likeness looks behind. Beyond that, two are alike only if they are the same
/// reference, to what is the same in both documents.
const HOPS: u8 = 3;

/// Likeness of schemas, remembered by where they stand in memory.
pub(super) struct Likeness<'a> {
    known: HashMap<(usize, bool, u8), u64>,
    changed: Rc<ChangedReferences<'a>>,
}

impl<'a> Likeness<'a> {
    pub(super) fn new(changed: Rc<ChangedReferences<'a>>) -> Self {
        Self { known: HashMap::new(), changed }
    }

    /// A number that schemas share which say the same, in whatever order; with or without annotations.
    pub(super) fn of(&mut self, node: &Node<'a>, prose: bool) -> u64 {
        self.hash(node.clone(), false, prose, HOPS)
    }

    fn hash(&mut self, node: Node<'a>, names: bool, prose: bool, hops: u8) -> u64 {
        let reference = !names && node.has("$ref");
        if let Some(text) = node.text("$ref").filter(|_| reference && hops == 0) {
            let differs = self.changed.is_changed(text).then(|| std::ptr::from_ref(node.root).addr());
            return hash_of(&(text, differs));
        }
        let (node, hops) = if reference { (node.resolved(), hops - 1) } else { (node, hops) };
        let key = (std::ptr::from_ref(node.value).addr(), prose, hops);
        if let Some(hash) = self.known.get(&key) {
            return *hash;
        }
        let mut hasher = DefaultHasher::new();
        match node.value {
            Value::Object(map) => {
                let mut members: Vec<(&String, u64)> = Vec::new();
                for (name, value) in map {
                    if !names && (says_nothing(name, value) || !prose && rules::is_annotation(name)) {
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
        self.known.insert(key, hash);
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
        // No value at all is a schema's `false`.
        Value::Bool(false) => !matches!(
            key,
            "additionalProperties"
                | "const"
                | "contains"
                | "contentSchema"
                | "default"
                | "else"
                | "if"
                | "items"
                | "not"
                | "propertyNames"
                | "then"
                | "unevaluatedItems"
                | "unevaluatedProperties"
        ),
        Value::Bool(true) => matches!(key, "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems"),
        Value::Array(items) => items.is_empty() && key != "enum" && key != "default",
        Value::Object(map) => {
            map.is_empty()
                && matches!(
                    key,
                    "additionalProperties"
                        | "dependentRequired"
                        | "dependentSchemas"
                        | "items"
                        | "patternProperties"
                        | "properties"
                        | "propertyNames"
                        | "unevaluatedItems"
                        | "unevaluatedProperties"
                )
        }
        Value::String(text) => key == "pattern" && text.is_empty(),
        Value::Number(_) => matches!(key, "minLength" | "minItems" | "minProperties") && numbers::is_zero(value),
    }
}
