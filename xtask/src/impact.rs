//! What a change of the vendor's document means for the crate.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;

use crate::diff::{self, Direction, Finding, Level};
use crate::krate::Crate;
use crate::operations;
use crate::spec::Spec;
use crate::surface::{Bump, Change, Surface, changes};

/// What becomes of the crate.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Impact {
    /// The part of the version to raise; nothing where no code could be generated.
    pub bump: Option<Bump>,
    /// What changes of its public surface, and of what its calls need.
    pub changes: Vec<Change>,
    /// Why no code could be generated.
    pub error: Option<String>,
    /// The crates of the old and of the new document.
    #[serde(skip)]
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
        Self { bump: Some(bump), changes, error: None, crates: Some(crates) }
    }

    /// No crate, and why.
    pub fn failed(error: &anyhow::Error) -> Self {
        Self { error: Some(format!("{error:#}")), ..Self::default() }
    }

    /// What one finding on the wire means for the crate, in words.
    pub fn of_finding(&self, finding: &Finding) -> Option<String> {
        let [old, new] = self.crates.as_ref()?;
        if finding.level == Level::Doc {
            return None;
        }
        let offered = |name: &String| old.operations.contains(name) || new.operations.contains(name);
        if !finding.operations.is_empty() && !finding.operations.iter().any(offered) {
            return Some("no change, the crate does not offer it".to_owned());
        }
        let mut items = old.items(&finding.old_pointer);
        items.extend(new.items(&finding.new_pointer));
        let touches = |change: &&Change| {
            let owner = change.item.rsplit_once("::").map_or("", |(owner, _)| owner);
            items.contains(&change.item.as_str())
                // A type's variants are what its values became.
                || finding.id.contains("enum") && items.contains(&owner)
                || change.item.ends_with(&demand(finding))
        };
        let mut touched: Vec<String> = self.changes.iter().filter(touches).map(described).collect();
        touched.dedup();
        if !touched.is_empty() {
            return Some(touched.join("; "));
        }
        let response = finding.direction == Direction::Response;
        let why = match () {
            () if response && finding.id.contains("additional-properties") => ", unknown fields are ignored",
            () if response && finding.id.contains("enum-value-added") => ", unknown values are kept",
            () if is_optional(finding, &new.surface, &items) => ", already optional",
            () => "",
        };
        Some(format!("no change{why}"))
    }
}

fn described(change: &Change) -> String {
    let shape = |shape: &Option<String>| shape.clone().unwrap_or_else(|| "nothing".into());
    format!("{}: {} → {} ({})", change.item, shape(&change.old), shape(&change.new), change.bump)
}

/// Whether a field that may now be missing may be missing in the crate anyway.
fn is_optional(finding: &Finding, surface: &Surface, items: &[&str]) -> bool {
    let about = ["became-nullable", "became-optional", "became-required", "became-not-nullable"];
    let fields: Vec<_> =
        items.iter().filter_map(|item| surface.get(item)).filter(|item| item.kind == "field").collect();
    about.iter().any(|what| finding.id.ends_with(what))
        && !fields.is_empty()
        && fields.iter().all(|field| field.text.starts_with("Option<"))
}

/// What calls must say that they need not say before. They compile, and fail when they are sent.
fn new_demands(old: &Spec, new: &Spec) -> Vec<Change> {
    let demanding = [
        "new-request-path-parameter",
        "new-required-request-parameter",
        "request-parameter-became-required",
        "request-body-became-required",
        "request-body-added-required",
        "new-required-request-property",
        "request-property-became-required",
    ];
    let ids: BTreeMap<String, &str> =
        operations::of(&new.value).iter().map(|operation| (operation.place(), operation.id)).collect();
    let findings = diff::diff(&old.value, &new.value);
    let demands = findings.iter().filter(|finding| demanding.contains(&finding.id.as_str()));
    let changes = demands.flat_map(|finding| {
        finding.operations.iter().filter_map(|operation| ids.get(operation)).map(|id| Change {
            item: format!("{id}{}", demand(finding)),
            old: Some("need not be said".to_owned()),
            new: Some("calls without it fail".to_owned()),
            bump: Bump::Major,
        })
    });
    changes.collect()
}

/// What a finding demands of an operation, after its id.
fn demand(finding: &Finding) -> String {
    format!("(): {}", finding.message)
}

/// What is said where there is no crate of one of two documents.
pub fn no_crate(which: &str) -> String {
    format!("no crate can be made of the {which} document")
}
