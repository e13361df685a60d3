//! The table of rules. It is longer than other modules, as it is one table: rows, and nothing that decides.
//!
//! Rows for schemas come first, then those for what holds schemas, from the media type up to the document.

use super::Levels::{Either, Neither, Request, Response, Roles, Schema, Texts};
use super::{Downgrade, Rule};
use crate::comparison::diff::level::Direction;
use crate::comparison::diff::level::Level::{Doc, Err, Info, Warn};

macro_rules! table {
    ($($name:ident = $rule:expr;)*) => {
        $(pub static $name: Rule = $rule;)*

        /// All rules, in the order of the table.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

/// The keyword of a limit, and the rules on it: it rose, it fell, it came, it went.
pub struct Limit {
    /// The keyword.
    pub keyword: &'static str,
    /// Rules, in this order.
    pub rules: [&'static Rule; 4],
}

macro_rules! limit {
    (upper $id:literal $keyword:literal) => {
        limit!($id $keyword Info Err, Err Info, Warn "")
    };
    (lower $id:literal $keyword:literal) => {
        limit!($id $keyword Err Info, Info Err, Warn "")
    };
    // Without it, it is 0.
    (size $id:literal $keyword:literal) => {
        limit!($id $keyword Err Info, Info Err, Err "without it the limit is 0, which rose")
    };
    ($id:literal $keyword:literal $risen_request:ident $risen_response:ident, $fallen_request:ident $fallen_response:ident, $set:ident $why:literal) => {{
        static RISEN: Rule = Rule::new(
            concat!("*-", $id, "-increased"),
            Schema($risen_request, $risen_response),
            concat!($keyword, " of {name} was {old} and is {new}"),
        );
        static FALLEN: Rule = Rule::new(
            concat!("*-", $id, "-decreased"),
            Schema($fallen_request, $fallen_response),
            concat!($keyword, " of {name} was {old} and is {new}"),
        );
        static SET: Rule = Rule::new(
            concat!("*-", $id, "-set"),
            Schema($set, Info),
            concat!("{name} had no ", $keyword, " and {has} {new}"),
        )
        .why($why);
        static UNSET: Rule = Rule::new(
            concat!("*-", $id, "-unset"),
            Schema(Info, Err),
            concat!($keyword, " of {name} was {old} and is gone"),
        );
        Limit { keyword: $keyword, rules: [&RISEN, &FALLEN, &SET, &UNSET] }
    }};
}

/// The limits: tighter is bad in a request, looser in a response.
pub static LIMITS: &[Limit] = &[
    limit!(upper "max" "maximum"),
    limit!(lower "min" "minimum"),
    limit!(upper "max-length" "maxLength"),
    limit!(size "min-length" "minLength"),
    limit!(upper "max-items" "maxItems"),
    limit!(size "min-items" "minItems"),
    limit!(upper "max-properties" "maxProperties"),
    limit!(size "min-properties" "minProperties"),
];

/// Whether a keyword is a limit.
pub fn is_limit(keyword: &str) -> bool {
    LIMITS.iter().any(|limit| limit.keyword == keyword)
}

/// Properties.
const PROPERTIES: &[&str] = &[
    "request-property",
    "request-read-only-property",
    "request-parameter-property",
    "request-header-property",
    "response-property",
    "response-write-only-property",
    "response-header-property",
];
/// Properties that clients send.
const REQUEST_PROPERTIES: &[&str] =
    &["request-property", "request-read-only-property", "request-parameter-property", "request-header-property"];
/// All that clients send.
const REQUESTS: &[&str] = &[
    "request-body",
    "request-property",
    "request-read-only-property",
    "request-parameter",
    "request-parameter-property",
    "request-header-property",
];
/// Where a type may become narrower: in a request that is simply another type, but in one role.
const SPECIALIZED: &[&str] = &[
    "request-parameter-property",
    "response-body",
    "response-property",
    "response-write-only-property",
    "response-header",
    "response-header-property",
];
/// Where values may be plain characters.
const UNTYPED: &[&str] = &[
    "request-body",
    "request-property",
    "request-read-only-property",
    "response-body",
    "response-property",
    "response-write-only-property",
    "response-header",
    "response-header-property",
];
/// What is said of a property's being read or written.
const ACCESS: &[(&str, Direction)] = &[
    ("request-optional", Direction::Request),
    ("request-required", Direction::Request),
    ("response-optional", Direction::Response),
    ("response-required", Direction::Response),
];
/// Whether what a response holds must be there.
const NEED: &[(&str, Direction)] = &[("required", Direction::Response), ("optional", Direction::Response)];
/// Properties that may be added to a request.
const ADDABLE: &[(&str, Direction)] = &[
    ("request-property", Direction::Request),
    ("request-parameter-property", Direction::Request),
    ("request-header-property", Direction::Request),
];
/// Properties that may be removed from a request.
const REMOVABLE: &[(&str, Direction)] = &[
    ("request-property", Direction::Request),
    ("request-parameter-property", Direction::Request),
    ("request-header-property", Direction::Request),
    ("request-read-only-property", Direction::Request),
];
/// What has media types.
const CONTENT: &[(&str, Direction)] = &[
    ("request-body", Direction::Request),
    ("request-parameter", Direction::Request),
    ("response", Direction::Response),
    ("response-header", Direction::Response),
];
/// What has a media type with a schema.
const BODIES: &[(&str, Direction)] = &[("request-body", Direction::Request), ("response-body", Direction::Response)];
/// Kinds of statuses.
const STATUSES: &[(&str, Direction)] = &[("success", Direction::Response), ("non-success", Direction::Response)];
/// What goes with an operation: its path, or itself alone.
const REMOVED: &[(&str, Direction)] = &[("api-path", Direction::None), ("api", Direction::None)];
/// Whose security it is: an operation's, or the document's.
const SECURITY: &[(&str, Direction)] = &[("api-security", Direction::None), ("api-global-security", Direction::None)];
/// What `info` has for readers.
const INFO: &[(&str, Direction)] =
    &[("contact", Direction::None), ("license", Direction::None), ("termsofservice", Direction::None)];
/// What may be deprecated, and is neither an operation nor a parameter.
const OTHER_DEPRECATABLE: &[(&str, Direction)] = &[
    ("request-body", Direction::Request),
    ("request-property", Direction::Request),
    ("request-read-only-property", Direction::Request),
    ("request-parameter-property", Direction::Request),
    ("request-header-property", Direction::Request),
    ("response-body", Direction::Response),
    ("response-property", Direction::Response),
    ("response-write-only-property", Direction::Response),
    ("response-header", Direction::Response),
    ("response-header-property", Direction::Response),
];
/// What may be deprecated.
const DEPRECATABLE: &[(&str, Direction)] = &[
    ("endpoint", Direction::None),
    ("request-parameter", Direction::Request),
    ("request-body", Direction::Request),
    ("request-property", Direction::Request),
    ("request-read-only-property", Direction::Request),
    ("request-parameter-property", Direction::Request),
    ("request-header-property", Direction::Request),
    ("response-body", Direction::Response),
    ("response-property", Direction::Response),
    ("response-write-only-property", Direction::Response),
    ("response-header", Direction::Response),
    ("response-header-property", Direction::Response),
];

table! {
    EXCLUSIVE_MAX_SET = Rule::new("*-exclusive-max-set", Schema(Warn, Info),
        "{name} could equal the maximum and must be below it now");
    EXCLUSIVE_MAX_UNSET = Rule::new("*-exclusive-max-unset", Schema(Info, Err),
        "{name} had to be below the maximum and may equal it now");
    EXCLUSIVE_MIN_SET = Rule::new("*-exclusive-min-set", Schema(Warn, Info),
        "{name} could equal the minimum and must be above it now");
    EXCLUSIVE_MIN_UNSET = Rule::new("*-exclusive-min-unset", Schema(Info, Err),
        "{name} had to be above the minimum and may equal it now");
    MULTIPLE_OF_SET = Rule::new("*-multiple-of-set", Schema(Warn, Info), "{name} had no multipleOf and {has} {new}");
    MULTIPLE_OF_UNSET = Rule::new("*-multiple-of-unset", Schema(Info, Warn),
        "multipleOf of {name} was {old} and is gone");
    MULTIPLE_OF_CHANGED = Rule::new("*-multiple-of-changed", Schema(Warn, Warn),
        "multipleOf of {name} was {old} and is {new}").downgraded(&[Downgrade::NothingLost]);
    UNIQUE_ITEMS_SET = Rule::new("*-unique-items-set", Schema(Warn, Info),
        "items of {name} could be equal and must differ now");
    UNIQUE_ITEMS_UNSET = Rule::new("*-unique-items-unset", Schema(Info, Warn),
        "items of {name} had to differ and may be equal now");
    PATTERN_ADDED = Rule::new("*-pattern-added", Schema(Err, Info), "{name} had no pattern and {has} {new}");
    PATTERN_CHANGED = Rule::new("*-pattern-changed", Schema(Warn, Warn),
        "the pattern of {name} was {old} and is {new}").why("a reader that checks the pattern meets what does not match it");
    PATTERN_GENERALIZED = Rule::new("*-pattern-generalized", Schema(Info, Info),
        "the pattern of {name} was {old} and is {new}, which any string matches")
        .only(REQUESTS);
    PATTERN_REMOVED = Rule::new("*-pattern-removed", Schema(Info, Warn),
        "the pattern of {name} was {old} and is gone").why("a reader that checks the pattern meets what does not match it");
    BECAME_ENUM = Rule::new("*-became-enum", Schema(Err, Info),
        "{name} had no list of values and {is} one of {values} now");
    ENUM_DROPPED = Rule::new("*-enum-dropped", Schema(Info, Warn),
        "{name} {was} one of {values} and may have any value now");
    ENUM_VALUE_ADDED = Rule::new("*-enum-value-added", Schema(Info, Warn),
        "{value} was added to the values of {name}");
    ENUM_VALUE_REMOVED = Rule::new("*-enum-value-removed", Schema(Err, Info),
        "{value} was removed from the values of {name}");
    EXTENSIBLE_ENUM_VALUE_ADDED = Rule::new("*-x-extensible-enum-value-added", Schema(Info, Info),
        "{value} was added to the known values of {name}");
    EXTENSIBLE_ENUM_VALUE_REMOVED = Rule::new("*-x-extensible-enum-value-removed", Schema(Err, Info),
        "{value} was removed from the known values of {name}");
    DEFAULT_VALUE_ADDED = Rule::new("*-default-value-added", Schema(Info, Info),
        "{name} had no default and {has} {new}").except(&[("request-parameter", Err)])
        .downgraded(&[Downgrade::DefaultOfRequired])
        .why("a server fills in what a client leaves out, and that is now something else; no default of a required parameter is ever used");
    DEFAULT_VALUE_CHANGED = Rule::new("*-default-value-changed", Schema(Info, Info),
        "the default of {name} was {old} and is {new}").except(&[("request-parameter", Err)])
        .downgraded(&[Downgrade::DefaultOfRequired])
        .why("a server fills in what a client leaves out, and that is now something else; no default of a required parameter is ever used");
    DEFAULT_VALUE_REMOVED = Rule::new("*-default-value-removed", Schema(Info, Info),
        "the default of {name} was {old} and is gone").except(&[("request-parameter", Err)])
        .downgraded(&[Downgrade::DefaultOfRequired])
        .why("a server fills in what a client leaves out, and that is now something else; no default of a required parameter is ever used");
    BECAME_IMPOSSIBLE = Rule::new("*-became-impossible", Schema(Err, Info),
        "{name} {was} {type} and {is} not allowed now");
    BECAME_POSSIBLE = Rule::new("*-became-possible", Schema(Info, Err),
        "{name} {was} not allowed and {is} {type} now");
    BECAME_NULLABLE = Rule::new("*-became-nullable", Schema(Info, Err), "{name} [{was} {type} and ]may be null now");
    BECAME_NOT_NULLABLE = Rule::new("*-became-not-nullable", Schema(Err, Info),
        "{name} could be null and may not be null now");
    NULLABLE_RESTATED = Rule::new("nullable-restated", Either(Doc, Doc),
        "whether {name} may be null is the same, and written elsewhere");
    TYPE_CHANGED = Rule::new("*-type-changed", Schema(Err, Err), "{name} {was} {old} and {is} {new} now")
        .except(&[("request-parameter-property", Warn)]);
    TYPE_GENERALIZED = Rule::new("*-type-generalized", Schema(Info, Err), "{name} {was} {old} and {is} {new} now");
    TYPE_SPECIALIZED = Rule::new("*-type-specialized", Schema(Err, Info), "{name} {was} {old} and {is} {new} now")
        .only(SPECIALIZED);
    TYPE_COMPATIBLE = Rule::new("*-type-compatible", Schema(Info, Info),
        "{name} {was} {old} and {is} {new} now, which is written in the same way")
        .only(UNTYPED);
    TYPE_RESTATED = Rule::new("type-restated", Either(Doc, Doc),
        "the type of {name} is the same, and is said by its values or beside them");
    BECAME_REQUIRED = Rule::new("*-became-required", Schema(Err, Info), "{name} {was} optional and {is} required now")
        .only(PROPERTIES);
    BECAME_REQUIRED_WITH_DEFAULT = Rule::new("*-became-required-with-default", Schema(Err, Info),
        "{name} {was} optional and {is} required now; there is a default")
        .only(REQUEST_PROPERTIES);
    BECAME_OPTIONAL = Rule::new("*-became-optional", Schema(Info, Err), "{name} {was} required and {is} optional now")
        .only(PROPERTIES);
    BECAME_READ_ONLY = Rule::new("*-property-became-read-only", Roles(ACCESS, Info, Info),
        "{name} could be written and {is} read-only now");
    BECAME_NOT_READ_ONLY = Rule::new("*-property-became-not-read-only", Roles(ACCESS, Info, Info),
        "{name} {was} read-only and may be written now").why("it was never sent, and must be now")
        .except(&[("request-required", Err)])
        .whatever_values();
    BECAME_WRITE_ONLY = Rule::new("*-property-became-write-only", Roles(ACCESS, Info, Info),
        "{name} could be read and {is} write-only now").why("it was always there, and no longer is")
        .except(&[("response-required", Err)])
        .whatever_values();
    BECAME_NOT_WRITE_ONLY = Rule::new("*-property-became-not-write-only", Roles(ACCESS, Info, Info),
        "{name} {was} write-only and may be read now").except(&[("response-required", Warn)])
        .whatever_values();
    RESPONSE_PROPERTY_ADDED = Rule::new("response-*-property-added", Roles(NEED, Info, Info),
        "{name} {was} added ({kind})")
        .why("where no other properties were allowed, a strict reader refuses it");
    CLOSED_RESPONSE_PROPERTY_ADDED = Rule::new("response-*-property-added", Roles(NEED, Warn, Warn),
        "{name} {was} added ({kind}), where no other properties were allowed")
        .why("where no other properties were allowed, a strict reader refuses it");
    RESPONSE_PROPERTY_REMOVED = Rule::new("response-*-property-removed", Roles(NEED, Err, Err),
        "{name} {was} removed ({kind})").except(&[("optional", Warn)])
        .whatever_values();
    RESPONSE_WRITE_ONLY_PROPERTY_ADDED = Rule::new("response-*-write-only-property-added", Roles(NEED, Info, Info),
        "{name} {was} added ({kind}, write-only)");
    RESPONSE_WRITE_ONLY_PROPERTY_REMOVED = Rule::new("response-*-write-only-property-removed", Roles(NEED, Info, Info),
        "{name} {was} removed ({kind}, write-only)");
    REQUEST_PROPERTY_REMOVED = Rule::new("*-removed", Roles(REMOVABLE, Warn, Warn),
        "{name} {was} removed ({kind})").downgraded(&[Downgrade::NotOnWire])
        .except(&[("request-read-only-property", Info)])
        .whatever_values();
    NEW_REQUIRED_REQUEST_PROPERTY = Rule::new("new-required-*", Roles(ADDABLE, Err, Err),
        "{name} {was} added (required)");
    NEW_REQUIRED_REQUEST_PROPERTY_WITH_DEFAULT = Rule::new("new-required-*-with-default", Roles(ADDABLE, Err, Err),
        "{name} {was} added (required, with a default)");
    NEW_OPTIONAL_REQUEST_PROPERTY = Rule::new("new-optional-*", Roles(ADDABLE, Info, Info),
        "{name} {was} added (optional)");
    UNDESCRIBED_BECAME_REQUIRED = Rule::new("*-undescribed-became-required", Schema(Err, Info),
        "{property}, which no property of {name} describes, was optional and is required now");
    UNDESCRIBED_BECAME_OPTIONAL = Rule::new("*-undescribed-became-optional", Schema(Info, Err),
        "{property}, which no property of {name} describes, was required and is optional now");
    ADDITIONAL_PROPERTIES_ALLOWED = Rule::new("*-additional-properties-allowed", Schema(Info, Warn),
        "other properties of {owner} were {old} and are {new} now");
    ADDITIONAL_PROPERTIES_DISALLOWED = Rule::new("*-additional-properties-disallowed", Schema(Err, Info),
        "other properties of {owner} were {old} and are {new} now");
    ADDITIONAL_PROPERTIES_GENERALIZED = Rule::new("*-additional-properties-generalized", Schema(Info, Err),
        "other properties of {owner} were {old} and are {new} now");
    ADDITIONAL_PROPERTIES_SPECIALIZED = Rule::new("*-additional-properties-specialized", Schema(Err, Info),
        "other properties of {owner} were {old} and are {new} now");
    ADDITIONAL_PROPERTIES_TEXT_CHANGED = Rule::new("additional-properties-text-changed", Either(Doc, Doc),
        "what readers are told of other properties of {owner} changed");
    ALL_OF_ADDED = Rule::new("*-all-of-added", Schema(Info, Info), "{member} was added to allOf of {name}")
        .why("what the new member means is reported by itself");
    ALL_OF_REMOVED = Rule::new("*-all-of-removed", Schema(Info, Info), "{member} was removed from allOf of {name}")
        .why("what the member meant is reported by itself");
    ALL_OF_ADDED_ANNOTATION_ONLY = Rule::new("*-all-of-added-annotation-only", Schema(Info, Info),
        "{member}, which says nothing but prose, was added to allOf of {name}");
    ALL_OF_REMOVED_ANNOTATION_ONLY = Rule::new("*-all-of-removed-annotation-only", Schema(Info, Info),
        "{member}, which said nothing but prose, was removed from allOf of {name}");
    ANY_OF_ADDED = Rule::new("*-any-of-added", Schema(Info, Err), "{member} was added to anyOf of {name}")
        .why("a reader meets what it does not know, as with oneOf");
    ANY_OF_REMOVED = Rule::new("*-any-of-removed", Schema(Err, Info), "{member} was removed from anyOf of {name}");
    ONE_OF_ADDED = Rule::new("*-one-of-added", Schema(Info, Err), "{member} was added to oneOf of {name}");
    ONE_OF_REMOVED = Rule::new("*-one-of-removed", Schema(Err, Info), "{member} was removed from oneOf of {name}");
    ALL_OF_BECAME_CONTRADICTORY = Rule::new("*-all-of-became-contradictory", Schema(Err, Info),
        "no value fits {name} now: {reason}");
    ALL_OF_BECAME_SATISFIABLE = Rule::new("*-all-of-became-satisfiable", Schema(Info, Err),
        "no value fitted {name} before: {reason}");
    ONE_OF_OVERLAP = Rule::new("*-one-of-overlap-changed", Schema(Warn, Warn),
        "the alternatives of {name} changed, of which oneOf takes a value only where it fits no other one");
    ANY_OF_BECAME_ONE_OF = Rule::new("*-any-of-became-one-of", Schema(Warn, Info),
        "the alternatives of {name} were in anyOf and are in oneOf now");
    ONE_OF_BECAME_ANY_OF = Rule::new("*-one-of-became-any-of", Schema(Info, Warn),
        "the alternatives of {name} were in oneOf and are in anyOf now");
    ANY_OF_INTRODUCED = Rule::new("*-any-of-introduced", Schema(Err, Err),
        "{name} had no alternatives and must be one of several now (anyOf)").downgraded(&[Downgrade::NothingLost]);
    ANY_OF_DROPPED = Rule::new("*-any-of-dropped", Schema(Err, Err),
        "{name} had to be one of several alternatives and need not be now (anyOf)").downgraded(&[Downgrade::NothingLost]);
    WRAPPED_IN_ANY_OF = Rule::new("*-wrapped-in-any-of", Schema(Err, Err),
        "{name} {was} {type} and {is} one of several alternatives now (anyOf)").downgraded(&[Downgrade::NothingLost]);
    UNWRAPPED_FROM_ANY_OF = Rule::new("*-unwrapped-from-any-of", Schema(Err, Err),
        "{name} {was} one of several alternatives (anyOf) and {is} {type} now").downgraded(&[Downgrade::NothingLost]);
    ONE_OF_INTRODUCED = Rule::new("*-one-of-introduced", Schema(Err, Err),
        "{name} had no alternatives and must be one of several now (oneOf)").downgraded(&[Downgrade::NothingLost]);
    ONE_OF_DROPPED = Rule::new("*-one-of-dropped", Schema(Err, Err),
        "{name} had to be one of several alternatives and need not be now (oneOf)").downgraded(&[Downgrade::NothingLost]);
    WRAPPED_IN_ONE_OF = Rule::new("*-wrapped-in-one-of", Schema(Err, Err),
        "{name} {was} {type} and {is} one of several alternatives now (oneOf)").downgraded(&[Downgrade::NothingLost]);
    UNWRAPPED_FROM_ONE_OF = Rule::new("*-unwrapped-from-one-of", Schema(Err, Err),
        "{name} {was} one of several alternatives (oneOf) and {is} {type} now").downgraded(&[Downgrade::NothingLost]);
    DISCRIMINATOR_ADDED = Rule::new("*-discriminator-added", Schema(Info, Info),
        "{name} had no discriminator and {has} {property} now");
    DISCRIMINATOR_REMOVED = Rule::new("*-discriminator-removed", Schema(Info, Info),
        "the discriminator of {name} was {property} and is gone");
    DISCRIMINATOR_PROPERTY_NAME_CHANGED = Rule::new("*-discriminator-property-name-changed", Schema(Err, Err),
        "the discriminator of {name} was {old} and is {new}")
        .why("old values are distinguished by a property that is no longer read");
    DISCRIMINATOR_MAPPING_ADDED = Rule::new("*-discriminator-mapping-added", Schema(Info, Warn),
        "the discriminator value {value} of {name} had no schema named and has {new}")
        .why("a reader meets a kind that it does not know");
    DISCRIMINATOR_MAPPING_CHANGED = Rule::new("*-discriminator-mapping-changed", Schema(Err, Err),
        "the discriminator value {value} of {name} stood for {old} and stands for {new}")
        .why("a name stands for another schema");
    DISCRIMINATOR_MAPPING_DELETED = Rule::new("*-discriminator-mapping-deleted", Schema(Err, Info),
        "the discriminator value {value} of {name} stood for {old} and is gone")
        .why("a name that was sent is unknown now");
    TEXT_CHANGED = Rule::new("*-changed", Texts, "{key} {change}");
    REF_SIBLING_CHANGED = Rule::new("ref-sibling-changed", Either(Doc, Doc),
        "what stands beside the $ref of {name}, where it is ignored, changed");
    DEFINITIONS_CHANGED = Rule::new("definitions-changed", Either(Doc, Doc),
        "$defs of {name} changed, which count where they are referred to");
    CONTENT_ENCODING_CHANGED = Rule::new("*-content-encoding-changed", Schema(Err, Err),
        "the text of {name} was {old} and is {new} now").why("it may have been so, and be said now");
    CONTENT_ENCODING_SAID = Rule::new("*-content-encoding-changed", Schema(Warn, Warn),
        "the text of {name} was {old} and is {new} now");
    CONTENT_MEDIA_TYPE_CHANGED = Rule::new("*-content-media-type-changed", Schema(Err, Err),
        "the text of {name} held {old} and holds {new} now").why("it may have been so, and be said now");
    CONTENT_MEDIA_TYPE_SAID = Rule::new("*-content-media-type-changed", Schema(Warn, Warn),
        "the text of {name} held {old} and holds {new} now");
    WEBHOOK_ADDED = Rule::new("webhook-added", Neither(Info), "the webhook {callback} was added");
    WEBHOOK_REMOVED = Rule::new("webhook-removed", Neither(Err), "the webhook {callback} was removed");
    CALLBACK_ADDED = Rule::new("callback-added", Neither(Info), "the callback {callback} was added");
    CALLBACK_REMOVED = Rule::new("callback-removed", Neither(Err), "the callback {callback} was removed");
    REVERSED = Rule::new("compatible-for-receivers", Either(Info, Info), "{key} {change}; receivers take it as before");
    COMPARISON_CUT_SHORT = Rule::new("comparison-cut-short", Either(Warn, Warn),
        "{name} and what it refers to belong together in more ways than are compared; what was not compared yet is left out")
        .whatever_values();
    UNCLASSIFIED = Rule::new("unclassified-change", Either(Warn, Warn),
        "{key} {change}; no rule knows what that means");
    DEPRECATED = Rule::new("*-deprecated", Roles(DEPRECATABLE, Info, Info), "{name} became deprecated");
    DEPRECATED_WITH_SUNSET = Rule::new("*-deprecated-with-sunset", Roles(DEPRECATABLE, Info, Info),
        "{name} became deprecated until {date}");
    REACTIVATED = Rule::new("*-reactivated", Roles(DEPRECATABLE, Info, Info),
        "{name} {was} deprecated and {is} no longer");
    SUNSET_CHANGED = Rule::new("*-sunset-changed", Roles(DEPRECATABLE, Info, Info), "x-sunset of {name} {change}");
    SUNSET_INVALID = Rule::new("*-deprecated-sunset-invalid", Roles(OTHER_DEPRECATABLE, Err, Err),
        "x-sunset of {name} is {new}, which is not a date such as 2026-12-31");
    API_SUNSET_PARSE = Rule::new("api-deprecated-sunset-parse", Neither(Err),
        "x-sunset of {name} is {new}, which is not a date such as 2026-12-31");
    PARAMETER_SUNSET_PARSE = Rule::new("request-parameter-sunset-parse", Request(Err),
        "x-sunset of {name} is {new}, which is not a date such as 2026-12-31");
    PARAMETER_REMOVED_SUNSET_PARSE = Rule::new("request-parameter-sunset-parse", Request(Err),
        "{name} {was} removed ({in}), and x-sunset was no date");
    MEDIA_TYPE_ADDED = Rule::new("*-media-type-added", Roles(CONTENT, Info, Info),
        "the media type {new} was added");
    MEDIA_TYPE_REMOVED = Rule::new("*-media-type-removed", Roles(CONTENT, Err, Err),
        "the media type {old} was removed");
    MEDIA_TYPE_GENERALIZED = Rule::new("*-media-type-name-generalized", Roles(CONTENT, Info, Err),
        "the media type {old} is {new} now").downgraded(&[Downgrade::RangeRemains])
        .why("a range that was there before takes nothing away, and brings nothing");
    MEDIA_TYPE_SPECIALIZED = Rule::new("*-media-type-name-specialized", Roles(CONTENT, Err, Info),
        "the media type {old} is {new} now");
    MEDIA_TYPE_CHANGED = Rule::new("*-media-type-name-changed", Roles(CONTENT, Warn, Info),
        "the media type {old} is {new} now")
        .why("what was sent before is of another type now");
    MEDIA_TYPE_CHARSET_CHANGED = Rule::new("*-media-type-charset-changed", Roles(CONTENT, Err, Err),
        "the media type {old} is {new} now");
    MEDIA_TYPE_SPELLING_CHANGED = Rule::new("media-type-spelling-changed", Either(Doc, Doc),
        "the media type {old} is written {new} now, which means the same");
    MEDIA_TYPE_SCHEMA_ADDED = Rule::new("*-media-type-schema-added", Roles(BODIES, Err, Info),
        "{name} had no schema and has one now");
    MEDIA_TYPE_SCHEMA_REMOVED = Rule::new("*-media-type-schema-removed", Roles(BODIES, Info, Warn),
        "{name} had a schema and has none now");
    REQUEST_BODY_ADDED_REQUIRED = Rule::new("request-body-added-required", Request(Err),
        "a required request body was added");
    REQUEST_BODY_ADDED_OPTIONAL = Rule::new("request-body-added-optional", Request(Info),
        "an optional request body was added");
    REQUEST_BODY_REMOVED = Rule::new("request-body-removed", Request(Err), "the request body was removed");
    IGNORED_ENCODING_CHANGED = Rule::new("ignored-encoding-changed", Either(Doc, Doc),
        "the encoding of {name} changed, which counts in no body of this media type");
    IGNORED_RESPONSE_HEADER_CHANGED = Rule::new("ignored-response-header-changed", Response(Doc),
        "{name} changed, which OpenAPI ignores: the media type says it");
    STATUS_ADDED = Rule::new("response-*-status-added", Roles(STATUSES, Info, Info),
        "{name} {was} added");
    STATUS_REMOVED = Rule::new("response-*-status-removed", Roles(STATUSES, Err, Err),
        "{name} {was} removed[ and is one of {range} now]").downgraded(&[Downgrade::StatusCovered])
        .except(&[("non-success", Info)]);
    RESPONSE_HEADER_BECAME_REQUIRED = Rule::new("response-header-became-required", Response(Info),
        "{name} {was} optional and {is} required now");
    RESPONSE_HEADER_BECAME_OPTIONAL = Rule::new("response-header-became-optional", Response(Err),
        "{name} {was} required and {is} optional now");
    RESPONSE_HEADER_ADDED = Rule::new("response-header-added", Response(Info), "{name} {was} added");
    RESPONSE_HEADER_REMOVED = Rule::new("*-response-header-removed", Roles(NEED, Err, Err),
        "{name} {was} removed ({kind})").except(&[("optional", Warn)]);
    REQUEST_PARAMETER_BECAME_REQUIRED = Rule::new("request-parameter-became-required", Request(Err),
        "{name} {was} optional and {is} required now");
    REQUEST_PARAMETER_BECAME_OPTIONAL = Rule::new("request-parameter-became-optional", Request(Info),
        "{name} {was} required and {is} optional now");
    REQUEST_BODY_BECAME_REQUIRED = Rule::new("request-body-became-required", Request(Err),
        "the request body was optional and is required now");
    REQUEST_BODY_BECAME_OPTIONAL = Rule::new("request-body-became-optional", Request(Info),
        "the request body was required and is optional now");
    REQUEST_PARAMETER_REMOVED = Rule::new("request-parameter-removed", Request(Warn),
        "{name} {was} removed ({in})");
    REQUEST_PARAMETER_REMOVED_BEFORE_SUNSET = Rule::new("request-parameter-removed-before-sunset", Request(Err),
        "{name} {was} removed ({in}) before the end that was announced");
    REQUEST_PARAMETER_REMOVED_WITH_DEPRECATION = Rule::new("request-parameter-removed-with-deprecation", Request(Info),
        "{name} {was} removed ({in}), as deprecated");
    NEW_PATH_PARAMETER = Rule::new("new-request-path-parameter", Request(Err),
        "{name} {was} added (path)");
    NEW_REQUIRED_PARAMETER = Rule::new("new-required-request-parameter", Request(Err),
        "{name} {was} added ({in}, required)");
    NEW_OPTIONAL_PARAMETER = Rule::new("new-optional-request-parameter", Request(Info),
        "{name} {was} added ({in}, optional)");
    PARAMETER_ENCODING_CHANGED = Rule::new("request-parameter-encoding-changed", Request(Err),
        "{name} {was} sent as {old} and {is} sent as {new} now");
    EMPTY_VALUE_ALLOWED = Rule::new("request-parameter-empty-value-allowed", Request(Info),
        "{name} could not be sent without a value and may be now");
    EMPTY_VALUE_DISALLOWED = Rule::new("request-parameter-empty-value-disallowed", Request(Err),
        "{name} could be sent without a value and may not be now");
    IGNORED_HEADER_PARAMETER_CHANGED = Rule::new("ignored-header-parameter-changed", Request(Doc),
        "the header parameter {parameter} changed, which OpenAPI ignores");
    HEADER_PARAMETER_CASE_CHANGED = Rule::new("header-parameter-case-changed", Request(Doc),
        "the header parameter {old} is written {new} now, which means the same");
    PATH_PARAMETER_RENAMED = Rule::new("path-parameter-renamed", Neither(Info),
        "the path parameter {old} is named {new} now");
    REMOVED_WITHOUT_DEPRECATION = Rule::new("*-removed-without-deprecation", Roles(REMOVED, Err, Err),
        "the operation was removed without having been deprecated");
    REMOVED_BEFORE_SUNSET = Rule::new("*-removed-before-sunset", Roles(REMOVED, Err, Err),
        "the operation was removed before the end that was announced");
    REMOVED_SUNSET_PARSE = Rule::new("*-removed-sunset-parse", Roles(REMOVED, Err, Err),
        "the operation was removed, and its x-sunset was no date");
    REMOVED_WITH_DEPRECATION = Rule::new("*-removed-with-deprecation", Roles(REMOVED, Info, Info),
        "the operation, which was deprecated, was removed");
    METHOD_CHANGED = Rule::new("api-method-changed", Neither(Err),
        "the method of the operation {id} was {old} and is {new}");
    ENDPOINT_ADDED = Rule::new("endpoint-added", Neither(Info), "the operation was added");
    OPERATION_ID_ADDED = Rule::new("api-operation-id-added", Neither(Info), "the operationId {new} was added");
    OPERATION_ID_REMOVED = Rule::new("api-operation-id-removed", Neither(Info),
        "the operationId {old} was removed[; it is {new} now]");
    OPERATION_TAG_ADDED = Rule::new("api-tag-added", Neither(Info), "the tag {tag} was added to the operation");
    OPERATION_TAG_REMOVED = Rule::new("api-tag-removed", Neither(Info),
        "the tag {tag} was removed from the operation");
    PATH_WITHOUT_OPERATIONS_CHANGED = Rule::new("path-without-operations-changed", Neither(Doc),
        "a path without operations was added or removed");
    SECURITY_ADDED = Rule::new("*-added", Roles(SECURITY, Err, Err),
        "{schemes} was added to the security requirements").downgraded(&[Downgrade::AlternativeAdded])
        .why("callers without credentials are refused, where none were needed");
    SECURITY_REMOVED = Rule::new("*-removed", Roles(SECURITY, Err, Err),
        "{schemes} was removed from the security requirements")
        .downgraded(&[Downgrade::RequirementRelaxed, Downgrade::AlternativesRemain])
        .why("callers who were let in that way are refused, where nothing else lets them in");
    SECURITY_SCOPE_ADDED = Rule::new("*-scope-added", Roles(SECURITY, Err, Err),
        "the scope {scope} of {scheme} is needed now").downgraded(&[Downgrade::RequirementRelaxed, Downgrade::AlternativesRemain])
        .why("callers whose token lacks the scope are refused");
    SECURITY_SCOPE_REMOVED = Rule::new("*-scope-removed", Roles(SECURITY, Info, Info),
        "the scope {scope} of {scheme} was needed and is no longer");
    SECURITY_RESTATED = Rule::new("api-security-restated", Neither(Doc),
        "the security that is asked for is the same, and written otherwise");
    SECURITY_COMPONENT_ADDED = Rule::new("api-security-component-added", Neither(Info),
        "{name} {was} added");
    SECURITY_COMPONENT_REMOVED = Rule::new("api-security-component-removed", Neither(Info),
        "{name} {was} removed");
    SECURITY_COMPONENT_TYPE_CHANGED = Rule::new("api-security-component-type-changed", Neither(Info),
        "{key} {change}");
    SECURITY_COMPONENT_OAUTH_URL_CHANGED = Rule::new("api-security-component-oauth-url-changed", Neither(Info),
        "{key} {change}");
    SECURITY_COMPONENT_OAUTH_TOKEN_URL_CHANGED = Rule::new("api-security-component-oauth-token-url-changed", Neither(Info),
        "{key} {change}");
    SECURITY_COMPONENT_OAUTH_SCOPE_ADDED = Rule::new("api-security-component-oauth-scope-added", Neither(Info),
        "the scope {scope} of {name} was added");
    SECURITY_COMPONENT_OAUTH_SCOPE_REMOVED = Rule::new("api-security-component-oauth-scope-removed", Neither(Info),
        "the scope {scope} of {name} was removed");
    SECURITY_COMPONENT_OAUTH_SCOPE_CHANGED = Rule::new("api-security-component-oauth-scope-changed", Neither(Info),
        "the description of the scope {scope} of {name} {change}");
    FIRST_SERVER_MOVED = Rule::new("first-server-moved", Neither(Err), "where the API is moved: {key} {change}");
    SERVERS_CHANGED = Rule::new("servers-changed", Neither(Warn), "{key} {change}")
        .downgraded(&[Downgrade::NothingLost]);
    SERVER_DESCRIPTION_CHANGED = Rule::new("server-description-changed", Neither(Doc),
        "what readers are told of servers changed: {key} {change}");
    OPENAPI_VERSION_CHANGED = Rule::new("openapi-version-changed", Neither(Info), "the version of OpenAPI {change}");
    INFO_VERSION_CHANGED = Rule::new("info-version-changed", Neither(Info), "the version of the API {change}");
    INFO_CHANGED = Rule::new("info-*-changed", Roles(INFO, Doc, Doc), "{key} {change}");
    TAG_ADDED = Rule::new("tag-added", Neither(Doc), "{name} {was} added");
    TAG_REMOVED = Rule::new("tag-removed", Neither(Doc), "{name} {was} removed");
    UNUSED_COMPONENT_CHANGED = Rule::new("unused-component-changed", Neither(Doc),
        "{name}, which no operation uses, {happened}");
}
