//! Commands of cargo's and others, with their lines shown.

use std::io::Write;
use std::path::{Path, PathBuf};

use xshell::{Cmd, Shell};

use crate::workspace::Workspace;

/// Where cargo builds for CI. Windows cannot replace a program that runs, as this one does.
pub(super) fn target(workspace: &Workspace) -> PathBuf {
    let default = workspace.path(if cfg!(windows) { "target/ci" } else { "target" });
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !cfg!(windows) => dir.into(),
        _ => default,
    }
}

/// A shell in a folder, in which cargo builds where CI builds.
///
/// # Errors
/// Where there is no such folder.
pub(super) fn shell(dir: &Path, workspace: &Workspace) -> anyhow::Result<Shell> {
    let shell = Shell::new()?;
    shell.change_dir(dir);
    shell.set_var("CARGO_TARGET_DIR", target(workspace));
    Ok(shell)
}

/// Runs a command, and shows its line.
///
/// # Errors
/// Where it cannot be run or fails, with its line.
pub(super) fn run(out: &mut dyn Write, command: Cmd<'_>) -> anyhow::Result<()> {
    writeln!(out, "== {command}")?;
    out.flush()?;
    Ok(command.quiet().run()?)
}
