//! Which changes of the crate are at the places of which findings.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use heck::ToSnakeCase;

use super::demand_of;
use crate::comparison::diff::rules::Rule;
use crate::comparison::diff::rules::table::{
    BECAME_ENUM, ENDPOINT_ADDED, ENUM_DROPPED, ENUM_VALUE_ADDED, ENUM_VALUE_REMOVED, EXTENSIBLE_ENUM_VALUE_ADDED,
    EXTENSIBLE_ENUM_VALUE_REMOVED, REMOVED_BEFORE_SUNSET, REMOVED_SUNSET_PARSE, REMOVED_WITH_DEPRECATION,
    REMOVED_WITHOUT_DEPRECATION, UNUSED_COMPONENT_CHANGED,
};
use crate::comparison::diff::{Argument, Finding, Level};
use crate::generated_crate::Crate;
use crate::generated_crate::belongings::Unit;
use crate::generated_crate::surface::Change;

/// Rules on the values of an enum, which become the variants of a type.
const VALUES: &[&Rule] = &[
    &BECAME_ENUM,
    &ENUM_DROPPED,
    &ENUM_VALUE_ADDED,
    &ENUM_VALUE_REMOVED,
    &EXTENSIBLE_ENUM_VALUE_ADDED,
    &EXTENSIBLE_ENUM_VALUE_REMOVED,
];

/// Rules on a whole operation.
const WHOLE: &[&Rule] = &[
    &ENDPOINT_ADDED,
    &REMOVED_BEFORE_SUNSET,
    &REMOVED_SUNSET_PARSE,
    &REMOVED_WITH_DEPRECATION,
    &REMOVED_WITHOUT_DEPRECATION,
];

/// Functions of a call that take what its answer is.
const OF_ANSWER: &[&str] = &["send", "until", "pages", "items"];

/// How a finding explains a change, the best way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// It is what became of the very place, or of what it demands.
    Exact,
    /// It belongs to an operation that came or went.
    Operation,
    /// It is a type below the place that came or went.
    Below,
    /// It is what the call of the operation has for its answer, its body or its parameters.
    Call,
    /// It follows from another change.
    Follows,
    /// It is something else of a type below the place, which nothing else explains: that it is used there now.
    Uses,
}

/// The findings that touch each change.
pub(super) struct Touched {
    by: Vec<Vec<(Reason, usize)>>,
    exact: Vec<Vec<usize>>,
}

/// The changes, by what they are found by.
struct Index<'c> {
    by_item: BTreeMap<&'c str, usize>,
    by_owner: BTreeMap<&'c str, Vec<usize>>,
    by_unit: BTreeMap<Unit, Vec<usize>>,
    by_demand: BTreeMap<&'c str, Vec<usize>>,
    /// Units of which all comes or goes.
    whole: BTreeSet<Unit>,
}

impl<'c> Index<'c> {
    fn of(crates: &[Rc<Crate>; 2], changes: &'c [Change]) -> Self {
        let mut index = Self {
            by_item: BTreeMap::new(),
            by_owner: BTreeMap::new(),
            by_unit: BTreeMap::new(),
            by_demand: BTreeMap::new(),
            whole: BTreeSet::new(),
        };
        for (at, change) in changes.iter().enumerate() {
            index.by_item.insert(&change.item, at);
            if let Some(owner) = change.owner() {
                index.by_owner.entry(owner).or_default().push(at);
            }
            if let Some(demand) = &change.demand {
                index.by_demand.entry(demand).or_default().push(at);
            }
            if let Some(unit) = crates.iter().find_map(|krate| krate.unit(&change.item)) {
                if change.item == unit.head() && change.old.is_none() != change.new.is_none() {
                    index.whole.insert(unit.clone());
                }
                index.by_unit.entry(unit).or_default().push(at);
            }
        }
        index
    }

    fn of_unit(&self, unit: &Unit) -> &[usize] {
        self.by_unit.get(unit).map_or(&[], Vec::as_slice)
    }
}

impl Touched {
    pub(super) fn of(crates: &[Rc<Crate>; 2], changes: &[Change], findings: &[&Finding]) -> Self {
        let index = Index::of(crates, changes);
        let mut touched = Self { by: vec![Vec::new(); changes.len()], exact: vec![Vec::new(); findings.len()] };
        for (number, finding) in findings.iter().enumerate() {
            // What no operation uses is a type nevertheless.
            let is_built = finding.level > Level::Doc || finding.rule.id == UNUSED_COMPONENT_CHANGED.id;
            if is_built && is_offered(crates, finding) {
                touched.add(crates, changes, &index, (number, finding));
            }
        }
        touched
    }

    /// The findings that touch a change, and why each does.
    pub(super) fn by(&self, change: usize) -> &[(Reason, usize)] {
        &self.by[change]
    }

    /// The changes of a finding's very place.
    pub(super) fn exact(&self, finding: usize) -> impl Iterator<Item = usize> {
        self.exact[finding].iter().copied()
    }

