//! Enums whose variants hold something: `oneOf` and `anyOf`.
//!
//! before: `#[derive(Deserialize)] #[serde(untagged)] pub enum Pet { Cat(Cat), Dog(Dog) }`, of which the first that fits
//!         is read
//! after:  `#[serde(untagged)] pub enum Pet {
//!              /// A [`Cat`].
//!              Cat(Cat),
//!              /// A [`Dog`].
//!              Dog(Dog),
//!              /// What this version of the crate does not know, as it came.
//!              Unknown(::serde_json::Value) }`
//!         and an `impl Deserialize` that goes by the discriminator, or takes what keeps most of the value

use std::collections::BTreeSet;

use quote::{format_ident, quote};
use syn::{Fields, Item, ItemEnum};

use super::discriminators::{Discriminator, Discriminators};
use super::rust::{argument, impl_of, last_name, says_to_serde, underive};
use super::shapes::{Shape, Text};

/// The structs that are distinguished from others by what they hold: what is missing in one may make it
/// another, and so nothing of them is taken as empty.
pub(crate) fn alternatives(shapes: &[Shape], discriminators: &Discriminators) -> BTreeSet<String> {
    let unions = shapes.iter().filter_map(|shape| {
        let item = shape.union()?;
        let is_told_apart = held_types(item).is_some() && discriminator(shape, discriminators).is_some();
        (!is_told_apart).then_some(item)
    });
    let held = unions.flat_map(|item| &item.variants).filter_map(|variant| match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => innermost(&fields.unnamed[0].ty),
        _ => None,
    });
    held.map(ToString::to_string).collect()
}

/// The enums that tell alternatives apart by their only value.
pub(crate) fn tags(shapes: &[Shape], alternatives: &BTreeSet<String>) -> BTreeSet<String> {
    let objects = shapes.iter().filter(|shape| alternatives.contains(&shape.name.to_string()));
    let fields = objects.filter_map(Shape::object).flat_map(|object| &object.fields);
    let names: BTreeSet<String> = fields.filter_map(|field| last_name(&field.ty)).map(ToString::to_string).collect();
    let only = shapes.iter().filter(|shape| matches!(shape.texts(), Some([Text { .. }])));
    only.map(|shape| shape.name.to_string()).filter(|name| names.contains(name)).collect()
}

/// What tells the alternatives of an enum apart.
fn discriminator<'d>(shape: &Shape, discriminators: &'d Discriminators) -> Option<&'d Discriminator> {
    discriminators.get(shape.at.as_ref()?)
}

/// The type that each variant holds, where serde tries one after the other.
fn held_types(item: &ItemEnum) -> Option<Vec<(&syn::Ident, &syn::Type)>> {
    let is_untagged = says_to_serde(&item.attrs, "untagged");
    let held = item.variants.iter().map(|variant| match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some((&variant.ident, &fields.unnamed[0].ty)),
        _ => None,
    });
    held.collect::<Option<Vec<_>>>().filter(|_| is_untagged)
}

/// How an enum of the server's is read, by its discriminator if it has one; nothing, where serde's own way will do.
pub(crate) fn reader(
    shape: &Shape,
    item: &ItemEnum,
    discriminators: &Discriminators,
    shapes: &[Shape],
) -> Option<Item> {
    let held = held_types(item)?;
    let (name, unknown) = (&item.ident, unknown(item.variants.iter().map(|variant| &variant.ident)));
    let all = held.iter().map(|(variant, _)| quote!(.or(Self::#variant)));
    let any = quote!(union #(#all)*.or_unknown(Self::#unknown));
    let read = match discriminator(shape, discriminators) {
        None => any,
        Some(Discriminator { property, values }) => {
            let arms = values.iter().filter_map(|(value, pointer)| {
                let ty = &shapes.iter().find(|shape| shape.at.as_ref() == Some(pointer))?.name;
                let (variant, _) = held.iter().find(|(_, held)| innermost(held).is_some_and(|held| held == ty))?;
                Some(quote!(Some(#value) => union.or(Self::#variant).or_unknown(Self::#unknown),))
            });
            let arms: Vec<_> = arms.collect();
            // What has no name of its own cannot be told apart.
            if arms.len() < values.len() {
                any
            } else {
                quote! {
                    match union.tag(#property).as_deref() {
                        #(#arms)*
                        Some(_) => union.or_unknown(Self::#unknown),
                        None => #any,
                    }
                }
            }
        }
    };
    Some(syn::parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let union = crate::runtime::Union::read(deserializer)?;
                Ok(#read)
            }
        }
    })
}

/// The name of a type, of what is in a box the inner one's.
fn innermost(ty: &syn::Type) -> Option<&syn::Ident> {
    last_name(argument(ty, "Box").unwrap_or(ty))
}

/// What the variant for all else is called, beside the others.
pub(crate) fn unknown<'n>(mut others: impl Iterator<Item = &'n syn::Ident>) -> syn::Ident {
    format_ident!("{}", if others.any(|name| name == "Unknown") { "Unrecognized" } else { "Unknown" })
}

/// Opens a union of the server's. `is_read` says that it has a reader of its own.
pub(crate) fn open(item: &mut ItemEnum, is_read: bool) {
    let unknown = unknown(item.variants.iter().map(|variant| &variant.ident));
    let how = (!says_to_serde(&item.attrs, "untagged")).then(|| quote!(#[serde(untagged)]));
    item.variants.push(syn::parse_quote!(
        /// What this version of the crate does not know, as it came.
        #how
        #unknown(::serde_json::Value)
    ));
    // Not all that a value may be has an order, a hash or a copy.
    underive(&mut item.attrs, &["Copy", "Eq", "Hash", "Ord", "PartialOrd"]);
    if is_read {
        underive(&mut item.attrs, &["Deserialize"]);
    }
}

/// What typify implements for a union, but not for its variants one by one, where that gets one more.
pub(crate) fn impls(shape: &Shape, is_open: bool) -> impl Iterator<Item = Item> {
    let of_each = |item: &Item| match item {
        Item::Impl(item) => impl_of(item).0.is_some_and(|of| ["Display", "FromStr", "TryFrom"].contains(&&*of)),
        _ => false,
    };
    shape.impls.iter().filter(move |item| !(is_open && of_each(item))).cloned()
}
