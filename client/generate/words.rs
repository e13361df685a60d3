//! What builders say where something is missing or does not fit: in our words.
//!
//! before: "database was not initialized", "conversion to `:: std :: string :: String` for database failed"
//! after:  "`database` was not set", "`database` does not take what it was given"

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
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

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        called.tokens = ours(std::mem::take(&mut called.tokens));
    }
}

fn ours(tokens: TokenStream) -> TokenStream {
    let token = |token| match token {
        TokenTree::Group(group) => Group::new(group.delimiter(), ours(group.stream())).into(),
        TokenTree::Literal(literal) => match syn::parse_str(&literal.to_string()) {
            Ok(syn::Lit::Str(text)) => said(&text.value()).map_or(literal, |text| Literal::string(&text)).into(),
            _ => literal.into(),
        },
        token => token,
    };
    tokens.into_iter().map(token).collect()
}

/// The message in our words, where it is one of progenitor's.
fn said(text: &str) -> Option<String> {
    if let Some(name) =
        text.strip_suffix(" was not initialized").or_else(|| text.strip_prefix("no value supplied for "))
    {
        return Some(format!("`{}` was not set", plain(name)));
    }
    if let Some(name) = text.strip_prefix("error converting supplied value for ") {
        let (name, why) = name.split_once(": ").unwrap_or((name, ""));
        return Some(format!("`{}` does not take what it was given: {why}", plain(name)));
    }
    let (_, of) = text.strip_prefix("conversion to `")?.rsplit_once("` for ")?;
    let (name, why) = of.split_once(" failed")?;
    Some(format!("`{}` does not take what it was given{why}", plain(name)))
}

/// A name without what makes it an identifier.
fn plain(name: &str) -> &str {
    name.trim_end_matches('_')
}
