//! The types, as data: typify chooses their names and shapes, the document says all else. What is emitted for a type is
//! made of this; of typify's code only what it writes for unions and newtypes is kept.
//!
//! before: `#[doc = "#/components/schemas/Backup"] pub struct Backup { #[serde(rename = "type")] pub type_: String, … }`
//! after:  `Shape { name: Backup, at: "/components/schemas/Backup", said: "A backup", kind: Object([type_, …]), … }`

use std::collections::BTreeSet;

use quote::format_ident;
use serde_json::Value;
use syn::visit::Visit;
use syn::{Fields, Ident, Item, ItemEnum, ItemStruct, Type};

use super::document::escape;
use super::limits::{Limits, Said, Schemas};
use super::prose::{code, tidy};
use super::rust::{argument, doc_of, last_name, names_in, rename_of, says_to_serde, set_doc};
use super::{Error, Places, names};

/// A type.
pub(crate) struct Shape {
    pub(crate) name: Ident,
    /// The JSON pointer of its schema, where it has one of its own.
    pub(crate) at: Option<String>,
    /// What upstream says of it.
    pub(crate) said: String,
    pub(crate) kind: Kind,
    /// What typify implements for it.
    pub(crate) impls: Vec<Item>,
}

pub(crate) enum Kind {
    Object(Object),
    /// An enum of strings.
    Texts(Vec<Text>),
    /// One of several types, as typify has it.
    Union(ItemEnum),
    /// A type around another one, as typify has it.
    Newtype(ItemStruct),
}

pub(crate) struct Object {
    pub(crate) fields: Vec<Field>,
    /// Whether the document allows no other field.
    pub(crate) is_closed: bool,
    /// Whether what it holds is any `T`.
    pub(crate) is_generic: bool,
}

pub(crate) struct Field {
    pub(crate) name: Ident,
    /// Its name in JSON.
    pub(crate) json: String,
    pub(crate) ty: Type,
    /// Whether its key has to be there.
    pub(crate) is_required: bool,
    /// Whether what it holds stands beside it, in the same object.
    pub(crate) is_flat: bool,
    /// The JSON pointer of its schema, where that is not a reference.
    pub(crate) at: Option<String>,
    /// What upstream says of it, or of its type.
    pub(crate) said: String,
    pub(crate) limits: Limits,
    pub(crate) is_nullable: bool,
}

/// One string of an enum.
pub(crate) struct Text {
    pub(crate) name: Ident,
    /// As it is in JSON.
    pub(crate) value: String,
    pub(crate) said: String,
}

impl Shape {
    pub(crate) fn object(&self) -> Option<&Object> {
        if let Kind::Object(object) = &self.kind { Some(object) } else { None }
    }

    pub(crate) fn union(&self) -> Option<&ItemEnum> {
        if let Kind::Union(item) = &self.kind { Some(item) } else { None }
    }

    pub(crate) fn texts(&self) -> Option<&[Text]> {
        if let Kind::Texts(texts) = &self.kind { Some(texts) } else { None }
    }

    /// The types of the document that it holds.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        names_in(|names| match &self.kind {
            Kind::Object(Object { is_generic: true, .. }) | Kind::Texts(_) => {}
            Kind::Object(object) => object.fields.iter().for_each(|field| names.visit_type(&field.ty)),
            Kind::Union(item) => item.variants.iter().for_each(|variant| names.visit_variant(variant)),
            Kind::Newtype(item) => names.visit_fields(&item.fields),
        })
    }
}

impl Object {
    pub(crate) fn field(&self, json: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.json == json)
    }
}

impl Text {
    /// Its documentation.
    pub(crate) fn doc(&self) -> String {
        if self.said.is_empty() { code(&self.value) } else { tidy(&self.said) }
    }
}

impl Field {
    /// What it holds where it is there.
    pub(crate) fn held(&self) -> &Type {
        argument(&self.ty, "Option").unwrap_or(&self.ty)
    }
}

/// The type of a name.
pub(crate) fn find<'s>(shapes: &'s [Shape], name: &Ident) -> Option<&'s Shape> {
    shapes.iter().find(|shape| shape.name == *name)
}

/// Reads the types that typify has made. `schemas` is what the document says of each.
///
/// # Errors
/// Where there is something else among them.
pub(crate) fn of(types: &[Item], schemas: &Schemas, document: &Value) -> Result<Vec<Shape>, Error> {
    let mut shapes: Vec<Shape> = Vec::new();
    for item in types {
        let (name, attrs, kind) = match item {
            Item::Struct(item) => (&item.ident, &item.attrs, struct_of(item, schemas)),
            Item::Enum(item) => (&item.ident, &item.attrs, enum_of(item, schemas)),
            // Builders and the error of conversions are emitted otherwise.
            Item::Mod(_) => continue,
            Item::Impl(item) => {
                let of = shapes.last_mut().ok_or_else(|| Error::Shape("an impl stands before all types".into()))?;
                of.impls.push(Item::Impl(item.clone()));
                continue;
            }
            _ => return Err(Error::Shape("typify has made what is neither a type nor an impl".into())),
        };
        let (at, Said { text: said, .. }) = said_of(attrs, schemas);
        shapes.push(Shape { name: name.clone(), at, said, kind, impls: Vec::new() });
    }
    for shape in &mut shapes {
        let prefix = shape.at.as_ref().and_then(|at| document.pointer(at)?.get(names::PREFIX)?.as_str());
        let Kind::Texts(texts) = &mut shape.kind else { continue };
        let old: Vec<_> = texts.iter().map(|text| (text.name.to_string(), text.value.clone())).collect();
        let better = names::better(&old, prefix.unwrap_or_default());
        for text in texts {
            text.name = better.get(&text.name.to_string()).map_or(text.name.clone(), |name| format_ident!("{name}"));
        }
    }
    say_of_references(&mut shapes);
    Ok(shapes)
}

