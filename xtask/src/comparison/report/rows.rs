//! What a person reads: a section for each operation, or for operations that share what changed, and in it a row
//! for each edit, however often that was made.

use std::collections::BTreeMap;

use super::Entry;
use crate::comparison::diff::rules::Downgrade;
use crate::comparison::diff::{Argument, Finding, Level};
use crate::upstream::spec::Position;

/// Findings of the same operations.
pub(super) struct Section<'a> {
    /// The operations; none for the document itself.
    pub(super) operations: Vec<String>,
    pub(super) rows: Vec<Row<'a>>,
}

/// Findings that say the same of different places.
pub(super) struct Row<'a> {
    pub(super) entries: Vec<&'a Entry>,
}

/// Sections, the one with the worst finding first; in each the worst row first.
pub(super) fn sections<'a>(entries: &[&'a Entry]) -> Vec<Section<'a>> {
    // Entries are sorted by level, so sections and rows are met in the order in which they are to be read.
    let mut rows: Vec<(Vec<String>, Row<'a>)> = Vec::new();
    let mut numbers: BTreeMap<Key<'a>, usize> = BTreeMap::new();
    for entry in entries {
        let row = *numbers.entry(Key::of(entry)).or_insert_with(|| {
            rows.push((Vec::new(), Row { entries: Vec::new() }));
            rows.len() - 1
        });
        let (operations, row) = &mut rows[row];
        for operation in entry.finding.operations.iter() {
            if !operations.contains(operation) {
                operations.push(operation.clone());
            }
        }
        row.entries.push(entry);
    }
    let mut sections: Vec<Section<'a>> = Vec::new();
    let mut numbers: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (operations, row) in rows {
        let section = *numbers.entry(operations.clone()).or_insert_with(|| {
            sections.push(Section { operations, rows: Vec::new() });
            sections.len() - 1
        });
        sections[section].rows.push(row);
    }
    let worst = |section: &Section<'_>| section.rows.first().map(|row| row.first().finding.level);
    sections.sort_by_key(|section| (std::cmp::Reverse(worst(section)), section.operations.is_empty()));
    sections
}

/// What findings of one row have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    id: &'a str,
    level: Level,
    said: (&'static str, Vec<(&'static str, &'a Argument)>),
    downgrade: Option<Downgrade>,
    file: &'a str,
    together: Together<'a>,
}

/// Why findings stand together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Together<'a> {
    /// What changes is one thing in the crate, whatever operations have it.
    Cause(&'a [String]),
    /// They are in one place.
    Place {
        operations: &'a [String],
        effect: Option<&'a str>,
        /// What they are in: a response, a component.
        around: &'a str,
    },
}

impl<'a> Key<'a> {
    fn of(entry: &'a Entry) -> Self {
        let finding = &entry.finding;
        let together = match &entry.cause[..] {
            [] => Together::Place {
                operations: &finding.operations,
                effect: entry.effect.as_deref(),
                around: around(&entry.place),
            },
            cause => Together::Cause(cause),
        };
        Self {
            id: &finding.id,
            level: finding.level,
            said: finding.essence(),
            downgrade: finding.downgrade,
            file: &entry.file,
            together,
        }
    }
}

/// Between the parts of a place.
const BETWEEN: &str = " › ";

/// All of a place but its last part.
fn around(place: &str) -> &str {
    place.rsplit_once(BETWEEN).map_or("", |(around, _)| around)
}

impl Row<'_> {
    /// What they mean for the crate.
    pub(super) fn effect(&self) -> Option<&str> {
        // One of them may have what the others refer to.
        let told = self.entries.iter().find(|entry| entry.bump.is_some());
        told.unwrap_or(&self.first()).effect.as_deref()
    }

    pub(super) fn first(&self) -> &Entry {
        self.entries[0]
    }

    /// What is said of all of them.
    pub(super) fn message(&self) -> String {
        let others: Vec<&Finding> = self.entries[1..].iter().map(|entry| &entry.finding).collect();
        match others.is_empty() {
            true => self.first().finding.message(),
            false => self.first().finding.message_with(&others),
        }
    }

    /// Where they are: what they are in, and the place of each within that with the lines in both documents and what was
    /// recorded of it; of many the first ones, and how many more there are.
    pub(super) fn places(&self, most: usize) -> (String, Vec<String>, usize) {
        let common = around(&self.first().place);
        let is_common = self.entries.iter().all(|entry| around(&entry.place) == common);
        let around = if is_common { common } else { "" };
        let shown = self.entries.iter().take(most).map(|entry| {
            let within = if is_common { entry.place.rsplit(BETWEEN).next().unwrap_or_default() } else { &entry.place };
            let lines = lines(entry);
            let at = [within, &lines].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            match &entry.evidence {
                Some(evidence) => format!("{at}: {}", evidence.line()),
                None => at,
            }
        });
        (around.to_owned(), shown.collect(), self.entries.len().saturating_sub(most))
    }
}

/// The lines in both documents: `(258 → 350)`.
fn lines(entry: &Entry) -> String {
    let line = |place: Position| place.line.to_string();
    match (entry.old_position.map(line), entry.new_position.map(line)) {
        (Some(old), Some(new)) if old != new => format!("({old} → {new})"),
        (Some(one), _) | (_, Some(one)) => format!("({one})"),
        (None, None) => String::new(),
    }
}

/// A section's heading.
pub(super) fn heading(operations: &[String]) -> String {
    match operations {
        [] => "the document".to_owned(),
        [one] => one.clone(),
        [first, others @ ..] => {
            let operations = if others.len() == 1 { "operation" } else { "operations" };
            format!("{first} and {} more {operations}", others.len())
        }
    }
}
