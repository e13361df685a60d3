//! Callbacks and webhooks: requests that the server makes, which clients answer. What a request says, the server
//! sends; what an answer says, clients do.

use std::collections::BTreeSet;

use super::argument::Argument;
use super::context::Context;
use super::node::Node;
use super::pair::Nodes;
use super::rules::Rule;
use super::rules::table::{CALLBACK_ADDED, CALLBACK_REMOVED, WEBHOOK_ADDED, WEBHOOK_REMOVED};
use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn callbacks(&mut self, context: Context, pair: &Nodes<'a>) {
        if self.surely_same(pair) {
            return;
        }
        self.containers(context, pair, &["callbacks"], &[]);
        let rules = [&CALLBACK_ADDED, &CALLBACK_REMOVED];
        self.by_name(context, pair, rules, |walk, callback| {
            walk.by_name(context, &callback.resolved(), rules, |walk, item| {
                let item = item.resolved();
                if !walk.surely_same(&item) {
                    walk.callback_later(context.turned(), item);
                }
            });
        });
    }

    /// Requests that the server makes to whoever subscribed.
    pub(super) fn webhooks(&mut self, context: Context, pair: &Nodes<'a>) {
        self.by_name(context, pair, [&WEBHOOK_ADDED, &WEBHOOK_REMOVED], |walk, item| {
            let item = item.resolved();
            if !walk.surely_same(&item) {
                walk.callback_later(context.turned(), item);
            }
        });
    }

    /// Pairs members by their names; what is not an object is of unknown effect.
    fn by_name(
        &mut self,
        context: Context,
        pair: &Nodes<'a>,
        [came, went]: [&'static Rule; 2],
        compare: impl Fn(&mut Self, Nodes<'a>),
    ) {
        let is_map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
        if !pair.both(is_map) {
            if !pair.are_equal() {
                self.unclassified(context, pair);
            }
            return;
        }
        self.extensions(context, pair);
        for name in pair.keys().filter(|name| !name.starts_with("x-")).collect::<BTreeSet<_>>() {
            let member = pair.get(name);
            let found = |rule: &'static Rule| rule.with("callback", Argument::name(name));
            match (member.absent(), member.are_objects()) {
                (_, true) => compare(self, member),
                ((true, false), _) if member.new.value.is_object() => self.report(context, &member, found(came)),
                ((false, true), _) if member.old.value.is_object() => self.report(context, &member, found(went)),
                _ if member.are_equal() => {}
                _ => self.unclassified(context, &member),
            }
        }
    }

    /// A path item of a callback, compared as any other.
    pub(super) fn callback_item(&mut self, context: Context, pair: &Nodes<'a>) {
        self.methods(context, (&pair.old.at, &pair.new.at), pair, None);
    }
}
