//! Changes of the crate in words. Of what comes or goes as a whole one line is said.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::touched::is_offered;
use crate::comparison::diff::rules::Rule;
use crate::comparison::diff::rules::table::{
    ADDITIONAL_PROPERTIES_ALLOWED, ADDITIONAL_PROPERTIES_DISALLOWED, ADDITIONAL_PROPERTIES_GENERALIZED,
    ADDITIONAL_PROPERTIES_SPECIALIZED, BECAME_NOT_NULLABLE, BECAME_NULLABLE, BECAME_OPTIONAL, BECAME_REQUIRED,
    ENUM_VALUE_ADDED, EXTENSIBLE_ENUM_VALUE_ADDED, FIRST_SERVER_MOVED,
};
use crate::comparison::diff::{Direction, Finding, Level};
use crate::generated_crate::Crate;
use crate::generated_crate::belongings::Unit;
use crate::generated_crate::surface::{Change, Kind, Surface, features_of, without_features};

/// Rules on properties that no schema describes, which the crate ignores in an answer.
const OTHER_PROPERTIES: &[&Rule] = &[
    &ADDITIONAL_PROPERTIES_ALLOWED,
    &ADDITIONAL_PROPERTIES_DISALLOWED,
    &ADDITIONAL_PROPERTIES_GENERALIZED,
    &ADDITIONAL_PROPERTIES_SPECIALIZED,
];

/// Rules on whether a value may be missing.
const PRESENCE: &[&Rule] = &[&BECAME_NULLABLE, &BECAME_NOT_NULLABLE, &BECAME_OPTIONAL, &BECAME_REQUIRED];

/// How many changes of one finding are told one by one.
const MOST_CHANGES: usize = 6;

/// How many operations and types are named in one line.
const MOST_NAMES: usize = 8;

/// Changes, with the units of which all comes or goes.
pub(super) struct Grouped<'c> {
    changes: &'c [Change],
    units: Vec<Option<Unit>>,
    /// Whether each of these is there now.
    whole: BTreeMap<Unit, bool>,
    items: BTreeSet<&'c str>,
}

impl<'c> Grouped<'c> {
    pub(super) fn of(crates: &[Rc<Crate>; 2], changes: &'c [Change]) -> Self {
        let unit = |change: &Change| crates.iter().find_map(|krate| krate.unit(&change.item));
        let units: Vec<Option<Unit>> = changes.iter().map(unit).collect();
        let mut whole = BTreeMap::new();
        for (change, unit) in changes.iter().zip(&units) {
            if let Some(unit) = unit
                && change.item == unit.head()
                && change.old.is_none() != change.new.is_none()
            {
                whole.insert(unit.clone(), change.new.is_some());
            }
        }
        Self { changes, units, whole, items: changes.iter().map(|change| &*change.item).collect() }
    }

    /// What is said of changes, of no more than a finding has room for.
    pub(super) fn lines(&self, of: &[usize]) -> Vec<String> {
        let mut lines = self.lines_of_all(of);
        let more = lines.len().saturating_sub(MOST_CHANGES);
        lines.truncate(MOST_CHANGES);
        if more > 0 {
            lines.push(format!("and {more} more, all of them with --format json"));
        }
        lines
    }

    /// What is said of changes.
    pub(super) fn lines_of_all(&self, of: &[usize]) -> Vec<String> {
        let mut lines = Vec::new();
        for (is_there, verb, bump) in
            [(false, ["is gone", "are gone"], "major"), (true, ["is new", "are new"], "minor")]
        {
            let is_whole = |unit: &Unit| self.whole.get(unit) == Some(&is_there);
            let members: Vec<&Unit> =
                of.iter().filter_map(|at| self.units[*at].as_ref()).filter(|unit| is_whole(unit)).collect();
            let units: BTreeSet<&Unit> = members.iter().copied().collect();
            if units.is_empty() {
                continue;
            }
            let items = match members.len() {
                1 => "1 item".to_owned(),
                all => format!("{all} items"),
            };
            lines.push(format!("{} ({items}) {} ({bump})", named(&units), verb[usize::from(units.len() > 1)]));
        }
        let is_part = |at: &&usize| {
            let is_whole = self.units[**at].as_ref().is_some_and(|unit| self.whole.contains_key(unit));
            let change = &self.changes[**at];
            !is_whole && !change.comes_with().iter().any(|item| self.items.contains(&**item))
        };
        let (moved, mut parts): (Vec<usize>, Vec<usize>) =
            of.iter().filter(is_part).partition(|at| self.changes[**at].needs_other_features());
        parts.sort_by_key(|at| std::cmp::Reverse(self.changes[*at].bump));
        // How the pages of a list are walked follows what it answers with.
        let answering: BTreeSet<&str> = of
            .iter()
            .filter(|at| self.changes[**at].answers().is_some())
            .filter_map(|at| self.changes[*at].owner())
            .collect();
        let follows = |change: &Change| {
            let is_walk = change.setter().is_some_and(|(_, name)| matches!(name, "pages" | "items"));
            is_walk && change.owner().is_some_and(|owner| answering.contains(owner))
        };
        lines.extend(parts.iter().map(|at| &self.changes[*at]).filter(|change| !follows(change)).map(described));
        lines.extend(self.moved(&moved));
        if lines.is_empty() {
            // A setter without its field.
            lines.extend(of.iter().map(|at| described(&self.changes[*at])));
        }
        lines
    }

