//! The vendor's whole API in a scratch copy: every operation compiled, linted, documented, and called.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};

use super::ci::root;
use super::scratch::{Scratch, read};
use crate::calls;
use crate::edition::Edition;
use crate::store::Store;

/// Adds all operations of a document to a copy of `openapi/`, and holds the crate that it gives to what
/// ours is held to.
///
/// # Errors
/// Where an operation gives no code, or one that is not as it should be.
pub(super) fn run(document: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = tempfile::tempdir().context("cannot make a folder")?;
    for entry in std::fs::read_dir(crate::default_store())? {
        let entry = entry?;
        std::fs::copy(entry.path(), dir.path().join(entry.file_name()))?;
    }
    let store = Store::open(dir.path())?;
    let edition = Edition::stored(&store)?.with_all_operations(document.to_str())?;
    let effective = edition.effective()?;
    let calls = calls::calls(&effective.spec.value, &edition.krate()?.surface);
    ensure!(calls.skipped.is_empty(), "there is no call of {}", calls.skipped.join(", "));
    writeln!(out, "== the whole API: {} operations", calls.count)?;
    let scratch = Scratch::new("whole-api", &effective.text)?;
    scratch.write("client/tests/whole_api.rs", &read(&root().join("tests/corpus/whole_api.rs"))?)?;
    scratch.write("client/tests/calls/mod.rs", &calls.code)?;
    scratch.hold(&["--test whole_api"], out)
}
