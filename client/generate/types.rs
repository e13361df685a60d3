//! The types: open to whatever the server sends, strict about what the client sends.
//!
//! before: `#[serde(deny_unknown_fields)] pub struct Backup { …: BackupState }`, `enum BackupState { Pending, … }`
//! after:  `#[non_exhaustive] pub struct Backup { … }` without the denial, and
//!         `#[non_exhaustive] enum BackupState { Pending, …, Unknown(UnknownValue) }`

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Fields, Ident, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct, Type};

use super::directions::Directions;
use super::discriminators::Discriminators;
use super::document::escape;
use super::notes::{Bound, Limits, read_note};
use super::prose::{code, tidy};
use super::rust::{
    argument, doc_of, impl_of, last_name, module_mut, rename_of, retain_serde_metas, says_to_serde, set_doc,
};
use super::{Error, Places, builders, checks, notes, nullable, objects, unions};

/// Hardens `mod types` and returns the names of the types whose values must be checked before they
/// are sent, and what each schema became (see [`Generated::places`](super::Generated::places)).
pub(crate) fn open_and_check(
    file: &mut syn::File,
    directions: &Directions,
    discriminators: &Discriminators,
) -> Result<(BTreeSet<String>, Places), Error> {
    let types = module_mut(&mut file.items, "types").ok_or_else(|| Error::Shape("mod types is missing".into()))?;

    let mut opened = BTreeMap::new();
    let mut limits: BTreeMap<String, Vec<(Ident, Type, Limits)>> = BTreeMap::new();
    let docs = type_docs(types);
    let places = places(types);
    let alternatives = unions::alternatives(types, discriminators);
    let tags = unions::tags(types, &alternatives);
    let (mut unions, mut readers, mut known) = (BTreeSet::new(), Vec::new(), Vec::new());
    for item in types.iter_mut() {
        match item {
            Item::Struct(item) => {
                let fields = open_struct(item, directions, &docs);
                limits.insert(item.ident.to_string(), fields);
            }
            Item::Enum(item) => {
                let name = item.ident.to_string();
                let values = unit_values(item);
                let is_answer = directions.response.contains(&name);
                let reader = unions::reader(item, discriminators, &places).filter(|_| is_answer && values.is_none());
                document(&mut item.attrs, &format!("`{name}`"));
                item.attrs.push(syn::parse_quote!(#[non_exhaustive]));
                for (variant, value) in item.variants.iter_mut().zip(values.iter().flatten()) {
                    if doc_of(&variant.attrs).is_empty() {
                        set_doc(&mut variant.attrs, &code(value));
                    }
                }
                match values {
                    Some(values) if is_answer && !tags.contains(&name) => {
                        opened.insert(name, values);
                    }
                    Some(values) => {
                        item.attrs.push(schemars_derive());
                        known.push(known_values(&item.ident, &values));
                    }
                    None => {
                        item.attrs.push(schemars_derive());
                        unions::document_and_open(item, is_answer, reader.is_some());
                        readers.extend(reader);
                        if is_answer {
                            unions.insert(name);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let open: BTreeSet<String> = opened.keys().cloned().collect();
    unions::drop_impls(types, &unions.union(&open).cloned().collect());
    types.extend(readers);
    types.extend(known);
    objects::write_readers(types, directions, &open, &alternatives);
    open_enums(types, &opened)?;
    for item in types.iter_mut() {
        if let Item::Impl(item) = item {
            document_impl(item);
            name_the_choices(item);
        }
    }
    builders::emit(types, &directions.request);
    Ok((checks::add(types, &limits, directions), places))
}

/// The types and fields that schemas became. A field is found by its type's schema and its name, too, as
/// where its schema is a reference there is no note of it.
fn places(types: &[Item]) -> Places {
    let mut places = Vec::new();
    for item in types {
        let (ident, attrs) = match item {
            Item::Struct(item) => (&item.ident, &item.attrs),
            Item::Enum(item) => (&item.ident, &item.attrs),
            _ => continue,
        };
        let Some(of_type) = read_note(&doc_of(attrs)).1 else { continue };
        let of_type = of_type.trim_start_matches('#');
        places.push((of_type.to_owned(), format!("types::{ident}")));
        let Item::Struct(ItemStruct { fields: Fields::Named(fields), .. }) = item else { continue };
        for field in &fields.named {
            let Some(name) = &field.ident else { continue };
            let path = format!("types::{ident}::{name}");
            let json = rename_of(&field.attrs).unwrap_or_else(|| name.to_string());
            let by_name = format!("{of_type}/properties/{}", escape(&json));
            if let Some(own) = read_note(&doc_of(&field.attrs)).1
                && own.trim_start_matches('#') != by_name
            {
                places.push((own.trim_start_matches('#').to_owned(), path.clone()));
            }
            places.push((by_name, path));
        }
    }
    places
}

/// What each type is for, by its name: the description of a field that refers to it.
fn type_docs(types: &[Item]) -> BTreeMap<String, String> {
    let entry = |ident: &Ident, attrs| (ident.to_string(), read_note(&doc_of(attrs)).0);
    types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(entry(&item.ident, &item.attrs)),
            Item::Enum(item) => Some(entry(&item.ident, &item.attrs)),
            _ => None,
        })
        .collect()
}

/// A type's documentation: what upstream says of it, and where it says so.
fn document(attrs: &mut Vec<Attribute>, otherwise: &str) {
    let (prose, at, _) = read_note(&doc_of(attrs));
    let prose = if prose.is_empty() { otherwise.to_owned() } else { tidy(&prose) };
    let place = at.map(|at| format!("\n\nFrom {} of the spec.", code(&at))).unwrap_or_default();
    set_doc(attrs, &format!("{prose}{place}"));
}

fn schemars_derive() -> Attribute {
    syn::parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))])
}

fn open_struct(
    item: &mut ItemStruct,
    directions: &Directions,
    docs: &BTreeMap<String, String>,
) -> Vec<(Ident, Type, Limits)> {
    let name = item.ident.to_string();
    document(&mut item.attrs, &format!("`{name}`"));
    if directions.response.contains(&name) {
        item.attrs.retain(|attr| !denies_unknown_fields(attr));
    } else if directions.request.contains(&name)
        && !item.fields.iter().any(|field| field.attrs.iter().any(|attr| says_to_serde(attr, "flatten")))
        && !item.attrs.iter().any(denies_unknown_fields)
    {
        // What a program reads from a file of its own: a misspelt key is an error, and not a request without it.
        item.attrs.push(syn::parse_quote!(#[serde(deny_unknown_fields)]));
    }
    item.attrs.push(syn::parse_quote!(#[non_exhaustive]));
    item.attrs.push(schemars_derive());
    let mut limits = Vec::new();
    if let Fields::Named(fields) = &mut item.fields {
        for field in &mut fields.named {
            let (mut prose, _, found) = read_note(&doc_of(&field.attrs));
            if directions.request.contains(&name) {
                nullable::keep_unset(field);
            }
            if prose.is_empty() {
                let inner = argument(&field.ty, "Option").unwrap_or(&field.ty);
                let of_type = last_name(inner).and_then(|n| docs.get(&n.to_string()));
                prose = of_type
                    .filter(|d| !d.is_empty())
                    .cloned()
                    .unwrap_or_else(|| field.ident.as_ref().map(|i| format!("`{i}`")).unwrap_or_default());
            }
            let is_clearable = notes::is_nullable(&doc_of(&field.attrs));
            set_doc(&mut field.attrs, &tidy(&prose));
            if is_clearable && directions.request.contains(&name) && !directions.response.contains(&name) {
                nullable::keep_null(field);
            }
            if directions.response.contains(&name) {
                absent_is_null(field);
            }
            if let Some(range) = schemars_range(&found).filter(|_| directions.request.contains(&name)) {
                field.attrs.push(range);
            }
            if let Some(ident) = &field.ident {
                limits.push((ident.clone(), field.ty.clone(), found));
            }
        }
    }
    limits
}

fn denies_unknown_fields(attr: &Attribute) -> bool {
    says_to_serde(attr, "deny_unknown_fields")
}

/// What can be null can be absent: typify has serde insist on the key of a required property, by a function in an
/// attribute that may say its name, too.
fn absent_is_null(field: &mut syn::Field) {
    let insists = retain_serde_metas(field, |meta| !meta.path().is_ident("deserialize_with"));
    if insists {
        field.attrs.push(syn::parse_quote!(#[serde(default)]));
    }
}

/// The limits in the JSON Schema that schemars derives.
fn schemars_range(limits: &Limits) -> Option<Attribute> {
    let bounds = limits.iter().filter(|limit| matches!(limit.bound, Bound::Min | Bound::Max) && !limit.is_of_each);
    let entries = bounds.filter_map(|limit| {
        let (key, number): (_, TokenStream) = (format_ident!("{}", limit.bound.method()), limit.number.parse().ok()?);
        Some(quote!(#key = #number))
    });
    let entries: Vec<_> = entries.collect();
    (!entries.is_empty()).then(|| syn::parse_quote!(#[cfg_attr(feature = "schemars", schemars(range(#(#entries),*)))]))
}

/// The values of an enum that is a list of strings, else nothing.
fn unit_values(item: &ItemEnum) -> Option<Vec<String>> {
    item.variants
        .iter()
        .map(|variant| match &variant.fields {
            Fields::Unit => Some(rename_of(&variant.attrs).unwrap_or_else(|| variant.ident.to_string())),
            _ => None,
        })
        .collect()
}

/// The values of an enum, for who offers them.
fn known_values(name: &Ident, values: &[String]) -> Item {
    syn::parse_quote! {
        impl #name {
            /// The values that this version of the crate knows.
            pub const KNOWN: &'static [&'static str] = &[#(#values),*];
        }
    }
}

/// Gives each enum of the server's a variant for what it may say next year.
fn open_enums(types: &mut Vec<Item>, opened: &BTreeMap<String, Vec<String>>) -> Result<(), Error> {
    let mut impls = Vec::new();
    for item in types.iter_mut() {
        let Item::Enum(item) = item else { continue };
        let Some(values) = opened.get(&item.ident.to_string()) else { continue };
        let idents: Vec<_> = item.variants.iter().map(|v| v.ident.clone()).collect();
        let unknown = if idents.iter().any(|i| i == "Unknown") { "Unrecognized" } else { "Unknown" };
        let unknown = format_ident!("{unknown}");
        item.attrs.retain(|attr| !attr.path().is_ident("derive"));
        item.attrs.push(syn::parse_quote!(
            #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        ));
        for variant in &mut item.variants {
            variant.attrs.retain(|attr| !attr.path().is_ident("serde"));
        }
        item.variants.push(syn::parse_quote!(
            /// A value that this version of the crate does not know.
            #unknown(crate::UnknownValue)
        ));
        impls.push(open_enum_impls(&item.ident, &idents, values, &unknown));
    }
    for tokens in impls {
        let file = syn::parse2::<syn::File>(tokens);
        types.extend(file.map_err(|e| Error::Shape(format!("the pass `types` cannot open an enum: {e}")))?.items);
    }
    Ok(())
}

fn open_enum_impls(name: &Ident, idents: &[Ident], values: &[String], unknown: &Ident) -> TokenStream {
    quote! {
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
            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
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

/// The traits of the prelude that are macros, too.
const DERIVED: [&str; 9] = ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];

/// Documents what typify leaves without a word.
fn document_impl(item: &mut ItemImpl) {
    let (of, Some(name)) = impl_of(item) else { return };
    if of.is_some() {
        return;
    }
    for item in &mut item.items {
        if let ImplItem::Fn(function) = item
            && function.sig.ident == "builder"
        {
            // rustdoc takes the name alone for that of a derive macro, too, where there is one.
            let to = if DERIVED.contains(&&*name) { "(Self)" } else { "" };
            set_doc(&mut function.attrs, &format!("A builder for [`{name}`]{to}."));
        }
    }
}

/// `FromStr` of a closed enum: 'invalid value' does not help; the list of valid values does.
fn name_the_choices(item: &mut ItemImpl) {
    if impl_of(item).0.as_deref() != Some("FromStr") {
        return;
    }
    for item in &mut item.items {
        let ImplItem::Fn(function) = item else { continue };
        let Some(syn::Stmt::Expr(syn::Expr::Match(choice), None)) = function.block.stmts.last_mut() else {
            continue;
        };
        let values: Vec<String> = choice
            .arms
            .iter()
            .filter_map(|arm| match &arm.pat {
                syn::Pat::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            })
            .collect();
        let format = format!("`{{}}` is none of: {}", values.join(", "));
        if let Some(last) = choice.arms.last_mut() {
            *last.body = syn::parse_quote!(Err(::std::format!(#format, value).into()));
        }
    }
}
