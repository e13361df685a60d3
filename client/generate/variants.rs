//! Names of an enum's values that say what they are.
//!
//! before: `enum Period { #[serde(rename = "15m")] X15m, … }`, `enum Metric { PlanetscaleCpu, PlanetscaleMemory }`
//! after:  `enum Period { #[serde(rename = "15m")] M15, … }`, `enum Metric { Cpu, Memory }`: a number stands behind its
//!         unit, and a prefix that says nothing is left out
//!
//! The prefix is written in the document (`x-value-prefix`, by our overlay) rather than found: a value without it that the
//! vendor adds would otherwise rename all others.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Item, Path};

use super::rust::rename_of;

/// The keyword with what the names of an enum's values leave out.
const PREFIX: &str = "x-value-prefix";

/// Renames the values of all enums of texts.
pub(crate) fn rename(types: &mut [Item], document: &Value) {
    let prefix_of = |name: &str| document.pointer("/components/schemas")?.get(name)?.get(PREFIX)?.as_str();
    let mut renamed: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for item in types.iter_mut() {
        let Item::Enum(item) = item else { continue };
        if item.variants.iter().any(|variant| !variant.fields.is_empty()) {
            continue;
        }
        let value_of = |variant: &syn::Variant| rename_of(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
        let values: Vec<(String, String)> =
            item.variants.iter().map(|variant| (variant.ident.to_string(), value_of(variant))).collect();
        let names = better(&values, prefix_of(&item.ident.to_string()).unwrap_or_default());
        for variant in &mut item.variants {
            if let Some(name) = names.get(&variant.ident.to_string()) {
                let value = value_of(variant);
                variant.attrs.retain(|attr| !attr.path().is_ident("serde"));
                variant.attrs.push(syn::parse_quote!(#[serde(rename = #value)]));
                variant.ident = Ident::new(name, variant.ident.span());
            }
        }
        if !names.is_empty() {
            renamed.insert(item.ident.to_string(), names);
        }
    }
    for item in types.iter_mut() {
        let of = if let Item::Impl(item) = &*item { super::rust::impl_of(item).1 } else { None };
        Renaming { renamed: &renamed, of }.visit_item_mut(item);
    }
}

/// Better names for the values of an enum, by what they are called.
fn better(values: &[(String, String)], prefix: &str) -> BTreeMap<String, String> {
    let name = |value: &str| -> Option<String> {
        let digits = value.chars().take_while(char::is_ascii_digit).count();
        let unit = &value[digits..];
        if digits > 0 && !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphabetic()) {
            return Some(format!("{}{}", unit.to_upper_camel_case(), &value[..digits]));
        }
        Some(value.strip_prefix(prefix).filter(|_| !prefix.is_empty())?.to_upper_camel_case())
    };
    let mut taken: BTreeSet<String> = ["Self", "Err", "Error", "Ok", "None", "Some"].map(str::to_owned).into();
    taken.extend(values.iter().map(|(old, _)| old.clone()));
    // One that would have another's name, or none that is a name, keeps its own.
    let mut is_free = |name: &String| name.starts_with(|c: char| c.is_ascii_alphabetic()) && taken.insert(name.clone());
    let named = values.iter().filter_map(|(old, value)| Some((old.clone(), name(value).filter(&mut is_free)?)));
    named.collect()
}

struct Renaming<'r> {
    renamed: &'r BTreeMap<String, BTreeMap<String, String>>,
    /// What `Self` is.
    of: Option<String>,
}

impl VisitMut for Renaming<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        let length = path.segments.len();
        if length > 1 {
            let owner = path.segments[length - 2].ident.to_string();
            let owner = if owner == "Self" { self.of.clone() } else { Some(owner) };
            let last = &mut path.segments[length - 1].ident;
            if let Some(name) = owner.and_then(|owner| self.renamed.get(&owner)?.get(&last.to_string())) {
                *last = Ident::new(name, last.span());
            }
        }
        visit_mut::visit_path_mut(self, path);
    }
}
