//! The features in the client's manifest: one for each part of the API, and `full` for all. It is edited as a
//! document, so that what is not theirs stays as it is.

use anyhow::Context;
use toml_edit::{Array, DocumentMut, Item, value};

use super::sources::list;

/// The feature of all operations.
const FULL: &str = "full";

/// The manifest with these features for operations, in their order, and no others.
///
/// # Errors
/// Where it is not a manifest with features.
pub fn with_features(manifest: &str, features: &[&str]) -> anyhow::Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("it is not TOML")?;
    let table = manifest.get_mut("features").and_then(Item::as_table_mut).context("it has no [features]")?;
    let before: Vec<String> = table.get(FULL).and_then(Item::as_array).into_iter().flatten().filter_map(name).collect();
    if before == features {
        return Ok(manifest.to_string());
    }
    for gone in before.iter().map(String::as_str).chain([FULL]) {
        table.remove(gone);
    }
    for new in features {
        table.insert(new, value(Array::new()));
    }
    let names: Vec<String> = features.iter().map(|&name| name.to_owned()).collect();
    if !names.is_empty() {
        table.insert(FULL, value(list(&names)));
    }
    if let Some(mut first) = features.first().and_then(|first| table.key_mut(first)) {
        first.leaf_decor_mut().set_prefix(NOTE);
    }
    Ok(manifest.to_string())
}

/// The comment above them.
const NOTE: &str = "# The parts of the API, each with its operations and types, as openapi/features.toml says: `cargo xtask\n\
                    # update-spec` writes them. Backups are always there.\n";

fn name(value: &toml_edit::Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
