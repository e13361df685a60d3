//! What is compared once for the whole run, wherever it is met.

use serde_json::Value;

use super::context::Context;
use super::node::Node;
use super::pair::Nodes;
use super::role::{Role, RoleKey};

/// A comparison that is still to be made.
pub(super) enum Task<'a> {
    /// Schemas that hold together, in one role.
    Schema(Role, Vec<Node<'a>>, Vec<Node<'a>>),
    /// A path item of a callback.
    Callback(Context, Nodes<'a>),
}

impl<'a> Task<'a> {
    /// What it compares first.
    pub(super) fn pair(&self) -> Nodes<'a> {
        match self {
            Self::Schema(_, old, new) => Nodes::new(old[0].clone(), new[0].clone()),
            Self::Callback(_, pair) => pair.clone(),
        }
    }
}

/// What tells tasks apart: the values that they compare, and the role of schemas, or whether clients are called.
pub(super) type TaskKey = (Identity, Identity, Result<RoleKey, bool>);

/// What tells values apart: where they are in memory, or, of nothing at all, where it would stand.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Identity {
    One(*const Value),
    Several(Vec<(*const Value, String)>),
}

impl Identity {
    pub(super) fn of(nodes: &[Node<'_>]) -> Self {
        match nodes {
            [node] if !node.value.is_null() => Self::One(node.value),
            nodes => {
                Self::Several(nodes.iter().map(|node| (std::ptr::from_ref(node.value), node.at.clone())).collect())
            }
        }
    }
}
