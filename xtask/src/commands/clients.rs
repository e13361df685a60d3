//! Programs in other languages, by hand and with generated clients, driven on the program `stand-in`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use xshell::{Cmd, cmd};

use super::scratch::{read, write};
use super::shell::{has, program, run as run_shown, shell, target};
use crate::workspace::Workspace;
use crate::workspace::store;

/// Runs the programs in Python: with its standard library alone, and with a client generated from the effective document,
/// where what generates it can be installed.
///
/// # Errors
/// Where a program fails.
pub(super) fn python(workspace: &Workspace, out: &mut dyn Write, skipped: &mut Vec<String>) -> anyhow::Result<()> {
    let sh = &shell(workspace.root(), workspace)?;
    if !has(out, skipped, cmd!(sh, "python3 --version"), "apt-get install python3")? {
        return Ok(());
    }
    let (program, programs) = (built(workspace, out)?, workspace.path("tests/clients/python"));
    run_shown(out, cmd!(sh, "python3 -B {programs}/by_hand.py {program} client/README.md"))?;

    let dir = target(workspace).join("clients/python");
    let (venv, document) = (dir.join("venv"), document(workspace));
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // All that is needed is listed, and nothing is compiled that runs once.
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"];
    let install = [
        cmd!(sh, "python3 -m venv --clear {venv}"),
        cmd!(sh, "{python} {pip...} --no-compile --requirement {programs}/requirements.txt"),
    ];
    if !is_installed(out, skipped, &programs.join("requirements.txt"), &dir, install)? {
        return Ok(());
    }
    let config = programs.join("config.yml");
    let output = ["--meta", "none", "--overwrite", "--output-path"];
    let generate = cmd!(sh, "{python} -B -m openapi_python_client generate --path {document} --config {config}");
    // What is generated is of the environment's encoding.
    run_shown(out, generate.args(output).arg(dir.join("planetscale")).env("PYTHONUTF8", "1"))?;
    run_shown(out, cmd!(sh, "{python} -B {programs}/generated.py {program}").env("PYTHONPATH", &dir))
}

/// Runs the program in TypeScript, with types generated from the effective document, and the example of the README.
///
/// # Errors
/// Where it does not compile, or fails.
pub(super) fn typescript(workspace: &Workspace, out: &mut dyn Write, skipped: &mut Vec<String>) -> anyhow::Result<()> {
    let sh = &shell(workspace.root(), workspace)?;
    for tool in ["node", "npm"] {
        if !has(out, skipped, cmd!(sh, "{tool} --version"), "apt-get install nodejs npm")? {
            return Ok(());
        }
    }
    let (dir, programs) = (target(workspace).join("clients/typescript"), workspace.path("tests/clients/typescript"));
    copy(&programs, &["package.json", "package-lock.json", "tsconfig.json", "pipeline.ts"], &dir)?;
    let readme = read(&workspace.path("client/README.md"))?;
    let example = readme.split_once("```typescript\n").and_then(|(_, rest)| rest.split_once("```"));
    let (example, _) = example.context("client/README.md has no example in TypeScript")?;
    write(&dir.join("readme.ts"), example)?;

    let sh = &shell(&dir, workspace)?;
    // Where no registry is in reach, that is to be known soon.
    let retries = ["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"];
    let install = [cmd!(sh, "npm ci --ignore-scripts --no-audit --no-fund {retries...}")];
    if !is_installed(out, skipped, &programs.join("package-lock.json"), &dir, install)? {
        return Ok(());
    }
    let (program, document) = (built(workspace, out)?, document(workspace));
    run_shown(out, cmd!(sh, "node node_modules/openapi-typescript/bin/cli.js {document} --output api.d.ts"))?;
    run_shown(out, cmd!(sh, "node node_modules/typescript/bin/tsc --project ."))?;
    run_shown(out, cmd!(sh, "node built/pipeline.js {program}"))
}

/// Runs the program in Go, with the vendor's own SDK, where that can be had.
///
/// # Errors
/// Where it does not compile, or fails.
pub(super) fn go(workspace: &Workspace, out: &mut dyn Write, skipped: &mut Vec<String>) -> anyhow::Result<()> {
    let (dir, programs) = (target(workspace).join("clients/go"), workspace.path("tests/clients/go"));
    copy(&programs, &["go.mod", "pipeline.go"], &dir)?;
    let sh = &shell(&dir, workspace)?;
    if !has(out, skipped, cmd!(sh, "go version"), "apt-get install golang")? {
        return Ok(());
    }
    if !is_installed(out, skipped, &programs.join("go.mod"), &dir, [cmd!(sh, "go mod tidy")])? {
        return Ok(());
    }
    let program = built(workspace, out)?;
    // The list names the SDK alone: Go adds what that needs.
    run_shown(out, cmd!(sh, "go run -mod=mod . {program}"))
}

/// Copies files to a folder, which is made.
fn copy(from: &Path, names: &[&str], to: &Path) -> anyhow::Result<()> {
    names.iter().try_for_each(|name| write(&to.join(name), &read(&from.join(name))?))
}

/// The program `stand-in`, which is built first, as the tests build it.
fn built(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<PathBuf> {
    let sh = &shell(workspace.root(), workspace)?;
    run_shown(out, cmd!(sh, "cargo build --locked --quiet --bins"))?;
    Ok(program(workspace, "stand-in"))
}

/// What clients are generated from.
fn document(workspace: &Workspace) -> PathBuf {
    workspace.openapi().join(store::EFFECTIVE)
}

/// Installs what a list names in a folder, unless that was done before. Says so where it cannot be had: no registry may be
/// in reach.
///
/// # Errors
/// Where the list itself is wrong.
fn is_installed<'c>(
    out: &mut dyn Write,
    skipped: &mut Vec<String>,
    list: &Path,
    dir: &Path,
    commands: impl IntoIterator<Item = Cmd<'c>>,
) -> anyhow::Result<bool> {
    let (wanted, stamp) = (read(list)?, dir.join("installed"));
    if std::fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(true);
    }
    for command in commands {
        let line = command.to_string();
        writeln!(out, "== {line}")?;
        out.flush()?;
        let done = command.quiet().ignore_status().output()?;
        if done.status.success() {
            continue;
        }
        let said = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        // npm's word for a list that does not fit the other one.
        if said.contains("EUSAGE") {
            bail!("`{line}` failed: {said}");
        }
        let is_error = |line: &&str| line.starts_with("npm error") || line.starts_with("ERROR");
        let why = said.lines().find(is_error).or(said.lines().last()).unwrap_or_default();
        writeln!(out, "== `{line}` does not install what it needs: skipped; {why}")?;
        skipped.push(line);
        return Ok(false);
    }
    write(&stamp, &wanted)?;
    Ok(true)
}
