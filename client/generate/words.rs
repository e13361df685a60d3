//! What builders say where something is missing: in our words.
//!
//! before: "database was not initialized", "no value supplied for database"
//! after:  "`database` was not set"

use syn::visit_mut::VisitMut;

/// Changes the messages in code, wherever they stand.
pub(crate) fn harden(file: &mut syn::File) {
    Ours.visit_file_mut(file);
}

struct Ours;

impl VisitMut for Ours {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        if let Some(text) = said(&literal.value()) {
            *literal = syn::LitStr::new(&text, literal.span());
        }
    }
}

/// The message in our words, where it is one of progenitor's.
fn said(text: &str) -> Option<String> {
    let name = text.strip_suffix(" was not initialized").or_else(|| text.strip_prefix("no value supplied for "))?;
    Some(format!("`{}` was not set", plain(name)))
}

/// A name without what makes it an identifier.
fn plain(name: &str) -> &str {
    name.trim_end_matches('_')
}
