//! `cargo xtask diff`: two documents, for the wire and for the crate.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::diff::{self, Level};
use crate::impact::Impact;
use crate::page;
use crate::report::{Format, Report};
use crate::spec::Spec;
use crate::{Status, store};

/// Compare two documents: what changed for the wire, and for the crate
#[derive(clap::Args)]
pub struct Arguments {
    /// The old document: a page, YAML or JSON, by URL or file
    #[arg(value_name = "OLD")]
    old: String,
    /// The new document
    #[arg(value_name = "NEW")]
    new: String,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit 1 where something at or above this level was found, or no crate can be made [default: never]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<Level>,
    /// Also write the report as Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Compare the documents only, not the crates that they give
    #[arg(long)]
    wire_only: bool,
}

/// Runs the command.
///
/// # Errors
/// Where a document cannot be read.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let findings = diff::diff(&old.value, &new.value);
    let krate = match arguments.wire_only {
        true => Impact::default(),
        false => crate_impact(&old, &new)?,
    };
    let report = Report::new(findings, krate, &[], &arguments.new);
    report.write(arguments.format, out)?;
    if let Some(file) = &arguments.report {
        write_markdown(&report, file)?;
    }
    let fails = arguments.fail_on.is_some_and(|level| report.reaches(level));
    Ok(if fails { Status::Drift } else { Status::Done })
}

fn read(from: &str) -> anyhow::Result<Spec> {
    page::document(from)?.parse().with_context(|| from.to_owned())
}

fn crate_impact(old: &Spec, new: &Spec) -> anyhow::Result<Impact> {
    let dir = crate::default_store();
    let read = |name| std::fs::read_to_string(dir.join(name)).with_context(|| format!("cannot read openapi/{name}"));
    let sources = store::sources(&read(store::SOURCE)?)?;
    let operations: Vec<String> = sources.into_iter().flat_map(|source| source.operations).collect();
    Ok(Impact::of(old, new, &read(store::OVERLAY)?, &operations))
}

/// Writes a report beside what is printed, whole or not at all.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_markdown(report: &Report, file: &Path) -> anyhow::Result<()> {
    let mut text = Vec::new();
    report.write(Format::Markdown, &mut text)?;
    let place = Path::new(".").join(file);
    let write = || -> std::io::Result<()> {
        // In the same folder, as a file system moves files at once only within itself; and as any file
        // is made, where tempfile's own could be read by nobody else.
        let create = |path: &Path| std::fs::File::create_new(path);
        let mut temporary = tempfile::Builder::new().make_in(place.parent().unwrap_or(&place), create)?;
        temporary.write_all(&text)?;
        temporary.persist(&place)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", file.display()))
}
