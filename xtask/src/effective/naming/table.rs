//! The table of names, `openapi/names.toml`: what each operation and each type is called, and where it stands.
//!
//! An operation is known by its method and path, and a type by its places. Neither depends on the vendor's operationIds,
//! on whether a schema is written inline or as a component, or on an order: what has a name keeps it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use heck::ToSnakeCase;
use serde_json::Value;

use super::names::Names;
use super::words::type_name;
use crate::upstream::operations;
use crate::workspace::sources;

/// The table's head, where there is none yet.
const HEAD: &str = "# What the crate's functions and types are called, and where upstream describes each.\n\
                    # `cargo xtask update-spec` and `add-operation` add what is new, by the rule in CONTRIBUTING.md, and sort\n\
                    # the lines. To rename a function or a type, change its name here and run `cargo xtask update-spec`.\n\n";

const OPERATIONS: &str = "operations";
const TYPES: &str = "types";

/// Names, and the places that have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    text: String,
    /// Names of functions, and the method and path of each.
    operations: BTreeMap<String, String>,
    /// Names of types, and their places.
    types: BTreeMap<String, Vec<String>>,
}

impl Table {
    /// Reads the table.
    ///
    /// # Errors
    /// Where it is not TOML, has other sections, a name does not fit a function or a type, has no place, or has one of
    /// another name.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
        let mut table = Self { text: text.to_owned(), ..Self::default() };
        for (section, item) in document.iter() {
            let Some(entries) = item.as_table().filter(|_| [OPERATIONS, TYPES].contains(&section)) else {
                bail!("`{section}` is no section of the table: names stand below [{OPERATIONS}] or [{TYPES}]");
            };
            for (name, item) in entries {
                let places = match (item.as_str(), item.as_array()) {
                    (Some(place), _) => Some(vec![place.to_owned()]),
                    (_, Some(places)) => places.iter().map(|place| place.as_str().map(str::to_owned)).collect(),
                    (None, None) => None,
                };
                let places = places.filter(|places| !places.is_empty());
                match (section, places) {
                    (OPERATIONS, Some(places)) => table.read_operation(name, places)?,
                    (OPERATIONS, None) => bail!("`{name}` has no method and path, such as \"GET /backups/{{}}\""),
                    (_, Some(places)) => table.read_type(name, places)?,
                    (_, None) => bail!("`{name}` has no place, such as \"GET /backups/{{}} 200\""),
                }
            }
        }
        Ok(table)
    }

    fn read_operation(&mut self, name: &str, routes: Vec<String>) -> anyhow::Result<()> {
        if name.to_snake_case() != name || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            bail!("`{name}` is not a name for a function: write it as Rust does, such as `{}`", name.to_snake_case());
        }
        let [route] = <[String; 1]>::try_from(routes).map_err(|routes| {
            anyhow::anyhow!("`{name}` is the name of one operation, and has {} paths", routes.len())
        })?;
        if let Some((other, _)) = self.operations.iter().find(|(_, known)| **known == route) {
            bail!("`{other}` and `{name}` name the same operation, {route}");
        }
        self.operations.insert(name.to_owned(), route);
        Ok(())
    }

    fn read_type(&mut self, name: &str, mut places: Vec<String>) -> anyhow::Result<()> {
        if !is_type_name(name) {
            bail!("`{name}` is not a name for a type: write it as Rust does, such as `{}`", type_name(name));
        }
        for place in &places {
            if let Some((other, _)) = self.types.iter().find(|(_, at)| at.contains(place)) {
                bail!("`{other}` and `{name}` name the same place, {place}");
            }
        }
        places.sort();
        self.types.insert(name.to_owned(), places);
        Ok(())
    }

    /// The text, as it is stored.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the type at a place is called.
    pub fn name_of(&self, place: &str) -> Option<&str> {
        self.types.iter().find(|(_, at)| at.iter().any(|at| at == place)).map(|(name, _)| name.as_str())
    }

    /// What an operation is called, by its method and path.
    pub fn operation(&self, route: &str) -> Option<&str> {
        self.operations.iter().find(|(_, known)| *known == route).map(|(name, _)| name.as_str())
    }

    /// All places of types, each with its name.
    pub fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.types.iter().flat_map(|(name, at)| at.iter().map(move |at| (at.as_str(), name.as_str())))
    }

    /// All names of types.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    /// All names of operations.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// The table with the names that only another one has.
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (name, places) in &other.types {
            both.types.entry(name.clone()).or_insert_with(|| places.clone());
        }
        for (name, route) in &other.operations {
            if self.operation(route).is_none() {
                both.operations.entry(name.clone()).or_insert_with(|| route.clone());
            }
        }
        both
    }

    /// The table with what was named, and without what is gone; and notes on what is gone.
    pub fn followed_by(&self, names: &Names) -> (Self, Vec<String>) {
        let types: BTreeMap<String, Vec<String>> = (names.given().iter())
            .map(|(name, places)| {
                let mut places = places.clone();
                places.sort();
                (name.clone(), places)
            })
            .collect();
        let mut notes: Vec<String> = (self.types.iter())
            .filter(|(name, _)| !types.contains_key(*name))
            .map(|(name, places)| {
                format!("openapi/names.toml: no type stands at {} any more: `{name}` is gone", places.join(", "))
            })
            .collect();
        let is_there = |route: &String| names.operations.values().any(|known| known == route);
        notes.extend(
            (self.operations.iter())
                .filter(|(_, route)| !is_there(route))
                .map(|(name, route)| format!("openapi/names.toml: there is no {route} any more: `{name}` is gone")),
        );
        (self.with(names.operations.clone(), types), notes)
    }

    /// The table for a document in which operations have changed their methods: where the method of a path is gone, and
    /// another one there has its operationId, the names of the operation and of its types are those of the latter.
    pub fn moved_to(&self, document: &Value) -> Self {
        let (mut operations, mut types) = (self.operations.clone(), self.types.clone());
        let there: Vec<(String, String)> = (operations::of(document).iter())
            .map(|operation| (operation.route(), operation.id.to_snake_case()))
            .collect();
        for (name, old) in &self.operations {
            let path_of = |route: &str| route.split_once(' ').map(|(_, path)| path.to_owned());
            let is_moved = |(route, id): &&(String, String)| path_of(route) == path_of(old) && has_words_of(id, name);
            let new = there.iter().filter(|(route, _)| self.operation(route).is_none()).find(is_moved);
            let Some((new, _)) = new.filter(|_| there.iter().all(|(route, _)| route != old)) else { continue };
            operations.insert(name.clone(), new.clone());
            for place in types.values_mut().flatten() {
                if let Some(part) = place.strip_prefix(old.as_str()).filter(|part| part.starts_with(' ')) {
                    *place = format!("{new}{part}");
                }
            }
        }
        types.values_mut().for_each(|places| places.sort());
        self.with(operations, types)
    }

    /// The table with these names.
    fn with(&self, operations: BTreeMap<String, String>, types: BTreeMap<String, Vec<String>>) -> Self {
        if self.types == types && self.operations == operations {
            return self.clone();
        }
        // The comment at the head stays.
        let length = self.text.split_inclusive('\n').take_while(|line| line.starts_with('#') || line.trim().is_empty());
        let head = &self.text[..length.map(str::len).sum()];
        let mut document = toml_edit::DocumentMut::new();
        for (section, entries) in [
            (OPERATIONS, operations.iter().map(|(name, route)| (name, vec![route.clone()])).collect::<Vec<_>>()),
            (TYPES, types.iter().map(|(name, places)| (name, places.clone())).collect()),
        ] {
            let mut table = toml_edit::Table::new();
            for (name, places) in entries {
                let item = match &places[..] {
                    [place] => toml_edit::value(place),
                    places => toml_edit::value(sources::list(places)),
                };
                table.insert(name, item);
            }
            if !table.is_empty() {
                document.insert(section, toml_edit::Item::Table(table));
            }
        }
        let head = if head.is_empty() { HEAD } else { head };
        let text = format!("{head}{document}");
        Self { text, operations, types }
    }
}

/// Whether an operationId has the words of a function's name, in any order, or one of them some more: `workflow_cancel` is
/// `cancel_workflow`, and `update_auto_apply` is `update_deploy_request_auto_apply`.
fn has_words_of(id: &str, name: &str) -> bool {
    let words = |text: &str| text.split('_').map(str::to_owned).collect::<BTreeSet<String>>();
    let (id, name) = (words(id), words(name));
    id.is_subset(&name) || name.is_subset(&id)
}

/// Whether a name is as typify would write it, so that the type has it.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && type_name(name) == name
}
