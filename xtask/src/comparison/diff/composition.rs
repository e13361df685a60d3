//! `allOf`, `anyOf`, `oneOf`, and what tells their members apart.
//!
//! `allOf` is read by what it means: its members are compared as the one schema that they are
//! together ([`View`]). `anyOf` and `oneOf` are compared member by member, or, where they come or go
//! as a whole, by whether what was allowed before is allowed still.

use std::collections::BTreeSet;
use std::slice;

use super::argument::Argument;
use super::bounds::Bounds;
use super::covers::{Cover, similarity};
use super::facts::are_disjoint;
use super::node::Node;
use super::pair::Nodes;
use super::paths::last_token;
use super::role::Role;
use super::rules::table::{
    ALL_OF_ADDED, ALL_OF_ADDED_ANNOTATION_ONLY, ALL_OF_BECAME_CONTRADICTORY, ALL_OF_BECAME_SATISFIABLE, ALL_OF_REMOVED,
    ALL_OF_REMOVED_ANNOTATION_ONLY, ANY_OF_ADDED, ANY_OF_BECAME_ONE_OF, ANY_OF_DROPPED, ANY_OF_INTRODUCED,
    ANY_OF_REMOVED, ONE_OF_ADDED, ONE_OF_BECAME_ANY_OF, ONE_OF_DROPPED, ONE_OF_INTRODUCED, ONE_OF_OVERLAP,
    ONE_OF_REMOVED, UNWRAPPED_FROM_ANY_OF, UNWRAPPED_FROM_ONE_OF, WRAPPED_IN_ANY_OF, WRAPPED_IN_ONE_OF,
};
use super::rules::{Downgrade, Rule, is_prose};
use super::unevaluated;
use super::view::{Group, View};
use super::views::Views;
use super::walk::Walk;
use crate::upstream::spec;

/// A keyword that lists schemas, and its rules.
struct Composition {
    keyword: &'static str,
    /// For a member that came, and one that went.
    members: [&'static Rule; 2],
    /// The same for a member that says nothing but prose, where that changes nothing.
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
        annotations: [&ANY_OF_ADDED, &ANY_OF_REMOVED],
    },
    whole: [&ANY_OF_INTRODUCED, &ANY_OF_DROPPED],
    wrapped: [&WRAPPED_IN_ANY_OF, &UNWRAPPED_FROM_ANY_OF],
};

const ONE_OF: Alternatives = Alternatives {
    composition: Composition {
        keyword: "oneOf",
        members: [&ONE_OF_ADDED, &ONE_OF_REMOVED],
        annotations: [&ONE_OF_ADDED, &ONE_OF_REMOVED],
    },
    whole: [&ONE_OF_INTRODUCED, &ONE_OF_DROPPED],
    wrapped: [&WRAPPED_IN_ONE_OF, &UNWRAPPED_FROM_ONE_OF],
};

