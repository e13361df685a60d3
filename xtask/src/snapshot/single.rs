//! The vendor's page of one operation of a document that holds many.

use super::next::{PAGES, Read, file_name};
use super::{Document, Snapshot};
use crate::upstream::operations;
use crate::upstream::origin::Location;
use crate::workspace::sources::Source;

impl Snapshot {
    /// This snapshot with a page of one operation of a document that holds many: the operation gets a document of its
    /// own, which is followed from then on. The document that held it stays byte for byte, and so do its other
    /// operations. Nothing, where the page is not such a one.
    pub(super) fn with_single(&self, page: &Read, location: &Location) -> anyhow::Result<Option<Self>> {
        let [operation] = &operations::of(&page.spec.value)[..] else { return Ok(None) };
        let pairs = || self.sources().documents().iter().zip(self.documents());
        let of_many = |(source, stored): &(&Source, &Document)| {
            source.operations.len() > 1 && page.held(source, stored).iter().any(Option::is_some)
        };
        let Some((source, stored)) = pairs().find(of_many) else { return Ok(None) };
        let held = page.held(source, stored);
        let is_held = |at: usize| held.get(at).is_some_and(Option::is_some);
        let (mut ours, mut rest) = (Vec::new(), Vec::new());
        for (at, id) in source.operations.iter().enumerate() {
            if is_held(at) { &mut ours } else { &mut rest }.push(id.clone());
        }
        let (id, name) = (operation.id.to_owned(), file_name(operation.id));

        let mut next = self.followed_by(self.sources().clone(), Vec::new());
        next.sources.set_operations(&source.file, rest.clone());
        let kept = |document: &Document| -> anyhow::Result<Document> {
            let mut document = document.clone();
            if document.file == source.file {
                document.spec = document.spec.pruned(&rest)?.in_text(&document.text);
            }
            Ok(document)
        };
        next.documents = self.documents().iter().map(kept).collect::<anyhow::Result<_>>()?;
        if let Some(old) = ours.first().filter(|old| **old != id) {
            next.notes
                .push(format!("{location} calls the operation {old} {id} now; the crate's function keeps its name"));
        }
        next.notes.push(format!(
            "{location} is a page of {id} alone: the operation is followed in openapi/{}.yaml from now on; the other {} of \
             openapi/{} are not on that page, and stay as they are",
            name,
            rest.len(),
            source.file
        ));
        let home = format!("{PAGES}{name}.md");
        next.with_source(page, &format!("{name}.yaml"), vec![id], (location, &home)).map(Some)
    }

    /// The document that said something of a new document's operations before, with these alone.
    pub(super) fn document_before(&self, new: &Document) -> Option<Document> {
        if let Some(same) = self.documents().iter().find(|old| old.file == new.file) {
            return Some(same.clone());
        }
        let endpoints: Vec<String> = operations::of(&new.spec.value).iter().map(|it| it.endpoint()).collect();
        self.documents().iter().find_map(|old| {
            let there = operations::of(&old.spec.value);
            let id = |endpoint: &String| there.iter().find(|it| it.endpoint() == *endpoint).map(|it| it.id.to_owned());
            let ids: Vec<String> = endpoints.iter().map(id).collect::<Option<_>>()?;
            let spec = old.spec.clone().pruned(&ids).ok()?.in_text(&old.text);
            Some(Document { spec, ..old.clone() })
        })
    }
}
