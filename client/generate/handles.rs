//! Handles: the operations that are about a branch, with its names set.
//!
//! before: `client.get_branch_schema().organization("acme").database("shop").branch("main")`
//! after:  and `client.branch(&main).get_branch_schema()`, as of every operation whose path begins with a branch's

use quote::{format_ident, quote};
use syn::{ImplItem, Item, ReturnType};

use super::Error;
use super::described::Operations;
use super::operations::calls;
use super::rust::{functions, impl_of, missing, module};

/// How the path of a branch is written. `crate::Branch` knows what is in braces.
const BRANCH: &str = "/organizations/{organization}/databases/{database}/branches/{branch}";
const NAMES: [&str; 3] = ["organization", "database", "branch"];

/// Adds the functions of the handle.
pub(crate) fn add(file: &mut syn::File, operations: &Operations) -> Result<(), Error> {
    let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let calls = calls(file, operations);
    // A parameter of another name, or none, is set by no function of that name.
    let takes_names = |owner: &str| {
        let of_owner = builder.iter().filter_map(|item| match item {
            Item::Impl(item) if impl_of(item) == (None, Some(owner.to_owned())) => Some(item),
            _ => None,
        });
        let names: Vec<_> = of_owner.flat_map(functions).map(|function| function.sig.ident.to_string()).collect();
        NAMES.iter().all(|name| names.iter().any(|other| other == name))
    };
    let mut about_branch = Vec::new();
    for item in file.items.iter().filter_map(|item| if let Item::Impl(item) = item { Some(item) } else { None }) {
        for function in functions(item) {
            let ReturnType::Type(_, call) = &function.sig.output else { continue };
            let Some(owner) = super::rust::last_name(call).map(ToString::to_string) else { continue };
            let begins =
                |path: &str| path.strip_prefix(BRANCH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if calls.get(&owner).is_some_and(|described| begins(&described.path)) && takes_names(&owner) {
                about_branch.push((function.sig.ident.clone(), format_ident!("{owner}")));
            }
        }
    }
    let functions: Vec<ImplItem> = about_branch
        .into_iter()
        .map(|(name, call)| {
            let doc = format!(" [`Client::{name}`](crate::Client::{name}) of this branch.");
            let [organization, database, branch] = NAMES.map(|name| format_ident!("{name}"));
            let set = quote!(.#organization(#organization).#database(#database).#branch(#branch));
            syn::parse_quote! {
                #[doc = #doc]
                pub fn #name(&self) -> builder::#call<'a> {
                    let (client, [#organization, #database, #branch]) = self.names();
                    client.#name() #set
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
