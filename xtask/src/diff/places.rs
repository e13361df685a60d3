//! Where the walk is and was.

use serde_json::Value;

use super::node::Node;
use super::spot::Spot;

/// What is compared once for the whole run, wherever it is met.
pub(super) enum Task<'a> {
    /// Schemas that hold together, in one role.
    Schema(Spot, Vec<Node<'a>>, Vec<Node<'a>>),
    /// A path item of a callback.
    Callback(Node<'a>, Node<'a>),
}

/// The places that a task compares, their role, and whether what differs is of unknown effect.
pub(super) type Key = (Places, Places, Option<Spot>, bool);

/// What tells values apart: where they are in memory, or, of nothing at all, where it would stand.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Places {
    One(*const Value),
    Several(Vec<(*const Value, String)>),
}

impl Places {
    pub(super) fn of(nodes: &[Node<'_>]) -> Self {
        match nodes {
            [node] if !node.value.is_null() => Self::One(node.value),
            nodes => {
                Self::Several(nodes.iter().map(|node| (std::ptr::from_ref(node.value), node.at.clone())).collect())
            }
        }
    }
}
