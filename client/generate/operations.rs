//! The operations and the client: removes what the crate does not offer, makes private what is its own business, and
//! documents all that is public.
//!
//! before: `pub fn new(baseurl: &str) -> Self`, and setters without documentation
//! after:  no `new`; setters with what the spec says of the parameter, and whether it is required

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;
use syn::{ImplItem, Item, ItemImpl};

use super::described::{Described, Operations};
use super::directions::names_in;
use super::document::plain;
use super::prose::tidy;
use super::rust::{as_send, doc_of, functions, impl_of, last_name, missing, module_mut, set_doc};
use super::{Error, bodies, builders, send};

pub(crate) fn harden(file: &mut syn::File, operations: &Operations, checked: &BTreeSet<String>) -> Result<(), Error> {
    for item in &mut file.items {
        if let Item::Impl(item) = item
            && let (None, Some("Client")) = (impl_of(item).0.as_deref(), impl_of(item).1.as_deref())
        {
            document_calls(item);
        }
    }

    let builder = module_mut(&mut file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let optional = builder.iter().flat_map(builders::optional_fields).collect();
    let checked: BTreeSet<String> = builder.iter().filter_map(|item| sends_checked(item, checked)).collect();
    for item in builder.iter_mut() {
        match item {
            Item::Struct(item) => {
                let doc = doc_of(&item.attrs).replacen("Builder for", "A call of", 1);
                let (first, link) = doc.split_once("\n").unwrap_or((&doc, ""));
                let how = "Set what it needs, and [`send`](Self::send) it.";
                set_doc(&mut item.attrs, &format!("{}. {how}\n{link}", first.trim()));
                item.attrs.push(syn::parse_quote!(#[must_use = "nothing is sent before `send()`"]));
                if let syn::Fields::Named(fields) = &mut item.fields {
                    fields.named.push(syn::parse_quote!(call_options: Options));
                }
            }
            Item::Use(item) if imports(&item.tree, "encode_path") => {
                *item = syn::parse_quote!(
                    #[allow(unused_imports)]
                    use super::{Options, Response};
                );
            }
            Item::Impl(item) => operation_impl(item, operations, &checked, &optional)?,
            _ => {}
        }
    }
    let futures: Vec<Item> = builder
        .iter()
        .filter_map(|item| match item {
            Item::Impl(item) => into_future(item),
            _ => None,
        })
        .collect();
    builder.extend(futures);
    Ok(())
}

/// The operations, by the names of the structs that are their calls.
pub(crate) fn calls<'o>(file: &syn::File, operations: &'o Operations) -> BTreeMap<String, &'o Described> {
    beginnings(file, operations).map(|(_, call, described)| (call.to_string(), described)).collect()
}

/// The functions that begin calls: the name of each, that of the struct that is its call, and the operation.
pub(crate) fn beginnings<'f, 'o>(
    file: &'f syn::File,
    operations: &'o Operations,
) -> impl Iterator<Item = (&'f syn::Ident, &'f syn::Ident, &'o Described)> {
    let impls = file.items.iter().filter_map(|item| if let Item::Impl(item) = item { Some(item) } else { None });
    impls.flat_map(functions).filter_map(|function| {
        let syn::ReturnType::Type(_, call) = &function.sig.output else { return None };
        Some((&function.sig.ident, last_name(call)?, operations.get(&function.sig.ident.to_string())?))
    })
}

/// The name of an operation whose body is of a type that is checked, or holds such.
fn sends_checked(item: &Item, checked: &BTreeSet<String>) -> Option<String> {
    let Item::Struct(item) = item else { return None };
    let body = item.fields.iter().find(|field| field.ident.as_ref().is_some_and(|name| name == "body"))?;
    let names = names_in(|names| names.visit_type(&body.ty));
    (!names.is_disjoint(checked)).then(|| item.ident.to_string())
}

/// Whether a name is among those that are imported.
fn imports(tree: &syn::UseTree, name: &str) -> bool {
    match tree {
        syn::UseTree::Path(path) => imports(&path.tree, name),
        syn::UseTree::Name(one) => one.ident == name,
        syn::UseTree::Group(group) => group.items.iter().any(|tree| imports(tree, name)),
        syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => false,
    }
}

/// The methods of the client that begin a call.
fn document_calls(item: &mut ItemImpl) {
    for item in &mut item.items {
        let ImplItem::Fn(function) = item else { continue };
        // A sample of progenitor's has no variables.
        let doc = doc_of(&function.attrs);
        let doc = doc.split("```ignore").next().unwrap_or_default();
        set_doc(&mut function.attrs, &tidy(doc));
    }
    set_doc(&mut item.attrs, "# Operations\n\nEach begins a call: set what it needs, and `send` or await it.");
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
            "new" => {
                function.vis = syn::parse_quote!(pub(crate));
                if let Some(syn::Stmt::Expr(syn::Expr::Struct(value), None)) = function.block.stmts.last_mut() {
                    value.fields.push(syn::parse_quote!(call_options: Options::default()));
                }
            }
            "send" => operation = Some(send::harden(function, operations, checked.contains(&owner))?),
            "body_map" => set_doc(&mut function.attrs, "Changes the body with a closure over its builder."),
            _ => {
                let otherwise = || match name.as_str() {
                    "body" => "Sets the body: a value of its type, or a builder of that.".to_owned(),
                    name => format!("Sets `{name}`."),
                };
                let said = said.map_or_else(otherwise, |said| tidy(said));
                // The body has its defaults.
                let is_optional = name == "body" || optional.contains(&(owner.clone(), name.clone()));
                let needed = if is_optional { "" } else { "\n\nRequired." };
                set_doc(&mut function.attrs, &format!("{said}{needed}"));
            }
        }
    }
    item.items.splice(0..0, operation);
    settings_of_a_call(item, optional, &owner);
    if described.is_some_and(|described| described.bodies.may_lack_body) {
        bodies::note_setters(item);
    }
    Ok(())
}

