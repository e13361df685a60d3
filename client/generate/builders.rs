//! `types::builder`: the builders of what users send. What only the server makes, nobody builds.
//!
//! before: `pub struct CreateBackupBody { pub name: Option<String>, … }`, and typify's builder of it
//! after:  `pub struct CreateBackupBody { name: Result<Option<String>, String>, … }` in `mod builder`, with
//!         `pub fn name<T: TryInto<String>>(self, value: T) -> Self` and `set_name(self, value: Option<String>)`

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Field, Fields, Ident, ImplItem, ImplItemFn, Item, ItemStruct, Type};

use super::rust::{argument, doc_of, impl_of, option_setter, says_to_serde, set_doc};

/// Puts our builders of some types in the place of typify's: of those that users send.
pub(crate) fn emit(types: &mut Vec<Item>, wanted: &BTreeSet<String>) {
    let own: BTreeSet<String> = types.iter().filter_map(name_of).collect();
    let is_wanted = |name: Option<String>| name.is_none_or(|name| wanted.contains(&name));
    for item in types.iter_mut() {
        match item {
            Item::Impl(item) if impl_of(item).0.is_none() && !is_wanted(impl_of(item).1) => {
                item.items.retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "builder"));
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
    types.retain(|item| !matches!(item, Item::Impl(item) if impl_of(item).0.is_none() && item.items.is_empty()));
    let structs = types.iter().filter_map(|item| match item {
        Item::Struct(item) if is_wanted(Some(item.ident.to_string())) => Some(item),
        _ => None,
    });
    let builders: Vec<Item> = structs.filter_map(|item| of(item, &own)).flatten().collect();
    let module = types.iter_mut().find_map(|item| match item {
        Item::Mod(item) if item.ident == "builder" => Some(item),
        _ => None,
    });
    if let Some(module) = module {
        set_doc(&mut module.attrs, "Builders for the types that have fields.");
        module.content = Some((syn::token::Brace::default(), builders));
    }
}

fn name_of(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// A type as it is named in `mod builder`.
struct FromWithin<'o>(&'o BTreeSet<String>);

impl VisitMut for FromWithin<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if let Some(first) = path.segments.first()
            && path.leading_colon.is_none()
            && path.segments.len() == 1
            && self.0.contains(&first.ident.to_string())
        {
            *path = syn::parse_quote!(super::#path);
        }
    }
}

/// What a field of a builder is.
struct Built<'f> {
    ident: &'f Ident,
    ty: Type,
    /// What its setter takes, and what that is wrapped in.
    taken: Type,
    wrap: Option<TokenStream>,
    /// Whether it may be left out.
    is_optional: bool,
    doc: String,
}

fn built<'f>(field: &'f Field, own: &BTreeSet<String>) -> Option<Built<'f>> {
    let ident = field.ident.as_ref()?;
    let mut ty = field.ty.clone();
    FromWithin(own).visit_type_mut(&mut ty);
    let (taken, wrap) = match (argument(&ty, "Option"), argument(&ty, "Nullable")) {
        (Some(inner), _) => (inner.clone(), Some(quote!(Some))),
        (_, Some(inner)) => (inner.clone(), Some(quote!(crate::Nullable::Value))),
        _ => (ty.clone(), None),
    };
    let has_default = field.attrs.iter().any(|attr| says_to_serde(attr, "default") || says_to_serde(attr, "flatten"));
    let doc = doc_of(&field.attrs);
    Some(Built { ident, taken, is_optional: wrap.is_some() || has_default, wrap, ty, doc })
}

