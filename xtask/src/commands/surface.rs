//! `cargo xtask surface`: what a user of the crate can name.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::Status;
use crate::generated_crate::surface::{Kind, Surface, rustdoc};
use crate::workspace::Workspace;

/// Print the crate's public API, one item per line
#[derive(clap::Args)]
pub struct Arguments {
    /// The spec to generate from [default: openapi/planetscale.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Compare with what rustdoc found, in this folder of its output, and say what is missing
    #[arg(long, value_name = "DIR")]
    check: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where the spec or the crate's source cannot be read.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (file, spec) = super::read_spec(workspace, arguments.spec.as_deref())?;
    let surface = Surface::of_spec(workspace, &spec).with_context(|| file.display().to_string())?;
    if let Some(dir) = &arguments.check {
        return check(&surface, dir, out);
    }
    write!(out, "{surface}")?;
    Ok(Status::Done)
}

/// Holds the surface of the effective spec's client against rustdoc's pages.
///
/// # Errors
/// Where they disagree, or one of them cannot be read.
pub fn check_stored(workspace: &Workspace, dir: &Path, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (_, spec) = super::read_spec(workspace, None)?;
    check(&Surface::of_spec(workspace, &spec)?, dir, out)
}

/// Holds the surface against rustdoc's pages, the compiler's own view of what is public.
fn check(surface: &Surface, dir: &Path, out: &mut dyn Write) -> anyhow::Result<Status> {
    let foreign = |path: &str| surface.get(path).is_some_and(|shape| shape.kind == Kind::Use);
    let mut documented = rustdoc::items(dir)?;
    // What is another crate's has its members there.
    documented.retain(|path| !foreign(path.split("::").next().unwrap_or(path)));
    let listed = surface.items().filter(|(_, shape)| shape.kind != Kind::Impl && shape.kind != Kind::Use);
    let listed: BTreeSet<String> = listed.map(|(path, _)| path.to_owned()).collect();
    let missing: Vec<_> = documented.difference(&listed).collect();
    let surplus: Vec<_> = listed.difference(&documented).collect();
    for (items, what) in
        [(&missing, "is public, but not in the surface"), (&surplus, "is in the surface, but not public")]
    {
        for item in items.iter() {
            writeln!(out, "{item} {what}")?;
        }
    }
    if !(missing.is_empty() && surplus.is_empty()) {
        anyhow::bail!(
            "xtask/src/generated_crate/surface and rustdoc disagree on {} items",
            missing.len() + surplus.len()
        );
    }
    writeln!(out, "the surface and rustdoc agree on {} items", listed.len())?;
    Ok(Status::Done)
}
