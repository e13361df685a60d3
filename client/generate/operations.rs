//! The operations and the client: removes what the crate does not offer, makes private what is its own business, and
//! documents all that is public.
//!
//! before: `pub fn new(baseurl: &str) -> Self`, and setters without documentation
//! after:  no `new`; setters with what the spec says of the parameter, and whether it is required

use std::collections::BTreeSet;

use quote::quote;
use syn::{ImplItem, Item, ItemImpl};

use super::described::{Operations, plain};
use super::prose::tidy;
use super::rust::{as_send, doc_of, impl_of, missing, module_mut, set_doc};
use super::{Error, builders, send};

pub(crate) fn harden(
    file: &mut syn::File,
    operations: &Operations,
    checked: &BTreeSet<String>,
    info: &openapiv3::Info,
) -> Result<(), Error> {
    file.items.retain_mut(|item| match item {
        Item::Use(_) => false,
        Item::Mod(item) => item.ident != "prelude",
        Item::Struct(item) if item.ident == "Client" => {
            set_doc(
                &mut item.attrs,
                &format!(
                    "A client for {}, version {}.\n\nMade by [`Client::builder`]. It is cheap to clone, \
                 and all clones share one pool of connections.",
                    info.title.trim(),
                    info.version.trim(),
                ),
            );
            true
        }
        Item::Impl(item) => {
            if let (None, Some("Client")) = (impl_of(item).0.as_deref(), impl_of(item).1.as_deref()) {
                client_impl(item);
            }
            true
        }
        _ => true,
    });
    file.items.insert(
        0,
        syn::parse_quote!(
            pub use progenitor_client::ResponseValue;
        ),
    );
    file.items.insert(
        1,
        syn::parse_quote!(
            #[allow(unused_imports)]
            use progenitor_client::{ClientHooks, ClientInfo, RequestBuilderExt};
        ),
    );

    let builder = module_mut(&mut file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let optional = builder.iter().flat_map(builders::optional_fields).collect();
    for item in builder.iter_mut() {
        match item {
            Item::Struct(item) => {
                let doc = doc_of(&item.attrs).replacen("Builder for", "A call of", 1);
                let (first, link) = doc.split_once("\n").unwrap_or((&doc, ""));
                let how = "Set what it needs, and [`send`](Self::send) it.";
                set_doc(&mut item.attrs, &format!("{}. {how}\n{link}", first.trim()));
                item.attrs.push(syn::parse_quote!(#[must_use = "nothing is sent before `send()`"]));
            }
            Item::Use(item) => {
                let text = quote!(#item).to_string();
                if text.contains("encode_path") {
                    *item = syn::parse_quote!(
                        #[allow(unused_imports)]
                        use super::{ClientInfo, RequestBuilderExt, ResponseValue};
                    );
                }
            }
            Item::Impl(item) => operation_impl(item, operations, checked, &optional)?,
            _ => {}
        }
    }
    Ok(())
}

/// The inherent impls of `Client`: its constructors are the business of `crate::client`.
fn client_impl(item: &mut ItemImpl) {
    item.items.retain_mut(|item| {
        let ImplItem::Fn(function) = item else { return true };
        if function.sig.ident == "new_with_client" {
            function.vis = syn::parse_quote!(pub(crate));
        } else {
            let doc = tidy(&doc_of(&function.attrs));
            set_doc(&mut function.attrs, &doc);
        }
        function.sig.ident != "new"
    });
}

fn operation_impl(
    item: &mut ItemImpl,
    operations: &Operations,
    checked: &BTreeSet<String>,
    optional: &BTreeSet<(String, String)>,
) -> Result<(), Error> {
    let owner = impl_of(item).1.unwrap_or_default();
    let id = item.items.iter().find_map(as_send).map(send::operation_id).transpose()?;
    let described = id.and_then(|(id, _)| operations.get(&id));
    let mut operation = None;
    for item in &mut item.items {
        let ImplItem::Fn(function) = item else { continue };
        let name = function.sig.ident.to_string();
        let said = described.and_then(|described| described.arguments.get(&plain(&name)));
        match name.as_str() {
            "new" => function.vis = syn::parse_quote!(pub(crate)),
            "send" => operation = Some(send::harden(function, operations, checked)?),
            "body_map" => set_doc(&mut function.attrs, "Changes the body with a closure over its builder."),
            _ => {
                let said = said.map_or_else(|| format!("Sets `{name}`."), |said| tidy(said));
                // The body has its defaults.
                let is_optional = name == "body" || optional.contains(&(owner.clone(), name.clone()));
                let needed = if is_optional { "" } else { "\n\nRequired." };
                set_doc(&mut function.attrs, &format!("{said}{needed}"));
            }
        }
    }
    item.items.splice(0..0, operation);
    Ok(())
}
