//! How bad each change is.
//!
//! A change is `<aspect>-<what happened>`; what it means depends on who sends. A request that may
//! say less than before breaks clients; so does a response that may say more.
//! The few ids that are judged otherwise than by this stand in `EXCEPTIONS`.

use super::{Direction, Level};
use Level::{Doc, Err, Info, Warn};

/// A difference that no rule knows.
pub const UNCLASSIFIED: &str = "unclassified-change";

/// (change, level in a request, level in a response).
const CHANGES: &[(&str, Level, Level)] = &[
    // Bounds: tighter is bad in a request, looser in a response.
    ("max-increased", Info, Err),
    ("max-decreased", Err, Info),
    ("max-set", Warn, Info),
    ("max-unset", Info, Err),
    ("min-increased", Err, Info),
    ("min-decreased", Info, Err),
    ("min-set", Warn, Info),
    ("min-unset", Info, Err),
    ("exclusive-max-set", Warn, Info),
    ("exclusive-max-unset", Info, Err),
    ("exclusive-min-set", Warn, Info),
    ("exclusive-min-unset", Info, Err),
    ("multiple-of-set", Warn, Info),
    ("multiple-of-unset", Info, Warn),
    ("multiple-of-changed", Warn, Warn),
    ("unique-items-set", Warn, Info),
    ("unique-items-unset", Info, Warn),
    ("pattern-added", Err, Info),
    ("pattern-changed", Warn, Info),
    ("pattern-generalized", Info, Info),
    ("pattern-removed", Info, Info),
    // Values.
    ("became-enum", Err, Info),
    ("enum-dropped", Info, Warn),
    ("enum-value-added", Info, Warn),
    ("enum-value-removed", Err, Info),
    ("x-extensible-enum-value-added", Info, Info),
    ("x-extensible-enum-value-removed", Err, Info),
    ("default-value-added", Info, Info),
    ("default-value-changed", Info, Info),
    ("default-value-removed", Info, Info),
    ("became-nullable", Info, Err),
    ("became-not-nullable", Err, Info),
    // Types.
    ("type-changed", Err, Err),
    ("type-generalized", Info, Err),
    ("type-specialized", Err, Info),
    ("type-compatible", Info, Info),
    // Objects.
    ("became-required", Err, Info),
    ("became-required-with-default", Err, Info),
    ("became-optional", Info, Err),
    ("became-read-only", Info, Info),
    ("became-not-read-only", Info, Info),
    ("became-write-only", Info, Info),
    ("became-not-write-only", Info, Info),
    ("additional-properties-allowed", Info, Warn),
    ("additional-properties-disallowed", Err, Info),
    ("additional-properties-generalized", Info, Err),
    ("additional-properties-specialized", Err, Info),
    ("undescribed-became-required", Err, Info),
    ("undescribed-became-optional", Info, Err),
    // Composition.
    ("all-of-added", Info, Info),
    ("all-of-removed", Info, Info),
    ("all-of-became-contradictory", Err, Err),
    ("all-of-became-satisfiable", Info, Info),
    ("any-of-added", Info, Err),
    ("any-of-removed", Err, Info),
    ("any-of-became-one-of", Warn, Info),
    ("one-of-added", Info, Err),
    ("one-of-removed", Err, Info),
    ("one-of-became-any-of", Info, Warn),
    ("discriminator-added", Info, Info),
    ("discriminator-removed", Info, Info),
    ("discriminator-property-name-changed", Err, Err),
    ("discriminator-mapping-added", Info, Info),
    ("discriminator-mapping-changed", Err, Err),
    ("discriminator-mapping-deleted", Err, Info),
    // For readers, and what comes before a removal.
    ("deprecated", Info, Info),
    ("reactivated", Info, Info),
];

/// Ids that are not judged by their change alone.
const EXCEPTIONS: &[(&str, Level)] = &[
    // A server fills in what a client leaves out, and that is now something else.
    ("request-parameter-default-value-added", Err),
    ("request-parameter-default-value-changed", Err),
    ("request-parameter-default-value-removed", Err),
    ("request-parameter-property-type-changed", Warn),
    ("response-required-property-became-not-write-only", Warn),
    // It was always there, and is no more.
    ("response-required-property-became-write-only", Err),
    // It was never sent, and must be now.
    ("request-required-property-became-not-read-only", Err),
];

/// The changes of a schema that have a rule, bounds by their kind only.
pub fn known_changes() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().map(|(change, ..)| *change)
}

/// The level of a composed id. A change that is not in the table is of unknown effect.
pub fn level(id: &str, change: &str, direction: Direction) -> Level {
    if let Some((_, level)) = EXCEPTIONS.iter().find(|(exception, _)| *exception == id) {
        return *level;
    }
    match CHANGES.iter().find(|(known, ..)| *known == change) {
        Some((_, level, _)) if direction == Direction::Request => *level,
        Some((_, _, level)) => *level,
        None => Warn,
    }
}

/// (keyword, its name in ids, which begins with its kind).
pub const BOUNDS: &[(&str, &str)] = &[
    ("maximum", "max"),
    ("minimum", "min"),
    ("maxLength", "max-length"),
    ("minLength", "min-length"),
    ("maxItems", "max-items"),
    ("minItems", "min-items"),
    ("maxProperties", "max-properties"),
    ("minProperties", "min-properties"),
];

/// What only a reader sees, wherever it stands.
pub const PROSE: &[&str] = &["description", "summary", "title", "example", "examples", "externalDocs", "xml"];

/// The level of prose.
pub const PROSE_LEVEL: Level = Doc;

/// Whether a key is for readers: prose, or an extension, which OpenAPI keeps out of the contract.
pub fn is_prose(key: &str) -> bool {
    PROSE.contains(&key) || key.starts_with("x-")
}
