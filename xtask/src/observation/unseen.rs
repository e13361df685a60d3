//! What the evidence does not show: neither confirmed nor contradicted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::counts::{Seen, counted};
use super::evidence::{Evidence, SeenOperation};
use super::places::PlaceId;
use super::told;
use crate::comparison::diff::Direction;
use crate::effective::claims::{Claim, Says};
use crate::generate::document::escape;
use crate::line::shape::Kind;

/// What was seen at each place, by direction.
pub(crate) type AtPlaces = BTreeMap<(PlaceId, Direction), Seen>;

/// Lists of what was not seen, by their titles.
pub(crate) fn lists(
    document: &Value,
    evidence: &Evidence<'_>,
    seen: &AtPlaces,
    claims: &[Claim],
) -> Vec<(&'static str, Vec<String>)> {
    let mut lists = vec![
        ("operations not seen", operations(evidence)),
        ("answers not seen", answers(evidence)),
        ("fields not seen", fields(document, evidence, seen)),
        ("values not seen", values(document, evidence, seen)),
    ];
    if !claims.is_empty() {
        lists.push(("corrections that nothing confirms", unconfirmed(document, evidence, seen, claims)));
    }
    lists
}

fn operations(evidence: &Evidence<'_>) -> Vec<String> {
    let all = evidence.places.operations.iter().enumerate();
    all.filter(|(number, _)| !evidence.operations.contains_key(number)).map(|(_, it)| it.id.clone()).collect()
}

/// The answers that were not seen of operations that were: a line for each.
fn answers(evidence: &Evidence<'_>) -> Vec<String> {
    let line = |(number, seen): (&usize, &SeenOperation)| {
        let operation = evidence.operation(*number);
        let there: BTreeSet<usize> = seen.statuses.keys().filter_map(|status| operation.answer(*status)).collect();
        let missing = operation.answers.iter().enumerate().filter(|(number, _)| !there.contains(number));
        let missing: Vec<&str> = missing.map(|(_, answer)| answer.status.as_str()).collect();
        (!missing.is_empty()).then(|| format!("{}: {}", operation.id, missing.join(", ")))
    };
    evidence.operations.iter().filter_map(line).collect()
}

/// Properties of objects that were seen, in what the same side sends.
fn fields(document: &Value, evidence: &Evidence<'_>, seen: &AtPlaces) -> Vec<String> {
    let mut lines = Vec::new();
    for ((place, direction), at) in seen.iter().filter(|(_, at)| at.objects.values > 0) {
        let place = &evidence.places[*place];
        let mut missing: Vec<&str> = place
            .properties
            .iter()
            .filter(|(_, inner)| !seen.contains_key(&(**inner, *direction)))
            .filter(|(_, inner)| evidence.places.is_sent(**inner, *direction == Direction::Response))
            .map(|(name, _)| name.as_str())
            .collect();
        missing.sort_unstable();
        let side = if *direction == Direction::Request { " (request)" } else { "" };
        let of = told::place(document, &place.pointer);
        let objects = counted(at.objects.values, "object");
        lines.extend(missing.into_iter().map(|name| format!("{of}: {name}{side}, in {objects}")));
    }
    lines
}

/// Values of enums that were seen with others.
fn values(document: &Value, evidence: &Evidence<'_>, seen: &AtPlaces) -> Vec<String> {
    let mut there: BTreeMap<PlaceId, (Vec<u64>, u64)> = BTreeMap::new();
    for ((place, _), at) in seen {
        if let Some(values) = &evidence.places[*place].values {
            let (counts, total) = there.entry(*place).or_insert_with(|| (vec![0; values.len()], 0));
            counts.iter_mut().zip(&at.listed).for_each(|(count, more)| *count += more);
            *total += at.total.values;
        }
    }
    let line = |(place, (counts, total)): (PlaceId, (Vec<u64>, u64))| {
        let place = &evidence.places[place];
        let values = place.values.iter().flatten().zip(counts);
        let missing = values.filter(|(value, count)| *count == 0 && !value.is_null()).map(|(value, _)| value);
        let missing: Vec<String> =
            missing.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
        let is_told = !missing.is_empty();
        let values = counted(total, "value");
        is_told.then(|| format!("{}: {}, in {values}", told::place(document, &place.pointer), missing.join(", ")))
    };
    there.into_iter().filter_map(line).collect()
}

