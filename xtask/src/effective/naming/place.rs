//! Where a type stands.

use crate::upstream::shape::ShapeId;

/// Where a type stands, and the way there, such as `.branches[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In an operation, by its id.
    Operation(String, Part, String),
    /// In a type.
    Type(ShapeId, String),
    /// In a component that is not a type of its own.
    Component(String, String),
}

impl Place {
    /// The place in words, such as `get_backup.200` or `Backup.restored_branches[]`, where the type that
    /// it is in has a name.
    pub fn in_words<'n>(&self, name: impl Fn(ShapeId) -> Option<&'n str>) -> Option<String> {
        Some(match self {
            Place::Operation(id, Part::Body, way) => format!("{id}.body{way}"),
            Place::Operation(id, Part::Answer(status), way) => format!("{id}.{status}{way}"),
            Place::Operation(id, Part::Parameter(name), way) => format!("{id}.parameter.{name}{way}"),
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
