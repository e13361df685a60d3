//! Two editions, and the report on what came between them.

use anyhow::Context;

use super::Edition;
use crate::diff;
use crate::impact::Impact;
use crate::report::Report;

/// Compares what is stored with what would be: document by document for the wire, and the crates.
///
/// # Errors
/// Where no crate can be made of the new edition.
pub fn compare(old: &Edition, new: &Edition) -> anyhow::Result<Report> {
    let notes = new.merged()?.disagreements.iter().chain(&new.named()?.notes).chain(new.notes()).cloned().collect();
    let effective =
        new.effective().context("the overlay cannot be applied to the new document; correct openapi/overlay.yaml")?;
    new.krate().context("no code can be generated from the new document")?;
    let mut report = Report::new(Some(Impact::between(old, new))).with_overlay(&effective.effects, notes);
    for document in new.documents() {
        let Some(before) = old.documents().iter().find(|before| before.file == document.file) else { continue };
        if before.text != document.text {
            let findings = diff::diff(&before.spec.value, &document.spec.value);
            let file = format!("openapi/{}", document.file);
            report = report.with_findings(findings, (&before.spec, &document.spec), &file);
        }
    }
    Ok(report)
}
