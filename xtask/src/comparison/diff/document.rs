//! The document as a whole: info, tags, security, and the components.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::argument::Argument;
use super::context::Context;
use super::findings::Found;
use super::inherited::from_document;
use super::node::Node;
use super::pair::Nodes;
use super::rules::Downgrade;
use super::rules::table::{
    FIRST_SERVER_MOVED, INFO_CHANGED, INFO_VERSION_CHANGED, OPENAPI_VERSION_CHANGED, SERVER_DESCRIPTION_CHANGED,
    SERVERS_CHANGED, TAG_ADDED, TAG_REMOVED, UNUSED_COMPONENT_CHANGED,
};
use super::servers;
use super::walk::Walk;
use crate::upstream::spec::{self, READ_AS};

/// The kinds of components that are compared where they are used.
const COMPONENTS: [&str; 9] =
    ["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "links", "callbacks", "pathItems"];

impl<'a> Walk<'a> {
    pub(super) fn document(&mut self, context: Context) {
        let pair = Nodes::new(Node::root(self.old), Node::root(self.new));
        let known = ["openapi", "info", "tags", "paths", "webhooks", "components", "security", "servers"];
        self.other_keys(context, &pair, &known);
        let version = pair.get("openapi");
        // What is read as another version says the same, as far as it is read.
        let read = [version.old.value, version.new.value].iter().any(|version| *version == READ_AS);
        if !version.are_equal() && !read {
            let found = Found::from(&OPENAPI_VERSION_CHANGED).with_change(version.values());
            self.report(context, &version, found);
        }
        // What no operation inherits changes nothing.
        let of =
            |key: &str| if from_document(pair.old.value, pair.new.value, key) { context } else { context.harmless() };
        self.servers(of("servers"), &pair.get("servers"));
        self.info(context, &pair.get("info"));
        self.tags(context, &pair.get("tags"));
        self.containers(context, &pair, &[], &["security"]);
        self.security(of("security"), &pair.get("security"), "api-global-security");
        self.paths(context, &pair);
        self.webhooks(context, &pair.get("webhooks"));
        self.components(context, &pair.get("components"));
    }

    pub(super) fn info(&mut self, context: Context, pair: &Nodes<'a>) {
        self.other_keys(context, pair, &["version", "contact", "license", "termsOfService"]);
        for key in ["contact", "license", "termsOfService", "version"] {
            let inner = pair.get(key);
            if !inner.are_equal() {
                let found = match key {
                    // Generated clients send it as a header.
                    "version" => Found::from(&INFO_VERSION_CHANGED),
                    key => INFO_CHANGED.of(key.to_ascii_lowercase()),
                };
                self.report(context, &inner, found.with_change(inner.values()));
            }
        }
    }

    /// The document's list of tags is for readers. Its order is not a change.
    pub(super) fn tags(&mut self, context: Context, tags: &Nodes<'a>) {
        let name = |node: &Node<'a>| node.text("name").unwrap_or_default();
        self.keyed(context, tags, name, |walk, old, new, name| match (old, new) {
            (Some(old), Some(new)) => walk.other_keys(context, &Nodes::new(old.clone(), new.clone()), &["name"]),
            (Some(tag), None) => {
                walk.report(context, &Nodes::only(tag), TAG_REMOVED.with("tag", Argument::name(name)));
            }
            (None, Some(tag)) => walk.report(context, &Nodes::only(tag), TAG_ADDED.with("tag", Argument::name(name))),
            (None, None) => {}
        });
    }

    /// Where requests go. What is said of a server for readers is prose.
    pub(super) fn servers(&mut self, context: Context, pair: &Nodes<'a>) {
        self.servers_in_force(context, pair, (pair.old.value, pair.new.value));
    }

    /// Where requests go that have servers of their own, and others `around` them where they have none.
    pub(super) fn own_servers(&mut self, context: Context, pair: &Nodes<'a>, around: &Nodes<'a>) {
        if matches!(pair.absent(), (true, true)) {
            return;
        }
        let in_force = |own: &Node<'a>, around: &Node<'a>| if own.value.is_null() { around.value } else { own.value };
        self.servers_in_force(context, pair, (in_force(&pair.old, &around.old), in_force(&pair.new, &around.new)));
    }

    fn servers_in_force(&mut self, context: Context, pair: &Nodes<'a>, (old, new): (&'a Value, &'a Value)) {
        if pair.are_equal() && old == new {
            return;
        }
        let (from, to) = (servers::of(old), servers::of(new));
        let rule = match from == to {
            true if pair.old.value.is_null() || pair.new.value.is_null() => return,
            true => &SERVER_DESCRIPTION_CHANGED,
            false if servers::first_moves(&from, &to) => &FIRST_SERVER_MOVED,
            false => &SERVERS_CHANGED,
        };
        let downgrade = Some(Downgrade::NothingLost).filter(|_| from != to && servers::all_remain(&from, &to));
        self.report(context, pair, Found::from(rule).with_change(pair.values()).downgraded(downgrade));
    }

    /// Components that differ and that no operation uses.
    pub(super) fn unused_components(&mut self, context: Context) {
        let compared = self.compared();
        let met = |node: &Node<'a>| !node.value.is_null() && compared.contains(&std::ptr::from_ref(node.value));
        let mut unmet = std::mem::take(&mut self.changed_components);
        unmet.retain(|pair| !met(&pair.old) && !met(&pair.new));
        if unmet.is_empty() {
            return;
        }
        let used: BTreeSet<String> = [self.old, self.new].into_iter().flat_map(spec::reachable).collect();
        for pair in unmet.iter().filter(|pair| !used.contains(&pair.old.at)) {
            self.report(context, pair, Found::from(&UNUSED_COMPONENT_CHANGED).with_change(pair.values()));
        }
    }

    pub(super) fn components(&mut self, context: Context, pair: &Nodes<'a>) {
        let mut known = COMPONENTS.to_vec();
        known.push("securitySchemes");
        // That there are none is the same as that there is no place for them.
        static NONE: LazyLock<Value> = LazyLock::new(|| json!({}));
        let is_map_or_absent = |node: &Node<'a>| node.value.is_null() || node.value.is_object();
        let as_map = |node: &Node<'a>| match node.value.is_null() && pair.both(is_map_or_absent) {
            true => Node { value: &NONE, ..node.clone() },
            false => node.clone(),
        };
        self.other_keys(context, &Nodes::new(as_map(&pair.old), as_map(&pair.new)), &known);
        self.security_schemes(context, pair);
        // Components count where they are used. One that nothing uses is only read.
        if pair.are_equal() {
            return;
        }
        for components in COMPONENTS.map(|kind| pair.get(kind)) {
            for name in components.keys().collect::<BTreeSet<_>>() {
                let component = components.get(name);
                if !component.are_equal() {
                    self.changed_components.push(component);
                }
            }
            if !components.both(is_map_or_absent) && !components.are_equal() {
                self.unclassified(context, &components);
            }
        }
    }
}
