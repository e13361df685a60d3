//! The folder `openapi/` and the generated code beside it: read, and written as a whole or not at all.
//!
//! A commit first stages all files in one folder, then renames that folder: that is the moment at
//! which the change is made. The files are moved to their places afterwards. A process that is
//! killed before the rename has changed nothing; one that is killed after it leaves a folder that
//! the next command finds and completes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

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
/// The table of the crate's features. Where there is none, every operation is always there.
pub const FEATURES: &str = "features.toml";
/// The table of what is said of fields beside the vendor's description, if there is one.
pub const FIELDS: &str = "fields.toml";
/// The list of findings that are accepted, if there is one.
pub const ACCEPTED: &str = "accepted.toml";
/// The list of what recordings are not held to, if there is one.
pub const IGNORED: &str = "ignored.toml";
/// The folder of the generated code, in client/src.
pub const GENERATED: &str = "generated";
/// The client's manifest, in client.
pub const MANIFEST: &str = "Cargo.toml";
/// The file that says where the documents come from.
pub const SOURCE: &str = "source.toml";

/// Where the generated code is in a workspace.
const CODE: &str = "client/src/generated";

const STAGED: &str = ".staged";
const COMMITTED: &str = ".committed";
const LOCK: &str = ".lock";

/// In a commit's folder, the SHA-256 that each file had before; none, where there was no file.
const BEFORE: &str = ".before";

/// The folder, locked against other runs.
#[derive(Debug)]
pub struct Store {
    workspace: Workspace,
    dir: PathBuf,
    notes: Vec<String>,
    /// Nothing, where the folder is read, and cannot be written.
    lock: Option<fs::File>,
}

impl Drop for Store {
    fn drop(&mut self) {
        // Closing the file does not unlock it where a child that was begun meanwhile has it, too.
        let _ = self.lock.as_ref().map(fs::File::unlock);
    }
}

impl Store {
    /// Opens the folder, and completes what a killed run had begun, where the files are as that left them.
    ///
    /// # Errors
    /// Where there is no such folder, another `cargo xtask` process is at work in it, or a file was edited since a run was killed.
    pub fn open(workspace: &Workspace) -> anyhow::Result<Self> {
        let mut store = Self::locked(workspace, fs::File::try_lock, false)?;
        if store.dir.join(COMMITTED).exists() {
            store.complete()?;
            store.notes.push("an interrupted update was completed: not all of its files were in place".to_owned());
        }
        Ok(store)
    }

    /// Opens the folder for a command that writes nothing.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where an update was cut off.
    pub fn open_to_read(workspace: &Workspace) -> anyhow::Result<Self> {
        // Others may read, too.
        let store = Self::locked(workspace, fs::File::try_lock_shared, true)?;
        if store.dir.join(COMMITTED).exists() {
            bail!(
                "an update was cut off, and its files are not all in place; run `cargo xtask update-spec` to complete it"
            );
        }
        Ok(store)
    }

