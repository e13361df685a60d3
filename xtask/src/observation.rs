//! What recorded exchanges tell of a document: which of its claims they contradict, confirm, or leave open.
//!
//! - `recording`, `har`, `ignored`: the exchanges, one at a time, from lines or from what other tools recorded, and what
//!   of them is not judged;
//! - `places`, `types`: the document as a graph of places, each with what it allows;
//! - `evidence`, `walk`, `counts`: counts by place, which grow with the places and not with the exchanges;
//! - `guess`: what something seems to be that nobody described;
//! - `contradictions`: what of the evidence the document does not allow;
//! - `unseen`: what the evidence does not show;
//! - `observed`: the document that allows it, to be compared with the first by the drift engine;
//! - `proposal`: the actions of the overlay that would make it so.

pub mod contradictions;
pub mod counts;
pub mod evidence;
pub mod guess;
pub mod har;
pub mod ignored;
pub mod observed;
pub mod places;
pub mod proposal;
pub mod recording;
mod told;
mod types;
pub mod unseen;
mod walk;

use std::path::PathBuf;

use serde_json::Value;

use self::contradictions::{Change, Contradiction};
use self::evidence::Evidence;
use self::places::Places;
use self::proposal::Proposal;
use crate::comparison::diff::{self, Argument, Direction, Finding};
use crate::comparison::report;
use crate::effective::claims::Claim;
use crate::generate::document::escape;

/// What the evidence tells of a document.
#[derive(Debug)]
pub struct Judged<'d> {
    places: &'d Places,
    /// The document that allows what was seen.
    pub observed: Value,
    /// What it differs in from the first one.
    pub findings: Vec<Finding>,
    /// What was seen that no document can say.
    pub unsayable: Vec<String>,
    /// What was not seen: lists, by their titles.
    pub unseen: Vec<(&'static str, Vec<String>)>,
    contradictions: Vec<Contradiction>,
    /// The pointers of types that are new, and of what they were made for.
    new: Vec<(String, String)>,
    files: Vec<PathBuf>,
}

impl<'d> Judged<'d> {
    /// Holds the evidence to a document.
    pub fn of(document: &Value, evidence: &Evidence<'d>, claims: &[Claim], files: Vec<PathBuf>) -> Self {
        let seen = contradictions::at_places(evidence);
        let (contradictions, unsayable) = contradictions::of(document, evidence, &seen);
        let unseen = unseen::lists(document, evidence, &seen, claims);
        let (observed, new) = observed::document(document, &contradictions);
        let mut findings = diff::diff(document, &observed);
        // What is in a type that is new is not found once more.
        findings.retain(|finding| !new.iter().any(|(at, _)| finding.new_pointer.starts_with(&format!("{at}/"))));
        let new = new.into_iter().map(|(at, one)| (at, one.pointer.clone())).collect();
        let places = evidence.places;
        let mut judged = Self { places, observed, findings: Vec::new(), unsayable, unseen, contradictions, new, files };
        judged.findings = judged.seen(findings);
        judged
    }

    /// The findings that say what was seen. A type that is another one has other properties and limits, too, and what two
    /// sides share changes for both, though it was seen of one: these say nothing.
    fn seen(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let about: Vec<Vec<(usize, bool)>> = findings.iter().map(|finding| self.about(finding)).collect();
        let is_told = |number: usize| about.iter().flatten().any(|(other, is_same)| *other == number && *is_same);
        let is_seen = |(finding, about): (&Finding, &Vec<(usize, bool)>)| {
            let mut of_side = about.iter().filter(|(number, _)| {
                finding.direction == Direction::None || self.contradictions[*number].direction == finding.direction
            });
            of_side.any(|(number, is_same)| *is_same || !is_told(*number))
        };
        let seen: Vec<bool> = findings.iter().zip(&about).map(is_seen).collect();
        findings.into_iter().zip(seen).filter(|(_, is_seen)| *is_seen).map(|(finding, _)| finding).collect()
    }

