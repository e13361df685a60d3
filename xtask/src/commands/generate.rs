//! `cargo xtask generate`: what build.rs makes of the effective spec.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::Status;
use crate::krate::codegen;
use crate::workspace::Workspace;
use crate::workspace::store::{self, Store};

/// Print the code that the client is built from
#[derive(clap::Args)]
pub struct Arguments {
    /// The spec to generate from [default: openapi/planetscale.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Write it to client/src/generated instead: after a change of client/generate or of progenitor
    #[arg(long, conflicts_with = "spec")]
    write: bool,
}

/// Runs the command.
///
/// # Errors
/// Where the spec cannot be read or no code can be generated from it.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (file, spec) = super::read_spec(workspace, arguments.spec.as_deref())?;
    let code = codegen::formatted(&spec).with_context(|| file.display().to_string())?;
    if !arguments.write {
        out.write_all(code.as_bytes())?;
        return Ok(Status::Done);
    }
    let store = Store::open(workspace)?;
    store.commit(&[(store::CODE, &code)])?;
    writeln!(out, "{} is written", store.path(store::CODE).display())?;
    Ok(Status::Done)
}
