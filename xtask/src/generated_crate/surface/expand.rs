//! The macros that generated code calls, expanded: each stands for the items that users see in their place.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use proc_macro2::{Group, TokenStream, TokenTree};
use syn::{ImplItem, Item, ItemMod};

use crate::generated_crate::parsed::{outline, parsed};

/// The file of the client that defines them.
const DEFINITIONS: &str = "runtime/methods.rs";

/// A macro of one arm: the names of what it takes, and what it becomes.
struct Macro {
    names: Vec<String>,
    body: TokenStream,
}

/// Code with the macros of the client's runtime expanded, and in outline.
///
/// # Errors
/// Where a macro is not defined, or does not give items.
pub(super) fn expanded(src: &Path, generated: &syn::File) -> anyhow::Result<syn::File> {
    let file = src.join(DEFINITIONS);
    let text = match std::fs::read_to_string(&file) {
        // Then there is none to be called.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.with_context(|| format!("cannot read {}", file.display()))?,
    };
    let definitions = parsed(&text).with_context(|| file.display().to_string())?;
    let macros = definitions.items.iter().filter_map(|item| match item {
        Item::Macro(item) => Some((item.ident.as_ref()?.to_string(), definition(item.mac.tokens.clone())?)),
        _ => None,
    });
    let mut code = generated.clone();
    code.items = items(std::mem::take(&mut code.items), &macros.collect())?;
    outline(&mut code);
    Ok(code)
}

/// The one arm of a macro: `(pattern) => { body };`.
fn definition(tokens: TokenStream) -> Option<Macro> {
    let mut groups = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let (pattern, body) = (groups.next()?, groups.next()?);
    let mut names = Vec::new();
    let mut is_name = false;
    for token in pattern {
        match token {
            TokenTree::Punct(punct) => is_name = punct.as_char() == '$',
            TokenTree::Ident(name) if is_name => names.push(name.to_string()),
            _ => is_name = false,
        }
    }
    Some(Macro { names, body })
}

fn items(all: Vec<Item>, macros: &BTreeMap<String, Macro>) -> anyhow::Result<Vec<Item>> {
    let mut found = Vec::new();
    for item in all {
        match item {
            Item::Macro(item) => {
                let file: syn::File = syn::parse2(called(&item.mac, macros)?).context("a macro gives no items")?;
                let mut inner = file.items;
                for attrs in inner.iter_mut().filter_map(crate::generate::attributes) {
                    attrs.splice(0..0, item.attrs.clone());
                }
                found.extend(inner);
            }
            Item::Mod(ItemMod { content: Some((brace, inner)), attrs, vis, unsafety, mod_token, ident, semi }) => {
                let content = Some((brace, items(inner, macros)?));
                found.push(Item::Mod(ItemMod { content, attrs, vis, unsafety, mod_token, ident, semi }));
            }
            Item::Impl(mut item) => {
                let mut inner = Vec::new();
                for item in std::mem::take(&mut item.items) {
                    match item {
                        ImplItem::Macro(item) => inner.extend(functions(called(&item.mac, macros)?)?),
                        item => inner.push(item),
                    }
                }
                item.items = inner;
                found.push(Item::Impl(item));
            }
            item => found.push(item),
        }
    }
    Ok(found)
}

fn functions(tokens: TokenStream) -> anyhow::Result<Vec<ImplItem>> {
    let of_any: syn::ItemImpl =
        syn::parse2(quote::quote!(impl Any { #tokens })).context("a macro gives no functions")?;
    Ok(of_any.items)
}

/// What a call of a macro becomes.
fn called(call: &syn::Macro, macros: &BTreeMap<String, Macro>) -> anyhow::Result<TokenStream> {
    let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    let Some(Macro { names, body }) = macros.get(&name) else {
        bail!("the generated code calls the macro `{name}`, which client/src/{DEFINITIONS} does not define");
    };
    // `HashMap<String, Backup>` is one argument.
    let (mut arguments, mut depth) = (vec![TokenStream::new()], 0_usize);
    for token in call.tokens.clone() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' => depth = depth.saturating_sub(1),
            TokenTree::Punct(punct) if punct.as_char() == ',' && depth == 0 => {
                arguments.push(TokenStream::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = arguments.last_mut() {
            last.extend([token]);
        }
    }
    Ok(substituted(body.clone(), &names.iter().map(String::as_str).zip(arguments).collect()))
}

fn substituted(body: TokenStream, values: &BTreeMap<&str, TokenStream>) -> TokenStream {
    let mut found = TokenStream::new();
    let mut tokens = body.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                let name = tokens.next().map(|name| name.to_string()).unwrap_or_default();
                found.extend(values.get(name.as_str()).cloned());
            }
            TokenTree::Group(group) => {
                let inner = substituted(group.stream(), values);
                found.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            token => found.extend([token]),
        }
    }
    found
}
