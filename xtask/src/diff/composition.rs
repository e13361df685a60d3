//! `allOf`, `anyOf`, `oneOf`, and what tells their members apart.
//!
//! `allOf` is read by what it means: its members are compared as the one schema that they are
//! together ([`View`]). `anyOf` and `oneOf` are compared member by member, or, where they come or go
//! as a whole, by whether what was allowed before is allowed still.

use std::collections::BTreeSet;

use super::node::Node;
use super::rules;
use super::same::{ChangedReferences, says_nothing};
use super::schema::named;
use super::spot::Spot;
use super::values::wider;
use super::view::View;
use super::walk::Walk;
use super::words::{change, last_token, short};
use super::{Direction, Level, numbers};
use crate::spec;

/// How alternatives are called in ids.
const ALTERNATIVES: [(&str, &str); 2] = [("anyOf", "any-of"), ("oneOf", "one-of")];

impl<'a> Walk<'a> {
    /// Tells which members an `allOf` got or lost, where that means something: what it means is reported
    /// by itself.
    pub(super) fn members(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let (mut from, mut to) = (old.members.clone(), new.members.clone());
        if from.is_empty() && to.is_empty() {
            return;
        }
        self.beside_references(spot.direction, (&from, &to));
        take_pairs(&mut from, &mut to, |a, b| self.surely_same(a.value, b.value) || same_text(a, b, "$ref"));
        take_pairs(&mut from, &mut to, |a, b| self.likeness.of(a, true) == self.likeness.of(b, true));
        if from.len() == to.len() {
            return;
        }
        if old.said(&mut self.likeness) == new.said(&mut self.likeness) {
            // All that one of them may mean is for readers.
            from.retain(is_prose);
            to.retain(is_prose);
        }
        for (nodes, did) in [(from, "removed"), (to, "added")] {
            for node in nodes {
                self.member(spot, ("allOf", "all-of"), new.here(), &node, did);
            }
        }
    }

    /// A member that came or went.
    fn member(&mut self, spot: Spot, (key, what): (&str, &str), of: &Node<'a>, node: &Node<'a>, did: &str) {
        let reference = node.text("$ref").and_then(spec::target).map(|pointer| spec::key_of(last_token(&pointer)));
        let node = &node.clone().resolved();
        let name = reference.or_else(|| node.text("title").map(str::to_owned));
        let name = name.map_or_else(|| short(node.value), |name| format!("`{name}`"));
        let id = format!("{}-{what}-{did}", spot.prefix());
        let to = if did == "added" { "to" } else { "from" };
        let message = format!("{}: {name} was {did} {to} its {key}", named(of));
        let (id, level) = match is_prose(node) {
            true => (format!("{id}-annotation-only"), Level::Info),
            false => (id.clone(), rules::level(&id, &format!("{what}-{did}"), spot.direction)),
        };
        self.report(&id, level, spot.direction, (node, node), message);
    }

    /// Members of an `allOf` that no value can fit all of.
    pub(super) fn contradictions(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let nodes = (old.here(), new.here());
        match (old.contradiction(), new.contradiction()) {
            (None, Some(why)) => {
                self.changed(spot, "all-of-became-contradictory", nodes, format!("no value fits it now: {why}"));
            }
            (Some(why), None) => {
                self.changed(spot, "all-of-became-satisfiable", nodes, format!("no value fitted it before: {why}"));
            }
            _ => {}
        }
    }

