//! Enums whose variants hold something: `oneOf` and `anyOf`.
//!
//! before: `#[serde(untagged)] pub enum Pet { Cat(Cat), Dog(Dog) }`
//! after:  `#[serde(untagged)] pub enum Pet {
//!              /// A [`Cat`].
//!              Cat(Cat),
//!              /// A [`Dog`].
//!              Dog(Dog),
//!              /// What this version of the crate does not know, as it came.
//!              Unknown(::serde_json::Value) }`

use std::collections::BTreeSet;

use quote::{format_ident, quote};
use syn::{Fields, Item, ItemEnum, Variant};

use super::notes::read_note;
use super::prose::tidy;
use super::rust::{doc_of, impl_of, last_name, set_doc};

/// The structs that are distinguished from others by what they hold: what is missing in one may make it
/// another, and so nothing of them is taken as empty.
pub(crate) fn alternatives(types: &[Item]) -> BTreeSet<String> {
    let unions = types.iter().filter_map(|item| match item {
        Item::Enum(item) => Some(item),
        _ => None,
    });
    let held = unions.flat_map(|item| &item.variants).filter_map(|variant| match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => last_name(&fields.unnamed[0].ty),
        _ => None,
    });
    held.map(ToString::to_string).collect()
}

/// The enums that tell alternatives apart by their only value.
pub(crate) fn tags(types: &[Item], alternatives: &BTreeSet<String>) -> BTreeSet<String> {
    let fields = types.iter().filter_map(|item| match item {
        Item::Struct(item) if alternatives.contains(&item.ident.to_string()) => Some(&item.fields),
        _ => None,
    });
    let names: BTreeSet<String> =
        fields.flatten().filter_map(|field| last_name(&field.ty)).map(ToString::to_string).collect();
    let only = types.iter().filter_map(|item| match item {
        Item::Enum(item) if item.variants.len() == 1 => Some(item.ident.to_string()),
        _ => None,
    });
    only.filter(|name| names.contains(name)).collect()
}

/// Documents a union, and opens one of the server's.
pub(crate) fn harden(item: &mut ItemEnum, is_answer: bool) {
    for variant in &mut item.variants {
        let (prose, ..) = read_note(&doc_of(&variant.attrs));
        let doc = if prose.is_empty() { said_of(variant) } else { tidy(&prose) };
        set_doc(&mut variant.attrs, &doc);
        if let Fields::Named(fields) = &mut variant.fields {
            for field in &mut fields.named {
                let (prose, ..) = read_note(&doc_of(&field.attrs));
                let name = field.ident.as_ref().map(|ident| format!("`{ident}`")).unwrap_or_default();
                set_doc(&mut field.attrs, &if prose.is_empty() { name } else { tidy(&prose) });
            }
        }
    }
    if !is_answer {
        return;
    }
    let untagged =
        item.attrs.iter().any(|attr| attr.path().is_ident("serde") && quote!(#attr).to_string().contains("untagged"));
    let taken = item.variants.iter().any(|variant| variant.ident == "Unknown");
    let unknown = format_ident!("{}", if taken { "Unrecognized" } else { "Unknown" });
    let how = (!untagged).then(|| quote!(#[serde(untagged)]));
    item.variants.push(syn::parse_quote!(
        /// What this version of the crate does not know, as it came.
        #how
        #unknown(::serde_json::Value)
    ));
    // Not all that a value may be has an order, a hash or a copy.
    for attr in item.attrs.iter_mut().filter(|attr| attr.path().is_ident("derive")) {
        let syn::Meta::List(list) = &mut attr.meta else { continue };
        let parser = syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
        if let Ok(paths) = list.parse_args_with(parser) {
            let keeps = |path: &syn::Path| {
                !path.segments.last().is_some_and(|last| {
                    ["Copy", "Eq", "Hash", "Ord", "PartialOrd"].iter().any(|name| last.ident == name)
                })
            };
            let kept: Vec<_> = paths.into_iter().filter(keeps).collect();
            list.tokens = quote!(#(#kept),*);
        }
    }
}

/// Drops what typify implements for the variants of an enum one by one, where that gets one more.
pub(crate) fn drop_impls(types: &mut Vec<Item>, opened: &BTreeSet<String>) {
    let dropped = ["Display", "FromStr", "TryFrom"];
    types.retain(|item| match item {
        Item::Impl(item) => match impl_of(item) {
            (Some(of), Some(name)) => !(opened.contains(&name) && dropped.contains(&of.as_str())),
            _ => true,
        },
        _ => true,
    });
}

fn said_of(variant: &Variant) -> String {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match last_name(&fields.unnamed[0].ty) {
            Some(name) => format!("A `{name}`."),
            None => format!("`{}`.", variant.ident),
        },
        _ => format!("`{}`.", variant.ident),
    }
}
