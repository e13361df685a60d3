//! The operations that the client's code calls where it is written by hand. A document without one of them gives no
//! crate that compiles.
//!
//! `client.get_backup().organization(…)` and `client.branch(…).list_backups().per_page(…)` call operations, as `Client` and
//! `BranchHandle` have no such method that is written by hand. What is behind a feature that is off calls nothing.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ImplItem, Item, ItemImpl};

use super::Error;
use super::rust::{last_name, parsed};

/// The types whose methods begin calls of operations.
const CLIENT: &str = "Client";
const BRANCH: &str = "BranchHandle";

/// Which hand-written file calls which operation that generated code has not.
///
/// `files` are the hand-written files, by their paths below `src` with `/` between folders. `wants` says whether a feature
/// is on.
///
/// # Errors
/// Where a file is not Rust.
pub fn missing_operations(
    code: &syn::File,
    files: &[(String, String)],
    wants: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
    let files = parsed(files)?;
    let mut off = Vec::new();
    for (name, file) in &files {
        let modules = file.items.iter().filter_map(|item| if let Item::Mod(item) = item { Some(item) } else { None });
        let inner = modules.filter(|module| module.content.is_none() && !is_on(&module.attrs, wants));
        let below = if name == "lib" { String::new() } else { format!("{name}/") };
        off.extend(inner.map(|module| format!("{below}{}", module.ident)));
    }
    let is_off = |name: &str| {
        off.iter().any(|off| name.strip_prefix(off).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let mut methods = Methods::default();
    methods.visit_file(code);
    files.iter().for_each(|(_, file)| methods.visit_file(file));
    let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, file) in files.iter().filter(|(name, _)| !is_off(name)) {
        let mut calls = Calls { wants, found: BTreeSet::new() };
        calls.visit_file(file);
        let absent = calls.found.difference(&methods.0).map(|(_, method)| method.clone());
        let absent: BTreeSet<String> = absent.collect();
        if !absent.is_empty() {
            missing.insert(format!("src/{name}.rs"), absent);
        }
    }
    Ok(missing)
}

/// Whether what has these attributes is compiled with the features that are on, outside of tests.
fn is_on(attrs: &[Attribute], wants: &dyn Fn(&str) -> bool) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).all(|attr| match attr.parse_args() {
        Ok(syn::Meta::Path(path)) => !path.is_ident("test"),
        Ok(syn::Meta::NameValue(meta)) if meta.path.is_ident("feature") => match &meta.value {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) => wants(&name.value()),
            _ => true,
        },
        _ => true,
    })
}

/// The methods of the two types, each with its type.
#[derive(Default)]
struct Methods(BTreeSet<(&'static str, String)>);

impl<'ast> Visit<'ast> for Methods {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let of = last_name(&item.self_ty);
        let Some(of) = [CLIENT, BRANCH].into_iter().find(|name| of.is_some_and(|of| of == name)) else { return };
        let functions = item.items.iter().filter_map(|item| match item {
            ImplItem::Fn(function) => Some((of, function.sig.ident.to_string())),
            _ => None,
        });
        self.0.extend(functions);
    }
}

/// The calls of methods without arguments of the two types, of whose result a method is called.
struct Calls<'w> {
    wants: &'w dyn Fn(&str) -> bool,
    found: BTreeSet<(&'static str, String)>,
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attrs = match item {
            Item::Fn(item) => &item.attrs[..],
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            _ => &[],
        };
        if is_on(attrs, self.wants) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attrs = if let ImplItem::Fn(function) = item { &function.attrs[..] } else { &[] };
        if is_on(attrs, self.wants) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let Expr::MethodCall(first) = &*call.receiver
            && first.args.is_empty()
            && let Some(of) = type_of(&first.receiver)
        {
            self.found.insert((of, first.method.to_string()));
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// Which of the two types an expression is of: `client`, `self.client`, or `client.branch(…)`.
fn type_of(receiver: &Expr) -> Option<&'static str> {
    match receiver {
        Expr::Path(path) if path.path.is_ident("client") => Some(CLIENT),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) if name == "client" => Some(CLIENT),
            _ => None,
        },
        Expr::MethodCall(call) if call.method == "branch" && type_of(&call.receiver) == Some(CLIENT) => Some(BRANCH),
        _ => None,
    }
}
