//! `cargo xtask remove-operation`: an operation less, whether it comes from upstream or from the overlay.

use std::io::Write;

use super::update_spec;
use crate::Status;
use crate::snapshot::Snapshot;
use crate::workspace::Workspace;
use crate::workspace::store::Store;

/// Remove an operation from openapi/ and from the generated code
#[derive(clap::Args)]
pub struct Arguments {
    /// The operation, by its operationId
    #[arg(value_name = "OPERATION")]
    operation: String,
}

/// Runs the command.
///
/// # Errors
/// Where the operation is not offered or is the only one, or no code can be generated without it. Nothing was
/// written, then.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = Store::open(workspace)?;
    let old = Snapshot::stored(&store)?;
    let new = old.without_operation(&arguments.operation)?;
    update_spec::adopt(&old, &new, &store, out)
}
