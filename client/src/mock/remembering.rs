//! A mock server that remembers: all operations of the API, by rule from its description.
//!
//! A path with a parameter below it is a collection, and its parameter's description names the property that an item is
//! found by. POST makes an item, GET gives it, a list pages and filters, PATCH changes what it was sent, DELETE removes
//! it and all below. States move as `x-states` says, and `x-standin` has the exceptions; both are in
//! `openapi/overlay.yaml`. What nothing here can know, such as metrics, is answered with 501 until a seed or a script
//! says what to answer.

mod acts;
mod classify;
mod clock;
mod description;
mod doors;
mod engine;
mod lists;
mod making;
mod moves;
mod seed;
mod shown;
mod store;
mod value;
mod verbs;

pub(super) use engine::{Engine, Origin};
pub(super) use seed::default_seed;

/// What every operation does, a line each.
pub(super) fn classification() -> String {
    classify::classification()
}

/// The ID of the operation that a request is for.
pub(super) fn operation_id(method: &str, segments: &[String]) -> Option<&'static str> {
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    classify::API.operation(method, &segments).map(|operation| operation.id.as_str())
}

/// Whether there is an operation of an ID.
pub(super) fn has_operation(id: &str) -> bool {
    classify::API.operations.iter().any(|operation| operation.id == id)
}
