//! `cargo xtask generate`: what build.rs makes of the effective spec, formatted.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::Status;
use crate::codegen;

/// Print the code that the client is built from, formatted
#[derive(clap::Args)]
pub struct Arguments {
    /// The spec to generate from [default: openapi/planetscale.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where the spec cannot be read or no code can be generated from it.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (file, spec) = super::read_spec(arguments.spec.as_deref())?;
    let code = codegen::formatted(&spec).with_context(|| file.display().to_string())?;
    out.write_all(code.as_bytes())?;
    Ok(Status::Done)
}
