//! Lists that come in pages: those with numbers take a `page` and answer with a list `data` and a `next_page`, those with
//! cursors take a `starting_after` and answer with `data` and a `cursor_end`. What all pages have is one type.
//!
//! before: `PaginatedBackup { data: Vec<Backup>, next_page: Option<i64>, … }`, and 40 more
//! after:  `Page<T> { data: Vec<T>, next_page: Option<i64>, … }`, and `types::Page<types::Backup>` where they were
//!
//! The fields of a page are those of the whole document, whatever features are on. Those that are listed here are
//! plain; every other one is an `Option`, and stays one when all pages have it: a field that is new on some pages, or on
//! all, is a new field and breaks nobody.

use std::collections::{BTreeMap, BTreeSet};

use quote::format_ident;
use serde_json::Value;
use syn::{Ident, Item, Type};

use super::Places;
use super::directions::Directions;
use super::limits::Limits;
use super::model::{Operation, Reading};
use super::rust::{argument, last_name};
use super::shapes::{self, Field, Object, Shape};

/// The property that holds a page's items.
pub(crate) const DATA: &str = "data";
/// The property with the number of the page after this one.
pub(crate) const NEXT: &str = "next_page";
/// The parameter that chooses a page.
const PAGE: &str = "page";
/// The parameter that chooses the page after a cursor.
const AFTER: &str = "starting_after";

/// A kind of pages.
struct Kind {
    /// The name of their type.
    name: &'static str,
    doc: &'static str,
    /// What makes a struct one of them: fields by their names in JSON, each with its type.
    plain: &'static [(&'static str, &'static str)],
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "Page",
        doc: "A page of a list, by its number.",
        plain: &[
            ("current_page", "i64"),
            ("next_page", "Option<i64>"),
            ("next_page_url", "Option<String>"),
            ("per_page", "i64"),
            ("prev_page", "Option<i64>"),
            ("prev_page_url", "Option<String>"),
            ("type", "String"),
        ],
    },
    Kind {
        name: "CursorPage",
        doc: "A page of a list, by cursors.",
        plain: &[
            ("cursor_end", "Option<String>"),
            ("cursor_start", "Option<String>"),
            ("has_next", "bool"),
            ("has_prev", "bool"),
            ("type", "String"),
        ],
    },
];

/// The fields of pages over a whole document: each property's type where it is none of the plain ones, and its text.
pub(crate) struct Whole(Vec<BTreeMap<String, (String, String)>>);

impl Whole {
    /// Reads them from a document before any operation is left out of it.
    pub(crate) fn of(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        let schemas: BTreeMap<&String, &Value> = schemas.into_iter().flatten().collect();
        let of = |kind: &Kind| {
            let mut fields = BTreeMap::new();
            for properties in schemas.values().filter_map(|schema| schema.get("properties")?.as_object()) {
                let is_list = properties.get(DATA).is_some_and(|data| data["type"] == "array");
                if is_list && kind.plain.iter().all(|(name, _)| properties.contains_key(*name)) {
                    for (name, property) in properties.iter().filter(|(name, _)| *name != DATA) {
                        let text = property.get("description").and_then(Value::as_str).unwrap_or_default();
                        let of = property.get("type").and_then(Value::as_str).unwrap_or_default();
                        fields.entry(name.clone()).or_insert_with(|| (of.to_owned(), text.to_owned()));
                    }
                }
            }
            fields
        };
        Self(KINDS.iter().map(of).collect())
    }
}

/// A list that comes in pages.
pub(crate) struct Paged {
    /// Where the parameter is that chooses a page.
    pub(crate) at: usize,
    /// What the pages hold.
    pub(crate) held: Type,
    /// Whether they have cursors instead of numbers.
    pub(crate) has_cursors: bool,
}

