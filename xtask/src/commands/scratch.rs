//! A scratch copy of the client, built from another spec: as a maintainer would have it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::cargo::{command, root, target};

/// A copy of the client below `target/`.
pub(super) struct Scratch {
    dir: PathBuf,
}

impl Scratch {
    /// A copy that is generated from an effective spec.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn new(name: &str, effective: &str) -> anyhow::Result<Self> {
        let scratch = Self { dir: target().join(name) };
        copy(&root().join("client"), &scratch.dir.join("client"))?;
        // As in the workspace, so that what is generated is built.
        scratch.write("openapi/planetscale.yaml", effective)?;
        scratch.write("client/tests/support/mod.rs", &read(&root().join("tests/support/lib.rs"))?)?;
        let manifest = read(&root().join("Cargo.toml"))?;
        let mut manifest: toml_edit::DocumentMut = manifest.parse().context("Cargo.toml is not TOML")?;
        for key in ["members", "default-members"] {
            manifest["workspace"][key] = toml_edit::value(toml_edit::Array::from_iter(["client"]));
        }
        scratch.write("Cargo.toml", &manifest.to_string())?;
        scratch.write("Cargo.lock", &read(&root().join("Cargo.lock"))?)?;
        Ok(scratch)
    }

    /// Writes a file, unless it is as it should be: cargo builds what is newer.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        write(&self.dir.join(name), text)
    }

    /// Holds the copy to what the client is held to.
    ///
    /// # Errors
    /// At the first command that fails.
    pub(super) fn hold(&self, tests: &[&str], out: &mut dyn Write) -> anyhow::Result<()> {
        let package = "--package planetscale-client --features mock,schemars --offline";
        let deny = [("RUSTDOCFLAGS", "--deny warnings")];
        command(out, "cargo", &format!("clippy {package} --all-targets -- --deny warnings"), &self.dir, &[])?;
        command(out, "cargo", &format!("doc --no-deps {package}"), &self.dir, &deny)?;
        for test in tests {
            command(out, "cargo", &format!("test --quiet {package} {test}"), &self.dir, &[])?;
        }
        Ok(())
    }
}

/// A file's text.
///
/// # Errors
/// Names the file.
pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
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
