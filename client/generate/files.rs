//! Files: what one feature alone reaches stands in a file of its own, which nobody reads without it.
//!
//! before: `pub mod types { #[cfg(feature = "keyspaces")] pub struct Keyspace … }`
//! after:  `#[cfg(feature = "keyspaces")] mod keyspaces; pub mod types { pub use super::keyspaces::types::*; … }`, and in
//!         `keyspaces.rs`: `pub mod types { pub struct Keyspace … }`
//!
//! What several features reach is in `shared.rs`, and what is always there in `client.rs`.

use std::collections::{BTreeMap, BTreeSet};

use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, ImplItem, Item, ItemMod, Meta};

use super::features::{attributes, condition};
use super::prose::capitalized;
use super::rust::{CALLS, doc_of, last_name, module, module_mut, set_doc};

/// The file of what is always there, which names the others.
pub(crate) const ROOT: &str = "client";

/// The file of what several features reach.
const SHARED: &str = "shared";

/// The parts of a file of code, by the names of their files.
#[derive(Default)]
struct Parts {
    items: BTreeMap<String, Vec<Item>>,
    /// The features that each file is for.
    features: BTreeMap<String, BTreeSet<String>>,
}

/// Takes a file of code apart.
pub(crate) fn split(file: syn::File) -> Vec<(String, syn::File)> {
    let mut parts = Parts::default();
    let mut root = parts.sorted(file.items, &mut Vec::new());
    for (name, features) in &parts.features {
        let (condition, module) = (condition(features.iter()), format_ident!("{name}"));
        root.push(syn::parse_quote!(#condition mod #module;));
        for path in [&["types"][..], &["types", "builder"], &[CALLS]] {
            if parts.items.get(name).and_then(|items| inner(items, path)).is_none() {
                continue;
            }
            let names = path.iter().map(|name| format_ident!("{name}"));
            let up = path.iter().map(|_| quote!(super::));
            let reexport = syn::parse_quote!(#condition pub use #(#up)* #module #(::#names)*::*;);
            if let Some(items) = inner_mut(&mut root, path) {
                items.push(reexport);
            }
        }
    }
    let of_features = parts.items.into_iter().map(|(name, items)| (name, with_uses(items)));
    let root = (ROOT.to_owned(), syn::File { items: root, ..file });
    std::iter::once(root).chain(of_features).collect()
}

impl Parts {
    /// Puts items where they belong, and returns those that are always there. `path` is the modules that they are in.
    fn sorted(&mut self, items: Vec<Item>, path: &mut Vec<ItemMod>) -> Vec<Item> {
        let mut always = Vec::new();
        for mut item in items {
            match item {
                Item::Mod(mut module) => {
                    let Some((brace, items)) = module.content.take() else { continue };
                    path.push(module);
                    let items = self.sorted(items, path);
                    if let Some(mut module) = path.pop() {
                        module.content = Some((brace, items));
                        always.push(Item::Mod(module));
                    }
                }
                Item::Impl(mut of) if path.is_empty() => {
                    let (gated, plain) = of.items.drain(..).partition::<Vec<_>, _>(|item| !gate_of(item).is_empty());
                    for mut item in gated {
                        let gate = gate_of(&item);
                        if let (ImplItem::Fn(function), 1) = (&mut item, gate.len()) {
                            function.attrs.retain(|attr| features_of(attr).is_empty());
                        }
                        let mut alone = of.clone();
                        if let (Some(feature), 1) = (gate.first(), gate.len()) {
                            entitle(&mut alone.attrs, feature);
                        }
                        alone.items.push(item);
                        self.put(gate, Item::Impl(alone), path);
                    }
                    of.items = plain;
                    always.push(Item::Impl(of));
                }
                _ => {
                    let attrs = attributes(&mut item).map(std::mem::take).unwrap_or_default();
                    let gate: BTreeSet<String> = attrs.iter().flat_map(features_of).collect();
                    let kept =
                        attrs.into_iter().filter(|attr| gate.len() > 1 || features_of(attr).is_empty()).collect();
                    if let Some(attrs) = attributes(&mut item) {
                        *attrs = kept;
                    }
                    match gate.is_empty() {
                        true => always.push(item),
                        false => self.put(gate, item, path),
                    }
                }
            }
        }
        always
    }

    fn put(&mut self, gate: BTreeSet<String>, item: Item, path: &[ItemMod]) {
        let only = gate.first().filter(|_| gate.len() == 1);
        let name = only.map_or_else(|| SHARED.to_owned(), |name| name.replace('-', "_"));
        self.features.entry(name.clone()).or_default().extend(gate);
        let mut items = self.items.entry(name).or_default();
        for module in path {
            let there = items.iter().position(|item| matches!(item, Item::Mod(it) if it.ident == module.ident));
            let at = there.unwrap_or_else(|| {
                items.push(Item::Mod(ItemMod {
                    content: Some((syn::token::Brace::default(), Vec::new())),
                    ..module.clone()
                }));
                items.len() - 1
            });
            let Item::Mod(ItemMod { content: Some((_, inner)), .. }) = &mut items[at] else { return };
            items = inner;
        }
        // Functions of the client stay together, and those of a handle.
        match (items.last_mut(), item) {
            (Some(Item::Impl(last)), Item::Impl(item))
                if path.is_empty() && own(last).is_some() && own(last) == own(&item) =>
            {
                last.items.extend(item.items);
            }
            (_, item) => items.push(item),
        }
    }
}

/// The heading of the operations that a feature is for: `deploy-requests` is `# Deploy requests`.
fn entitle(attrs: &mut Vec<Attribute>, feature: &str) {
    let title = format!("# {}", capitalized(&feature.replace('-', " ")));
    let doc = doc_of(attrs);
    if doc.contains("# Operations") {
        set_doc(attrs, doc.replace("# Operations", &title).trim());
    }
}

/// The items of a file of features, with what they name of others.
fn with_uses(mut items: Vec<Item>) -> syn::File {
    for item in &mut items {
        let Item::Mod(ItemMod { ident, content: Some((_, inner)), .. }) = item else { continue };
        match ident.to_string().as_str() {
            "types" => inner.insert(
                0,
                syn::parse_quote!(
                    use crate::generated::types::*;
                ),
            ),
            _ => inner.insert(
                0,
                syn::parse_quote!(
                    use crate::generated::types;
                ),
            ),
        }
    }
    if items.iter().any(|item| matches!(item, Item::Impl(of) if is_of_client(of))) {
        items.insert(
            0,
            syn::parse_quote!(
                use crate::client::Client;
            ),
        );
    }
    syn::parse_quote!(#(#items)*)
}

/// Puts a file of code together again.
pub(crate) fn join(files: Vec<(String, syn::File)>) -> syn::File {
    let mut whole: syn::File = syn::parse_quote!();
    let mut gates: BTreeMap<String, Attribute> = BTreeMap::new();
    let (root, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name == ROOT);
    for item in root.into_iter().flat_map(|(_, file)| file.items) {
        match item {
            Item::Mod(ItemMod { ident, content: None, attrs, .. }) => {
                gates.extend(attrs.into_iter().next().map(|gate| (ident.to_string(), gate)));
            }
            item => whole.items.push(item),
        }
    }
    without_reexports(&mut whole.items);
    for (name, file) in others {
        let gate = gates.get(&name).filter(|gate| features_of(gate).len() == 1 && name != SHARED);
        add(&mut whole.items, file.items, gate, true);
    }
    whole
}

fn without_reexports(items: &mut Vec<Item>) {
    items.retain_mut(|item| match item {
        Item::Mod(ItemMod { content: Some((_, inner)), .. }) => {
            without_reexports(inner);
            true
        }
        Item::Use(item) => !item.tree.to_token_stream().to_string().ends_with('*'),
        _ => true,
    });
}

/// Adds items to those of a module, behind a feature.
fn add(into: &mut Vec<Item>, items: Vec<Item>, gate: Option<&Attribute>, is_root: bool) {
    for mut item in items {
        match item {
            Item::Use(_) => {}
            Item::Mod(ItemMod { ident, content: Some((_, inner)), .. }) => {
                if let Some(there) = module_mut(into, &ident.to_string()) {
                    add(there, inner, gate, false);
                }
            }
            Item::Impl(mut of) if is_root && own(&of).is_some() => {
                for item in &mut of.items {
                    if let (ImplItem::Fn(function), Some(gate)) = (item, gate) {
                        function.attrs.push(gate.clone());
                    }
                }
                into.push(Item::Impl(of));
            }
            _ => {
                if let (Some(attrs), Some(gate)) = (attributes(&mut item), gate) {
                    attrs.push(gate.clone());
                }
                into.push(item);
            }
        }
    }
}

fn is_of_client(of: &syn::ItemImpl) -> bool {
    own(of).is_some_and(|name| name == "Client")
}

/// The type whose own functions these are.
fn own(of: &syn::ItemImpl) -> Option<&syn::Ident> {
    last_name(&of.self_ty).filter(|_| of.trait_.is_none())
}

/// The features of operations that an attribute has something compiled with.
fn features_of(attr: &Attribute) -> BTreeSet<String> {
    let mut features = BTreeSet::new();
    if attr.path().is_ident("cfg")
        && let Ok(condition) = attr.parse_args::<Meta>()
    {
        collect(&condition, &mut features);
    }
    features
}

fn collect(condition: &Meta, into: &mut BTreeSet<String>) {
    match condition {
        Meta::NameValue(pair) if pair.path.is_ident("feature") => {
            if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) = &pair.value
                && !["mock", "record", "schemars"].contains(&name.value().as_str())
            {
                into.insert(name.value());
            }
        }
        Meta::List(list) if list.path.is_ident("any") => {
            let all = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
            list.parse_args_with(all).iter().flatten().for_each(|condition| collect(condition, into));
        }
        _ => {}
    }
}

fn gate_of(item: &ImplItem) -> BTreeSet<String> {
    let ImplItem::Fn(function) = item else { return BTreeSet::new() };
    function.attrs.iter().flat_map(features_of).collect()
}

fn inner<'a>(items: &'a [Item], path: &[&str]) -> Option<&'a Vec<Item>> {
    let (first, rest) = path.split_first()?;
    let found = module(items, first)?;
    if rest.is_empty() { Some(found) } else { inner(found, rest) }
}

fn inner_mut<'a>(items: &'a mut [Item], path: &[&str]) -> Option<&'a mut Vec<Item>> {
    let (first, rest) = path.split_first()?;
    let found = module_mut(items, first)?;
    if rest.is_empty() { Some(found) } else { inner_mut(found, rest) }
}
