//! Support code for generated code. Dead code is allowed: which helpers are used depends on the operations and types
//! of the document.

#![allow(dead_code, unused_imports)]

pub(crate) mod body;
mod call;
pub(crate) mod check;
mod encode;
pub(crate) mod lenient;
pub(crate) mod methods;
pub(crate) mod object;
mod parameters;
mod setters;
pub(crate) mod slot;
mod union;

pub(crate) use self::body::{Body, unlimited};
pub(crate) use self::call::Call;
pub(crate) use self::encode::request;
pub(crate) use self::methods::{call, fixture, header, retry, timeout};
pub(crate) use self::parameters::{Parameter, Style, path_segment};
pub(crate) use self::setters::{converted, taken};
pub(crate) use self::union::Union;
pub(crate) use crate::open_enum::AnyString;
#[cfg(feature = "schemars")]
pub(crate) use crate::open_enum::json_schema;
pub(crate) use crate::pages::NextOf;
