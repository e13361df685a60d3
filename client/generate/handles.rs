//! Handles: the operations that are about an organization, a database or a branch, with its names set.
//!
//! before: `client.get_branch_schema().organization("acme").database("shop").branch("main")`
//! after:  and `client.organization("acme").database("shop").branch("main").get_branch_schema()`, as of every operation
//!         whose path begins with a branch's; with a database's and no branch's, of the handle of a database, and so on

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ImplItem;

use super::features::condition;
use super::model::Operation;

/// What handles there are, the innermost first: the path of what each is about, and its name. The path's parameters are
/// set by the handle.
const HANDLES: [(&str, &str, &str); 3] = [
    ("/organizations/{organization}/databases/{database}/branches/{branch}", "BranchHandle", "branch"),
    ("/organizations/{organization}/databases/{database}", "DatabaseHandle", "database"),
    ("/organizations/{organization}", "OrganizationHandle", "organization"),
];

/// The functions of the handles.
pub(crate) fn items(model: &[Operation<'_>]) -> Vec<syn::Item> {
    let mut items = Vec::new();
    for (at, (path, handle, what)) in HANDLES.iter().enumerate() {
        let names: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let is_below = |path: &str, operation: &Operation<'_>| {
            let rest = operation.described.path.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // A parameter of another name, or none, is set by no function of that name.
        let is_handled = |operation: &&Operation<'_>| {
            is_below(path, operation)
                && !HANDLES[..at].iter().any(|(inner, _, _)| is_below(inner, operation))
                && names.iter().all(|name| operation.has_setter(name))
        };
        let arguments: Vec<_> = names.iter().map(|name| format_ident!("{name}")).collect();
        let setters: TokenStream = arguments.iter().map(|name| quote!(.#name(#name))).collect();
        let function = |Operation { function: name, call, described, .. }: &Operation<'_>| -> ImplItem {
            let condition = condition(described.feature.iter());
            let doc = format!(" [`Client::{name}`](crate::Client::{name}) of this {what}.");
            syn::parse_quote! {
                #[doc = #doc]
                #condition
                pub fn #name(&self) -> calls::#call<'a> {
                    let (client, [#(#arguments),*]) = self.names();
                    client.#name()#setters
                }
            }
        };
        let functions: Vec<ImplItem> = model.iter().filter(is_handled).map(function).collect();
        if functions.is_empty() {
            continue;
        }
        let handle = format_ident!("{handle}");
        let doc = format!(" Each begins a call that is about this {what}.");
        items.push(syn::parse_quote! {
            /// # Operations
            ///
            #[doc = #doc]
            impl<'a> crate::#handle<'a> {
                #(#functions)*
            }
        });
    }
    items
}
