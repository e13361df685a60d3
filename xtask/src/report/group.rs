//! One edit, made all over a document, as one entry.

use std::collections::BTreeMap;

use super::Entry;

/// How many findings with one message are still reported one by one.
const FEW: usize = 20;

/// How many places of a group are shown.
const SHOWN: usize = 3;

/// Findings that say the same of different places.
pub(super) struct Group<'a> {
    pub(super) entries: Vec<&'a Entry>,
}

impl<'a> Group<'a> {
    /// Groups findings, in their order: many that say the same are one group, others one each.
    pub(super) fn all(entries: &[&'a Entry]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut rest: &[&'a Entry] = entries;
        while let [first, ..] = rest {
            // Findings are sorted by their ids, so what says the same is not far away.
            let of_id = rest.iter().take_while(|entry| entry.finding.id == first.finding.id).count();
            let (here, after) = rest.split_at(of_id);
            rest = after;
            let key = |entry: &Entry| (entry.finding.direction, said_of(entry).to_owned(), entry.accepted.clone());
            let mut said: BTreeMap<_, Vec<&'a Entry>> = BTreeMap::new();
            for entry in here {
                said.entry(key(entry)).or_default().push(entry);
            }
            let one_by_one = here.iter().filter(|entry| said[&key(entry)].len() <= FEW);
            let one_by_one: Vec<_> = one_by_one.map(|entry| Self { entries: vec![entry] }).collect();
            groups.extend(said.into_values().filter(|group| group.len() > FEW).map(|entries| Self { entries }));
            groups.extend(one_by_one);
        }
        groups
    }

    pub(super) fn is_one(&self) -> bool {
        self.entries.len() == 1
    }

    /// The entries whose places are shown, and how many others there are.
    pub(super) fn shown(&self) -> (&[&'a Entry], usize) {
        let shown = &self.entries[..SHOWN.min(self.entries.len())];
        (shown, self.entries.len() - shown.len())
    }

    /// What is said of all of them.
    pub(super) fn message(&self) -> &'a str {
        match self.entries[0] {
            entry if self.is_one() => &entry.finding.message,
            entry => said_of(entry),
        }
    }
}

/// What is said, without of what: the name stands first in a sentence.
fn said_of(entry: &Entry) -> &str {
    let message = entry.finding.message.as_str();
    let named =
        |text: &str| ["`", "parameter `", "header `", "schema `", "the body ("].iter().any(|s| text.starts_with(s));
    match message.split_once("`: ").or_else(|| message.split_once("): ")) {
        Some((_, said)) if named(message) => said,
        _ => message,
    }
}