/// What can be set of every call, and of each optional parameter with an `Option`. A parameter's own setter comes
/// first, where it has such a name.
fn settings_of_a_call(item: &mut ItemImpl, optional: &BTreeSet<(String, String)>, owner: &str) {
    let taken: BTreeSet<String> = functions(item).map(|function| function.sig.ident.to_string()).collect();
    let is_optional = |field: &syn::Ident| optional.contains(&(owner.to_owned(), field.to_string()));
    let mut more: Vec<syn::ImplItemFn> = functions(item)
        .filter(|function| is_optional(&function.sig.ident))
        .filter_map(|function| Some(builders::set_or_clear(&function.sig.ident, &builders::target(&function.sig)?)))
        .collect();
    more.extend([
        syn::parse_quote! {
            /// How long this call may take as a whole, as [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
            pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.call_options.timeout(timeout);
                self
            }
        },
        syn::parse_quote! {
            /// When this call is sent again, as [`ClientBuilder::retry`](crate::ClientBuilder::retry).
            pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
                self.call_options.retry(policy);
                self
            }
        },
        syn::parse_quote! {
            /// Adds a header to this call, such as `traceparent`. What cannot be a header is an error of
            /// [`send`](Self::send).
            pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                self.call_options.header(name.as_ref(), value.as_ref());
                self
            }
        },
    ]);
    item.items.extend(more.into_iter().filter(|f| !taken.contains(&f.sig.ident.to_string())).map(ImplItem::Fn));
}

/// Lets a call be awaited as it is.
fn into_future(item: &ItemImpl) -> Option<Item> {
    let send = item.items.iter().find_map(as_send)?;
    let syn::ReturnType::Type(_, output) = &send.sig.output else { return None };
    let name = &item.self_ty;
    Some(syn::parse_quote! {
        impl<'a> ::std::future::IntoFuture for #name {
            type Output = #output;
            type IntoFuture = ::std::pin::Pin<::std::boxed::Box<dyn ::std::future::Future<Output = Self::Output> + Send + 'a>>;

            fn into_future(self) -> Self::IntoFuture {
                ::std::boxed::Box::pin(self.send())
            }
        }
    })
}
