//! The names of operations and types.

use std::collections::BTreeMap;

use crate::upstream::shape::ShapeId;

/// The names of types, and for each one of its places.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(super) by_type: BTreeMap<ShapeId, String>,
    /// Names and places, in the order in which they were given, of what is described inline.
    pub(super) given: Vec<(String, Vec<String>)>,
    /// The names of operations, and the method and path of each.
    pub(super) operations: BTreeMap<String, String>,
}

impl Names {
    /// What a type is called.
    pub fn get(&self, id: ShapeId) -> Option<&str> {
        self.by_type.get(&id).map(String::as_str)
    }

    /// Names and places of what is described inline.
    pub fn given(&self) -> &[(String, Vec<String>)] {
        &self.given
    }
}
