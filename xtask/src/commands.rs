//! The commands, one a file.

pub mod add_operation;
pub mod bench_build;
pub mod ci;
mod clients;
mod corpus;
pub mod diff;
pub mod generate;
pub mod observe;
pub mod operations;
pub mod output;
mod package;
pub mod propose_update;
mod rehearsal;
pub mod release;
pub mod remove_operation;
mod replay;
mod scratch;
mod shell;
pub mod surface;
pub mod update_spec;
pub mod walkthroughs;
mod whole_api;

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::upstream::spec::{self, READ_AS, Spec};
use crate::workspace::Workspace;

/// A spec to generate from and where it is: the file given, or the stored effective spec.
fn read_spec(workspace: &Workspace, file: Option<&Path>) -> anyhow::Result<(PathBuf, String)> {
    let file = file.map_or_else(|| workspace.openapi().join(crate::workspace::store::EFFECTIVE), Path::to_owned);
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    // build.rs reads 3.0 only. What is not a document at all is reported as it reports it.
    let text = match Spec::parse(&text) {
        Ok(spec) if spec.value["openapi"] == READ_AS => {
            spec.require_3_0().with_context(|| file.display().to_string())?;
            spec::to_yaml("Read from OpenAPI 3.1.", &spec.value)?
        }
        _ => text,
    };
    Ok((file, text))
}
