//! The operations: the functions that begin calls, and what a call is made of, all from the model.
//!
//! before: `Operation { function: get_backup, call: GetBackup, … }`
//! after:  `impl Client { pub fn get_backup(&self) -> calls::GetBackup<'_> { … } }`, and `mod calls` of the structs that
//!         `calls` makes

use std::collections::BTreeSet;

use serde_json::Value;
use syn::{ImplItemFn, Item};

use super::features::{condition, put};
use super::model::{Operation, Reading};
use super::rust::set_doc;
use super::shapes::Shape;
use super::waits::{self, Waits};
use super::{Error, calls, docs, pages};

/// The functions of the client.
pub(crate) fn client(model: &[Operation<'_>], document: &Value, shapes: &[Shape]) -> Option<Item> {
    let mut operations: Vec<&Operation<'_>> = model.iter().collect();
    operations.sort_by_key(|operation| operation.nth);
    let functions = operations.into_iter().map(|operation| {
        let Operation { function: name, call, .. } = operation;
        let mut function: ImplItemFn = syn::parse_quote! {
            pub fn #name(&self) -> calls::#call<'_> {
                calls::#call::new(self)
            }
        };
        set_doc(&mut function.attrs, &docs::text(operation, document, shapes));
        for alias in docs::aliases(operation, document) {
            function.attrs.push(syn::parse_quote!(#[doc(alias = #alias)]));
        }
        function.attrs.extend(condition(operation.described.feature.iter()));
        function
    });
    // A file of one feature gets a heading of its own.
    let client = syn::parse_quote! {
        /// # Operations
        ///
        /// Each begins a call: set what it needs, and `send` or await it.
        impl Client { #(#functions)* }
    };
    (!model.is_empty()).then_some(client)
}

/// The module of the calls. `checked` are the types that have limits to be held to.
///
/// # Errors
/// Where it is not known how to wait for an operation.
pub(crate) fn calls(
    model: &[Operation<'_>],
    shapes: &[Shape],
    checked: &BTreeSet<String>,
    waits: &Waits,
) -> Result<Item, Error> {
    let mut items: Vec<Item> = Vec::new();
    for operation in model {
        let answer = match &operation.answer {
            Reading::Json(answer) => pages::object_of(answer, shapes).filter(|answer| !pages::is_page(answer)),
            _ => None,
        };
        let answer = answer.filter(|_| operation.described.method == "GET" && operation.body.is_none());
        let wait = waits.get(&operation.described.id);
        let waits = answer.map(|answer| waits::functions(operation, wait, answer)).transpose()?;
        let mut of_call = calls::items(operation, checked, pages::of(operation, shapes), waits.unwrap_or_default());
        of_call.iter_mut().for_each(|item| put(item, operation.described.feature.iter()));
        items.extend(of_call);
    }
    Ok(syn::parse_quote! {
        #[allow(clippy::all)]
        /// Calls: a struct for each operation, which the client's function of that name makes, with its setters.
        pub mod calls {
            use super::types;
            #(#items)*
        }
    })
}
