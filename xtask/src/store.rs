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
/// Where the generated code is, seen from `openapi/`. A copy of that elsewhere has none.
const CODE_FOLDER: &str = "../client/src/generated";
/// The file that says where the documents come from.
pub const SOURCE: &str = "source.toml";

const WHOLE_API: &str = "whole_api";
const STAGED: &str = ".staged";
const COMMITTED: &str = ".committed";
const LOCK: &str = ".lock";

/// The folder, locked against other runs.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    _lock: fs::File,
}

/// Where a stored document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The document's file in the folder.
    pub file: String,
    /// The vendor's page, or the whole-API document.
    pub url: String,
    /// The operations wanted, by their ids.
    pub operations: Vec<String>,
    /// The file's SHA-256, in hexadecimal.
    pub sha256: String,
    /// What the server called this version of the page.
    pub etag: Option<String>,
}

impl Store {
    /// Opens the folder, and completes what a killed run had begun.
    ///
    /// # Errors
    /// Where there is no such folder, or another run is at work in it.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
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
        let store = Self { dir: dir.to_owned(), _lock: lock };
        store.complete()?;
        Ok(store)
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(if name == CODE { CODE_FOLDER } else { "" }).join(name)
    }

    /// Whether there is a crate beside the folder, whose code is kept.
    pub fn has_crate(&self) -> bool {
        self.dir.join(CODE_FOLDER).is_dir()
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

    /// Where the documents come from.
    ///
    /// # Errors
    /// Where `source.toml` is not of the form that this tool writes.
    pub fn sources(&self) -> anyhow::Result<Vec<Source>> {
        let text = self.read(SOURCE)?;
        sources(&text).with_context(|| self.dir.join(SOURCE).display().to_string())
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

/// Reads `source.toml`.
///
/// # Errors
/// Names what is missing or of the wrong kind.
pub fn sources(text: &str) -> anyhow::Result<Vec<Source>> {
    let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
    let Some(tables) = document.get("documents").and_then(|d| d.as_array_of_tables()) else {
        bail!("there is no [[documents]]");
    };
    let source = |table: &toml_edit::Table| -> anyhow::Result<Source> {
        let text = |key: &str| {
            let value = table.get(key).and_then(|v| v.as_str()).map(str::to_owned);
            value.with_context(|| format!("a [[documents]] has no text `{key}`"))
        };
        let operations = table.get("operations").and_then(|v| v.as_array());
        let operations = operations
            .and_then(|ids| ids.iter().map(|id| id.as_str().map(str::to_owned)).collect())
            .context("a [[documents]] has no list of texts `operations`")?;
        Ok(Source {
            file: text("file")?,
            url: text("url")?,
            operations,
            sha256: text("sha256")?,
            etag: text("etag").ok(),
        })
    };
    tables.iter().map(source).collect()
}

/// The operations that `source.toml` wants, of all documents.
///
/// # Errors
/// As [`sources`].
pub fn offered(text: &str) -> anyhow::Result<Vec<String>> {
    Ok(sources(text)?.into_iter().flat_map(|source| source.operations).collect())
}

/// The vendor's document for the whole API, where new operations beside ours are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeApi {
    /// Its URL.
    pub url: String,
    /// The operations beside ours that were reported before.
    pub known: Vec<String>,
}

/// What `source.toml` says of the vendor's document for the whole API, if it does.
///
/// # Errors
/// Where it does not say what it must.
pub fn whole_api(text: &str) -> anyhow::Result<Option<WholeApi>> {
    let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
    let Some(table) = document.get(WHOLE_API) else { return Ok(None) };
    let url = table.get("url").and_then(|v| v.as_str()).map(str::to_owned);
    let known = table.get("known").and_then(|v| v.as_array());
    let known = known.and_then(|ids| ids.iter().map(|id| id.as_str().map(str::to_owned)).collect());
    Ok(Some(WholeApi {
        url: url.context("[whole_api] has no text `url`")?,
        known: known.context("[whole_api] has no list of texts `known`")?,
    }))
}

/// `source.toml` with other known operations beside ours, where it has a list of them.
///
/// # Errors
/// Where the text is not of the form that this tool writes.
pub fn with_known(text: &str, known: &[String]) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
    if let Some(there) = document.get_mut(WHOLE_API).and_then(|table| table.get_mut("known")) {
        *there = toml_edit::value(list(known));
    }
    Ok(document.to_string())
}

/// `source.toml` with another hash and ETag for one document; comments stay.
///
/// # Errors
/// Where the text is not of the form that this tool writes.
pub fn with_version(text: &str, file: &str, sha256: &str, etag: Option<&str>) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
    let tables = document.get_mut("documents").and_then(|d| d.as_array_of_tables_mut());
    for table in tables.into_iter().flat_map(|tables| tables.iter_mut()) {
        if table.get("file").and_then(|v| v.as_str()) != Some(file) {
            continue;
        }
        table["sha256"] = toml_edit::value(sha256);
        match etag {
            Some(etag) => table["etag"] = toml_edit::value(etag),
            None => drop(table.remove("etag")),
        }
    }
    Ok(document.to_string())
}

/// `source.toml` with one more document.
///
/// # Errors
/// Where the text is not of the form that this tool writes.
pub fn with_document(text: &str, source: &Source) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
    let tables = document.get_mut("documents").and_then(|d| d.as_array_of_tables_mut());
    let mut table = toml_edit::Table::new();
    table["file"] = toml_edit::value(&source.file);
    table["url"] = toml_edit::value(&source.url);
    table["operations"] = toml_edit::value(list(&source.operations));
    table["sha256"] = toml_edit::value(&source.sha256);
    if let Some(etag) = &source.etag {
        table["etag"] = toml_edit::value(etag);
    }
    tables.context("there is no [[documents]]")?.push(table);
    Ok(document.to_string())
}

/// A list of texts, one a line where they are many.
pub fn list(texts: &[String]) -> toml_edit::Array {
    let mut list: toml_edit::Array = texts.iter().collect();
    if texts.len() > 2 {
        list.iter_mut().for_each(|text| text.decor_mut().set_prefix("\n    "));
        list.set_trailing("\n");
        list.set_trailing_comma(true);
    }
    list
}

/// `source.toml` without a document.
///
/// # Errors
/// Where the text is not of the form that this tool writes.
pub fn without_document(text: &str, file: &str) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
    if let Some(tables) = document.get_mut("documents").and_then(|d| d.as_array_of_tables_mut()) {
        tables.retain(|table| table.get("file").and_then(|v| v.as_str()) != Some(file));
    }
    Ok(document.to_string())
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
