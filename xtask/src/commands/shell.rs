//! Commands of cargo's and others, with their lines shown.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
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

/// Builds the xtask of a shell's folder, and returns its program.
///
/// The program that runs may be gone by then: cargo, or a step of CI, has put a newer one in its place.
///
/// # Errors
/// Where it cannot be built.
pub(super) fn built_xtask(out: &mut dyn Write, sh: &Shell, workspace: &Workspace) -> anyhow::Result<PathBuf> {
    run(out, xshell::cmd!(sh, "cargo build --quiet --offline --bin xtask"))?;
    Ok(program(workspace, "xtask"))
}

/// Where cargo puts a program of the workspace.
pub(super) fn program(workspace: &Workspace, name: &str) -> PathBuf {
    target(workspace).join(format!("debug/{name}{}", std::env::consts::EXE_SUFFIX))
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

/// Runs a command of cargo's, and returns the lines that warn of something.
///
/// # Errors
/// Where it cannot be run or fails, with its line and what it said.
pub(super) fn warnings(command: Cmd<'_>) -> anyhow::Result<String> {
    let line = command.to_string();
    // Quiet, cargo would not repeat what build.rs warns of.
    let run = alone(command).quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "`{line}` failed with {}: {said}", run.status);
    let warnings = said.lines().filter(|line| line.starts_with("warning"));
    Ok(warnings.fold(String::new(), |all, line| all + line + "\n"))
}

/// Runs a command, and shows its line.
///
/// # Errors
/// Where it cannot be run or fails, with its line.
pub(super) fn run(out: &mut dyn Write, command: Cmd<'_>) -> anyhow::Result<()> {
    writeln!(out, "== {command}")?;
    out.flush()?;
    Ok(alone(command).quiet().run()?)
}

/// The variables by which cargo has told this program of its package. To another cargo, they would be a reason to run
/// build scripts again that look at them, such as ring's, and to build again all that stands on them.
fn of_package() -> impl Iterator<Item = String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|begin| name.starts_with(begin)))
}

/// A command without the variables of this program's package.
fn alone(command: Cmd<'_>) -> Cmd<'_> {
    of_package().fold(command, |command, name| command.env_remove(name))
}

/// Cargo in a folder, without the variables of this program's package.
pub(super) fn cargo(dir: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(dir);
    for name in of_package() {
        cargo.env_remove(name);
    }
    cargo
}

/// Whether there is a tool: whether a command runs. Says how to install it where there is none.
///
/// # Errors
/// Where it cannot be said.
pub(super) fn has(
    out: &mut dyn Write,
    skipped: &mut Vec<String>,
    command: Cmd<'_>,
    install: &str,
) -> anyhow::Result<bool> {
    let line = command.to_string();
    let found = command.quiet().ignore_stdout().ignore_stderr().run().is_ok();
    if !found {
        writeln!(out, "== `{line}` does not run: skipped; `{install}` installs it")?;
        skipped.push(line);
    }
    Ok(found)
}
