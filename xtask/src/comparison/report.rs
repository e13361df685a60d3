//! The report on a drift: for people, programs, pull requests and GitHub.
//!
//! `entry` is a finding with its place, its fingerprint, and whether it was accepted; `rows` puts
//! together what is one edit made all over an operation; `render` writes; `escape` keeps what a document
//! says from steering what shows it.

mod accepted;
mod changelog;
mod entry;
mod escape;
mod idle;
mod render;
mod rows;

use std::collections::{BTreeSet, HashMap};

use regex::Regex;
use serde::Serialize;

pub use self::accepted::Accepted;
pub use self::changelog::{changelog_entries, changelog_of};
pub use self::entry::{Entry, Evidence, Seen};
pub use self::escape::{plain, plain_lines};
use crate::comparison::diff::{Finding, Level};
use crate::comparison::impact::{self, Impact};
use crate::effective::overlay::Effect;
use crate::generated_crate::surface::Bump;
use crate::upstream::operations;
use crate::upstream::spec::Spec;

/// The version of the JSON's shape. It is raised where a key is removed or gets another meaning.
pub const VERSION: u32 = 4;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a pull request's body.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
}

/// How many findings there are of each level, those accepted aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub struct Counts {
    /// Breaking.
    pub err: usize,
    /// Breaking for some.
    pub warn: usize,
    /// Compatible.
    pub info: usize,
    /// For readers.
    pub doc: usize,
    /// Accepted, of whatever level.
    #[serde(rename = "accepted")]
    pub accepted: usize,
}

/// What is reported.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    version: u32,
    findings: Vec<Entry>,
    counts: Counts,
    /// The operationIds, by method and path.
    #[serde(skip)]
    ids: HashMap<String, String>,
    /// Nothing, where the crates were not compared.
    #[serde(rename = "crate", skip_serializing_if = "Option::is_none")]
    krate: Option<Impact>,
    /// What changes of the crate and no finding explains.
    #[serde(skip)]
    unexplained: Vec<String>,
    /// What hand-written code uses of what breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    own_code: Vec<String>,
    /// What there is to say of the documents and of the overlay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// What recorded exchanges tell beside the findings: lists, by their titles.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    observed: serde_json::Map<String, serde_json::Value>,
}

impl Report {
    /// A report on what becomes of the crate; of nothing, where that was not looked at.
    pub fn new(krate: Option<Impact>) -> Self {
        Self {
            version: VERSION,
            findings: Vec::new(),
            counts: Counts::default(),
            ids: HashMap::new(),
            krate,
            unexplained: Vec::new(),
            own_code: Vec::new(),
            notes: Vec::new(),
            observed: serde_json::Map::new(),
        }
    }

    /// With what two documents differ in, of which the new one is, or will be, in `file`.
    pub fn with_findings(mut self, findings: Vec<Finding>, (old, new): (&Spec, &Spec), file: &str) -> Self {
        for spec in [new, old] {
            let with_ids = operations::of(&spec.value).into_iter().filter(|operation| !operation.id.is_empty());
            self.ids.extend(with_ids.map(|operation| (operation.endpoint(), operation.id.to_owned())));
        }
        let mut placed = entry::placed(findings, old, new, file);
        for entry in &mut placed {
            if let [one] = &*entry.finding.operations {
                entry.of = self.ids.get(one).cloned();
            }
        }
        // What several documents say is one finding, for the operations of all of them.
        let known: HashMap<String, usize> =
            self.findings.iter().enumerate().map(|(at, entry)| (entry.fingerprint.clone(), at)).rev().collect();
        placed.retain(|entry| {
            let Some(at) = known.get(&entry.fingerprint) else { return true };
            let there = &mut self.findings[*at];
            there.finding.level = there.finding.level.max(entry.finding.level);
            let operations = there.finding.operations.iter().chain(&*entry.finding.operations);
            there.finding.operations = operations.cloned().collect::<BTreeSet<String>>().into_iter().collect();
            false
        });
        self.findings.extend(placed);
        let order = |entry: &Entry| (std::cmp::Reverse(entry.finding.level), entry.finding.clone());
        self.findings.sort_by_cached_key(order);
        self.count();
        self
    }

