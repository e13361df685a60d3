//! `cargo xtask update-spec`: walks the road with a new page.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use similar::TextDiff;

use super::output::Output;
use crate::Status;
use crate::diff::{self, Level};
use crate::impact::{self, Impact};
use crate::merge::merge;
use crate::page::{self, Document, Fetched};
use crate::report::{Format, Report, plain_lines};
use crate::spec::{self, Spec};
use crate::store::{self, Source, Store};

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
    /// The folder to work on [default: openapi/ of this workspace]
    #[arg(long, value_name = "DIR", hide = true)]
    store: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
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
    let accepted = store.path(store::ACCEPTED);
    let report = arguments.output.narrowed(update.report.clone(), &accepted)?;
    let mut inputs: Vec<PathBuf> = store.sources()?.into_iter().map(|source| store.path(&source.file)).collect();
    inputs.extend([store::SOURCE, store::OVERLAY, store::EFFECTIVE, store::ACCEPTED].map(|name| store.path(name)));
    inputs.extend(arguments.from.as_ref().map(PathBuf::from));
    arguments.output.tell(&report, &inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>(), out)?;
    let text = arguments.output.format == Format::Text;
    if text && update.files.is_empty() {
        writeln!(out, "openapi/ is up to date with {}", update.from)?;
    } else if text {
        show_difference(&update, out)?;
    }
    if arguments.check {
        let drift = match arguments.fail_on {
            Some(level) => report.reaches(level),
            None => !update.files.is_empty() && !report.is_accepted(),
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
    let mut toml = store.read(store::SOURCE)?;
    let old_toml = toml.clone();
    let page = from.map(page::document).transpose()?;
    let (mut documents, mut files, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    let mut changed_file = None;
    for source in &sources {
        let stored = store.read(&source.file)?;
        let old = Spec::parse(&stored).with_context(|| source.file.clone())?;
        let fetched = match &page {
            // A page is for the documents whose operations it holds; with one document it must be for that.
            Some(document) if sources.len() > 1 && !holds(document, &source.operations) => None,
            Some(document) => Some(document.clone()),
            None => fetch(source, &stored)?,
        };
        let Some(document) = fetched else {
            documents.push((source.file.clone(), old));
            continue;
        };
        let place = from.unwrap_or(&source.url);
        let (spec, text) = wanted(&document, &source.operations).with_context(|| place.to_owned())?;
        // Line ends are the server's business: with others, it is the same text.
        let text = if text.replace("\r\n", "\n") == stored.replace("\r\n", "\n") { stored.clone() } else { text };
        let etag = document.etag.filter(|_| place == source.url);
        toml = store::with_version(&toml, &source.file, &store::sha256(&text), etag.as_deref())?;
        // Findings are told by the lines of what is stored.
        pairs.push((source.file.clone(), old, spec.clone().in_text(&text)));
        documents.push((source.file.clone(), spec));
        if stored != text {
            changed_file.get_or_insert_with(|| source.file.clone());
        }
        files.push((source.file.clone(), stored, text));
    }
    if let Some(from) = from
        && files.is_empty()
    {
        bail!("{from} holds none of the operations that openapi/{} names", store::SOURCE);
    }
    files.push((store::SOURCE.to_owned(), old_toml, toml));
    let file = changed_file.or_else(|| sources.first().map(|source| source.file.clone())).unwrap_or_default();
    let mut report = report(store, &documents, &mut files)?;
    for (file, old, new) in pairs {
        let findings = diff::diff(&old.value, &new.value);
        report = report.with_findings(findings, (&old, &new), &format!("openapi/{file}"));
    }
    files.retain(|(_, old, new)| old != new);
    let from = from
        .map_or_else(|| sources.iter().map(|source| source.url.as_str()).collect::<Vec<_>>().join(", "), str::to_owned);
    Ok(Update { from, file, report, files })
}

/// A source's document, or nothing where the server says that it did not change.
fn fetch(source: &Source, stored: &str) -> anyhow::Result<Option<Document>> {
    // An ETag is worth asking with only for what is really stored.
    let known = store::sha256(stored) == source.sha256;
    match page::read(&source.url, source.etag.as_deref().filter(|_| known))? {
        Fetched::Text(page, etag) => Ok(Some(Document::of(&page, etag).with_context(|| source.url.clone())?)),
        Fetched::NotModified => Ok(None),
    }
}

fn holds(document: &Document, operations: &[String]) -> bool {
    document.parse().is_ok_and(|spec| spec.require(operations).is_ok())
}

/// The stored documents, in the order of `source.toml`.
///
/// # Errors
/// Where one cannot be read.
pub fn stored(store: &Store) -> anyhow::Result<Vec<(String, Spec)>> {
    let parse = |source: Source| {
        let spec = Spec::parse(&store.read(&source.file)?).with_context(|| source.file.clone())?;
        Ok((source.file, spec))
    };
    store.sources()?.into_iter().map(parse).collect()
}

/// Merges and corrects the documents, adds the effective spec to the files, and tells what it all means.
///
/// # Errors
/// Where the documents or the overlay do not fit, or no code can be generated.
pub fn report(
    store: &Store,
    documents: &[(String, Spec)],
    files: &mut Vec<(String, String, String)>,
) -> anyhow::Result<Report> {
    let (merged, disagreements) = merge(documents)?;
    let effective = impact::effective(&merged, &store.read(store::OVERLAY)?)
        .context("the overlay cannot be applied to the new document; correct openapi/overlay.yaml")?;
    super::generate::generated(&effective.text).context("no code can be generated from the new document")?;
    let old = store.read(store::EFFECTIVE).unwrap_or_default();
    let krate = Impact::between(&old, &effective.text);
    files.push((store::EFFECTIVE.to_owned(), old, effective.text));
    Ok(Report::new(Some(krate)).with_overlay(&effective.effects, disagreements))
}

/// The document with the wanted operations: as published where it holds no others, else what is
/// left of it.
pub(super) fn wanted(document: &Document, operations: &[String]) -> anyhow::Result<(Spec, String)> {
    let whole = document.parse()?;
    let pruned = whole.clone().pruned(operations)?;
    let text = match pruned.value == whole.value {
        true => document.text.clone(),
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
    let difference = TextDiff::from_lines(old, new).unified_diff().header(&a, &b).to_string();
    write!(out, "\n{}", plain_lines(&difference))?;
    Ok(())
}

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

/// The effective spec of what is stored in a folder.
///
/// # Errors
/// As [`impact::effective`].
pub fn stored_effective(dir: &Path) -> anyhow::Result<String> {
    let store = Store::open(dir)?;
    let (merged, _) = merge(&stored(&store)?)?;
    Ok(impact::effective(&merged, &store.read(store::OVERLAY)?)?.text)
}
