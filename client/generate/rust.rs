//! Small helpers to read and write Rust syntax.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{
    Attribute, Expr, GenericArgument, Ident, ImplItem, ImplItemFn, Item, ItemImpl, ItemMod, Lit, Meta, MetaNameValue,
    PathArguments, Token, Type,
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

/// The text of `name = "text"`.
fn text_of(meta: &Meta, name: &str) -> Option<String> {
    let Meta::NameValue(MetaNameValue { path, value: Expr::Lit(value), .. }) = meta else { return None };
    if let Lit::Str(text) = &value.lit { path.is_ident(name).then(|| text.value()) } else { None }
}

/// The text of an item's `#[doc]` attributes.
pub(crate) fn doc_of(attrs: &[Attribute]) -> String {
    attrs.iter().filter_map(|attr| text_of(&attr.meta, "doc")).collect::<Vec<_>>().join("\n")
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

/// What attributes say to serde.
fn said_to_serde(attrs: &[Attribute]) -> impl Iterator<Item = Meta> {
    let serde = attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    serde.flat_map(|attr| attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)).flatten()
}

/// `x` of `#[serde(rename = "x")]`.
pub(crate) fn rename_of(attrs: &[Attribute]) -> Option<String> {
    said_to_serde(attrs).find_map(|meta| text_of(&meta, "rename"))
}

/// Whether attributes say a word to serde.
pub(crate) fn says_to_serde(attrs: &[Attribute], word: &str) -> bool {
    said_to_serde(attrs).any(|meta| meta.path().is_ident(word))
}

/// The name of the setter that takes an `Option`, and the one of the plain setter as people say it.
pub(crate) fn option_setter(field: &Ident) -> (Ident, String) {
    let plain = field.to_string();
    let plain = plain.trim_start_matches("r#");
    (quote::format_ident!("set_{}", plain.trim_matches('_')), plain.to_owned())
}

/// Derives some traits no more.
pub(crate) fn underive(attrs: &mut [Attribute], names: &[&str]) {
    for attr in attrs {
        let paths = attr.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
        let Some(paths) = paths.ok().filter(|_| attr.path().is_ident("derive")) else { continue };
        let is_kept =
            |path: &syn::Path| path.segments.last().is_none_or(|last| !names.iter().any(|name| last.ident == name));
        let others = paths.into_iter().filter(is_kept);
        *attr = syn::parse_quote!(#[derive(#(#others),*)]);
    }
}

/// The types of the document that something names: the first names of its paths, as all types are in one module.
pub(crate) fn names_in(visit: impl FnOnce(&mut Names)) -> BTreeSet<String> {
    let mut names = Names::default();
    visit(&mut names);
    names.0
}

#[derive(Default)]
pub(crate) struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let is_module = |name: &&Ident| ["self", "super", "types"].iter().any(|it| *name == it);
        let mut names = path.segments.iter().map(|segment| &segment.ident).skip_while(is_module);
        self.0.extend(names.next().filter(|_| path.leading_colon.is_none()).map(ToString::to_string));
        syn::visit::visit_path(self, path);
    }
}

/// Files of Rust, by their names without the end.
///
/// # Errors
/// Where one is none.
pub(crate) fn parsed(files: &[(String, String)]) -> Result<Vec<(String, syn::File)>, Error> {
    let parse = |(name, text): &(String, String)| {
        let file = syn::parse_file(text).map_err(|e| Error::Shape(format!("{name} is not a Rust file: {e}")))?;
        Ok((name.trim_end_matches(".rs").to_owned(), file))
    };
    files.iter().map(parse).collect()
}
