//! Features: what only some operations reach is compiled where one of them is wanted.
//!
//! before: `pub struct Keyspace { … }`, `impl Client { pub fn list_keyspaces(&self) … }`
//! after:  `#[cfg(feature = "keyspaces")] pub struct Keyspace { … }`, and the same of the function

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Attribute, Item, ItemMod};

use super::answers::drop_unreached;
use super::directions::reach;
use super::document::{FEATURE, reached};
use super::model::Operation;
use super::rust::impl_of;

/// Leaves the operations whose feature is wanted, those that are behind none, and what they reach.
pub(crate) fn select(document: &mut Value, wants: &dyn Fn(&str) -> bool) {
    let before = reached(document);
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in items.into_iter().flat_map(|items| items.values_mut()).filter_map(Value::as_object_mut) {
        item.retain(|_, operation| operation.get(FEATURE).and_then(Value::as_str).is_none_or(wants));
    }
    drop_unreached(document, &before);
}

/// Has every type compiled with the features alone whose operations reach it, and what is about it. `graph` is which types
/// hold which.
pub(crate) fn gate(types: &mut [Item], model: &[Operation<'_>], graph: &BTreeMap<String, BTreeSet<String>>) {
    let mut reached: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for operation in model {
        let named: BTreeSet<String> = operation.sent().chain(operation.received()).collect();
        for name in reach(graph, named.clone()).into_iter().chain(named) {
            reached.entry(name).or_default().insert(operation.described.feature.clone());
        }
    }
    let gates = reached.into_iter().filter_map(|(name, by)| Some((name, by.into_iter().collect::<Option<_>>()?)));
    put_all(types, &gates.collect());
}

/// Has items compiled with the features of what they are about, and those of the modules among them. What has none is
/// always there.
fn put_all(items: &mut [Item], gates: &BTreeMap<String, BTreeSet<String>>) {
    for item in items {
        if let Item::Mod(ItemMod { content: Some((_, inner)), .. }) = item {
            put_all(inner, gates);
        }
        put(item, owner(item).and_then(|owner| gates.get(&owner)).into_iter().flatten());
    }
}

/// Has an item compiled with one of some features.
pub(crate) fn put<'a>(item: &mut Item, features: impl Iterator<Item = &'a String>) {
    if let Some(attrs) = attributes(item) {
        attrs.extend(condition(features));
    }
}

/// The type that an item is, or is about.
fn owner(item: &Item) -> Option<String> {
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
