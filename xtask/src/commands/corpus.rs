//! The corpus of constructs (`tests/corpus`): small documents, one kind of thing each. A scratch copy of
//! the client is built from all of them and our own, as a maintainer would have it after adding them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use heck::ToSnakeCase;

use super::scratch::{Scratch, read, write};
use crate::effective::merge::merge;
use crate::effective::naming::Table;
use crate::generated_crate::constructs::constructs;
use crate::generated_crate::{Crate, calls, own_code};
use crate::snapshot::{Document, Snapshot};
use crate::upstream::origin::{Location, Origin};
use crate::upstream::spec::{self, Spec};
use crate::workspace::Workspace;
use crate::workspace::sources::Sources;
use crate::workspace::store::{self, Store};

/// Builds the scratch copy, holds it to what the client is held to, and calls it.
///
/// # Errors
/// Where a document gives no crate, or the crate is not as it should be.
pub(super) fn run(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let corpus = workspace.path("tests/corpus");
    let documents = documents(workspace, &corpus)?;
    let mut taken = own_code::methods_of_client(workspace)?;
    taken.extend(documents.iter().flat_map(|document| document.spec.operations()).map(ToSnakeCase::to_snake_case));
    let schemas =
        documents.iter().filter_map(|document| document.spec.value.pointer("/components/schemas")?.as_object());
    taken.extend(schemas.flat_map(|schemas| schemas.keys()).map(|name| name.to_snake_case()));
    let count = variable("CONSTRUCTS", CONSTRUCTS)?;
    let constructs = constructs(variable("CONSTRUCTS_SEED", 1)?, [count, count / NAMES], &taken);
    let unsaid = constructs.refused.iter().find(|why| !why.contains("#/"));
    ensure!(unsaid.is_none(), "refused without its place: {}", unsaid.map_or("", String::as_str));
    writeln!(out, "== random constructs: {} accepted, {} refused", constructs.accepted, constructs.refused.len())?;
    constructs.refused.iter().try_for_each(|why| writeln!(out, "   {why}"))?;
    let random = Document::parse("random constructs", constructs.document.to_string())?;
    let random = Snapshot::new(workspace, Sources::default(), vec![random], String::new(), Table::default());
    let named = &random.named()?.value;
    let random = Document::parse("random constructs", named.to_string())?;
    let effective =
        spec::to_yaml("The corpus of constructs.", &merge(&[documents, vec![random]].concat())?.spec.value)?;
    let krate = Crate::of(&effective, &Spec::parse(&effective)?, workspace)?;
    let calls = calls::calls(named, &krate.surface);
    ensure!(calls.skipped.is_empty(), "there is no call of {}", calls.skipped.join(", "));
    let scratch = Scratch::new(workspace, "corpus", &effective)?;
    scratch.write("client/tests/corpus.rs", &read(&corpus.join("calls.rs"))?)?;
    scratch.write_calls("constructs", &calls)?;
    scratch.hold(&[&["--test", "corpus"], &["--test", "constructs"], &["--doc"]], out)
}

/// Adds all operations of documents beside the workspace that can be offered, as `add-operation --all --keep-going` does,
/// and gives the crate, which is still to be compiled and called. What is left out must be so by its place.
///
/// # Errors
/// As [`run`].
pub(super) fn added(workspace: &Workspace, folder: &Path, out: &mut dyn Write) -> anyhow::Result<Scratch> {
    let all = merge(&documents_in(folder)?)?.spec.value;
    let file = workspace.path(".scratch/added.yaml");
    write(&file, &spec::to_yaml("", &all)?)?;
    let own = Snapshot::stored(&Store::open_to_read(&Workspace::at(workspace.path("tests/fixtures")))?)?;
    let (snapshot, left_out) = own.with_all_operations(&Origin::At(Location::File(file)), true)?;
    let unsaid = left_out.iter().find(|why| !why.contains("(#/"));
    ensure!(unsaid.is_none(), "refused without its place: {}", unsaid.map_or("", String::as_str));
    let (effective, krate) = (snapshot.effective_as_stored_or_made()?, snapshot.generated_crate()?);
    let calls = calls::calls(&krate.effective.value, &krate.surface);
    writeln!(out, "== {}: {} operations, {} refused", folder.display(), krate.operations.len(), left_out.len())?;
    left_out.iter().try_for_each(|why| writeln!(out, "   {why}"))?;
    ensure!(calls.skipped.is_empty(), "there is no call of {}", calls.skipped.join(", "));
    let scratch = Scratch::new(workspace, "added", &effective.text)?;
    scratch.write_calls("constructs", &calls)?;
    Ok(scratch)
}

/// How many random operations are made: others by `CONSTRUCTS`.
const CONSTRUCTS: usize = 160;

/// Of so many, one more operation is made with names that code has.
const NAMES: usize = 3;

/// A number that a variable gives.
fn variable<T: std::str::FromStr>(name: &str, usual: T) -> anyhow::Result<T> {
    match std::env::var(name) {
        Ok(text) => text.parse().ok().with_context(|| format!("{name} is `{text}`, but must be a number")),
        Err(_) => Ok(usual),
    }
}

/// The effective spec of the fixture, and all documents of the corpus.
fn documents(workspace: &Workspace, corpus: &Path) -> anyhow::Result<Vec<Document>> {
    let own = workspace.path("tests/fixtures/openapi").join(store::EFFECTIVE);
    let own = Document::parse(&own.display().to_string(), read(&own)?)?;
    Ok([vec![own], documents_in(corpus)?].concat())
}

/// The documents in a folder.
fn documents_in(folder: &Path) -> anyhow::Result<Vec<Document>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "json"));
    files.sort();
    let parse = |file: PathBuf| Document::parse(&file.display().to_string(), read(&file)?);
    files.into_iter().map(parse).collect()
}
