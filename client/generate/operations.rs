//! The operations: the functions that begin calls keep progenitor's names; all that a call is made of is emitted anew,
//! from the model.
//!
//! before: `mod builder` of progenitor's
//! after:  `mod builder` of the structs that `calls` makes

use std::collections::BTreeSet;

use syn::Item;

use super::model::{self, Operation};
use super::rust::{missing, module, module_mut};
use super::waits::{self, Waits};
use super::{Error, calls, pages};

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
    let builder = module_mut(&mut file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    builder.clear();
    builder.push(syn::parse_quote!(
        use super::types;
    ));
    builder.extend(emitted);
    Ok(())
}
