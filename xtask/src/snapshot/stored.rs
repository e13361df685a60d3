//! A crate as it is kept in the workspace: its generated code, a file for each feature, and the features in its
//! manifest.

use std::collections::BTreeSet;

use anyhow::Context;

use crate::generated_crate::Crate;
use crate::workspace::manifest;
use crate::workspace::store::{self, Store};

/// What a crate's files should say, and which of them say something else.
#[derive(Debug)]
pub struct Stored {
    changed: Vec<(String, String)>,
    others: Vec<String>,
}

impl Stored {
    /// Compares a crate with what is stored.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn of(krate: &Crate, store: &Store) -> anyhow::Result<Self> {
        let mut files = krate.files();
        files.iter_mut().for_each(|(name, _)| *name = format!("{}/{name}", store::GENERATED));
        let mut others = store.generated()?;
        others.retain(|name| !files.iter().any(|(made, _)| made == name));
        let written = store.read_if_any(store::MANIFEST)?;
        let features: BTreeSet<&str> = krate.features().collect();
        if !written.is_empty() && !features.is_empty() {
            let features: Vec<&str> = features.into_iter().collect();
            let manifest = manifest::with_features(&written, &features).context("client/Cargo.toml")?;
            files.push((store::MANIFEST.to_owned(), manifest));
        }
        let mut changed = Vec::new();
        for (name, text) in files {
            if store.read_if_any(&name)?.replace("\r\n", "\n") != text {
                changed.push((name, text));
            }
        }
        Ok(Self { changed, others })
    }

    /// The files that say something else, with what they should say.
    pub fn changed(&self) -> Vec<(&str, &str)> {
        self.changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }

    /// Removes the files of generated code that the crate has not.
    ///
    /// # Errors
    /// Where one cannot be removed.
    pub fn remove_others(&self, store: &Store) -> anyhow::Result<()> {
        self.others.iter().try_for_each(|name| store.remove(name))
    }
}
