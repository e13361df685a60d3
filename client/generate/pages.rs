//! Streams over the operations whose answers come in pages: those that take a `page` and answer with a list
//! `data` and a `next_page`.
//!
//! before: `ListBackups::send()`, one page
//! after:  and `ListBackups::pages()`, a stream of answers, and `ListBackups::items()`, of what they hold

use quote::format_ident;
use syn::{Fields, FieldsNamed, ImplItem, Item, ItemImpl, ReturnType, Type};

use super::Error;
use super::rust::{argument, as_send, functions, impl_of, last_name, missing, module, module_mut};

/// The property that holds a page's items.
pub(crate) const DATA: &str = "data";
/// The property with the number of the page after this one.
pub(crate) const NEXT: &str = "next_page";
/// The parameter that chooses a page.
const PAGE: &str = "page";

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

/// Adds the streams to the builders of such operations.
pub(crate) fn add(file: &mut syn::File) -> Result<(), Error> {
    let types = module(&file.items, "types").ok_or_else(|| missing("mod types"))?;
    let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let of = |(at, item): (usize, &Item)| Some((at, streams_of(item, builder, types)?));
    let added: Vec<(usize, [ImplItem; 2])> = builder.iter().enumerate().filter_map(of).collect();
    let builder = module_mut(&mut file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    for (at, streams) in added {
        if let Item::Impl(item) = &mut builder[at] {
            item.items.extend(streams);
        }
    }
    Ok(())
}

/// The streams of an operation, where its answers come in pages.
fn streams_of(item: &Item, builder: &[Item], types: &[Item]) -> Option<[ImplItem; 2]> {
    let Item::Impl(item) = item else { return None };
    let (None, Some(name)) = impl_of(item) else { return None };
    let first = first_page(field(fields_of(builder, &name)?, PAGE)?)?;
    let (answer, held) = answer(item, types)?;
    // A parameter may have the name of a stream.
    let names = ["pages", "items"].map(|name| {
        let taken = functions(item).any(|function| function.sig.ident == name);
        format_ident!("{name}{}", if taken { "_" } else { "" })
    });
    Some(streams(&names, &answer, &held, &first))
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

/// What an operation answers with, and what that holds, where it is a page.
fn answer(item: &ItemImpl, types: &[Item]) -> Option<(Type, Type)> {
    let ReturnType::Type(_, output) = &item.items.iter().find_map(as_send)?.sig.output else { return None };
    let answer = argument(argument(output, "Result")?, "ResponseValue")?;
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
    Some((answer.clone(), held))
}

/// The page that a builder begins with.
fn first_page(ty: &Type) -> Option<syn::Expr> {
    let value = argument(ty, "Result")?;
    let is_number = |ty: &Type| last_name(ty).is_some_and(|name| name == "i64");
    match argument(value, "Option") {
        Some(value) if is_number(value) => Some(syn::parse_quote!(self.page.as_ref().ok().copied().flatten())),
        None if is_number(value) => Some(syn::parse_quote!(self.page.as_ref().ok().copied())),
        _ => None,
    }
}

fn streams([pages, items]: &[syn::Ident; 2], answer: &Type, held: &Type, first: &syn::Expr) -> [ImplItem; 2] {
    let doc = format!(
        " A stream of what the [pages](Self::{pages}) hold. Whoever deletes what it gives collects it first: see \
         [`Items`](crate::Items)."
    );
    [
        syn::parse_quote! {
            /// A stream of answers, page by page, from the page that is set, or else the first. Nothing is sent
            /// before it is polled; each page is a call like any other, with its own retries and time-out.
            ///
            /// # Errors
            /// As `send`, for each page. A `next_page` that does not come after the page that names it is
            /// [`Error::Unreadable`](crate::Error::Unreadable). The stream ends after an error.
            pub fn #pages(self) -> crate::Pages<'a, #answer> {
                let first = #first;
                let call = move |page| {
                    let call = self.clone();
                    match page {
                        Some(page) => call.page::<i64>(page),
                        None => call,
                    }
                    .into_future()
                };
                crate::Pages::new(Self::OPERATION, first, call, |page| page.next_page)
            }
        },
        syn::parse_quote! {
            #[doc = #doc]
            pub fn #items(self) -> crate::Items<'a, #held> {
                crate::Items::new(self.#pages(), |page| page.data)
            }
        },
    ]
}
