//! Setters of builders: what they do is the runtime's, so that each of thousands is a call.
//!
//! before: `self.page = value.try_into().map(Some).map_err(|_| "`page` does not take …".to_string());`
//! after:  `self.page = crate::runtime::taken("page", value).map(Some);`

use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMethodCall};

use super::rust::option_setter;

/// Changes the setters of all builders.
pub(crate) fn harden(file: &mut syn::File) {
    Setters.visit_file_mut(file);
}

struct Setters;

impl VisitMut for Setters {
    fn visit_expr_assign_mut(&mut self, assign: &mut syn::ExprAssign) {
        if let Expr::Field(syn::ExprField { member: syn::Member::Named(field), .. }) = &*assign.left
            && let Some(value) = taken(&option_setter(field).1, &assign.right)
        {
            *assign.right = value;
        }
    }
}

/// What converts a value for a field, where that is done as progenitor and typify do.
fn taken(name: &str, value: &Expr) -> Option<Expr> {
    let refused = called(value, "map_err")?;
    let Expr::Closure(message) = refused.args.first()? else { return None };
    // `|_| "…".to_string()` says no reason.
    let function = match message.inputs.first()? {
        syn::Pat::Wild(_) => quote!(taken),
        _ => quote!(converted),
    };
    let name = name.trim_end_matches('_');
    let taken = quote!(crate::runtime::#function(#name, value));
    let is_conversion = |expr: &Expr| {
        called(expr, "try_into")
            .is_some_and(|into| matches!(&*into.receiver, Expr::Path(path) if path.path.is_ident("value")))
    };
    match called(&refused.receiver, "map") {
        Some(wrapped) if is_conversion(&wrapped.receiver) => {
            let wrap = &wrapped.args;
            Some(syn::parse_quote!(#taken.map(#wrap)))
        }
        None if is_conversion(&refused.receiver) => Some(syn::parse_quote!(#taken)),
        _ => None,
    }
}

fn called<'e>(expr: &'e Expr, method: &str) -> Option<&'e ExprMethodCall> {
    match expr {
        Expr::MethodCall(call) if call.method == method => Some(call),
        _ => None,
    }
}
