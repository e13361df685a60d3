//! The edition that follows a stored one: with what the vendor publishes now, or with more operations.

use anyhow::{Context, bail};

use super::{Document, Edition};
use crate::operations::{self, Operation};
use crate::page::{self, Fetched};
use crate::spec::{self, Spec};
use crate::store::{self, Source};

/// Where the vendor has a page for each operation.
const PAGES: &str = "https://planetscale.com/docs/api/reference/";

/// Where the vendor has one document for the whole API.
pub const WHOLE_API: &str = "https://planetscale.com/docs/openapi.yaml";

/// What the operations of that document are stored in.
const WHOLE_API_FILE: &str = "whole_api.yaml";

/// A document as it was read, of whatever operations.
struct Read {
    document: page::Document,
    spec: Spec,
}

impl Read {
    fn of(document: page::Document, from: &str) -> anyhow::Result<Self> {
        let spec = document.parse().with_context(|| from.to_owned())?;
        Ok(Self { document, spec })
    }

    /// The document with the wanted operations: as published where it holds no others, else what is
    /// left of it.
    fn with(&self, operations: &[String], file: &str) -> anyhow::Result<Document> {
        let pruned = self.spec.clone().pruned(operations)?;
        let text = match pruned.value == self.spec.value {
            true => self.document.text.clone(),
            false => spec::to_yaml("Pruned from the vendor's document for the whole API.", &pruned.value)?,
        };
        // Findings have the lines of what is stored.
        let spec = pruned.in_text(&text);
        Ok(Document { file: file.to_owned(), text, spec })
    }
}

impl Edition {
    /// This edition with what the vendor publishes now, at the URLs in `source.toml` or in another
    /// place: a URL, a file, or a revision in git.
    ///
    /// # Errors
    /// Where a page cannot be read, or holds none of the operations that are wanted.
    pub fn updated(&self, from: Option<&str>) -> anyhow::Result<Self> {
        let sources = store::sources(self.source()).context(store::SOURCE)?;
        let page = from.map(|from| Read::of(page::document(from)?, from)).transpose()?;
        let (mut toml, mut documents, mut read_any) = (self.source().to_owned(), Vec::new(), false);
        for (source, stored) in sources.iter().zip(self.documents()) {
            let fetched;
            let read = match &page {
                // A page is for the documents whose operations it holds; with one document it must be for that.
                Some(page) => {
                    Some(page).filter(|page| sources.len() == 1 || page.spec.require(&source.operations).is_ok())
                }
                None => {
                    fetched = fetch(source, stored)?;
                    fetched.as_ref()
                }
            };
            let Some(read) = read else {
                documents.push(stored.clone());
                continue;
            };
            read_any = true;
            let place = from.unwrap_or(&source.url);
            let mut document = read.with(&source.operations, &source.file).with_context(|| place.to_owned())?;
            // Line ends are the server's business: with others, it is the same text.
            if document.text.replace("\r\n", "\n") == stored.text.replace("\r\n", "\n") {
                document = stored.clone();
            }
            let etag = read.document.etag.as_deref().filter(|_| place == source.url);
            toml = store::with_version(&toml, &source.file, &store::sha256(&document.text), etag)?;
            documents.push(document);
        }
        if let Some(from) = from
            && !read_any
        {
            bail!("{from} holds none of the operations that openapi/{} names", store::SOURCE);
        }
        let mut next = self.followed_by(toml, documents);
        next.look_around(page.as_ref())?;
        Ok(next)
    }

