//! `cargo xtask add-operation`: one more operation, from its own page or from the whole API.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;

use super::update_spec;
use crate::Status;
use crate::edition::{Edition, compare};
use crate::report::Format;
use crate::store::Store;

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
    let old = Edition::stored(&store)?;
    let new = old.with_operation(id, arguments.from.as_deref())?;
    let report = compare(&old, &new)?;
    report.write(Format::Text, out)?;
    new.save(&old, &store)?;
    update_spec::next_steps(&report, out)?;
    Ok(Status::Done)
}
