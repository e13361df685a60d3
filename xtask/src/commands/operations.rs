//! `cargo xtask operations`: what the vendor offers, and what the crate has of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::Status;
use crate::edition::{Edition, WHOLE_API};
use crate::operations;
use crate::page;
use crate::report::plain;
use crate::store::{self, Store};

/// List what the vendor offers, by tag, with what the crate has of it
#[derive(clap::Args)]
pub struct Arguments {
    /// Read this page or document instead of the vendor's for the whole API
    #[arg(long, value_name = "URL or FILE")]
    from: Option<String>,
    /// The folder to work on [default: openapi/ of this workspace]
    #[arg(long, value_name = "DIR", hide = true)]
    store: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where the document or `openapi/` cannot be read.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = Store::open(&arguments.store.clone().unwrap_or_else(crate::default_store))?;
    let edition = Edition::stored(&store)?;
    let url = store::whole_api(edition.source())?.map_or_else(|| WHOLE_API.to_owned(), |whole| whole.url);
    let from = arguments.from.as_ref().unwrap_or(&url);
    let spec = page::document(from)?.parse().with_context(|| from.clone())?;
    let upstream = store::offered(edition.source())?;
    let effective = &edition.effective()?.spec;
    let has = |id: &str| match () {
        () if upstream.iter().any(|held| held == id) => "x",
        // Written in the overlay.
        () if effective.operations().contains(&id) => "o",
        () => " ",
    };
    let mut by_tag: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let all = operations::of(&spec.value);
    for operation in &all {
        by_tag.entry(operation.tags.first().copied().unwrap_or("no tag")).or_default().push(operation);
    }
    let width = all.iter().map(|operation| operation.id.len()).max().unwrap_or_default();
    for (tag, operations) in by_tag {
        writeln!(out, "{}", plain(tag))?;
        for operation in operations {
            let (id, place) = (plain(operation.id), operation.place());
            writeln!(out, "  {} {id:<width$}  {}", has(operation.id), plain(&place))?;
        }
    }
    let held = all.iter().filter(|operation| has(operation.id) != " ").count();
    writeln!(out, "\n{held} of {} offered (x from upstream, o written in overlay.yaml)", all.len())?;
    Ok(Status::Done)
}
