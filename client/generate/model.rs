//! The operations, as data: what the document says of each, and the types that progenitor chose for what it takes and
//! gives. What is emitted for an operation is made of this alone.
//!
//! before: `pub struct ListBackups<'a> { organization: Result<String, String>, page: Result<Option<i64>, String>, … }`
//! after:  `Operation { call: ListBackups, parameters: [organization: String, page: i64 (optional), …], … }`

use std::collections::BTreeSet;

use quote::format_ident;
use syn::visit::Visit;
use syn::{Fields, Ident, Item, ReturnType, Type};

use super::Error;
use super::answers::Answer;
use super::described::{Described, Operations, Parameter};
use super::document::plain;
use super::identifiers::fields;
use super::rust::{argument, as_send, functions, impl_of, last_name, missing, module, names_in, option_setter};

/// An operation.
pub(crate) struct Operation<'d> {
    /// The function that begins a call of it.
    pub(crate) function: Ident,
    /// The struct that is a call of it.
    pub(crate) call: Ident,
    pub(crate) described: &'d Described,
    pub(crate) parameters: Vec<Taken<'d>>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Reading,
    /// Which one it is, in progenitor's order.
    pub(crate) nth: usize,
}

/// A parameter, as a call takes it.
pub(crate) struct Taken<'d> {
    /// Its setter.
    pub(crate) setter: Ident,
    pub(crate) ty: Type,
    pub(crate) is_optional: bool,
    pub(crate) described: &'d Parameter,
}

/// The body of a request.
pub(crate) struct Body {
    /// What it is.
    pub(crate) ty: Type,
    /// The builder of it, where there is one.
    pub(crate) builder: Option<Type>,
    pub(crate) sent: Sent,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Json,
    Form,
    Text,
    Bytes,
}

/// How an answer is read.
pub(crate) enum Reading {
    /// As JSON of this type.
    Json(Type),
    /// As JSON of this type, where there is a body.
    Optional(Type),
    /// Not at all.
    Empty,
    Bytes,
    /// As the place that a redirect leads to.
    Location,
}

impl Reading {
    /// What a call gives.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Self::Json(ty) => ty.clone(),
            Self::Optional(ty) => syn::parse_quote!(::std::option::Option<#ty>),
            Self::Empty => syn::parse_quote!(()),
            Self::Bytes => syn::parse_quote!(crate::Bytes),
            Self::Location => syn::parse_quote!(crate::Secret),
        }
    }
}

impl Operation<'_> {
    /// The names of its setters.
    pub(crate) fn has_setter(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.setter == name)
    }

    /// The names of the types that it sends.
    pub(crate) fn sent(&self) -> impl Iterator<Item = String> {
        let types = self.parameters.iter().map(|parameter| &parameter.ty).chain(self.body.iter().map(|body| &body.ty));
        types.flat_map(|ty| names_in(|names| names.visit_type(ty)))
    }

    /// The names of the types that it answers with.
    pub(crate) fn received(&self) -> impl Iterator<Item = String> + use<> {
        names_in(|names| names.visit_type(&self.answer.ty())).into_iter()
    }
}

/// The operations of what progenitor has generated, by the names of their calls.
///
/// # Errors
/// Where its code is not of the shape that is known.
pub(crate) fn of<'d>(file: &syn::File, operations: &'d Operations) -> Result<Vec<Operation<'d>>, Error> {
    let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let impls = file.items.iter().filter_map(|item| if let Item::Impl(item) = item { Some(item) } else { None });
    let mut found = Vec::new();
    for function in impls.flat_map(functions).map(|function| &function.sig) {
        let ReturnType::Type(_, call) = &function.output else { continue };
        let described = operations.get(&function.ident.to_string());
        if let (Some(call), Some(described)) = (last_name(call), described) {
            found.push(operation(builder, found.len(), &function.ident, call, described)?);
        }
    }
    // The order of a document's paths is that of its keys, or not, as a feature of serde_json has it.
    found.sort_by(|a, b| a.call.cmp(&b.call));
    match found.windows(2).find(|two| two[0].call == two[1].call) {
        Some([first, ..]) => Err(Error::Names(format!("two types in calls would be `{}`", first.call))),
        _ => Ok(found),
    }
}