    fn locked(
        workspace: &Workspace,
        try_lock: fn(&fs::File) -> Result<(), fs::TryLockError>,
        reads: bool,
    ) -> anyhow::Result<Self> {
        let dir = workspace.openapi();
        let path = dir.join(LOCK);
        let lock = match fs::File::create(&path).or_else(|e| if reads { fs::File::open(&path) } else { Err(e) }) {
            Ok(lock) => lock,
            // Nobody can be at work in a folder that cannot be written.
            Err(_) if reads && dir.is_dir() => {
                return Ok(Self { workspace: workspace.clone(), dir, notes: Vec::new(), lock: None });
            }
            Err(e) => return Err(e).with_context(|| format!("cannot write {}", path.display())),
        };
        match try_lock(&lock) {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                bail!("{} is locked by another `cargo xtask` process; wait for it to end", dir.display())
            }
            Err(fs::TryLockError::Error(e)) => {
                return Err(e).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        Ok(Self { workspace: workspace.clone(), dir, notes: Vec::new(), lock: Some(lock) })
    }

    /// What was done when the folder was opened.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The workspace whose folder it is.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        match (name.strip_prefix(GENERATED).and_then(|rest| rest.strip_prefix('/')), name) {
            (Some(file), _) => self.workspace.path(CODE).join(file),
            (None, MANIFEST) => self.workspace.path("client").join(MANIFEST),
            (None, _) => self.dir.join(name),
        }
    }

    /// The files of generated code, by their names here.
    ///
    /// # Errors
    /// Where their folder cannot be read.
    pub fn generated(&self) -> anyhow::Result<Vec<String>> {
        let folder = self.workspace.path(CODE);
        let files = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let files = files.with_context(|| format!("cannot read {}", folder.display()))?;
        let names = files.iter().map(|file| format!("{GENERATED}/{}", file.file_name().to_string_lossy()));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".rs")).collect();
        names.sort();
        Ok(names)
    }

    /// Whether there is a crate, whose code is kept.
    pub fn has_crate(&self) -> bool {
        self.workspace.path(CODE).is_dir()
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
                let path = staged.join(name);
                fs::create_dir_all(path.parent().unwrap_or(&staged))?;
                write_durably(fs::File::create_new(path)?, text)?;
            }
            let before = files.iter().map(|(name, _)| format!("{} {name}\n", self.hash(name).unwrap_or_default()));
            write_durably(fs::File::create_new(staged.join(BEFORE))?, &before.collect::<String>())?;
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

    /// The hash of a file; nothing, where there is none.
    fn hash(&self, name: &str) -> Option<String> {
        fs::read(self.path(name)).ok().map(|bytes| hex(&bytes))
    }

    /// Moves the files of a commit to their places, unless one there was edited in between.
    fn complete(&self) -> anyhow::Result<()> {
        let committed = self.dir.join(COMMITTED);
        let mend =
            || format!("the update is made but not all in place; run the command again ({})", committed.display());
        let before = fs::read_to_string(committed.join(BEFORE)).unwrap_or_default();
        let names = before.lines().filter_map(|line| line.split_once(' '));
        let mut left = Vec::new();
        for (before, name) in names {
            let staged = committed.join(name);
            if !staged.exists() {
                continue;
            }
            let (now, new) = (self.hash(name).unwrap_or_default(), fs::read(&staged).with_context(mend)?);
            if now != before && now != hex(&new) {
                bail!(
                    "an update was cut off, and {} was edited since: undo that, and run the command again; or remove {} \
                     to do without the update",
                    self.path(name).display(),
                    committed.display()
                );
            }
            left.push((staged, self.path(name)));
        }
        // What was there before is not known of others: the list of it did not survive.
        if files_in(&committed).with_context(mend)? > left.len() {
            bail!(
                "an update was cut off, and cannot be completed; remove {} to do without it, and run the command again",
                committed.display()
            );
        }
        for (staged, place) in left {
            match fs::rename(&staged, &place) {
                // On another filesystem it is copied beside its place first.
                Err(e) if e.kind() == std::io::ErrorKind::CrossesDevices => {
                    let text = fs::read_to_string(&staged).with_context(mend)?;
                    replace(&place, &text).with_context(mend)?;
                }
                result => result.with_context(mend)?,
            }
        }
        fs::remove_dir_all(&committed).with_context(mend)
    }
}

/// How many files a commit's folder still has.
fn files_in(dir: &Path) -> std::io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        files += if path.is_dir() { files_in(&path)? } else { usize::from(!path.ends_with(BEFORE)) };
    }
    Ok(files)
}

/// Replaces a file as a whole or not at all: it is written beside its place first.
///
/// # Errors
/// Where that cannot be written or moved. The file is as it was, then.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("staged");
    let written = fs::File::create(&beside).and_then(|file| write_durably(file, text));
    let replaced = written.and_then(|()| fs::rename(&beside, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&beside);
    }
    replaced
}

/// Writes a file such that a power failure does not take its text again.
fn write_durably(mut file: fs::File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    hex(text.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
