//! The client: the crate has one of its own, so that no type of a generator is in its surface.
//!
//! before: `pub struct Client { baseurl: String, client: reqwest::Client, inner: … }`, `client.client.post(…)`,
//!         `Result<ResponseValue<types::Backup>, …>`
//! after:  `use crate::client::Client`, `client.http().post(…)`, `Result<Response<types::Backup>, …>`

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, Member};

use super::Error;
use super::rust::{impl_of, visit_format};

/// Puts the crate's own client in the place of progenitor's.
pub(crate) fn harden(file: &mut syn::File, version: &str) -> Result<(), Error> {
    file.items.retain_mut(|item| match item {
        Item::Use(_) | Item::Const(_) => false,
        Item::Mod(item) => item.ident != "prelude",
        Item::Struct(item) => item.ident != "Client",
        Item::Impl(item) => {
            if let (None, Some("Client")) = (impl_of(item).0.as_deref(), impl_of(item).1.as_deref()) {
                item.items.retain(|item| !is_constructor(item));
                return !item.items.is_empty();
            }
            impl_of(item).1.as_deref() != Some("Client") && !names_client(item)
        }
        _ => true,
    });
    let version = version.trim();
    let uses: [Item; 4] = [
        syn::parse_quote!(
            use crate::client::Client;
        ),
        syn::parse_quote!(
            use crate::response::Response;
        ),
        syn::parse_quote!(
            /// The version of the API that is described.
            pub(crate) const API_VERSION: &str = #version;
        ),
        syn::parse_quote!(
            #[allow(unused_imports)]
            use crate::runtime::Options;
        ),
    ];
    file.items.splice(0..0, uses);
    let mut own = Own { failed: None };
    own.visit_file_mut(file);
    own.failed.map_or(Ok(()), |what| Err(Error::Shape(what)))
}

fn is_constructor(item: &syn::ImplItem) -> bool {
    matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "new" || function.sig.ident == "new_with_client")
}

/// Whether an impl is for a reference to the client.
fn names_client(item: &syn::ItemImpl) -> bool {
    matches!(&*item.self_ty, syn::Type::Reference(to) if super::rust::last_name(&to.elem).is_some_and(|name| name == "Client"))
}

/// Says in our words what progenitor says of its client.
struct Own {
    failed: Option<String>,
}

impl VisitMut for Own {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if let Some(last) = path.segments.last_mut().filter(|last| last.ident == "ResponseValue") {
            last.ident = syn::parse_quote!(Response);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Field(field) = expr
            && let Expr::Path(base) = &*field.base
            && let Member::Named(name) = &field.member
            && (base.path.is_ident("client") || base.path.is_ident("_client"))
        {
            let base = &field.base;
            match name.to_string().as_str() {
                "baseurl" => *expr = syn::parse_quote!(#base.base_url()),
                "client" => *expr = syn::parse_quote!(#base.http()),
                _ => {}
            }
        } else if let Expr::Call(call) = expr
            && let Expr::Path(function) = &*call.func
            && function.path.segments.last().is_some_and(|last| last.ident == "api_version")
        {
            *expr = syn::parse_quote!(crate::generated::API_VERSION);
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if let Err(what) = visit_format(self, mac) {
            self.failed = Some(what);
        }
    }
}
