//! Small helpers to read and write Rust syntax.

use syn::punctuated::Punctuated;
use syn::{
    Attribute, GenericArgument, Ident, ImplItem, ImplItemFn, Item, ItemImpl, ItemMod, PathArguments, Token, Type,
};

use super::Error;
use super::prose::visible;

/// The module of the calls. progenitor calls it `builder`, as typify calls the one of the builders of types.
pub(crate) const CALLS: &str = "calls";

/// The items of the module `name` among `items`.
pub(crate) fn module<'a>(items: &'a [Item], name: &str) -> Option<&'a Vec<Item>> {
    items.iter().find_map(|item| match item {
        Item::Mod(ItemMod { ident, content: Some((_, items)), .. }) if ident == name => Some(items),
        _ => None,
    })
}

/// The items of the module `name` among `items`, to change.
pub(crate) fn module_mut<'a>(items: &'a mut [Item], name: &str) -> Option<&'a mut Vec<Item>> {
    items.iter_mut().find_map(|item| match item {
        Item::Mod(ItemMod { ident, content: Some((_, items)), .. }) if ident == name => Some(items),
        _ => None,
    })
}

/// The last name of a type's path: `Backup` for `types::Backup`.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|s| &s.ident),
        _ => None,
    }
}

/// `T` of `Name<T, …>`, where the type is that.
pub(crate) fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    (last.ident == name).then_some(())?;
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// What the impl is for, and of which trait: `(Some("Display"), "Backup")`.
pub(crate) fn impl_of(item: &ItemImpl) -> (Option<String>, Option<String>) {
    let of = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    (of.map(|s| s.ident.to_string()), last_name(&item.self_ty).map(Ident::to_string))
}

/// The text of an item's `#[doc]` attributes.
pub(crate) fn doc_of(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Replaces an item's documentation.
pub(crate) fn set_doc(attrs: &mut Vec<Attribute>, text: &str) {
    attrs.retain(|attr| !attr.path().is_ident("doc"));
    // A leading space, as `///` leaves one.
    let text = visible(text);
    let text = text.trim().lines().map(|line| format!(" {}", line.trim_end()));
    for line in text.rev().collect::<Vec<_>>() {
        attrs.insert(0, syn::parse_quote!(#[doc = #line]));
    }
}

/// The function of progenitor's that sends an operation: a parameter's setter may have the same name.
pub(crate) fn as_send(item: &ImplItem) -> Option<&ImplItemFn> {
    match item {
        ImplItem::Fn(function) if function.sig.ident == "send" && function.sig.asyncness.is_some() => Some(function),
        _ => None,
    }
}

/// The functions of an impl.
pub(crate) fn functions(item: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    item.items.iter().filter_map(|item| if let ImplItem::Fn(function) = item { Some(function) } else { None })
}

/// What is said where progenitor's code has not what it should have.
pub(crate) fn missing(what: &str) -> Error {
    Error::Shape(format!("{what} is missing"))
}

/// `x` of `#[serde(rename = "x")]`.
pub(crate) fn rename_of(attrs: &[Attribute]) -> Option<String> {
    let mut found = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // What else may stand there does not matter, so what is left unread is not an error.
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            }
            Ok(())
        });
    }
    found
}

/// The name of the setter that takes an `Option`, and the one of the plain setter as people say it.
pub(crate) fn option_setter(field: &Ident) -> (Ident, String) {
    let plain = field.to_string();
    let plain = plain.trim_start_matches("r#");
    (quote::format_ident!("set_{}", plain.trim_matches('_')), plain.to_owned())
}

/// What an attribute says to serde; nothing, where it is for something else.
pub(crate) fn serde_metas(attr: &Attribute) -> Option<Punctuated<syn::Meta, Token![,]>> {
    attr.parse_args_with(Punctuated::parse_terminated).ok().filter(|_| attr.path().is_ident("serde"))
}

/// Whether an attribute says a word to serde.
pub(crate) fn says_to_serde(attr: &Attribute, word: &str) -> bool {
    serde_metas(attr).iter().flatten().any(|meta| meta.path().is_ident(word))
}

/// Keeps what a field says to serde where that is wanted, and tells whether anything went.
pub(crate) fn retain_serde_metas(field: &mut syn::Field, is_wanted: impl Fn(&syn::Meta) -> bool) -> bool {
    let mut went = false;
    field.attrs.retain_mut(|attr| {
        let Some(metas) = serde_metas(attr) else { return true };
        let (kept, gone): (Vec<_>, Vec<_>) = metas.into_iter().partition(&is_wanted);
        if !gone.is_empty() {
            went = true;
            *attr = syn::parse_quote!(#[serde(#(#kept),*)]);
        }
        // An attribute that says nothing any more.
        !kept.is_empty()
    });
    went
}

/// Whether a trait is derived.
pub(crate) fn derives(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().filter_map(derived).flatten().any(|path| is_named(&path, name))
}

/// Derives some traits no more.
pub(crate) fn underive(attrs: &mut [Attribute], names: &[&str]) {
    for attr in attrs {
        let Some(paths) = derived(attr) else { continue };
        let others = paths.into_iter().filter(|path| !names.iter().any(|name| is_named(path, name)));
        *attr = syn::parse_quote!(#[derive(#(#others),*)]);
    }
}

/// The traits of a `#[derive(…)]`.
fn derived(attr: &Attribute) -> Option<Punctuated<syn::Path, Token![,]>> {
    let is_derive = attr.path().is_ident("derive");
    is_derive.then(|| attr.parse_args_with(Punctuated::parse_terminated).ok()).flatten()
}

fn is_named(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}
