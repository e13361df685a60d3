//! What a schema says of an object: its properties, those required, and all others.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::node::Node;
use super::rules;
use super::schema::{Spot, named};
use super::walk::Walk;
use super::{Direction, Level};

/// What a property is called in the middle of an id.
fn requiredness(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

impl<'a> Walk<'a> {
    pub(super) fn properties(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) {
        let required = |node: &Node<'a>| -> HashSet<&'a str> {
            let names = node.get("required").value.as_array();
            names.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let (from, to) = (required(old), required(new));
        let (a, b) = (old.get("properties"), new.get("properties"));
        let names: BTreeSet<&String> =
            [&a, &b].into_iter().flat_map(|node| node.value.as_object()).flat_map(|map| map.keys()).collect();
        for name in &names {
            let (left, right) = (a.get(name), b.get(name));
            let was = from.contains(name.as_str());
            let is = to.contains(name.as_str());
            match (a.has(name), b.has(name)) {
                (true, true) => {
                    let (left, right) = self.resolved(spot.direction, (&left, &right));
                    let (left, right) = (&left, &right);
                    let inner = spot.property(left, right);
                    self.requirement(inner, (was, is), right.has("default"), (left, right), name);
                    self.access(inner, (left, right), is);
                    self.compare(inner, (left, right));
                }
                (true, false) => self.property_gone(spot, &left.resolved(), was, name),
                (false, _) => self.property_came(spot, &right.resolved(), is, name),
            }
        }
        // A name that no property has may be required all the same.
        let nameless = |set: &HashSet<&'a str>| -> BTreeSet<&'a str> {
            set.iter().copied().filter(|name| !names.iter().any(|known| known == name)).collect()
        };
        let (from, to) = (nameless(&from), nameless(&to));
        if from != to {
            self.unclassified(spot.direction, (&old.get("required"), &new.get("required")));
        }
        let texts = |node: &Node<'a>| {
            node.value.is_null() || node.value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
        };
        let nodes = (&old.get("required"), &new.get("required"));
        if !(texts(nodes.0) && texts(nodes.1)) && nodes.0.value != nodes.1.value {
            self.unclassified(spot.direction, nodes);
        }
        let map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
        if !(map(&a) && map(&b)) && a.value != b.value {
            self.unclassified(spot.direction, (&a, &b));
        }
    }

    pub(super) fn requirement(
        &mut self,
        spot: Spot,
        (was, is): (bool, bool),
        default: bool,
        nodes: (&Node<'a>, &Node<'a>),
        name: &str,
    ) {
        match (was, is) {
            (false, true) if default && spot.direction == Direction::Request => {
                self.changed(
                    spot,
                    "became-required-with-default",
                    nodes,
                    format!("`{name}` became required; it has a default"),
                );
            }
            (false, true) => self.changed(spot, "became-required", nodes, format!("`{name}` became required")),
            (true, false) => self.changed(spot, "became-optional", nodes, format!("`{name}` became optional")),
            _ => {}
        }
    }

    pub(super) fn property_gone(&mut self, spot: Spot, old: &Node<'a>, required: bool, name: &str) {
        let message = format!("the property `{name}` was removed");
        let inner = spot.property(old, old);
        if spot.direction == Direction::Response {
            let kind = requiredness(required);
            let (id, level) = match (inner.stays, required) {
                (true, _) => (format!("response-{kind}-write-only-property-removed"), Level::Info),
                (false, true) => (format!("response-{kind}-property-removed"), Level::Err),
                (false, false) => (format!("response-{kind}-property-removed"), Level::Warn),
            };
            return self.report(&id, level, spot.direction, (old, old), message);
        }
        let level = if inner.stays { Level::Info } else { Level::Warn };
        self.report(&format!("{}-removed", inner.prefix()), level, spot.direction, (old, old), message);
    }

    pub(super) fn property_came(&mut self, spot: Spot, new: &Node<'a>, required: bool, name: &str) {
        let inner = spot.property(new, new);
        // What is never sent is not demanded.
        let required = required && !(inner.stays && spot.direction == Direction::Request);
        let kind = requiredness(required);
        let message = format!("the {kind} property `{name}` was added");
        if spot.direction == Direction::Response {
            let only = if inner.stays { "write-only-" } else { "" };
            let id = format!("response-{kind}-{only}property-added");
            return self.report(&id, Level::Info, spot.direction, (new, new), message);
        }
        let level = if required { Level::Err } else { Level::Info };
        let with = if required && new.has("default") { "-with-default" } else { "" };
        let place = Spot { stays: false, ..inner }.prefix();
        self.report(&format!("new-{kind}-{place}{with}"), level, spot.direction, (new, new), message);
    }

    /// `readOnly` and `writeOnly` of a property.
    pub(super) fn access(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>), required: bool) {
        for (key, name) in [("readOnly", "read-only"), ("writeOnly", "write-only")] {
            let what = match (old.is_true(key), new.is_true(key)) {
                (false, true) => format!("became-{name}"),
                (true, false) => format!("became-not-{name}"),
                _ => continue,
            };
            let side = if spot.direction == Direction::Response { "response" } else { "request" };
            let id = format!("{side}-{}-property-{what}", requiredness(required));
            let level = rules::level(&id, &what, spot.direction);
            self.report(
                &id,
                level,
                spot.direction,
                (old, new),
                format!("{}: it {}", named(new), what.replace('-', " ")),
            );
        }
    }

    pub(super) fn additional_properties(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) {
        let nodes = (&old.get("additionalProperties"), &new.get("additionalProperties"));
        let kind = |node: &Node<'a>| match node.value {
            Value::Bool(false) => "none",
            Value::Null | Value::Bool(true) => "any",
            Value::Object(map) if map.is_empty() => "any",
            _ => "some",
        };
        match (kind(nodes.0), kind(nodes.1)) {
            ("some", "some") => self.compare(spot.inside(), nodes),
            (a, b) if a == b => {}
            ("none", b) | ("some", b @ "any") => {
                let message = format!("{b} other properties may be there now");
                self.changed(spot, "additional-properties-allowed", nodes, message);
            }
            (_, b) => {
                let message =
                    format!("{} other properties may be there now", if b == "none" { "no" } else { "only some" });
                self.changed(spot, "additional-properties-disallowed", nodes, message);
            }
        }
    }
}