    /// With what each finding means for the crate. All findings must be there, as each change of the crate is said
    /// of some of them.
    pub fn with_effects(mut self) -> Self {
        if let Some(krate) = &self.krate {
            let findings: Vec<&Finding> = self.findings.iter().map(|entry| &entry.finding).collect();
            let impact::Effects { of, unexplained, .. } = krate.effects(&findings);
            let mut told_of = vec![None; krate.changes.len()];
            for (entry, impact::Effect { text, bump, cause, items }) in self.findings.iter_mut().zip(of) {
                let changes = items.iter().map(|at| &krate.changes[*at]);
                let broken = changes.filter(|change| change.bump == Bump::Major).map(|change| change.item.as_str());
                // What a caller writes, and the whole before its parts.
                let rank = |item: &&str| (!item.ends_with("::send"), item.contains(": impl "), item.len());
                entry.breaks = broken.min_by_key(rank).map(str::to_owned);
                items.into_iter().for_each(|at| told_of[at] = Some(entry.fingerprint.clone()));
                (entry.effect, entry.bump, entry.cause) = (text, bump, cause);
            }
            self.unexplained = unexplained;
            if let Some(krate) = &mut self.krate {
                krate.told_of = told_of;
            }
        }
        self
    }

    /// With what was recorded of each finding.
    pub fn with_evidence(mut self, of: impl Fn(&Finding) -> Option<Evidence>) -> Self {
        self.findings.iter_mut().for_each(|entry| entry.evidence = of(&entry.finding));
        self
    }

    /// With a list of what recorded exchanges tell beside the findings.
    pub fn with_observed(mut self, title: &str, lines: Vec<String>) -> Self {
        self.observed.insert(title.to_owned(), lines.into());
        self
    }

    /// With what the overlay did, what it did with the old document, and more to say of the documents.
    pub fn with_notes(mut self, effects: &[Effect], before: &[Effect], notes: Vec<String>) -> Self {
        let matched = |effect: &Effect| {
            before
                .iter()
                .any(|old| (&old.target, &old.description) == (&effect.target, &effect.description) && old.matched > 0)
        };
        let (begins, other): (Vec<&Effect>, Vec<&Effect>) =
            effects.iter().partition(|effect| effect.matched == 0 && matched(effect));
        self.notes.extend(begins.into_iter().map(|effect| {
            let Effect { target, description, .. } = effect;
            format!("matches nothing any more: correct or remove the action ({target}): {description}")
        }));
        self.notes.extend(idle::notes(&other, before));
        self.notes.extend(notes);
        self
    }

