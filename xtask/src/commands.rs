//! The commands, one a file.

pub mod add_operation;
pub mod bench_build;
pub mod ci;
mod corpus;
pub mod diff;
pub mod generate;
pub mod operations;
pub mod output;
mod scratch;
pub mod surface;
pub mod update_spec;
mod whole_api;

use std::path::{Path, PathBuf};

use anyhow::Context;

/// A spec to generate from and where it is: the file given, or the stored effective spec.
fn read_spec(file: Option<&Path>) -> anyhow::Result<(PathBuf, String)> {
    let file = file.map_or_else(|| crate::default_store().join(crate::store::EFFECTIVE), Path::to_owned);
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok((file, text))
}
