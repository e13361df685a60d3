//! Fields of answers that may be left out, or be written otherwise, without making them unreadable.
//!
//! before: `pub size: i64,`
//! after:  `#[serde(default = "crate::runtime::lenient::missing::<_, absent::BackupSize>",
//!                  deserialize_with = "crate::runtime::lenient::read::<_, _, absent::BackupSize>")]
//!         pub size: i64,`
//!
//! What is optional is absent where it cannot be read, as `read_optional` has it.

use std::collections::BTreeSet;

use quote::{format_ident, quote};
use syn::{Field, Fields, Item, ItemStruct, Type};

use super::directions::Directions;
use super::pages;
use super::rust::{argument, last_name, rename_of, says_to_serde};

const WHOLE: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
const PLAIN: [&str; 7] = ["String", "bool", "f32", "f64", "Vec", "HashMap", "Map"];

/// Hardens the structs of answers. `open` are the enums that are open; `alternatives` are those of a
/// union, which are distinguished by what they hold.
pub(crate) fn harden(
    types: &mut Vec<Item>,
    directions: &Directions,
    open: &BTreeSet<String>,
    alternatives: &BTreeSet<String>,
) {
    let mut named = Vec::new();
    for item in types.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let name = item.ident.to_string();
        if directions.response.contains(&name) && !alternatives.contains(&name) {
            harden_struct(item, directions, open, &mut named);
        }
    }
    if !named.is_empty() {
        types.push(syn::parse_quote!(
            /// Fields that answers may lack.
            mod absent {
                crate::runtime::lenient::fields! { #(#named)* }
            }
        ));
    }
}

fn harden_struct(
    item: &mut ItemStruct,
    directions: &Directions,
    open: &BTreeSet<String>,
    named: &mut Vec<proc_macro2::TokenStream>,
) {
    let of = item.ident.to_string();
    let Fields::Named(fields) = &mut item.fields else { return };
    let is_page = pages::is_page(fields);
    for field in &mut fields.named {
        let Some(ident) = field.ident.clone() else { continue };
        let name = rename_of(&field.attrs).unwrap_or_else(|| ident.to_string());
        let marker = format_ident!("{of}{}", camel(&ident.to_string()));
        let label = format!("{of}.{name}");
        if let Some(inner) = argument(&field.ty, "Option") {
            let is_whole = is_one_of(inner, &WHOLE) || holds_whole(inner);
            let how = if is_whole { "read_optional_whole" } else { "read_optional" };
            let read = format!("crate::runtime::lenient::{how}::<_, _, absent::{marker}>");
            has_default(field, true);
            field.attrs.push(syn::parse_quote!(#[serde(deserialize_with = #read)]));
            named.push(quote!(#marker = #label;));
            continue;
        }
        // What an answer is about is never made up, nor that a list is empty.
        let identity = match name.as_str() {
            "id" => directions.answers.contains(&of),
            pages::DATA => is_page,
            _ => false,
        };
        let is_open = last_name(&field.ty).is_some_and(|name| open.contains(&name.to_string()));
        let scalar = is_one_of(&field.ty, &WHOLE) || is_one_of(&field.ty, &PLAIN) || is_open;
        if identity || !scalar {
            continue;
        }
        // An optional list is empty without a word.
        let optional = has_default(field, false);
        named.push(quote!(#marker = #label;));
        let how = if holds_whole(&field.ty) { "read_whole" } else { "read" };
        let read = format!("crate::runtime::lenient::{how}::<_, _, absent::{marker}>");
        field.attrs.push(syn::parse_quote!(#[serde(deserialize_with = #read)]));
        if !optional {
            let missing = format!("crate::runtime::lenient::missing::<_, absent::{marker}>");
            field.attrs.push(syn::parse_quote!(#[serde(default = #missing)]));
            // The schema says what the spec says.
            field.attrs.push(syn::parse_quote!(#[cfg_attr(feature = "schemars", schemars(!default))]));
        }
    }
}

/// Whether a field has a default of serde's; gives it one if that is wanted.
fn has_default(field: &mut Field, wanted: bool) -> bool {
    let found = field.attrs.iter().any(|attr| says_to_serde(attr, "default"));
    if wanted && !found {
        field.attrs.push(syn::parse_quote!(#[serde(default)]));
    }
    found
}

/// Whether a list or a map is of whole numbers, at whatever depth.
fn holds_whole(ty: &Type) -> bool {
    let inner = ["Vec", "Option"].iter().find_map(|name| argument(ty, name)).or_else(|| value_of_map(ty));
    inner.is_some_and(|inner| is_one_of(inner, &WHOLE) || holds_whole(inner))
}

/// `T` of `HashMap<String, T>`.
fn value_of_map(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "HashMap")?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments
        .args
        .iter()
        .filter_map(|argument| if let syn::GenericArgument::Type(ty) = argument { Some(ty) } else { None })
        .nth(1)
}

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    last_name(ty).is_some_and(|name| names.iter().any(|other| name == other))
}

fn camel(snake: &str) -> String {
    let word = |part: &str| {
        let mut rest = part.chars();
        rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect::<String>()
    };
    snake.trim_start_matches("r#").split('_').map(word).collect()
}
