//! `cargo xtask operations`: what the vendor offers, and what the crate has of it.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Context;

use crate::Status;
use crate::comparison::report::plain;
use crate::snapshot::{Snapshot, WHOLE_API};
use crate::upstream::operations;
use crate::upstream::origin::{Location, Origin};
use crate::upstream::page;
use crate::workspace::Workspace;
use crate::workspace::store::Store;

/// List what the vendor offers, by tag, with what the crate has of it
#[derive(clap::Args)]
pub struct Arguments {
    /// Read this page or document instead of the vendor's for the whole API
    #[arg(long, value_name = "URL or FILE")]
    from: Option<Location>,
}

/// Runs the command.
///
/// # Errors
/// Where the document or `openapi/` cannot be read.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = Store::open_to_read(workspace)?;
    let snapshot = Snapshot::stored(&store)?;
    let url = snapshot.sources().whole_api().map_or(WHOLE_API, |whole| &whole.url);
    let from = Origin::named(arguments.from.clone()).or(url);
    let spec = page::document(&from)?.parse().with_context(|| from.to_string())?;
    let upstream = snapshot.sources().operations();
    let effective = &snapshot.effective_as_stored_or_made()?.spec;
    let has = |id: &str| match () {
        () if upstream.iter().any(|held| held == id) => "x",
        // Written in the overlay.
        () if effective.operations().contains(&id) => "o",
        () => " ",
    };
    let ours = operations::of(&effective.value);
    let mut by_tag: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let all = operations::of(&spec.value);
    for operation in &all {
        by_tag.entry(operation.tags.first().copied().unwrap_or("no tag")).or_default().push(operation);
    }
    let width = all.iter().map(|operation| operation.id.len()).max().unwrap_or_default();
    for (tag, operations) in by_tag {
        writeln!(out, "{}", plain(tag))?;
        for operation in operations {
            let (id, endpoint) = (plain(operation.id), operation.endpoint());
            let feature = ours.iter().find(|ours| ours.id == operation.id).and_then(|ours| ours.feature);
            let feature = feature.map(|feature| format!("  [{feature}]")).unwrap_or_default();
            writeln!(out, "  {} {id:<width$}  {}{feature}", has(operation.id), plain(&endpoint))?;
        }
    }
    let held = all.iter().filter(|operation| has(operation.id) != " ").count();
    let behind = if ours.iter().any(|ours| ours.feature.is_some()) { "; [the feature that it is behind]" } else { "" };
    writeln!(out, "\n{held} of {} offered (x from upstream, o written in overlay.yaml{behind})", all.len())?;
    Ok(Status::Done)
}