    /// `anyOf` and `oneOf`. Returns whether the schemas are so compared to their end.
    pub(super) fn alternatives(&mut self, spot: Spot, views: (&View<'a>, &View<'a>)) -> bool {
        let (old, new) = views;
        // The same alternatives under the other keyword.
        if old.has("oneOf") != new.has("oneOf")
            && old.has("anyOf") != new.has("anyOf")
            && old.has("oneOf") == new.has("anyOf")
        {
            let [any, one] = ALTERNATIVES;
            let (from, to) = if old.has("oneOf") { (one, any) } else { (any, one) };
            let nodes = (&old.get(from.0), &new.get(to.0));
            let message = format!("its {} became {}", from.0, to.0);
            self.changed(spot, &format!("{}-became-{}", from.1, to.1), nodes, message);
            self.composition(spot, to, nodes);
            return false;
        }
        for key in ALTERNATIVES.into_iter().filter(|key| old.has(key.0) || new.has(key.0)) {
            let (a, b) = (old.all(key.0), new.all(key.0));
            match (old.has(key.0), new.has(key.0)) {
                (false, false) => {}
                (true, true) => {
                    for i in 0..a.len().max(b.len()) {
                        match (a.get(i), b.get(i)) {
                            (Some(a), Some(b)) => self.composition(spot, key, (a, b)),
                            (a, b) => {
                                let nodes = (a.unwrap_or(old.here()), b.unwrap_or(new.here()));
                                self.unclassified(spot.direction, nodes);
                            }
                        }
                    }
                }
                (false, true) => {
                    if self.introduced(spot, key, (old, new), false) {
                        return true;
                    }
                }
                (true, false) => {
                    if self.introduced(spot, key, (new, old), true) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Alternatives that came as a whole, or, the other way round, went: the schema without them, and
    /// the one with them. Returns whether they took the place of what the schema said.
    fn introduced(
        &mut self,
        spot: Spot,
        key: (&str, &str),
        (without, with): (&View<'a>, &View<'a>),
        went: bool,
    ) -> bool {
        let all: Vec<Node<'a>> = with.all(key.0).iter().flat_map(|list| list.list()).collect();
        if with.all(key.0).iter().any(|list| !list.value.is_array()) {
            let nodes = (&without.get(key.0), &with.get(key.0));
            self.unclassified(spot.direction, if went { (nodes.1, nodes.0) } else { nodes });
            return false;
        }
        let views: Vec<View<'a>> = all.iter().map(|node| View::of(std::slice::from_ref(node))).collect();
        let plain = |view: &View<'a>| view.has("type") || view.has("properties") || view.has("enum");
        let wraps = plain(without) && !plain(with);
        let (likeness, changed) = (&mut self.likeness, &self.changed);
        let mut accepts = |wide: &View<'a>, narrow: &View<'a>| {
            let same = likeness.of(wide.here(), false) == likeness.of(narrow.here(), false);
            same && wide.members.is_empty() && narrow.members.is_empty() || takes_all(wide, narrow, changed)
        };
        // Whether what the plain schema allows is allowed by an alternative, and the other way round.
        let wider = views.iter().any(|one| accepts(one, without));
        let narrower = !wraps || views.iter().all(|one| accepts(without, one));
        let (old_in_new, new_in_old) = if went { (narrower, wider) } else { (wider, narrower) };
        let breaks = if spot.direction == Direction::Response { !new_in_old } else { !old_in_new };
        let nodes = if went { (with.here(), without.here()) } else { (without.here(), with.here()) };
        let (what, message) = match (wraps, went) {
            (true, false) => {
                (format!("wrapped-in-{}", key.1), format!("it became one of several alternatives ({})", key.0))
            }
            (true, true) => {
                (format!("unwrapped-from-{}", key.1), format!("it was one of several alternatives ({})", key.0))
            }
            (false, false) => {
                (format!("{}-introduced", key.1), format!("it must be one of several alternatives now ({})", key.0))
            }
            (false, true) => {
                (format!("{}-dropped", key.1), format!("it need not be one of several alternatives now ({})", key.0))
            }
        };
        let message = match breaks {
            true => message,
            false if spot.direction == Direction::Response => {
                format!("{message}; all that it may be now, it could be before")
            }
            false => format!("{message}; all that was taken before is taken still"),
        };
        let level = |breaks: bool| if breaks { Level::Err } else { Level::Info };
        let id = format!("{}-{what}", spot.prefix());
        let level = level(breaks && !spot.stays);
        self.report(&id, level, spot.direction, nodes, format!("{}: {message}", named(nodes.1)));
        wraps
    }

    /// Members of one `anyOf` or `oneOf`: those that belong together are compared, the rest came or went.
    fn composition(&mut self, spot: Spot, (key, what): (&str, &str), lists: (&Node<'a>, &Node<'a>)) {
        let list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if !(list(lists.0) && list(lists.1)) && lists.0.value != lists.1.value {
            return self.unclassified(spot.direction, lists);
        }
        let (mut old, mut new) = (lists.0.list(), lists.1.list());
        let mut pairs = take_pairs(&mut old, &mut new, |a, b| self.surely_same(a.value, b.value));
        pairs.extend(take_pairs(&mut old, &mut new, |a, b| same_text(a, b, "$ref")));
        pairs.extend(take_pairs(&mut old, &mut new, |a, b| {
            same_text(&a.clone().resolved(), &b.clone().resolved(), "title")
        }));
        for prose in [true, false] {
            pairs.extend(take_pairs(&mut old, &mut new, |a, b| {
                self.likeness.of(a, prose) == self.likeness.of(b, prose)
            }));
        }
        if old.len() == new.len() {
            pairs.extend(old.drain(..).zip(new.drain(..)));
        }
        for (a, b) in &pairs {
            self.compare(spot.inside(), (std::slice::from_ref(a), std::slice::from_ref(b)));
        }
        for (nodes, did) in [(old, "removed"), (new, "added")] {
            for node in nodes {
                self.member(spot, (key, what), lists.1, &node, did);
            }
        }
    }

    pub(super) fn discriminator(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) {
        match (old.value.is_null(), new.value.is_null()) {
            (true, true) => {}
            (true, false) => self.changed(spot, "discriminator-added", (old, new), "a discriminator was added".into()),
            (false, true) => {
                self.changed(spot, "discriminator-removed", (old, new), "the discriminator was removed".into())
            }
            (false, false) => {
                self.rest(spot.direction, (old, new), &["propertyName", "mapping"]);
                self.containers(spot.direction, (old, new), &["mapping"], &[]);
                let nodes = (&old.get("propertyName"), &new.get("propertyName"));
                if nodes.0.value != nodes.1.value {
                    self.changed(
                        spot,
                        "discriminator-property-name-changed",
                        nodes,
                        format!("the property {}", change(nodes.0.value, nodes.1.value)),
                    );
                }
                let (a, b) = (old.get("mapping"), new.get("mapping"));
                let names: BTreeSet<&String> =
                    [&a, &b].into_iter().flat_map(|node| node.value.as_object()).flat_map(|map| map.keys()).collect();
                for name in names {
                    self.set(
                        spot,
                        "discriminator-mapping",
                        ["added", "changed", "deleted"],
                        (&a.get(name), &b.get(name)),
                    );
                }
            }
        }
    }
}

/// Takes from two lists the pairs that belong together.
fn take_pairs<'a>(
    old: &mut Vec<Node<'a>>,
    new: &mut Vec<Node<'a>>,
    mut belong: impl FnMut(&Node<'a>, &Node<'a>) -> bool,
) -> Vec<(Node<'a>, Node<'a>)> {
    let mut pairs = Vec::new();
    old.retain(|a| match new.iter().position(|b| belong(a, b)) {
        Some(at) => {
            pairs.push((a.clone(), new.remove(at)));
            false
        }
        None => true,
    });
    pairs
}

/// Whether a schema is for readers only.
fn is_prose(node: &Node<'_>) -> bool {
    node.value.as_object().is_some_and(|map| map.keys().all(|key| rules::is_prose(key)))
}

/// Whether a schema surely takes all that another takes: it has no more to say.
fn takes_all<'a>(wide: &View<'a>, narrow: &View<'a>, changed: &ChangedReferences<'a>) -> bool {
    if wide.members.len() + narrow.members.len() > 0 || narrow.nullable() && !wide.nullable() && wide.has("type") {
        return false;
    }
    let of = |view: &View<'_>| (view.get("type").value.clone(), view.get("format").value.clone());
    let (a, b) = (of(wide), of(narrow));
    let types = a == b || wider(&a, &b, true) || a.0.is_null();
    types
        && wide.keys().all(|key| {
            let value = wide.get(key);
            matches!(key.as_str(), "type" | "format" | "nullable" | "default" | "readOnly" | "writeOnly" | "deprecated")
                || rules::is_prose(key)
                || says_nothing(key, value.value)
                || numbers::equal(value.value, narrow.get(key).value) && changed.none_in(value.value)
        })
}

fn same_text(a: &Node<'_>, b: &Node<'_>, key: &str) -> bool {
    a.text(key).is_some_and(|text| b.text(key) == Some(text))
}