    /// What stays as it is and needs other features: a line for each operation and type.
    fn moved(&self, of: &[usize]) -> Vec<String> {
        let mut units: BTreeMap<(Option<&Unit>, &str), Vec<&Change>> = BTreeMap::new();
        for change in of {
            let unit = self.units[*change].as_ref();
            let item = if unit.is_some() { "" } else { &self.changes[*change].item };
            units.entry((unit, item)).or_default().push(&self.changes[*change]);
        }
        let line = |((unit, item), changes): ((Option<&Unit>, &str), Vec<&Change>)| {
            let first = changes.iter().find(|change| unit.is_some_and(|unit| unit.head() == change.item));
            let [old, new] = first.or(changes.first()).map(|first| features(first)).unwrap_or_default();
            let name = match unit {
                Some(unit) => named(&[unit].into_iter().collect()),
                None => format!("`{item}`"),
            };
            let items = if changes.len() == 1 { "1 item".to_owned() } else { format!("{} items", changes.len()) };
            let bump = changes.iter().map(|change| change.bump).max().unwrap_or_default();
            let was = old.map(|old| format!(" (was `{}`)", shortened(old))).unwrap_or_default();
            match new {
                Some(new) => format!("{name} ({items}) needs the feature `{}`{was} ({bump})", shortened(new)),
                None => format!("{name} ({items}) needs no feature any more{was} ({bump})"),
            }
        };
        units.into_iter().map(line).collect()
    }

