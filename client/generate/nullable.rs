//! Fields of a request that may be left out, and may be null: of these, typify forgets the null.
//!
//! before: `#[serde(skip_serializing_if = "Option::is_none")] pub note: Option<String>`
//! after:  `#[serde(default, skip_serializing_if = "crate::Nullable::is_unset")] pub note: crate::Nullable<String>`,
//!         and `set_note(self, value: impl Into<crate::Nullable<String>>)`, for which `None` is null

use syn::Field;

use super::rust::{argument, says_to_serde};

/// Hardens a field that may be null, where it may be left out, too.
pub(crate) fn keep_null(field: &mut Field) {
    let is_left_out = field.attrs.iter().any(|attr| says_to_serde(attr, "skip_serializing_if"));
    let Some(inner) = argument(&field.ty, "Option").filter(|_| is_left_out).cloned() else { return };
    let schema = quote::quote!(::std::option::Option<#inner>).to_string();
    let rename = super::rust::rename_of(&field.attrs);
    field.attrs.retain(|attr| !attr.path().is_ident("serde"));
    field.attrs.extend(rename.map(|name| -> syn::Attribute { syn::parse_quote!(#[serde(rename = #name)]) }));
    field.attrs.push(syn::parse_quote!(#[serde(default, skip_serializing_if = "crate::Nullable::is_unset")]));
    field.attrs.push(syn::parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #schema))]));
    field.ty = syn::parse_quote!(crate::Nullable<#inner>);
}
