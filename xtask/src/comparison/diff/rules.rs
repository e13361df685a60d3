//! What changes are called, what is said of them, and how bad they are.
//!
//! [`table`] has a row for each rule. What compares names a rule and its arguments, never a level. Levels follow
//! who breaks: a request that may say less than before breaks clients; so does a response that may say more. Where
//! a level depends on the case, the rule has an exception for a role, or is [downgraded](Downgrade) for a reason
//! that stands here.

mod prefix;
pub(super) mod reversed;
pub mod table;

use std::collections::{BTreeMap, BTreeSet};

use self::prefix::PREFIXES;
pub use self::table::ALL;
use super::level::{Direction, Level};
use super::oasdiff::SHARED;

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, in oasdiff's vocabulary where oasdiff has it. `*` stands for the role of what changed, such as
    /// `request-property`.
    pub id: &'static str,
    /// The roles that `*` stands for, and the levels.
    pub levels: Levels,
    /// The roles of schemas that it is found in; all, where there are none.
    pub only: &'static [&'static str],
    /// Roles for which it has another level.
    pub exceptions: &'static [(&'static str, Level)],
    /// When it counts less.
    pub downgraded: &'static [Downgrade],
    /// Whether it counts whatever values are allowed: what is described no longer is missed by those who use it.
    pub whatever_values: bool,
    /// What a finding says. `{name}` stands for what changed, `{key}` for the same with the keyword, `{was}`,
    /// `{is}` and `{has}` for verbs in its number, `{owner}` for what its last step leads from, `{change}` for what the argument `old` became, and any other
    /// name for an argument. What stands in `[…]` is left out where an argument in it is missing.
    pub message: &'static str,
    /// Why its level is not oasdiff's; empty, where it is, or oasdiff has no such rule.
    pub why: &'static str,
}

/// What a rule is about, and its level there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levels {
    /// A schema in any role: the level in a request, and in a response.
    Schema(Level, Level),
    /// Any of these roles, each with who sends it: the level in a request or in neither, and in a response.
    Roles(&'static [(&'static str, Direction)], Level, Level),
    /// Something for readers, by its keyword.
    Texts,
    /// Something in a request.
    Request(Level),
    /// Something in a response.
    Response(Level),
    /// Something in either: the level in a request, and in a response.
    Either(Level, Level),
    /// The operation, or the document.
    Neither(Level),
}

/// Why a change counts less than its rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Downgrade {
    /// Read-only in a request, or write-only in a response.
    NotOnWire,
    /// The default of a required parameter.
    DefaultOfRequired,
    /// A status that a range such as `2XX` still describes.
    StatusCovered,
    /// A media type that a range such as `text/*` described beside it, and describes still.
    RangeRemains,
    /// Alternatives of which one takes all that was taken, or that give nothing else than was given.
    NothingLost,
    /// A security requirement that another one makes up for: what it asks for, others do not ask more than.
    RequirementRelaxed,
    /// A security requirement beside which others remain.
    AlternativesRemain,
    /// Another way in where credentials were needed before.
    AlternativeAdded,
}

impl Downgrade {
    /// The level to which it lowers.
    pub fn to(self) -> Level {
        match self {
            Self::AlternativesRemain => Level::Warn,
            _ => Level::Info,
        }
    }

    /// Its reason.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotOnWire => "it is not sent",
            Self::DefaultOfRequired => "no default of a required parameter is ever used",
            Self::StatusCovered => "a range of statuses covers it",
            Self::RangeRemains => "the range was there before, and describes it still",
            Self::NothingLost => "what was allowed before is allowed still, and nothing else is given",
            Self::RequirementRelaxed => "whoever was let in before is let in still",
            Self::AlternativesRemain => "other credentials are accepted still",
            Self::AlternativeAdded => "it is one more way for callers to show who they are",
        }
    }
}

impl Rule {
    const fn new(id: &'static str, levels: Levels, message: &'static str) -> Self {
        Self { id, levels, only: &[], exceptions: &[], downgraded: &[], whatever_values: false, message, why: "" }
    }

