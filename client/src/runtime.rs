//! What only generated code calls, or nearly so: which of it is called depends on the operations and types that the
//! spec has, so that none of it is dead code.

#![allow(dead_code, unused_imports)]

mod call;
pub(crate) mod check;
mod encode;
pub(crate) mod lenient;
pub(crate) mod object;
mod parameters;
mod setters;
pub(crate) mod slot;
mod union;

pub(crate) use self::call::{call, call_bytes, call_empty, call_location, call_optional};
pub(crate) use self::encode::{json_if_any, repeatable, request};
pub(crate) use self::parameters::{Query, Style, form, header_value, path_segment};
pub(crate) use self::setters::{built, converted, taken};
pub(crate) use self::union::Union;
pub(crate) use crate::open_enum::AnyString;
#[cfg(feature = "schemars")]
pub(crate) use crate::open_enum::json_schema;
pub(crate) use crate::options::Options;
