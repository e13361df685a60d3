//! A finding as it is reported.

use serde::Serialize;

use crate::comparison::diff::{Finding, Step, steps, within_operation};
use crate::generated_crate::surface::Bump;
use crate::upstream::spec::{Position, Spec};

/// A finding, where it is, and whether it was accepted.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// What identifies it, whatever else is edited.
    pub fingerprint: String,
    /// Where it is within its operation, as short as it can be found by.
    pub place: String,
    /// Where it is in the text of the old document.
    #[serde(rename = "old")]
    pub old_position: Option<Position>,
    /// Where it is in the text of the new document; of what is gone, what is around it.
    #[serde(rename = "new")]
    pub new_position: Option<Position>,
    /// What it means for the crate, where the crates were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// The part of the version that is to be raised for it.
    #[serde(skip)]
    pub bump: Option<Bump>,
    /// The item of the crate that it breaks, the one that a user meets first.
    #[serde(skip)]
    pub breaks: Option<String>,
    /// The items of the crate at its very place that change.
    #[serde(skip)]
    pub cause: Vec<String>,
    /// What was recorded of it, where the new document is one that was observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Why it was accepted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The operationId, where it counts for one operation.
    #[serde(skip)]
    pub of: Option<String>,
    /// The file of the new document.
    #[serde(skip)]
    pub file: String,
}

/// How often something was seen in recorded exchanges. No part of it is in a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The counts in words: `null in 14 of 20 answers`.
    pub text: String,
    /// In how many values it was seen.
    pub seen: u64,
    /// How many values there were.
    pub of: u64,
    /// The first one.
    pub first: Option<Seen>,
    /// The labels of the recordings in which it was seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The parts of operations that share what it is about, and in which that was never seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_seen: Vec<String>,
}

/// An exchange in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The file.
    pub file: String,
    /// Its line, from 1 on; in a HAR file its number among the entries.
    pub line: u64,
}

impl Evidence {
    /// The counts, the first example, and where it comes from, on one line.
    pub(super) fn line(&self) -> String {
        let Self { text, first, labels, .. } = self;
        let labels = if labels.is_empty() { String::new() } else { format!(", {}", labels.join(", ")) };
        let first = first.as_ref().map(|Seen { file, line }| format!(", first in {file}:{line}")).unwrap_or_default();
        format!("{text}{labels}{first}")
    }
}

/// Findings with their places.
pub(super) fn placed(findings: Vec<Finding>, old: &Spec, new: &Spec, file: &str) -> Vec<Entry> {
    let pointers = |of: fn(&Finding) -> &str| findings.iter().map(of).collect::<Vec<_>>();
    let (from, to) =
        (old.places(&pointers(|finding| &finding.old_pointer)), new.places(&pointers(|finding| &finding.new_pointer)));
    let entry = |finding: Finding| {
        let root = if new.value.pointer(&finding.new_pointer).is_some() { &new.value } else { &old.value };
        let steps: Vec<Step> = steps(root, &finding.new_pointer);
        Entry {
            fingerprint: finding.fingerprint(),
            place: within_operation(&steps),
            old_position: from.get(&finding.old_pointer).copied(),
            new_position: to.get(&finding.new_pointer).copied(),
            finding,
            effect: None,
            bump: None,
            breaks: None,
            cause: Vec::new(),
            evidence: None,
            accepted: None,
            of: None,
            file: file.to_owned(),
        }
    };
    findings.into_iter().map(entry).collect()
}
