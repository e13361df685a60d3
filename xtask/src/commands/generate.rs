//! `cargo xtask generate`: what build.rs makes of the effective spec, formatted.

use std::cell::Cell;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Once;

use anyhow::Context;

use crate::Status;
use crate::generate::{self, Generated};

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
/// As [`generated`].
pub fn formatted(spec: &str) -> anyhow::Result<String> {
    Ok(prettyplease::unparse(&syn::parse2(generated(spec)?.code)?))
}

/// The client's code for a spec, and what became what in it.
///
/// # Errors
/// As [`generate::generate`]; a panic of progenitor's, which some documents provoke, is an error too.
pub fn generated(spec: &str) -> anyhow::Result<Generated> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let hook = std::panic::take_hook();
        // What progenitor says as it panics is told as an error, and not twice.
        std::panic::set_hook(Box::new(move |panic| {
            if !GENERATING.get() {
                hook(panic);
            }
        }));
    });
    let before = GENERATING.replace(true);
    let result = std::panic::catch_unwind(|| generate::generate(spec));
    GENERATING.set(before);
    let generated = result.map_err(|panic| {
        let message = panic.downcast_ref::<&str>().map(ToString::to_string);
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        anyhow::anyhow!("progenitor panicked on the spec: {}", message.unwrap_or_default())
    })?;
    Ok(generated?)
}

thread_local! {
    /// Whether this thread runs progenitor.
    static GENERATING: Cell<bool> = const { Cell::new(false) };
}
