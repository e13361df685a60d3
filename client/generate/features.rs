//! Features: what only some operations reach is compiled where one of them is wanted.
//!
//! before: `pub struct Keyspace { … }`, `impl Client { pub fn list_keyspaces(&self) … }`
//! after:  `#[cfg(feature = "keyspaces")] pub struct Keyspace { … }`, and the same of the function

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item};

use super::Error;
use super::answers::drop_unreached;
use super::directions::reach;
use super::document::{FEATURE, reached};
use super::model::Operation;
use super::rust::{CALLS, impl_of, missing, module_mut};

/// Leaves the operations whose feature is wanted, those that are behind none, and what they reach.
pub(crate) fn select(document: &mut Value, wants: &dyn Fn(&str) -> bool) {
    let before = reached(document);
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in items.into_iter().flat_map(|items| items.values_mut()).filter_map(Value::as_object_mut) {
        item.retain(|_, operation| operation.get(FEATURE).and_then(Value::as_str).is_none_or(wants));
    }
    drop_unreached(document, &before);
}

/// Which features a type is for; none, where it is always there.
type Gates = BTreeMap<String, BTreeSet<String>>;

/// Has every item compiled with the features alone that reach it.
pub(crate) fn gate(file: &mut syn::File, model: &[Operation<'_>]) -> Result<(), Error> {
    let by = |name: fn(&Operation<'_>) -> String| -> BTreeMap<String, Option<String>> {
        model.iter().map(|operation| (name(operation), operation.described.feature.clone())).collect()
    };
    let calls = by(|operation| operation.call.to_string());
    let functions = by(|operation| operation.function.to_string());
    let types = module_mut(&mut file.items, "types").ok_or_else(|| missing("mod types"))?;
    let graph = graph(types);
    let builders = module_mut(&mut file.items, CALLS).ok_or_else(|| missing("mod calls"))?;
    let mut reached: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for item in builders.iter_mut() {
        let Some(feature) = owner(item).and_then(|owner| calls.get(&owner)) else { continue };
        for name in reach(&graph, names_in(item)) {
            reached.entry(name).or_default().insert(feature.clone());
        }
        put(item, feature.iter());
    }
    let gates: Gates =
        reached.into_iter().filter_map(|(name, by)| Some((name, by.into_iter().collect::<Option<_>>()?))).collect();
    let types = module_mut(&mut file.items, "types").ok_or_else(|| missing("mod types"))?;
    for item in types.iter_mut() {
        let inner = match item {
            Item::Mod(item) if item.ident == "builder" => item.content.as_mut().map(|(_, items)| items),
            _ => None,
        };
        match inner {
            Some(items) => items.iter_mut().for_each(|item| put_own(item, &gates)),
            None => put_own(item, &gates),
        }
    }
    for item in &mut file.items {
        let Item::Impl(item) = item else { continue };
        for item in &mut item.items {
            if let ImplItem::Fn(function) = item {
                let feature = functions.get(&function.sig.ident.to_string());
                function.attrs.extend(condition(feature.into_iter().flatten()));
            }
        }
    }
    Ok(())
}

/// Which types each type names.
fn graph(types: &[Item]) -> BTreeMap<String, BTreeSet<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in types {
        if let Some(owner) = owner(item) {
            graph.entry(owner).or_default().extend(names_in(item));
        }
    }
    graph
}

/// The type that an item is, or is about.
pub(crate) fn owner(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Impl(item) => impl_of(item).1,
        // `call!(GetBackup, …)`
        Item::Macro(item) => item.mac.tokens.clone().into_iter().next().map(|name| name.to_string()),
        _ => None,
    }
}

/// The first names of paths: types, if of types, as all of them are in one module.
fn names_in(item: &Item) -> BTreeSet<String> {
    #[derive(Default)]
    struct Names(BTreeSet<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            let is_module = |name: &&syn::Ident| ["self", "super", "types"].iter().any(|it| *name == it);
            let mut names = path.segments.iter().map(|segment| &segment.ident).skip_while(is_module);
            self.0.extend(names.next().map(ToString::to_string));
            visit::visit_path(self, path);
        }
    }
    let mut names = Names::default();
    names.visit_item(item);
    names.0
}

/// Has an item compiled with the features of the type that it is about.
fn put_own(item: &mut Item, gates: &Gates) {
    if let Some(owner) = owner(item) {
        put(item, gates.get(&owner).into_iter().flatten());
    }
}

fn put<'a>(item: &mut Item, features: impl Iterator<Item = &'a String>) {
    if let Some(attrs) = attributes(item) {
        attrs.extend(condition(features));
    }
}

/// What an item is marked with.
pub fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Enum(item) => Some(&mut item.attrs),
        Item::Type(item) => Some(&mut item.attrs),
        Item::Impl(item) => Some(&mut item.attrs),
        Item::Macro(item) => Some(&mut item.attrs),
        _ => None,
    }
}

/// `#[cfg(…)]` for one of the features; nothing, where there are none.
pub(crate) fn condition<'a>(features: impl Iterator<Item = &'a String>) -> Option<Attribute> {
    let features: Vec<TokenStream> = features.map(|feature| quote!(feature = #feature)).collect();
    match &features[..] {
        [] => None,
        [one] => Some(syn::parse_quote!(#[cfg(#one)])),
        several => Some(syn::parse_quote!(#[cfg(any(#(#several),*))])),
    }
}
