//! Where a type stands.

use crate::upstream::operations::route;
use crate::upstream::shape::ShapeId;

/// An operation: what it is called now, and what it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, from which names of types are made.
    pub id: String,
    /// Its method and path, without the names of parameters: what does not change where the vendor renames it.
    pub route: String,
}

impl Operation {
    /// An operation of a method, in lower case, and a path.
    pub fn new(id: &str, method: &str, path: &str) -> Self {
        Self { id: id.to_owned(), route: route(method, path) }
    }
}

/// Where a type stands, and the way there, such as `.branches[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In an operation.
    Operation(Operation, Part, String),
    /// In a type.
    Type(ShapeId, String),
    /// In a component that is not a type of its own.
    Component(String, String),
}

impl Place {
    /// The place in words, such as `GET /backups/{} 200` or `Backup.restored_branches[]`, where the type that it is in
    /// has a name.
    pub fn in_words<'n>(&self, name: impl Fn(ShapeId) -> Option<&'n str>) -> Option<String> {
        Some(match self {
            Place::Operation(of, Part::Body, way) => format!("{} body{way}", of.route),
            Place::Operation(of, Part::Answer(status), way) => format!("{} {status}{way}", of.route),
            Place::Operation(of, Part::Parameter(name), way) => format!("{} parameter.{name}{way}", of.route),
            Place::Type(owner, way) => format!("{}{way}", name(*owner)?),
            Place::Component(name, way) => format!("{name}{way}"),
        })
    }
}

/// A part of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The body of the request.
    Body,
    /// The body of an answer, by its status.
    Answer(String),
    /// A parameter, by its name.
    Parameter(String),
}
