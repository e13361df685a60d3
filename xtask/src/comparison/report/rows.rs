//! What a person reads: a section for each operation, or for operations that share what changed, and in it a row
//! for each edit, however often that was made.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Whether its place names the operation, as the section is one of many.
    of_many: bool,
}

/// Sections, the one with the worst finding first; in each the worst row first.
pub(super) fn sections<'a>(entries: &[&'a Entry]) -> Vec<Section<'a>> {
    // Entries are sorted by level, so sections and rows are met in the order in which they are to be read.
    let alike = alike(entries);
    let mut rows: Vec<(Vec<String>, Row<'a>)> = Vec::new();
    let mut numbers: BTreeMap<Key<'a>, usize> = BTreeMap::new();
    for entry in entries {
        let (key, same) = (Key::of(entry), Key::alike(entry));
        let row = *numbers.entry(if alike.contains(&same) { same } else { key }).or_insert_with(|| {
            rows.push((Vec::new(), Row { entries: Vec::new(), of_many: false }));
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
    sections.sort_by_key(|section| (std::cmp::Reverse(worst(section)), section.operations.is_empty()));
    with_texts_in_one(sections)
}

/// From how many on something is told of many operations at once.
const MANY: usize = 4;

/// Sections of which those with nothing but texts are one, where there are many.
fn with_texts_in_one(sections: Vec<Section<'_>>) -> Vec<Section<'_>> {
    let is_text = |section: &Section<'_>| {
        !section.operations.is_empty() && section.rows.iter().all(|row| row.first().finding.level == Level::Doc)
    };
    if sections.iter().filter(|section| is_text(section)).count() < MANY {
        return sections;
    }
    let (texts, mut others): (Vec<_>, Vec<_>) = sections.into_iter().partition(is_text);
    let mut all = Section { operations: Vec::new(), rows: Vec::new() };
    for mut section in texts {
        section.rows.iter_mut().for_each(|row| row.of_many = true);
        all.rows.extend(section.rows);
        section.operations.retain(|operation| !all.operations.contains(operation));
        all.operations.extend(section.operations);
    }
    // The document's own stay last.
    let at = others.iter().position(|section| worst(section) <= Some(Level::Doc)).unwrap_or(others.len());
    others.insert(at, all);
    others
}

fn worst(section: &Section<'_>) -> Option<Level> {
    section.rows.first().map(|row| row.first().finding.level)
}

/// What is found alike in the same place of many operations, with another effect on the crate in each.
fn alike<'a>(entries: &[&'a Entry]) -> BTreeSet<Key<'a>> {
    let mut groups: BTreeMap<Key<'a>, BTreeSet<Key<'a>>> = BTreeMap::new();
    // What is about a whole operation is told of each.
    for entry in entries.iter().filter(|entry| entry.of.is_some() && !entry.place.is_empty()) {
        groups.entry(Key::alike(entry)).or_default().insert(Key::of(entry));
    }
    groups.into_iter().filter(|(_, apart)| apart.len() >= MANY).map(|(alike, _)| alike).collect()
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
    /// They are in the same place of many operations.
    Alike(&'a str),
    /// They are in one place.
    Place {
        operations: &'a [String],
        effect: Option<&'a str>,
        /// What they are in: a response, a component.
        around: &'a str,
    },
}

impl<'a> Key<'a> {
    fn alike(entry: &'a Entry) -> Self {
        Self { together: Together::Alike(&entry.place), ..Self::of(entry) }
    }

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
    pub(super) fn effect(&self) -> Option<String> {
        /// How many of the findings may have one of their own.
        const MOST: usize = 4;
        // Some of them have what the others refer to.
        let mut told: Vec<&str> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.bump.is_some()) {
            told.extend(entry.effect.as_deref().filter(|effect| !told.contains(effect)));
        }
        match told.len().saturating_sub(MOST) {
            _ if told.is_empty() => self.first().effect.clone(),
            0 => Some(told.join("; ")),
            more => Some(format!("{}; and {more} more, all of them with --format json", told[..MOST].join("; "))),
        }
    }

    /// Whether they are in the same place of several operations, which tell them apart.
    fn is_alike(&self) -> bool {
        let is_there = |entry: &&Entry| entry.place == self.first().place && entry.of.is_some();
        self.entries.len() > 1 && self.entries.iter().all(is_there)
    }

    /// The operations that it is about, where those of the section are others.
    pub(super) fn operations<'s>(&'s self, section: &'s Section<'_>) -> &'s [String] {
        if self.of_many { &self.first().finding.operations } else { &section.operations }
    }

    pub(super) fn first(&self) -> &Entry {
        self.entries[0]
    }

    /// What is said of all of them.
    pub(super) fn message(&self) -> String {
        let others: Vec<&Finding> = self.entries[1..].iter().map(|entry| &entry.finding).collect();
        match others.is_empty() || self.is_alike() {
            true => self.first().finding.message(),
            false => self.first().finding.message_with(&others),
        }
    }

    /// Where they are: what they are in, and the place of each within that with the lines in both documents and what was
    /// recorded of it; of many the first ones, and how many more there are.
    pub(super) fn places(&self, most: usize) -> (String, Vec<String>, usize) {
        let common = around(&self.first().place);
        let is_common = self.entries.iter().all(|entry| around(&entry.place) == common);
        let is_alike = self.is_alike();
        let around = match (is_alike, is_common) {
            (true, _) => self.first().place.as_str(),
            (false, true) => common,
            (false, false) => "",
        };
        let shown = self.entries.iter().take(most).map(|entry| {
            let within = if is_common { entry.place.rsplit(BETWEEN).next().unwrap_or_default() } else { &entry.place };
            let lines = lines(entry);
            // Of the same place in many operations the operation is told.
            let within = if is_alike { entry.of.as_deref().unwrap_or(within) } else { within };
            let at = [within, &lines].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            match &entry.evidence {
                Some(evidence) => format!("{at}: {}", evidence.line()),
                None => at,
            }
        });
        let operation = match (&self.first().of, self.of_many && !is_alike) {
            (Some(of), true) => of.clone(),
            (None, true) => heading(&self.first().finding.operations),
            (_, false) => String::new(),
        };
        let around = [operation.as_str(), around].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        (around.join(BETWEEN), shown.collect(), self.entries.len().saturating_sub(most))
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
        [first, ..] => format!("{first}{}", others(operations)),
    }
}

/// What a heading says after the first operation.
pub(super) fn others(operations: &[String]) -> String {
    match operations.len() {
        0 | 1 => String::new(),
        2 => " and 1 more operation".to_owned(),
        all => format!(" and {} more operations", all - 1),
    }
}
