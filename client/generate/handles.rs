//! Handles: the operations that are about a branch, with its names set.
//!
//! before: `client.get_branch_schema().organization("acme").database("shop").branch("main")`
//! after:  and `client.branch(&main).get_branch_schema()`, as of every operation whose path begins with a branch's

use syn::ImplItem;

use super::model::Operation;

/// How the path of a branch is written. `crate::Branch` knows what is in braces.
const BRANCH: &str = "/organizations/{organization}/databases/{database}/branches/{branch}";
const NAMES: [&str; 3] = ["organization", "database", "branch"];

/// Adds the functions of the handle.
pub(crate) fn add(file: &mut syn::File, model: &[Operation<'_>]) {
    let is_about_branch =
        |path: &str| path.strip_prefix(BRANCH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // A parameter of another name, or none, is set by no function of that name.
    let is_handled = |operation: &&Operation<'_>| {
        is_about_branch(&operation.described.path) && NAMES.iter().all(|name| operation.has_setter(name))
    };
    let functions: Vec<ImplItem> = model
        .iter()
        .filter(is_handled)
        .map(|Operation { function: name, call, .. }| {
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
}
