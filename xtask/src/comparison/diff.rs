//! The drift engine: what two OpenAPI 3.0 documents differ in, and for whom that matters.
//!
//! - `findings`, `argument`, `location`, `message`: what comes out, as data, and the sentence made of it;
//! - `rules`: the table of what changes are called and how bad they are;
//! - `node`, `pair`, `view`, `views`: a place in a document, the same place in both, a schema by what it means, and two;
//! - `context`, `role`: for whom something is compared;
//! - `bounds`: how far schemas are followed that lead back to themselves;
//! - `walk`: what every part of the comparison uses;
//! - `document`, `operations`, `parameters`, `bodies`: from the document down to everything that holds a schema;
//! - `schema`, `objects`, `values`, `composition`: two schemas, wherever they stand.
//!
//! The engine compares trees and never fails. Every key of every object that it visits is either
//! known and compared by its meaning, or unknown and compared as it stands: a difference that no
//! rule knows is reported as [`rules::table::UNCLASSIFIED`]. Ids are composed of direction, role, aspect
//! and change, and coincide with oasdiff's where oasdiff has one.

mod alternatives;
mod annotations;
mod argument;
mod bodies;
mod bounds;
mod callbacks;
mod composition;
mod contents;
mod context;
mod contradiction;
mod covers;
mod discriminators;
mod document;
mod emptiness;
mod encodings;
mod facts;
mod findings;
mod foreign;
mod inherited;
mod level;
mod limits;
mod location;
mod media_type;
mod message;
mod node;
mod numbers;
pub mod oasdiff;
mod objects;
mod operations;
mod origins;
mod pair;
mod parameters;
mod paths;
mod ranges;
mod role;
pub mod rules;
mod same;
mod schema;
mod security;
mod servers;
mod subtypes;
mod sunset;
mod tasks;
mod unevaluated;
mod unread;
mod values;
mod view;
mod views;
mod walk;
mod wire;

use serde_json::Value;

pub use argument::{Argument, Arguments, TypeName};
pub use findings::Finding;
pub use level::{Direction, Level};
pub use location::{Step, Subject, quoted, steps, within_operation};

/// The differences of two documents, the worst first.
///
/// Documents that are none are compared as far as they go.
pub fn diff(old: &Value, new: &Value) -> Vec<Finding> {
    let mut walk = walk::Walk::new(old, new);
    walk.document(context::Context::new(origins::Origins::document()));
    walk.into_findings()
}

/// The same, with the steps that it took, of which there are not many more than values in the documents.
pub fn diff_in_steps(old: &Value, new: &Value) -> (Vec<Finding>, usize) {
    let before = bounds::steps();
    (diff(old, new), bounds::steps() - before)
}
