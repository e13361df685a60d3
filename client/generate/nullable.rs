//! What of a request's field is told apart: that it is unset, that it is null, and its value, an empty list among them.
//! typify forgets two of them: null where a field may be left out, too, and the list that is empty.
//!
//! before: `#[serde(skip_serializing_if = "Option::is_none")] pub note: Option<String>`
//! after:  `#[serde(default, skip_serializing_if = "crate::Nullable::is_unset")] pub note: crate::Nullable<String>`
//!
//! before: `#[serde(skip_serializing_if = "Vec::is_empty")] pub cidrs: Vec<String>`
//! after:  `#[serde(skip_serializing_if = "Option::is_none")] pub cidrs: Option<Vec<String>>`

use syn::Field;

use super::rust::{argument, last_name, says_to_serde};

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

/// Hardens a list or a map that may be left out: what is empty is sent, as that is how one clears it.
pub(crate) fn keep_unset(field: &mut Field) {
    let is_left_out = field.attrs.iter().any(|attr| says_to_serde(attr, "skip_serializing_if"));
    let is_list = last_name(&field.ty).is_some_and(|name| name == "Vec" || name == "HashMap" || name == "Map");
    if !(is_left_out && is_list) {
        return;
    }
    let (rename, ty) = (super::rust::rename_of(&field.attrs), &field.ty);
    field.ty = syn::parse_quote!(::std::option::Option<#ty>);
    field.attrs.retain(|attr| !attr.path().is_ident("serde"));
    field.attrs.extend(rename.map(|name| -> syn::Attribute { syn::parse_quote!(#[serde(rename = #name)]) }));
    field.attrs.push(syn::parse_quote!(#[serde(skip_serializing_if = "::std::option::Option::is_none")]));
}
