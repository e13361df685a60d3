//! A scratch copy of the client, built from another spec: as a maintainer would have it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use xshell::cmd;

use super::shell::{run, shell, warnings};
use crate::generate::document::FEATURE;
use crate::generated_crate::calls::Calls;
use crate::workspace::Workspace;

/// A copy of the client below `.scratch/`. Not below `target/`: of files there cargo does not see that two copies differ.
pub(super) struct Scratch {
    workspace: Workspace,
    dir: PathBuf,
    /// A feature that this copy alone has: without one, cargo would take what it built of one copy for another one.
    feature: String,
}

impl Scratch {
    /// A copy that is generated from an effective spec.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn new(workspace: &Workspace, name: &str, effective: &str) -> anyhow::Result<Self> {
        let (dir, feature) = (workspace.path(".scratch").join(name), format!("scratch-{name}"));
        let scratch = Self { workspace: workspace.clone(), dir, feature };
        copy(&workspace.path("client"), &scratch.dir.join("client"))?;
        // As in the workspace, so that what is generated is built.
        scratch.write("openapi/planetscale.yaml", effective)?;
        scratch.write("client/tests/support/mod.rs", &read(&workspace.path("tests/support/lib.rs"))?)?;
        let manifest = read(&workspace.path("Cargo.toml"))?;
        let mut manifest: toml_edit::DocumentMut = manifest.parse().context("Cargo.toml is not TOML")?;
        for key in ["members", "default-members"] {
            manifest["workspace"][key] = toml_edit::value(toml_edit::Array::from_iter(["client"]));
        }
        scratch.write("Cargo.toml", &manifest.to_string())?;
        let client = read(&workspace.path("client/Cargo.toml"))?;
        let mut client: toml_edit::DocumentMut = client.parse().context("client/Cargo.toml is not TOML")?;
        client["features"][&scratch.feature] = toml_edit::value(toml_edit::Array::new());
        if !effective.contains(FEATURE) {
            // The client's own tests and examples ask for features of operations that the copy has not.
            let features = toml_edit::Array::from_iter(["codegen", "mock"]);
            client["dev-dependencies"]["planetscale-client"]["features"] = toml_edit::value(features);
        }
        scratch.write("client/Cargo.toml", &client.to_string())?;
        scratch.write("Cargo.lock", &read(&workspace.path("Cargo.lock"))?)?;
        Ok(scratch)
    }

    /// Its folder.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a file, unless it is as it should be: cargo builds what is newer.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        write(&self.dir.join(name), text)
    }

    /// Writes the calls of all operations, as a test of a name.
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub(super) fn write_calls(&self, test: &str, calls: &Calls) -> anyhow::Result<()> {
        let corpus = self.workspace.path("tests/corpus");
        self.write(&format!("client/tests/{test}.rs"), &read(&corpus.join("whole_api.rs"))?)?;
        self.write("client/tests/traced/mod.rs", &read(&corpus.join("traced.rs"))?)?;
        self.write("client/tests/calls/mod.rs", &calls.code)
    }

    /// Holds the copy to what the client is held to: no warning of rustc's or rustdoc's, and the tests.
    ///
    /// # Errors
    /// At the first command that fails.
    pub(super) fn hold(&self, tests: &[&[&str]], out: &mut dyn Write) -> anyhow::Result<()> {
        let sh = &shell(&self.dir, &self.workspace)?;
        let features = format!("codegen,mock,record,schemars,{}", self.feature);
        let package = ["--package", "planetscale-client", "--features", &features, "--offline"];
        // With its tests at once: what these depend on has more features, and would be built once more.
        let built: Vec<&str> = tests.concat().into_iter().filter(|flag| *flag != "--doc").collect();
        let build = cmd!(sh, "cargo build {package...} {built...}");
        writeln!(out, "== {build}")?;
        out.flush()?;
        let warnings = warnings(build)?;
        ensure!(warnings.is_empty(), "the scratch copy in {}: {warnings}", self.dir.display());
        run(out, cmd!(sh, "cargo doc --no-deps {package...}").env("RUSTDOCFLAGS", "--deny warnings"))?;
        tests.iter().try_for_each(|test| self.test("codegen,mock,record,schemars", test, out))
    }

    /// Runs tests of the copy.
    ///
    /// # Errors
    /// Where they fail.
    pub(super) fn test(&self, features: &str, which: &[&str], out: &mut dyn Write) -> anyhow::Result<()> {
        let sh = &shell(&self.dir, &self.workspace)?;
        let features = format!("{features},{}", self.feature);
        let package = ["--package", "planetscale-client", "--features", &features, "--offline"];
        run(out, cmd!(sh, "cargo test --quiet {package...} {which...}"))
    }
}

/// A file's text.
///
/// # Errors
/// Names the file.
pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Writes a file, unless it is as it should be: cargo builds what is newer.
///
/// # Errors
/// Names the file.
pub(super) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(file.parent().unwrap_or(file))?;
        fs::write(file, text)
    };
    write().with_context(|| format!("cannot write {}", file.display()))
}

/// Copies a folder of text files, but not the client's link to the spec.
///
/// # Errors
/// Names the file that cannot be read or written.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else if entry.file_name() != "planetscale.yaml" {
            write(&to, &read(&from)?)?;
        }
    }
    Ok(())
}
