//! `cargo xtask update-spec`: makes an edition of the vendor's page of today.

use std::io::Write;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::output::{FailOn, Output};
use crate::Status;
use crate::edition::{Edition, compare};
use crate::report::{Format, Report, plain_lines};
use crate::store::{self, Store};

/// Fetch the vendor's page, show what changed, and update openapi/
#[derive(clap::Args)]
pub struct Arguments {
    /// Read this page or document instead of the URL in source.toml
    #[arg(long, value_name = "URL or FILE")]
    from: Option<String>,
    /// Write nothing; exit 1 where there is drift
    #[arg(long)]
    check: bool,
    /// With --check, what counts as drift: findings at or above this level [default: any change]
    #[arg(long, value_enum, value_name = "LEVEL", requires = "check")]
    fail_on: Option<FailOn>,
    /// The folder to work on [default: openapi/ of this workspace]
    #[arg(long, value_name = "DIR", hide = true)]
    store: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
///
/// # Errors
/// Where the page cannot be read or used. Nothing has been written, then.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = Store::open(&arguments.store.clone().unwrap_or_else(crate::default_store))?;
    let old = Edition::stored(&store)?;
    let new = old.updated(arguments.from.as_deref())?;
    let report = arguments.output.narrowed(compare(&old, &new)?, &store.path(store::ACCEPTED))?;
    arguments.output.print(&report, &inputs(&old, &store, arguments), out)?;
    let changed = new.changed_since(&old)?;
    let text = arguments.output.format == Format::Text;
    if text {
        show_difference(&new, &changed, arguments.from.as_deref(), out)?;
    }
    if arguments.check {
        let drift = match arguments.fail_on {
            Some(level) => level.is_reached(&report),
            None => !changed.is_empty() && !report.is_accepted() && !says_the_same(&report, &new, &changed),
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
fn says_the_same(report: &Report, new: &Edition, changed: &[(&str, &str, &str)]) -> bool {
    let is_document = |name: &str| new.documents().iter().any(|document| document.file == name);
    report.is_empty() && changed.iter().all(|(name, ..)| is_document(name) || *name == store::SOURCE)
}

/// The files that are read, which `--report` must not overwrite.
fn inputs(old: &Edition, store: &Store, arguments: &Arguments) -> Vec<PathBuf> {
    let documents = old.documents().iter().map(|document| document.file.as_str());
    let files = documents.chain([store::SOURCE, store::OVERLAY, store::EFFECTIVE, store::ACCEPTED]);
    files.map(|name| store.path(name)).chain(arguments.from.as_ref().map(PathBuf::from)).collect()
}

/// Whether a page differs from what is stored.
///
/// # Errors
/// As [`run`].
pub fn check(store: &Path, from: &str) -> anyhow::Result<Status> {
    let old = Edition::stored(&Store::open(store)?)?;
    let new = old.updated(Some(from))?;
    Ok(if new.changed_since(&old)?.is_empty() { Status::Done } else { Status::Drift })
}

/// The vendor's document, line by line.
fn show_difference(
    new: &Edition,
    changed: &[(&str, &str, &str)],
    from: Option<&str>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if changed.is_empty() {
        let urls = || store::sources(new.source()).map(|sources| sources.into_iter().map(|source| source.url));
        let from =
            from.map_or_else(|| Ok(urls()?.collect::<Vec<_>>().join(", ")), |from| anyhow::Ok(from.to_owned()))?;
        writeln!(out, "openapi/ is up to date with {from}")?;
        return Ok(());
    }
    let documents: Vec<&str> = new.documents().iter().map(|document| document.file.as_str()).collect();
    let Some((name, before, after)) = changed.iter().find(|(name, ..)| documents.contains(name)) else {
        for (name, ..) in changed {
            writeln!(out, "openapi/{name} is not up to date")?;
        }
        return Ok(());
    };
    let (a, b) = (format!("a/openapi/{name}"), format!("b/openapi/{name}"));
    let difference = TextDiff::from_lines(*before, *after).unified_diff().header(&a, &b).to_string();
    write!(out, "\n{}", plain_lines(&difference))?;
    Ok(())
}

/// What is left to do for a person.
pub(super) fn next_steps(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "\nopenapi/ is updated. Next:")?;
    writeln!(out, "  1. `cargo test`, then review the snapshots: `cargo insta review`")?;
    match report.changelog() {
        Some(lines) => {
            writeln!(out, "  2. raise the version of planetscale-client as the verdict says")?;
            writeln!(out, "  3. add to CHANGELOG.md:\n")?;
            for line in lines.lines() {
                writeln!(out, "     {line}")?;
            }
        }
        None => writeln!(out, "  2. commit; the crate does not change")?,
    }
    Ok(())
}
