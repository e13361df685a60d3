//! `cargo xtask surface`: what a user of the crate can name.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::surface::Surface;
use crate::{Status, store};

/// Print the crate's public surface, one line an item
#[derive(clap::Args)]
pub struct Arguments {
    /// The spec to generate from [default: openapi/planetscale.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where the spec or the crate's source cannot be read.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let file = arguments.spec.clone().unwrap_or_else(|| crate::default_store().join(store::EFFECTIVE));
    let spec = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let surface = of(&spec).with_context(|| file.display().to_string())?;
    write!(out, "{surface}")?;
    Ok(Status::Done)
}

/// The surface of the client that is generated from an effective spec.
///
/// # Errors
/// As [`super::generate::tokens`]; also where the client's own source cannot be read.
pub fn of(spec: &str) -> anyhow::Result<Surface> {
    Surface::of_crate(&client_source(), &super::generate::tokens(spec)?)
}

/// `client/src` of this workspace.
fn client_source() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../client/src")
}
