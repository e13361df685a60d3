//! The workspace that a command works on.

pub mod git;
pub mod manifest;
pub mod sources;
pub mod store;

use std::path::{Path, PathBuf};

use anyhow::Context;

/// A workspace: the folder with `openapi/`, `client/` and the manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that the current folder is in.
    ///
    /// # Errors
    /// Where it is in none.
    pub fn current() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("there is no current folder")?;
        Self::around(&here).with_context(|| {
            format!(
                "{} is in no checkout: neither it nor a folder above has openapi/source.toml and client/Cargo.toml; run \
                 this in the checkout, or name that with --workspace",
                here.display()
            )
        })
    }

    /// The workspace that the current folder is in; the current folder, where that is in none.
    pub fn own() -> Self {
        Self::current().unwrap_or_else(|_| Self::at("."))
    }

    /// The workspace that a folder is in.
    fn around(folder: &Path) -> Option<Self> {
        let is_root = |folder: &&Path| {
            ["openapi/source.toml", "client/Cargo.toml"].iter().all(|file| folder.join(file).is_file())
        };
        folder.ancestors().find(is_root).map(Self::at)
    }

    /// The workspace in a folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The vendor's documents, and all that is kept beside them.
    pub fn openapi(&self) -> PathBuf {
        self.path("openapi")
    }

    /// The source of the client. A workspace that has documents alone is taken to have the client of this one.
    pub fn client_source(&self) -> PathBuf {
        let source = self.path("client/src");
        if source.join("lib.rs").exists() { source } else { Self::own().path("client/src") }
    }
}
