//! Checks of what is sent: the limits that the spec has, looked at before the request leaves.
//!
//! before: `types::CreateBackupBody`, and the note `min=1;max=1000` of its `retention_value`
//! after:  `impl crate::runtime::check::Check for CreateBackupBody`, which refuses 0 by name

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit::Visit;
use syn::{Ident, Item, Type};

use super::directions::{Directions, names_in};
use super::notes::{Limit, Limits};

/// The calls that hold a value to its limits, and those that hold what is in it to theirs.
pub(crate) fn calls(limits: &Limits) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let call = |limit: &Limit| {
        let (method, number) = (format_ident!("{}", limit.bound.method()), limit.number.parse::<f64>().ok()?);
        Some(quote!(.#method(#number)))
    };
    let (each, own): (Vec<_>, Vec<_>) = limits.iter().partition(|limit| limit.is_of_each);
    (own.into_iter().filter_map(call).collect(), each.into_iter().filter_map(call).collect())
}

/// Writes `Check` for what is sent and has limits, itself or in what it holds.
pub(crate) fn add(
    types: &mut Vec<Item>,
    limits: &BTreeMap<String, Vec<(Ident, Type, Limits)>>,
    directions: &Directions,
) -> BTreeSet<String> {
    let sent = || limits.iter().filter(|(name, _)| directions.request.contains(*name));
    // In whatever list, map or box.
    let holds = |ty: &Type, checked: &BTreeSet<String>| !names_in(|names| names.visit_type(ty)).is_disjoint(checked);
    let mut checked: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = checked.len();
        for (name, fields) in sent() {
            let needs = fields.iter().any(|(_, ty, limits)| !limits.is_empty() || holds(ty, &checked));
            if needs {
                checked.insert(name.clone());
            }
        }
        if checked.len() == before {
            break;
        }
    }
    for (name, fields) in sent().filter(|(name, _)| checked.contains(*name)) {
        let name = format_ident!("{name}");
        let lines = fields.iter().filter_map(|(field, ty, limits)| {
            let label = field.to_string();
            if limits.is_empty() {
                return holds(ty, &checked).then(|| quote!(crate::runtime::check::inside(#label, &self.#field)?;));
            }
            let (own, each) = calls(limits);
            let own = (!own.is_empty())
                .then(|| quote!(crate::runtime::check::value(#label, &self.#field) #(#own)* .done()?;));
            let each = (!each.is_empty())
                .then(|| quote!(crate::runtime::check::each(#label, &self.#field, |value| value #(#each)*)?;));
            let inside = holds(ty, &checked).then(|| quote!(crate::runtime::check::inside(#label, &self.#field)?;));
            Some(quote!(#own #each #inside))
        });
        types.push(syn::parse_quote! {
            impl crate::runtime::check::Check for #name {
                fn check(&self) -> ::std::result::Result<(), ::std::string::String> {
                    #(#lines)*
                    Ok(())
                }
            }
        });
    }
    checked
}
