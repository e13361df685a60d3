//! `cargo xtask generate`: what build.rs makes of the effective spec, formatted.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use proc_macro2::TokenStream;

use crate::{Status, generate};

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
    let code = formatted(&spec).with_context(|| file.display().to_string())?;
    out.write_all(code.as_bytes())?;
    Ok(Status::Done)
}

/// The client's code for a spec, formatted.
///
/// # Errors
/// As [`tokens`].
pub fn formatted(spec: &str) -> anyhow::Result<String> {
    Ok(prettyplease::unparse(&syn::parse2(tokens(spec)?)?))
}

/// The client's code for a spec.
///
/// # Errors
/// As [`generate::generate`]; a panic of progenitor's, which some documents provoke, is an error too.
pub fn tokens(spec: &str) -> anyhow::Result<TokenStream> {
    let generated = std::panic::catch_unwind(|| generate::generate(spec)).map_err(|panic| {
        let message = panic.downcast_ref::<&str>().map(ToString::to_string);
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        anyhow::anyhow!("progenitor panicked on the spec: {}", message.unwrap_or_default())
    })?;
    Ok(generated?)
}
