//! `cargo xtask diff`: two documents, for the wire and for the crate.

use std::io::Write;

use anyhow::Context;

use super::output::{Comparison, Output};
use crate::Status;
use crate::comparison::diff::{self, Direction, rules};
use crate::comparison::impact::{Impact, no_crate};
use crate::comparison::report::Report;
use crate::effective::naming::Table;
use crate::snapshot::{self, Document, Snapshot};
use crate::upstream::origin::Location;
use crate::upstream::page;
use crate::upstream::spec::Spec;
use crate::workspace::Workspace;
use crate::workspace::sources::Sources;
use crate::workspace::store;

/// Compare two documents: what changed for the wire, and for the crate
#[derive(clap::Args)]
pub struct Arguments {
    /// The old document: a page, YAML or JSON, by URL, file or git revision (REV:FILE)
    #[arg(value_name = "OLD", required_unless_present = "list_rules")]
    old: Option<Location>,
    /// The new document
    #[arg(value_name = "NEW", required_unless_present = "list_rules")]
    new: Option<Location>,
    /// Print every rule instead: id, oasdiff's level, our level in a request and in a response, and why
    #[arg(long, exclusive = true)]
    list_rules: bool,
    #[command(flatten)]
    comparison: Comparison,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
///
/// # Errors
/// Where a document cannot be read.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (Some(from), Some(to)) = (&arguments.old, &arguments.new) else {
        return list_rules(out);
    };
    let report = report(from, to, if arguments.comparison.wire_only { None } else { Some(workspace) })?;
    let files = [from, to]
        .into_iter()
        .filter_map(|from| if let Location::File(path) = from { Some(path.clone()) } else { None });
    arguments.comparison.conclude(report, &arguments.output, workspace, files, out)
}

/// What two documents differ in, and what that does to the crate of a workspace, where there is one.
///
/// # Errors
/// Where a document cannot be read.
pub fn report(from: &Location, to: &Location, workspace: Option<&Workspace>) -> anyhow::Result<Report> {
    let (old, new) = (read(from)?, read(to)?);
    let findings = diff::diff(&old.value, &new.value);
    let krate = workspace.map(|workspace| crate_impact(&old, &new, workspace)).transpose()?;
    let notes = [(from, &old), (to, &new)]
        .into_iter()
        .flat_map(|(location, spec)| spec.notes().iter().map(move |note| format!("{location}: {note}")));
    let report = Report::new(krate).with_notes(&[], &[], notes.collect());
    Ok(report.with_findings(findings, (&old, &new), &to.to_string()).with_effects())
}

fn list_rules(out: &mut dyn Write) -> anyhow::Result<Status> {
    writeln!(
        out,
        "{:<66} {:<8} {:<10} {:<10} {:<10} WHEN LESS, AND WHY NOT OASDIFF'S LEVEL",
        "ID", "OASDIFF", "REQUEST", "RESPONSE", "NEITHER"
    )?;
    for rule in rules::listed() {
        let theirs = rule.oasdiff.map_or_else(|| "ours".to_owned(), |level| level.to_string());
        let [request, response, none] = [Direction::Request, Direction::Response, Direction::None].map(|direction| {
            let levels = rule.levels.get(&direction).into_iter().flatten().rev().map(ToString::to_string);
            let levels = levels.collect::<Vec<_>>().join("/");
            if levels.is_empty() { "-".to_owned() } else { levels }
        });
        let downgraded = rule.downgraded.iter().map(|downgrade| format!("{}: {}", downgrade.to(), downgrade.reason()));
        let why: Vec<String> = downgraded.chain(rule.why().map(str::to_owned)).collect();
        let line = format!("{:<66} {theirs:<8} {request:<10} {response:<10} {none:<10} {}", rule.id, why.join("; "));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(Status::Done)
}

fn read(from: &Location) -> anyhow::Result<Spec> {
    page::document(from)?.parse().with_context(|| from.to_string())
}

/// What it means for the crate: for the operations that it offers, with our corrections.
fn crate_impact(old: &Spec, new: &Spec, workspace: &Workspace) -> anyhow::Result<Impact> {
    let read = |name| {
        let path = workspace.openapi().join(name);
        std::fs::read_to_string(path).with_context(|| format!("cannot read openapi/{name}"))
    };
    let operations = Sources::parse(&read(store::SOURCE)?).context(store::SOURCE)?.operations();
    let names = Table::parse(&read(store::NAMES).unwrap_or_default()).context(store::NAMES)?;
    Ok(impact(workspace, (old, new), &read(store::OVERLAY)?, &names, &operations))
}

/// What a change of a document means for a crate with these operations, overlay and names.
pub fn impact(
    workspace: &Workspace,
    (old, new): (&Spec, &Spec),
    overlay: &str,
    names: &Table,
    operations: &[String],
) -> Impact {
    let snapshot = |spec: &Spec, names: &Table, which| {
        // What a document lacks, its crate lacks.
        let held: Vec<String> =
            operations.iter().filter(|id| spec.operations().contains(&id.as_str())).cloned().collect();
        let wanted = if held.is_empty() { operations } else { &held };
        let spec = spec.clone().pruned(wanted).with_context(|| no_crate(which))?;
        let document = Document { file: format!("the {which} document"), text: String::new(), spec };
        anyhow::Ok(Snapshot::new(workspace, Sources::default(), vec![document], overlay.to_owned(), names.clone()))
    };
    let both = || {
        let old = snapshot(old, names, "old")?;
        let names = old.named().map_or_else(|_| names.clone(), |named| named.table.and(names));
        Ok((old, snapshot(new, &names, "new")?))
    };
    match both() {
        Ok((old, new)) => snapshot::impact(&old, &new),
        Err(e) => Impact::failed(&e),
    }
}