impl<'a> Walk<'a> {
    /// Tells which members an `allOf` got or lost, where that means something: what it means is reported
    /// by itself.
    pub(super) fn members(&mut self, role: Role, views: &Views<'a>) {
        self.beside_references(role.context, &views.old.singles, &views.new.singles);
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

    /// Whether every value that could be given could be given before, or every one that was taken is taken still: then
    /// nobody notices what differs.
    pub(super) fn nothing_lost(&mut self, role: Role, views: &Views<'a>) -> bool {
        let (wide, narrow) = if role.is_response() { (&views.old, &views.new) } else { (&views.new, &views.old) };
        Cover::new(&mut self.likeness, &self.changed, self.bounds.question()).view_covers(wide, narrow)
    }

    /// `anyOf` and `oneOf`. Returns whether the schemas are so compared to their end.
    pub(super) fn alternatives(&mut self, role: Role, views: &Views<'a>) -> bool {
        let (old, new) = (&views.old, &views.new);
        let keywords = |view: &View<'a>| view.groups.iter().map(|group| group.keyword).collect::<Vec<_>>();
        let sees_all = unevaluated::is_said(old) || unevaluated::is_said(new);
        match (&old.groups[..], &new.groups[..]) {
            ([], []) => false,
            // The same alternatives under the other keyword.
            ([from], [to]) if from.keyword != to.keyword => {
                let (key, rule) = match to.keyword {
                    "anyOf" => (ANY_OF, &ONE_OF_BECAME_ANY_OF),
                    _ => (ONE_OF, &ANY_OF_BECAME_ONE_OF),
                };
                self.changed(role, &Nodes::new(from.list.clone(), to.list.clone()), rule);
                self.composition(role, &key.composition, (from, to), sees_all);
                false
            }
            (from, to) if keywords(old) == keywords(new) => {
                for (from, to) in from.iter().zip(to) {
                    self.composition(role, &of_keyword(to.keyword).composition, (from, to), sees_all);
                }
                false
            }
            ([], [group]) => self.introduced(role, &of_keyword(group.keyword), views, group, false),
            ([group], []) => self.introduced(role, &of_keyword(group.keyword), views, group, true),
            (from, to) => {
                // Each is compared with its like; what is left came or went.
                let (mut from, mut to) = (from.to_vec(), to.to_vec());
                from.retain(|group| {
                    let Some(at) = to.iter().position(|other| other.keyword == group.keyword) else { return true };
                    let other = to.remove(at);
                    self.composition(role, &of_keyword(group.keyword).composition, (group, &other), sees_all);
                    false
                });
                for group in to {
                    self.introduced(role, &of_keyword(group.keyword), views, &group, false);
                }
                for group in from {
                    self.introduced(role, &of_keyword(group.keyword), views, &group, true);
                }
                false
            }
        }
    }

    /// Alternatives that came as a whole, or, the other way round, went. Returns whether they took the place of what
    /// the schema said.
    fn introduced(&mut self, role: Role, key: &Alternatives, views: &Views<'a>, group: &Group<'a>, went: bool) -> bool {
        let (without, with) = if went { (&views.new, &views.old) } else { (&views.old, &views.new) };
        if !group.list.value.is_array() {
            self.unclassified(role.context, &views.get(key.composition.keyword));
            return false;
        }
        let plain = |view: &View<'a>| view.has("type") || view.has("properties") || view.lists_values("enum");
        let wraps = plain(without) && !plain(with);
        let nothing_lost = self.nothing_lost(role, views);
        let rules = if wraps { key.wrapped } else { key.whole };
        let found = rules[usize::from(went)]
            .with("type", Argument::Type(without.type_name()))
            .downgraded(Some(Downgrade::NothingLost).filter(|_| nothing_lost));
        self.changed(role, &views.here(), found);
        if wraps && views.old.null() != views.new.null() {
            self.null(role, views);
        }
        wraps
    }

    /// Members of one `anyOf` or `oneOf`: those that belong together are compared, the others came or went. `sees_all`:
    /// whether something beside them depends on which of them a value fits.
    fn composition(&mut self, role: Role, of: &Composition, (from, to): (&Group<'a>, &Group<'a>), sees_all: bool) {
        let lists = Nodes::new(from.list.clone(), to.list.clone());
        let is_list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if !lists.both(is_list) && !lists.are_equal() {
            return self.unclassified(role.context, &lists);
        }
        let (mut old, mut new) = (from.members.clone(), to.members.clone());
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
        pairs.extend(most_alike(&mut old, &mut new, &self.bounds));
        if of.keyword == "oneOf" {
            self.overlap(role, &lists, &pairs, (&old, &new), (from, to));
        }
        for (a, b) in &pairs {
            self.compare(role.inside(), slice::from_ref(a), slice::from_ref(b));
        }
        for (members, others, did) in [(old, to, 1), (new, from, 0)] {
            for member in members {
                // Another alternative may take all that it takes.
                let mut cover = Cover::new(&mut self.likeness, &self.changed, self.bounds.question());
                let covered = cover.is_nothing(&member)
                    || of.keyword == "anyOf"
                        && !sees_all
                        && others
                            .members
                            .iter()
                            .any(|other| cover.covers(slice::from_ref(other), slice::from_ref(&member)));
                drop(cover);
                let role = if covered { role.used_by(role.context.harmless()) } else { role };
                let [came, went] =
                    if did == 0 { [&[][..], slice::from_ref(&member)] } else { [slice::from_ref(&member), &[][..]] };
                self.came_and_went(role, of, came, went);
            }
        }
    }
}

impl<'a> Walk<'a> {
    /// A value that fits two alternatives of a `oneOf` fits none: what widens one of them may narrow the whole.
    fn overlap(
        &mut self,
        role: Role,
        lists: &Nodes<'a>,
        pairs: &[(Node<'a>, Node<'a>)],
        (gone, came): (&[Node<'a>], &[Node<'a>]),
        (from, to): (&Group<'a>, &Group<'a>),
    ) {
        let response = role.is_response();
        // An answer gets values by a narrower alternative, a request loses some by a wider one.
        let (single, group) = if response { (gone, from) } else { (came, to) };
        let mut members: Vec<Node<'a>> = single.to_vec();
        for (old, new) in pairs {
            if self.likeness.of(old, false) == self.likeness.of(new, false) {
                continue;
            }
            let mut cover = Cover::new(&mut self.likeness, &self.changed, self.bounds.question());
            let (wide, narrow, member) = if response { (new, old, old) } else { (old, new, new) };
            if !cover.covers(slice::from_ref(wide), slice::from_ref(narrow)) {
                members.push(member.clone());
            }
        }
        let overlaps = members.iter().any(|member| {
            group
                .members
                .iter()
                .any(|other| other.at != member.at && !are_disjoint(member, other, &self.bounds.question()))
        });
        if overlaps {
            self.changed(role, lists, &ONE_OF_OVERLAP);
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

/// Takes from two lists the pairs of which each is most like the other, where they are alike at all.
fn most_alike<'a>(old: &mut Vec<Node<'a>>, new: &mut Vec<Node<'a>>, bounds: &Bounds) -> Vec<(Node<'a>, Node<'a>)> {
    /// In percent.
    const ALIKE: usize = 50;
    let mut scores: Vec<(usize, usize, usize)> = Vec::new();
    for (i, a) in old.iter().enumerate() {
        for (j, b) in new.iter().enumerate() {
            scores.push((similarity(a, b, &bounds.question()), i, j));
        }
    }
    scores.sort_by_key(|(score, i, j)| (std::cmp::Reverse(*score), *i, *j));
    let (mut taken_old, mut taken_new, mut pairs) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (_, i, j) in scores.into_iter().filter(|(score, ..)| *score >= ALIKE) {
        if !taken_old.contains(&i) && !taken_new.contains(&j) {
            taken_old.insert(i);
            taken_new.insert(j);
            pairs.push((old[i].clone(), new[j].clone()));
        }
    }
    let mut number = 0;
    let mut left = |taken: &BTreeSet<usize>, all: &mut Vec<Node<'a>>| {
        number = 0;
        all.retain(|_| {
            number += 1;
            !taken.contains(&(number - 1))
        });
    };
    left(&taken_old, old);
    left(&taken_new, new);
    pairs
}

fn of_keyword(keyword: &str) -> Alternatives {
    if keyword == "anyOf" { ANY_OF } else { ONE_OF }
}

/// Whether two schemas have the same string under a key.
fn are_same(a: &Node<'_>, b: &Node<'_>, key: &str) -> bool {
    a.text(key).is_some_and(|text| b.text(key) == Some(text))
}
