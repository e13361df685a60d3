//! The vendor's whole API in a scratch copy: every operation compiled, linted, documented, and called.

use std::io::Write;
use std::path::Path;

use anyhow::ensure;

use super::cargo::root;
use super::scratch::{Scratch, read};
use crate::calls;
use crate::edition::Edition;
use crate::store::Store;

/// Adds all operations of a document to what `openapi/` holds, and holds the crate that it gives to what
/// ours is held to.
///
/// # Errors
/// Where an operation gives no code, or one that is not as it should be.
pub(super) fn run(document: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    // Nothing is saved: the scratch copy gets what comes out.
    let store = Store::open(&crate::default_store())?;
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
