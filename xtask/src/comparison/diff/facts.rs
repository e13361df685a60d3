//! What holds together of a schema's alternatives, one of each taken.

use std::collections::BTreeSet;
use std::slice;

use serde_json::Value;

use super::alternatives::type_of_json;
use super::bounds::Question;
use super::node::Node;
use super::numbers;
use super::view::{Group, View};

/// How many combinations of alternatives are looked at. Schemas with more are taken not to be covered.
pub(super) const MOST_COMBINATIONS: usize = 64;

/// How deep two schemas are looked into for a property that tells them apart.
pub(super) const DISJOINT_DEPTH: u8 = 3;

/// One combination of alternatives: schemas that all hold.
#[derive(Clone)]
pub(super) struct Facts<'a> {
    pub(super) parts: Vec<Node<'a>>,
    /// The groups that one member was taken of.
    pub(super) groups: Vec<Group<'a>>,
    pub(super) values: Option<BTreeSet<String>>,
    /// What tells it from others of one question.
    pub(super) number: usize,
}

impl<'a> Facts<'a> {
    /// What is said under a key, anywhere.
    pub(super) fn all(&self, key: &str) -> Vec<Node<'a>> {
        self.parts.iter().filter(|part| part.has(key)).map(|part| part.get(key)).collect()
    }

    pub(super) fn values(&self, key: &str) -> Vec<&'a Value> {
        self.parts.iter().filter_map(|part| part.value.get(key)).collect()
    }

    /// Whether all values are listed, and each is as it should be.
    pub(super) fn each_value(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.values.as_ref().is_some_and(|values| values.iter().all(|json| fits(json)))
    }

    /// The types that a value may have; nothing, where it may have any.
    pub(super) fn types(&self) -> Option<BTreeSet<String>> {
        let said: BTreeSet<String> =
            self.values("type").iter().filter_map(|of| of.as_str().map(str::to_owned)).collect();
        match &self.values {
            Some(values) => Some(values.iter().map(|json| type_of_json(json).to_owned()).collect()),
            None if said.is_empty() => None,
            // Of an integer and a number it is the integer.
            None if said.contains("integer") => Some(BTreeSet::from(["integer".to_owned()])),
            None => Some(said),
        }
    }

    /// Whether all numbers among them are whole.
    pub(super) fn are_whole(&self) -> bool {
        self.types().is_some_and(|types| !types.contains("number"))
            || self.values("multipleOf").into_iter().any(numbers::is_whole)
    }

    pub(super) fn required(&self) -> BTreeSet<&'a str> {
        self.values("required").into_iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect()
    }

    /// All schemas of a property.
    pub(super) fn property(&self, name: &str) -> Vec<Node<'a>> {
        let schema = |part: &Node<'a>| {
            let properties = part.get("properties");
            let others = part.get("additionalProperties");
            match properties.has(name) {
                true => Some(properties.get(name)),
                false => Some(others).filter(|others| others.value.is_object() && !part.has("patternProperties")),
            }
        };
        self.parts.iter().filter_map(schema).collect()
    }

    /// What is said of all properties that are not described by their names.
    pub(super) fn others(&self) -> Vec<Node<'a>> {
        let parts = self.parts.iter().filter(|part| !part.has("patternProperties"));
        parts.map(|part| part.get("additionalProperties")).filter(|others| others.value.is_object()).collect()
    }

    /// Whether no value has a property.
    pub(super) fn excludes(&self, name: &str) -> bool {
        let excludes =
            |part: &Node<'a>| part.is_closed() && !part.get("properties").has(name) && !part.has("patternProperties");
        self.parts.iter().any(excludes)
    }

    /// Whether no value has a property that is not described.
    pub(super) fn is_closed(&self) -> bool {
        self.parts.iter().any(|part| part.is_closed() && !part.has("patternProperties"))
    }
}

