//! `allOf`, `anyOf`, `oneOf`, and what tells their members apart.

use std::collections::BTreeSet;

use super::Level;
use super::node::Node;
use super::rules;
use super::schema::{Spot, named};
use super::walk::{Walk, change, last_token, short};

impl<'a> Walk<'a> {
    /// Members of `allOf`, `anyOf` or `oneOf`: those that belong together are compared, the rest
    /// came or went.
    pub(super) fn composition(
        &mut self,
        spot: Spot,
        what: &str,
        lists: (&Node<'a>, &Node<'a>),
        (mut old, mut new): (Vec<Node<'a>>, Vec<Node<'a>>),
    ) {
        let list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if !(list(lists.0) && list(lists.1)) && lists.0.value != lists.1.value {
            return self.unclassified(spot.direction, lists);
        }
        let mut pairs = take_pairs(&mut old, &mut new, |a, b| self.surely_same(a.value, b.value));
        pairs.extend(take_pairs(&mut old, &mut new, |a, b| same_text(a, b, "$ref")));
        pairs.extend(take_pairs(&mut old, &mut new, |a, b| {
            same_text(&a.clone().resolved(), &b.clone().resolved(), "title")
        }));
        const FEW: usize = 8;
        if old.len() <= FEW && new.len() <= FEW {
            pairs.extend(take_pairs(&mut old, &mut new, |a, b| !self.differ(spot, (a, b))));
        }
        if old.len() == new.len() {
            pairs.extend(old.drain(..).zip(new.drain(..)));
        }
        for (a, b) in &pairs {
            self.compare(spot.inside(), (a, b));
        }
        let report = |walk: &mut Self, node: &Node<'a>, did: &str| {
            let reference = node.text("$ref").map(last_token);
            let node = &node.clone().resolved();
            let name = reference.or_else(|| node.text("title"));
            let name = name.map_or_else(|| short(node.value), |name| format!("`{name}`"));
            let id = format!("{}-{what}-{did}", spot.prefix());
            let to = if did == "added" { "to" } else { "from" };
            let message = format!("{}: {name} was {did} {to} its {}", named(lists.1), last_token(&lists.1.at));
            let prose = node.value.as_object().is_some_and(|map| map.keys().all(|key| rules::is_prose(key)));
            if prose {
                walk.report(&format!("{id}-annotation-only"), Level::Info, spot.direction, (node, node), message);
            } else {
                let level = rules::level(&id, &format!("{what}-{did}"), spot.direction);
                walk.report(&id, level, spot.direction, (node, node), message);
            }
        };
        old.iter().for_each(|node| report(self, node, "removed"));
        new.iter().for_each(|node| report(self, node, "added"));
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

fn same_text(a: &Node<'_>, b: &Node<'_>, key: &str) -> bool {
    a.text(key).is_some_and(|text| b.text(key) == Some(text))
}
