//! Two snapshots, and the report on what came between them.

use std::rc::Rc;

use anyhow::Context;
use serde_json::Value;

use super::Snapshot;
use crate::comparison::diff::rules::table::FIRST_SERVER_MOVED;
use crate::comparison::diff::{self, Finding};
use crate::comparison::impact::{Impact, no_crate};
use crate::comparison::report::Report;
use crate::generated_crate::{Crate, own_code};
use crate::upstream::spec::Spec;

/// Compares what is stored with what would be: document by document for the wire, and the crates.
///
/// # Errors
/// Where code generation failed for the new snapshot.
pub fn compare(old: &Snapshot, new: &Snapshot) -> anyhow::Result<Report> {
    let read = new
        .documents()
        .iter()
        .flat_map(|document| document.spec.notes().iter().map(|note| format!("openapi/{}: {note}", document.file)));
    // What the stored documents disagree in, too, was told when they came.
    let told = old.merged().map(|merged| merged.disagreements.as_slice()).unwrap_or_default();
    let disagreements = new.merged()?.disagreements.iter().filter(|one| !told.contains(one));
    let made = disagreements.chain(&new.named()?.notes).chain(new.notes()).cloned();
    let effective = new.effective_as_stored_or_made().with_context(|| {
        with_notes(new, "the overlay cannot be applied to the new document; correct openapi/overlay.yaml")
    })?;
    let notes = read.chain(made).chain(effective.notes.iter().cloned()).collect();
    let mut impact = if is_as_stored(old, new)? {
        Impact::none()
    } else {
        new.generated_crate().with_context(|| with_notes(new, "no code can be generated from the new document"))?;
        impact(old, new)
    };
    impact.reason = other_operations(old, new);
    // Where an action matches nothing, it is of interest whether that begins.
    let before = match effective.effects.iter().any(|effect| effect.matched == 0) {
        true => old.made_anew().effective_as_stored_or_made().map(|it| it.effects.clone()).unwrap_or_default(),
        false => Vec::new(),
    };
    let mut report = Report::new(Some(impact)).with_notes(&effective.effects, &before, notes);
    if let Some(krate) = report.generated_crate() {
        let uses = own_code::uses(&new.workspace, &krate.changes)?;
        report = report.with_own_code(uses);
    }
    for document in new.documents() {
        let Some(before) = old.document_before(document) else { continue };
        if before.text != document.text {
            let mut findings = diff::diff(&before.spec.value, &document.spec.value);
            let tags = [before.spec.tags(), document.spec.tags()].concat();
            findings
                .retain(|finding| tag_of(finding, &before.spec, &document.spec).is_none_or(|tag| tags.contains(tag)));
            if before.file != document.file {
                // What no operation uses, and what is said of the API as a whole, stays in the document that it stands in.
                let is_there = |finding: &Finding| document.spec.value.pointer(&finding.new_pointer).is_some();
                findings.retain(|finding| !finding.operations.is_empty() || is_there(finding));
            }
            let file = format!("openapi/{}", document.file);
            report = report.with_findings(findings, (&before.spec, &document.spec), &file);
        }
    }
    if report.findings().any(|finding| finding.rule.id == FIRST_SERVER_MOVED.id) {
        let line = "client/src/client.rs has `ClientBuilder::DEFAULT_BASE_URL`, which has to follow where the API is";
        report = report.with_more_own_code(line.to_owned());
    }
    Ok(report.with_effects())
}

/// Which operations are offered in one of two snapshots only.
fn other_operations(old: &Snapshot, new: &Snapshot) -> Option<String> {
    let (before, now) = (old.sources().operations(), new.sources().operations());
    let only = |these: &[String], those: &[String]| {
        let only: Vec<&str> = these.iter().filter(|id| !those.contains(id)).map(String::as_str).collect();
        match only[..] {
            [] => None,
            [one] => Some(one.to_owned()),
            [first, ..] => Some(format!("{first} and {} more", only.len() - 1)),
        }
    };
    match (only(&now, &before), only(&before, &now)) {
        (Some(new), None) => Some(format!("openapi/source.toml offers {new} now")),
        (None, Some(gone)) => Some(format!("openapi/source.toml does not offer {gone} any more")),
        _ => None,
    }
}

/// Whether a snapshot is what is stored: then there is nothing to find, and no code needs to be generated to know it.
fn is_as_stored(old: &Snapshot, new: &Snapshot) -> anyhow::Result<bool> {
    let documents = old.documents().iter().map(|document| &document.text);
    let effective = new.effective_as_stored_or_made()?;
    Ok(old.written.as_ref() == Some(&effective.text) && documents.eq(new.documents().iter().map(|it| &it.text)))
}

/// What went wrong, after what is known of the new snapshot: an operation that is gone may be why.
fn with_notes(new: &Snapshot, what: &str) -> String {
    new.notes().iter().map(|note| format!("{note}; ")).chain([what.to_owned()]).collect()
}

/// What becomes of the crate between two snapshots.
pub fn impact(old: &Snapshot, new: &Snapshot) -> Impact {
    match crates(old, new) {
        Ok(crates) => Impact::between(crates),
        Err(e) => Impact::failed(&e),
    }
}

/// The crates of two snapshots, which are one where they are generated from one text.
fn crates(old: &Snapshot, new: &Snapshot) -> anyhow::Result<[Rc<Crate>; 2]> {
    let krate = |snapshot: &Snapshot, which| {
        anyhow::Ok(Rc::clone(snapshot.generated_crate().with_context(|| no_crate(which))?))
    };
    Ok([krate(old, "old")?, krate(new, "new")?])
}

/// The name of the tag that a finding is about, where it is about one. Those that none of our operations has are
/// not reported: a page of one operation carries the tags of the whole API.
fn tag_of<'a>(finding: &Finding, old: &'a Spec, new: &'a Spec) -> Option<&'a Value> {
    let name = |spec: &'a Spec, pointer: &str| {
        let number = pointer.strip_prefix("/tags/")?.split('/').next()?;
        spec.value.pointer(&format!("/tags/{number}/name")).filter(|name| name.is_string())
    };
    name(new, &finding.new_pointer).or_else(|| name(old, &finding.old_pointer))
}
