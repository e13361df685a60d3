//! What a call does once its request is built: all of it is `crate::transport`'s.
//!
//! before: `let request = client.client.post(url).header(…).json(&body).build()?; client.pre(…); client.exec(…); match …`
//! after:  `runtime::call(client, &call_options, &|| runtime::request(client, Method::POST, &url,
//!         Some("application/json")).json(&body).build(), &Self::OPERATION)`
//!
//! And every parameter is written in its style, by a function that can refuse it:
//!
//! before: `encode_path(&branch.to_string())`, `.query(&QueryParam::new("page", &page))`
//! after:  `runtime::path_segment("branch", Style::Simple, &branch)?`,
//!         `let url = Query::new(url).add("page", Style::Form, &page)?.url();`

use std::collections::BTreeMap;

use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItem, ImplItemFn, Lit, ReturnType, Stmt, Type};

use super::Error;
use super::answers::{Answer, Bodies};
use super::checks;
use super::described::{Described, Operations, Parameter};
use super::document::plain;
use super::rust::{argument, doc_of, last_name, missing, position_of_local, set_doc, visit_format};

/// Hardens an operation's `send`, and returns the constant that says which operation it is.
pub(crate) fn harden(send: &mut ImplItemFn, operations: &Operations, is_body_checked: bool) -> Result<ImplItem, Error> {
    let (id, end) = operation_id(send)?;
    let Described { method, path, id, bodies, parameters, is_public, .. } =
        operations.get(&id).ok_or_else(|| Error::Shape(format!("operation {id}: not in the spec")))?;

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
        _ if bodies.answer == Answer::Location => (quote!(call_location), syn::parse_quote!(::std::string::String)),
        Type::Tuple(unit) if unit.elems.is_empty() => (quote!(call_empty), success.clone()),
        _ if is("Upgraded") => return Err(shape("upgrades are not supported")),
        _ if is("ByteStream") => (quote!(call_bytes), syn::parse_quote!(crate::Bytes)),
        _ if bodies.answer == Answer::Optional => {
            (quote!(call_optional), syn::parse_quote!(::std::option::Option<#success>))
        }
        _ => (quote!(call), success.clone()),
    };
    **output = syn::parse_quote!(Result<ResponseValue<#success>, crate::Error>);

    // The request.
    let statements = &mut send.block.stmts;
    if let Some(Stmt::Local(syn::Local { pat: syn::Pat::Struct(all), .. })) = statements.first_mut() {
        all.fields.push(syn::FieldPat {
            attrs: Vec::new(),
            member: syn::Member::Named(format_ident!("call_options")),
            colon_token: None,
            pat: Box::new(syn::parse_quote!(call_options)),
        });
    }
    statements.truncate(end);
    let Some(Stmt::Local(syn::Local { init: Some(built), .. })) = statements.pop() else {
        return Err(shape("no request is built"));
    };
    let Expr::Try(attempt) = *built.expr else {
        return Err(shape("the request is built without `?`"));
    };
    let mut build = attempt.expr;
    let client = client_name(statements);
    let has_headers = has_headers(statements);
    if !has_headers {
        statements.truncate(statements.len().saturating_sub(2));
    }
    let mut repeated =
        Repeated { client: &client, has_headers, has_bytes: false, has_form: false, query: Vec::new(), bodies };
    repeated.visit_expr_mut(&mut build);
    if !repeated.query.is_empty() {
        let mut url = quote!(crate::runtime::Query::new(url));
        for (name, value) in &repeated.query {
            let parameter = parameters.get(&plain(name));
            let style = format_ident!("{}", parameter.map_or("Form", |parameter| parameter.style));
            let name = parameter.map_or(name, |parameter| &parameter.name);
            url = quote!(#url.add(#name, crate::runtime::Style::#style, #value)?);
        }
        statements.push(syn::parse_quote!(let url = #url.url();));
    }
    if repeated.has_form {
        statements.push(syn::parse_quote!(let form = crate::runtime::form(&body)?;));
    }
    if repeated.has_bytes {
        statements.push(syn::parse_quote!(let body = crate::runtime::repeatable(&body)?;));
    }

    let mut written = Parameters { failed: None, parameters };
    for statement in statements.iter_mut() {
        written.visit_stmt_mut(statement);
    }
    if let Some(what) = written.failed {
        return Err(shape(&what));
    }
    add_parameter_checks(statements, parameters);
    if is_body_checked {
        let at = position_of_local(statements, "body").ok_or_else(|| shape("there is no body to check"))?;
        let check = syn::parse_quote! {
            crate::runtime::check::Check::check(&body).map_err(crate::Error::invalid_input)?;
        };
        statements.insert(at + 1, check);
    }
    if bodies.may_lack_body {
        super::bodies::make_optional(statements, &mut build, bodies.content_type.as_deref()).map_err(|e| shape(&e))?;
    }
    statements.push(Stmt::Expr(
        syn::parse_quote!(crate::runtime::#read(#client, &call_options, &|| #build, &Self::OPERATION).await),
        None,
    ));
    let doc = format!(
        "{}\n\n# Errors\nSee [`Error`](crate::Error): it says whether the server has acted.",
        doc_of(&send.attrs)
    );
    set_doc(&mut send.attrs, &doc);
    Ok(syn::parse_quote! {
        /// The operation that this is a call of.
        pub const OPERATION: crate::Operation = crate::Operation { id: #id, method: #method, path: #path, is_public: #is_public };
    })
}

/// Checks parameters that have limits, once all are there: before the URL is made of them.
fn add_parameter_checks(statements: &mut Vec<Stmt>, parameters: &BTreeMap<String, Parameter>) {
    let Some(at) = position_of_local(statements, "url") else { return };
    let mut checks: Vec<Stmt> = Vec::new();
    for statement in &statements[..at] {
        let Stmt::Local(local) = statement else { continue };
        let syn::Pat::Ident(name) = &local.pat else { continue };
        let name = &name.ident;
        let Some(parameter) = parameters.get(&plain(&name.to_string())) else { continue };
        let (own, each) = checks::calls(&parameter.limits);
        let label = &parameter.name;
        if !own.is_empty() {
            checks.push(syn::parse_quote! {
                crate::runtime::check::value(#label, &#name) #(#own)* .done().map_err(crate::Error::invalid_input)?;
            });
        }
        if !each.is_empty() {
            checks.push(syn::parse_quote! {
                crate::runtime::check::each(#label, &#name, |value| value #(#each)*).map_err(crate::Error::invalid_input)?;
            });
        }
    }
    statements.splice(at..at, checks);
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

/// The operation's id, and the number of statements before the one that names it.
pub(crate) fn operation_id(send: &ImplItemFn) -> Result<(String, usize), Error> {
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

/// Whether there are more headers than the API's version, which every request has: then they are in a map, which the
/// last two statements make and fill otherwise.
fn has_headers(statements: &[Stmt]) -> bool {
    let [.., Stmt::Local(map), Stmt::Expr(Expr::MethodCall(append), _)] = statements else { return true };
    let is_map = |pattern: &syn::Pat| matches!(pattern, syn::Pat::Ident(name) if name.ident == "header_map");
    !(is_map(&map.pat) && append.method == "append")
}

/// Makes an expression that builds a request one that can be run again: it takes nothing for good.
struct Repeated<'d> {
    client: &'d syn::Ident,
    /// Whether the request has more headers than all have.
    has_headers: bool,
    has_bytes: bool,
    has_form: bool,
    /// The parameters of the query, by their names on the wire, with their values.
    query: Vec<(String, Expr)>,
    /// The media types that are other ones than progenitor knows.
    bodies: &'d Bodies,
}

impl VisitMut for Repeated<'_> {
    /// `.form_urlencoded(&body)?` fails with progenitor's error: the form is made before.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr
            && let Some(begun) = self.begun(call)
        {
            *expr = begun;
            return;
        }
        if let Expr::MethodCall(call) = expr
            && call.method == "query"
            && let Some(Expr::Reference(reference)) = call.args.first()
            && let Expr::Call(new) = &*reference.expr
            && let (Some(Expr::Lit(syn::ExprLit { lit: Lit::Str(name), .. })), Some(value)) =
                (new.args.first(), new.args.get(1))
        {
            self.query.push((name.value(), value.clone()));
            *expr = (*call.receiver).clone();
            return;
        }
        if let Expr::Try(attempt) = expr
            && let Expr::MethodCall(call) = &*attempt.expr
            && call.method == "form_urlencoded"
        {
            let receiver = &call.receiver;
            let name = self.bodies.content_type.as_deref().unwrap_or("application/x-www-form-urlencoded");
            *expr = syn::parse_quote! {
                #receiver
                    .header(::reqwest::header::CONTENT_TYPE, #name)
                    .body(form.clone())
            };
            self.has_form = true;
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        self.media_types(call);
        let bytes = call.method == "body";
        self.has_bytes |= bytes;
        if let Some(argument @ Expr::Path(_)) = call.args.first_mut()
            && (bytes || call.method == "headers")
        {
            *argument = syn::parse_quote!(#argument.clone());
        }
    }
}

impl Repeated<'_> {
    /// How a request begins: with what all have, said once for all of them.
    fn begun(&self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let client = self.client;
        match &*call.receiver {
            // `client.client.post(url)`
            Expr::Field(_) => {
                let url = call.args.last()?;
                // `.request(Method::OPTIONS, url)`, where there is no function of that name.
                let method = match call.args.first().filter(|_| call.args.len() > 1) {
                    Some(method) => method.to_token_stream(),
                    None => {
                        let name = format_ident!("{}", call.method.to_string().to_uppercase());
                        quote!(::reqwest::Method::#name)
                    }
                };
                Some(syn::parse_quote!(crate::runtime::request(#client, #method, &#url, None)))
            }
            // `.header(ACCEPT, HeaderValue::from_static("application/json"))`
            Expr::Call(begun) if call.method == "header" && is_accept(call.args.first()?) => {
                let Some(Expr::Call(value)) = call.args.get(1) else { return None };
                let (mut begun, name) = (begun.clone(), value.args.first()?);
                *begun.args.last_mut()? = syn::parse_quote!(Some(#name));
                Some(Expr::Call(begun))
            }
            _ if call.method == "headers" && !self.has_headers => Some((*call.receiver).clone()),
            _ => None,
        }
    }

    /// Says the media types as the spec has them.
    fn media_types(&self, call: &mut syn::ExprMethodCall) {
        let value = |name: &str| -> Expr { syn::parse_quote!(::reqwest::header::HeaderValue::from_static(#name)) };
        let header = call.args.first().and_then(|name| match name {
            Expr::Path(path) if call.method == "header" => path.path.segments.last(),
            _ => None,
        });
        let name = match header.map(|last| last.ident.to_string()).as_deref() {
            Some("ACCEPT") => &self.bodies.accept,
            Some("CONTENT_TYPE") => &self.bodies.content_type,
            _ => &None,
        };
        if let (Some(name), Some(argument)) = (name, call.args.get_mut(1)) {
            *argument = value(name);
        } else if let Some(name) =
            self.bodies.content_type.as_ref().filter(|_| call.method == "json" && !self.bodies.may_lack_body)
        {
            let (receiver, value) = (&call.receiver, value(name));
            *call.receiver = syn::parse_quote!(#receiver.header(::reqwest::header::CONTENT_TYPE, #value));
        }
    }
}

fn is_accept(name: &Expr) -> bool {
    matches!(name, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "ACCEPT"))
}

/// Rewrites what fills the path's template and what refuses an argument.
struct Parameters<'d> {
    failed: Option<String>,
    parameters: &'d BTreeMap<String, Parameter>,
}

impl Parameters<'_> {
    fn style(&self, name: &str, else_: &str) -> syn::Ident {
        format_ident!("{}", self.parameters.get(&plain(name)).map_or(else_, |parameter| parameter.style))
    }
}

impl VisitMut for Parameters<'_> {
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
            // `value.to_string()`, which no list has.
            let Expr::MethodCall(text) = &*conversion.receiver else { return };
            let text = &text.receiver;
            let style = self.style(&quote!(#name).to_string(), "Simple");
            let wire = match self.parameters.get(&plain(&quote!(#name).to_string())) {
                Some(parameter) => parameter.name.to_token_stream(),
                None => name.to_token_stream(),
            };
            *value = syn::parse_quote!(crate::runtime::header_value(#wire, crate::runtime::Style::#style, &#text)?);
            call.args[0] = syn::parse_quote!(#wire);
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
                    let (value, style) = (format_ident!("{name}"), self.style(&name, "Simple"));
                    let parameter = self.parameters.get(&plain(&name));
                    let wire = parameter.map_or(&name, |parameter| &parameter.name);
                    *expr = syn::parse_quote!(
                        crate::runtime::path_segment(#wire, crate::runtime::Style::#style, &#value)?
                    );
                }
                None => self.failed = Some("encode_path takes something else than a parameter".into()),
            }
        }
    }

    /// The URL is put together by `format!`.
    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if let Err(what) = visit_format(self, mac) {
            self.failed = Some(what);
        }
    }
}
