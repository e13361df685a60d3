//! `cargo xtask add-operation`: more operations, from their own pages or from the whole API.

use std::io::Write;

use anyhow::bail;

use super::update_spec;
use crate::Status;
use crate::snapshot::Snapshot;
use crate::upstream::origin::{Location, Origin};
use crate::workspace::Workspace;
use crate::workspace::store::Store;

/// Add an operation, or all of them: fetch the page, merge, and update openapi/
#[derive(clap::Args)]
pub struct Arguments {
    /// The operation, by its operationId
    #[arg(value_name = "OPERATION", required_unless_present = "all")]
    operation: Option<String>,
    /// All operations of the vendor's document for the whole API
    #[arg(long, conflicts_with = "operation")]
    all: bool,
    /// With --all, leave out the operations that cannot be offered, and list them
    #[arg(long, requires = "all")]
    keep_going: bool,
    /// Read this page or document instead of the vendor's page for the operation, or for the whole API
    #[arg(long, value_name = "URL or FILE")]
    from: Option<Location>,
}

/// Runs the command.
///
/// # Errors
/// Where the page cannot be read or used, or no code can be generated. Nothing was written, then.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    if let Some(id) = &arguments.operation
        && (id.is_empty() || id.contains(char::is_control))
    {
        bail!("`{}` is not an operationId", id.escape_debug());
    }
    let store = Store::open(workspace)?;
    let old = Snapshot::stored(&store)?;
    let from = &Origin::named(arguments.from.clone());
    let (new, left_out) = match &arguments.operation {
        Some(id) => (old.with_operation(id, from)?, Vec::new()),
        None => old.with_all_operations(from, arguments.keep_going)?,
    };
    let status = update_spec::adopt(&old, &new, &store, out)?;
    if !left_out.is_empty() {
        writeln!(out, "\nLeft out, as they cannot be offered:")?;
        left_out.iter().try_for_each(|why| writeln!(out, "  {why}"))?;
    }
    Ok(status)
}
