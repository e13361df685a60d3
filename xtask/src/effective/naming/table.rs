//! The table of names, `openapi/names.toml`: what each type is called, and where it stands.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

use super::names::Names;
use super::words::type_name;
use crate::workspace::sources;

/// The table's head, where there is none yet.
const HEAD: &str = "# What the crate's types are called, and where upstream describes each.\n\
                    # `cargo xtask update-spec` and `add-operation` add what is new, by the rule in CONTRIBUTING.md.\n\
                    # To rename a type, change its name here and run `cargo xtask update-spec`.\n\n";

/// Names, and the places that have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    text: String,
    /// Names and their places, in the order in which they are written.
    entries: Vec<(String, Vec<String>)>,
}

impl Table {
    /// Reads the table.
    ///
    /// # Errors
    /// Where it is not TOML, a name does not fit a type, has no place, or has one of another name.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
        let mut entries: Vec<(String, Vec<String>)> = Vec::new();
        for (name, item) in document.iter() {
            if !is_type_name(name) {
                bail!("`{name}` is not a name for a type: write it as Rust does, such as `{}`", type_name(name));
            }
            let places = match (item.as_str(), item.as_array()) {
                (Some(place), _) => Some(vec![place.to_owned()]),
                (_, Some(places)) => places.iter().map(|place| place.as_str().map(str::to_owned)).collect(),
                (None, None) => None,
            };
            let places = places.filter(|places| !places.is_empty());
            let places = places.with_context(|| format!("`{name}` has no place, such as \"get_backup.200\""))?;
            for place in &places {
                if let Some((other, _)) = entries.iter().find(|(_, at)| at.contains(place)) {
                    bail!("`{other}` and `{name}` name the same place, {place}");
                }
            }
            entries.push((name.to_owned(), places));
        }
        Ok(Self { text: text.to_owned(), entries })
    }

    /// The text, as it is stored.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a place is called.
    pub fn name_of(&self, place: &str) -> Option<&str> {
        self.entries.iter().find(|(_, at)| at.iter().any(|at| at == place)).map(|(name, _)| name.as_str())
    }

    /// All places, each with its name.
    pub fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().flat_map(|(name, at)| at.iter().map(move |at| (at.as_str(), name.as_str())))
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The table with the names that only another one has.
    pub fn and(&self, other: &Self) -> Self {
        let known: Vec<&str> = self.names().collect();
        let more = other.entries.iter().filter(|(name, _)| !known.contains(&name.as_str())).cloned();
        Self { text: self.text.clone(), entries: self.entries.iter().cloned().chain(more).collect() }
    }

    /// The table with what was named, and without what is no more; and what there is to say of it.
    pub fn followed_by(&self, names: &Names) -> (Self, Vec<String>) {
        let given: BTreeMap<&str, &Vec<String>> =
            names.given().iter().map(|(name, places)| (name.as_str(), places)).collect();
        let is_gone = |(name, _): &&(String, Vec<String>)| !given.contains_key(name.as_str());
        let note = |(name, places): &(String, Vec<String>)| {
            format!("openapi/names.toml: no type stands at {} any more: `{name}` is gone", places.join(", "))
        };
        let notes = self.entries.iter().filter(is_gone).map(note).collect();
        if self.entries == names.given() {
            return (self.clone(), notes);
        }
        // The comment at the head belongs to no name, and stays whatever becomes of the first.
        let length = self.text.split_inclusive('\n').take_while(|line| line.starts_with('#') || line.trim().is_empty());
        let (head, body) = self.text.split_at(length.map(str::len).sum());
        let head = if self.text.is_empty() { HEAD } else { head };
        let mut document: toml_edit::DocumentMut = body.parse().unwrap_or_default();
        for (name, _) in self.entries.iter().filter(is_gone) {
            document.remove(name);
        }
        let known = |name: &str| self.entries.iter().find(|(known, _)| known == name).map(|(_, places)| places);
        for (name, places) in names.given().iter().filter(|(name, places)| known(name) != Some(places)) {
            let item = match &places[..] {
                [place] => toml_edit::value(place),
                places => toml_edit::value(sources::list(places)),
            };
            match document.get_mut(name) {
                Some(there) => *there = item,
                None => drop(document.insert(name, item)),
            }
        }
        let text = format!("{head}{document}");
        let entries = Self::parse(&text).map(|table| table.entries).unwrap_or_default();
        (Self { text, entries }, notes)
    }
}

/// Whether a name is as typify would write it, so that the type has it.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && type_name(name) == name
}
