//! What each finding on the wire means for the crate: which changes of its surface come of it.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

use super::{Impact, demand_of};
use crate::comparison::diff::rules::Rule;
use crate::comparison::diff::rules::table::{
    ADDITIONAL_PROPERTIES_ALLOWED, ADDITIONAL_PROPERTIES_DISALLOWED, ADDITIONAL_PROPERTIES_GENERALIZED,
    ADDITIONAL_PROPERTIES_SPECIALIZED, BECAME_ENUM, BECAME_NOT_NULLABLE, BECAME_NULLABLE, BECAME_OPTIONAL,
    BECAME_REQUIRED, ENUM_DROPPED, ENUM_VALUE_ADDED, ENUM_VALUE_REMOVED, EXTENSIBLE_ENUM_VALUE_ADDED,
    EXTENSIBLE_ENUM_VALUE_REMOVED,
};
use crate::comparison::diff::{Argument, Direction, Finding, Level};
use crate::generated_crate::Crate;
use crate::generated_crate::surface::{Change, Kind, Surface};
use crate::upstream::operations;

/// Rules on the values of an enum, which become the variants of a type.
const VALUES: &[&Rule] = &[
    &BECAME_ENUM,
    &ENUM_DROPPED,
    &ENUM_VALUE_ADDED,
    &ENUM_VALUE_REMOVED,
    &EXTENSIBLE_ENUM_VALUE_ADDED,
    &EXTENSIBLE_ENUM_VALUE_REMOVED,
];

/// Rules on properties that no schema describes, which the crate ignores in an answer.
const OTHER_PROPERTIES: &[&Rule] = &[
    &ADDITIONAL_PROPERTIES_ALLOWED,
    &ADDITIONAL_PROPERTIES_DISALLOWED,
    &ADDITIONAL_PROPERTIES_GENERALIZED,
    &ADDITIONAL_PROPERTIES_SPECIALIZED,
];

/// Rules on whether a value may be missing.
const PRESENCE: &[&Rule] = &[&BECAME_NULLABLE, &BECAME_NOT_NULLABLE, &BECAME_OPTIONAL, &BECAME_REQUIRED];

impl Impact {
    /// What findings on the wire mean for the crate, in words, each at its place. Each change of the crate is said of
    /// a finding, where there is one: a change that no finding is known to make is said of all that may have made it.
    pub fn effects(&self, findings: &[&Finding]) -> Vec<Option<String>> {
        let Some([old, new]) = &self.crates else { return vec![None; findings.len()] };
        let mut touched: Vec<BTreeSet<usize>> =
            findings.iter().map(|finding| self.touched((old, new), finding)).collect();
        let known: BTreeSet<usize> = touched.iter().flatten().copied().collect();
        let alone = touched.clone();
        for at in (0..self.changes.len()).filter(|at| !known.contains(at) && !self.comes_along(*at, &known)) {
            let endpoints = endpoints_of(&self.changes[at], [old, new]);
            let may = |finding: &Finding| {
                endpoints.is_empty()
                    || finding.operations.is_empty()
                    || finding.operations.iter().any(|operation| endpoints.contains(operation))
            };
            // Rather one that is not known to do something else, and rather one that is not for readers.
            let rank = |n: usize| (findings[n].level == Level::Doc, !alone[n].is_empty());
            let best = (0..findings.len()).filter(|n| may(findings[*n])).map(rank).min();
            for n in (0..findings.len()).filter(|n| may(findings[*n]) && Some(rank(*n)) == best) {
                touched[n].insert(at);
            }
        }
        findings.iter().zip(touched).map(|(finding, touched)| self.told((old, new), finding, &touched)).collect()
    }

    /// The changes that a finding is known to make, by their numbers.
    fn touched(&self, (old, new): (&Crate, &Crate), finding: &Finding) -> BTreeSet<usize> {
        if finding.level == Level::Doc || !is_offered((old, new), finding) {
            return BTreeSet::new();
        }
        let mut items = old.items(&finding.old_pointer);
        items.extend(new.items(&finding.new_pointer));
        let demand = demand_of(finding);
        let names: BTreeSet<String> = finding.arguments.values().filter_map(name_of).collect();
        let touches = |change: &Change| {
            items.contains(&change.item.as_str())
                // A type's variants are what its values became.
                || VALUES.contains(&finding.rule) && change.owner().is_some_and(|owner| items.contains(&owner))
                || change.demand.as_ref() == Some(&demand)
                // A parameter of a call has a setter.
                || change.setter().is_some_and(|(_, name)| names.contains(name.trim_end_matches('_')))
                    && endpoints_of(change, [old, new]).iter().any(|endpoint| finding.operations.contains(endpoint))
        };
        (0..self.changes.len()).filter(|at| touches(&self.changes[*at])).collect()
    }