    /// The changes that one line tells of, by their numbers: all of an operation or a type that comes, goes or needs
    /// other features, the one that stands for them first; each other change by itself.
    pub(super) fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut known: BTreeMap<(&Unit, bool), usize> = BTreeMap::new();
        for (at, change) in self.changes.iter().enumerate() {
            let unit = self.units[at].as_ref();
            let key = match unit {
                Some(unit) if self.whole.get(unit) == Some(&change.new.is_some()) => Some((unit, true)),
                Some(unit) if change.needs_other_features() => Some((unit, false)),
                _ => None,
            };
            let number = key.map_or(groups.len(), |key| *known.entry(key).or_insert(groups.len()));
            match groups.get_mut(number) {
                Some(group) if unit.is_some_and(|unit| unit.head() == change.item) => group.insert(0, at),
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        groups
    }
}

/// Whom changes affect, in a sentence.
pub(super) fn affected(units: &BTreeSet<Unit>, others: &BTreeSet<&str>) -> Option<String> {
    let (operations, types): (BTreeSet<&Unit>, BTreeSet<&Unit>) =
        units.iter().partition(|unit| matches!(unit, Unit::Operation(_)));
    let others: Vec<String> = others.iter().take(MOST_NAMES).map(|item| format!("`{item}`")).collect();
    let parts = [
        (!operations.is_empty()).then(|| format!("callers of {}", named(&operations))),
        (!types.is_empty()).then(|| format!("users of {}", named(&types))),
        (!others.is_empty()).then(|| format!("users of {}", others.join(", "))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Names of operations and types in a sentence.
fn named(units: &BTreeSet<&Unit>) -> String {
    let name = |unit: &&Unit| match unit {
        Unit::Operation(function) => format!("`{function}`"),
        Unit::Type(name) => format!("`types::{name}`"),
    };
    let mut names: Vec<String> = units.iter().take(MOST_NAMES).map(name).collect();
    if let more @ 1.. = units.len().saturating_sub(MOST_NAMES) {
        names.push(format!("{more} more"));
    }
    match &names[..] {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The features that an item needed, and those that it needs.
fn features(change: &Change) -> [Option<&str>; 2] {
    [&change.old, &change.new].map(|shape| shape.as_deref().and_then(features_of))
}

fn described(change: &Change) -> String {
    let [old, new] = features(change);
    // What stays is not said twice, and what comes or goes does so with its operation.
    let same = change.old.is_none() || change.new.is_none() || old == new;
    let shape = |shape: &Option<String>| match shape.as_deref() {
        Some(shape) => shortened(if same { without_features(shape) } else { shape }),
        None => "nothing".to_owned(),
    };
    let [old, new] = match change.answers() {
        Some(answers) => answers.map(shortened),
        None => [shape(&change.old), shape(&change.new)],
    };
    format!("{}: {old} → {new} ({})", shortened(&change.item), change.bump)
}

/// A shape that fits a line or two.
fn shortened(shape: &str) -> String {
    /// In characters.
    const LONGEST: usize = 160;
    match shape.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shape[..end]),
        None => shape.to_owned(),
    }
}

/// What is said of a finding whose change is told of another one.
pub(super) fn elsewhere(change: &Change, finding: &Finding, owner: &Finding) -> String {
    let of = match owner.operation() {
        Some(operation) if finding.operation() != Some(operation) => format!(" of {operation}"),
        _ => String::new(),
    };
    format!("{}, see {}{of}", shortened(&change.item), owner.id)
}

/// What is said of a finding that changes nothing.
pub(super) fn nothing(crates: &[Rc<Crate>; 2], finding: &Finding) -> Option<String> {
    if finding.level == Level::Doc {
        return None;
    }
    if finding.rule.id == FIRST_SERVER_MOVED.id {
        return Some("`ClientBuilder::DEFAULT_BASE_URL` is written by hand, and has to follow".to_owned());
    }
    if !is_offered(crates, finding) {
        return Some("no change, the crate does not offer it".to_owned());
    }
    let [old, new] = crates;
    let mut items = old.items(&finding.old_pointer);
    items.extend(new.items(&finding.new_pointer));
    let is = |rules: &[&Rule]| rules.contains(&finding.rule);
    let response = finding.direction == Direction::Response;
    let why = match () {
        () if response && is(OTHER_PROPERTIES) => ", unknown fields are ignored",
        () if response && is(&[&ENUM_VALUE_ADDED, &EXTENSIBLE_ENUM_VALUE_ADDED]) => ", unknown values are kept",
        () if is(PRESENCE) && are_optional(&new.surface, &items) => ", already optional",
        () => "",
    };
    Some(format!("no change{why}"))
}

/// Whether all fields among items may be missing in the crate, and there is one.
fn are_optional(surface: &Surface, items: &[&str]) -> bool {
    let fields = items.iter().filter_map(|item| surface.get(item)).filter(|item| item.kind == Kind::Field);
    let mut fields = fields.map(|field| field.text.starts_with("Option<")).peekable();
    fields.peek().is_some() && fields.all(|optional| optional)
}

/// The types that a change names, in its old or new shape, and those that the fields of its type have.
pub(super) fn types_in(change: &Change, crates: &[Rc<Crate>; 2]) -> BTreeSet<Unit> {
    let mut types = BTreeSet::new();
    let shapes = [&change.old, &change.new].into_iter().flatten();
    shapes.for_each(|shape| names_in(shape, &mut types));
    if matches!(change.kind, Kind::Struct | Kind::Enum | Kind::Impl)
        && let Some(unit @ Unit::Type(_)) = crates.iter().find_map(|krate| krate.unit(&change.item))
    {
        let prefix = format!("{}::", unit.head());
        for krate in crates {
            krate.surface.below(&prefix).for_each(|(_, item)| names_in(&item.text, &mut types));
        }
    }
    types
}

fn names_in(shape: &str, into: &mut BTreeSet<Unit>) {
    for part in shape.split("types::").skip(1) {
        let part = part.strip_prefix("calls::").unwrap_or(part);
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
        into.insert(Unit::Type(part[..end].to_owned()));
    }
}
