//! The role of a schema: who sends it, and as what.

use super::context::Context;
use super::level::Direction;

/// The role of a schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Role {
    pub(super) context: Context,
    pub(super) part: Part,
    /// Read-only in a request or write-only in a response: it is not sent.
    pub(super) not_sent: bool,
    /// Whether values travel as JSON, where `1` and `"1"` differ.
    pub(super) typed: bool,
    /// A required parameter, of which no default is ever used.
    pub(super) required: bool,
}

/// Roles that are equal: what two schemas differ in means the same in both.
pub(super) type RoleKey = (Direction, Part, [bool; 5]);

/// As what a schema is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Body,
    Property,
    Parameter,
    ParameterProperty,
    Header,
    HeaderProperty,
}

impl Role {
    pub(super) fn new(context: Context, part: Part, typed: bool) -> Self {
        Self { context, part, not_sent: false, typed, required: false }
    }

    pub(super) fn direction(self) -> Direction {
        self.context.direction
    }

    pub(super) fn is_response(self) -> bool {
        self.direction() == Direction::Response
    }

    /// A value of canonical JSON as it travels: what values are plain characters, `1` and `"1"` are one.
    pub(super) fn on_the_wire(self, json: &str) -> String {
        match serde_json::from_str(json) {
            Ok(serde_json::Value::String(text)) if !self.typed => text,
            _ => json.to_owned(),
        }
    }

    /// What tells roles apart.
    pub(super) fn key(self) -> RoleKey {
        let Context { unknown, harmless, .. } = self.context;
        (self.direction(), self.part, [self.not_sent, self.typed, self.required, unknown, harmless])
    }

    /// What the ids of its rules begin with.
    pub(super) fn prefix(self) -> &'static str {
        match (self.direction(), self.part, self.not_sent) {
            (Direction::Response, Part::Property, true) => "response-write-only-property",
            (_, Part::Property, true) => "request-read-only-property",
            (Direction::Response, Part::Body, _) => "response-body",
            (Direction::Response, Part::Property, _) => "response-property",
            (Direction::Response, Part::Header | Part::Parameter, _) => "response-header",
            (Direction::Response, Part::HeaderProperty | Part::ParameterProperty, _) => "response-header-property",
            (_, Part::Body, _) => "request-body",
            (_, Part::Property, _) => "request-property",
            (_, Part::Parameter | Part::Header, _) => "request-parameter",
            (_, Part::ParameterProperty, _) => "request-parameter-property",
            (_, Part::HeaderProperty, _) => "request-header-property",
        }
    }

    /// The role of what is inside.
    pub(super) fn inside(self) -> Self {
        let part = match self.part {
            Part::Body | Part::Property => Part::Property,
            Part::Parameter | Part::ParameterProperty => Part::ParameterProperty,
            Part::Header | Part::HeaderProperty => Part::HeaderProperty,
        };
        // Only what a parameter itself says of its default is never used.
        Self { part, required: false, ..self }
    }

    /// The role of an array's items: those of a parameter are the parameter, to oasdiff.
    pub(super) fn items(self) -> Self {
        match self.part {
            Part::Parameter | Part::Header => self,
            _ => self.inside(),
        }
    }

    /// The same role for another user of what is compared.
    pub(super) fn used_by(self, context: Context) -> Self {
        Self { context, ..self }
    }
}
