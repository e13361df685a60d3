//! The drift engine: what two OpenAPI 3.0 documents differ in, and for whom that matters.
//!
//! - `findings`: what comes out;
//! - `rules`: how bad each change is, as data;
//! - `node`: a place in a document, seen through its `$ref`s;
//! - `walk`: what every part of the comparison uses;
//! - `document`, `operations`, `bodies`: from the document down to everything that holds a schema;
//! - `schema`, `objects`, `composition`: two schemas, wherever they stand.
//!
//! The engine compares trees and never fails. Every key of every object that it visits is either
//! known and compared by its meaning, or unknown and compared as it stands: a difference that no
//! rule knows is reported as [`rules::UNCLASSIFIED`]. Ids are composed of direction, place, aspect
//! and change, and coincide with oasdiff's where oasdiff has one.

mod bodies;
mod callbacks;
mod composition;
mod document;
pub mod findings;
mod node;
mod numbers;
pub mod oasdiff;
mod objects;
mod operations;
mod origins;
mod paths;
mod places;
pub mod rules;
mod same;
mod schema;
mod security;
mod spot;
mod values;
mod view;
mod walk;
mod words;

use serde_json::Value;

pub use findings::{Direction, Finding, Level};

/// The differences of two documents, the worst first.
///
/// Documents that are none are compared as far as they go.
pub fn diff(old: &Value, new: &Value) -> Vec<Finding> {
    let mut walk = walk::Walk::new(old, new);
    walk.document();
    walk.into_findings()
}
