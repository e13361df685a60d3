//! The corpus of constructs (`tests/corpus`): small documents, one kind of thing each. A scratch copy of
//! the client is built from all of them and our own, as a maintainer would have it after adding them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::ci::{command, root, target};
use crate::edition::Document;
use crate::merge::merge;
use crate::{spec, store};

/// Builds the scratch copy, holds it to what the client is held to, and calls it.
///
/// # Errors
/// Where a document gives no crate, or the crate is not as it should be.
pub(super) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let scratch = target().join("corpus");
    let client = scratch.join("client");
    copy(&root().join("client"), &client)?;
    let corpus = root().join("tests/corpus");
    write(&client.join("planetscale.yaml"), &document(&corpus)?)?;
    write(&client.join("tests/corpus.rs"), &read(&corpus.join("calls.rs"))?)?;
    write(&client.join("tests/support/mod.rs"), &read(&root().join("tests/support/lib.rs"))?)?;
    let manifest = read(&root().join("Cargo.toml"))?;
    let mut manifest: toml_edit::DocumentMut = manifest.parse().context("Cargo.toml is not TOML")?;
    for key in ["members", "default-members"] {
        manifest["workspace"][key] = toml_edit::value(toml_edit::Array::from_iter(["client"]));
    }
    write(&scratch.join("Cargo.toml"), &manifest.to_string())?;
    write(&scratch.join("Cargo.lock"), &read(&root().join("Cargo.lock"))?)?;
    let package = "--package planetscale-client --features mock,schemars --offline";
    command(out, "cargo", &format!("clippy {package} --all-targets -- --deny warnings"), &scratch, &[])?;
    let deny = [("RUSTDOCFLAGS", "--deny warnings")];
    command(out, "cargo", &format!("doc --no-deps {package}"), &scratch, &deny)?;
    command(out, "cargo", &format!("test --quiet {package} --test corpus"), &scratch, &[])?;
    command(out, "cargo", &format!("test --quiet {package} --doc"), &scratch, &[])
}

/// Our own effective spec, and all documents of the corpus.
fn document(corpus: &Path) -> anyhow::Result<String> {
    let own = crate::default_store().join(store::EFFECTIVE);
    let mut files: Vec<PathBuf> = fs::read_dir(corpus)
        .with_context(|| format!("cannot read {}", corpus.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files.insert(0, own);
    let parse = |file: PathBuf| Document::parse(&file.display().to_string(), read(&file)?);
    let documents = files.into_iter().map(parse).collect::<anyhow::Result<Vec<_>>>()?;
    spec::to_yaml("The corpus of constructs.", &merge(&documents)?.spec.value)
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Writes a file of the scratch copy, unless it is as it should be: cargo builds what is newer.
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

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
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
