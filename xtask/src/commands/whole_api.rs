//! The whole API: each feature compiled alone, and every operation called.

use std::io::Write;

use anyhow::ensure;
use xshell::cmd;

use super::scratch::{Scratch, read};
use super::shell::{shell, warnings};
use crate::generated_crate::calls;
use crate::snapshot::Snapshot;
use crate::workspace::Workspace;
use crate::workspace::store::Store;

/// Compiles the client with each feature, and calls what it offers.
///
/// # Errors
/// Where a feature alone does not compile without a warning, or a call is not as it should be.
pub(super) fn run(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let snapshot = Snapshot::stored(&Store::open_to_read(workspace)?)?;
    let (effective, krate) = (snapshot.effective_as_stored_or_made()?, snapshot.generated_crate()?);
    let features: std::collections::BTreeSet<&str> = krate.features().collect();
    let sh = &shell(workspace.root(), workspace)?;
    writeln!(out, "== each of {} features alone", features.len())?;
    for feature in features {
        out.flush()?;
        let command = cmd!(sh, "cargo check --locked --package planetscale-client --features {feature}");
        let warnings = warnings(command)?;
        ensure!(warnings.is_empty(), "the feature {feature} alone: {warnings}");
    }
    let calls = calls::calls(&krate.effective.value, &krate.surface);
    ensure!(calls.skipped.is_empty(), "there is no call of {}", calls.skipped.join(", "));
    writeln!(out, "== the whole API: {} operations", calls.count)?;
    let scratch = Scratch::new(workspace, "whole-api", &effective.text)?;
    scratch.write_calls("whole_api", &calls)?;
    let corpus = workspace.path("tests/corpus");
    scratch.write("client/tests/pipeline.rs", &read(&corpus.join("pipeline.rs"))?)?;
    scratch.write("client/tests/walks.rs", &read(&corpus.join("walks.rs"))?)?;
    scratch.write("client/tests/walk/mod.rs", &read(&workspace.path("tests/suite/walk.rs"))?)?;
    scratch.write("client/tests/readers/mod.rs", &calls::readers(&krate.effective.value, &krate.surface))?;
    scratch.write("client/tests/walk/document.json", &krate.effective.value.to_string())?;
    let tests = ["whole_api", "pipeline", "walks"].map(|test| ["--test", test]).concat();
    scratch.test("codegen,full,mock,record,schemars", &tests, out)
}
