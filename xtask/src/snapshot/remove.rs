//! The snapshot that follows a stored one with an operation less.

use anyhow::{Context, bail};

use super::next::WHOLE_API_FILE;
use super::{Document, Snapshot};
use crate::effective::overlay;
use crate::upstream::nearest::nearest;
use crate::workspace::sources::Source;
use crate::workspace::store;

impl Snapshot {
    /// This snapshot without an operation, and without the actions of the overlay that were for nothing else.
    ///
    /// # Errors
    /// Where it is not offered, is the only one, or the overlay cannot be corrected.
    pub fn without_operation(&self, id: &str) -> anyhow::Result<Self> {
        let offered = self.effective_as_stored_or_made()?.spec.operations();
        if !offered.contains(&id) {
            bail!("{id} is not offered{}", nearest(id, &offered));
        }
        if offered.len() == 1 {
            bail!("{id} is the last operation and cannot be removed");
        }
        let adding = overlay::adding(&self.overlay, id)?;
        let overlay = overlay::without(&self.overlay, &adding).with_context(|| {
            format!("the actions that add {id} cannot be removed from openapi/{}; do that by hand", store::OVERLAY)
        })?;
        let holds = |source: &&Source| source.operations.iter().any(|held| held == id);
        let Some(source) = self.sources.documents().iter().find(holds).cloned() else {
            return Ok(self.with_overlay(overlay));
        };
        let rest: Vec<String> = source.operations.iter().filter(|held| *held != id).cloned().collect();
        let (mut sources, mut documents) = (self.sources.clone(), self.documents.clone());
        if rest.is_empty() {
            sources.remove(&source.file);
            documents.retain(|document| document.file != source.file);
        } else {
            for document in documents.iter_mut().filter(|document| document.file == source.file) {
                if document.file == WHOLE_API_FILE {
                    *document = document.clone().of_operations(&rest)?;
                } else {
                    *document = Document::of_pruned(&source.file, document.spec.clone().pruned(&rest)?)?;
                    sources.set_version(&source.file, &store::sha256(&document.text), None);
                }
            }
            sources.set_operations(&source.file, rest);
        }
        if documents.is_empty() {
            bail!(
                "{id} is the last operation from the vendor's documents; openapi/{} alone is not a document",
                store::OVERLAY
            );
        }
        let next = Self { overlay, ..self.followed_by(sources, documents) };
        // Actions that found something before, and find nothing without the operation.
        let idle = |snapshot: &Self| -> anyhow::Result<Vec<bool>> {
            let made = snapshot.with_overlay(next.overlay.clone());
            Ok(made.effective_as_stored_or_made()?.effects.iter().map(|effect| effect.matched == 0).collect())
        };
        let (before, after) = (idle(self)?, idle(&next)?);
        let needless: Vec<usize> = (0..after.len()).filter(|at| after[*at] && !before[*at]).collect();
        match overlay::without(&next.overlay, &needless) {
            Ok(overlay) => Ok(next.with_overlay(overlay)),
            // They do nothing, and are reported.
            Err(_) => Ok(next),
        }
    }
}