/// Makes one type of all pages, has it stand in their places, and returns its fixtures.
pub(crate) fn unify(
    shapes: &mut Vec<Shape>,
    model: &mut [Operation<'_>],
    directions: &mut Directions,
    whole: &Whole,
    places: &mut Places,
) -> Vec<Item> {
    let held_elsewhere: BTreeSet<String> = shapes.iter().flat_map(Shape::names).collect();
    let mut unified: BTreeMap<String, (&Kind, Type)> = BTreeMap::new();
    for shape in shapes.iter().filter(|shape| !held_elsewhere.contains(&shape.name.to_string())) {
        let Some(object) = shape.object() else { continue };
        let kind = KINDS.iter().zip(&whole.0).find_map(|(kind, known)| Some((kind, kind.held(object, known)?)));
        unified.extend(kind.map(|kind| (shape.name.to_string(), kind)));
    }
    // A type of the document may have the name of a kind.
    let is_taken = |kind: &Kind| shapes.iter().any(|shape| shape.name == kind.name && !unified.contains_key(kind.name));
    let free: Vec<_> = KINDS.iter().zip(&whole.0).filter(|(kind, _)| !is_taken(kind)).collect();
    unified.retain(|_, (kind, _)| free.iter().any(|(free, _)| free.name == kind.name));
    shapes.retain(|shape| !unified.contains_key(&shape.name.to_string()));
    for (_, path) in places.iter_mut() {
        let name = path.trim_start_matches("types::").split("::").next().unwrap_or_default();
        if let Some((kind, _)) = unified.get(name) {
            *path = path.replacen(name, kind.name, 1);
        }
    }
    for operation in model {
        if let Reading::Json(ty) | Reading::Optional(ty) = &mut operation.answer
            && let Some((kind, held)) = last_name(ty).and_then(|name| unified.get(&name.to_string()))
        {
            let (kind, held) = (format_ident!("{}", kind.name), outside(held, shapes));
            *ty = syn::parse_quote!(types::#kind<#held>);
        }
    }
    for names in [&mut directions.response, &mut directions.answers] {
        names.retain(|name| !unified.contains_key(name));
    }
    let pages: Vec<Shape> = free.into_iter().map(|(kind, known)| kind.shape(known)).collect();
    directions.response.extend(pages.iter().map(|page| page.name.to_string()));
    let fixtures = pages.iter().filter_map(|page| Some(fixture(&page.name, page.object()?))).collect();
    shapes.extend(pages);
    fixtures
}

/// A type as it is named outside of `mod types`.
fn outside(ty: &Type, shapes: &[Shape]) -> Type {
    match last_name(ty).and_then(|name| shapes::find(shapes, name)) {
        Some(_) => syn::parse_quote!(types::#ty),
        None => ty.clone(),
    }
}

impl Kind {
    /// What the list of a page holds, where an object is one of this kind.
    fn held(&self, object: &Object, known: &BTreeMap<String, (String, String)>) -> Option<Type> {
        let mut plain = 0;
        let mut held = None;
        for Field { json, ty, .. } in &object.fields {
            if json == DATA {
                held = argument(ty, "Vec").cloned();
            } else if let Some((_, expected)) = self.plain.iter().find(|(plain, _)| plain == json) {
                (short(ty) == *expected).then_some(())?;
                plain += 1;
            } else {
                let of = &known.get(json)?.0;
                (short(argument(ty, "Option").unwrap_or(ty)) == rust_type(of)).then_some(())?;
            }
        }
        held.filter(|_| plain == self.plain.len())
    }

    /// The type.
    fn shape(&self, known: &BTreeMap<String, (String, String)>) -> Shape {
        let mut types: BTreeMap<&str, String> =
            known.iter().map(|(name, (of, _))| (name.as_str(), format!("Option<{}>", rust_type(of)))).collect();
        types.extend(self.plain.iter().map(|(name, ty)| (*name, (*ty).to_owned())));
        types.insert(DATA, "Vec<T>".to_owned());
        let field = |(json, ty): (&str, String)| {
            let text = if json == DATA { "What the page holds." } else { known.get(json).map_or("", |(_, text)| text) };
            Field {
                name: syn::parse_str(json).unwrap_or_else(|_| format_ident!("{json}_")),
                json: json.to_owned(),
                ty: syn::parse_str(&in_full(&ty)).unwrap_or_else(|_| syn::parse_quote!(::serde_json::Value)),
                is_required: json == DATA || self.plain.iter().any(|(name, _)| *name == json),
                is_flat: false,
                at: None,
                said: if text.is_empty() { format!("`{json}`") } else { text.to_owned() },
                limits: Limits::new(),
                is_nullable: false,
            }
        };
        let object = Object { fields: types.into_iter().map(field).collect(), is_closed: false, is_generic: true };
        Shape {
            name: format_ident!("{}", self.name),
            at: None,
            said: self.doc.to_owned(),
            kind: shapes::Kind::Object(object),
            impls: Vec::new(),
        }
    }
}

/// The fixture of a page, which is empty.
fn fixture(name: &Ident, object: &Object) -> Item {
    let example = object.fields.iter().map(|field| {
        let value = match short(&field.ty).as_str() {
            "Vec" => Value::Array(Vec::new()),
            "i64" => 1.into(),
            "bool" => false.into(),
            "String" => field.json.as_str().into(),
            _ => Value::Null,
        };
        (field.json.clone(), value)
    });
    let example = Value::Object(example.collect()).to_string();
    syn::parse_quote! {
        #[cfg(feature = "mock")]
        impl<T: ::serde::de::DeserializeOwned> crate::mock::Fixture for #name<T> {
            const JSON: &'static str = #example;
        }
    }
}

/// A type of Rust without the modules of its names.
fn short(ty: &Type) -> String {
    match argument(ty, "Option") {
        Some(inner) => format!("Option<{}>", short(inner)),
        None => last_name(ty).map(ToString::to_string).unwrap_or_default(),
    }
}

/// A type of Rust with the modules of its names.
fn in_full(ty: &str) -> String {
    let full =
        [("Option<", "::std::option::Option<"), ("Vec<", "::std::vec::Vec<"), ("String", "::std::string::String")];
    full.iter().fold(ty.to_owned(), |ty, (short, full)| ty.replace(short, full))
}

/// The type of Rust that a type of JSON is in an answer.
fn rust_type(of: &str) -> &'static str {
    match of {
        "integer" => "i64",
        "number" => "f64",
        "boolean" => "bool",
        "string" => "String",
        _ => "::serde_json::Value",
    }
}

/// Whether an object is a page.
pub(crate) fn is_page(object: &Object) -> bool {
    object.is_generic || items(object).is_some()
}

/// What a page's list holds, where an object is one with numbers.
fn items(object: &Object) -> Option<&Type> {
    let field = |name: &str| object.fields.iter().find(|field| field.name == name).map(|field| &field.ty);
    let next = field(NEXT).and_then(|next| argument(next, "Option"))?;
    last_name(next).filter(|name| *name == "i64")?;
    argument(field(DATA)?, "Vec")
}

/// The object that a type is.
pub(crate) fn object_of<'s>(ty: &Type, shapes: &'s [Shape]) -> Option<&'s Object> {
    let is_page_of_all = KINDS.iter().any(|kind| argument(ty, kind.name).is_some());
    last_name(ty).filter(|_| !is_page_of_all).and_then(|name| shapes::find(shapes, name)?.object())
}

/// How the pages of an operation are gone through, where its answers come in pages.
pub(crate) fn of(operation: &Operation<'_>, shapes: &[Shape]) -> Option<Paged> {
    let Reading::Json(answer) = &operation.answer else { return None };
    if operation.body.is_some() {
        return None;
    }
    let parameter = |name: &str, of: &str| {
        let is_it = |setter: &syn::Ident, ty: &Type| setter == name && last_name(ty).is_some_and(|ty| ty == of);
        operation.parameters.iter().position(|parameter| is_it(&parameter.setter, &parameter.ty))
    };
    let [numbers, cursors] = [&KINDS[0], &KINDS[1]].map(|kind| argument(answer, kind.name));
    if let Some(held) = cursors {
        return Some(Paged { at: parameter(AFTER, "String")?, held: held.clone(), has_cursors: true });
    }
    let at = parameter(PAGE, "i64")?;
    if let Some(held) = numbers {
        return Some(Paged { at, held: held.clone(), has_cursors: false });
    }
    let held = outside(items(object_of(answer, shapes)?)?, shapes);
    Some(Paged { at, held, has_cursors: false })
}
