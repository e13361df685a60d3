//! Callbacks: requests that the server makes. Whatever differs in them is of unknown effect, as who
//! sends what is the other way round, and clients of ours serve none.

use std::collections::BTreeSet;

use super::context::Context;
use super::pair::Nodes;
use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn callbacks(&mut self, context: Context, pair: &Nodes<'a>) {
        if self.surely_same(pair) {
            return;
        }
        self.containers(context, pair, &["callbacks"], &[]);
        self.by_name(context, pair, |walk, callback| {
            walk.by_name(context, &callback.resolved(), |walk, item| {
                let item = item.resolved();
                if !walk.surely_same(&item) {
                    walk.callback_later(context.unknown(), item);
                }
            });
        });
    }

    /// Requests that the server makes to whoever subscribed: compared as callbacks are.
    pub(super) fn webhooks(&mut self, context: Context, pair: &Nodes<'a>) {
        let none = |node: &super::node::Node<'a>| node.value.as_object().is_some_and(|map| map.is_empty());
        match pair.absent() {
            (true, true) => {}
            (true, false) if none(&pair.new) => {}
            (false, true) if none(&pair.old) => {}
            _ => self.by_name(context, pair, |walk, item| {
                let item = item.resolved();
                if !walk.surely_same(&item) {
                    walk.callback_later(context.unknown(), item);
                }
            }),
        }
    }

    /// Pairs members by their names; what came, went or is not an object is of unknown effect.
    fn by_name(&mut self, context: Context, pair: &Nodes<'a>, compare: impl Fn(&mut Self, Nodes<'a>)) {
        if !pair.are_objects() {
            if !pair.are_equal() {
                self.unclassified(context, pair);
            }
            return;
        }
        for name in pair.keys().collect::<BTreeSet<_>>() {
            let member = pair.get(name);
            if member.are_objects() {
                compare(self, member);
            } else if !member.are_equal() {
                self.unclassified(context, &member);
            }
        }
    }

    /// A path item of a callback, compared as any other.
    pub(super) fn callback_item(&mut self, context: Context, pair: &Nodes<'a>) {
        self.methods(context, (&pair.old.at, &pair.new.at), pair, None);
    }
}
