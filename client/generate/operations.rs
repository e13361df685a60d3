//! The operations: progenitor builds the request, `crate::transport` does all the rest.
//!
//! A generated `send` ends with the hooks, the sending and the reading of the answer. Everything
//! after the request is built is cut off here and replaced by one call, and every path parameter is
//! encoded by a function that can refuse it.

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItem, ImplItemFn, Item, ItemImpl, Lit, ReturnType, Stmt, Token, Type};

use super::Error;
use super::answers::Answer;
use super::prepare::escape;
use super::prose::tidy;
use super::rust::{argument, doc_of, impl_of, last_name, module, module_mut, set_doc};

/// The operations, by their ids.
pub(crate) struct Operations(BTreeMap<String, Described>);

/// What the spec says of an operation.
struct Described {
    method: String,
    /// The path's template.
    path: String,
    /// The id, as upstream writes it.
    id: String,
    answer: Answer,
    /// The descriptions of parameters and body, by their names without case and separators.
    arguments: BTreeMap<String, String>,
}

/// What progenitor calls an operation: in snake case, and an identifier.
fn function_name(id: &str) -> String {
    let plain = id.replace('\'', "").replace(|c: char| !c.is_alphanumeric() && c != '_', "-");
    let snake = heck::ToSnakeCase::to_snake_case(plain.as_str());
    let name = if snake.starts_with(|c: char| c.is_alphabetic() || c == '_') { snake } else { format!("_{snake}") };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

/// A name as it is alike in the spec and in Rust.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Operations {
    pub(crate) fn of(spec: &openapiv3::OpenAPI, answers: &BTreeMap<String, Answer>) -> Result<Self, Error> {
        let mut operations = BTreeMap::new();
        for (path, item) in &spec.paths.paths {
            let Some(item) = item.as_item() else {
                return Err(Error::Document(format!("the path {path} is a reference elsewhere")));
            };
            for (method, operation) in item.iter() {
                if let Some(id) = &operation.operation_id {
                    let parameters = item.parameters.iter().chain(&operation.parameters);
                    let cookie = |parameter: &openapiv3::ReferenceOr<openapiv3::Parameter>| match parameter.as_item() {
                        Some(openapiv3::Parameter::Cookie { parameter_data, .. }) => Some(parameter_data.name.clone()),
                        _ => None,
                    };
                    if let Some(name) = parameters.clone().find_map(cookie) {
                        let at = format!("#/paths/{}/{method}/parameters", escape(path));
                        let why =
                            format!("operation {id} ({at}) has the cookie parameter `{name}`: a client has no cookies");
                        return Err(Error::Operation(why));
                    }
                    let parameters = parameters.filter_map(|parameter| parameter.as_item()).filter_map(|parameter| {
                        let data = parameter.parameter_data_ref();
                        Some((plain(&data.name), data.description.clone()?))
                    });
                    let body = operation.request_body.as_ref().and_then(|body| body.as_item());
                    let body = body.and_then(|body| Some(("body".to_owned(), body.description.clone()?)));
                    let arguments = parameters.chain(body).collect();
                    let answer = answers.get(id).copied().unwrap_or(Answer::AsItIs);
                    let (method, path) = (method.to_uppercase(), path.clone());
                    let described = Described { method, path, id: id.clone(), answer, arguments };
                    if let Some(other) = operations.insert(function_name(id), described) {
                        let why = format!(
                            "the operations {id} and {} would be one function, {}",
                            other.id,
                            function_name(id)
                        );
                        return Err(Error::Operation(why));
                    }
                }
            }
        }
        Ok(Self(operations))
    }
}

/// Which types travel which way, by their names in `types`.
pub(crate) struct Directions {
    /// What the server sends, errors included.
    pub(crate) response: BTreeSet<String>,
    /// What the client sends.
    pub(crate) request: BTreeSet<String>,
    /// What an operation answers with as a whole.
    pub(crate) answers: BTreeSet<String>,
}