/// A pointer without what only composes: a correction and the document differ in how null is written.
fn plain(pointer: &str) -> String {
    let mut plain = String::new();
    let mut tokens = pointer.split('/').skip(1).peekable();
    while let Some(token) = tokens.next() {
        let is_number = tokens.peek().is_some_and(|next| next.bytes().all(|byte| byte.is_ascii_digit()));
        if ["allOf", "anyOf", "oneOf"].contains(&token) && is_number {
            tokens.next();
        } else {
            plain.push('/');
            plain.push_str(token);
        }
    }
    plain
}

/// What was seen at places that are one but for how they are composed.
#[derive(Default)]
struct Shown {
    values: u64,
    nulls: u64,
    fits: u64,
    is_missing: bool,
}

fn unconfirmed(document: &Value, evidence: &Evidence<'_>, seen: &AtPlaces, claims: &[Claim]) -> Vec<String> {
    let mut shown: HashMap<String, Shown> = HashMap::new();
    for ((place, _), at) in seen {
        let place = &evidence.places[*place];
        let here = shown.entry(plain(&place.pointer)).or_default();
        let nulls = at.kinds.get(&Kind::Null).copied().unwrap_or_default();
        here.values = here.values.max(at.total.values);
        here.nulls += nulls;
        here.fits += at.fits;
        for (name, inner) in &place.properties {
            let there =
                seen.iter().filter(|((other, _), _)| other == inner).map(|(_, at)| at.total.values).sum::<u64>();
            let pointer = format!("{}/properties/{}", plain(&place.pointer), escape(name));
            shown.entry(pointer).or_default().is_missing |= there < at.objects.values;
        }
    }
    for (number, operation) in &evidence.operations {
        let described = evidence.operation(*number);
        shown.entry(described.pointer.clone()).or_default().values = operation.total.values;
        for (status, body) in &operation.statuses {
            if let Some(answer) = described.answer(*status) {
                let described = &described.answers[answer].body;
                shown.entry(described.pointer.clone()).or_default().values += body.total.values;
                let other: u64 = body.other.values().map(|(tally, _)| tally.values).sum();
                let as_described = body.total.values - body.empty.values - body.unreadable.values - other;
                for media_type in &described.media_types {
                    let pointer = format!("{}/content/{}", described.pointer, escape(media_type));
                    shown.entry(pointer).or_default().values += as_described;
                }
            }
        }
    }
    let parts = evidence.parts.keys();
    let parts: BTreeSet<_> = parts.collect();
    let is_reached = |all: &BTreeSet<_>| all.iter().any(|part| parts.contains(part));
    let near = evidence.reached.iter().filter(|(_, all)| is_reached(all));
    let near: BTreeSet<String> = near.map(|(place, _)| plain(&evidence.places[*place].pointer)).collect();
    let is_confirmed = |claim: &&Claim| {
        let there = shown.get(&plain(&claim.pointer));
        there.is_some_and(|there| match claim.says {
            Says::Null => there.nulls > 0 || there.is_missing,
            Says::Format => there.fits > 0,
            Says::There => there.values > 0,
        })
    };
    // Of operations that were not seen, nothing can be.
    let is_near = |claim: &&Claim| {
        let pointer = plain(&claim.pointer);
        near.contains(&pointer)
            || evidence.operations.keys().any(|number| pointer.starts_with(&evidence.operation(*number).pointer))
    };
    let line = |claim: &Claim| {
        let says = match claim.says {
            Says::Null => "may be null",
            Says::Format => "has its format",
            Says::There => "is as corrected",
        };
        format!("{} {says}: {}", told::place(document, &claim.pointer), claim.by)
    };
    claims.iter().filter(is_near).filter(|claim| !is_confirmed(claim)).map(line).collect()
}
