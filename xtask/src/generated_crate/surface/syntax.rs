//! What a surface says of an item, from its syntax.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Generics, Item, Meta, Token, Visibility, parse_quote};

use super::{Features, Kind, PublicItem};

pub(super) fn strip_reference(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Reference(reference) => strip_reference(&reference.elem),
        other => other,
    }
}

pub(super) fn shape(kind: Kind, text: &str) -> PublicItem {
    PublicItem {
        kind,
        text: text.to_owned(),
        derives: Vec::new(),
        non_exhaustive: false,
        denies_unknown_fields: false,
        feature: None,
    }
}

pub(super) fn name_of(item: &Item) -> Option<(String, &Visibility, &[Attribute])> {
    Some(match item {
        Item::Struct(i) => (i.ident.to_string(), &i.vis, &i.attrs),
        Item::Enum(i) => (i.ident.to_string(), &i.vis, &i.attrs),
        Item::Fn(i) => (i.sig.ident.to_string(), &i.vis, &i.attrs),
        Item::Const(i) => (i.ident.to_string(), &i.vis, &i.attrs),
        Item::Type(i) => (i.ident.to_string(), &i.vis, &i.attrs),
        Item::Trait(i) => (i.ident.to_string(), &i.vis, &i.attrs),
        Item::Mod(i) => (i.ident.to_string(), &i.vis, &i.attrs),
        _ => return None,
    })
}

pub(super) fn denies_unknown_fields(attrs: &[Attribute]) -> bool {
    let denies = |attr: &Attribute| {
        let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        metas.is_ok_and(|metas| metas.iter().any(|meta| meta.path().is_ident("deny_unknown_fields")))
    };
    attrs.iter().filter(|attr| attr.path().is_ident("serde")).any(denies)
}

pub(super) fn is_non_exhaustive(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("non_exhaustive"))
}

pub(super) fn is_test(item: &Item) -> bool {
    let is_test = |attr: &Attribute| {
        attr.path().is_ident("cfg") && attr.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    };
    name_of(item).is_some_and(|(_, _, attrs)| attrs.iter().any(is_test))
}

/// What `#[cfg(…)]`s say of features.
pub(super) fn feature(attrs: &[Attribute]) -> Option<Features> {
    let conditions = attrs.iter().filter(|attr| attr.path().is_ident("cfg")).filter_map(|attr| attr.parse_args().ok());
    conditions.filter_map(|condition| feature_of(&condition)).reduce(Features::and)
}

/// `x` of `feature = "x"`, and `x or y` of `any(feature = "x", feature = "y")`.
fn feature_of(condition: &Meta) -> Option<Features> {
    match condition {
        Meta::NameValue(pair) if pair.path.is_ident("feature") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) => Some(Features::of(name.value())),
            _ => None,
        },
        Meta::List(list) if list.path.is_ident("any") => {
            let all = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            all.iter().map(feature_of).collect::<Option<Vec<_>>>()?.into_iter().reduce(Features::or)
        }
        _ => None,
    }
}

/// All derived traits, each with the feature that it is behind.
pub(super) fn derives(attrs: &[Attribute]) -> Vec<(syn::Path, Option<Features>)> {
    let mut all = Vec::new();
    let list = Punctuated::<syn::Path, Token![,]>::parse_terminated;
    for attr in attrs {
        match &attr.meta {
            Meta::List(meta) if meta.path.is_ident("derive") => {
                let traits = list.parse2(meta.tokens.clone()).unwrap_or_default();
                all.extend(traits.into_iter().map(|of| (of, None)));
            }
            Meta::List(meta) if meta.path.is_ident("cfg_attr") => {
                let parts = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(meta.tokens.clone());
                let mut parts = parts.unwrap_or_default().into_iter();
                let behind = parts.next().and_then(|condition| feature_of(&condition));
                let lists = parts.filter_map(|part| part.require_list().ok().cloned());
                for meta in lists.filter(|meta| meta.path.is_ident("derive")) {
                    let traits = list.parse2(meta.tokens).unwrap_or_default();
                    all.extend(traits.into_iter().map(|of| (of, behind.clone())));
                }
            }
            _ => {}
        }
    }
    all
}

/// A type as a person writes it.
pub(super) fn printed_type(ty: &syn::Type) -> String {
    let mut item: syn::ItemType = parse_quote!(
        type T = ();
    );
    *item.ty = ty.clone();
    printed(Item::Type(item), "type T = ", ";")
}

/// A path as a person writes it.
pub(super) fn printed_path(path: &syn::Path) -> String {
    printed_type(&syn::Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: path.clone() }))
}

/// A signature as a person writes it.
pub(super) fn printed_signature(signature: &syn::Signature) -> String {
    let mut item: syn::ItemFn = parse_quote!(
        fn f() {}
    );
    item.sig = signature.clone();
    printed(Item::Fn(item), "", "{}")
}

/// Generic parameters as a person writes them, angles included.
pub(super) fn printed_generics(generics: &Generics) -> String {
    printed(parse_quote!(struct S #generics;), "struct S", ";")
}

/// The traits that a trait has above it.
pub(super) fn printed_bounds(bounds: &Punctuated<syn::TypeParamBound, Token![+]>) -> String {
    match bounds.is_empty() {
        true => String::new(),
        false => printed(parse_quote!(trait T: #bounds {}), "trait T: ", "{}"),
    }
}

/// Rust as prettyplease prints it, on one line, without what had to be put around it.
fn printed(item: Item, before: &str, after: &str) -> String {
    let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
    let text = prettyplease::unparse(&file);
    let mut line = String::with_capacity(text.len());
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        // A list that was broken into lines has a comma at its end.
        let closes = part.starts_with([')', '>', ']']);
        if closes && line.ends_with(',') {
            line.pop();
        }
        if !(closes || line.is_empty() || line.ends_with(['(', '<', '['])) {
            line.push(' ');
        }
        line.push_str(part);
    }
    let line = line.strip_prefix(before).unwrap_or(&line);
    let line = line.strip_suffix(after).unwrap_or(line);
    line.trim().trim_end_matches(',').to_owned()
}