    /// Notes what the vendor offers beside our operations and was not reported before, in a document that
    /// was read, or in the one for the whole API.
    fn look_around(&mut self, read: Option<&Read>) -> anyhow::Result<()> {
        let Some(whole) = store::whole_api(self.source())? else { return Ok(()) };
        let fetched;
        let read = match read {
            Some(read) => read,
            None => match page::document(&whole.url).and_then(|document| Read::of(document, &whole.url)) {
                Ok(read) => {
                    fetched = read;
                    &fetched
                }
                Err(e) => {
                    self.notes.push(format!("new operations were not looked for: {e:#}"));
                    return Ok(());
                }
            },
        };
        let offered = store::offered(self.source())?;
        let ours: Vec<_> = self.documents().iter().flat_map(|document| operations::of(&document.spec.value)).collect();
        let all = operations::of(&read.spec.value);
        let is_new = |operation: &&Operation<'_>| {
            let is = |ids: &[String]| ids.iter().any(|id| id == operation.id);
            !is(&offered) && !is(&whole.known) && is_beside(operation, &ours)
        };
        let new: Vec<&Operation<'_>> = all.iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        let known: Vec<String> = whole.known.iter().cloned().chain(new.iter().map(|new| new.id.to_owned())).collect();
        let notes = new.iter().map(|new| {
            format!(
                "new beside ours: {} ({}), not offered; `cargo xtask add-operation {}` would",
                new.id,
                new.place(),
                new.id
            )
        });
        self.notes.extend(notes.collect::<Vec<_>>());
        self.source = store::with_known(&self.source, &known)?;
        Ok(())
    }

    /// This edition with one more operation, from the vendor's page for it or from another place.
    ///
    /// # Errors
    /// Where the operation is there already, or the page cannot be read or lacks it.
    pub fn with_operation(&self, id: &str, from: Option<&str>) -> anyhow::Result<Self> {
        let offered = store::sources(self.source())?;
        if let Some(source) = offered.iter().find(|source| source.operations.iter().any(|held| held == id)) {
            bail!("{id} is offered already, from openapi/{}", source.file);
        }
        let page = format!("{PAGES}{id}.md");
        let from = from.unwrap_or(&page);
        let read = Read::of(page::document(from)?, from)?;
        self.with_source(&read, &format!("{id}.yaml"), vec![id.to_owned()], (from, &page))
    }

    /// This edition with all operations of the vendor's document for the whole API that it lacks.
    ///
    /// # Errors
    /// Where it lacks none, or the document cannot be read.
    pub fn with_all_operations(&self, from: Option<&str>) -> anyhow::Result<Self> {
        let from = from.unwrap_or(WHOLE_API);
        let read = Read::of(page::document(from)?, from)?;
        // What is offered from that document already comes from the new one, too.
        let (known, others): (Vec<Source>, Vec<Source>) =
            store::sources(self.source())?.into_iter().partition(|source| source.file == WHOLE_API_FILE);
        let is_other = |id: &&str| others.iter().any(|source| source.operations.iter().any(|held| held == id));
        let operations: Vec<String> =
            read.spec.operations().into_iter().filter(|id| !is_other(id)).map(str::to_owned).collect();
        if operations.iter().all(|id| known.iter().any(|source| source.operations.contains(id))) {
            bail!("all operations of {from} are offered already");
        }
        let mut before = self.followed_by(self.source().to_owned(), self.documents().to_vec());
        if !known.is_empty() {
            before.source = store::without_document(&before.source, WHOLE_API_FILE)?;
            before.documents.retain(|document| document.file != WHOLE_API_FILE);
        }
        before.with_source(&read, WHOLE_API_FILE, operations, (from, WHOLE_API))
    }

    /// This edition with operations of a document that was read `from` somewhere, of which `home` is the URL.
    fn with_source(
        &self,
        read: &Read,
        file: &str,
        operations: Vec<String>,
        (from, home): (&str, &str),
    ) -> anyhow::Result<Self> {
        let document = read.with(&operations, file).with_context(|| from.to_owned())?;
        let is_url = from.contains("://");
        let source = Source {
            file: document.file.clone(),
            url: if is_url { from } else { home }.to_owned(),
            operations,
            sha256: store::sha256(&document.text),
            etag: read.document.etag.clone().filter(|_| is_url),
        };
        let documents = self.documents().iter().cloned().chain([document]).collect();
        Ok(self.followed_by(store::with_document(self.source(), &source)?, documents))
    }
}

/// Whether an operation has a tag of one of ours, or a path below one of theirs.
fn is_beside(operation: &Operation<'_>, ours: &[Operation<'_>]) -> bool {
    ours.iter().any(|ours| {
        ours.tags.iter().any(|tag| operation.tags.contains(tag))
            || operation.path.strip_prefix(ours.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// A source's document, or nothing where the server says that it did not change.
fn fetch(source: &Source, stored: &Document) -> anyhow::Result<Option<Read>> {
    // An ETag is worth asking with only for what is really stored.
    let known = store::sha256(&stored.text) == source.sha256;
    match page::read(&source.url, source.etag.as_deref().filter(|_| known))? {
        Fetched::Text(page, etag) => {
            let document = page::Document::of(&page, etag).with_context(|| source.url.clone())?;
            Read::of(document, &source.url).map(Some)
        }
        Fetched::NotModified => Ok(None),
    }
}
