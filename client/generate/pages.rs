//! Lists that come in pages: those that take a `page` and answer with a list `data` and a `next_page`.
//!
//! before: `ListBackups`, whose parameter 3 is `page: i64`, and `PaginatedBackup { data: Vec<Backup>, next_page: Option<i64> }`
//! after:  `Paged { at: 3, held: types::Backup }`

use syn::{Fields, FieldsNamed, Item, Type};

use super::model::{Operation, Reading};
use super::rust::{argument, last_name};

/// The property that holds a page's items.
pub(crate) const DATA: &str = "data";
/// The property with the number of the page after this one.
pub(crate) const NEXT: &str = "next_page";
/// The parameter that chooses a page.
const PAGE: &str = "page";

/// A list that comes in pages.
pub(crate) struct Paged {
    /// Where the parameter is that chooses a page.
    pub(crate) at: usize,
    /// What the pages hold.
    pub(crate) held: Type,
}

/// Whether these are the fields of a page.
pub(crate) fn is_page(fields: &FieldsNamed) -> bool {
    items(fields).is_some()
}

/// What a page's list holds, where the fields are those of a page.
fn items(fields: &FieldsNamed) -> Option<&Type> {
    let next = field(fields, NEXT).and_then(|next| argument(next, "Option"))?;
    last_name(next).filter(|name| *name == "i64")?;
    argument(field(fields, DATA)?, "Vec")
}

fn field<'a>(fields: &'a FieldsNamed, name: &str) -> Option<&'a Type> {
    fields.named.iter().find(|field| field.ident.as_ref().is_some_and(|ident| ident == name)).map(|field| &field.ty)
}

/// Whether a type is a struct that is no page: one thing.
pub(crate) fn is_one(ty: &Type, types: &[Item]) -> bool {
    last_name(ty).and_then(|name| fields_of(types, &name.to_string())).is_some_and(|fields| !is_page(fields))
}

/// How the pages of an operation are gone through, where its answers come in pages.
pub(crate) fn of(operation: &Operation<'_>, types: &[Item]) -> Option<Paged> {
    let Reading::Json(answer) = &operation.answer else { return None };
    let is_page = |setter: &syn::Ident, ty: &Type| setter == PAGE && last_name(ty).is_some_and(|name| name == "i64");
    let at = operation.parameters.iter().position(|parameter| is_page(&parameter.setter, &parameter.ty))?;
    let held = items(fields_of(types, &last_name(answer)?.to_string())?)?;
    // `Vec<Backup>` in `types` is a list of `types::Backup` elsewhere.
    let is_own = |name: &str| {
        types.iter().any(|item| match item {
            Item::Struct(item) => item.ident == name,
            Item::Enum(item) => item.ident == name,
            _ => false,
        })
    };
    let held = match held {
        Type::Path(path) if path.path.get_ident().is_some_and(|name| is_own(&name.to_string())) => {
            syn::parse_quote!(types::#held)
        }
        _ => held.clone(),
    };
    Some(Paged { at, held }).filter(|_| operation.body.is_none())
}

fn fields_of<'a>(items: &'a [Item], name: &str) -> Option<&'a FieldsNamed> {
    items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => match &item.fields {
            Fields::Named(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    })
}
