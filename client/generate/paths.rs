//! Short paths: what Rust's prelude has is named as people write it, unless a type or an operation has that name.
//!
//! before: `::std::option::Option<::std::string::String>`
//! after:  `Option<String>`
//!
//! And full ones, where a type or an operation has a name that is written short everywhere else.
//!
//! before: `impl FnMut(&types::Job) -> bool + Send + 'a`, where an operation is called `send`
//! after:  `impl FnMut(&types::Job) -> bool + ::std::marker::Send + 'a`

use std::collections::BTreeSet;

use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};

use super::rust::{functions, impl_of};

/// What generated code uses of Rust's prelude: the module of each, and its name.
const PRELUDE: [(&str, &str); 12] = [
    ("boxed", "Box"),
    ("clone", "Clone"),
    ("convert", "AsRef"),
    ("convert", "From"),
    ("convert", "Into"),
    ("convert", "TryFrom"),
    ("convert", "TryInto"),
    ("default", "Default"),
    ("option", "Option"),
    ("result", "Result"),
    ("string", "String"),
    ("vec", "Vec"),
];

/// What generated code names without a path: the traits of bounds and of calls, and what is made of results and options.
const SHORT: [(&str, &str, &str); 16] = [
    ("AsRef", "convert", "AsRef"),
    ("Clone", "clone", "Clone"),
    ("Default", "default", "Default"),
    ("Err", "result", "Result::Err"),
    ("Fn", "ops", "Fn"),
    ("FnMut", "ops", "FnMut"),
    ("FnOnce", "ops", "FnOnce"),
    ("From", "convert", "From"),
    ("Into", "convert", "Into"),
    ("None", "option", "Option::None"),
    ("Ok", "result", "Result::Ok"),
    ("Send", "marker", "Send"),
    ("Some", "option", "Option::Some"),
    ("Sync", "marker", "Sync"),
    ("TryFrom", "convert", "TryFrom"),
    ("TryInto", "convert", "TryInto"),
];

/// Shortens the paths of all items, and writes those in full whose names are other things here.
pub(crate) fn shorten(file: &mut syn::File) {
    let mut named = Named::default();
    named.visit_file(file);
    let free = PRELUDE.into_iter().filter(|(_, name)| !named.0.contains(*name)).collect();
    Shorten { free }.visit_file_mut(file);
    if SHORT.iter().any(|(name, ..)| named.0.contains(*name)) || named.0.contains("String") {
        Lengthen { named: named.0 }.visit_file_mut(file);
    }
}

/// The names that items have.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl<'ast> Visit<'ast> for Named {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.0.insert(item.ident.to_string());
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.0.insert(item.ident.to_string());
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.0.insert(item.ident.to_string());
    }
}

struct Shorten {
    free: BTreeSet<(&'static str, &'static str)>,
}

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let plain = path.segments.iter().all(|segment| segment.arguments.is_none());
        match &names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["std", module, name, ..] if self.free.iter().any(|free| *free == (*module, *name)) => {
                path.leading_colon = None;
                path.segments = std::mem::take(&mut path.segments).into_iter().skip(2).collect();
            }
            ["chrono", "offset", "Utc"] if plain => *path = syn::parse_quote!(::chrono::Utc),
            _ => {}
        }
    }
}

struct Lengthen {
    named: BTreeSet<String>,
}

impl Lengthen {
    /// The full path of a name that is written short, where it is another thing here.
    fn full(&self, path: &syn::Path) -> Option<syn::Path> {
        let first = path.segments.first().filter(|_| path.leading_colon.is_none())?;
        let (_, module, name) = SHORT.iter().find(|(name, ..)| first.ident == name && self.named.contains(*name))?;
        let mut full: syn::Path = syn::parse_str(&format!("::std::{module}::{name}")).ok()?;
        if let Some(last) = full.segments.last_mut() {
            last.arguments = first.arguments.clone();
        }
        full.segments.extend(path.segments.iter().skip(1).cloned());
        Some(full)
    }

    fn lengthen(&self, path: &mut syn::Path) {
        if let Some(full) = self.full(path) {
            *path = full;
        }
    }
}

/// A name alone is a type of the document only where a type stands. No such type is a trait, a function or a pattern.
impl VisitMut for Lengthen {
    fn visit_expr_path_mut(&mut self, expr: &mut syn::ExprPath) {
        visit_mut::visit_expr_path_mut(self, expr);
        if expr.qself.is_none() {
            self.lengthen(&mut expr.path);
        }
    }

    fn visit_trait_bound_mut(&mut self, bound: &mut syn::TraitBound) {
        visit_mut::visit_trait_bound_mut(self, bound);
        self.lengthen(&mut bound.path);
    }

    fn visit_pat_tuple_struct_mut(&mut self, pattern: &mut syn::PatTupleStruct) {
        visit_mut::visit_pat_tuple_struct_mut(self, pattern);
        self.lengthen(&mut pattern.path);
    }

    fn visit_pat_mut(&mut self, pattern: &mut syn::Pat) {
        visit_mut::visit_pat_mut(self, pattern);
        if let syn::Pat::Ident(ident) = pattern
            && let Some(full) = self.full(&ident.ident.clone().into())
        {
            *pattern = syn::parse_quote!(#full);
        }
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        visit_mut::visit_item_impl_mut(self, item);
        if let Some((of, ..)) = &mut item.trait_ {
            self.lengthen(of);
        }
        // typify has what is parsed made of a `String`, too.
        if self.named.contains("String") && impl_of(item).0.as_deref() == Some("TryFrom") && is_parsed(item) {
            StringsInFull.visit_item_impl_mut(item);
        }
    }
}

/// Whether what is converted is a text that is parsed.
fn is_parsed(item: &syn::ItemImpl) -> bool {
    functions(item).any(|function| {
        matches!(&*function.block.stmts, [syn::Stmt::Expr(syn::Expr::MethodCall(call), None)] if call.method == "parse")
    })
}

struct StringsInFull;

impl VisitMut for StringsInFull {
    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        visit_mut::visit_type_mut(self, ty);
        if matches!(ty, syn::Type::Path(path) if path.path.is_ident("String")) {
            *ty = syn::parse_quote!(::std::string::String);
        }
    }
}