fn operation<'d>(
    builder: &[Item],
    nth: usize,
    function: &Ident,
    call: &Ident,
    described: &'d Described,
) -> Result<Operation<'d>, Error> {
    let shape = |what: &str| Error::Shape(format!("operation {}: {what}", described.id));
    let named = builder.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == *call => Some(&item.fields),
        _ => None,
    });
    let Some(Fields::Named(named)) = named else { return Err(shape("there is no struct of its calls")) };
    fields(named.named.iter().filter_map(|field| Some((field.ident.as_ref()?, None))), call)?;
    let (mut parameters, mut body) = (Vec::new(), None);
    for field in named.named.iter().skip(1) {
        let (Some(setter), Some(held)) = (&field.ident, argument(&field.ty, "Result")) else {
            return Err(shape("a field of its call is no Result"));
        };
        if setter == "body" && described.sent.is_some() {
            body = Some(body_of(held, described));
            continue;
        }
        let of = described.parameters.get(&plain(&setter.to_string()));
        let of = of.ok_or_else(|| shape(&format!("the parameter `{setter}` is not in the document")))?;
        let inner = argument(held, "Option");
        parameters.push(Taken {
            setter: setter.clone(),
            ty: inner.unwrap_or(held).clone(),
            is_optional: inner.is_some(),
            described: of,
        });
    }
    with_own_setters(&mut parameters, body.is_some());
    let sends = builder.iter().filter_map(|item| match item {
        Item::Impl(item) if impl_of(item) == (None, Some(call.to_string())) => item.items.iter().find_map(as_send),
        _ => None,
    });
    let output = sends.map(|send| &send.sig.output).next();
    let Some(ReturnType::Type(_, output)) = output else { return Err(shape("send returns nothing")) };
    let success = argument(output, "Result").and_then(|value| argument(value, "ResponseValue"));
    let success = success.ok_or_else(|| shape("send does not return Result<ResponseValue<_>, _>"))?;
    // A type of the document may have such a name, too.
    let is_own =
        matches!(success, Type::Path(path) if path.path.segments.first().is_some_and(|first| first.ident == "types"));
    let is = |name: &str| !is_own && last_name(success).is_some_and(|last| last == name);
    let answer = match (success, described.bodies.answer) {
        (_, Answer::Location) => Reading::Location,
        (Type::Tuple(unit), _) if unit.elems.is_empty() => Reading::Empty,
        _ if is("ByteStream") => Reading::Bytes,
        (ty, Answer::Optional) => Reading::Optional(ty.clone()),
        (ty, Answer::AsGenerated) => Reading::Json(ty.clone()),
    };
    Ok(Operation { function: function.clone(), call: call.clone(), described, parameters, body, answer, nth })
}

/// Gives each parameter a setter whose name no other function of the call has.
fn with_own_setters(parameters: &mut [Taken<'_>], has_body: bool) {
    let mut taken: BTreeSet<String> = ["new", "send"].map(str::to_owned).into();
    if has_body {
        taken.insert("body_map".to_owned());
    }
    taken.extend(parameters.iter().filter(|one| one.is_optional).map(|one| option_setter(&one.setter).0.to_string()));
    for parameter in parameters {
        if taken.contains(&parameter.setter.to_string()) {
            parameter.setter = format_ident!("{}_", parameter.setter);
        }
    }
}

/// A body is held as what it is, or as the builder of that: `types::builder::Body` builds `types::Body`.
fn body_of(held: &Type, described: &Described) -> Body {
    let sent = match described.sent.as_deref() {
        Some("application/x-www-form-urlencoded") => Sent::Form,
        Some("application/octet-stream") => Sent::Bytes,
        Some(media) if media.starts_with("text/") && media != "text/json" => Sent::Text,
        _ => Sent::Json,
    };
    // progenitor takes both as reqwest's body, which may be a stream, and so is sent only once.
    let mut ty = match sent {
        Sent::Text => syn::parse_quote!(::std::string::String),
        Sent::Bytes => syn::parse_quote!(crate::Bytes),
        Sent::Json | Sent::Form => held.clone(),
    };
    let mut is_builder = false;
    if let Type::Path(path) = &mut ty {
        let names: Vec<&Ident> = path.path.segments.iter().map(|segment| &segment.ident).collect();
        is_builder = matches!(names[..], [.., of, _] if of == "builder");
        if is_builder {
            let kept = path.path.segments.iter().filter(|segment| segment.ident != "builder").cloned();
            path.path.segments = kept.collect();
        }
    }
    Body { ty, builder: is_builder.then(|| held.clone()), sent }
}
