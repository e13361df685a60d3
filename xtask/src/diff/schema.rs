//! Two schemas, wherever they stand.

use std::collections::BTreeSet;
use std::slice;

use super::node::Node;
use super::places::Task;
use super::rules::{self, BOUNDS};
use super::same::are_equal;
use super::spot::{Place, Spot};
use super::view::View;
use super::walk::Walk;
use super::words::change;
use super::{Direction, Level, numbers};
use crate::spec::key_of;

/// All that `compare` looks at, the bounds aside.
const KNOWN: &[&str] = &[
    "type",
    "format",
    "nullable",
    "enum",
    "x-extensible-enum",
    "default",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "uniqueItems",
    "pattern",
    "required",
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "discriminator",
    "readOnly",
    "writeOnly",
    "deprecated",
    "x-sunset",
];

/// Keywords of which the members of an `allOf` say one each, and only one is compared by a rule.
const SINGLE: &[&str] = &["type", "format", "default", "multipleOf", "pattern", "discriminator", "x-sunset"];

impl<'a> Walk<'a> {
    pub(super) fn body_schema(&mut self, direction: Direction, nodes: (&Node<'a>, &Node<'a>), typed: bool) {
        let (what, added, removed) = match direction {
            Direction::Response => ("response-body", Level::Info, Level::Warn),
            _ => ("request-body", Level::Err, Level::Info),
        };
        match (nodes.0.value.is_null(), nodes.1.value.is_null()) {
            (true, true) => {}
            (true, false) => {
                let id = format!("{what}-media-type-schema-added");
                self.report(&id, added, direction, nodes, "the media type got a schema".into());
            }
            (false, true) => {
                let id = format!("{what}-media-type-schema-removed");
                self.report(&id, removed, direction, nodes, "the media type lost its schema".into());
            }
            (false, false) => {
                let spot = Spot { direction, place: Place::Body, stays: false, typed, required: false };
                self.compare(spot, (slice::from_ref(nodes.0), slice::from_ref(nodes.1)));
            }
        }
    }

    pub(super) fn parameter_schema(&mut self, nodes: (&Node<'a>, &Node<'a>), header: bool, required: bool) {
        let place = if header { Place::Header } else { Place::Parameter };
        let spot = Spot { direction: Direction::Request, place, stays: false, typed: true, required };
        self.compare(spot, (slice::from_ref(nodes.0), slice::from_ref(nodes.1)));
    }

    pub(super) fn header_schema(&mut self, nodes: (&Node<'a>, &Node<'a>)) {
        let (direction, place) = (Direction::Response, Place::Header);
        let spot = Spot { direction, place, stays: false, typed: false, required: false };
        self.compare(spot, (slice::from_ref(nodes.0), slice::from_ref(nodes.1)));
    }

    /// Reports a change under its composed id and by the level of its rule.
    pub(super) fn changed(&mut self, spot: Spot, what: &str, nodes: (&Node<'a>, &Node<'a>), message: String) {
        self.changed_of(spot, what, nodes, (&named(nodes.1), message));
    }

    /// As [`changed`](Self::changed), under another name.
    pub(super) fn changed_of(
        &mut self,
        spot: Spot,
        what: &str,
        nodes: (&Node<'a>, &Node<'a>),
        (name, message): (&str, String),
    ) {
        let id = format!("{}-{what}", spot.prefix());
        let id = rules::renamed(&id);
        let level = rules::level(id, what, spot.direction);
        let moot = spot.stays || spot.required && what.starts_with("default-value");
        let level = if moot { Level::Info } else { level };
        self.report(id, level, spot.direction, nodes, format!("{name}: {message}"));
    }

