//! A place in a document.

use serde_json::Value;

use super::bounds::Met;
use crate::upstream::spec::{self, pointer_token};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) root: &'a Value,
    pub(super) value: &'a Value,
    pub(super) at: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(root: &'a Value) -> Self {
        Self { root, value: root, at: String::new() }
    }

    /// What stands below a key, `null` where nothing does.
    pub(super) fn get(&self, key: &str) -> Self {
        let value = self.value.get(key).unwrap_or(&Value::Null);
        self.below(key, value)
    }

    /// A child that is at hand already.
    pub(super) fn below(&self, key: &str, value: &'a Value) -> Self {
        let mut at = String::with_capacity(self.at.len() + 1 + key.len());
        at.push_str(&self.at);
        at.push('/');
        match key.contains(['~', '/']) {
            true => at.push_str(&pointer_token(key)),
            false => at.push_str(key),
        }
        Self { root: self.root, value, at }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// Whether a schema allows no properties but those that it describes itself.
    pub(super) fn is_closed(&self) -> bool {
        self.value.get("additionalProperties") == Some(&Value::Bool(false))
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }

    /// The members of an object below a key.
    pub(super) fn members(&self, key: &str) -> impl Iterator<Item = (&'a String, Self)> + use<'a> {
        let parent = self.get(key);
        let map = parent.value.as_object();
        map.into_iter().flatten().map(move |(name, value)| (name, parent.below(name, value)))
    }

    /// The items of an array below a key.
    pub(super) fn items(&self, key: &str) -> Vec<Self> {
        self.get(key).list()
    }

    /// The items of an array.
    pub(super) fn list(&self) -> Vec<Self> {
        let items = self.value.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().enumerate().map(|(i, item)| self.below(&i.to_string(), item)).collect()
    }

    /// What a `$ref` leads to; itself, where there is none, or it leads nowhere or round in a circle.
    pub(super) fn resolved(self) -> Self {
        let mut here = self;
        // Where each of several references in a row leads from.
        let mut seen = Met::default();
        while let Some(pointer) = here.text("$ref").and_then(spec::target) {
            let from = std::ptr::from_ref(here.value);
            let Some(value) = here.root.pointer(&pointer).filter(|_| seen.is_new(from)) else { break };
            here = Self { root: here.root, value, at: pointer.into_owned() };
        }
        here
    }
}
