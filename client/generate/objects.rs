//! Objects of answers, whose fields may be left out, or be written otherwise, without making them unreadable.
//!
//! before: `#[derive(Deserialize)] pub struct Backup { pub size: i64, … }`
//! after:  `pub struct Backup { pub size: i64, … }`, and
//!         `impl Object for Backup {
//!              fn read(…) {
//!                  let mut size = slot::required_int_or_default();
//!                  object::read_fields(answer, Self::NAME, &mut [("size", &mut size), …])?;
//!                  Ok(Self { size: size.value(), … })
//!              } }`
//!
//! What is optional is absent where it cannot be read. serde derives code for each field of each struct; this is
//! compiled once for each type of a field.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item, Type};

use super::directions::Directions;
use super::pages;
use super::prose::code;
use super::rust::{argument, last_name};
use super::shapes::{Field, Object};

const WHOLE: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
const PLAIN: [&str; 8] = ["String", "Secret", "bool", "f32", "f64", "Vec", "HashMap", "Map"];

/// How an object is read.
pub(crate) struct Reader {
    pub(crate) items: [Item; 2],
    /// The fields that an answer may lack without being an error.
    made_up: Vec<String>,
}

impl Reader {
    /// What is said of them.
    pub(crate) fn said(&self) -> String {
        if self.made_up.is_empty() {
            return String::new();
        }
        format!(
            "\n\nIf an answer lacks one of these fields, or has an unusable value, the field is empty (an empty string or \
             list, 0, false), and [`made_good`](crate::Response::made_good) lists it: {}.",
            self.made_up.join(", ")
        )
    }
}

/// How a field is read, and what becomes of that.
enum Reading {
    /// By a function of the runtime, into a slot, whose value is this.
    Slot { how: &'static str, value: TokenStream },
    /// From what the object has beside its fields.
    Rest(TokenStream),
}

/// Writes the reader of an object of answers. `open` are the enums that are open.
pub(crate) fn reader(name: &Ident, of: &Object, directions: &Directions, open: &BTreeSet<String>) -> Reader {
    let is_page = pages::is_page(of);
    // A field may have any name that begins with a letter.
    let object = format_ident!("_object");
    let (mut slots, mut read, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut made_up = Vec::new();
    let mut has_rest = false;
    for field in &of.fields {
        let (ident, json) = (&field.name, &field.json);
        // What an answer is about is never made up, nor that a list is empty.
        let is_identity = match json.as_str() {
            "id" => directions.answers.contains(&name.to_string()),
            pages::DATA => is_page,
            _ => false,
        };
        match reading(field, is_identity, open) {
            Reading::Slot { how, value } => {
                if how.starts_with("required_") {
                    made_up.push(code(json));
                }
                let how = format_ident!("{how}");
                slots.push(quote!(let mut #ident = slot::#how();));
                values.push(quote!(#ident: #ident #value));
                read.push(quote!((#json, &mut #ident)));
            }
            Reading::Rest(value) => {
                has_rest = true;
                values.push(quote!(#ident: _rest #value));
            }
        }
    }
    let read_fields = match has_rest {
        true => quote!(let _rest = object::read_fields_and_rest),
        false => quote!(object::read_fields),
    };
    let label = name.to_string();
    let (held, param) = match of.is_generic {
        true => (Some(quote!(<T>)), Some(quote!(T: ::serde::de::DeserializeOwned))),
        false => (None, None),
    };
    let own = param.as_ref().map(|param| quote!(<#param>));
    let items = [
        syn::parse_quote! {
            impl #own crate::runtime::object::Object for #name #held {
                const NAME: &'static str = #label;
                fn read<'de, A: ::serde::de::MapAccess<'de>>(
                    #object: A,
                ) -> ::std::result::Result<Self, A::Error> {
                    use crate::runtime::{object, slot};
                    #(#slots)*
                    #read_fields(#object, Self::NAME, &mut [#(#read),*])?;
                    Ok(Self { #(#values),* })
                }
            }
        },
        syn::parse_quote! {
            impl<'de, #param> ::serde::Deserialize<'de> for #name #held {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    crate::runtime::object::read(deserializer)
                }
            }
        },
    ];
    Reader { items, made_up }
}

fn reading(field: &Field, is_identity: bool, open: &BTreeSet<String>) -> Reading {
    let (inner, of, json) = (argument(&field.ty, "Option"), field.held(), &field.json);
    let is_whole = is_one_of(of, &WHOLE) || holds_whole(of);
    if field.is_flat {
        return Reading::Rest(match (inner, is_whole) {
            (Some(_), _) => quote!(.optional(#json)),
            (None, true) => quote!(.whole::<_, A::Error>()?),
            (None, false) => quote!(.value::<_, A::Error>()?),
        });
    }
    let is_open = last_name(&field.ty).is_some_and(|name| open.contains(&name.to_string()));
    let can_be_empty = is_one_of(&field.ty, &WHOLE) || is_one_of(&field.ty, &PLAIN) || is_open;
    // What is of any kind is null where it is not there.
    let is_any = is_one_of(&field.ty, &["Value"]);
    let may_be_absent = is_any || !field.is_required;
    let how = match (inner, is_whole) {
        (Some(_), true) => "optional_int",
        (Some(_), false) => "optional",
        (None, _) if !may_be_absent && (is_identity || !can_be_empty) => {
            return Reading::Slot { how: "required", value: quote!(.value::<A::Error>(#json)?) };
        }
        (None, true) if may_be_absent => "int_or_default",
        (None, false) if may_be_absent => "or_default",
        (None, true) => "required_int_or_default",
        (None, false) => "required_or_default",
    };
    Reading::Slot { how, value: quote!(.value()) }
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

/// Whether a type is one of Rust's or of another crate's with such a name: a type of the document is named without a path.
fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let is_own = matches!(ty, Type::Path(path) if path.path.segments.len() == 1)
        && last_name(ty).is_some_and(|name| name.to_string().starts_with(char::is_uppercase));
    !is_own && last_name(ty).is_some_and(|name| names.iter().any(|other| name == other))
}
