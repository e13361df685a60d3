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
use syn::{Fields, Item, ItemEnum, Variant};

use super::Places;
use super::discriminators::{Discriminator, Discriminators};
use super::notes::read_note;
use super::prose::tidy;
use super::rust::{argument, doc_of, impl_of, last_name, says_to_serde, set_doc, underive};

/// The structs that are distinguished from others by what they hold: what is missing in one may make it
/// another, and so nothing of them is taken as empty.
pub(crate) fn alternatives(types: &[Item], discriminators: &Discriminators) -> BTreeSet<String> {
    let unions = types.iter().filter_map(|item| match item {
        Item::Enum(item) if !(held_types(item).is_some() && discriminator(item, discriminators).is_some()) => {
            Some(item)
        }
        _ => None,
    });
    held_by(unions)
}

/// The types that variants hold.
pub(crate) fn held_by<'a>(enums: impl Iterator<Item = &'a ItemEnum>) -> BTreeSet<String> {
    let held = enums.flat_map(|item| &item.variants).filter_map(|variant| match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => innermost(&fields.unnamed[0].ty),
        _ => None,
    });
    held.map(ToString::to_string).collect()
}

/// The enums that tell alternatives apart by their only value.
pub(crate) fn tags(types: &[Item], alternatives: &BTreeSet<String>) -> BTreeSet<String> {
    let fields = types.iter().filter_map(|item| match item {
        Item::Struct(item) if alternatives.contains(&item.ident.to_string()) => Some(&item.fields),
        _ => None,
    });
    let names: BTreeSet<String> =
        fields.flatten().filter_map(|field| last_name(&field.ty)).map(ToString::to_string).collect();
    let only = types.iter().filter_map(|item| match item {
        Item::Enum(item) if item.variants.len() == 1 => Some(item.ident.to_string()),
        _ => None,
    });
    only.filter(|name| names.contains(name)).collect()
}

/// What tells the alternatives of an enum apart.
fn discriminator<'d>(item: &ItemEnum, discriminators: &'d Discriminators) -> Option<&'d Discriminator> {
    let (_, at, _) = read_note(&doc_of(&item.attrs));
    discriminators.get(at?.trim_start_matches('#'))
}

/// The type that each variant holds, where serde tries one after the other.
fn held_types(item: &ItemEnum) -> Option<Vec<(&syn::Ident, &syn::Type)>> {
    let is_untagged = item.attrs.iter().any(|attr| says_to_serde(attr, "untagged"));
    let held = item.variants.iter().map(|variant| match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some((&variant.ident, &fields.unnamed[0].ty)),
        _ => None,
    });
    held.collect::<Option<Vec<_>>>().filter(|_| is_untagged)
}

/// How an enum of the server's is read, by its discriminator if it has one; nothing, where serde's own way will do.
pub(crate) fn reader(item: &ItemEnum, discriminators: &Discriminators, places: &Places) -> Option<Item> {
    let held = held_types(item)?;
    let (name, unknown) = (&item.ident, unknown(item));
    let all = held.iter().map(|(variant, _)| quote!(.or(Self::#variant)));
    let any = quote!(union #(#all)*.or_unknown(Self::#unknown));
    let read = match discriminator(item, discriminators) {
        None => any,
        Some(Discriminator { property, values }) => {
            let arms = values.iter().filter_map(|(value, pointer)| {
                let (_, path) = places
                    .iter()
                    .find(|(at, path)| at == pointer && !path.trim_start_matches("types::").contains("::"))?;
                let ty = path.trim_start_matches("types::");
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

/// What the variant for all else is called.
fn unknown(item: &ItemEnum) -> syn::Ident {
    let taken = item.variants.iter().any(|variant| variant.ident == "Unknown");
    format_ident!("{}", if taken { "Unrecognized" } else { "Unknown" })
}

/// Documents a union, and opens one of the server's. `is_read` says that it has a reader of its own.
pub(crate) fn document_and_open(item: &mut ItemEnum, is_answer: bool, is_read: bool) {
    for variant in &mut item.variants {
        let (prose, ..) = read_note(&doc_of(&variant.attrs));
        let doc = if prose.is_empty() { said_of(variant) } else { tidy(&prose) };
        set_doc(&mut variant.attrs, &doc);
        if let Fields::Named(fields) = &mut variant.fields {
            for field in &mut fields.named {
                let (prose, ..) = read_note(&doc_of(&field.attrs));
                let name = field.ident.as_ref().map(|ident| format!("`{ident}`")).unwrap_or_default();
                set_doc(&mut field.attrs, &if prose.is_empty() { name } else { tidy(&prose) });
            }
        }
    }
    if !is_answer {
        return;
    }
    let unknown = unknown(item);
    let how = (!item.attrs.iter().any(|attr| says_to_serde(attr, "untagged"))).then(|| quote!(#[serde(untagged)]));
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

/// Drops what typify implements for the variants of an enum one by one, where that gets one more.
pub(crate) fn drop_impls(types: &mut Vec<Item>, opened: &BTreeSet<String>) {
    let dropped = ["Display", "FromStr", "TryFrom"];
    types.retain(|item| match item {
        Item::Impl(item) => match impl_of(item) {
            (Some(of), Some(name)) => !(opened.contains(&name) && dropped.contains(&of.as_str())),
            _ => true,
        },
        _ => true,
    });
}

fn said_of(variant: &Variant) -> String {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match last_name(&fields.unnamed[0].ty) {
            Some(name) => format!("A `{name}`."),
            None => format!("`{}`.", variant.ident),
        },
        _ => format!("`{}`.", variant.ident),
    }
}