    /// Has two schemas compared, each of which may be said in several places.
    pub(super) fn compare(&mut self, spot: Spot, (old, new): (&[Node<'a>], &[Node<'a>])) {
        let same = |walk: &Self, old: &[Node<'a>], new: &[Node<'a>]| match (old, new) {
            ([old], [new]) => walk.surely_same(old.value, new.value),
            _ => false,
        };
        if same(self, old, new) {
            return;
        }
        self.beside_references(spot.direction, (old, new));
        let resolved = |nodes: &[Node<'a>]| nodes.iter().cloned().map(Node::resolved).collect::<Vec<_>>();
        let reference = match (old, new) {
            ([a], [b]) => a.text("$ref").filter(|text| b.text("$ref") == Some(text)),
            _ => None,
        };
        match reference {
            // What the same reference leads to differs, as it did not lead to the same above.
            Some(text) => self.later_by(text, spot, || (resolved(old), resolved(new))),
            None => {
                let (old, new) = (resolved(old), resolved(new));
                if !same(self, &old, &new) {
                    self.later(Task::Schema(spot, old, new));
                }
            }
        }
    }

    /// Compares two schemas by what they mean.
    pub(super) fn schema(&mut self, spot: Spot, old: &[Node<'a>], new: &[Node<'a>]) {
        let (old, new) = (&View::of(old), &View::of(new));
        // Where the text is the same, only what it refers to can differ.
        let same_text = old.is_one() && new.is_one() && are_equal(old.here().value, new.here().value);
        if !same_text {
            self.odd(spot, (old, new));
            self.members(spot, (old, new));
            self.contradictions(spot, (old, new));
        }
        if self.alternatives(spot, (old, new)) {
            return;
        }
        if !same_text {
            self.schema_flags(spot, (old, new));
            self.values(spot, (old, new));
            self.limits(spot, (old, new));
            self.requirements(spot, (old, new));
        }
        self.properties(spot, (old, new));
        self.additional_properties(spot, (old, new));
        // An array that was none before is another type, whatever its items are.
        let items = (old.has("items"), new.has("items"));
        if items == (true, true) || items != (false, false) && old.get("type").value == new.get("type").value {
            self.compare(spot.items(), (&old.all("items"), &new.all("items")));
        }
        self.negations(spot, (old, new));
        if !same_text {
            self.annotations(spot, (old, new));
            self.other_keywords(spot, (old, new));
        }
    }

    /// What stands where a schema should, and is none.
    fn odd(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let values = |view: &View<'a>| view.odd.iter().map(|node| node.value.clone()).collect::<Vec<_>>();
        if values(old) != values(new) {
            let places = (old.odd.first().unwrap_or(old.here()), new.odd.first().unwrap_or(new.here()));
            self.unclassified(spot.direction, places);
        }
    }

    /// What is said of a schema as a whole.
    fn annotations(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        if old.has("discriminator") || new.has("discriminator") {
            self.discriminator(spot, (&old.get("discriminator"), &new.get("discriminator")));
        }
        if ["deprecated", "x-sunset"].iter().any(|key| old.has(key) || new.has(key)) {
            self.deprecation(spot.prefix(), spot.direction, (&old.with("deprecated"), &new.with("deprecated")));
        }
        if spot.place == Place::Body {
            self.access(spot, (old, new), false);
        }
    }

    /// Keywords that are true or absent. What is neither is compared as it stands.
    fn schema_flags(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        const FLAGS: [&str; 7] =
            ["nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems", "exclusiveMaximum", "exclusiveMinimum"];
        for key in FLAGS.into_iter().filter(|key| old.has(key) || new.has(key)) {
            let odd = |view: &View<'a>| -> Vec<Node<'a>> {
                view.all(key).into_iter().filter(|node| !(node.value.is_null() || node.value.is_boolean())).collect()
            };
            let (a, b) = (odd(old), odd(new));
            if a.iter().map(|node| node.value).ne(b.iter().map(|node| node.value)) {
                let at = |odd: &[Node<'a>], view: &View<'a>| odd.first().cloned().unwrap_or_else(|| view.get(key));
                self.unclassified(spot.direction, (&at(&a, old), &at(&b, new)));
            }
        }
    }

    /// `not`: whatever differs within it is of unknown effect.
    fn negations(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        if !old.has("not") && !new.has("not") {
            return;
        }
        let (a, b) = (old.all("not"), new.all("not"));
        for i in 0..a.len().max(b.len()) {
            match (a.get(i), b.get(i)) {
                (Some(a), Some(b)) if a.value.is_object() && b.value.is_object() => {
                    if !self.surely_same(a.value, b.value) {
                        let (a, b) = (a.clone().resolved(), b.clone().resolved());
                        self.later_unknown(Task::Schema(spot.inside(), vec![a], vec![b]));
                    }
                }
                (Some(a), Some(b)) if a.value == b.value => {}
                (a, b) => {
                    let (a, b) = (a.unwrap_or(old.here()), b.unwrap_or(new.here()));
                    self.unclassified(spot.direction, (a, b));
                }
            }
        }
    }

    /// All that has no rule of its own: prose, and keywords that no rule knows.
    fn other_keywords(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in names.into_iter().map(String::as_str).filter(|key| *key != "allOf") {
            let (a, b) = (old.get(key), new.get(key));
            if KNOWN.contains(&key) || BOUNDS.iter().any(|(bound, _)| *bound == key) {
                // What several members say is one by one: the tightest was compared above.
                if SINGLE.contains(&key) && old.besides(key) != new.besides(key) {
                    self.unclassified(spot.direction, (&a, &b));
                }
                continue;
            }
            let is_prose = rules::is_prose(key);
            let all = |view: &View<'a>| -> Vec<String> {
                let nodes = view.all(key);
                let said = nodes.iter().filter(|node| !node.value.is_null());
                let mut said: Vec<_> = said.map(|node| numbers::canonical(node.value)).collect();
                said.sort();
                // What is meant is the same said twice; to a reader it is not.
                if !is_prose {
                    said.dedup();
                }
                said
            };
            if all(old) == all(new) {
                continue;
            }
            let same = numbers::equal(a.value, b.value);
            let message = if same { "of one of its members changed".to_owned() } else { change(a.value, b.value) };
            match is_prose {
                true => {
                    let id = format!("{}-changed", key.to_ascii_lowercase());
                    self.report(&id, rules::PROSE_LEVEL, spot.direction, (&a, &b), format!("{key} {message}"));
                }
                // Where there was no schema, what a new one says was compared with saying nothing.
                false if old.is_there() && new.is_there() => self.unclassified(spot.direction, (&a, &b)),
                false => self.unclassified(spot.direction, (old.here(), new.here())),
            }
        }
    }
}

/// What a schema is called in a sentence.
pub(super) fn named(node: &Node<'_>) -> String {
    let (mut rest, mut below) = (node.at.as_str(), "");
    while let Some((before, token)) = rest.rsplit_once('/') {
        let name = key_of(below);
        match token {
            _ if below.is_empty() => {}
            "properties" => return format!("`{name}`"),
            "parameters" => {
                // A list: the name is in the item.
                let item = node.root.pointer(&node.at[..rest.len() + 1 + below.len()]);
                return format!("parameter `{}`", item.and_then(|item| item["name"].as_str()).unwrap_or(&name));
            }
            "headers" | "schemas" => return format!("{} `{name}`", token.trim_end_matches('s')),
            "content" => return format!("the body ({name})"),
            _ => {}
        }
        (rest, below) = (before, token);
    }
    "the schema".to_owned()
}