    const fn only(self, only: &'static [&'static str]) -> Self {
        Self { only, ..self }
    }

    const fn except(self, exceptions: &'static [(&'static str, Level)]) -> Self {
        Self { exceptions, ..self }
    }

    const fn downgraded(self, downgraded: &'static [Downgrade]) -> Self {
        Self { downgraded, ..self }
    }

    const fn whatever_values(self) -> Self {
        Self { whatever_values: true, ..self }
    }

    const fn why(self, why: &'static str) -> Self {
        Self { why, ..self }
    }

    /// Its id for a role, which may be empty.
    pub fn id(&self, role: &str) -> String {
        renamed(self.id.replace('*', role))
    }

    /// Its level for a role, as far as that depends on the role alone.
    pub fn level(&self, role: &str, direction: Direction) -> Level {
        if let Some((_, level)) = self.exceptions.iter().find(|(exception, _)| *exception == role) {
            return *level;
        }
        match self.levels {
            Levels::Schema(..) if PREFIXES.iter().any(|prefix| prefix.name == role && prefix.not_sent) => {
                Downgrade::NotOnWire.to()
            }
            Levels::Schema(request, response) | Levels::Either(request, response) => {
                if direction == Direction::Response { response } else { request }
            }
            Levels::Roles(_, other, response) => {
                if direction == Direction::Response {
                    response
                } else {
                    other
                }
            }
            Levels::Texts => Level::Doc,
            Levels::Request(level) | Levels::Response(level) | Levels::Neither(level) => level,
        }
    }

    /// Whether it is about what is sent the other way.
    pub(super) fn is_misplaced(&self, role: &str, direction: Direction) -> bool {
        let is_told = matches!(self.levels, Levels::Texts | Levels::Schema(..));
        !is_told && !self.roles().iter().any(|(name, of)| name == role && *of == direction)
    }

    /// The roles that it may be found in, each with who sends it.
    fn roles(&self) -> Vec<(String, Direction)> {
        const ALL: [Direction; 3] = [Direction::Request, Direction::Response, Direction::None];
        let role = |(name, direction): &(&str, Direction)| ((*name).to_owned(), *direction);
        let unnamed = |directions: &[Direction]| directions.iter().map(|direction| role(&("", *direction))).collect();
        match self.levels {
            Levels::Schema(..) => {
                let all = PREFIXES.iter().filter(|prefix| self.only.is_empty() || self.only.contains(&prefix.name));
                all.map(|prefix| role(&(prefix.name, prefix.direction))).collect()
            }
            Levels::Roles(roles, ..) => roles.iter().map(role).collect(),
            Levels::Texts => {
                let texts = PROSE.iter().chain(&["bearerFormat"]);
                texts.flat_map(|name| ALL.map(|direction| (name.to_ascii_lowercase(), direction))).collect()
            }
            Levels::Request(_) => unnamed(&[Direction::Request]),
            Levels::Response(_) => unnamed(&[Direction::Response]),
            // What belongs to the document may be compared as well.
            Levels::Either(..) => unnamed(&ALL),
            Levels::Neither(_) => unnamed(&[Direction::None]),
        }
    }
}

/// A rule in one role, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its level in oasdiff, where it is one of oasdiff's.
    pub oasdiff: Option<Level>,
    /// Its levels in each direction in which it may be found, the greatest last.
    pub levels: BTreeMap<Direction, BTreeSet<Level>>,
    /// When it counts less.
    pub downgraded: BTreeSet<Downgrade>,
    why: &'static str,
}

impl Listed {
    /// Why its level is not oasdiff's, where it is not, or not always.
    pub fn why(&self) -> Option<&'static str> {
        let all: BTreeSet<Level> = self.levels.values().flatten().copied().collect();
        let differs = self.oasdiff.is_some_and(|theirs| all != BTreeSet::from([theirs]));
        Some(self.why).filter(|why| differs && !why.is_empty())
    }
}

/// Every rule in every role, by id.
pub fn listed() -> Vec<Listed> {
    let shared: BTreeMap<&str, Level> = SHARED.iter().copied().collect();
    let mut listed: BTreeMap<String, Listed> = BTreeMap::new();
    let all = ALL.iter().copied().chain(table::LIMITS.iter().flat_map(|limit| limit.rules));
    for (rule, (role, direction)) in all.flat_map(|rule| rule.roles().into_iter().map(move |role| (rule, role))) {
        let id = rule.id(&role);
        let oasdiff = shared.get(id.as_str()).copied();
        let (levels, downgraded) = (BTreeMap::new(), BTreeSet::new());
        let new = Listed { id: id.clone(), oasdiff, levels, downgraded, why: rule.why };
        let entry = listed.entry(id.clone()).or_insert(new);
        let levels = entry.levels.entry(direction).or_default();
        levels.insert(rule.level(&role, direction));
        let mut downgraded: BTreeSet<Downgrade> = rule.downgraded.iter().copied().collect();
        // The defaults of parameters are not used only of parameters themselves; of the properties of these, and
        // where oasdiff has no id of its own for it, the id does not tell that nothing is sent.
        if role != "request-parameter" {
            downgraded.remove(&Downgrade::DefaultOfRequired);
        }
        let is_schema = matches!(rule.levels, Levels::Schema(..));
        if is_schema
            && (role.ends_with("parameter-property") || role.ends_with("header-property") || !id.starts_with(&role))
        {
            downgraded.insert(Downgrade::NotOnWire);
        }
        levels.extend(downgraded.iter().map(|downgrade| downgrade.to()));
        entry.downgraded.extend(downgraded);
    }
    listed.into_values().collect()
}

/// An id as oasdiff has it, where oasdiff does not follow its own scheme.
fn renamed(id: String) -> String {
    let as_in_oasdiff = match id.as_str() {
        "response-body-enum-value-removed" => "response-mediatype-enum-value-removed",
        "response-write-only-property-enum-value-removed" => "response-property-enum-value-removed",
        "request-read-only-property-pattern-added" => "request-property-pattern-added",
        "request-read-only-property-pattern-changed" => "request-property-pattern-changed",
        _ => return id,
    };
    as_in_oasdiff.to_owned()
}

/// What only a reader sees, wherever it stands.
pub const PROSE: &[&str] = &["description", "summary", "title", "example", "examples", "externalDocs", "xml"];

/// Whether a key is for readers: prose, or an extension, which OpenAPI keeps out of the contract.
pub fn is_prose(key: &str) -> bool {
    PROSE.contains(&key) || key.starts_with("x-")
}

/// Whether a keyword of a schema is an annotation, as JSON Schema has it: it says nothing of which values are valid.
pub fn is_annotation(key: &str) -> bool {
    is_prose(key) || key == "deprecated"
}
