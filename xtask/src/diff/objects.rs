//! What a schema says of an object: its properties, those required, and all others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::node::Node;
use super::rules::{self, PROSE_LEVEL};
use super::same::says_nothing;
use super::schema::named;
use super::spot::Spot;
use super::view::{View, property};
use super::walk::Walk;
use super::{Direction, Level};

/// What a property is called in the middle of an id.
fn requiredness(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

impl<'a> Walk<'a> {
    pub(super) fn properties(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        if !old.has("properties") && !new.has("properties") {
            return;
        }
        let (from, to) = (old.required(), new.required());
        let (a, b) = (old.properties(), new.properties());
        for (name, value) in &a {
            let was = from.contains(name);
            let is = to.contains(name);
            match b.get(name) {
                Some(other) if was == is && value.is_some() && self.are_surely_same(*value, *other) => {}
                Some(_) => self.property(spot, (&old.property(name), &new.property(name)), (was, is), name),
                None => self.property_gone(spot, &View::of(&old.property(name)), was, name),
            }
        }
        for name in b.keys().filter(|name| !a.contains_key(*name)) {
            self.property_came(spot, &View::of(&new.property(name)), to.contains(*name), name);
        }
    }

    /// Whether two properties that are said in one place each surely mean the same.
    fn are_surely_same(&self, old: Option<&'a Value>, new: Option<&'a Value>) -> bool {
        old.zip(new).is_some_and(|(old, new)| self.surely_same(old, new))
    }

    /// What is said of properties but by their schemas.
    pub(super) fn requirements(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        if !["properties", "required"].iter().any(|key| old.has(key) || new.has(key)) {
            return;
        }
        // A name that no property has may be required all the same.
        let (a, b) = (old.properties(), new.properties());
        let nameless = |view: &View<'a>| -> BTreeSet<&'a str> {
            let names = view.required().into_iter();
            names.filter(|name| !a.contains_key(*name) && !b.contains_key(*name)).collect()
        };
        let (from, to) = (nameless(old), nameless(new));
        if from != to {
            self.nameless(spot, (old, new), (&from, &to));
        }
        let texts = |node: &Node<'a>| {
            node.value.is_null() || node.value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
        };
        let map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
        for (key, fits) in [("required", &texts as &dyn Fn(&Node<'a>) -> bool), ("properties", &map)] {
            let odd = |view: &View<'a>| view.all(key).into_iter().find(|node| !fits(node));
            let (x, y) = (odd(old), odd(new));
            if x.as_ref().map(|node| node.value) != y.as_ref().map(|node| node.value) {
                let nodes = (&x.unwrap_or_else(|| old.get(key)), &y.unwrap_or_else(|| new.get(key)));
                self.unclassified(spot.direction, nodes);
            }
        }
    }

    fn property(&mut self, spot: Spot, (left, right): (&[Node<'a>], &[Node<'a>]), (was, is): (bool, bool), name: &str) {
        let (a, b) = (&View::of(left), &View::of(right));
        let inner = property(spot, a, b);
        self.requirement(inner, (was, is), b.has("default"), (a.here(), b.here()), name);
        self.access(inner, (a, b), is);
        self.compare(inner, (left, right));
    }

    /// Names that are required, and that no property has.
    fn nameless(
        &mut self,
        spot: Spot,
        (old, new): (&View<'a>, &View<'a>),
        (from, to): (&BTreeSet<&'a str>, &BTreeSet<&'a str>),
    ) {
        let nodes = (&old.get("required"), &new.get("required"));
        for name in to.difference(from) {
            let message = format!("`{name}`, which no property describes, became required");
            self.changed(spot, "undescribed-became-required", nodes, message);
        }
        for name in from.difference(to) {
            let message = format!("`{name}`, which no property describes, became optional");
            self.changed(spot, "undescribed-became-optional", nodes, message);
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
        let (what, message) = match (was, is) {
            (false, true) if default && spot.direction == Direction::Request => {
                ("became-required-with-default", "it became required; it has a default")
            }
            (false, true) => ("became-required", "it became required"),
            (true, false) => ("became-optional", "it became optional"),
            _ => return,
        };
        self.changed_of(spot, what, nodes, (&format!("`{name}`"), message.to_owned()));
    }

    pub(super) fn property_gone(&mut self, spot: Spot, old: &View<'a>, required: bool, name: &str) {
        let message = format!("the property `{name}` was removed");
        let inner = property(spot, old, old);
        if spot.direction == Direction::Response {
            let kind = requiredness(required);
            let (id, level) = match (inner.stays, required) {
                (true, _) => (format!("response-{kind}-write-only-property-removed"), Level::Info),
                (false, true) => (format!("response-{kind}-property-removed"), Level::Err),
                (false, false) => (format!("response-{kind}-property-removed"), Level::Warn),
            };
            return self.report(&id, level, spot.direction, (old.here(), old.here()), message);
        }
        let level = if inner.stays { Level::Info } else { Level::Warn };
        self.report(&format!("{}-removed", inner.prefix()), level, spot.direction, (old.here(), old.here()), message);
    }

    pub(super) fn property_came(&mut self, spot: Spot, new: &View<'a>, required: bool, name: &str) {
        let inner = property(spot, new, new);
        // What is never sent is not demanded.
        let required = required && !(inner.stays && spot.direction == Direction::Request);
        let kind = requiredness(required);
        let message = format!("the {kind} property `{name}` was added");
        if spot.direction == Direction::Response {
            let only = if inner.stays { "write-only-" } else { "" };
            let id = format!("response-{kind}-{only}property-added");
            return self.report(&id, Level::Info, spot.direction, (new.here(), new.here()), message);
        }
        let level = if required { Level::Err } else { Level::Info };
        let with = if required && new.has("default") { "-with-default" } else { "" };
        let place = Spot { stays: false, ..inner }.prefix();
        self.report(&format!("new-{kind}-{place}{with}"), level, spot.direction, (new.here(), new.here()), message);
    }

    /// `readOnly` and `writeOnly` of a property.
    pub(super) fn access(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>), required: bool) {
        for (key, name) in [("readOnly", "read-only"), ("writeOnly", "write-only")] {
            let what = match (old.is_true(key), new.is_true(key)) {
                (false, true) => format!("became-{name}"),
                (true, false) => format!("became-not-{name}"),
                _ => continue,
            };
            let side = if spot.direction == Direction::Response { "response" } else { "request" };
            let id = format!("{side}-{}-property-{what}", requiredness(required));
            let level = rules::level(&id, &what, spot.direction);
            let nodes = (old.here(), new.here());
            let message = format!("{}: it {}", named(nodes.1), what.replace('-', " "));
            self.report(&id, level, spot.direction, nodes, message);
        }
    }

    /// What properties without a name of their own may hold: nothing, anything, or what a schema says.
    pub(super) fn additional_properties(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let key = "additionalProperties";
        if !old.has(key) && !new.has(key) {
            return;
        }
        let (a, b) = (Others::of(old), Others::of(new));
        let nodes = (&old.get(key), &new.get(key));
        let (what, message) = match (&a, &b) {
            (Others::Some(a), Others::Some(b)) => return self.compare(spot.inside(), (a, b)),
            (Others::Any, Others::Any) => return self.free_values(spot, (old, new)),
            (Others::None, Others::None) => return,
            (Others::None, Others::Some(_)) => ("allowed", "some other properties may be there now"),
            (Others::None, Others::Any) => ("allowed", "any other properties may be there now"),
            (Others::Some(_), Others::Any) => ("generalized", "other properties may hold any value now"),
            (Others::Some(_), Others::None) | (Others::Any, Others::None) => {
                ("disallowed", "no other properties may be there now")
            }
            (Others::Any, Others::Some(_)) => ("specialized", "other properties may hold only some values now"),
        };
        self.changed(spot, &format!("additional-properties-{what}"), nodes, message.into());
    }

    /// Both allow anything: only what they say for readers can differ.
    fn free_values(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let prose = |view: &View<'a>| -> BTreeSet<String> {
            let maps = view.all("additionalProperties").into_iter().filter_map(|node| node.value.as_object());
            maps.flatten()
                .filter(|(key, value)| !says_nothing(key, value))
                .map(|(_, value)| value.to_string())
                .collect()
        };
        if prose(old) != prose(new) {
            let nodes = (&old.get("additionalProperties"), &new.get("additionalProperties"));
            let message = "what is said of other properties for readers changed".into();
            self.report("additional-properties-text-changed", PROSE_LEVEL, spot.direction, nodes, message);
        }
    }
}

/// What `additionalProperties` allows.
enum Others<'a> {
    None,
    Any,
    Some(Vec<Node<'a>>),
}

impl<'a> Others<'a> {
    fn of(view: &View<'a>) -> Self {
        let all = view.all("additionalProperties");
        if all.iter().any(|node| node.value == &Value::Bool(false)) {
            return Self::None;
        }
        let says = |node: &Node<'a>| match node.value {
            Value::Object(map) => map.iter().any(|(key, value)| !says_nothing(key, value) && !rules::is_prose(key)),
            value => !matches!(value, Value::Null | Value::Bool(_)),
        };
        let some: Vec<_> = all.into_iter().filter(says).collect();
        if some.is_empty() { Self::Any } else { Self::Some(some) }
    }
}