impl Directions {
    pub(crate) fn of(file: &syn::File) -> Result<Self, Error> {
        let types = module(&file.items, "types").ok_or_else(|| missing("mod types"))?;
        let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
        let graph: BTreeMap<String, BTreeSet<String>> = types
            .iter()
            .filter_map(|item| match item {
                Item::Struct(item) => Some((item.ident.to_string(), names_in(|n| n.visit_item_struct(item)))),
                Item::Enum(item) => Some((item.ident.to_string(), names_in(|n| n.visit_item_enum(item)))),
                _ => None,
            })
            .collect();
        let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
        for item in builder {
            match item {
                Item::Struct(item) => sent.extend(names_in(|n| n.visit_item_struct(item))),
                Item::Impl(item) => {
                    for send in item.items.iter().filter_map(as_send) {
                        received.extend(names_in(|n| n.visit_return_type(&send.sig.output)));
                    }
                }
                _ => {}
            }
        }
        let answers = received.clone();
        Ok(Self { response: reach(&graph, received), request: reach(&graph, sent), answers })
    }
}

/// All that the names reach in the graph.
fn reach(graph: &BTreeMap<String, BTreeSet<String>>, from: BTreeSet<String>) -> BTreeSet<String> {
    let mut open: Vec<String> = from.into_iter().filter(|n| graph.contains_key(n)).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let next = graph[&name].iter().filter(|n| graph.contains_key(*n));
        open.extend(next.filter(|n| !seen.contains(*n)).cloned());
        seen.insert(name);
    }
    seen
}

