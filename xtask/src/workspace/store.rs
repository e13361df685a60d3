//! The folder `openapi/` and the generated code beside it: read, and written as a whole or not at all.
//!
//! A commit first stages all files in one folder, then renames that folder: that is the moment at
//! which the change is made. The files are moved to their places afterwards. A process that is
//! killed before the rename has changed nothing; one that is killed after it leaves a folder that
//! the next command finds and completes.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::workspace::Workspace;
use crate::workspace::sources::Sources;

/// The effective spec's file.
pub const EFFECTIVE: &str = "planetscale.yaml";
/// The overlay's file.
pub const OVERLAY: &str = "overlay.yaml";
/// The table of the types' names.
pub const NAMES: &str = "names.toml";
/// The list of findings that are accepted, if there is one.
pub const ACCEPTED: &str = "accepted.toml";
/// The file of the generated code, in client/src/generated.
pub const CODE: &str = "client.rs";
/// The file that says where the documents come from.
pub const SOURCE: &str = "source.toml";

const STAGED: &str = ".staged";
const COMMITTED: &str = ".committed";
const LOCK: &str = ".lock";

/// The folder, locked against other runs.
#[derive(Debug)]
pub struct Store {
    workspace: Workspace,
    dir: PathBuf,
    _lock: fs::File,
}

impl Store {
    /// Opens the folder, and completes what a killed run had begun.
    ///
    /// # Errors
    /// Where there is no such folder, or another run is at work in it.
    pub fn open(workspace: &Workspace) -> anyhow::Result<Self> {
        let dir = workspace.openapi();
        let path = dir.join(LOCK);
        let lock = fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                bail!("another run is at work in {}; wait for it to end", dir.display())
            }
            Err(fs::TryLockError::Error(e)) => {
                return Err(e).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        let store = Self { workspace: workspace.clone(), dir, _lock: lock };
        store.complete()?;
        Ok(store)
    }

    /// The workspace whose folder it is.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        let code = self.workspace.generated_code().filter(|_| name == CODE);
        code.unwrap_or_else(|| self.dir.clone()).join(name)
    }

    /// Whether there is a crate, whose code is kept.
    pub fn has_crate(&self) -> bool {
        self.workspace.generated_code().is_some()
    }

    /// A file's text.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(&self, name: &str) -> anyhow::Result<String> {
        let path = self.path(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// A file's text; nothing, where there is no such file.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read_if_any(&self, name: &str) -> anyhow::Result<String> {
        if self.path(name).exists() { self.read(name) } else { Ok(String::new()) }
    }

    /// What `source.toml` says.
    ///
    /// # Errors
    /// Where it cannot be read, or is not of the form that this tool writes.
    pub fn sources(&self) -> anyhow::Result<Sources> {
        Sources::parse(&self.read(SOURCE)?).with_context(|| self.path(SOURCE).display().to_string())
    }

    /// Writes the files, all or none.
    ///
    /// # Errors
    /// Where the folder cannot be written. It is as it was, then.
    pub fn commit(&self, files: &[(&str, &str)]) -> anyhow::Result<()> {
        let staged = self.dir.join(STAGED);
        let stage = || -> std::io::Result<()> {
            if staged.exists() {
                fs::remove_dir_all(&staged)?;
            }
            fs::create_dir(&staged)?;
            for (name, text) in files {
                let mut file = fs::File::create_new(staged.join(name))?;
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
            }
            fs::rename(&staged, self.dir.join(COMMITTED))
        };
        if let Err(e) = stage() {
            // What is left there is cleared by the next run at the latest.
            let _ = fs::remove_dir_all(&staged);
            return Err(e).with_context(|| format!("cannot write to {}; nothing was changed", self.dir.display()));
        }
        self.complete()
    }

    /// Removes a file that is of no use any more.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove(&self, name: &str) -> anyhow::Result<()> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(e).with_context(|| format!("cannot remove {}; remove it by hand", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Moves the files of a commit to their places.
    fn complete(&self) -> anyhow::Result<()> {
        let committed = self.dir.join(COMMITTED);
        if !committed.exists() {
            return Ok(());
        }
        let mend =
            || format!("the update is made but not all in place; run the command again ({})", committed.display());
        for entry in fs::read_dir(&committed).with_context(mend)? {
            let entry = entry.with_context(mend)?;
            let name = entry.file_name();
            let place = name.to_str().map_or_else(|| self.dir.join(&name), |name| self.path(name));
            fs::rename(entry.path(), place).with_context(mend)?;
        }
        fs::remove_dir(&committed).with_context(mend)
    }
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
