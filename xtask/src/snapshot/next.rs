//! The snapshot that follows a stored one: with what the vendor publishes now, or with more operations.

use anyhow::{Context, bail};

use super::{Document, Snapshot};
use crate::generated_crate::codegen;
use crate::upstream::operations::{self, Operation};
use crate::upstream::origin::{Location, Origin};
use crate::upstream::page::{self, Fetched};
use crate::upstream::spec::Spec;
use crate::workspace::sources::Source;
use crate::workspace::store;

/// Where the vendor has a page for each operation.
pub(super) const PAGES: &str = "https://planetscale.com/docs/api/reference/";

/// Where the vendor has one document for the whole API.
pub const WHOLE_API: &str = "https://planetscale.com/docs/openapi.yaml";

/// What the operations of that document are stored in.
pub(super) const WHOLE_API_FILE: &str = "whole_api.yaml";

/// A document as it was read, of whatever operations.
pub(super) struct Read {
    document: page::Extracted,
    pub(super) spec: Spec,
}

impl Read {
    fn from(location: &Location) -> anyhow::Result<Self> {
        Self::of(page::document(location)?, location)
    }

    fn of(document: page::Extracted, from: &Location) -> anyhow::Result<Self> {
        let spec = document.parse().with_context(|| from.to_string())?;
        Ok(Self { document, spec })
    }

    /// The operations of a source that the document holds, by their names there: what has another name by now is
    /// told by its method and path.
    pub(super) fn held(&self, source: &Source, stored: &Document) -> Vec<Option<String>> {
        let (before, now) = (operations::of(&stored.spec.value), operations::of(&self.spec.value));
        let is_there = |id: &str| now.iter().any(|operation| operation.id == id);
        let name_of = |id: &String| {
            if is_there(id) {
                return Some(id.clone());
            }
            let endpoint = before.iter().find(|operation| operation.id == id)?.endpoint();
            let renamed = now.iter().find(|operation| operation.endpoint() == endpoint)?;
            // What is one of ours already is not that one.
            let is_other = renamed.id.is_empty() || before.iter().any(|operation| operation.id == renamed.id);
            (!is_other).then(|| renamed.id.to_owned())
        };
        source.operations.iter().map(name_of).collect()
    }

    /// Whether none of a document's operations is there.
    fn lacks_all_of(&self, document: &Document) -> bool {
        let ours = document.spec.operations();
        !self.spec.operations().iter().any(|id| ours.contains(id))
    }

    /// The document with the wanted operations: as published where it holds no others or is kept for the whole
    /// API, else what is left of it.
    fn with(&self, operations: &[String], file: &str) -> anyhow::Result<Document> {
        let pruned = self.spec.clone().pruned(operations)?;
        if file != WHOLE_API_FILE && pruned.value != self.spec.value {
            return Document::of_pruned(file, pruned);
        }
        let text = self.document.text.clone();
        Ok(Document { file: file.to_owned(), spec: pruned.in_text(&text), text })
    }
}

impl Snapshot {
    /// This snapshot with what is published now. An operation that its document lost is lost here, too; one that
    /// has another name by now goes by that.
    ///
    /// # Errors
    /// Where a page cannot be read, or holds none of the operations that are wanted.
    pub fn updated(&self, from: &Origin) -> anyhow::Result<Self> {
        let page = match from {
            Origin::Vendor => None,
            Origin::At(location) => Some(Read::from(location)?),
        };
        if let (Some(page), Origin::At(location)) = (&page, from)
            && let Some(next) = self.with_single(page, location)?
        {
            return Ok(next);
        }
        let mut next = self.followed_by(self.sources().clone(), Vec::new());
        let mut read_any = false;
        // The document for the whole API, where it is one of ours: it is not fetched twice.
        let mut whole: Option<Option<Read>> = None;
        let is_whole = |source: &Source| self.sources().whole_api().is_some_and(|whole| whole.url == source.url);
        for (source, stored) in self.sources().documents().iter().zip(self.documents()) {
            let mut fetched = None;
            let read = match &page {
                Some(page) => Some(page),
                None => {
                    fetched = fetch(source, stored)?;
                    fetched.as_ref()
                }
            };
            let Some(read) = read else {
                if is_whole(source) {
                    whole = Some(None);
                }
                next.documents.push(stored.clone());
                continue;
            };
            let location = from.or(&source.url);
            let names = read.held(source, stored);
            let held: Vec<String> = names.iter().flatten().cloned().collect();
            // A page that a person names is for the documents whose operations it holds; with one document it must
            // be for that.
            if held.is_empty() && page.is_some() && self.documents().len() > 1 {
                next.documents.push(stored.clone());
                continue;
            }
            if held.is_empty() {
                read.spec.require(&source.operations).with_context(|| location.to_string())?;
            }
            read_any = true;
            next.note_lost(source, &names, &location);
            let mut document = read.with(&held, &source.file).with_context(|| location.to_string())?;
            // Line ends are the server's business: with others, it is the same text.
            if document.text.replace("\r\n", "\n") == stored.text.replace("\r\n", "\n") {
                document = stored.clone();
            }
            let etag = read.document.etag.as_deref().filter(|_| location == Location::from(source.url.as_str()));
            next.sources.set_version(&source.file, &store::sha256(&document.text), etag);
            if held != source.operations {
                next.sources.set_operations(&source.file, held);
            }
            next.documents.push(document);
            if fetched.is_some() && is_whole(source) {
                whole = Some(fetched);
            }
        }
        if let Origin::At(location) = from
            && !read_any
        {
            bail!("{location} holds none of the operations that openapi/{} names", store::SOURCE);
        }
        // A page of one operation is for no other one.
        if let Some(page) = page.as_ref().filter(|page| page.spec.operations().len() > 1) {
            next.note_skipped(self.documents(), page);
        }
        match (page, whole) {
            // As it was.
            (None, Some(None)) => {}
            (page, whole) => next.note_new_operations(page.or(whole.flatten()).as_ref())?,
        }
        Ok(next)
    }

