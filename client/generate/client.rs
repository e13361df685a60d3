//! The client: the crate has one of its own, so that no type of a generator is in its surface.
//!
//! before: `pub struct Client { baseurl: String, client: reqwest::Client, inner: … }`
//! after:  `use crate::client::Client`

use syn::Item;

use super::rust::impl_of;

/// Puts the crate's own client in the place of progenitor's.
pub(crate) fn replace(file: &mut syn::File, version: &str) {
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
    let uses: [Item; 2] = [
        syn::parse_quote!(
            use crate::client::Client;
        ),
        syn::parse_quote!(
            /// The version of the API that is described.
            pub(crate) const API_VERSION: &str = #version;
        ),
    ];
    file.items.splice(0..0, uses);
}

fn is_constructor(item: &syn::ImplItem) -> bool {
    matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "new" || function.sig.ident == "new_with_client")
}

/// Whether an impl is for a reference to the client.
fn names_client(item: &syn::ItemImpl) -> bool {
    matches!(&*item.self_ty, syn::Type::Reference(to) if super::rust::last_name(&to.elem).is_some_and(|name| name == "Client"))
}
