//! What each finding on the wire means for the crate: which changes of its surface come of it.
//!
//! `touched` says which changes are at a finding's places, `told` says so in words. Each change is told once, of the
//! finding that explains it best; other findings refer to that one. What no finding explains is told on its own.

use std::collections::{BTreeMap, BTreeSet};

use super::Impact;
use super::told::{self, Grouped};
use super::touched::{Reason, Touched};
use crate::comparison::diff::{Finding, Level};
use crate::generated_crate::belongings::Unit;
use crate::generated_crate::surface::{Bump, Change};

/// What is said of the effects on one operation, in bytes: a screen. What is more is counted.
const SCREEN: usize = 24 * 100;

/// What a finding means for the crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// In words; nothing, where there is nothing to say.
    pub text: Option<String>,
    /// The part of the version that is to be raised for it.
    pub bump: Option<Bump>,
    /// The changes that are told of it, by their numbers.
    pub items: Vec<usize>,
    /// The items at its very place that change. Findings of several operations with the same ones have one cause.
    pub cause: Vec<String>,
}

/// What findings mean for the crate.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Of each finding.
    pub of: Vec<Effect>,
    /// The changes that no finding explains, by their numbers.
    pub rest: Vec<usize>,
    /// What is said of those: the reason last.
    pub unexplained: Vec<String>,
}

impl Impact {
    /// What findings on the wire mean for the crate. Each change of the crate is told once.
    pub fn effects(&self, findings: &[&Finding]) -> Effects {
        let Some(crates) = &self.crates else {
            return Effects { of: vec![Effect::default(); findings.len()], ..Effects::default() };
        };
        let touched = Touched::of(crates, &self.changes, findings);
        let owners = self.owners(findings, &touched);
        let grouped = Grouped::of(crates, &self.changes);
        let mut owned: Vec<Vec<usize>> = vec![Vec::new(); findings.len()];
        let mut rest = Vec::new();
        for (at, owner) in owners.iter().enumerate() {
            match owner {
                Some(finding) => owned[*finding].push(at),
                None => rest.push(at),
            }
        }
        let mut said: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        let mut of = Vec::with_capacity(findings.len());
        for (number, items) in owned.into_iter().enumerate() {
            let finding = findings[number];
            let exact: Vec<usize> = touched.exact(number).collect();
            let cause = exact.iter().map(|at| self.changes[*at].item.clone()).collect();
            let bump = items.iter().map(|at| self.changes[*at].bump).max();
            let mut text = match (items.is_empty(), exact.first()) {
                (false, _) => Some(grouped.lines(&items).join("; ")),
                (true, Some(at)) if finding.level > Level::Doc => {
                    owners[*at].map(|owner| told::elsewhere(&self.changes[*at], finding, findings[owner]))
                }
                _ => told::nothing(crates, finding),
            };
            let said = said.entry(finding.operation()).or_default();
            *said += text.as_ref().map_or(0, String::len);
            if *said > SCREEN && !items.is_empty() {
                let changes = if items.len() == 1 { "1 change" } else { &format!("{} changes", items.len()) };
                let bump = bump.unwrap_or_default();
                text = Some(format!("{changes} ({bump}), all of them with --format json"));
            }
            of.push(Effect { text, bump, items, cause });
        }
        let unexplained = self.unexplained(&grouped, &rest, findings.is_empty());
        Effects { of, rest, unexplained }
    }

    /// The finding that each change is told of.
    fn owners(&self, findings: &[&Finding], touched: &Touched) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<(Reason, usize)>> = vec![None; self.changes.len()];
        // What no operation uses explains only what nothing else does.
        let rank = |(reason, finding): &(Reason, usize)| {
            let level = findings[*finding].level;
            (level == Level::Doc, *reason, std::cmp::Reverse(level), *finding)
        };
        for (at, owner) in owners.iter_mut().enumerate() {
            let explains = |(reason, _): &(Reason, usize)| *reason < Reason::Uses;
            *owner = touched.by(at).iter().copied().filter(explains).min_by_key(rank);
        }
        let Some(crates) = &self.crates else { return Vec::new() };
        // What is told in one line is told of one finding.
        for group in Grouped::of(crates, &self.changes).groups() {
            let best = group.iter().filter_map(|at| owners[*at]).min_by_key(rank);
            group.into_iter().for_each(|at| owners[at] = best);
        }
        self.follow(&mut owners, findings);
        for (at, owner) in owners.iter_mut().enumerate().filter(|(_, owner)| owner.is_none()) {
            *owner = touched.by(at).iter().copied().min_by_key(rank);
        }
        owners.into_iter().map(|owner| owner.map(|(_, finding)| finding)).collect()
    }

    /// Gives what has no owner that of a change that it follows from: of what it belongs to, or of a type that it
    /// names.
    fn follow(&self, owners: &mut [Option<(Reason, usize)>], findings: &[&Finding]) {
        let Some(crates) = &self.crates else { return };
        let unit_of = |change: &Change| crates.iter().find_map(|krate| krate.unit(&change.item));
        let units: Vec<Option<Unit>> = self.changes.iter().map(unit_of).collect();
        let names: Vec<BTreeSet<Unit>> = self.changes.iter().map(|change| told::types_in(change, crates)).collect();
        loop {
            // The strongest finding that something of a unit is told of.
            let mut of_unit: BTreeMap<&Unit, usize> = BTreeMap::new();
            for (unit, owner) in units.iter().zip(owners.iter()) {
                if let (Some(unit), Some((_, finding))) = (unit, owner) {
                    let best = of_unit.entry(unit).or_insert(*finding);
                    let rank = |number: usize| (std::cmp::Reverse(findings[number].level), number);
                    if rank(*finding) < rank(*best) {
                        *best = *finding;
                    }
                }
            }
            let mut next = Vec::new();
            for (at, _) in owners.iter().enumerate().filter(|(_, owner)| owner.is_none()) {
                let own = units[at].iter().find_map(|unit| of_unit.get(unit));
                let named = names[at].iter().find_map(|unit| of_unit.get(unit));
                if let Some(finding) = own.or(named) {
                    next.push((at, *finding));
                }
            }
            if next.is_empty() {
                return;
            }
            next.into_iter().for_each(|(at, finding)| owners[at] = Some((Reason::Follows, finding)));
        }
    }

    fn unexplained(&self, grouped: &Grouped<'_>, rest: &[usize], without_findings: bool) -> Vec<String> {
        /// A screen.
        const MOST: usize = 20;
        if rest.is_empty() {
            return Vec::new();
        }
        let reason = match (&self.reason, without_findings) {
            (Some(reason), _) => reason,
            (None, true) => {
                "the vendor's documents say the same, so it comes of openapi/overlay.yaml, names.toml, features.toml or this \
                 tool, which are not what openapi/effective.yaml was made with"
            }
            (None, false) => {
                "no finding is at these places, so it comes of openapi/overlay.yaml, or of a rule on all operations at \
                 once, such as those on names and on equal schemas"
            }
        };
        let mut lines = grouped.lines_of_all(rest);
        let more = lines.len().saturating_sub(MOST);
        lines.truncate(MOST);
        if more > 0 {
            lines.push(format!("and {more} more lines, all of them with --format json"));
        }
        lines.push(format!("reason: {reason}"));
        lines
    }
}
