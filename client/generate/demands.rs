//! Checks that each pass has done its work: code of progenitor's that is left is an error with the name of the pass
//! that should have replaced it.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, ImplItem, Item};

use super::Error;
use super::described::Operations;
use super::directions::Directions;
use super::notes::MARK;
use super::rust::{CALLS, argument, derives, functions, impl_of, missing, module, says_to_serde, serde_metas};
use super::unions::held_by;

/// What only progenitor's code has: each is another pass's to replace.
const PROGENITORS: [(&str, &str); 8] = [
    ("progenitor_client", "client"),
    ("ResponseValue", "client"),
    ("ClientHooks", "client"),
    ("OperationInfo", "calls"),
    ("encode_path", "calls"),
    ("QueryParam", "calls"),
    ("form_urlencoded", "calls"),
    ("ByteStream", "calls"),
];

/// What progenitor and typify say where a value does not fit.
const CONVERSIONS: [&str; 2] = ["conversion to `", "error converting supplied value for "];

/// Checks the code.
///
/// # Errors
/// Names the pass that has left something undone, and where.
pub fn check(file: &syn::File, operations: &Operations, directions: &Directions) -> Result<(), Error> {
    let undone = |pass: &str, what: String| Err(Error::Shape(format!("the pass `{pass}` has left {what}")));
    let types = module(&file.items, "types").ok_or_else(|| missing("mod types"))?;
    let builder = module(&file.items, CALLS).ok_or_else(|| missing("mod calls"))?;
    // A type, an operation or a value of an enum may be called as something of progenitor's is.
    let variants =
        types.iter().filter_map(|item| if let Item::Enum(item) = item { Some(&item.variants) } else { None });
    let variants = variants.flatten().map(|variant| variant.ident.to_string());
    let own = types.iter().chain(builder).filter_map(super::features::owner).chain(variants).collect();
    if let Some((name, pass)) = left_over(file.to_token_stream(), &own) {
        return undone(pass, format!("`{name}` in the code"));
    }
    let constants = builder.iter().filter(|item| is_call(item)).count();
    if constants != operations.len() {
        return undone(
            "operations",
            format!("{} of {} operations as they were", operations.len() - constants, operations.len()),
        );
    }
    let held = held_by(types.iter().filter_map(|item| if let Item::Enum(item) = item { Some(item) } else { None }));
    for item in types {
        let Item::Struct(item) = item else { continue };
        let is_answer = directions.response.contains(&item.ident.to_string());
        if is_answer && item.attrs.iter().any(|attr| says_to_serde(attr, "deny_unknown_fields")) {
            return undone("types", format!("`{}` refusing unknown fields", item.ident));
        }
        let Fields::Named(fields) = &item.fields else { continue };
        if is_answer && !held.contains(&item.ident.to_string()) && derives(&item.attrs, "Deserialize") {
            return undone("objects", format!("`{}` to serde's derive", item.ident));
        }
        for field in fields.named.iter().filter(|_| is_answer) {
            if argument(&field.ty, "Option").is_some() && field.attrs.iter().any(insists) {
                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                return undone("types", format!("`{}::{name}` to insist on its key", item.ident));
            }
        }
    }
    let builders = module(types, "builder").map_or(&[][..], Vec::as_slice);
    let optional: BTreeSet<(String, String)> = builders.iter().flat_map(optional_fields).collect();
    match builders.iter().find_map(|item| demanded(item, &optional)) {
        Some(field) => undone("builders", format!("`{field}` to be set, though it is optional")),
        None => Ok(()),
    }
}

/// Whether serde is told by typify how to read a field: it insists on the key, then.
fn insists(attr: &syn::Attribute) -> bool {
    let metas = serde_metas(attr).into_iter().flatten();
    metas.into_iter().any(|meta| match meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("deserialize_with") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) => !path.value().starts_with("crate::"),
            _ => true,
        },
        _ => false,
    })
}

/// A name of progenitor's, or a note for a pass, in code.
fn left_over(tokens: TokenStream, own: &BTreeSet<String>) -> Option<(String, &'static str)> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => left_over(group.stream(), own),
        TokenTree::Ident(ident) => {
            let (name, pass) = PROGENITORS.iter().find(|(name, _)| ident == name && !own.contains(*name))?;
            Some(((*name).to_owned(), *pass))
        }
        TokenTree::Literal(literal) => {
            let literal = literal.to_string();
            // `quote!` writes the character as an escape.
            if literal.contains(MARK) || literal.contains(&MARK.escape_unicode().to_string()) {
                return Some(("a note".to_owned(), "notes"));
            }
            CONVERSIONS.iter().any(|words| literal.contains(words)).then_some((literal, "builders"))
        }
        _ => None,
    })
}

/// Whether an impl is that of an operation's call, with all that it needs.
fn is_call(item: &Item) -> bool {
    let Item::Impl(item) = item else { return false };
    let has = |name: &str| {
        item.items.iter().any(|item| match item {
            ImplItem::Const(constant) => constant.ident == name,
            ImplItem::Fn(function) => function.sig.ident == name,
            _ => false,
        })
    };
    impl_of(item).0.is_none() && has("OPERATION") && has("send")
}

/// The fields of a builder that may be left out, by type and name.
fn optional_fields(item: &Item) -> Vec<(String, String)> {
    let Item::Struct(item) = item else { return Vec::new() };
    let optional = |ty: &syn::Type| argument(ty, "Result").is_some_and(|value| argument(value, "Option").is_some());
    let fields = item.fields.iter().filter(|field| optional(&field.ty));
    fields.filter_map(|field| Some((item.ident.to_string(), field.ident.as_ref()?.to_string()))).collect()
}

/// A field of a builder that has to be set, though it is one of those that have not.
fn demanded(item: &Item, optional: &BTreeSet<(String, String)>) -> Option<String> {
    let Item::Impl(item) = item else { return None };
    let (Some("Default"), Some(owner)) = (impl_of(item).0.as_deref(), impl_of(item).1) else { return None };
    functions(item).find_map(|function| {
        let Some(syn::Stmt::Expr(syn::Expr::Struct(value), None)) = function.block.stmts.last() else { return None };
        value.fields.iter().find_map(|field| {
            let syn::Member::Named(name) = &field.member else { return None };
            let is_error =
                matches!(&field.expr, syn::Expr::Call(call) if matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident("Err")));
            (is_error && optional.contains(&(owner.clone(), name.to_string()))).then(|| format!("{owner}::{name}"))
        })
    })
}