    /// What was found, the worst first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|entry| &entry.finding)
    }

    /// Whether nothing but the crate's documentation changes.
    pub fn is_only_docs(&self) -> bool {
        self.krate.as_ref().is_some_and(|krate| krate.only_docs)
    }

    /// What becomes of the crate, where that was looked at.
    pub fn generated_crate(&self) -> Option<&Impact> {
        self.krate.as_ref()
    }

    /// With what the crate's hand-written code uses of what breaks, a line for each file.
    pub fn with_own_code(self, own_code: Vec<String>) -> Self {
        Self { own_code, ..self }
    }

    /// With one more line on hand-written code.
    pub fn with_more_own_code(mut self, line: String) -> Self {
        self.own_code.push(line);
        self
    }

    /// What hand-written code uses of what breaks, a line for each file.
    pub fn own_code(&self) -> &[String] {
        &self.own_code
    }

    /// With findings accepted that are listed, and are not listed for a time that is over.
    pub fn accepting(mut self, list: &[Accepted]) -> Self {
        for entry in &mut self.findings {
            entry.accepted = list.iter().find(|one| one.accepts(&entry.fingerprint)).map(|one| one.reason.clone());
        }
        self.notes.extend(list.iter().filter(|one| one.is_over()).map(Accepted::expiry));
        self.count();
        self
    }

    /// With findings of operations only whose path a pattern matches.
    pub fn of_paths(mut self, pattern: &Regex) -> Self {
        let path = |operation: &String| operation.split_once(' ').is_some_and(|(_, path)| pattern.is_match(path));
        self.findings.retain(|entry| entry.finding.operations.iter().any(path));
        self.count();
        self
    }

    /// With findings at or above a level only.
    pub fn from_level(mut self, level: Level) -> Self {
        self.findings.retain(|entry| entry.finding.level >= level);
        self.count();
        self
    }

    fn count(&mut self) {
        let (accepted, open): (Vec<&Entry>, Vec<&Entry>) =
            self.findings.iter().partition(|entry| entry.accepted.is_some());
        let of = |level| open.iter().filter(|entry| entry.finding.level == level).count();
        self.counts = Counts {
            err: of(Level::Err),
            warn: of(Level::Warn),
            info: of(Level::Info),
            doc: of(Level::Doc),
            accepted: accepted.len(),
        };
    }

    /// Whether something at or above a level was found that is not accepted. That no crate can be made
    /// is above them all.
    pub fn reaches(&self, level: Level) -> bool {
        let open = self.findings.iter().filter(|entry| entry.accepted.is_none());
        self.error().is_some() || open.map(|entry| entry.finding.level).any(|found| found >= level)
    }

    /// Whether all that was found is accepted, and the crate stays as it is.
    pub fn is_accepted(&self) -> bool {
        self.counts.accepted > 0 && self.counts.accepted == self.findings.len() && self.is_unchanged()
    }

    /// Whether nothing was found, and the crate stays as it is.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.is_unchanged()
    }

    /// Whether something that is built changes: it is more than documentation, or the crate is another one.
    pub fn changes_what_is_built(&self) -> bool {
        self.reaches(Level::Info) || !self.is_unchanged()
    }

    /// The part of the version to raise; nothing where no crate can be made.
    pub fn bump(&self) -> Option<Bump> {
        self.krate.as_ref()?.bump
    }

    fn error(&self) -> Option<&str> {
        self.krate.as_ref()?.error.as_deref()
    }

    fn is_unchanged(&self) -> bool {
        let bump = self.krate.as_ref().and_then(|krate| krate.bump);
        matches!(bump, None | Some(Bump::None)) && self.error().is_none()
    }

    /// The verdict, on one line.
    pub fn verdict(&self) -> String {
        let Counts { err, warn, info, doc, accepted } = self.counts;
        let drift = match (self.findings.len(), accepted) {
            (0, _) => None,
            (all, accepted) if all == accepted => Some(format!("no drift but what is accepted ({accepted})")),
            (_, 0) => Some(format!("drift: {err} ERR, {warn} WARN, {info} INFO, {doc} DOC")),
            (_, accepted) => {
                Some(format!("drift: {err} ERR, {warn} WARN, {info} INFO, {doc} DOC, {accepted} accepted"))
            }
        };
        let krate = self.krate.as_ref().map(|krate| match (&krate.error, krate.bump) {
            (Some(_), _) => "no crate can be made of it".to_owned(),
            (None, None | Some(Bump::None)) => "the crate does not change".to_owned(),
            (None, Some(bump)) => format!("the crate needs {}", bump.release()),
        });
        match (drift, krate) {
            (None, _) if self.is_unchanged() => "no drift".to_owned(),
            (None, krate) => format!("no drift upstream; {}", krate.unwrap_or_default()),
            (Some(drift), None) => drift,
            (Some(drift), Some(krate)) => format!("{drift}; {krate}"),
        }
    }

    /// What the changelog should say; nothing, where the crate stays as it is.
    pub fn changelog(&self) -> Option<String> {
        let krate = self.krate.as_ref()?;
        changelog_of(krate.bump?, &krate.changes, krate.only_docs)
    }

    /// The first break of the crate, for a title: an operation, what happened to it, and how many more there are; the
    /// verdict, where the crate does not break.
    pub fn title(&self) -> String {
        const LONGEST: usize = 120;
        let shortened = |text: String| match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", text[..end].trim_end()),
            None => text,
        };
        if !matches!(self.bump(), None | Some(Bump::Major)) {
            return plain(&self.verdict());
        }
        let open = || self.findings.iter().filter(|entry| entry.accepted.is_none());
        let breaks = |entry: &&Entry| entry.finding.level == Level::Err;
        let moves = |entry: &&Entry| entry.bump == Some(Bump::Major);
        let first = open().find(|entry| breaks(entry) && moves(entry)).or_else(|| open().find(moves));
        let first = match (first, self.unexplained.first()) {
            (None, Some(line)) if self.bump() == Some(Bump::Major) => return shortened(plain(line)),
            (first, _) => first.or_else(|| open().find(breaks)),
        };
        let Some(first) = first else { return plain(&self.verdict()) };
        let message = shortened(plain(&first.finding.message()));
        // What is compatible on the wire is no break by itself.
        let item = first.breaks.as_deref().filter(|_| first.finding.level < Level::Err);
        let item = item.map(|item| format!(", which breaks `{}`", shortened(plain(item)))).unwrap_or_default();
        let of = match &*first.finding.operations {
            [] => String::new(),
            operations => {
                let names: Vec<String> = operations.iter().map(|at| self.ids.get(at).unwrap_or(at).clone()).collect();
                format!("{}: ", rows::heading(&names))
            }
        };
        let is_first = |entry: &&Entry| std::ptr::eq(*entry, first);
        let more = match open().filter(|entry| (breaks(entry) || moves(entry)) && !is_first(entry)).count() {
            0 => String::new(),
            more => format!(", and {more} more that break"),
        };
        format!("{of}{message}{item}{more}")
    }
}
