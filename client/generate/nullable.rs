//! Fields of a request that may be left out, and may be null: of these, typify forgets the null.
//!
//! before: `#[serde(skip_serializing_if = "Option::is_none")] pub note: Option<String>`
//! after:  `#[serde(default, skip_serializing_if = "crate::Nullable::is_unset")] pub note: crate::Nullable<String>`,
//!         and `set_note(self, value: impl Into<crate::Nullable<String>>)`, for which `None` is null

use std::collections::BTreeSet;

use syn::{Field, ImplItem, Item, Type};

use super::builders;
use super::rust::{argument, impl_of, option_setter, says_to_serde, set_doc};

/// Hardens a field that may be null, where it may be left out, too.
pub(crate) fn harden(field: &mut Field) {
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

/// Hardens the builders of such fields.
pub(crate) fn harden_builders(types: &mut [Item]) {
    let fields: BTreeSet<(String, String)> = types.iter().flat_map(nullable_fields).collect();
    let builders = types.iter_mut().filter_map(|item| match item {
        Item::Mod(item) if item.ident == "builder" => item.content.as_mut(),
        _ => None,
    });
    for item in builders.flat_map(|(_, items)| items) {
        match item {
            Item::Struct(item) => {
                for field in &mut item.fields {
                    let name =
                        (item.ident.to_string(), field.ident.as_ref().map(ToString::to_string).unwrap_or_default());
                    let inner = argument(&field.ty, "Result").and_then(|value| argument(value, "Option")).cloned();
                    if let Some(inner) = inner.filter(|_| fields.contains(&name)) {
                        field.ty = syn::parse_quote!(
                            ::std::result::Result<crate::Nullable<#inner>, ::std::string::String>
                        );
                    }
                }
            }
            Item::Impl(item) if impl_of(item).0.is_none() => {
                let owner = impl_of(item).1.unwrap_or_default();
                let mut more = Vec::new();
                for item in &mut item.items {
                    let ImplItem::Fn(function) = item else { continue };
                    let field = function.sig.ident.clone();
                    if !fields.contains(&(owner.clone(), field.to_string())) {
                        continue;
                    }
                    let Some(inner) = builders::optional_target(&function.sig) else { continue };
                    let [setter, clear] = setters(&field, &inner);
                    *function = setter;
                    more.push(ImplItem::Fn(clear));
                }
                item.items.extend(more);
            }
            _ => {}
        }
    }
}

fn nullable_fields(item: &Item) -> Vec<(String, String)> {
    let Item::Struct(item) = item else { return Vec::new() };
    let fields = item.fields.iter().filter(|field| argument(&field.ty, "Nullable").is_some());
    fields.filter_map(|field| Some((item.ident.to_string(), field.ident.as_ref()?.to_string()))).collect()
}

/// The setter of a value, and the one that takes null.
fn setters(field: &syn::Ident, inner: &Type) -> [syn::ImplItemFn; 2] {
    let (clear, plain) = option_setter(field);
    let setter = builders::value_setter(field, inner, &quote::quote!(crate::Nullable::Value));
    let mut clear: syn::ImplItemFn = syn::parse_quote! {
        pub fn #clear(mut self, value: impl ::std::convert::Into<crate::Nullable<#inner>>) -> Self {
            self.#field = Ok(value.into());
            self
        }
    };
    set_doc(
        &mut clear.attrs,
        &format!("Sets [`{plain}`](Self::{plain}), or clears it with null, for which `None` stands."),
    );
    [setter, clear]
}
