//! What the mock server of the feature `mock` knows of every operation: which requests are its own, what they may say, and
//! what it answers with.
//!
//! before: `Operation { call: GetBranch, … }`
//! after:  a route in `ROUTES`

use quote::{ToTokens, quote};

use super::described::Kind;
use super::features::condition;
use super::model::{Operation, Sent};

/// The routes, one for each operation.
pub(crate) fn routes(model: &[Operation<'_>]) -> syn::Item {
    let routes = model.iter().map(route);
    syn::parse_quote! {
        /// What the mock server knows of each operation.
        #[cfg(feature = "mock")]
        pub(crate) const ROUTES: &[crate::mock::Route] = &[#(#routes),*];
    }
}

fn route(operation: &Operation<'_>) -> proc_macro2::TokenStream {
    let Operation { call: name, described, body, .. } = operation;
    let condition = condition(described.feature.iter()).map(ToTokens::into_token_stream);
    let query = described.query.iter().map(|(name, is_required, kind)| {
        let kind = match kind {
            Kind::Integer => quote!(Integer),
            Kind::Boolean => quote!(Boolean),
            Kind::Text => quote!(Text),
            Kind::OneOf(values) => quote!(OneOf(&[#(#values),*])),
        };
        quote!((#name, #is_required, crate::mock::Kind::#kind))
    });
    let body = match body.as_ref().filter(|body| body.sent == Sent::Json) {
        Some(body) => {
            let ty = &body.ty;
            quote!(Some(crate::mock::check_body::<#ty>))
        }
        None => quote!(None),
    };
    let owner = name.to_string();
    quote! {
        #condition
        crate::mock::Route {
            operation: calls::#name::OPERATION,
            call: #owner,
            query: &[#(#query),*],
            body: #body,
        }
    }
}
