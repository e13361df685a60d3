//! The vendor's whole API in a scratch copy: every operation compiled, linted, documented, and called.

use std::io::Write;
use std::path::PathBuf;

use anyhow::ensure;

use super::scratch::{Scratch, read};
use crate::edition::Edition;
use crate::krate::calls;
use crate::vendor::origin::{Location, Origin};
use crate::workspace::Workspace;
use crate::workspace::store::Store;

/// Adds all operations of a document to what `openapi/` holds, and holds the crate that it gives to what
/// ours is held to.
///
/// # Errors
/// Where an operation gives no code, or one that is not as it should be.
pub(super) fn run(workspace: &Workspace, document: PathBuf, out: &mut dyn Write) -> anyhow::Result<()> {
    // Nothing is saved: the scratch copy gets what comes out.
    let store = Store::open_to_read(workspace)?;
    let edition = Edition::stored(&store)?.with_all_operations(&Origin::At(Location::File(document)), false)?.0;
    let effective = edition.effective_as_stored_or_made()?;
    let calls = calls::calls(&effective.spec.value, &edition.krate()?.surface);
    ensure!(calls.skipped.is_empty(), "there is no call of {}", calls.skipped.join(", "));
    writeln!(out, "== the whole API: {} operations", calls.count)?;
    let scratch = Scratch::new(workspace, "whole-api", &effective.text)?;
    scratch.write("client/tests/whole_api.rs", &read(&workspace.path("tests/corpus/whole_api.rs"))?)?;
    scratch.write("client/tests/calls/mod.rs", &calls.code)?;
    scratch.hold(&[&["--test", "whole_api"]], out)
}
