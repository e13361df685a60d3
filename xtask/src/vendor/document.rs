//! One of the vendor's documents, with its text.

use anyhow::Context;

use crate::vendor::spec::Spec;

/// One of the vendor's documents.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its file below `openapi/`.
    pub file: String,
    /// The file's text.
    pub text: String,
    /// What the text says.
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
}
