//! Bodies that need not be sent.
//!
//! before: `.json(&body)`, where a body that was not set is an error, as its fields are not all there
//! after:  `json_if_any(…, body.as_ref(), …)`, of a body that is `None` where nobody has set it
//!
//! Where all of a body's fields have a value by themselves, `{}` is sent: it says the same.

use syn::{Expr, ImplItem, ItemImpl, Stmt};

use super::rust::position_of_local;

/// Has the setters of the body note that it was set.
pub(crate) fn note_setters(item: &mut ItemImpl) {
    for item in &mut item.items {
        if let ImplItem::Fn(function) = item
            && (function.sig.ident == "body" || function.sig.ident == "body_map")
        {
            function.block.stmts.insert(0, syn::parse_quote!(self.call_options.sets_body();));
        }
    }
}

/// Makes the body one that may not be there.
pub(crate) fn make_optional(
    statements: &mut [Stmt],
    build: &mut Expr,
    content_type: Option<&str>,
) -> Result<(), String> {
    let at = position_of_local(statements, "body");
    let Some(Stmt::Local(syn::Local { init: Some(init), .. })) = at.and_then(|at| statements.get_mut(at)) else {
        return Err("the body is not made where it is expected".to_owned());
    };
    let made = &init.expr;
    *init.expr = syn::parse_quote!(if call_options.has_body() { Some(#made) } else { None });
    let content_type = content_type.unwrap_or("application/json");
    if replace_json(build, content_type) { Ok(()) } else { Err("the body is not sent as JSON".to_owned()) }
}

fn replace_json(expr: &mut Expr, content_type: &str) -> bool {
    let Expr::MethodCall(call) = expr else { return false };
    if call.method != "json" {
        return replace_json(&mut call.receiver, content_type);
    }
    let receiver = (*call.receiver).clone();
    *expr = syn::parse_quote!(crate::runtime::json_if_any(#receiver, body.as_ref(), #content_type));
    true
}
