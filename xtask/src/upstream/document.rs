//! One of the vendor's documents, with its text.

use anyhow::Context;

use crate::upstream::spec::{self, Spec};

/// One of the vendor's documents.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its file below `openapi/`.
    pub file: String,
    /// The file's text.
    pub text: String,
    /// What the text says of the operations that are wanted of it.
    pub spec: Spec,
}

impl Document {
    /// Reads a document's text.
    ///
    /// # Errors
    /// As [`Spec::parse`].
    pub fn parse(file: &str, text: String) -> anyhow::Result<Self> {
        let spec = Spec::parse(&text).with_context(|| file.to_owned())?;
        Ok(Self { file: file.to_owned(), text, spec })
    }

    /// The same text, of which only some operations are wanted.
    ///
    /// # Errors
    /// Where one is not there.
    pub fn of_operations(self, wanted: &[String]) -> anyhow::Result<Self> {
        let spec = self.spec.pruned(wanted).with_context(|| self.file.clone())?;
        Ok(Self { spec: spec.in_text(&self.text), ..self })
    }

    /// What is left of a document where only some operations are kept, in a text of its own.
    ///
    /// # Errors
    /// Where it cannot be written as YAML.
    pub fn of_pruned(file: &str, pruned: Spec) -> anyhow::Result<Self> {
        let text = spec::to_yaml("Pruned from the vendor's document for the whole API.", &pruned.value)?;
        // Findings have the lines of what is stored.
        Ok(Self { file: file.to_owned(), spec: pruned.in_text(&text), text })
    }
}