    /// Notes the operations of a document that are there no more, or by another name.
    fn note_lost(&mut self, source: &Source, held: &[Option<String>], location: &Location) {
        /// More of them have one cause: ids in another case, say.
        const MOST: usize = 5;
        let mut renamed = Vec::new();
        for (id, held) in source.operations.iter().zip(held) {
            match held {
                Some(now) if now == id => {}
                Some(now) => renamed.push((id, now)),
                None => self.notes.push(format!("{location} no longer has the operation {id}, and the crate loses it")),
            }
        }
        match &renamed[..] {
            [(id, now), ..] if renamed.len() > MOST => self.notes.push(format!(
                "{location} calls {} operations otherwise now ({id} {now}, and so on); the crate's functions keep their names",
                renamed.len()
            )),
            _ => self.notes.extend(renamed.iter().map(|(id, now)| {
                format!("{location} calls the operation {id} {now} now; the crate's function keeps its name")
            })),
        }
    }

    /// Notes the documents of which a page for the whole API holds no operation: they stay as they are.
    fn note_skipped(&mut self, stored: &[Document], page: &Read) {
        for document in stored.iter().filter(|document| page.lacks_all_of(document)) {
            self.notes.push(format!(
                "openapi/{} stays as it is: the page has none of its operations ({}); if the vendor no longer offers them, remove each with `cargo xtask remove-operation`",
                document.file,
                document.spec.operations().join(", ")
            ));
        }
    }

    /// Notes what the vendor offers beside our operations and was not reported before, in a document that
    /// was read, or in the one for the whole API.
    fn note_new_operations(&mut self, read: Option<&Read>) -> anyhow::Result<()> {
        let Some(whole) = self.sources().whole_api().cloned() else { return Ok(()) };
        let fetched;
        let read = match read {
            Some(read) => read,
            None => match Read::from(&whole.url.as_str().into()) {
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
        let offered = self.sources().operations();
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
            let (id, endpoint) = (new.id, new.endpoint());
            format!("new upstream: {id} ({endpoint}); add it with `cargo xtask add-operation {id}`")
        });
        self.notes.extend(notes.collect::<Vec<_>>());
        self.sources.set_known(known);
        Ok(())
    }

    /// This snapshot with one more operation, from the vendor's page for it or from another place.
    ///
    /// # Errors
    /// Where the operation is there already, or the page cannot be read or lacks it.
    pub fn with_operation(&self, id: &str, from: &Origin) -> anyhow::Result<Self> {
        let holds = |source: &&Source| source.operations.iter().any(|held| held == id);
        if let Some(source) = self.sources().documents().iter().find(holds) {
            bail!("{id} is offered already, from openapi/{}", source.file);
        }
        let name = file_name(id);
        let page = format!("{PAGES}{name}.md");
        let location = from.or(&page);
        let read = Read::from(&location)?;
        self.with_source(&read, &format!("{name}.yaml"), vec![id.to_owned()], (&location, &page))
    }

