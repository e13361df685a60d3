//! The types as they are emitted: open to whatever the server sends, strict about what the client sends.
//!
//! before: `Shape { name: Backup, kind: Object, … }`, `Shape { name: BackupState, kind: Texts([Pending, …]), … }`
//! after:  `#[non_exhaustive] pub struct Backup { … }`, which may have fields that nobody knows, and
//!         `#[non_exhaustive] pub enum BackupState { Pending, …, Unknown(UnknownValue) }`

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Ident, Item};

use super::directions::Directions;
use super::discriminators::Discriminators;
use super::limits::{Limits, MAX, MIN};
use super::prose::{code, tidy};
use super::rust::{argument, last_name, set_doc};
use super::shapes::{Field, Kind, Object, Shape, Text};
use super::{builders, checks, objects, unions};

/// Emits all types, with what is implemented for them, and names those whose values must be checked before they are sent.
/// `error` is the module of the error of conversions.
pub(crate) fn emit(
    shapes: &[Shape],
    error: Option<Item>,
    directions: &Directions,
    discriminators: &Discriminators,
) -> (Vec<Item>, BTreeSet<String>) {
    let alternatives = unions::alternatives(shapes, discriminators);
    let tags = unions::tags(shapes, &alternatives);
    let is_open = |shape: &&Shape| {
        let name = shape.name.to_string();
        shape.texts().is_some() && directions.response.contains(&name) && !tags.contains(&name)
    };
    let open: BTreeSet<String> = shapes.iter().filter(is_open).map(|shape| shape.name.to_string()).collect();
    let (mut items, mut of_unions, mut known, mut readers, mut of_open) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for shape in shapes {
        let name = shape.name.to_string();
        let (is_sent, is_received) = (directions.request.contains(&name), directions.response.contains(&name));
        match &shape.kind {
            Kind::Object(object) => {
                let reader = (is_received && !alternatives.contains(&name))
                    .then(|| objects::reader(&shape.name, object, directions, &open));
                items.push(structure(shape, object, reader.as_ref(), is_sent, is_received));
                items.extend(is_sent.then(|| builders::function(&shape.name)));
                readers.extend(reader.into_iter().flat_map(|reader| reader.items));
            }
            Kind::Texts(texts) if open.contains(&name) => {
                let unknown = unions::unknown(texts.iter().map(|text| &text.name));
                items.push(open_enum(shape, texts, &unknown));
                of_open.extend(open_enum_impls(&shape.name, texts, &unknown).items);
            }
            Kind::Texts(texts) => {
                items.extend(closed_enum(shape, texts).items);
                let (name, values) = (&shape.name, texts.iter().map(|text| &text.value));
                known.push(syn::parse_quote! {
                    impl #name {
                        /// The values that this version of the crate knows.
                        pub const KNOWN: &'static [&'static str] = &[#(#values),*];
                    }
                });
            }
            Kind::Union(item) => {
                let reader = unions::reader(shape, item, discriminators, shapes).filter(|_| is_received);
                let mut item = item.clone();
                finish(&mut item.attrs, shape);
                if is_received {
                    unions::open(&mut item, reader.is_some());
                }
                items.push(Item::Enum(item));
                items.extend(unions::impls(shape, is_received));
                of_unions.extend(reader);
            }
            Kind::Newtype(item) => {
                let mut item = item.clone();
                finish(&mut item.attrs, shape);
                items.push(Item::Struct(item));
                items.extend(shape.impls.iter().cloned());
            }
        }
    }
    let (checks, checked) = checks::items(shapes, directions);
    items.extend(builders::module(shapes, directions));
    items.extend(error);
    items.extend([of_unions, known, readers, of_open, checks].concat());
    (items, checked)
}

/// What upstream says of a type, and where it says so.
fn said_of(shape: &Shape) -> String {
    let said = if shape.said.is_empty() { format!("`{}`", shape.name) } else { tidy(&shape.said) };
    let place = shape.at.as_ref().map(|at| format!("\n\nFrom {} of the spec.", code(&format!("#{at}"))));
    said + &place.unwrap_or_default()
}

/// Documents an item of typify's, and marks it as all types are.
fn finish(attrs: &mut Vec<Attribute>, shape: &Shape) {
    set_doc(attrs, &said_of(shape));
    attrs.push(syn::parse_quote!(#[non_exhaustive]));
    attrs.push(schemars_derive());
}

fn schemars_derive() -> Attribute {
    syn::parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))])
}

