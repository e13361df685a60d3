//! Setters and bodies: what they do is the runtime's, so that each of thousands is a call.
//!
//! before: `self.page = value.try_into().map(Some).map_err(|_| "`page` does not take …".to_string());`
//! after:  `self.page = crate::runtime::taken("page", value).map(Some);`
//!
//! before: `body.and_then(|v| types::Body::try_from(v).map_err(|e| e.to_string())).map_err(Error::invalid_input)?`
//! after:  `crate::runtime::built::<types::Body, _>(body)?`

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall};

use super::rust::option_setter;

/// Changes the setters of all builders, and the bodies of all calls.
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

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Some(built) = built(expr) {
            *expr = built;
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

/// What makes a body of its builder.
fn built(expr: &Expr) -> Option<Expr> {
    let refused = called(expr, "map_err")?;
    let made = called(&refused.receiver, "and_then")?;
    let Expr::Closure(closure) = made.args.first()? else { return None };
    let body = match &*closure.body {
        Expr::Block(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(body, None)] => body,
            _ => return None,
        },
        body => body,
    };
    let Expr::Call(conversion) = &*called(body, "map_err")?.receiver else { return None };
    let Expr::Path(function) = &*conversion.func else { return None };
    let mut of = function.path.clone();
    (of.segments.pop()?.ident == "try_from").then_some(())?;
    of.segments.pop_punct();
    let builder = &made.receiver;
    Some(syn::parse_quote!(crate::runtime::built::<#of, _>(#builder)))
}

fn called<'e>(expr: &'e Expr, method: &str) -> Option<&'e ExprMethodCall> {
    match expr {
        Expr::MethodCall(call) if call.method == method => Some(call),
        _ => None,
    }
}