/// What is said where typify put a pointer, and that; or what typify itself says.
fn said_of(attrs: &[syn::Attribute], schemas: &Schemas) -> (Option<String>, Said) {
    let doc = doc_of(attrs);
    let pointer = doc.strip_prefix('#').filter(|pointer| pointer.starts_with('/'));
    match pointer.and_then(|pointer| Some((pointer, schemas.get(pointer)?))) {
        Some((pointer, said)) => (Some(pointer.to_owned()), said.clone()),
        None => (None, Said { text: doc.trim().to_owned(), ..Said::default() }),
    }
}

fn struct_of(item: &ItemStruct, schemas: &Schemas) -> Kind {
    let Fields::Named(fields) = &item.fields else { return Kind::Newtype(item.clone()) };
    let is_closed = says_to_serde(&item.attrs, "deny_unknown_fields");
    let field = |field: &syn::Field| {
        let name = field.ident.clone()?;
        let says = |word: &str| says_to_serde(&field.attrs, word);
        let (at, Said { text: said, limits, is_nullable }) = said_of(&field.attrs, schemas);
        Some(Field {
            json: rename_of(&field.attrs).unwrap_or_else(|| name.to_string().trim_start_matches("r#").to_owned()),
            name,
            ty: field.ty.clone(),
            is_required: !says("skip_serializing_if") && !says("default"),
            is_flat: says("flatten"),
            at,
            said,
            limits,
            is_nullable,
        })
    };
    Kind::Object(Object { fields: fields.named.iter().filter_map(field).collect(), is_closed, is_generic: false })
}

fn enum_of(item: &ItemEnum, schemas: &Schemas) -> Kind {
    let text = |variant: &syn::Variant| {
        matches!(variant.fields, Fields::Unit).then(|| Text {
            name: variant.ident.clone(),
            value: rename_of(&variant.attrs).unwrap_or_else(|| variant.ident.to_string()),
            said: said_of(&variant.attrs, schemas).1.text,
        })
    };
    if let Some(texts) = item.variants.iter().map(text).collect() {
        return Kind::Texts(texts);
    }
    let mut union = item.clone();
    for variant in &mut union.variants {
        let said = tidy(&said_of(&variant.attrs, schemas).1.text);
        let held = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => last_name(&fields.unnamed[0].ty),
            _ => None,
        };
        let own = held.map_or_else(|| format!("`{}`.", variant.ident), |held| format!("A `{held}`."));
        set_doc(&mut variant.attrs, if said.is_empty() { &own } else { &said });
        if let Fields::Named(fields) = &mut variant.fields {
            for field in &mut fields.named {
                let said = tidy(&said_of(&field.attrs, schemas).1.text);
                let name = field.ident.as_ref().map(|name| format!("`{name}`")).unwrap_or_default();
                set_doc(&mut field.attrs, if said.is_empty() { &name } else { &said });
            }
        }
    }
    Kind::Union(union)
}

/// Says of a field that refers to a type what is said of that.
fn say_of_references(shapes: &mut [Shape]) {
    let said: Vec<(Ident, String)> = shapes.iter().map(|shape| (shape.name.clone(), shape.said.clone())).collect();
    for shape in shapes {
        let Kind::Object(object) = &mut shape.kind else { continue };
        for field in object.fields.iter_mut().filter(|field| field.said.is_empty()) {
            let of_type = last_name(field.held()).and_then(|ty| said.iter().find(|(name, _)| name == ty));
            let said = of_type.map(|(_, said)| said.clone()).filter(|said| !said.is_empty());
            field.said = said.unwrap_or_else(|| format!("`{}`", field.name));
        }
    }
}

/// The types and fields that schemas became. A field is found by its type's schema and its name, too, as where its
/// schema is a reference it has none of its own.
pub(crate) fn places(shapes: &[Shape]) -> Places {
    let mut places = Vec::new();
    for Shape { name, at, kind, .. } in shapes {
        let Some(of_type) = at else { continue };
        places.push((of_type.clone(), format!("types::{name}")));
        let Kind::Object(object) = kind else { continue };
        for field in &object.fields {
            let path = format!("types::{name}::{}", field.name);
            let by_name = format!("{of_type}/properties/{}", escape(&field.json));
            places.extend(field.at.clone().filter(|own| *own != by_name).map(|own| (own, path.clone())));
            places.push((by_name, path));
        }
    }
    places
}
