//! Two schemas by what they mean.

use super::pair::{Nodes, Pair};
use super::role::Role;
use super::view::View;

/// Two schemas by what they mean.
pub(super) type Views<'a> = Pair<View<'a>>;

impl<'a> Views<'a> {
    /// The schemas that are spoken of.
    pub(super) fn here(&self) -> Nodes<'a> {
        Nodes::new(self.old.here().clone(), self.new.here().clone())
    }

    /// Whether either says something under a key.
    pub(super) fn have(&self, key: &str) -> bool {
        self.old.has(key) || self.new.has(key)
    }

    /// Whether either says something under a key in several places.
    pub(super) fn are_several(&self, key: &str) -> bool {
        self.old.all(key).len() > 1 || self.new.all(key).len() > 1
    }

    /// What both say under a key.
    pub(super) fn get(&self, key: &str) -> Nodes<'a> {
        Nodes::new(self.old.get(key), self.new.get(key))
    }

    /// Whether a flag is set in the old schema, and in the new one.
    pub(super) fn are_true(&self, key: &str) -> (bool, bool) {
        (self.old.is_true(key), self.new.is_true(key))
    }

    /// The role of a property with these schemas, by what they say of it.
    pub(super) fn role_in(&self, of: Role) -> Role {
        let not_sent = match of.is_response() {
            true => self.old.is_true("writeOnly") || self.new.is_true("writeOnly"),
            false => self.new.is_true("readOnly"),
        };
        Role { not_sent: of.not_sent || not_sent, ..of.inside() }
    }
}