    /// This snapshot with all operations of the vendor's document for the whole API that it lacks; and, where others
    /// may be left out, why they are.
    ///
    /// # Errors
    /// Where it lacks none, or the document cannot be read.
    pub fn with_all_operations(&self, from: &Origin, leaves_out: bool) -> anyhow::Result<(Self, Vec<String>)> {
        let location = from.or(WHOLE_API);
        let read = Read::from(&location)?;
        // What is offered from that document already comes from the new one, too.
        let (known, others): (Vec<&Source>, Vec<&Source>) =
            self.sources().documents().iter().partition(|source| source.file == WHOLE_API_FILE);
        let is_other = |id: &&str| others.iter().any(|source| source.operations.iter().any(|held| held == id));
        let operations: Vec<String> =
            read.spec.operations().into_iter().filter(|id| !is_other(id)).map(str::to_owned).collect();
        if operations.iter().all(|id| known.iter().any(|source| source.operations.contains(id))) {
            bail!("all operations of {location} are offered already");
        }
        let mut before = self.made_anew();
        before.sources.remove(WHOLE_API_FILE);
        before.documents.retain(|document| document.file != WHOLE_API_FILE);
        let with = |operations: &[String]| {
            let snapshot = before.with_source(&read, WHOLE_API_FILE, operations.to_vec(), (&location, WHOLE_API))?;
            snapshot.generated_crate()?;
            Ok(snapshot)
        };
        if !leaves_out {
            let all = before.with_source(&read, WHOLE_API_FILE, operations, (&location, WHOLE_API))?;
            return Ok((all, Vec::new()));
        }
        let (snapshot, left_out) = offerable(operations, with);
        let Some(snapshot) = snapshot else {
            bail!("no operation of {location} can be offered:\n  {}", left_out.join("\n  "));
        };
        Ok((snapshot, left_out))
    }

    /// This snapshot with operations of a document that was read from somewhere, of which `home` is the URL.
    pub(super) fn with_source(
        &self,
        read: &Read,
        file: &str,
        operations: Vec<String>,
        (location, home): (&Location, &str),
    ) -> anyhow::Result<Self> {
        let document = read.with(&operations, file).with_context(|| location.to_string())?;
        let (url, etag) = match location {
            Location::Url(url) => (url.as_str(), read.document.etag.clone()),
            Location::File(_) | Location::Git(_) => (home, None),
        };
        let mut sources = self.sources().clone();
        sources.add(Source {
            file: document.file.clone(),
            url: url.to_owned(),
            operations,
            sha256: store::sha256(&document.text),
            etag,
        });
        let documents = self.documents().iter().cloned().chain([document]).collect();
        Ok(self.followed_by(sources, documents))
    }
}

/// Of an id, which may be any text, a name that a file and a URL can have.
pub(super) fn file_name(id: &str) -> String {
    id.replace(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')), "_")
}

/// What there is with all operations that can be offered, if there are any, and why the others cannot: each try leaves
/// out one that the error names, or else the first with which there is an error, by bisection.
///
/// Of `n` operations of which `k` cannot be offered, `k + 1` lists are tried at most, and for each error that names no
/// operation the binary logarithm of `n` more.
pub fn offerable<T>(mut kept: Vec<String>, with: impl Fn(&[String]) -> anyhow::Result<T>) -> (Option<T>, Vec<String>) {
    let mut left_out = Vec::new();
    while !kept.is_empty() {
        let error = match with(&kept) {
            Ok(snapshot) => return (Some(snapshot), left_out),
            Err(error) => error,
        };
        let named = codegen::refusal(&error).map(|refusal| refusal.operation.as_str());
        let named = named.and_then(|id| kept.iter().position(|kept| kept == id));
        let (at, error) = match named {
            Some(at) => (at, error),
            None => {
                let (count, earlier) = codegen::least_failing(kept.len(), |count| with(&kept[..count]).err());
                (count - 1, earlier.unwrap_or(error))
            }
        };
        left_out.push(format!("{}: {error:#}", kept.remove(at)));
    }
    (None, left_out)
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
    let location = Location::from(source.url.as_str());
    let read = page::read(&location, source.etag.as_deref().filter(|_| known));
    match read.with_context(|| format!("openapi/{}, by its URL in openapi/{}", source.file, store::SOURCE))? {
        Fetched::Text(page, etag) => {
            let document = page::Extracted::of(&page, etag).with_context(|| source.url.clone())?;
            Read::of(document, &location).map(Some)
        }
        Fetched::NotModified => Ok(None),
    }
}
