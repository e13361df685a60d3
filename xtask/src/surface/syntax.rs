//! What a surface says of an item, from its syntax.

use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Item, Visibility};

use super::{Kind, Shape};

pub(super) fn strip_reference(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Reference(reference) => strip_reference(&reference.elem),
        other => other,
    }
}

pub(super) fn shape(kind: Kind, text: &str) -> Shape {
    Shape { kind, text: text.to_owned(), derives: Vec::new(), non_exhaustive: false, feature: None }
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

pub(super) fn is_non_exhaustive(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("non_exhaustive"))
}

pub(super) fn is_test(item: &Item) -> bool {
    name_of(item).is_some_and(|(_, _, attrs)| {
        attrs.iter().any(|attr| attr.path().is_ident("cfg") && attr.to_token_stream().to_string().contains("(test)"))
    })
}

/// `x` of `#[cfg(feature = "x")]`.
pub(super) fn feature(attrs: &[Attribute]) -> Option<String> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).find_map(|attr| {
        let mut found = None;
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("feature") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            }
            Ok(())
        });
        found
    })
}

/// All derived traits; those behind a feature with its name.
pub(super) fn derives(attrs: &[Attribute]) -> Vec<String> {
    let mut all = Vec::new();
    for attr in attrs {
        let text = text(attr);
        let inside =
            |text: &str| -> Option<String> { Some(text.split_once("derive(")?.1.split_once(')')?.0.to_owned()) };
        let Some(list) = inside(&text) else { continue };
        let behind = text.split_once("feature = \"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name = name.rsplit("::").next().unwrap_or(name);
            all.push(match behind {
                Some(feature) => format!("{name} if {feature}"),
                None => name.to_owned(),
            });
        }
    }
    all.sort();
    all
}

/// Syntax as a person writes it, without the paths of the standard library's and other crates' types.
pub(super) fn text(syntax: &(impl ToTokens + ?Sized)) -> String {
    let tokens = syntax.to_token_stream();
    let tokens = match syn::parse2::<syn::Type>(tokens.clone()) {
        Ok(mut ty) => {
            Short.visit_type_mut(&mut ty);
            ty.to_token_stream()
        }
        Err(_) => match syn::parse2::<syn::Signature>(tokens.clone()) {
            Ok(mut signature) => {
                Short.visit_signature_mut(&mut signature);
                signature.to_token_stream()
            }
            Err(_) => match syn::parse2::<syn::FieldsUnnamed>(tokens.clone()) {
                Ok(mut fields) => {
                    Short.visit_fields_unnamed_mut(&mut fields);
                    fields.to_token_stream()
                }
                Err(_) => tokens,
            },
        },
    };
    tidy(&tokens.to_string())
}

pub(super) struct Short;

impl VisitMut for Short {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let foreign = path.leading_colon.is_some()
            || path.segments.first().is_some_and(|s| s.ident == "std" || s.ident == "crate");
        if foreign && let Some(last) = path.segments.last().cloned() {
            *path = last.into();
        }
    }
}

/// Token text with the spaces that a person leaves.
pub(super) fn tidy(text: &str) -> String {
    let mut out = text.to_owned();
    for (from, to) in [
        (" :: ", "::"),
        (" < ", "<"),
        (" > ", "> "),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :", ":"),
        ("& ", "&"),
        (":: ", "::"),
        ("' ", "'"),
        (",)", ")"),
        (", >", ">"),
        ("# [", "#["),
        (" ;", ";"),
    ] {
        out = out.replace(from, to);
    }
    out.replace("->", " -> ")
        .replace("  ", " ")
        .replace("where", "where ")
        .replace("  ", " ")
        .trim()
        .trim_end_matches(',')
        .to_owned()
}