    /// Whether a change comes along with others: what belongs to a type that is new or gone, what a type implements,
    /// and the setters of a field.
    fn comes_along(&self, at: usize, known: &BTreeSet<usize>) -> bool {
        let change = &self.changes[at];
        let item = change.item.split(": impl ").next().unwrap_or_default();
        let (owner, _) = item.rsplit_once("::").unwrap_or_default();
        let owner = owner.strip_prefix("types::builder::").map_or(owner.to_owned(), |of| format!("types::{of}"));
        let with = [owner, item.to_owned()];
        let is_known = |item: &str| known.iter().any(|known| self.changes[*known].item == item);
        with.iter().any(|item| is_known(item))
            || item.strip_prefix("types::builder::").is_some_and(|of| is_known(&format!("types::{of}")))
            || change.comes_with().iter().any(|item| is_known(item))
    }

    /// What is said of a finding that makes these changes.
    fn told(&self, (old, new): (&Crate, &Crate), finding: &Finding, touched: &BTreeSet<usize>) -> Option<String> {
        let mut said: Vec<String> = touched.iter().map(|at| described(&self.changes[*at])).collect();
        said.dedup();
        if !said.is_empty() {
            return Some(said.join("; "));
        }
        if finding.level == Level::Doc {
            return None;
        }
        if !is_offered((old, new), finding) {
            return Some("no change, the crate does not offer it".to_owned());
        }
        let mut items = old.items(&finding.old_pointer);
        items.extend(new.items(&finding.new_pointer));
        let is = |rules: &[&Rule]| rules.contains(&finding.rule);
        let response = finding.direction == Direction::Response;
        let why = match () {
            () if response && is(OTHER_PROPERTIES) => ", unknown fields are ignored",
            () if response && is(&[&ENUM_VALUE_ADDED, &EXTENSIBLE_ENUM_VALUE_ADDED]) => ", unknown values are kept",
            () if is(PRESENCE) && are_optional(&new.surface, &items) => ", already optional",
            () => "",
        };
        Some(format!("no change{why}"))
    }
}

/// Whether the crate offers an operation of a finding, or it is of none.
fn is_offered((old, new): (&Crate, &Crate), finding: &Finding) -> bool {
    let offered = |name: &String| old.operations.contains(name) || new.operations.contains(name);
    finding.operations.is_empty() || finding.operations.iter().any(offered)
}

/// The operations that an item of the client is for; none for a type.
fn endpoints_of(change: &Change, crates: [&Crate; 2]) -> Vec<String> {
    let of = change.setter().map(|(operation, _)| operation).or_else(|| {
        let item = change.item.as_str();
        item.strip_prefix("Client::")
            .or_else(|| item.strip_prefix("builder::"))
            .or_else(|| item.split_once("(): ").map(|(id, _)| id))
    });
    let Some(of) = of.map(ToSnakeCase::to_snake_case) else { return Vec::new() };
    let documents = crates.iter().flat_map(|krate| operations::of(&krate.effective.value));
    documents.filter(|operation| operation.id.to_snake_case() == of).map(|operation| operation.endpoint()).collect()
}

/// What a setter would be called for a name that a finding has.
fn name_of(argument: &Argument) -> Option<String> {
    match argument {
        Argument::Name(name) => Some(name.to_snake_case()),
        Argument::Value(value) => Some(value.to_snake_case()),
        _ => None,
    }
}

fn described(change: &Change) -> String {
    let shape = |shape: &Option<String>| shape.clone().unwrap_or_else(|| "nothing".into());
    format!("{}: {} → {} ({})", change.item, shape(&change.old), shape(&change.new), change.bump)
}

/// Whether all fields among items may be missing in the crate, and there is one.
fn are_optional(surface: &Surface, items: &[&str]) -> bool {
    let fields = items.iter().filter_map(|item| surface.get(item)).filter(|item| item.kind == Kind::Field);
    let mut fields = fields.map(|field| field.text.starts_with("Option<")).peekable();
    fields.peek().is_some() && fields.all(|optional| optional)
}
