//! `cargo xtask update-spec`: walks the road with a new page.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use similar::TextDiff;

use crate::Status;
use crate::diff::{self, Level};
use crate::impact::{self, Impact};
use crate::page::{self, Fetched};
use crate::report::{Format, Report};
use crate::spec::{self, Spec};
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
    fail_on: Option<Level>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Also write the report as Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The folder to work on [default: openapi/ of this workspace]
    #[arg(long, value_name = "DIR", hide = true)]
    store: Option<PathBuf>,
}

/// What is stored, and what would be.
struct Update {
    /// Where the document was read from.
    from: String,
    /// The document's file.
    file: String,
    report: Report,
    /// The files that differ: name, old text, new text.
    files: Vec<(String, String, String)>,
}

/// Runs the command.
///
/// # Errors
/// Where the page cannot be read or used. Nothing has been written, then.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = Store::open(&arguments.store.clone().unwrap_or_else(crate::default_store))?;
    let update = prepare(&store, arguments.from.as_deref())?;
    update.report.write(arguments.format, out)?;
    if let Some(file) = &arguments.report {
        super::diff::write_markdown(&update.report, file)?;
    }
    let text = arguments.format == Format::Text;
    if text && update.files.is_empty() {
        writeln!(out, "openapi/ is up to date with {}", update.from)?;
    } else if text {
        show_difference(&update, out)?;
    }
    if arguments.check {
        let drift = match arguments.fail_on {
            Some(level) => update.report.reaches(level),
            None => !update.files.is_empty(),
        };
        return Ok(if drift { Status::Drift } else { Status::Done });
    }
    if !update.files.is_empty() {
        let files: Vec<_> = update.files.iter().map(|(name, _, new)| (name.as_str(), new.as_str())).collect();
        store.commit(&files)?;
        if text {
            next_steps(&update.report, out)?;
        }
    }
    Ok(Status::Done)
}

/// Whether a page differs from what is stored.
///
/// # Errors
/// As [`run`].
pub fn check(store: &Path, from: &str) -> anyhow::Result<Status> {
    let update = prepare(&Store::open(store)?, Some(from))?;
    Ok(if update.files.is_empty() { Status::Done } else { Status::Drift })
}

/// Walks the road as far as the files to write.
fn prepare(store: &Store, from: Option<&str>) -> anyhow::Result<Update> {
    let sources = store.sources()?;
    let [source] = &sources[..] else {
        bail!("source.toml names {} documents, but one is supported", sources.len());
    };
    let stored = store.read(&source.file)?;
    let from = from.unwrap_or(&source.url);

    // An ETag is worth asking with only for what is really stored.
    let known = from == source.url && store::sha256(&stored) == source.sha256;
    let etag = source.etag.as_deref().filter(|_| known);
    let (upstream, etag) = match page::read(from, etag)? {
        Fetched::Text(page, etag) => {
            let document = page::extract(&page).with_context(|| from.to_owned())?.to_owned();
            (document, if from == source.url { etag } else { None })
        }
        Fetched::NotModified => (stored.clone(), etag.map(str::to_owned)),
    };
    let (spec, upstream) = wanted(upstream, &source.operations).with_context(|| from.to_owned())?;
    let overlay = store.read(store::OVERLAY)?;
    let effective = impact::effective(&spec, &overlay)
        .context("the overlay cannot be applied to the new document; correct openapi/overlay.yaml")?;
    super::generate::tokens(&effective.text).context("no code can be generated from the new document")?;
    let old = Spec::parse(&stored).with_context(|| source.file.clone())?;
    let findings = diff::diff(&old.value, &spec.value);
    let stored_effective = store.read(store::EFFECTIVE).unwrap_or_default();
    let krate = Impact::between(&stored_effective, &effective.text);
    let report = Report::new(findings, krate, &effective.effects, &format!("openapi/{}", source.file));

    let toml = store.read(store::SOURCE)?;
    let new_toml = store::with_version(&toml, &source.file, &store::sha256(&upstream), etag.as_deref())?;
    let mut files = vec![
        (source.file.clone(), stored, upstream),
        (store::EFFECTIVE.to_owned(), stored_effective, effective.text),
        (store::SOURCE.to_owned(), toml, new_toml),
    ];
    files.retain(|(_, old, new)| old != new);
    Ok(Update { from: from.to_owned(), file: source.file.clone(), report, files })
}

/// The document with the wanted operations: as published where it holds no others, else what is
/// left of it.
fn wanted(document: String, operations: &[String]) -> anyhow::Result<(Spec, String)> {
    let whole = Spec::parse(&document)?;
    let pruned = whole.clone().pruned(operations)?;
    let text = match pruned.value == whole.value {
        true => document,
        false => spec::to_yaml("Pruned from the vendor's document for the whole API.", &pruned.value)?,
    };
    Ok((pruned, text))
}

/// The vendor's document, line by line.
fn show_difference(update: &Update, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some((name, old, new)) = update.files.iter().find(|(name, ..)| *name == update.file) else {
        for (name, ..) in &update.files {
            writeln!(out, "openapi/{name} is not up to date")?;
        }
        return Ok(());
    };
    let (a, b) = (format!("a/openapi/{name}"), format!("b/openapi/{name}"));
    write!(out, "\n{}", TextDiff::from_lines(old, new).unified_diff().header(&a, &b))?;
    Ok(())
}

fn next_steps(report: &Report, out: &mut dyn Write) -> anyhow::Result<()> {
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

/// The effective spec of what is stored in a folder.
///
/// # Errors
/// As [`impact::effective`].
pub fn stored_effective(dir: &Path) -> anyhow::Result<String> {
    let store = Store::open(dir)?;
    let mut specs = Vec::new();
    for source in store.sources()? {
        specs.push(Spec::parse(&store.read(&source.file)?).with_context(|| source.file.clone())?);
    }
    let [spec] = &specs[..] else { bail!("one document is supported") };
    Ok(impact::effective(spec, &store.read(store::OVERLAY)?)?.text)
}
