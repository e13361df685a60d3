//! Handles: the operations that are about a branch, with its names set.
//!
//! before: `client.get_branch_schema().organization("acme").database("shop").branch("main")`
//! after:  and `client.branch(&main).get_branch_schema()`, as of every operation whose path begins with a branch's

use syn::{ImplItem, Item};

use super::Error;
use super::described::Operations;
use super::operations::beginnings;
use super::rust::{functions, impl_of, missing, module};

/// How the path of a branch is written. `crate::Branch` knows what is in braces.
const BRANCH: &str = "/organizations/{organization}/databases/{database}/branches/{branch}";
const NAMES: [&str; 3] = ["organization", "database", "branch"];

/// Adds the functions of the handle.
pub(crate) fn add(file: &mut syn::File, operations: &Operations) -> Result<(), Error> {
    let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    // A parameter of another name, or none, is set by no function of that name.
    let takes_names = |call: &syn::Ident| {
        let of_call = builder.iter().filter_map(|item| match item {
            Item::Impl(item) if impl_of(item) == (None, Some(call.to_string())) => Some(item),
            _ => None,
        });
        let setters: Vec<_> = of_call.flat_map(functions).map(|function| &function.sig.ident).collect();
        NAMES.iter().all(|name| setters.iter().any(|setter| setter == name))
    };
    let is_about_branch =
        |path: &str| path.strip_prefix(BRANCH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let functions: Vec<ImplItem> = beginnings(file, operations)
        .filter(|(_, call, described)| is_about_branch(&described.path) && takes_names(call))
        .map(|(name, call, _)| {
            let doc = format!(" [`Client::{name}`](crate::Client::{name}) of this branch.");
            syn::parse_quote! {
                #[doc = #doc]
                pub fn #name(&self) -> builder::#call<'a> {
                    let (client, [organization, database, branch]) = self.names();
                    client.#name().organization(organization).database(database).branch(branch)
                }
            }
        })
        .collect();
    if !functions.is_empty() {
        file.items.push(syn::parse_quote! {
            /// # Operations
            ///
            /// Each begins a call that is about this branch.
            impl<'a> crate::Branch<'a> {
                #(#functions)*
            }
        });
    }
    Ok(())
}
