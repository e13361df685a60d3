//! What builders say where something is missing or does not fit: in our words.
//!
//! before: "database was not initialized", "conversion to `:: std :: string :: String` for database failed"
//! after:  "`database` was not set", "`database` does not take what it was given"

use proc_macro2::{Group, Literal, TokenStream, TokenTree};

/// Changes the messages in code, wherever they stand.
pub(crate) fn ours(code: TokenStream) -> TokenStream {
    code.into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), ours(group.stream())).into(),
            TokenTree::Literal(literal) => match said(&literal) {
                Some(text) => Literal::string(&text).into(),
                None => literal.into(),
            },
            token => token,
        })
        .collect()
}

fn said(literal: &Literal) -> Option<String> {
    let syn::Lit::Str(text) = syn::parse_str(&literal.to_string()).ok()? else { return None };
    let text = text.value();
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
