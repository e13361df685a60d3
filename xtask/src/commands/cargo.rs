//! Commands of cargo's and others, with their lines shown.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// The workspace.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo builds for CI. Windows cannot replace a program that runs, as this one does.
pub(super) fn target() -> PathBuf {
    let default = root().join(if cfg!(windows) { "target/ci" } else { "target" });
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !cfg!(windows) => dir.into(),
        _ => default,
    }
}

/// Runs cargo in the workspace.
pub(super) fn cargo(out: &mut dyn Write, line: &str) -> anyhow::Result<()> {
    command(out, "cargo", line, &root(), &[])
}

/// Runs a command line, whose words have no spaces in them.
pub(super) fn command(
    out: &mut dyn Write,
    program: &str,
    line: &str,
    dir: &Path,
    env: &[(&str, &str)],
) -> anyhow::Result<()> {
    writeln!(out, "== {program} {line}")?;
    out.flush()?;
    let status = prepared(program, line, dir).envs(env.iter().copied()).status();
    let status = status.with_context(|| format!("cannot run {program}"))?;
    if !status.success() {
        bail!("`{program} {line}` failed with {status}");
    }
    Ok(())
}

/// A command line, ready to be run, that builds where CI builds.
pub(super) fn prepared(program: &str, line: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(line.split_whitespace()).current_dir(dir).env("CARGO_TARGET_DIR", target());
    command
}
