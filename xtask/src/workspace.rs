//! The workspace that a command works on.

pub mod git;
pub mod manifest;
pub mod sources;
pub mod store;

use std::path::{Path, PathBuf};

/// A workspace: the folder with `openapi/`, `client/` and the manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this program is part of.
    pub fn own() -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
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
