//! What the stand-in of the feature `mock` knows of every operation: which requests are its own, what they may say, and
//! what it answers with.
//!
//! before: `impl GetBranch<'a> { pub const OPERATION: …, pub async fn send(self) -> Result<Response<types::DatabaseBranch>, …> }`
//! after:  and `impl crate::mock::Call for GetBranch<'_> { type Answer = types::DatabaseBranch; … }`, and a route in `ROUTES`

use quote::{ToTokens, quote};
use syn::{Item, ReturnType, Type};

use super::Error;
use super::builders::target;
use super::described::{Described, Kind, Operations};
use super::features::condition;
use super::operations::calls;
use super::rust::{argument, as_send, functions, impl_of, missing, module, module_mut};

/// Adds a route and an answer for each operation.
pub(crate) fn add(file: &mut syn::File, operations: &Operations) -> Result<(), Error> {
    let calls = calls(file, operations);
    let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let (mut routes, mut impls) = (Vec::new(), Vec::new());
    for item in builder {
        let Item::Impl(item) = item else { continue };
        let (None, Some(owner)) = impl_of(item) else { continue };
        let Some(send) = item.items.iter().find_map(as_send) else { continue };
        let (Some(described), ReturnType::Type(_, output)) = (calls.get(&owner), &send.sig.output) else { continue };
        let answer = argument(output, "Result").and_then(|answer| argument(answer, "Response"));
        let Some(answer) = answer else { continue };
        let name = quote::format_ident!("{owner}");
        impls.push(syn::parse_quote! {
            #[cfg(feature = "mock")]
            impl crate::mock::Call for #name<'_> {
                type Answer = #answer;
                const OPERATION: crate::Operation = Self::OPERATION;
            }
        });
        let body =
            functions(item).find(|function| function.sig.ident == "body").and_then(|function| target(&function.sig));
        routes.push((owner.clone(), route(&owner, described, body.as_ref())));
    }
    // The order of a document's paths is that of its keys, or not, as a feature of serde_json has it.
    routes.sort_by(|(a, _), (b, _)| a.cmp(b));
    let routes = routes.into_iter().map(|(_, route)| route);
    let builder = module_mut(&mut file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    builder.extend::<Vec<Item>>(impls);
    file.items.push(syn::parse_quote! {
        /// What the stand-in knows of each operation.
        #[cfg(feature = "mock")]
        pub(crate) const ROUTES: &[crate::mock::Route] = &[#(#routes),*];
    });
    Ok(())
}

fn route(owner: &str, described: &Described, body: Option<&Type>) -> proc_macro2::TokenStream {
    let condition = condition(described.feature.iter()).map(ToTokens::into_token_stream);
    let name = quote::format_ident!("{owner}");
    let query = described.query.iter().map(|(name, is_required, kind)| {
        let kind = match kind {
            Kind::Integer => quote!(Integer),
            Kind::Boolean => quote!(Boolean),
            Kind::Text => quote!(Text),
            Kind::OneOf(values) => quote!(OneOf(&[#(#values),*])),
        };
        quote!((#name, #is_required, crate::mock::Kind::#kind))
    });
    let is_json = described.bodies.content_type.as_deref().is_none_or(|media| media.contains("json"));
    let body = match body.filter(|_| is_json) {
        Some(body) => quote!(Some(crate::mock::check_body::<#body>)),
        None => quote!(None),
    };
    quote! {
        #condition
        crate::mock::Route {
            operation: builder::#name::OPERATION,
            call: #owner,
            query: &[#(#query),*],
            body: #body,
        }
    }
}
