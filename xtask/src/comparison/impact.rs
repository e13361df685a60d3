//! What a change of the vendor's document means for the crate.

mod condensed;
mod effects;
mod told;
mod touched;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use self::effects::{Effect, Effects};
use crate::comparison::diff::rules::Rule;
use crate::comparison::diff::rules::table::{
    BECAME_REQUIRED, NEW_PATH_PARAMETER, NEW_REQUIRED_PARAMETER, NEW_REQUIRED_REQUEST_PROPERTY,
    REQUEST_BODY_ADDED_REQUIRED, REQUEST_BODY_BECAME_REQUIRED, REQUEST_PARAMETER_BECAME_REQUIRED,
};
use crate::comparison::diff::{self, Finding};
use crate::generated_crate::Crate;
use crate::generated_crate::surface::{Bump, Change, Kind, changes};
use crate::upstream::operations;
use crate::upstream::spec::Spec;

/// Rules on what a call must say that it need not say before, each with the role for which that is so.
const DEMANDS: &[(&Rule, &str)] = &[
    (&NEW_PATH_PARAMETER, ""),
    (&NEW_REQUIRED_PARAMETER, ""),
    (&REQUEST_PARAMETER_BECAME_REQUIRED, ""),
    (&REQUEST_BODY_BECAME_REQUIRED, ""),
    (&REQUEST_BODY_ADDED_REQUIRED, ""),
    (&NEW_REQUIRED_REQUEST_PROPERTY, "request-property"),
    (&BECAME_REQUIRED, "request-property"),
];

/// What becomes of the crate.
#[derive(Clone, Debug, Default)]
pub struct Impact {
    /// The part of the version to raise; nothing where no code could be generated.
    pub bump: Option<Bump>,
    /// What changes of its public surface, and of what its calls need.
    pub changes: Vec<Change>,
    /// The fingerprints of the findings that each change is told of, where that is known.
    pub told_of: Vec<Option<String>>,
    /// Whether nothing but documentation changes.
    pub only_docs: bool,
    /// Why no code could be generated.
    pub error: Option<String>,
    /// Why something changes that no finding explains, where that is known.
    pub reason: Option<String>,
    /// The crates of the old and of the new document.
    crates: Option<[Rc<Crate>; 2]>,
}

impl Impact {
    /// Compares two crates, the old one and the new one.
    pub fn between(crates: [Rc<Crate>; 2]) -> Self {
        let [old, new] = &crates;
        let mut changes = changes(&old.surface, &new.surface);
        changes.extend(new_demands(&old.effective, &new.effective));
        let code = if old.is_like(new) { Bump::None } else { Bump::Patch };
        let bump = changes.iter().map(|change| change.bump).max().unwrap_or(code);
        let only_docs = changes.is_empty() && old.is_like_but_for_docs(new);
        Self { bump: Some(bump), changes, only_docs, crates: Some(crates), ..Self::default() }
    }

    /// Whom it breaks: callers of operations, and users of types; nobody, where it breaks nothing.
    pub fn breaks(&self) -> Option<String> {
        let Some(crates) = &self.crates else { return None };
        let mut units = BTreeSet::new();
        let mut others = BTreeSet::new();
        for change in self.changes.iter().filter(|change| change.bump == Bump::Major) {
            match crates.iter().find_map(|krate| krate.unit(&change.item)) {
                Some(unit) => drop(units.insert(unit)),
                None => drop(others.insert(change.item.as_str())),
            }
        }
        told::affected(&units, &others)
    }

    /// The same crate.
    pub fn none() -> Self {
        Self { bump: Some(Bump::None), only_docs: true, ..Self::default() }
    }

    /// No crate, and why.
    pub fn failed(error: &anyhow::Error) -> Self {
        Self { error: Some(format!("{error:#}")), ..Self::default() }
    }
}

/// What calls must say that they need not say before. They compile, and fail when they are sent.
pub fn new_demands(old: &Spec, new: &Spec) -> Vec<Change> {
    let ids: BTreeMap<String, &str> =
        operations::of(&new.value).iter().map(|operation| (operation.endpoint(), operation.id)).collect();
    let findings = diff::diff(&old.value, &new.value);
    let is_demand = |finding: &&Finding| DEMANDS.iter().any(|(rule, role)| finding.id == rule.id(role));
    let changes = findings.iter().filter(is_demand).flat_map(|finding| {
        finding.operations.iter().filter_map(|operation| ids.get(operation)).map(|id| Change {
            item: format!("{id}(): {}", finding.message()),
            kind: Kind::Call,
            old: Some("optional".to_owned()),
            new: Some("calls without it fail".to_owned()),
            bump: Bump::Major,
            demand: Some(demand_of(finding)),
        })
    });
    changes.collect()
}

/// What a finding demands of a call, wherever what it is about stands.
fn demand_of(finding: &Finding) -> String {
    serde_json::to_string(&(&finding.id, &finding.subject, &finding.arguments)).unwrap_or_default()
}

/// What is said where there is no crate of one of two documents.
pub fn no_crate(which: &str) -> String {
    format!("code generation failed for the {which} document")
}
