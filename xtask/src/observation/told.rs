//! Evidence in words and numbers, as it stands beside a finding.

use serde_json::Value;

use super::counts::{Example, Seen, Tally, counted};
use super::evidence::{Evidence, Part};
use super::places::PlaceId;
use crate::comparison::diff::{Direction, Step, steps, within_operation};
use crate::line::shape::Kind;

/// What was seen, how often, and where first.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// `null in 14 of 20 answers`.
    pub(crate) text: String,
    /// In how many values it was seen, and of how many.
    pub(crate) seen: u64,
    pub(crate) of: u64,
    pub(crate) first: Option<Example>,
    pub(crate) labels: Vec<String>,
    /// Where the same is described, and was never seen.
    pub(crate) unseen: Vec<String>,
}

impl Told {
    pub(crate) fn new(evidence: &Evidence<'_>, text: String, tally: &Tally, of: &Tally) -> Self {
        let labels = evidence.labels.iter().enumerate().filter(|(number, _)| tally.labels & (1 << number) != 0);
        let labels = labels.map(|(_, label)| label.clone()).filter(|label| !label.is_empty()).collect();
        Self { text, seen: tally.values, of: of.values, first: tally.first, labels, unseen: Vec::new() }
    }

    /// With the parts of operations that have a place and in which it was not seen.
    pub(crate) fn with_unseen(mut self, evidence: &Evidence<'_>, place: PlaceId) -> Self {
        let all = evidence.reached.get(&place).into_iter().flatten();
        let is_seen = |at: &&(usize, Part)| evidence.parts.get(at).is_some_and(|seen| seen.contains_key(&place));
        let unseen = all.filter(|at| !is_seen(at));
        self.unseen = unseen.map(|(operation, part)| evidence.part_name(*operation, *part)).collect();
        self
    }

    /// Why a correction is proposed, with the counts of all that it mends.
    pub(crate) fn reason(&self, text: &str) -> String {
        const MOST: usize = 5;
        let labels = if self.labels.is_empty() { String::new() } else { format!(" ({})", self.labels.join(", ")) };
        let unseen = match self.unseen.len() {
            0 => String::new(),
            all if all <= MOST => format!(" Not seen in {}.", self.unseen.join(", ")),
            all => format!(" Not seen in {} and {} more places.", self.unseen[..MOST].join(", "), all - MOST),
        };
        format!("Observed: {text}{labels}.{unseen}")
    }
}

/// A place as a person knows it.
pub(crate) fn place(document: &Value, pointer: &str) -> String {
    let steps = steps(document, pointer);
    let operation = steps.iter().find_map(|step| if let Step::Path(path) = step { Some(path.as_str()) } else { None });
    let method =
        steps.iter().find_map(|step| if let Step::Method(method) = step { Some(method.as_str()) } else { None });
    let within = within_operation(&steps);
    match (method, operation) {
        (Some(method), Some(path)) => format!("{} {path} {within}", method.to_uppercase()).trim_end().to_owned(),
        _ => within,
    }
}

fn noun(of: &Tally, direction: Direction) -> String {
    let side = if direction == Direction::Request { "request" } else { "answer" };
    match of.values == of.exchanges {
        true => counted(of.values, side),
        false => format!("{} in {}", counted(of.values, "value"), counted(of.exchanges, side)),
    }
}

/// How often something was seen: `null in 14 of 20 answers`.
pub(crate) fn share(what: &str, tally: &Tally, of: &Tally, direction: Direction) -> String {
    format!("{what} in {} of {}", tally.values, noun(of, direction))
}

/// The types that were seen, those first that are not allowed: `string in 3 of 41 answers, number in 38`.
pub(crate) fn kinds(seen: &Seen, direction: Direction) -> String {
    let mut kinds: Vec<(Kind, u64)> = seen.kinds.iter().map(|(kind, count)| (*kind, *count)).collect();
    kinds.sort_by_key(|(kind, _)| (!seen.foreign.contains_key(kind) || *kind == Kind::Null, *kind));
    let name = |kind: Kind| match kind {
        Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "list",
        Kind::Object => "object",
        Kind::Unreadable => "unreadable",
    };
    let mut words = kinds.into_iter().enumerate().map(|(number, (kind, count))| match number {
        0 => format!("{} in {count} of {}", name(kind), noun(&seen.total, direction)),
        _ => format!("{} in {count}", name(kind)),
    });
    let first = words.next().unwrap_or_default();
    words.fold(first, |all, more| format!("{all}, {more}"))
}