/// The combinations of a schema's alternatives; nothing, where they are too many.
pub(super) fn combinations<'a>(view: &View<'a>, question: &Question<'_>) -> Option<Vec<Facts<'a>>> {
    fn add<'a>(
        view: &View<'a>,
        to: Facts<'a>,
        depth: u8,
        question: &Question<'_>,
        into: &mut Vec<Facts<'a>>,
    ) -> Option<()> {
        Some(()).filter(|()| question.step())?;
        let mut facts = to;
        facts.parts.extend(view.parts().iter().cloned());
        facts.values = match (facts.values.take(), view.values("enum")) {
            (Some(a), Some(b)) => Some(a.intersection(&b).cloned().collect()),
            (a, b) => a.or(b),
        };
        expand(facts, &view.groups, depth, question, into)
    }
    fn expand<'a>(
        facts: Facts<'a>,
        groups: &[Group<'a>],
        depth: u8,
        question: &Question<'_>,
        into: &mut Vec<Facts<'a>>,
    ) -> Option<()> {
        let Some((group, others)) = groups.split_first() else {
            into.push(facts);
            return Some(()).filter(|()| into.len() <= MOST_COMBINATIONS);
        };
        let depth = depth.checked_sub(1)?;
        // What fits one of two that are equal fits both, of which oneOf takes none. Under another title it is meant.
        let is_twice = |member: &Node<'a>| {
            group.keyword == "oneOf" && group.members.iter().filter(|other| other.value == member.value).count() > 1
        };
        for member in group.members.iter().filter(|member| !is_twice(member)) {
            let mut facts = facts.clone();
            facts.groups.push(group.clone());
            let mut inner = Vec::new();
            add(&View::of(slice::from_ref(member)), facts, depth, question, &mut inner)?;
            for facts in inner {
                expand(facts, others, depth, question, into)?;
            }
        }
        Some(())
    }
    let mut all = Vec::new();
    let none = Facts { parts: Vec::new(), groups: Vec::new(), values: None, number: 0 };
    add(view, none, 8, question, &mut all)?;
    Some(all)
}

/// Whether no value fits both, null aside.
pub(super) fn disjoint(a: &Facts<'_>, b: &Facts<'_>, depth: u8, question: &Question<'_>) -> bool {
    if !question.step() {
        return false;
    }
    let apart = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.is_disjoint(b);
    if let (Some(x), Some(y)) = (&a.values, &b.values)
        && apart(x, y)
    {
        return true;
    }
    if let (Some(x), Some(y)) = (a.types(), b.types()) {
        let numeric = |types: &BTreeSet<String>| types.contains("integer") || types.contains("number");
        if apart(&x, &y) && !(numeric(&x) && numeric(&y)) {
            return true;
        }
    }
    if a.required().iter().any(|name| b.excludes(name)) || b.required().iter().any(|name| a.excludes(name)) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let required = a.required();
    let shared = b.required().into_iter().filter(|name| required.contains(name));
    shared.into_iter().any(|name| {
        let views = (View::of(&a.property(name)), View::of(&b.property(name)));
        let null = (views.0.null(), views.1.null());
        match (combinations(&views.0, question), combinations(&views.1, question)) {
            (Some(x), Some(y)) if null.0 == Some(false) || null.1 == Some(false) || both_listed(&views) => {
                x.iter().all(|x| y.iter().all(|y| disjoint(x, y, depth, question)))
            }
            _ => false,
        }
    })
}

fn both_listed(views: &(View<'_>, View<'_>)) -> bool {
    views.0.values("enum").is_some() && views.1.values("enum").is_some()
}

/// Whether two schemas surely have no value in common, null aside.
pub(super) fn are_disjoint<'a>(a: &Node<'a>, b: &Node<'a>, question: &Question<'_>) -> bool {
    let all = |node: &Node<'a>| combinations(&View::of(slice::from_ref(node)), question);
    match (all(a), all(b)) {
        (Some(x), Some(y)) => x.iter().all(|x| y.iter().all(|y| disjoint(x, y, DISJOINT_DEPTH, question))),
        _ => false,
    }
}