fn of(item: &ItemStruct, own: &BTreeSet<String>) -> Option<[Item; 5]> {
    let Fields::Named(fields) = &item.fields else { return None };
    let fields: Vec<Built<'_>> = fields.named.iter().filter_map(|field| built(field, own)).collect();
    let name = &item.ident;
    let doc = format!(
        " Builds [`{name}`](super::{name}).\n\n It ends with `{name}::try_from(builder)?` or `.try_into()`; a setter or `.body(…)` \
         that takes the type takes the builder, too. The error names the first field that was not set or whose value does \
         not fit, and `?` makes an [`Error`](crate::Error) of it."
    );
    let (idents, types): (Vec<_>, Vec<_>) = fields.iter().map(|field| (field.ident, &field.ty)).unzip();
    let unset = fields.iter().map(|field| match field.is_optional {
        true => quote!(Ok(::std::default::Default::default())),
        false => {
            let message = format!("`{}` was not set", option_setter(field.ident).1.trim_end_matches('_'));
            quote!(Err(#message.to_string()))
        }
    });
    let taken: BTreeSet<String> = idents.iter().map(ToString::to_string).collect();
    let setters = fields.iter().flat_map(|field| {
        let clear = clear(field).filter(|clear| !taken.contains(&clear.sig.ident.to_string()));
        std::iter::once(setter(field)).chain(clear)
    });
    let value = if fields.is_empty() { quote!(_) } else { quote!(value) };
    Some([
        syn::parse_quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            pub struct #name {
                #(#idents: ::std::result::Result<#types, ::std::string::String>,)*
            }
        },
        syn::parse_quote! {
            impl ::std::default::Default for #name {
                fn default() -> Self {
                    Self { #(#idents: #unset,)* }
                }
            }
        },
        syn::parse_quote! {
            impl #name { #(#setters)* }
        },
        syn::parse_quote! {
            impl ::std::convert::TryFrom<#name> for super::#name {
                type Error = super::error::ConversionError;
                fn try_from(#value: #name) -> ::std::result::Result<Self, super::error::ConversionError> {
                    Ok(Self { #(#idents: value.#idents?,)* })
                }
            }
        },
        syn::parse_quote! {
            impl ::std::convert::From<super::#name> for #name {
                fn from(#value: super::#name) -> Self {
                    Self { #(#idents: Ok(value.#idents),)* }
                }
            }
        },
    ])
}

/// The setter of a value, which the field holds wrapped.
fn setter(field: &Built<'_>) -> ImplItemFn {
    let Built { ident, taken, wrap, doc, .. } = field;
    let label = option_setter(ident).1;
    let label = label.trim_end_matches('_');
    let wrap = wrap.as_ref().map(|wrap| quote!(.map(#wrap)));
    let mut function: ImplItemFn = syn::parse_quote! {
        pub fn #ident<T>(mut self, value: T) -> Self
        where
            T: ::std::convert::TryInto<#taken>,
            T::Error: ::std::fmt::Display,
        {
            self.#ident = crate::runtime::converted(#label, value) #wrap;
            self
        }
    };
    set_doc(&mut function.attrs, doc);
    function
}

/// The setter that takes an `Option`, or null.
fn clear(field: &Built<'_>) -> Option<ImplItemFn> {
    let Built { ident, ty, taken, .. } = field;
    let (name, plain) = option_setter(ident);
    if argument(ty, "Option").is_some() {
        let mut function: ImplItemFn = syn::parse_quote! {
            pub fn #name(mut self, value: ::std::option::Option<#taken>) -> Self {
                self.#ident = Ok(value);
                self
            }
        };
        set_doc(&mut function.attrs, &format!("Sets or clears [`{plain}`](Self::{plain})."));
        return Some(function);
    }
    argument(ty, "Nullable")?;
    let mut function: ImplItemFn = syn::parse_quote! {
        pub fn #name(mut self, value: impl ::std::convert::Into<crate::Nullable<#taken>>) -> Self {
            self.#ident = Ok(value.into());
            self
        }
    };
    let doc = format!("Sets [`{plain}`](Self::{plain}), or clears it with null, for which `None` stands.");
    set_doc(&mut function.attrs, &doc);
    Some(function)
}
