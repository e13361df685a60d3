//! How bad each change is.
//!
//! A change is `<aspect>-<what happened>`; what it means depends on who sends. A request that may
//! say less than before breaks clients; so does a response that may say more.
//! The few ids that are judged otherwise than by this stand in `EXCEPTIONS`, and those that are no
//! change of a schema in `OTHERS`. Levels follow who breaks. Where that is not oasdiff's level, `WHY`
//! says why; a test holds it to be complete.

use std::collections::BTreeMap;

use super::oasdiff::SHARED;
use super::spot::PREFIXES;
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

/// Ids that are no change of a schema's keyword, in which `{a|b}` stands for either, and the levels that
/// they may have: by what came before, by what is left, or by dates.
const OTHERS: &[(&str, &[Level])] = &[
    ("{request|response}-{body|property|header|parameter}-{one-of|any-of}-{introduced|dropped}", &[Info, Err]),
    ("{request|response}-{body|property|header|parameter}-{wrapped-in|unwrapped-from}-{one-of|any-of}", &[Info, Err]),
    (
        "{request|response}-{body|property|header|parameter}-{all-of|any-of|one-of}-{added|removed}-annotation-only",
        &[Info],
    ),
    ("{request|response}-{optional|required}-property-became-{read-only|write-only}", &[Info]),
    ("{request|response}-{optional|required}-property-became-not-{read-only|write-only}", &[Info]),
    ("response-required-property-became-write-only", &[Err]),
    ("response-required-property-became-not-write-only", &[Warn]),
    ("request-required-property-became-not-read-only", &[Err]),
    ("response-{required|optional}-property-added", &[Info]),
    ("response-{required|optional}-write-only-property-{added|removed}", &[Info]),
    ("response-required-property-removed", &[Err]),
    ("response-optional-property-removed", &[Warn]),
    ("request-property-removed", &[Warn]),
    ("request-{parameter-property|header-property}-removed", &[Info, Warn]),
    ("request-read-only-property-removed", &[Info]),
    ("new-required-request-{property|parameter-property|header-property}", &[Err]),
    ("new-required-request-{property|parameter-property|header-property}-with-default", &[Err]),
    ("new-optional-request-{property|parameter-property|header-property}", &[Info]),
    ("request-body-became-required", &[Err]),
    ("request-body-became-optional", &[Info]),
    ("request-body-added-required", &[Err]),
    ("request-body-added-optional", &[Info]),
    ("request-body-removed", &[Err]),
    ("request-parameter-became-required", &[Err]),
    ("request-parameter-became-optional", &[Info]),
    ("request-parameter-removed", &[Warn]),
    ("request-parameter-removed-before-sunset", &[Err]),
    ("request-parameter-removed-with-deprecation", &[Info]),
    ("request-parameter-sunset-parse", &[Err]),
    ("new-request-path-parameter", &[Err]),
    ("new-required-request-parameter", &[Err]),
    ("new-optional-request-parameter", &[Info]),
    ("ignored-header-parameter-changed", &[Doc]),
    ("header-parameter-case-changed", &[Doc]),
    ("path-parameter-renamed", &[Info]),
    ("response-header-became-required", &[Info]),
    ("response-header-became-optional", &[Err]),
    ("response-header-added", &[Info]),
    ("optional-response-header-removed", &[Warn]),
    ("required-response-header-removed", &[Err]),
    ("response-{success|non-success}-status-added", &[Info]),
    ("response-success-status-removed", &[Info, Err]),
    ("response-non-success-status-removed", &[Info]),
    ("{request-body|request-parameter|response|response-header}-media-type-added", &[Info]),
    ("{request-body|request-parameter|response|response-header}-media-type-removed", &[Err]),
    ("{request-body|request-parameter}-media-type-name-specialized", &[Err]),
    ("{request-body|request-parameter}-media-type-name-{generalized|changed}", &[Info]),
    ("{response|response-header}-media-type-name-generalized", &[Err]),
    ("{response|response-header}-media-type-name-{specialized|changed}", &[Info]),
    ("{request-body|request-parameter|response|response-header}-media-type-charset-changed", &[Err]),
    ("media-type-spelling-changed", &[Doc]),
    ("request-body-media-type-schema-added", &[Err]),
    ("request-body-media-type-schema-removed", &[Info]),
    ("response-body-media-type-schema-added", &[Info]),
    ("response-body-media-type-schema-removed", &[Warn]),
    (
        "{endpoint|request-parameter|response-header}-{deprecated|deprecated-with-sunset|reactivated|sunset-changed}",
        &[Info],
    ),
    ("{request|response}-{body|property|parameter|header}-{deprecated-with-sunset|sunset-changed}", &[Info]),
    ("{request|response}-{body|property|header}-deprecated-sunset-invalid", &[Err]),
    ("api-deprecated-sunset-parse", &[Err]),
    ("{api-path|api}-removed-{without-deprecation|before-sunset|sunset-parse}", &[Err]),
    ("{api-path|api}-removed-with-deprecation", &[Info]),
    ("endpoint-added", &[Info]),
    ("api-operation-id-{added|removed}", &[Info]),
    ("api-tag-{added|removed}", &[Info]),
    ("{api-security|api-global-security}-added", &[Info, Err]),
    ("{api-security|api-global-security}-scope-removed", &[Info]),
    ("{api-security|api-global-security}-{removed|scope-added}", &[Info, Warn, Err]),
    ("api-security-restated", &[Doc]),
    ("api-security-component-{added|removed|type-changed|oauth-url-changed|oauth-token-url-changed}", &[Info]),
    ("api-security-component-oauth-scope-{added|removed|changed}", &[Info]),
    ("servers-changed", &[Warn]),
    ("server-description-changed", &[Doc]),
    ("openapi-version-changed", &[Info]),
    ("info-version-changed", &[Info]),
    ("info-{contact|license|termsofservice}-changed", &[Doc]),
    ("tag-{added|removed}", &[Doc]),
    ("path-without-operations-changed", &[Doc]),
    ("unused-component-changed", &[Doc]),
    ("ref-sibling-changed", &[Doc]),
    ("nullable-restated", &[Doc]),
    ("additional-properties-text-changed", &[Doc]),
    ("{description|summary|title|example|examples|externaldocs|xml}-changed", &[Doc]),
    ("unclassified-change", &[Warn]),
];

