//! `cargo xtask generate`: what build.rs makes of the effective spec.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::Status;
use crate::generated_crate::{Crate, codegen};
use crate::snapshot::Stored;
use crate::upstream::spec::Spec;
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
    if !arguments.write {
        let code = codegen::formatted(&spec).with_context(|| file.display().to_string())?;
        out.write_all(code.as_bytes())?;
        return Ok(Status::Done);
    }
    let store = Store::open(workspace)?;
    let krate = Crate::of(&spec, &Spec::parse(&spec)?, workspace).with_context(|| file.display().to_string())?;
    let krate = Stored::of(&krate, &store)?;
    store.commit(&krate.changed())?;
    krate.remove_others(&store)?;
    writeln!(out, "{} is written", store.path(&format!("{}/", store::GENERATED)).display())?;
    Ok(Status::Done)
}
