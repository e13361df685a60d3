//! The calls, one struct an operation: its setters, which operation it is, and how its answer is read. All else is the
//! runtime's, once for all.
//!
//! before: `pub struct GetBackup<'a> { client: &'a super::Client, organization: Result<String, String>, … }`
//! after:  `pub struct GetBackup<'a> { call: crate::runtime::Call<'a> }`, with
//!         `pub fn organization<V: TryInto<String>>(mut self, value: V) -> Self { self.call.set::<String>(0, value); self }`
//!         and `pub fn send(self) -> crate::CallFuture<'a, types::Backup> { self.call.json(crate::runtime::Body::none()) }`

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Item;
use syn::visit::Visit;

use super::checks;
use super::described::Place;
use super::document::plain;
use super::model::{Body, Operation, Reading, Sent, Taken};
use super::pages::Paged;
use super::prose::{code, tidy};
use super::rust::{names_in, option_setter, set_doc};

/// What can be set of every call, by a macro of the runtime's.
const SETTINGS: [&str; 3] = ["timeout", "retry", "header"];

/// The items that are an operation's call. `checked` are the types that have limits to be held to; `paged` says that
/// the answer is one page of a list, and `waits` are the functions that poll it.
pub(crate) fn items(
    operation: &Operation<'_>,
    checked: &BTreeSet<String>,
    paged: Option<Paged>,
    waits: Vec<syn::ImplItem>,
) -> Vec<Item> {
    let Operation { function, call, described, body, .. } = operation;
    let answer = operation.answer.ty();
    let body_field = body.as_ref().map(|body| {
        let held = body.builder.as_ref().unwrap_or(&body.ty);
        quote!(body: ::std::result::Result<#held, ::std::string::String>,)
    });
    let unset_body = body.as_ref().map(|body| match body.builder {
        Some(_) => quote!(body: Ok(::std::default::Default::default()),),
        None => quote!(body: Err("`body` was not set".to_owned()),),
    });
    let accept = described.bodies.accept.as_ref().map(|accept| quote!(.accepting(#accept)));
    let doc = format!(
        "A call of [`Client::{function}`](crate::Client::{function}). Set what it needs, and [`send`](Self::send) it."
    );
    let mut of_call: syn::ItemStruct = syn::parse_quote! {
        #[derive(Debug, Clone)]
        #[must_use = "nothing is sent before `send()`"]
        pub struct #call<'a> {
            call: crate::runtime::Call<'a>,
            #body_field
        }
    };
    set_doc(&mut of_call.attrs, &doc);

    let parameters = operation.parameters.iter().map(row);
    let mut functions: Vec<syn::ImplItemFn> = Vec::new();
    for (at, parameter) in operation.parameters.iter().enumerate() {
        functions.push(setter(operation, at, parameter));
        functions.extend(parameter.is_optional.then(|| set_or_clear(at, parameter)));
    }
    if let Some(body) = body {
        functions.extend(body_setters(operation, body));
    }
    functions.push(send(operation, checked));
    functions.extend(paged.iter().flat_map(|paged| streams(operation, paged)));
    // A parameter's own setter comes first, where it has such a name.
    let settings = SETTINGS.iter().filter(|setting| !operation.has_setter(setting));
    let settings = settings.map(|setting| format_ident!("{setting}"));

    let (id, method, path) = (&described.id, &described.method, &described.path);
    let public = described.is_public.then(|| quote!(.public()));
    vec![
        Item::Struct(of_call),
        syn::parse_quote! {
            impl<'a> #call<'a> {
                /// The operation that this is a call of.
                pub const OPERATION: crate::Operation = crate::Operation::new(#id, #method, #path)#public;

                #[inline]
                pub(crate) fn new(client: &'a crate::Client) -> Self {
                    const PARAMETERS: &[crate::runtime::Parameter] = &[#(#parameters),*];
                    Self { call: crate::runtime::Call::new(client, Self::OPERATION, PARAMETERS)#accept, #unset_body }
                }
                #(#functions)*
                #(#waits)*
                #(crate::runtime::#settings!();)*
            }
        },
        syn::parse_quote!(crate::runtime::call!(#call, #answer);),
    ]
}

/// A parameter as the runtime knows it.
fn row(parameter: &Taken<'_>) -> TokenStream {
    let described = parameter.described;
    let name = &described.name;
    let (place, usual) = match described.place {
        Place::Path => (quote!(path), "Simple"),
        Place::Query => (quote!(query), "Form"),
        Place::Header => (quote!(header), "Simple"),
    };
    let style = format_ident!("{}", described.style);
    let style = (described.style != usual).then(|| quote!(.style(crate::runtime::Style::#style)));
    let required = (!parameter.is_optional && described.place != Place::Path).then(|| quote!(.required()));
    let setter = parameter.setter.to_string();
    let setter = setter.trim_start_matches("r#").trim_end_matches('_');
    let setter = (setter != name).then(|| quote!(.setter(#setter)));
    let (own, each) = checks::calls(&described.limits);
    let own = (!own.is_empty()).then(|| quote!(.within(|value| value #(#own)*)));
    let each = (!each.is_empty()).then(|| quote!(.each_within(|value| value #(#each)*)));
    quote!(crate::runtime::Parameter::#place(#name)#style #required #setter #own #each)
}

fn setter(operation: &Operation<'_>, at: usize, parameter: &Taken<'_>) -> syn::ImplItemFn {
    let Taken { setter: name, ty, is_optional, .. } = parameter;
    let at = Literal::usize_unsuffixed(at);
    let said = operation.described.arguments.get(&plain(&name.to_string()));
    let said = said.map_or_else(|| format!("Sets `{name}`."), |said| tidy(said));
    let required = if *is_optional { "" } else { "\n\nRequired." };
    let mut function: syn::ImplItemFn = syn::parse_quote! {
        pub fn #name<V: ::std::convert::TryInto<#ty>>(mut self, value: V) -> Self {
            self.call.set::<#ty>(#at, value);
            self
        }
    };
    set_doc(&mut function.attrs, &format!("{said}{required}"));
    function
}

fn set_or_clear(at: usize, parameter: &Taken<'_>) -> syn::ImplItemFn {
    let (name, plain) = option_setter(&parameter.setter);
    let (at, ty) = (Literal::usize_unsuffixed(at), &parameter.ty);
    let mut function: syn::ImplItemFn = syn::parse_quote! {
        #[inline]
        pub fn #name(mut self, value: ::std::option::Option<#ty>) -> Self {
            self.call.set_or_clear(#at, value);
            self
        }
    };
    set_doc(&mut function.attrs, &format!("Sets or clears [`{plain}`](Self::{plain})."));
    function
}

fn body_setters(operation: &Operation<'_>, body: &Body) -> Vec<syn::ImplItemFn> {
    let Body { ty, builder, .. } = body;
    let may_lack = operation.described.bodies.may_lack_body;
    let noted = may_lack.then(|| quote!(self.call.sets_body();));
    let said = operation.described.arguments.get("body").map(|said| tidy(said));
    let said = said.unwrap_or_else(|| "Sets the body: a value of its type, or a builder of that.".to_owned());
    let Some(builder) = builder else {
        let mut set: syn::ImplItemFn = syn::parse_quote! {
            pub fn body<V: ::std::convert::TryInto<#ty>>(mut self, value: V) -> Self {
                #noted
                self.body = crate::runtime::taken("body", value);
                self
            }
        };
        set_doc(&mut set.attrs, &said);
        return vec![set];
    };
    let mut set: syn::ImplItemFn = syn::parse_quote! {
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: ::std::convert::TryInto<#ty>,
            V::Error: ::std::fmt::Display,
        {
            #noted
            self.body = crate::runtime::converted("body", value).map(From::<#ty>::from);
            self
        }
    };
    set_doc(&mut set.attrs, &said);
    let map: syn::ImplItemFn = syn::parse_quote! {
        /// Changes the body with a closure over its builder.
        pub fn body_map<F: FnOnce(#builder) -> #builder>(mut self, f: F) -> Self {
            #noted
            self.body = self.body.map(f);
            self
        }
    };
    vec![set, map]
}

fn send(operation: &Operation<'_>, checked: &BTreeSet<String>) -> syn::ImplItemFn {
    let answer = operation.answer.ty();
    let read = match operation.answer {
        Reading::Json(_) => quote!(json),
        Reading::Optional(_) => quote!(optional),
        Reading::Empty => quote!(empty),
        Reading::Bytes => quote!(bytes),
        Reading::Location => quote!(location),
    };
    let body = operation.body.as_ref().map(|body| {
        let ty = &body.ty;
        let is_checked = !names_in(|names| names.visit_type(ty)).is_disjoint(checked);
        let check = quote!(<#ty as crate::runtime::check::Check>::check);
        let (own, each) = checks::calls(&operation.described.limits_of_body);
        let check = match (own.is_empty() && each.is_empty(), is_checked) {
            (true, true) => check,
            (true, false) => quote!(crate::runtime::unlimited::<#ty>),
            (false, _) => {
                let own =
                    (!own.is_empty()).then(|| quote!(crate::runtime::check::value("body", body)#(#own)*.done()?;));
                let each = (!each.is_empty())
                    .then(|| quote!(crate::runtime::check::each("body", body, |value| value #(#each)*)?;));
                let inside = if is_checked { quote!(#check(body)) } else { quote!(Ok(())) };
                quote!(|body: &#ty| { #own #each #inside })
            }
        };
        let made = match body.sent {
            Sent::Json => quote!(crate::runtime::Body::json(self.body, #check)),
            Sent::Form => quote!(crate::runtime::Body::form(self.body, #check)),
            Sent::Text => quote!(crate::runtime::Body::text(self.body)),
            Sent::Bytes => quote!(crate::runtime::Body::bytes(self.body)),
        };
        let named = operation.described.bodies.content_type.as_ref().map(|name| quote!(.named(#name)));
        quote!(#made #named)
    });
    let body = match (body, operation.described.bodies.may_lack_body) {
        (None, _) => quote!(crate::runtime::Body::none()),
        (Some(body), false) => body,
        (Some(body), true) => quote!(if self.call.has_body() { #body } else { crate::runtime::Body::none() }),
    };
    let mut function: syn::ImplItemFn = match operation.body {
        None => syn::parse_quote! {
            #[inline]
            pub fn send(self) -> crate::CallFuture<'a, #answer> {
                self.call.#read(#body)
            }
        },
        Some(_) => syn::parse_quote! {
            #[inline]
            pub fn send(self) -> crate::CallFuture<'a, #answer> {
                let body = #body;
                self.call.#read(body)
            }
        },
    };
    let doc = format!(
        "Sends a `{}` request to {}.\n\n# Errors\nSee [`Error`](crate::Error): it says whether the server has acted.",
        operation.described.method,
        code(&operation.described.path)
    );
    set_doc(&mut function.attrs, &doc);
    function
}

/// The streams of an operation whose answers come in pages.
fn streams(operation: &Operation<'_>, paged: &Paged) -> [syn::ImplItemFn; 2] {
    let answer = operation.answer.ty();
    let (at, held) = (Literal::usize_unsuffixed(paged.at), &paged.held);
    // A parameter may have the name of a stream.
    let [pages, items] =
        ["pages", "items"].map(|name| format_ident!("{name}{}", if operation.has_setter(name) { "_" } else { "" }));
    let (by, next) = match paged.has_cursors {
        false => (quote!(Number), quote!(page.next_page)),
        true => (quote!(Cursor), quote!(page.cursor_end.clone().filter(|_| page.has_next))),
    };
    let doc = format!(
        " Returns a stream of the items on the [pages](Self::{pages}). If you delete items, collect all of them first: \
         see [`Items`](crate::Items)."
    );
    [
        syn::parse_quote! {
            /// Returns a stream of answers, page by page, from the page that is set, or else the first. Nothing is
            /// sent before it is polled; each page is a call like any other, with its own retries and timeout.
            ///
            /// # Errors
            /// As `send`, for each page. A `next_page` that does not come after the page that names it is
            /// [`Error::Unreadable`](crate::Error::Unreadable). The stream ends after an error.
            #[inline]
            pub fn #pages(self) -> crate::Pages<'a, #answer> {
                self.call.pages(#at, crate::runtime::NextOf::#by(|page: &#answer| (#next, page.data.is_empty())))
            }
        },
        syn::parse_quote! {
            #[doc = #doc]
            #[inline]
            pub fn #items(self) -> crate::Items<'a, #held> {
                crate::Items::new(self.#pages(), |page| page.data)
            }
        },
    ]
}