/// A type with fields. What has a reader of its own is not read by serde's derive.
fn structure(
    shape: &Shape,
    object: &Object,
    reader: Option<&objects::Reader>,
    is_sent: bool,
    is_received: bool,
) -> Item {
    let name = &shape.name;
    let is_flat = object.fields.iter().any(|field| field.is_flat);
    // What a program reads from a file of its own: a misspelt key is an error, and not a request without it.
    let is_closed = !is_received && (object.is_closed || is_sent && !is_flat);
    let closed = is_closed.then(|| quote!(#[serde(deny_unknown_fields)]));
    let read = reader.is_none().then(|| quote!(::serde::Deserialize,));
    let has_default = object.fields.iter().all(|field| !field.is_required);
    let default = has_default.then(|| quote!(Default,));
    let (schemars, generic) = (schemars_derive(), object.is_generic.then(|| quote!(<T>)));
    let fields = object.fields.iter().map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        let mut attrs = attributes(field, reader.is_some(), is_received);
        set_doc(&mut attrs, &tidy(&field.said));
        attrs.extend(schemars_range(&field.limits).filter(|_| is_sent));
        quote!(#(#attrs)* pub #name: #ty)
    });
    let mut item: syn::ItemStruct = syn::parse_quote! {
        #[derive(#read ::serde::Serialize, Clone, Debug, #default PartialEq)]
        #closed
        #[non_exhaustive]
        #schemars
        pub struct #name #generic { #(#fields),* }
    };
    let made_up = reader.map(objects::Reader::said).unwrap_or_default();
    set_doc(&mut item.attrs, &(said_of(shape) + &made_up));
    Item::Struct(item)
}

/// What serde and schemars are told of a field.
fn attributes(field: &Field, has_reader: bool, is_received: bool) -> Vec<Attribute> {
    let json = &field.json;
    let rename = (field.name != *json).then(|| quote!(rename = #json));
    let own = |metas: TokenStream| -> Attribute { syn::parse_quote!(#[serde(#metas)]) };
    if let Some(inner) = argument(&field.ty, "Nullable") {
        let schema = quote!(::std::option::Option<#inner>).to_string();
        let mut attrs: Vec<Attribute> = rename.map(own).into_iter().collect();
        attrs.push(own(quote!(default, skip_serializing_if = "crate::Nullable::is_unset")));
        attrs.push(syn::parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #schema))]));
        return attrs;
    }
    let is_option = argument(&field.ty, "Option").is_some();
    let rest = match (field.is_required, is_option) {
        // What can be null can be absent.
        (true, true) if is_received => (!has_reader).then(|| quote!(default)),
        (true, true) => Some(quote!(deserialize_with = "::std::option::Option::deserialize")),
        (true, false) => None,
        (false, true) => Some(quote!(skip_serializing_if = "::std::option::Option::is_none")),
        (false, false) => Some(match empty(field) {
            Some(empty) => quote!(default, skip_serializing_if = #empty),
            None => quote!(default),
        }),
    };
    let metas: Vec<TokenStream> =
        [rename, field.is_flat.then(|| quote!(flatten)), rest].into_iter().flatten().collect();
    (!metas.is_empty()).then(|| own(quote!(#(#metas),*))).into_iter().collect()
}

/// The function that says whether a list or a map is empty.
fn empty(field: &Field) -> Option<&'static str> {
    Some(match last_name(&field.ty)?.to_string().as_str() {
        "Vec" => "::std::vec::Vec::is_empty",
        "Map" => "::serde_json::Map::is_empty",
        "HashMap" => "::std::collections::HashMap::is_empty",
        _ => return None,
    })
}

/// The limits in the JSON Schema that schemars derives.
fn schemars_range(limits: &Limits) -> Option<Attribute> {
    let bounds = limits.iter().filter(|limit| [MIN, MAX].contains(&limit.bound) && !limit.is_of_each);
    let entries = bounds.filter_map(|limit| {
        let (key, number): (_, TokenStream) = (format_ident!("{}", limit.bound), limit.number.parse().ok()?);
        Some(quote!(#key = #number))
    });
    let entries: Vec<_> = entries.collect();
    (!entries.is_empty()).then(|| syn::parse_quote!(#[cfg_attr(feature = "schemars", schemars(range(#(#entries),*)))]))
}

/// A variant of an enum of texts, with its documentation.
fn variant(text: &Text, attr: Option<TokenStream>) -> syn::Variant {
    let name = &text.name;
    let mut variant: syn::Variant = syn::parse_quote!(#attr #name);
    set_doc(&mut variant.attrs, &text.doc());
    variant
}

/// An enum of the client's, with the values that there are.
fn closed_enum(shape: &Shape, texts: &[Text]) -> syn::File {
    let name = &shape.name;
    let variants = texts.iter().map(|text| {
        let value = &text.value;
        variant(text, (text.name != value).then(|| quote!(#[serde(rename = #value)])))
    });
    let mut item: syn::ItemEnum = syn::parse_quote! {
        #[derive(
            ::serde::Deserialize, ::serde::Serialize, Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd
        )]
        pub enum #name { #(#variants),* }
    };
    finish(&mut item.attrs, shape);
    if texts.is_empty() {
        return syn::parse_quote!(#item);
    }
    let (names, values): (Vec<_>, Vec<_>) = texts.iter().map(|text| (&text.name, &text.value)).unzip();
    let texts = [quote!(&str), quote!(::std::string::String)];
    // 'invalid value' does not help; the list of valid values does.
    let format =
        format!("`{{}}` is none of: {}", values.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "));
    syn::parse_quote! {
        #item
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match *self {
                    #(Self::#names => f.write_str(#values),)*
                }
            }
        }
        impl ::std::str::FromStr for #name {
            type Err = self::error::ConversionError;
            fn from_str(value: &str) -> ::std::result::Result<Self, self::error::ConversionError> {
                match value {
                    #(#values => Ok(Self::#names),)*
                    _ => Err(::std::format!(#format, value).into()),
                }
            }
        }
        #(impl ::std::convert::TryFrom<#texts> for #name {
            type Error = self::error::ConversionError;
            fn try_from(value: #texts) -> ::std::result::Result<Self, self::error::ConversionError> {
                value.parse()
            }
        })*
    }
}

/// An enum of the server's, with a variant for what it may say next year.
fn open_enum(shape: &Shape, texts: &[Text], unknown: &Ident) -> Item {
    let (name, variants) = (&shape.name, texts.iter().map(|text| variant(text, None)));
    let mut item: syn::ItemEnum = syn::parse_quote! {
        #[non_exhaustive]
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum #name {
            #(#variants,)*
            /// A value that this version of the crate does not know.
            #unknown(crate::UnknownValue)
        }
    };
    set_doc(&mut item.attrs, &said_of(shape));
    Item::Enum(item)
}

fn open_enum_impls(name: &Ident, texts: &[Text], unknown: &Ident) -> syn::File {
    let (idents, values): (Vec<_>, Vec<_>) = texts.iter().map(|text| (&text.name, &text.value)).unzip();
    // A variant may have that name.
    let is_taken = idents.iter().any(|name| *name == "Err");
    let error = if is_taken { quote!(<Self as ::std::str::FromStr>::Err) } else { quote!(Self::Err) };
    syn::parse_quote! {
        impl #name {
            /// The values that this version of the crate knows.
            pub const KNOWN: &'static [&'static str] = &[#(#values),*];

            /// The value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #values,)*
                    Self::#unknown(value) => value.as_str(),
                }
            }
        }
        impl ::std::convert::From<&str> for #name {
            fn from(value: &str) -> Self {
                match value {
                    #(#values => Self::#idents,)*
                    _ => Self::#unknown(crate::UnknownValue::new(value)),
                }
            }
        }
        impl ::std::convert::From<::std::string::String> for #name {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }
        impl ::std::convert::AsRef<str> for #name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
        impl ::std::str::FromStr for #name {
            type Err = ::std::convert::Infallible;
            fn from_str(value: &str) -> ::std::result::Result<Self, #error> {
                Ok(Self::from(value))
            }
        }
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl crate::runtime::lenient::Empty for #name {
            fn empty() -> Self {
                Self::from("")
            }
        }
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                deserializer.deserialize_str(crate::runtime::AnyString(::std::marker::PhantomData))
            }
        }
        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for #name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!(#name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                crate::runtime::json_schema(Self::KNOWN)
            }
        }
    }
}
