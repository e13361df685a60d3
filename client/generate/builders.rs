//! `types::builder`: the builders of what users send. What only the server makes, nobody builds.
//!
//! before: `pub struct CreateBackupBody { pub name: Option<String>, … }`, and typify's builder of it
//! after:  `pub struct CreateBackupBody { name: Result<Option<String>, String>, … }` in `mod builder`, with
//!         `pub fn name<T: TryInto<String>>(self, value: T) -> Self` and `set_name(self, value: Option<String>)`

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, ImplItemFn, Item, Type};

use super::directions::Directions;
use super::prose::tidy;
use super::rust::{argument, option_setter, set_doc};
use super::shapes::{Field, Object, Shape};

/// The traits of the prelude that are macros, too.
const DERIVED: [&str; 9] = ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];

/// The function that begins a builder of a type.
pub(crate) fn function(name: &Ident) -> Item {
    // rustdoc takes the name alone for that of a derive macro, too, where there is one.
    let to = if DERIVED.iter().any(|derived| name == derived) { "(Self)" } else { "" };
    let doc = format!(" A builder for [`{name}`]{to}.");
    syn::parse_quote! {
        impl #name {
            #[doc = #doc]
            pub fn builder() -> builder::#name {
                Default::default()
            }
        }
    }
}

/// The module of the builders, where there are some.
pub(crate) fn module(shapes: &[Shape], directions: &Directions) -> Option<Item> {
    let own: BTreeSet<String> = shapes.iter().map(|shape| shape.name.to_string()).collect();
    let sent = shapes.iter().filter(|shape| directions.request.contains(&shape.name.to_string()));
    let builders = sent.filter_map(|shape| Some(of(&shape.name, shape.object()?, &own)));
    let builders: Vec<Item> = builders.flatten().collect();
    let module = syn::parse_quote! {
        /// Builders for the types that have fields.
        pub mod builder { #(#builders)* }
    };
    (!builders.is_empty()).then_some(module)
}

/// The module of the error that a builder may give, as typify has it.
pub(crate) fn error(types: &[Item]) -> Option<Item> {
    let mut module = types.iter().find_map(|item| match item {
        Item::Mod(item) if item.ident == "error" => Some(item.clone()),
        _ => None,
    })?;
    set_doc(&mut module.attrs, "Why a value could not be made.");
    for item in module.content.iter_mut().flat_map(|(_, items)| items) {
        if let Item::Struct(item) = item {
            set_doc(&mut item.attrs, "A value that is not valid for its type.");
        }
    }
    Some(Item::Mod(module))
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

fn built<'f>(field: &'f Field, own: &BTreeSet<String>) -> Built<'f> {
    let mut ty = field.ty.clone();
    FromWithin(own).visit_type_mut(&mut ty);
    let (taken, wrap) = match (argument(&ty, "Option"), argument(&ty, "Nullable")) {
        (Some(inner), _) => (inner.clone(), Some(quote!(Some))),
        (_, Some(inner)) => (inner.clone(), Some(quote!(crate::Nullable::Value))),
        _ => (ty.clone(), None),
    };
    let is_optional = wrap.is_some() || !field.is_required || field.is_flat;
    Built { ident: &field.name, taken, is_optional, wrap, ty, doc: tidy(&field.said) }
}

fn of(name: &Ident, object: &Object, own: &BTreeSet<String>) -> [Item; 5] {
    let fields: Vec<Built<'_>> = object.fields.iter().map(|field| built(field, own)).collect();
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
    [
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
    ]
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
    let (takes, value, doc) = if argument(ty, "Option").is_some() {
        let doc = format!("Sets or clears [`{plain}`](Self::{plain}).");
        (quote!(::std::option::Option<#taken>), quote!(value), doc)
    } else {
        argument(ty, "Nullable")?;
        let doc = format!("Sets [`{plain}`](Self::{plain}), or clears it with null, for which `None` stands.");
        (quote!(impl ::std::convert::Into<crate::Nullable<#taken>>), quote!(value.into()), doc)
    };
    let mut function: ImplItemFn = syn::parse_quote! {
        pub fn #name(mut self, value: #takes) -> Self {
            self.#ident = Ok(#value);
            self
        }
    };
    set_doc(&mut function.attrs, &doc);
    Some(function)
}
