//! The operations: the functions that begin calls keep progenitor's names; all that a call is made of is emitted anew,
//! from the model.
//!
//! before: `mod builder` of progenitor's
//! after:  `mod calls` of the structs that `calls` makes

use std::collections::BTreeSet;

use syn::visit_mut::VisitMut;
use syn::{Ident, Item};

use super::model::{self, Operation};
use super::rust::{CALLS, impl_of, missing, module, module_mut};
use super::waits::{self, Waits};
use super::{Error, calls, pages};

/// Gives the module of the calls its name.
///
/// # Errors
/// Where there is none.
pub(crate) fn rename_module(file: &mut syn::File) -> Result<(), Error> {
    let is_builder = |item: &&mut Item| matches!(item, Item::Mod(module) if module.ident == "builder");
    let Some(Item::Mod(module)) = file.items.iter_mut().find(is_builder) else { return Err(missing("mod builder")) };
    module.ident = Ident::new(CALLS, module.ident.span());
    module.attrs.retain(|attr| !attr.path().is_ident("doc"));
    module.attrs.push(syn::parse_quote!(
        /// Calls: a struct for each operation, which the client's function of that name makes, with its setters.
    ));
    let clients = file.items.iter_mut().filter_map(|item| match item {
        Item::Impl(item) if impl_of(item).1.as_deref() == Some("Client") => Some(item),
        _ => None,
    });
    clients.for_each(|client| RenamePaths.visit_item_impl_mut(client));
    Ok(())
}

/// Renames the module in the paths of the client's functions.
struct RenamePaths;

impl VisitMut for RenamePaths {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if path.segments.len() > 1 && path.segments[0].ident == "builder" {
            path.segments[0].ident = Ident::new(CALLS, path.segments[0].ident.span());
        }
        syn::visit_mut::visit_path_mut(self, path);
    }
}

/// Puts the crate's calls in the place of progenitor's.
pub(crate) fn emit(
    file: &mut syn::File,
    model: &[Operation<'_>],
    checked: &BTreeSet<String>,
    waits: &Waits,
) -> Result<(), Error> {
    let types = module(&file.items, "types").ok_or_else(|| missing("mod types"))?;
    let mut emitted: Vec<Item> = Vec::new();
    for operation in model {
        let is_one = matches!(&operation.answer, model::Reading::Json(answer) if pages::is_one(answer, types));
        let is_polled = is_one && operation.described.method == "GET" && operation.body.is_none();
        let wait = waits.get(&operation.described.id);
        let waits = if is_polled { waits::functions(operation, wait, types)? } else { Vec::new() };
        emitted.extend(calls::items(operation, checked, pages::of(operation, types), waits));
    }
    let builder = module_mut(&mut file.items, CALLS).ok_or_else(|| missing("mod calls"))?;
    builder.clear();
    builder.push(syn::parse_quote!(
        use super::types;
    ));
    builder.extend(emitted);
    Ok(())
}
