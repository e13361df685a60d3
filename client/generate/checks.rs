//! Checks of what is sent: the limits that the spec has, looked at before the request leaves.
//!
//! before: `Field { name: retention_value, limits: [min 1, max 1000], … }` of `CreateBackupBody`
//! after:  `impl crate::runtime::check::Check for CreateBackupBody`, which refuses 0 by name

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit::Visit;
use syn::{Item, Type};

use super::directions::Directions;
use super::limits::{Limit, Limits};
use super::rust::names_in;
use super::shapes::{Field, Shape};

/// The calls that hold a value to its limits, and those that hold what is in it to theirs.
pub(crate) fn calls(limits: &Limits) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let call = |limit: &Limit| {
        let (method, number) = (format_ident!("{}", limit.bound), limit.number.parse::<f64>().ok()?);
        Some(quote!(.#method(#number)))
    };
    let (each, own): (Vec<_>, Vec<_>) = limits.iter().partition(|limit| limit.is_of_each);
    (own.into_iter().filter_map(call).collect(), each.into_iter().filter_map(call).collect())
}

/// `Check` for what is sent and has limits, itself or in what it holds; and the names of these types.
pub(crate) fn items(shapes: &[Shape], directions: &Directions) -> (Vec<Item>, BTreeSet<String>) {
    let sent = || {
        let objects = shapes.iter().filter_map(|shape| Some((&shape.name, shape.object()?)));
        objects.filter(|(name, _)| directions.request.contains(&name.to_string()))
    };
    // In whatever list, map or box.
    let holds = |ty: &Type, checked: &BTreeSet<String>| !names_in(|names| names.visit_type(ty)).is_disjoint(checked);
    let mut checked: BTreeSet<String> = BTreeSet::new();
    loop {
        let needs = |field: &Field| !field.limits.is_empty() || holds(&field.ty, &checked);
        let found = sent().filter(|(_, object)| object.fields.iter().any(needs)).map(|(name, _)| name.to_string());
        let found: BTreeSet<String> = found.collect();
        if found == checked {
            break;
        }
        checked = found;
    }
    let impls = sent().filter(|(name, _)| checked.contains(&name.to_string())).map(|(name, object)| {
        let lines = object.fields.iter().filter_map(|Field { name, ty, limits, .. }| {
            let label = name.to_string();
            let (own, each) = calls(limits);
            let own =
                (!own.is_empty()).then(|| quote!(crate::runtime::check::value(#label, &self.#name) #(#own)* .done()?;));
            let each = (!each.is_empty())
                .then(|| quote!(crate::runtime::check::each(#label, &self.#name, |value| value #(#each)*)?;));
            let inside = holds(ty, &checked).then(|| quote!(crate::runtime::check::inside(#label, &self.#name)?;));
            (own.is_some() || each.is_some() || inside.is_some()).then(|| quote!(#own #each #inside))
        });
        syn::parse_quote! {
            impl crate::runtime::check::Check for #name {
                fn check(&self) -> ::std::result::Result<(), ::std::string::String> {
                    #(#lines)*
                    Ok(())
                }
            }
        }
    });
    let impls = impls.collect();
    (impls, checked)
}
