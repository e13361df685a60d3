//! What a finding says beside its rule: names and values of the two documents.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::numbers;
use crate::upstream::spec;

/// Arguments by the names that messages have for them.
pub type Arguments = BTreeMap<&'static str, Argument>;

/// A name or a value of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Argument {
    /// A name: of a property, a parameter, a scheme.
    Name(String),
    /// A word of ours, such as `simple`.
    Word(String),
    /// A value, as JSON.
    Value(String),
    /// A value that is too long to be kept: its beginning as JSON, and the SHA-256 of all of it, in hexadecimal.
    Long {
        /// The beginning.
        start: String,
        /// The hash.
        sha256: String,
        /// What is shown of it: where it begins, in characters, and the text from there on. Of two texts that is where
        /// they differ.
        shown: (usize, String),
    },
    /// Several values, as JSON, sorted.
    Values(Vec<String>),
    /// A schema's type.
    Type(TypeName),
}

/// What a schema says of the type of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TypeName {
    /// `type`, as JSON where it is not a string; nothing where any type will do.
    #[serde(rename = "type")]
    pub name: Option<String>,
    /// `format`.
    pub format: Option<String>,
}

impl Argument {
    /// A value as it is kept: whole, where it is not long.
    pub fn of(value: &Value) -> Self {
        /// In bytes of JSON.
        const LONGEST: usize = 200;
        const START: usize = 80;
        if let Some(digits) = value.as_str().and_then(spec::big_integer) {
            return Self::Value(digits.to_owned());
        }
        // Of a whole operation no more is written than is looked at.
        let mut text = Beginning { text: String::new(), most: LONGEST.max(START * 4) };
        let is_whole = write!(text, "{value}").is_ok();
        let text = text.text;
        if is_whole && text.len() <= LONGEST {
            return Self::Value(text);
        }
        // By what the value means, so that the order of its keys makes no difference.
        let sha256 = Sha256::digest(numbers::canonical(value).as_bytes());
        let sha256 = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let start: String = text.chars().take(START).collect();
        Self::Long { shown: (0, start.clone()), start, sha256 }
    }

    /// Two values, the old one and the new one. Of texts that is shown which they differ in.
    pub fn of_change(old: &Value, new: &Value) -> [Self; 2] {
        let mut both = [old, new].map(Self::of);
        let is_long = both.iter().any(|one| matches!(one, Self::Long { .. }));
        if !is_long || !old.is_string() || !new.is_string() {
            return both;
        }
        let texts = [old, new].map(Value::to_string);
        let from = first_difference(&texts[0], &texts[1]);
        for (one, text) in both.iter_mut().zip(&texts) {
            if let Self::Long { shown, .. } = one {
                *shown = (from, text.chars().skip(from).take(SHOWN).collect());
            }
        }
        both
    }

    /// A name.
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }
}

/// How much is shown of a value, in characters.
pub(super) const SHOWN: usize = 80;

/// Where two texts are to be shown from, in characters: a little before they differ, or from their beginning where that
/// is near.
pub(super) fn first_difference(a: &str, b: &str) -> usize {
    /// What is shown before the difference, so that its place is recognized.
    const BEFORE: usize = 24;
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    if same < SHOWN / 2 { 0 } else { same - BEFORE }
}

/// Takes what is written up to a length.
struct Beginning {
    text: String,
    /// In bytes.
    most: usize,
}

impl fmt::Write for Beginning {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.text.push_str(part);
        if self.text.len() > self.most { Err(fmt::Error) } else { Ok(()) }
    }
}

impl TypeName {
    /// The type as a sentence has it: `a string`, or of several things `strings`.
    pub fn words(&self, plural: bool) -> String {
        let words = match (self.name.as_deref(), plural) {
            (None, false) => "any value".to_owned(),
            (None, true) => "any values".to_owned(),
            (Some("array"), false) => "a list".to_owned(),
            (Some("array"), true) => "lists".to_owned(),
            (Some("null"), _) => "null".to_owned(),
            (Some(name @ ("string" | "number" | "integer" | "boolean" | "object")), true) => format!("{name}s"),
            (Some(name @ ("integer" | "object")), false) => format!("an {name}"),
            (Some(name @ ("string" | "number" | "boolean")), false) => format!("a {name}"),
            (Some(other), _) => format!("of the type {other}"),
        };
        match &self.format {
            Some(format) => format!("{words} ({format})"),
            None => words,
        }
    }
}

impl Serialize for Argument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        match self {
            Self::Name(text) | Self::Word(text) => serializer.serialize_str(text),
            Self::Value(text) => json(text).serialize(serializer),
            Self::Values(all) => serializer.collect_seq(all.iter().map(|text| json(text))),
            Self::Type(name) => name.serialize(serializer),
            Self::Long { start, sha256, .. } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("start", start)?;
                map.serialize_entry("sha256", sha256)?;
                map.end()
            }
        }
    }
}
