//! The role of a schema: who sends it, and as what.

use super::Direction;

/// The role of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spot {
    pub(super) direction: Direction,
    pub(super) place: Place,
    /// Read-only in a request or write-only in a response: it does not travel.
    pub(super) stays: bool,
    /// Whether values travel as JSON, where `1` and `"1"` differ.
    pub(super) typed: bool,
    /// A required parameter, of which no default is ever used.
    pub(super) required: bool,
}

/// The beginnings of ids, whether what they are about travels at all, and who sends it.
pub(super) const PREFIXES: &[(&str, bool, Direction)] = &[
    ("request-body", false, Direction::Request),
    ("request-property", false, Direction::Request),
    ("request-read-only-property", true, Direction::Request),
    ("request-parameter", false, Direction::Request),
    ("request-parameter-property", false, Direction::Request),
    ("request-header-property", false, Direction::Request),
    ("response-body", false, Direction::Response),
    ("response-property", false, Direction::Response),
    ("response-write-only-property", true, Direction::Response),
    ("response-header", false, Direction::Response),
    ("response-header-property", false, Direction::Response),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Body,
    Property,
    Parameter,
    ParameterProperty,
    Header,
    HeaderProperty,
}

impl Spot {
    /// The beginning of an id.
    pub(super) fn prefix(self) -> &'static str {
        match (self.direction, self.place, self.stays) {
            (Direction::Response, Place::Property, true) => "response-write-only-property",
            (_, Place::Property, true) => "request-read-only-property",
            (Direction::Response, Place::Body, _) => "response-body",
            (Direction::Response, Place::Property, _) => "response-property",
            (Direction::Response, Place::Header | Place::Parameter, _) => "response-header",
            (Direction::Response, Place::HeaderProperty | Place::ParameterProperty, _) => "response-header-property",
            (_, Place::Body, _) => "request-body",
            (_, Place::Property, _) => "request-property",
            (_, Place::Parameter | Place::Header, _) => "request-parameter",
            (_, Place::ParameterProperty, _) => "request-parameter-property",
            (_, Place::HeaderProperty, _) => "request-header-property",
        }
    }

    /// The role of what is inside.
    pub(super) fn inside(self) -> Self {
        let place = match self.place {
            Place::Body | Place::Property => Place::Property,
            Place::Parameter | Place::ParameterProperty => Place::ParameterProperty,
            Place::Header | Place::HeaderProperty => Place::HeaderProperty,
        };
        // Only what a parameter itself says of its default is never used.
        Self { place, required: false, ..self }
    }

    /// The role of an array's items: those of a parameter are the parameter, to oasdiff.
    pub(super) fn items(self) -> Self {
        match self.place {
            Place::Parameter | Place::Header => self,
            _ => self.inside(),
        }
    }
}
