//! Types of JSON values, as a set.

use serde_json::Value;

use crate::line::shape::Kind;

/// Types of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ANY: Self = Self(0x7f);

    pub(crate) fn of(kind: Kind) -> Self {
        Self(match kind {
            Kind::Null => 1,
            Kind::Boolean => 2,
            Kind::Integer => 4,
            Kind::Number => 8,
            Kind::String => 16,
            Kind::Array => 32,
            Kind::Object => 64,
            Kind::Unreadable => 0,
        })
    }

    /// Those that a schema's `type` names.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "null" => Self::of(Kind::Null),
            "boolean" => Self::of(Kind::Boolean),
            "integer" => Self::of(Kind::Integer),
            "number" => Self::of(Kind::Number).or(Self::of(Kind::Integer)),
            "string" => Self::of(Kind::String),
            "array" => Self::of(Kind::Array),
            "object" => Self::of(Kind::Object),
            _ => Self::ANY,
        }
    }

    /// Those that a listed value may have.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::of(Kind::Null),
            Value::Bool(_) => Self::of(Kind::Boolean),
            // What is listed as 1 may be sent as 1.0.
            Value::Number(_) => Self::named("number"),
            Value::String(_) => Self::of(Kind::String),
            Value::Array(_) => Self::of(Kind::Array),
            Value::Object(_) => Self::of(Kind::Object),
        }
    }

    /// Those of either.
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn has(self, kind: Kind) -> bool {
        self.and(Self::of(kind)) != Self::NONE
    }
}
