//! What is compared: the same thing in the old document and in the new one.

use serde_json::Value;

use super::node::Node;
use super::same::are_equal;

/// A thing in the old document, and in the new one.
#[derive(Clone, Debug)]
pub(super) struct Pair<T> {
    pub(super) old: T,
    pub(super) new: T,
    /// Whether both are surely written in the same way: so is all that is in them at the same place, up to
    /// the first `$ref`.
    pub(super) same: bool,
}

/// Two values.
pub(super) type Nodes<'a> = Pair<Node<'a>>;

impl<T> Pair<T> {
    pub(super) fn new(old: T, new: T) -> Self {
        Self { old, new, same: false }
    }
}

impl<'a> Nodes<'a> {
    /// What is in one document only.
    pub(super) fn only(node: &Node<'a>) -> Self {
        Self::new(node.clone(), node.clone())
    }

    /// What stands below a key.
    pub(super) fn get(&self, key: &str) -> Self {
        Self { old: self.old.get(key), new: self.new.get(key), same: self.same }
    }

    /// Whether either has a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.old.has(key) || self.new.has(key)
    }

    /// Whether there is nothing in the old document, and in the new one.
    pub(super) fn absent(&self) -> (bool, bool) {
        (self.old.value.is_null(), self.new.value.is_null())
    }

    /// Whether a flag is set in the old document, and in the new one.
    pub(super) fn are_true(&self, key: &str) -> (bool, bool) {
        (self.old.is_true(key), self.new.is_true(key))
    }

    pub(super) fn values(&self) -> (&'a Value, &'a Value) {
        (self.old.value, self.new.value)
    }

    /// Whether both are equal as JSON, whatever they refer to.
    pub(super) fn are_equal(&self) -> bool {
        self.same || are_equal(self.old.value, self.new.value)
    }

    /// Whether both are as they should be.
    pub(super) fn both(&self, fits: impl Fn(&Node<'a>) -> bool) -> bool {
        fits(&self.old) && fits(&self.new)
    }

    /// Whether both are objects.
    pub(super) fn are_objects(&self) -> bool {
        self.old.value.is_object() && self.new.value.is_object()
    }

    /// The same pair, which is known to be equal or not.
    pub(super) fn known_as(self, same: bool) -> Self {
        Self { same, ..self }
    }

    /// What the `$ref`s of both lead to.
    pub(super) fn resolved(&self) -> Self {
        // What a reference leads to is written elsewhere.
        let same = self.same && !self.old.has("$ref");
        Self { old: self.old.clone().resolved(), new: self.new.clone().resolved(), same }
    }

    /// The keys of both, those of the old one first.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a String> + use<'_, 'a> {
        let keys = |node: &Node<'a>| node.value.as_object().into_iter().flat_map(|map| map.keys());
        keys(&self.old).chain(keys(&self.new).filter(|key| !self.old.has(key)))
    }
}
