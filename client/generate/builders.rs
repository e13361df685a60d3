//! `types::builder`: setters that take a plain value for an optional field, and documentation.
//!
//! before: `pub fn name<T: TryInto<Option<String>>>(self, value: T) -> Self`, to be called with `Some("x".to_string())`
//! after:  `pub fn name<T: TryInto<String>>(self, value: T) -> Self`, and `set_name(self, value: Option<String>)`

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, Ident, ImplItem, ImplItemFn, Item, Type};

use super::rust::{argument, doc_of, impl_of, option_setter, set_doc};

/// Hardens the builders in `mod types`.
pub(crate) fn harden(types: &mut [Item]) {
    let documentation = field_docs(types);
    for item in types.iter_mut() {
        match item {
            Item::Mod(item) if item.ident == "builder" => {
                set_doc(&mut item.attrs, "Builders for the types that have fields.");
                let items = item.content.iter_mut().flat_map(|(_, items)| items).collect::<Vec<_>>();
                let optional = items.iter().flat_map(|item| optional_fields(item)).collect();
                for item in items {
                    default_to_none(item, &optional);
                    builder_item(item, &documentation);
                }
            }
            Item::Mod(item) if item.ident == "error" => {
                set_doc(&mut item.attrs, "Why a value could not be made.");
                for item in item.content.iter_mut().flat_map(|(_, items)| items) {
                    if let Item::Struct(item) = item {
                        set_doc(&mut item.attrs, "A value that is not valid for its type.");
                    }
                }
            }
            _ => {}
        }
    }
}

/// Keeps the builders of some types: of those that users send. What only the server makes, nobody builds.
pub(crate) fn keep(types: &mut Vec<Item>, wanted: &BTreeSet<String>) {
    let is_wanted = |name: Option<String>| name.is_none_or(|name| wanted.contains(&name));
    for item in types.iter_mut() {
        match item {
            Item::Mod(item) if item.ident == "builder" => {
                if let Some((_, items)) = &mut item.content {
                    items.retain(|item| match item {
                        Item::Struct(item) => is_wanted(Some(item.ident.to_string())),
                        Item::Impl(item) => is_wanted(impl_of(item).1),
                        _ => true,
                    });
                }
            }
            Item::Impl(item) if impl_of(item).0.is_none() && !is_wanted(impl_of(item).1) => {
                item.items.retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "builder"));
            }
            _ => {}
        }
    }
    types.retain(|item| !matches!(item, Item::Impl(item) if impl_of(item).0.is_none() && item.items.is_empty()));
}

/// The fields of a builder that may be left out, by type and name.
pub(crate) fn optional_fields(item: &Item) -> Vec<(String, String)> {
    let Item::Struct(item) = item else { return Vec::new() };
    let optional = |ty: &Type| argument(ty, "Result").is_some_and(|value| argument(value, "Option").is_some());
    let fields = item.fields.iter().filter(|field| optional(&field.ty));
    fields.filter_map(|field| Some((item.ident.to_string(), field.ident.as_ref()?.to_string()))).collect()
}

/// What can be null need not be given: typify wants it where the spec requires the key.
fn default_to_none(item: &mut Item, optional: &BTreeSet<(String, String)>) {
    let Item::Impl(item) = item else { return };
    let (Some("Default"), Some(name)) = (impl_of(item).0.as_deref(), impl_of(item).1) else { return };
    for item in &mut item.items {
        let ImplItem::Fn(function) = item else { continue };
        let Some(syn::Stmt::Expr(syn::Expr::Struct(value), None)) = function.block.stmts.last_mut() else { continue };
        for field in &mut value.fields {
            if let syn::Member::Named(ident) = &field.member
                && optional.contains(&(name.clone(), ident.to_string()))
            {
                field.expr = syn::parse_quote!(Ok(::std::default::Default::default()));
            }
        }
    }
}

/// The documentation of each field, by type and name.
fn field_docs(types: &[Item]) -> BTreeMap<(String, String), String> {
    let mut docs = BTreeMap::new();
    for item in types {
        let Item::Struct(item) = item else { continue };
        for field in &item.fields {
            if let Some(ident) = &field.ident {
                let key = (item.ident.to_string(), ident.to_string());
                docs.insert(key, doc_of(&field.attrs));
            }
        }
    }
    docs
}

fn builder_item(item: &mut Item, documentation: &BTreeMap<(String, String), String>) {
    match item {
        Item::Struct(item) => {
            let doc = format!("Builds [`{0}`](super::{0}).", item.ident);
            set_doc(&mut item.attrs, &doc);
        }
        Item::Impl(item) => {
            let (None, Some(owner)) = impl_of(item) else { return };
            let mut more = Vec::new();
            for item in &mut item.items {
                let ImplItem::Fn(function) = item else { continue };
                let field = function.sig.ident.clone();
                let doc = documentation.get(&(owner.clone(), field.to_string()));
                if doc.is_none() && !doc_of(&function.attrs).is_empty() {
                    continue;
                }
                let doc = doc.cloned().unwrap_or_else(|| format!("Sets `{field}`."));
                if let Some(inner) = optional_target(&function.sig) {
                    *function = value_setter(&field, &inner, &quote!(Some));
                    more.push(ImplItem::Fn(set_or_clear(&field, &inner)));
                }
                set_doc(&mut function.attrs, &doc);
            }
            item.items.extend(more);
        }
        _ => {}
    }
}

/// The setter of a plain value, which the field holds wrapped.
pub(crate) fn value_setter(field: &Ident, inner: &Type, wrap: &TokenStream) -> ImplItemFn {
    let (_, plain) = option_setter(field);
    let message = format!("{plain}: {{e}}");
    syn::parse_quote! {
        pub fn #field<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<#inner>,
            T::Error: ::std::fmt::Display,
        {
            self.#field = value.try_into().map(#wrap).map_err(|e| format!(#message));
            self
        }
    }
}

/// The setter that takes an `Option`.
pub(crate) fn set_or_clear(field: &Ident, inner: &Type) -> ImplItemFn {
    let (name, plain) = option_setter(field);
    let mut setter: ImplItemFn = syn::parse_quote! {
        pub fn #name(mut self, value: ::std::option::Option<#inner>) -> Self {
            self.#field = Ok(value);
            self
        }
    };
    set_doc(&mut setter.attrs, &format!("Sets or clears [`{plain}`](Self::{plain})."));
    setter
}

/// `X`, where a setter takes what converts into `Option<X>`.
pub(crate) fn optional_target(signature: &syn::Signature) -> Option<Type> {
    target(signature).and_then(|ty| argument(&ty, "Option").cloned())
}

/// `X`, where a setter takes what converts into it.
pub(crate) fn target(signature: &syn::Signature) -> Option<Type> {
    let is_setter = signature.inputs.iter().any(|input| matches!(input, FnArg::Typed(_)));
    let bounds = signature.generics.where_clause.as_ref().filter(|_| is_setter)?;
    bounds.predicates.iter().find_map(|predicate| {
        let syn::WherePredicate::Type(predicate) = predicate else { return None };
        predicate.bounds.iter().find_map(|bound| {
            let syn::TypeParamBound::Trait(bound) = bound else { return None };
            let path = &bound.path;
            let target: Type = syn::parse_quote!(#path);
            argument(&target, "TryInto").cloned()
        })
    })
}
