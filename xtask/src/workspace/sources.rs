//! `source.toml`: which documents there are, and where each comes from. It is edited as a document, so that
//! comments stay.

use std::fmt;

use anyhow::{Context, bail};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Table, value};

const DOCUMENTS: &str = "documents";
const WHOLE_API: &str = "whole_api";

/// Where a stored document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The document's file in `openapi/`.
    pub file: String,
    /// The vendor's page, or the document for the whole API.
    pub url: String,
    /// The operations wanted, by their ids.
    pub operations: Vec<String>,
    /// The file's SHA-256, in hexadecimal.
    pub sha256: String,
    /// What the server called this version of the page.
    pub etag: Option<String>,
}

/// The vendor's document for the whole API, where new operations beside ours are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeApi {
    /// Its URL.
    pub url: String,
    /// The operations beside ours that were reported before.
    pub known: Vec<String>,
}

/// What `source.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    text: DocumentMut,
    documents: Vec<Source>,
    whole_api: Option<WholeApi>,
}

impl Sources {
    /// Reads the text of `source.toml`.
    ///
    /// # Errors
    /// Names what is missing or of the wrong kind.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let text: DocumentMut = text.parse().context("this is not TOML")?;
        let Some(tables) = text.get(DOCUMENTS).and_then(|documents| documents.as_array_of_tables()) else {
            bail!("there is no [[{DOCUMENTS}]]");
        };
        let documents = tables.iter().map(source).collect::<anyhow::Result<_>>()?;
        let whole_api = text.get(WHOLE_API).map(whole_api).transpose()?;
        Ok(Self { documents, whole_api, text })
    }

    /// The documents, in their order.
    pub fn documents(&self) -> &[Source] {
        &self.documents
    }

    /// The vendor's document for the whole API, if it is named.
    pub fn whole_api(&self) -> Option<&WholeApi> {
        self.whole_api.as_ref()
    }

    /// The operations wanted, of all documents.
    pub fn operations(&self) -> Vec<String> {
        self.documents.iter().flat_map(|source| source.operations.iter().cloned()).collect()
    }

    /// Notes another version of a document.
    pub fn set_version(&mut self, file: &str, sha256: &str, etag: Option<&str>) {
        if let Some(source) = self.documents.iter_mut().find(|source| source.file == file) {
            source.sha256 = sha256.to_owned();
            source.etag = etag.map(str::to_owned);
        }
        let tables = tables(&mut self.text).into_iter().flat_map(|tables| tables.iter_mut());
        for table in tables.filter(|table| is_of(table, file)) {
            table["sha256"] = value(sha256);
            match etag {
                Some(etag) => table["etag"] = value(etag),
                None => drop(table.remove("etag")),
            }
        }
    }

    /// Notes which operations a document holds.
    pub fn set_operations(&mut self, file: &str, operations: Vec<String>) {
        let tables = tables(&mut self.text).into_iter().flat_map(|tables| tables.iter_mut());
        for table in tables.filter(|table| is_of(table, file)) {
            table["operations"] = value(list(&operations));
        }
        if let Some(source) = self.documents.iter_mut().find(|source| source.file == file) {
            source.operations = operations;
        }
    }

    /// Adds a document.
    pub fn add(&mut self, source: Source) {
        let mut table = Table::new();
        table["file"] = value(&source.file);
        table["url"] = value(&source.url);
        table["operations"] = value(list(&source.operations));
        table["sha256"] = value(&source.sha256);
        if let Some(etag) = &source.etag {
            table["etag"] = value(etag);
        }
        if let Some(tables) = tables(&mut self.text) {
            tables.push(table);
        }
        self.documents.push(source);
    }

    /// Removes a document.
    pub fn remove(&mut self, file: &str) {
        if let Some(tables) = tables(&mut self.text) {
            tables.retain(|table| !is_of(table, file));
        }
        self.documents.retain(|source| source.file != file);
    }

    /// Notes which operations beside ours were reported, where there is a list of them.
    pub fn set_known(&mut self, known: Vec<String>) {
        if let Some(there) = self.text.get_mut(WHOLE_API).and_then(|table| table.get_mut("known")) {
            *there = value(list(&known));
        }
        if let Some(whole_api) = &mut self.whole_api {
            whole_api.known = known;
        }
    }
}

impl fmt::Display for Sources {
    /// The text of `source.toml`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

fn tables(text: &mut DocumentMut) -> Option<&mut ArrayOfTables> {
    text.get_mut(DOCUMENTS)?.as_array_of_tables_mut()
}

fn is_of(table: &Table, file: &str) -> bool {
    table.get("file").and_then(|name| name.as_str()) == Some(file)
}

fn source(table: &Table) -> anyhow::Result<Source> {
    let string = |key: &str| {
        let value = table.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        value.with_context(|| format!("a [[{DOCUMENTS}]] has no string `{key}`"))
    };
    let operations = table.get("operations").and_then(|value| value.as_array()).and_then(strings);
    Ok(Source {
        file: string("file")?,
        url: string("url")?,
        operations: operations.with_context(|| format!("a [[{DOCUMENTS}]] has no list of strings `operations`"))?,
        sha256: string("sha256")?,
        etag: string("etag").ok(),
    })
}

fn whole_api(table: &toml_edit::Item) -> anyhow::Result<WholeApi> {
    let url = table.get("url").and_then(|value| value.as_str()).map(str::to_owned);
    let known = table.get("known").and_then(|value| value.as_array()).and_then(strings);
    Ok(WholeApi {
        url: url.with_context(|| format!("[{WHOLE_API}] has no string `url`"))?,
        known: known.with_context(|| format!("[{WHOLE_API}] has no list of strings `known`"))?,
    })
}

fn strings(list: &Array) -> Option<Vec<String>> {
    list.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// A list of strings, one a line where they are many.
pub fn list(strings: &[String]) -> Array {
    let mut list: Array = strings.iter().collect();
    if strings.len() > 2 {
        list.iter_mut().for_each(|string| string.decor_mut().set_prefix("\n    "));
        list.set_trailing("\n");
        list.set_trailing_comma(true);
    }
    list
}