    fn add(
        &mut self,
        crates: &[Rc<Crate>; 2],
        changes: &[Change],
        index: &Index<'_>,
        (number, finding): (usize, &Finding),
    ) {
        let mut found: BTreeMap<usize, Reason> = BTreeMap::new();
        let mut note = |at: usize, reason: Reason| {
            let known = found.entry(at).or_insert(reason);
            *known = reason.min(*known);
        };
        let pointers = [&finding.old_pointer, &finding.new_pointer];
        let functions: BTreeSet<&str> = finding
            .operations
            .iter()
            .flat_map(|operation| crates.iter().filter_map(|krate| krate.function(operation)))
            .collect();
        let items: Vec<&str> = crates.iter().zip(pointers).flat_map(|(krate, pointer)| krate.items(pointer)).collect();
        let has_field = items.iter().any(|item| is_field(item));
        let values = values_of(finding);
        for item in items {
            // Of a place that is a field, its type is what is below.
            let reason = if has_field && !is_field(item) { Reason::Below } else { Reason::Exact };
            index.by_item.get(item).into_iter().for_each(|at| note(*at, reason));
            if VALUES.contains(&finding.rule) {
                let variants = index.by_owner.get(item).map_or(&[][..], Vec::as_slice);
                let is_meant = |at: &&usize| {
                    changes[**at].item.rsplit("::").next().is_some_and(|name| values.contains(&letters(name)))
                };
                let meant: Vec<&usize> = variants.iter().filter(is_meant).collect();
                // Where none has the name of a value, it may be any of them.
                let variants = if meant.is_empty() { variants.iter().collect() } else { meant };
                variants.into_iter().for_each(|at| note(*at, Reason::Exact));
            }
        }
        index.by_demand.get(&*demand_of(finding)).into_iter().flatten().for_each(|at| note(*at, Reason::Exact));
        let names = parameters_of(finding);
        let is_whole = WHOLE.contains(&finding.rule);
        for function in functions {
            for at in index.of_unit(&Unit::Operation(function.to_owned())) {
                match part_of(finding) {
                    _ if is_whole => note(*at, Reason::Operation),
                    Part::Parameter => {
                        let is_of = |setter: &str| names.iter().any(|name| is_setter_of(setter, name));
                        if changes[*at].setter().is_some_and(|(_, setter)| is_of(setter)) {
                            note(*at, Reason::Exact);
                        }
                    }
                    Part::Answer if has_function(&changes[*at], OF_ANSWER) => note(*at, Reason::Call),
                    Part::Body if has_function(&changes[*at], &["body", "body_map"]) => note(*at, Reason::Call),
                    Part::Operation => note(*at, Reason::Call),
                    Part::Answer | Part::Body => {}
                }
            }
        }
        for name in crates.iter().zip(pointers).flat_map(|(krate, pointer)| krate.types_below(pointer)) {
            let unit = Unit::Type(name);
            let is_whole = is_whole || index.whole.contains(&unit);
            let reason = if is_whole { Reason::Below } else { Reason::Uses };
            index.of_unit(&unit).iter().for_each(|at| note(*at, reason));
        }
        for (at, reason) in found {
            self.by[at].push((reason, number));
            if reason == Reason::Exact {
                self.exact[number].push(at);
            }
        }
    }
}

/// The part of an operation that a finding is in.
enum Part {
    Parameter,
    Body,
    Answer,
    Operation,
}

fn part_of(finding: &Finding) -> Part {
    let pointer = if finding.new_pointer.is_empty() { &finding.old_pointer } else { &finding.new_pointer };
    let tokens: Vec<&str> = pointer.split('/').skip(1).collect();
    match tokens[..] {
        ["components", "parameters", ..] | [_, _, "parameters", ..] | [_, _, _, "parameters", ..] => Part::Parameter,
        _ if finding.subject.parameter().is_some() => Part::Parameter,
        [_, _, _, "responses", ..] => Part::Answer,
        [_, _, _, "requestBody", ..] => Part::Body,
        _ => Part::Operation,
    }
}

/// What the parameters that a finding is about may be called in the crate.
fn parameters_of(finding: &Finding) -> BTreeSet<String> {
    let named = finding.arguments.values().filter_map(|argument| match argument {
        Argument::Name(name) | Argument::Value(name) => Some(name.as_str()),
        _ => None,
    });
    finding.subject.parameter().into_iter().chain(named).map(ToSnakeCase::to_snake_case).collect()
}

/// The values that a finding is about, as the letters and digits of variants.
fn values_of(finding: &Finding) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for argument in finding.arguments.values() {
        match argument {
            Argument::Name(value) | Argument::Value(value) => drop(values.insert(letters(value))),
            Argument::Values(all) => values.extend(all.iter().map(|value| letters(value))),
            _ => {}
        }
    }
    values
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_field(item: &str) -> bool {
    item.matches("::").count() > 1
}

/// Whether a setter is that of a parameter, or the one that takes an `Option` for it.
fn is_setter_of(setter: &str, name: &str) -> bool {
    let setter = setter.trim_matches('_');
    setter == name.trim_matches('_') || setter.strip_prefix("set_") == Some(name)
}

fn has_function(change: &Change, names: &[&str]) -> bool {
    change.setter().is_some_and(|(_, name)| names.contains(&name)) || change.item.contains(": impl ")
}

/// Whether the crate offers an operation of a finding, or it is of none.
pub(super) fn is_offered(crates: &[Rc<Crate>; 2], finding: &Finding) -> bool {
    let offered = |name: &String| crates.iter().any(|krate| krate.function(name).is_some());
    finding.operations.is_empty() || finding.operations.iter().any(offered)
}
