//! What the ids of rules on schemas begin with.

use crate::comparison::diff::level::Direction;

/// What the id of a rule on schemas begins with: who sends the schema, and whether it is sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    /// The beginning.
    pub(super) name: &'static str,
    /// Who sends it.
    pub(super) direction: Direction,
    /// Whether it is never sent.
    pub(super) not_sent: bool,
}

/// All that the ids of rules on schemas begin with.
pub(super) const PREFIXES: &[Prefix] = &[
    prefix("request-body", Direction::Request, false),
    prefix("request-property", Direction::Request, false),
    prefix("request-read-only-property", Direction::Request, true),
    prefix("request-parameter", Direction::Request, false),
    prefix("request-parameter-property", Direction::Request, false),
    prefix("request-header-property", Direction::Request, false),
    prefix("response-body", Direction::Response, false),
    prefix("response-property", Direction::Response, false),
    prefix("response-write-only-property", Direction::Response, true),
    prefix("response-header", Direction::Response, false),
    prefix("response-header-property", Direction::Response, false),
];

const fn prefix(name: &'static str, direction: Direction, not_sent: bool) -> Prefix {
    Prefix { name, direction, not_sent }
}