/// The last names of all paths in what `visit` visits.
fn names_in(visit: impl FnOnce(&mut Names)) -> BTreeSet<String> {
    let mut names = Names::default();
    visit(&mut names);
    names.0
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(last) = path.segments.last() {
            self.0.insert(last.ident.to_string());
        }
        syn::visit::visit_path(self, path);
    }
}

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
    for item in builder.iter_mut() {
        match item {
            Item::Use(item) => {
                let text = quote!(#item).to_string();
                if text.contains("encode_path") {
                    *item = syn::parse_quote!(
                        #[allow(unused_imports)]
                        use super::{ClientInfo, RequestBuilderExt, ResponseValue};
                    );
                }
            }
            Item::Impl(item) => operation_impl(item, operations, checked)?,
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

fn operation_impl(item: &mut ItemImpl, operations: &Operations, checked: &BTreeSet<String>) -> Result<(), Error> {
    let id = item.items.iter().find_map(as_send).map(operation_id).transpose()?;
    let described = id.and_then(|(id, _)| operations.0.get(&id));
    let mut operation = None;
    for item in &mut item.items {
        let ImplItem::Fn(function) = item else { continue };
        let name = function.sig.ident.to_string();
        let said = described.and_then(|described| described.arguments.get(&plain(&name)));
        match name.as_str() {
            "new" => function.vis = syn::parse_quote!(pub(crate)),
            "send" => operation = Some(harden_send(function, operations, checked)?),
            "body_map" => set_doc(&mut function.attrs, "Changes the body with a closure over its builder."),
            _ => {
                let said = said.map(|said| format!("\n\n{}", tidy(said))).unwrap_or_default();
                set_doc(&mut function.attrs, &format!("Sets `{name}`.{said}"));
            }
        }
    }
    item.items.splice(0..0, operation);
    Ok(())
}

/// Hardens an operation's `send`, and returns the constant that says which operation it is.
fn harden_send(send: &mut ImplItemFn, operations: &Operations, checked: &BTreeSet<String>) -> Result<ImplItem, Error> {
    let (id, end) = operation_id(send)?;
    let Described { method, path, id, answer, .. } =
        operations.0.get(&id).ok_or_else(|| Error::Shape(format!("operation {id}: not in the spec")))?;

    let shape = |what: &str| Error::Shape(format!("operation {id}: {what}"));

    // The answer.
    let ReturnType::Type(_, output) = &mut send.sig.output else {
        return Err(shape("send returns nothing"));
    };
    let success = argument(output, "Result")
        .and_then(|value| argument(value, "ResponseValue"))
        .cloned()
        .ok_or_else(|| shape("send does not return Result<ResponseValue<_>, _>"))?;
    let is = |name: &str| last_name(&success).is_some_and(|last| last == name);
    let (read, success): (_, Type) = match &success {
        _ if *answer == Answer::Location => (quote!(call_location), syn::parse_quote!(::std::string::String)),
        Type::Tuple(unit) if unit.elems.is_empty() => (quote!(call_empty), success.clone()),
        _ if is("Upgraded") => return Err(shape("upgrades are not supported")),
        _ if is("ByteStream") => (quote!(call_bytes), syn::parse_quote!(crate::Bytes)),
        _ if *answer == Answer::Optional => (quote!(call_optional), syn::parse_quote!(::std::option::Option<#success>)),
        _ => (quote!(call), success.clone()),
    };
    **output = syn::parse_quote!(Result<ResponseValue<#success>, crate::Error>);

    // The request.
    let statements = &mut send.block.stmts;
    statements.truncate(end);
    let Some(Stmt::Local(syn::Local { init: Some(built), .. })) = statements.pop() else {
        return Err(shape("no request is built"));
    };
    let Expr::Try(attempt) = *built.expr else {
        return Err(shape("the request is built without `?`"));
    };
    let mut build = attempt.expr;
    let only_header = only_header(statements);
    let mut repeated = Repeated { only_header: only_header.clone(), has_bytes: false, has_form: false };
    repeated.visit_expr_mut(&mut build);
    if only_header.is_some() && repeated.only_header.is_none() {
        statements.truncate(statements.len() - 2);
    }
    if repeated.has_form {
        statements.push(syn::parse_quote!(let form = crate::transport::form(&body)?;));
    }
    if repeated.has_bytes {
        statements.push(syn::parse_quote!(let body = crate::transport::repeatable(&body)?;));
    }

    let mut parameters = Parameters { failed: None };
    for statement in statements.iter_mut() {
        parameters.visit_stmt_mut(statement);
    }
    if let Some(what) = parameters.failed {
        return Err(shape(&what));
    }
    if let Some((at, check)) = body_check(statements, checked) {
        statements.insert(at, check);
    }
    let client = client_name(statements);
    statements.push(Stmt::Expr(
        syn::parse_quote!(crate::transport::#read(#client, &|| #build, &Self::OPERATION).await),
        None,
    ));
    let doc = format!(
        "{}\n\n# Errors\nSee [`Error`](crate::Error): it tells whether the server has acted.",
        doc_of(&send.attrs)
    );
    set_doc(&mut send.attrs, &doc);
    Ok(syn::parse_quote! {
        pub(crate) const OPERATION: crate::transport::Operation =
            crate::transport::Operation { id: #id, method: #method, path: #path };
    })
}

/// The check of the body's limits, and where it goes: after the body is complete.
fn body_check(statements: &[Stmt], checked: &BTreeSet<String>) -> Option<(usize, Stmt)> {
    statements.iter().enumerate().find_map(|(at, statement)| {
        let Stmt::Local(local) = statement else { return None };
        let syn::Pat::Ident(name) = &local.pat else { return None };
        let init = &local.init.as_ref()?.expr;
        let names = names_in(|n| n.visit_expr(init));
        let is_checked = name.ident == "body" && {
            let text = quote!(#init).to_string();
            names.contains("try_from") && checked.iter().any(|ty| text.contains(&format!("types :: {ty} :: try_from")))
        };
        is_checked.then(|| {
            (
                at + 1,
                syn::parse_quote! {
                    crate::check::Check::check(&body).map_err(crate::Error::invalid_input)?;
                },
            )
        })
    })
}

/// What the client is called in `send`: `let Self { client, … } = self`, or `_client` beside a parameter of
/// that name.
fn client_name(statements: &[Stmt]) -> syn::Ident {
    let mut names = Vec::new();
    if let Some(Stmt::Local(syn::Local { pat: syn::Pat::Struct(all), .. })) = statements.first() {
        for field in &all.fields {
            if let syn::Pat::Ident(name) = &*field.pat {
                names.push(name.ident.clone());
            }
        }
    }
    let other = names.into_iter().find(|name| name == "_client");
    other.unwrap_or_else(|| quote::format_ident!("client"))
}

pub(crate) fn as_send(item: &ImplItem) -> Option<&ImplItemFn> {
    match item {
        ImplItem::Fn(function) if function.sig.ident == "send" => Some(function),
        _ => None,
    }
}

/// The operation's id, and the number of statements before the one that names it.
fn operation_id(send: &ImplItemFn) -> Result<(String, usize), Error> {
    for (at, statement) in send.block.stmts.iter().enumerate() {
        let Stmt::Local(local) = statement else { continue };
        let Some(init) = &local.init else { continue };
        let Expr::Struct(value) = &*init.expr else { continue };
        if value.path.is_ident("OperationInfo")
            && let Some(field) = value.fields.first()
            && let Expr::Lit(syn::ExprLit { lit: Lit::Str(id), .. }) = &field.expr
        {
            return Ok((id.value(), at));
        }
    }
    Err(missing("OperationInfo in send"))
}

/// Name and value of the only header in the map that stands last, which then need not be a map.
fn only_header(statements: &[Stmt]) -> Option<Punctuated<Expr, Token![,]>> {
    let [.., Stmt::Local(map), Stmt::Expr(Expr::MethodCall(append), _)] = statements else { return None };
    let is_map = |pattern: &syn::Pat| matches!(pattern, syn::Pat::Ident(name) if name.ident == "header_map");
    (is_map(&map.pat) && append.method == "append").then(|| append.args.clone())
}

/// Makes an expression that builds a request one that can be run again: it takes nothing for good.
struct Repeated {
    /// Taken where it takes the place of the map.
    only_header: Option<Punctuated<Expr, Token![,]>>,
    has_bytes: bool,
    has_form: bool,
}

impl VisitMut for Repeated {
    /// `.form_urlencoded(&body)?` fails with progenitor's error: the form is made before.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Try(attempt) = expr
            && let Expr::MethodCall(call) = &*attempt.expr
            && call.method == "form_urlencoded"
        {
            let receiver = &call.receiver;
            *expr = syn::parse_quote! {
                #receiver
                    .header(::reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.clone())
            };
            self.has_form = true;
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let starts = matches!(&*call.receiver, Expr::Field(_));
        let bytes = call.method == "body";
        self.has_bytes |= bytes;
        if call.method == "headers"
            && let Some(header) = self.only_header.take()
        {
            call.method = syn::parse_quote!(header);
            call.args = header;
        } else if let Some(argument @ Expr::Path(_)) = call.args.first_mut() {
            if starts {
                *argument = syn::parse_quote!(&#argument);
            } else if bytes || call.method == "headers" {
                *argument = syn::parse_quote!(#argument.clone());
            }
        }
    }
}

/// Rewrites what fills the path's template and what refuses an argument.
struct Parameters {
    failed: Option<String>,
}

impl VisitMut for Parameters {
    /// `Error::InvalidRequest` is progenitor's error; ours is made by `Error::invalid_input`.
    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        let names: Vec<_> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
        if names == ["Error", "InvalidRequest"] {
            path.path = syn::parse_quote!(crate::Error::invalid_input);
        }
    }

    /// A header's value that is none has an error of its own: `value.to_string().try_into()?`.
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method != "append" {
            return;
        }
        let (Some(name), Some(Expr::Try(attempt))) = (call.args.first().cloned(), call.args.get(1).cloned()) else {
            return;
        };
        if let Expr::MethodCall(conversion) = &*attempt.expr
            && conversion.method == "try_into"
            && let Some(value) = call.args.get_mut(1)
        {
            let text = &conversion.receiver;
            *value = syn::parse_quote!(crate::transport::header_value(#name, &#text)?);
        }
    }

    /// `encode_path(&branch.to_string())` lets `..` through; `path_segment` does not.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let Expr::Call(call) = expr else { return };
        let Expr::Path(function) = &*call.func else { return };
        if function.path.is_ident("encode_path") {
            let argument = &call.args[0];
            let name = match argument {
                Expr::Reference(reference) => match &*reference.expr {
                    Expr::MethodCall(method) => match &*method.receiver {
                        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            };
            match name {
                Some(name) => {
                    *expr = syn::parse_quote!(crate::transport::path_segment(#name, #argument)?);
                }
                None => self.failed = Some("encode_path takes something else than a parameter".into()),
            }
        }
    }

    /// The URL is put together by `format!`, whose arguments are tokens to syn.
    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if !mac.path.is_ident("format") {
            return;
        }
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        match mac.parse_body_with(parser) {
            Ok(mut arguments) => {
                for argument in &mut arguments {
                    self.visit_expr_mut(argument);
                }
                mac.tokens = quote!(#arguments);
            }
            Err(e) => self.failed = Some(format!("a format! that cannot be read: {e}")),
        }
    }
}

fn missing(what: &str) -> Error {
    Error::Shape(format!("{what} is missing"))
}
