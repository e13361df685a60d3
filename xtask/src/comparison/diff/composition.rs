//! `allOf`, `anyOf`, `oneOf`, and what tells their members apart.
//!
//! `allOf` is read by what it means: its members are compared as the one schema that they are
//! together ([`View`]). `anyOf` and `oneOf` are compared member by member, or, where they come or go
//! as a whole, by whether what was allowed before is allowed still.

use std::collections::BTreeSet;
use std::slice;

use super::argument::Argument;
use super::findings::Found;
use super::node::Node;
use super::numbers;
use super::pair::Nodes;
use super::paths::last_token;
use super::role::Role;
use super::rules::table::{
    ALL_OF_ADDED, ALL_OF_ADDED_ANNOTATION_ONLY, ALL_OF_BECAME_CONTRADICTORY, ALL_OF_BECAME_SATISFIABLE, ALL_OF_REMOVED,
    ALL_OF_REMOVED_ANNOTATION_ONLY, ANY_OF_ADDED, ANY_OF_ADDED_ANNOTATION_ONLY, ANY_OF_BECAME_ONE_OF, ANY_OF_DROPPED,
    ANY_OF_INTRODUCED, ANY_OF_REMOVED, ANY_OF_REMOVED_ANNOTATION_ONLY, DISCRIMINATOR_ADDED,
    DISCRIMINATOR_MAPPING_ADDED, DISCRIMINATOR_MAPPING_CHANGED, DISCRIMINATOR_MAPPING_DELETED,
    DISCRIMINATOR_PROPERTY_NAME_CHANGED, DISCRIMINATOR_REMOVED, ONE_OF_ADDED, ONE_OF_ADDED_ANNOTATION_ONLY,
    ONE_OF_BECAME_ANY_OF, ONE_OF_DROPPED, ONE_OF_INTRODUCED, ONE_OF_REMOVED, ONE_OF_REMOVED_ANNOTATION_ONLY,
    UNWRAPPED_FROM_ANY_OF, UNWRAPPED_FROM_ONE_OF, WRAPPED_IN_ANY_OF, WRAPPED_IN_ONE_OF,
};
use super::rules::{Lowering, Rule, is_prose};
use super::same::{ChangedReferences, says_nothing};
use super::values::wider;
use super::view::{View, Views};
use super::walk::Walk;
use crate::vendor::spec;