    /// The contradictions that a finding comes from, by number, and whether it says what they say: those nearest to its
    /// place.
    fn about(&self, finding: &Finding) -> Vec<(usize, bool)> {
        let mut pointers = vec![finding.old_pointer.clone(), finding.new_pointer.clone()];
        let made_for = self.new.iter().filter(|(at, _)| *at == finding.new_pointer);
        pointers.extend(made_for.map(|(_, made_for)| made_for.clone()));
        pointers.extend(self.places.spellings(&finding.old_pointer));
        // A parameter is known by its name.
        if let Some((list, _)) = finding.new_pointer.rsplit_once('/').filter(|(list, _)| list.ends_with("/parameters"))
            && let Some(name) = self.observed.pointer(&format!("{}/name", finding.new_pointer)).and_then(Value::as_str)
        {
            pointers.push(format!("{list}/{}", escape(name)));
        }
        let near = self.contradictions.iter().map(|one| one.nearness(finding, &pointers));
        let near: Vec<Option<(usize, bool)>> = near.collect();
        let Some(nearest) = near.iter().max().copied().flatten() else { return Vec::new() };
        let all = near.iter().enumerate().filter(|(_, one)| **one == Some(nearest));
        all.map(|(number, _)| (number, nearest.1)).collect()
    }

    /// Proposes actions on a document as the overlay left it, for all that was seen among so many values.
    ///
    /// # Errors
    /// Where an action cannot be applied.
    pub fn proposal(&self, left_by_overlay: Value, min_samples: u64) -> anyhow::Result<Proposal> {
        let mut proposal = Proposal::of(left_by_overlay, &self.contradictions, min_samples)?;
        proposal.left.extend(self.unsayable.iter().cloned());
        Ok(proposal)
    }

    /// What was recorded of a finding.
    pub fn evidence(&self, finding: &Finding) -> Option<report::Evidence> {
        let about: Vec<&Contradiction> =
            self.about(finding).into_iter().map(|(number, _)| &self.contradictions[number]).collect();
        let of_side = about.iter().find(|one| one.direction == finding.direction);
        let told = &of_side.or(about.first())?.told;
        let seen = |first: counts::Example| report::Seen {
            file: self.files.get(first.source).map(|file| file.display().to_string()).unwrap_or_default(),
            line: first.line,
        };
        Some(report::Evidence {
            text: told.text.clone(),
            seen: told.seen,
            of: told.of,
            first: told.first.map(seen),
            labels: told.labels.clone(),
            not_seen: told.unseen.clone(),
        })
    }
}

impl Contradiction {
    /// How near the place of a finding is to what is to change, and whether it says the same: nothing, where it is
    /// elsewhere.
    fn nearness(&self, finding: &Finding, pointers: &[String]) -> Option<(usize, bool)> {
        let at = &self.pointer;
        let below = match &self.change {
            Change::Field(name, _) | Change::Optional(name) => format!("/properties/{}", escape(name)),
            Change::Value(_) | Change::AnyValue => "/enum".to_owned(),
            Change::Format(_) => "/format".to_owned(),
            Change::Header(name, _) => format!("/headers/{}", escape(name)),
            Change::MediaType(name, _) => format!("/content/{}", escape(name)),
            _ => String::new(),
        };
        let says = |words: &[&str]| words.iter().any(|word| finding.id.contains(word));
        let is_same = match &self.change {
            Change::Null => says(&["null"]),
            Change::Type { .. } | Change::Number | Change::Format(_) => says(&["type", "format", "any-of"]),
            Change::Value(value) => finding.arguments.values().any(|argument| *argument == Argument::of(value)),
            Change::AnyValue => says(&["enum"]),
            Change::Optional(_) | Change::OptionalBody | Change::OptionalParameter => says(&["required", "optional"]),
            Change::Field(..) | Change::Parameter(..) | Change::Header(..) => says(&["new", "added"]),
            _ => true,
        };
        let exact = format!("{at}{below}");
        let near = pointers.iter().filter_map(|pointer| {
            let starts = [&exact, at].into_iter().find(|start| {
                pointer.strip_prefix(start.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            starts.map(|start| (start.len(), is_same))
        });
        near.max()
    }
}