/// Why the level of an id is not oasdiff's, by what is in the id.
const WHY: &[(&str, &str)] = &[
    ("-all-of-added", "what the new member means is reported by itself"),
    ("-all-of-removed", "what the member meant is reported by itself"),
    ("-any-of-added", "a reader meets what it does not know, as with oneOf"),
    ("-discriminator-property-name-changed", "old values are distinguished by a property that is no longer read"),
    ("-discriminator-mapping-changed", "a name stands for another schema"),
    ("-discriminator-mapping-deleted", "a name that was sent is unknown now"),
    ("response-required-property-became-write-only", "it was always there, and is no more"),
    ("request-required-property-became-not-read-only", "it was never sent, and must be now"),
    ("security-added", "callers without credentials are refused, where there was none to need"),
    ("security-removed", "callers who came in that way are refused, where none is left that asks no more"),
    ("security-scope-added", "callers whose token lacks the scope are refused"),
    ("-wrapped-in-one-of", "where an alternative takes all that was taken, nobody breaks"),
    ("response-success-status-removed", "where a range such as 2XX covers it, nothing went"),
    ("-default-value-added", "of a required parameter, no default is ever used"),
    ("-default-value-changed", "of a required parameter, no default is ever used"),
    ("-default-value-removed", "of a required parameter, no default is ever used"),
    ("-parameter-property-", "of what is read-only, nothing is sent"),
    ("-header-property-", "of what is read-only, nothing is sent"),
    ("-pattern-added", "of what is read-only, nothing is sent"),
    ("-pattern-changed", "of what is read-only, nothing is sent"),
];

/// One row of the table of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its level in oasdiff, where it is one of oasdiff's.
    pub oasdiff: Option<Level>,
    /// Who sends what it is about.
    pub direction: Direction,
    /// The levels that it may have here.
    pub levels: Vec<Level>,
}

impl Rule {
    /// Why its level is not oasdiff's, where it is not.
    pub fn why(&self) -> Option<&'static str> {
        let differs = self.oasdiff.is_some_and(|level| self.levels != [level]);
        let (_, why) = WHY.iter().find(|(part, _)| differs && self.id.contains(part))?;
        Some(why)
    }
}

/// Every rule, by its id.
pub fn all() -> Vec<Rule> {
    let mut levels: BTreeMap<String, Vec<Level>> = BTreeMap::new();
    for (prefix, stays, direction) in PREFIXES {
        for (change, request, response) in CHANGES {
            let (kind, happened) = change.split_once('-').unwrap_or((change, ""));
            let bounds = BOUNDS.iter().filter(|(_, name)| name.split('-').next() == Some(kind));
            let changes: Vec<String> = match (kind, happened) {
                ("max" | "min", "increased" | "decreased" | "set" | "unset") => {
                    bounds.map(|(_, name)| format!("{name}-{happened}")).collect()
                }
                _ => vec![(*change).to_owned()],
            };
            for change in changes {
                let id = renamed(&format!("{prefix}-{change}")).to_owned();
                let plain = if *direction == Direction::Request { *request } else { *response };
                let exception = EXCEPTIONS.iter().find(|(exception, _)| *exception == id);
                let level = exception.map_or(plain, |(_, level)| *level);
                let mut all = vec![if *stays { Info } else { level }];
                // Of a required parameter, no default is ever used.
                if *prefix == "request-parameter" && change.starts_with("default-value") {
                    all.push(Info);
                }
                // What is not sent at all is called so in the id of a body's property only.
                if prefix.ends_with("parameter-property") || prefix.ends_with("header-property") {
                    all.push(Info);
                }
                levels.entry(id).or_default().extend(all);
            }
        }
    }
    for (pattern, of) in OTHERS {
        for id in expanded(pattern) {
            // A later row is about fewer ids than an earlier one.
            levels.insert(id, of.to_vec());
        }
    }
    let shared: BTreeMap<&str, Level> = SHARED.iter().copied().collect();
    let direction = |id: &str| match () {
        () if id.starts_with("request-") || id.starts_with("new-") => Direction::Request,
        () if id.starts_with("response-") || id.contains("-response-") => Direction::Response,
        () => Direction::None,
    };
    let rule = |(id, mut levels): (String, Vec<Level>)| {
        levels.sort();
        levels.dedup();
        Rule { oasdiff: shared.get(id.as_str()).copied(), direction: direction(&id), id, levels }
    };
    levels.into_iter().map(rule).collect()
}

/// The ids that a pattern stands for.
fn expanded(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('{') else { return vec![pattern.to_owned()] };
    let Some((choices, after)) = rest.split_once('}') else { return vec![pattern.to_owned()] };
    let tails = expanded(after);
    choices.split('|').flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}"))).collect()
}

/// oasdiff's name of an id, where it does not follow its own scheme.
pub(super) fn renamed(id: &str) -> &str {
    match id {
        "response-body-enum-value-removed" => "response-mediatype-enum-value-removed",
        "response-write-only-property-enum-value-removed" => "response-property-enum-value-removed",
        "request-read-only-property-pattern-added" => "request-property-pattern-added",
        "request-read-only-property-pattern-changed" => "request-property-pattern-changed",
        id => id,
    }
}

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
