//! The corpus of constructs (`tests/corpus`): small documents, one kind of thing each. A scratch copy of
//! the client is built from all of them and our own, as a maintainer would have it after adding them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::scratch::{Scratch, read};
use crate::edition::Document;
use crate::effective::merge::merge;
use crate::vendor::spec;
use crate::workspace::Workspace;
use crate::workspace::store;

/// Builds the scratch copy, holds it to what the client is held to, and calls it.
///
/// # Errors
/// Where a document gives no crate, or the crate is not as it should be.
pub(super) fn run(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let corpus = workspace.path("tests/corpus");
    let scratch = Scratch::new(workspace, "corpus", &document(workspace, &corpus)?)?;
    scratch.write("client/tests/corpus.rs", &read(&corpus.join("calls.rs"))?)?;
    scratch.hold(&[&["--test", "corpus"], &["--doc"]], out)
}

/// Our own effective spec, and all documents of the corpus.
fn document(workspace: &Workspace, corpus: &Path) -> anyhow::Result<String> {
    let own = workspace.openapi().join(store::EFFECTIVE);
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