/// A keyword that lists schemas, and its rules.
struct Composition {
    keyword: &'static str,
    /// For a member that came, and one that went.
    members: [&'static Rule; 2],
    /// The same for a member that says nothing but prose.
    annotations: [&'static Rule; 2],
}

const ALL_OF: Composition = Composition {
    keyword: "allOf",
    members: [&ALL_OF_ADDED, &ALL_OF_REMOVED],
    annotations: [&ALL_OF_ADDED_ANNOTATION_ONLY, &ALL_OF_REMOVED_ANNOTATION_ONLY],
};

/// A keyword that lists alternatives, and its rules.
struct Alternatives {
    composition: Composition,
    /// Where alternatives came, and where they went, beside what the schema says.
    whole: [&'static Rule; 2],
    /// Where they came in place of what the schema said, and where they went for it.
    wrapped: [&'static Rule; 2],
}

const ANY_OF: Alternatives = Alternatives {
    composition: Composition {
        keyword: "anyOf",
        members: [&ANY_OF_ADDED, &ANY_OF_REMOVED],
        annotations: [&ANY_OF_ADDED_ANNOTATION_ONLY, &ANY_OF_REMOVED_ANNOTATION_ONLY],
    },
    whole: [&ANY_OF_INTRODUCED, &ANY_OF_DROPPED],
    wrapped: [&WRAPPED_IN_ANY_OF, &UNWRAPPED_FROM_ANY_OF],
};

const ONE_OF: Alternatives = Alternatives {
    composition: Composition {
        keyword: "oneOf",
        members: [&ONE_OF_ADDED, &ONE_OF_REMOVED],
        annotations: [&ONE_OF_ADDED_ANNOTATION_ONLY, &ONE_OF_REMOVED_ANNOTATION_ONLY],
    },
    whole: [&ONE_OF_INTRODUCED, &ONE_OF_DROPPED],
    wrapped: [&WRAPPED_IN_ONE_OF, &UNWRAPPED_FROM_ONE_OF],
};

impl<'a> Walk<'a> {
    /// Tells which members an `allOf` got or lost, where that means something: what it means is reported
    /// by itself.
    pub(super) fn members(&mut self, role: Role, views: &Views<'a>) {
        let (mut from, mut to) = (views.old.members.clone(), views.new.members.clone());
        if from.is_empty() && to.is_empty() {
            return;
        }
        self.beside_references(role.context, &from, &to);
        take_pairs(&mut from, &mut to, |a, b| {
            self.surely_same(&Nodes::new(a.clone(), b.clone())) || are_same(a, b, "$ref")
        });
        take_pairs(&mut from, &mut to, |a, b| self.likeness.of(a, true) == self.likeness.of(b, true));
        if from.len() == to.len() {
            return;
        }
        if views.old.said(&mut self.likeness) == views.new.said(&mut self.likeness) {
            // All that one of them may mean is for readers.
            from.retain(is_annotation);
            to.retain(is_annotation);
        }
        self.came_and_went(role, &ALL_OF, &from, &to);
    }

    /// Members that came or went.
    fn came_and_went(&mut self, role: Role, of: &Composition, old: &[Node<'a>], new: &[Node<'a>]) {
        for (nodes, did) in [(old, 1), (new, 0)] {
            for node in nodes {
                let reference =
                    node.text("$ref").and_then(spec::target).map(|pointer| spec::key_of(last_token(&pointer)));
                let resolved = node.clone().resolved();
                let name = reference.or_else(|| resolved.text("title").map(str::to_owned));
                let member = name.map_or_else(|| Argument::of(resolved.value), Argument::Name);
                let rules = if is_annotation(&resolved) { of.annotations } else { of.members };
                self.changed(role, &Nodes::only(node), rules[did].with("member", member));
            }
        }
    }

    /// Members of an `allOf` that no value can fit all of.
    pub(super) fn contradictions(&mut self, role: Role, views: &Views<'a>) {
        let (rule, reason) = match (views.old.contradiction(), views.new.contradiction()) {
            (None, Some(reason)) => (&ALL_OF_BECAME_CONTRADICTORY, reason),
            (Some(reason), None) => (&ALL_OF_BECAME_SATISFIABLE, reason),
            _ => return,
        };
        self.changed(role, &views.here(), rule.with("reason", Argument::Word(reason)));
    }

    /// `anyOf` and `oneOf`. Returns whether the schemas are so compared to their end.
    pub(super) fn alternatives(&mut self, role: Role, views: &Views<'a>) -> bool {
        let (old, new) = (&views.old, &views.new);
        // The same alternatives under the other keyword.
        if old.has("oneOf") != new.has("oneOf")
            && old.has("anyOf") != new.has("anyOf")
            && old.has("oneOf") == new.has("anyOf")
        {
            let (from, to, rule) = match old.has("oneOf") {
                true => (ONE_OF, ANY_OF, &ONE_OF_BECAME_ANY_OF),
                false => (ANY_OF, ONE_OF, &ANY_OF_BECAME_ONE_OF),
            };
            let lists = Nodes::new(old.get(from.composition.keyword), new.get(to.composition.keyword));
            self.changed(role, &lists, rule);
            self.composition(role, &to.composition, &lists);
            return false;
        }
        for key in [ANY_OF, ONE_OF] {
            let keyword = key.composition.keyword;
            match (old.has(keyword), new.has(keyword)) {
                (false, false) => {}
                (true, true) => {
                    let (a, b) = (old.all(keyword), new.all(keyword));
                    for i in 0..a.len().max(b.len()) {
                        let at = |all: &[Node<'a>], view: &View<'a>| all.get(i).unwrap_or(view.here()).clone();
                        let lists = Nodes::new(at(&a, old), at(&b, new));
                        match i < a.len().min(b.len()) {
                            true => self.composition(role, &key.composition, &lists),
                            false => self.unclassified(role.context, &lists),
                        }
                    }
                }
                (false, true) => {
                    if self.introduced(role, &key, views, (old, new), false) {
                        return true;
                    }
                }
                (true, false) => {
                    if self.introduced(role, &key, views, (new, old), true) {
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
        role: Role,
        key: &Alternatives,
        views: &Views<'a>,
        (without, with): (&View<'a>, &View<'a>),
        went: bool,
    ) -> bool {
        let keyword = key.composition.keyword;
        let all: Vec<Node<'a>> = with.all(keyword).iter().flat_map(Node::list).collect();
        if with.all(keyword).iter().any(|list| !list.value.is_array()) {
            self.unclassified(role.context, &views.get(keyword));
            return false;
        }
        let alternatives: Vec<View<'a>> = all.iter().map(|node| View::of(slice::from_ref(node))).collect();
        let plain = |view: &View<'a>| view.has("type") || view.has("properties") || view.has("enum");
        let wraps = plain(without) && !plain(with);
        let (likeness, changed) = (&mut self.likeness, &self.changed);
        let mut accepts = |wide: &View<'a>, narrow: &View<'a>| {
            let same = likeness.of(wide.here(), false) == likeness.of(narrow.here(), false);
            same && wide.members.is_empty() && narrow.members.is_empty() || takes_all(wide, narrow, changed)
        };
        // Whether what the plain schema allows is allowed by an alternative, and the other way round.
        let wider = alternatives.iter().any(|one| accepts(one, without));
        let narrower = !wraps || alternatives.iter().all(|one| accepts(without, one));
        let (old_in_new, new_in_old) = if went { (narrower, wider) } else { (wider, narrower) };
        let nothing_lost = if role.is_response() { new_in_old } else { old_in_new };
        let rules = if wraps { key.wrapped } else { key.whole };
        let found = rules[usize::from(went)]
            .with("type", Argument::Type(without.type_name()))
            .lowered(Some(Lowering::NothingLost).filter(|_| nothing_lost));
        self.changed(role, &views.here(), found);
        wraps
    }

    /// Members of one `anyOf` or `oneOf`: those that belong together are compared, the others came or went.
    fn composition(&mut self, role: Role, of: &Composition, lists: &Nodes<'a>) {
        let is_list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if !lists.both(is_list) && !lists.are_equal() {
            return self.unclassified(role.context, lists);
        }
        let (mut old, mut new) = (lists.old.list(), lists.new.list());
        let surely_same = |a: &Node<'a>, b: &Node<'a>| self.surely_same(&Nodes::new(a.clone(), b.clone()));
        let mut pairs = take_pairs(&mut old, &mut new, surely_same);
        pairs.extend(take_pairs(&mut old, &mut new, |a, b| are_same(a, b, "$ref")));
        pairs.extend(take_pairs(&mut old, &mut new, |a, b| {
            are_same(&a.clone().resolved(), &b.clone().resolved(), "title")
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
            self.compare(role.inside(), slice::from_ref(a), slice::from_ref(b));
        }
        self.came_and_went(role, of, &old, &new);
    }

    pub(super) fn discriminator(&mut self, role: Role, pair: &Nodes<'a>) {
        let property = |node: &Node<'a>| Argument::of(node.get("propertyName").value);
        match pair.absent() {
            (true, true) => {}
            (true, false) => {
                self.changed(role, pair, DISCRIMINATOR_ADDED.with("property", property(&pair.new)));
            }
            (false, true) => {
                self.changed(role, pair, DISCRIMINATOR_REMOVED.with("property", property(&pair.old)));
            }
            (false, false) => {
                self.other_keys(role.context, pair, &["propertyName", "mapping"]);
                self.containers(role.context, pair, &["mapping"], &[]);
                let name = pair.get("propertyName");
                if !name.are_equal() {
                    let found = Found::from(&DISCRIMINATOR_PROPERTY_NAME_CHANGED).with_change(name.values());
                    self.changed(role, &name, found);
                }
                let mapping = pair.get("mapping");
                let rules =
                    [&DISCRIMINATOR_MAPPING_ADDED, &DISCRIMINATOR_MAPPING_CHANGED, &DISCRIMINATOR_MAPPING_DELETED];
                for value in mapping.keys().collect::<BTreeSet<_>>() {
                    self.set(role, rules, &mapping.get(value), |found| found.with("value", Argument::name(value)));
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
fn is_annotation(node: &Node<'_>) -> bool {
    node.value.as_object().is_some_and(|map| map.keys().all(|key| is_prose(key)))
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
                || is_prose(key)
                || says_nothing(key, value.value)
                || numbers::equal(value.value, narrow.get(key).value) && changed.none_in(value.value)
        })
}

/// Whether two schemas have the same string under a key.
fn are_same(a: &Node<'_>, b: &Node<'_>, key: &str) -> bool {
    a.text(key).is_some_and(|text| b.text(key) == Some(text))
}
