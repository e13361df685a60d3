//! Callbacks: requests that the server makes. Whatever differs in them is of unknown effect, as who
//! sends what is the other way round, and clients of ours serve none.

use std::collections::BTreeSet;

use super::Direction;
use super::node::Node;
use super::places::Task;
use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn callbacks(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        self.containers(Direction::None, (old, new), &["callbacks"], &[]);
        // References are followed below.
        self.same_text = false;
        self.by_name((old, new), |walk, nodes| {
            let (a, b) = (nodes.0.clone().resolved(), nodes.1.clone().resolved());
            walk.by_name((&a, &b), |walk, (a, b)| {
                let (a, b) = (a.clone().resolved(), b.clone().resolved());
                if !walk.surely_same(a.value, b.value) {
                    walk.later_unknown(Task::Callback(a, b));
                }
            });
        });
    }

    /// Pairs members by their names; what came, went or is no object is of unknown effect.
    fn by_name(&mut self, (old, new): (&Node<'a>, &Node<'a>), compare: impl Fn(&mut Self, (&Node<'a>, &Node<'a>))) {
        if !(old.value.is_object() && new.value.is_object()) {
            if old.value != new.value {
                self.unclassified(Direction::None, (old, new));
            }
            return;
        }
        let maps = [old, new].into_iter().filter_map(|node| node.value.as_object());
        for name in maps.flat_map(|map| map.keys()).collect::<BTreeSet<_>>() {
            let nodes = (&old.get(name), &new.get(name));
            if nodes.0.value.is_object() && nodes.1.value.is_object() {
                compare(self, nodes);
            } else if nodes.0.value != nodes.1.value {
                self.unclassified(Direction::None, nodes);
            }
        }
    }

    /// A path item of a callback, compared as any other.
    pub(super) fn callback_item(&mut self, old: &Node<'a>, new: &Node<'a>) {
        self.methods((&old.at, &new.at), (old, new), false);
    }
}
