//! `cargo xtask update-spec`: makes a snapshot of the vendor's page of today.

use std::io::Write;
use std::path::PathBuf;

use similar::TextDiff;

use super::output::{FailOn, Output};
use crate::Status;
use crate::comparison::report::{Format, Report, plain_lines};
use crate::snapshot::{Change, Snapshot, compare};
use crate::upstream::origin::{Location, Origin};
use crate::workspace::Workspace;
use crate::workspace::store::{self, Store};

/// Fetch the vendor's documents, show what changed, and update openapi/
#[derive(clap::Args)]
pub struct Arguments {
    /// Read this page or document instead of the URLs in openapi/source.toml
    #[arg(long, value_name = "URL or FILE")]
    from: Option<Location>,
    /// Write nothing; exit 1 where there is drift
    #[arg(long)]
    check: bool,
    /// With --check, what counts as drift: findings at or above this level [default: any change]
    #[arg(long, value_enum, value_name = "LEVEL", requires = "check")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
///
/// # Errors
/// Where the page cannot be read or used. Nothing has been written, then.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = if arguments.check { Store::open_to_read(workspace)? } else { Store::open(workspace)? };
    let old = Snapshot::stored(&store)?;
    let from = Origin::named(arguments.from.clone());
    let new = old.updated(&from)?;
    let report = arguments.output.narrowed(compare(&old, &new)?, &store.path(store::ACCEPTED))?;
    arguments.output.print(&report, &inputs(&old, &store, &from), out)?;
    let changed = new.changed_since(&old)?;
    let text = arguments.output.format == Format::Text;
    if text {
        show_difference(&new, &changed, &from, out)?;
    }
    if arguments.check {
        let drift = match arguments.fail_on {
            Some(level) => level.is_reached(&report),
            None => !changed.is_empty() && !report.is_accepted() && !says_the_same(&report, (&old, &new), &changed),
        };
        return Ok(if drift { Status::Drift } else { Status::Done });
    }
    new.save(&old, &store)?;
    if !changed.is_empty() && text {
        next_steps(&report, out)?;
    }
    Ok(Status::Done)
}

/// Whether only documents are written otherwise, and nothing was found that they say otherwise.
fn says_the_same(report: &Report, (old, new): (&Snapshot, &Snapshot), changed: &[Change]) -> bool {
    let is_document = |name: &str| new.documents().iter().any(|document| document.file == name);
    // In which version of OpenAPI it is written makes no difference to what was made of it.
    let effective = |snapshot: &Snapshot| {
        let mut value = snapshot.effective_as_stored_or_made().ok()?.spec.value.clone();
        value.as_object_mut()?.remove("openapi");
        Some(value)
    };
    let is_same = |change: &Change| match change.file.as_str() {
        store::SOURCE => true,
        store::EFFECTIVE => effective(old).is_some_and(|old| effective(new) == Some(old)),
        name => is_document(name),
    };
    report.is_empty() && changed.iter().all(is_same)
}

/// The files that are read, which `--report` must not overwrite.
fn inputs(old: &Snapshot, store: &Store, from: &Origin) -> Vec<PathBuf> {
    let documents = old.documents().iter().map(|document| document.file.as_str());
    let tables = [store::NAMES, store::FEATURES, store::FIELDS, store::ACCEPTED];
    let files = documents.chain([store::SOURCE, store::OVERLAY, store::EFFECTIVE, store::MANIFEST]).chain(tables);
    let from = if let Origin::At(Location::File(path)) = from { Some(path.clone()) } else { None };
    files.map(|name| store.path(name)).chain(from).collect()
}

/// Whether a page differs from what is stored.
///
/// # Errors
/// As [`run`].
pub fn check(workspace: &Workspace, from: &Origin) -> anyhow::Result<Status> {
    let old = Snapshot::stored(&Store::open_to_read(workspace)?)?;
    let new = old.updated(from)?;
    Ok(if new.changed_since(&old)?.is_empty() { Status::Done } else { Status::Drift })
}

/// How many lines of the vendor's document are shown, and how much of each: the findings tell what they mean.
const MOST_LINES: usize = 200;
/// In characters.
const LONGEST_LINE: usize = 400;

/// The vendor's document, line by line.
fn show_difference(new: &Snapshot, changed: &[Change], from: &Origin, out: &mut dyn Write) -> anyhow::Result<()> {
    if changed.is_empty() {
        let from = match from {
            Origin::At(location) => location.to_string(),
            Origin::Vendor => {
                let urls = new.sources().documents().iter().map(|source| source.url.as_str());
                urls.collect::<Vec<_>>().join(", ")
            }
        };
        writeln!(out, "openapi/ is up to date with {from}")?;
        return Ok(());
    }
    let is_document = |change: &&Change| new.documents().iter().any(|document| document.file == change.file);
    let Some(Change { file: name, old: before, new: after }) = changed.iter().find(is_document) else {
        for Change { file, .. } in changed {
            writeln!(out, "openapi/{file} is not up to date")?;
        }
        return Ok(());
    };
    if before.is_empty() {
        writeln!(out, "\nopenapi/{name} is new")?;
        return Ok(());
    }
    let (a, b) = (format!("a/openapi/{name}"), format!("b/openapi/{name}"));
    let difference = TextDiff::from_lines(before.as_str(), after.as_str()).unified_diff().header(&a, &b).to_string();
    let lines: Vec<&str> = difference.lines().collect();
    writeln!(out)?;
    for line in lines.iter().take(MOST_LINES) {
        match line.char_indices().nth(LONGEST_LINE) {
            Some((end, _)) => writeln!(out, "{}…", plain_lines(&line[..end]))?,
            None => writeln!(out, "{}", plain_lines(line))?,
        }
    }
    if let more @ 1.. = lines.len().saturating_sub(MOST_LINES) {
        writeln!(out, "… and {more} more lines, all of them in `git diff` once openapi/{name} is updated")?;
    }
    Ok(())
}

/// Reports what a new snapshot means, writes it, and says what is left to do for a person.
///
/// # Errors
/// Where no code can be generated from it, or it cannot be written. Nothing was written, then.
pub(super) fn adopt(old: &Snapshot, new: &Snapshot, store: &Store, out: &mut dyn Write) -> anyhow::Result<Status> {
    let report = compare(old, new)?;
    report.write(Format::Text, out)?;
    new.save(old, store)?;
    next_steps(&report, out)?;
    Ok(Status::Done)
}

/// What is left to do for a person.
fn next_steps(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "\nopenapi/ is updated. Next:")?;
    let mut number = 0;
    let mut step = |out: &mut dyn Write, what: &str| {
        number += 1;
        writeln!(out, "  {number}. {what}")
    };
    if !report.own_code().is_empty() {
        step(out, "fix the code written by hand that is named above: it may not compile")?;
    }
    step(out, "`cargo test`, then review the snapshots: `cargo insta review`")?;
    match report.changelog() {
        Some(lines) => {
            step(out, "commit; `cargo xtask release` raises the version, and writes to CHANGELOG.md:\n")?;
            for line in lines.lines() {
                writeln!(out, "     {line}")?;
            }
        }
        None => step(out, "commit; the crate does not change")?,
    }
    Ok(())
}
