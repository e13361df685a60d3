//! Counts: how often something was seen, and where first.

use std::collections::BTreeMap;

use super::guess::{Guess, Room};
use crate::line::shape::{Kind, Shape};

/// Where an exchange is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// The number of its file.
    pub source: usize,
    /// Its line, or its number among the entries of a HAR file.
    pub line: u64,
}

/// An exchange that is being counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) example: Example,
    /// The number of its label, as a bit.
    pub(crate) label: u64,
    /// Its number among all, from 1 on.
    pub(crate) number: u64,
}

/// How often something was seen.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// In how many values.
    pub(crate) values: u64,
    /// In how many exchanges.
    pub(crate) exchanges: u64,
    /// The number of the last one.
    last: u64,
    pub(crate) first: Option<Example>,
    /// The labels of the exchanges.
    pub(crate) labels: u64,
}

impl Tally {
    pub(super) fn add(&mut self, values: u64, at: &At) {
        self.values += values;
        if self.last != at.number {
            self.last = at.number;
            self.exchanges += 1;
        }
        self.first.get_or_insert(at.example);
        self.labels |= at.label;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.values += other.values;
        self.exchanges += other.exchanges;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.labels |= other.labels;
    }
}

/// What was seen at a place, in one part of one operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// All values.
    pub(crate) total: Tally,
    /// How many there are of each type.
    pub(crate) kinds: BTreeMap<Kind, u64>,
    /// Values of types that the place does not allow, null among them.
    pub(crate) foreign: BTreeMap<Kind, Tally>,
    /// What those are that are not null.
    pub(crate) guess: Guess,
    /// How often each value was seen that the place lists.
    pub(crate) listed: Vec<u64>,
    /// Values that the place does not list, as JSON.
    pub(crate) unlisted: BTreeMap<String, Tally>,
    /// Values that the place does not list, and that the recording does not have.
    pub(crate) unnamed: Tally,
    /// Texts that do not have the format, and what they have in common.
    pub(crate) misfits: Tally,
    pub(crate) misfit: Guess,
    /// Texts that have the format.
    pub(crate) fits: u64,
    pub(crate) objects: Tally,
    /// Properties that have to be there, and are not.
    pub(crate) missing: BTreeMap<String, Tally>,
    /// Properties that nobody described.
    pub(crate) unknown: BTreeMap<String, (Tally, Guess)>,
    /// Objects with entries that nobody described, and whose names the recording does not have.
    pub(crate) unnamed_fields: Tally,
}

impl Seen {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        for (kind, count) in &other.kinds {
            *self.kinds.entry(*kind).or_default() += count;
        }
        for (kind, tally) in &other.foreign {
            self.foreign.entry(*kind).or_default().merge(tally);
        }
        self.guess.merge(&other.guess);
        self.listed.resize(self.listed.len().max(other.listed.len()), 0);
        self.listed.iter_mut().zip(&other.listed).for_each(|(count, more)| *count += more);
        for (value, tally) in &other.unlisted {
            self.unlisted.entry(value.clone()).or_default().merge(tally);
        }
        self.unnamed.merge(&other.unnamed);
        self.misfits.merge(&other.misfits);
        self.misfit.merge(&other.misfit);
        self.fits += other.fits;
        self.objects.merge(&other.objects);
        for (name, tally) in &other.missing {
            self.missing.entry(name.clone()).or_default().merge(tally);
        }
        for (name, (tally, guess)) in &other.unknown {
            let (there, known) = self.unknown.entry(name.clone()).or_default();
            there.merge(tally);
            known.merge(guess);
        }
        self.unnamed_fields.merge(&other.unnamed_fields);
    }
}

/// A number of things: `1 answer`, `2 answers`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Counts something that nobody described. Returns whether there was room for it.
pub(super) fn note(
    into: &mut BTreeMap<String, (Tally, Guess)>,
    name: &str,
    shape: &Shape,
    values: u64,
    at: &At,
    room: &mut Room,
) -> bool {
    let beside = into.len();
    let known = match into.get_mut(name) {
        Some(known) => known,
        None if room.take(beside) => into.entry(name.to_owned()).or_default(),
        None => return false,
    };
    known.0.add(values, at);
    known.1.absorb(shape, room);
    true
}
