//! A finding as it is reported.

use serde::Serialize;

use crate::diff::Finding;
use crate::spec::{Place, Spec};
use crate::store;

/// A finding, where it is, and whether it was accepted.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// What identifies it, whatever else is edited.
    pub fingerprint: String,
    /// Where it is in the text of the old document.
    #[serde(rename = "old")]
    pub old_place: Option<Place>,
    /// Where it is in the text of the new document; of what is gone, what is around it.
    #[serde(rename = "new")]
    pub new_place: Option<Place>,
    /// Why it was accepted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The file of the new document.
    #[serde(skip)]
    pub file: String,
}

/// Sixteen digits of what a finding is and where. Not in it: which operations share what it is about,
/// how many came before it in a list, and the level, which is ours to change.
fn fingerprint(finding: &Finding) -> String {
    let places = [&finding.old_pointer, &finding.new_pointer].map(|pointer| without_indices(pointer));
    let text = format!("{}\n{:?}\n{}\n{}", finding.id, finding.direction, places.join("\n"), finding.message);
    store::sha256(&text)[..16].to_owned()
}

fn without_indices(pointer: &str) -> String {
    const LISTS: [&str; 8] = ["parameters", "allOf", "anyOf", "oneOf", "servers", "security", "tags", "enum"];
    let mut list = false;
    let tokens = pointer.split('/').map(|token| {
        let index = list && token.bytes().all(|byte| byte.is_ascii_digit());
        list = LISTS.contains(&token);
        if index { "*" } else { token }
    });
    tokens.collect::<Vec<_>>().join("/")
}

/// Findings with their places.
pub(super) fn placed(findings: Vec<Finding>, old: &Spec, new: &Spec, file: &str) -> Vec<Entry> {
    let pointers = |of: fn(&Finding) -> &str| findings.iter().map(of).collect::<Vec<_>>();
    let (from, to) =
        (old.places(&pointers(|finding| &finding.old_pointer)), new.places(&pointers(|finding| &finding.new_pointer)));
    let entry = |finding: Finding| Entry {
        fingerprint: fingerprint(&finding),
        old_place: from.get(&finding.old_pointer).copied(),
        new_place: to.get(&finding.new_pointer).copied(),
        finding,
        accepted: None,
        file: file.to_owned(),
    };
    findings.into_iter().map(entry).collect()
}
