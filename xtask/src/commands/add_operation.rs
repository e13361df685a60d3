//! `cargo xtask add-operation`: one more operation, from its own page or from the whole API.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::update_spec;
use crate::Status;
use crate::page;
use crate::report::Format;
use crate::store::{self, Source, Store};

/// Offer one more operation: fetch its page, merge, and update openapi/
#[derive(clap::Args)]
pub struct Arguments {
    /// The operation, by its operationId
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// Read this page or document instead of the vendor's page for the operation
    #[arg(long, value_name = "URL or FILE")]
    from: Option<String>,
    /// The folder to work on [default: openapi/ of this workspace]
    #[arg(long, value_name = "DIR", hide = true)]
    store: Option<PathBuf>,
}

/// Where the vendor has a page for each operation.
const PAGES: &str = "https://planetscale.com/docs/api/reference/";

/// Runs the command.
///
/// # Errors
/// Where the page cannot be read or used, or no code can be generated. Nothing was written, then.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let id = &arguments.operation;
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
        bail!("`{id}` is no operationId");
    }
    let store = Store::open(&arguments.store.clone().unwrap_or_else(crate::default_store))?;
    let sources = store.sources()?;
    if let Some(source) = sources.iter().find(|source| source.operations.contains(id)) {
        bail!("{id} is offered already, from openapi/{}", source.file);
    }
    let url = format!("{PAGES}{id}.md");
    let from = arguments.from.as_ref().unwrap_or(&url);
    let document = page::document(from)?;
    let etag = document.etag.clone();
    let (spec, text) = update_spec::wanted(&document, std::slice::from_ref(id)).with_context(|| from.clone())?;

    let source = Source {
        file: format!("{id}.yaml"),
        url: if from.contains("://") { from.clone() } else { url.clone() },
        operations: vec![id.clone()],
        sha256: store::sha256(&text),
        etag: etag.filter(|_| from.contains("://")),
    };
    let mut documents = update_spec::stored(&store)?;
    documents.push((source.file.clone(), spec));
    let toml = store.read(store::SOURCE)?;
    let mut files = vec![
        (source.file.clone(), String::new(), text),
        (store::SOURCE.to_owned(), toml.clone(), store::with_document(&toml, &source)?),
    ];
    let report = update_spec::report(&store, &documents, &mut files)?;
    report.write(Format::Text, out)?;
    let files: Vec<_> = files.iter().map(|(name, _, new)| (name.as_str(), new.as_str())).collect();
    store.commit(&files)?;
    update_spec::next_steps(&report, out)?;
    writeln!(
        out,
        "  Also: name the new types in openapi/overlay.yaml, where progenitor's own names do not read well."
    )?;
    Ok(Status::Done)
}
