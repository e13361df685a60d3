//! What the engine says: data, of which text is made last.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::argument::{Argument, Arguments};
use super::level::{Direction, Level};
use super::location::Subject;
use super::message::{filled, is_needed};
use super::rules::table::UNCLASSIFIED;
use super::rules::{Downgrade, Rule};

/// One difference.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that it follows.
    pub rule: &'static Rule,
    /// What kind of change it is, in oasdiff's vocabulary: the rule's id for the role of what changed.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// Why it is less bad than its rule says.
    pub downgrade: Option<Downgrade>,
    /// Who sends what has changed.
    pub direction: Direction,
    /// The operations that it counts for, by method and path, in the order of the old document; none, where it is
    /// about the document as a whole. What they share is reported once.
    pub operations: Rc<[String]>,
    /// Where it is in the old document, as a JSON pointer; for what is new, where it would be.
    pub old_pointer: String,
    /// Where it is in the new document; for what is gone, where it was.
    pub new_pointer: String,
    /// What it is about.
    pub subject: Subject,
    /// What it says beside its rule.
    pub arguments: Arguments,
}

impl Finding {
    /// What it says to a person.
    pub fn message(&self) -> String {
        self.message_of(&self.subject, &self.arguments)
    }

    /// What it and others say alike, where [`essence`](Self::essence) is the same.
    pub fn message_with(&self, others: &[&Self]) -> String {
        let subjects: Vec<&Subject> = [self].into_iter().chain(others.iter().copied()).map(|it| &it.subject).collect();
        let common = |(name, argument): &(&&'static str, &Argument)| {
            others.iter().all(|other| other.arguments.get(*name) == Some(argument))
        };
        let arguments = self.arguments.iter().filter(common).map(|(name, argument)| (*name, argument.clone()));
        self.message_of(&Subject::several(&subjects), &arguments.collect())
    }

    /// What findings have in common of which one sentence can be made: all arguments but those that the message may
    /// leave out.
    pub fn essence(&self) -> (&'static str, Vec<(&'static str, &Argument)>) {
        let needed = |(name, _): &(&&'static str, &Argument)| is_needed(self.rule.message, name);
        (self.rule.message, self.arguments.iter().filter(needed).map(|(name, argument)| (*name, argument)).collect())
    }

    fn message_of(&self, subject: &Subject, arguments: &Arguments) -> String {
        let message = filled(self.rule.message, subject, arguments);
        match self.downgrade {
            Some(downgrade) => format!("{message}; {}", downgrade.reason()),
            None if self.id == UNCLASSIFIED.id && self.rule.id != self.id => {
                format!("{message}; what that means here is not known")
            }
            None => message,
        }
    }

    /// Sixteen hexadecimal digits of what it is and where, by its data alone. Not in it: which operations share what
    /// it is about, how many came before it in a list, the level, and every word that is ours.
    pub fn fingerprint(&self) -> String {
        let places = [&self.old_pointer, &self.new_pointer].map(|pointer| without_indices(pointer));
        let arguments = serde_json::to_string(&self.arguments).unwrap_or_default();
        let data = format!("{}\n{:?}\n{}\n{arguments}", self.id, self.direction, places.join("\n"));
        Sha256::digest(data).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The first operation that it counts for.
    pub fn operation(&self) -> Option<&str> {
        self.operations.first().map(String::as_str)
    }

    /// What tells it from others; the rest follows from it.
    fn key(&self) -> (&str, Level, Direction, &[String], &str, &str, &Arguments) {
        let (old, new) = (self.old_pointer.as_str(), self.new_pointer.as_str());
        (&self.id, self.level, self.direction, &self.operations, old, new, &self.arguments)
    }
}

fn without_indices(pointer: &str) -> String {
    const LISTS: [&str; 8] = ["parameters", "allOf", "anyOf", "oneOf", "servers", "security", "tags", "enum"];
    let mut list = false;
    let tokens = pointer.split('/').map(|token| {
        let index = list && token.bytes().all(|byte| byte.is_ascii_digit());
        list = LISTS.contains(&token);
        if index { "*" } else { token }
    });
    tokens.collect::<Vec<_>>().join("/")
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Finding {}

impl Hash for Finding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Finding {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 9)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("level", &self.level)?;
        object.serialize_field("direction", &self.direction)?;
        object.serialize_field("operations", &self.operations[..])?;
        object.serialize_field("old_pointer", &self.old_pointer)?;
        object.serialize_field("new_pointer", &self.new_pointer)?;
        object.serialize_field("subject", &self.subject)?;
        object.serialize_field("arguments", &self.arguments)?;
        object.serialize_field("message", &self.message())?;
        object.end()
    }
}

/// What was found, before it is known where.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) rule: &'static Rule,
    pub(super) role: Cow<'static, str>,
    pub(super) downgrade: Option<Downgrade>,
    pub(super) arguments: Arguments,
}

impl From<&'static Rule> for Found {
    fn from(rule: &'static Rule) -> Self {
        Self { rule, role: Cow::Borrowed(""), downgrade: None, arguments: Arguments::new() }
    }
}

impl Rule {
    /// What was found of it, in a role.
    pub(super) fn of(&'static self, role: impl Into<Cow<'static, str>>) -> Found {
        Found { role: role.into(), ..Found::from(self) }
    }

    /// What was found of it, with an argument.
    pub(super) fn with(&'static self, name: &'static str, argument: Argument) -> Found {
        Found::from(self).with(name, argument)
    }
}

impl Found {
    /// With an argument.
    pub(super) fn with(mut self, name: &'static str, argument: Argument) -> Self {
        self.arguments.insert(name, argument);
        self
    }

    /// With values as the arguments `old` and `new`, where they are there.
    pub(super) fn with_change(mut self, (old, new): (&Value, &Value)) -> Self {
        let [before, now] = Argument::of_change(old, new);
        for (name, argument, value) in [("old", before, old), ("new", now, new)] {
            if !value.is_null() {
                self.arguments.insert(name, argument);
            }
        }
        self
    }

    /// Counting less, for a reason.
    pub(super) fn downgraded(self, downgrade: impl Into<Option<Downgrade>>) -> Self {
        Self { downgrade: downgrade.into().or(self.downgrade), ..self }
    }

    /// Its level.
    pub(super) fn level(&self, direction: Direction) -> Level {
        let level = self.rule.level(&self.role, direction);
        self.downgrade.map_or(level, |downgrade| downgrade.to().min(level))
    }
}
