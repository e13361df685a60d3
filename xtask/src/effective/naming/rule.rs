//! Names by rule.
//!
//! In this order: what the table says; the component that a type is; else
//! - for the body of a request: the operation's, as `CreateBackupBody`;
//! - for the body of an answer: what the operation is about, as `Backup` of `get_backup`; for a page of
//!   them, as `PaginatedBackup`; for one that refuses, as `GetBackupError`;
//! - for what stands in a type or is a parameter: the property's or parameter's, in the singular where it
//!   is one of several, as `Actor` or `RestoredBranch`; for an enum of one word, after what it is of, as
//!   `BackupState`.
//!
//! Of the places of a type, the one with the shortest name is taken. A name that several types would
//! have, or that one has already, is made longer by what the type stands in, as `BackupPolicyTarget`, or
//! `GetBackupResponse`.

use std::collections::{BTreeSet, HashMap};

use super::lifted::{Lifted, Type};
use super::names::Names;
use super::place::{Part, Place};
use super::table::Table;
use super::words::{singular, subject, type_name};
use crate::upstream::shape::ShapeId;

/// Names that a reader, or code beside the types, would take for something else.
const TAKEN: [&str; 36] = [
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromStr",
    "Hash",
    "Into",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Sync",
    "TryFrom",
    "Vec",
];

/// Properties that are called the same in whatever holds them.
const SAY_NOTHING: [&str; 4] = ["data", "item", "result", "value"];

/// Finds a name for each type.
pub fn names(lifted: &Lifted, table: &Table) -> Names {
    let mut namer = Namer {
        lifted,
        table,
        names: Names::default(),
        order: Vec::new(),
        taken: BTreeSet::new(),
        wanted: HashMap::new(),
    };
    namer.taken.extend(TAKEN.map(str::to_owned));
    namer.taken.extend(lifted.kept().map(type_name));
    namer.taken.extend(table.names().map(str::to_owned));
    let types: Vec<ShapeId> = lifted.order.iter().copied().filter(|id| lifted.types[id].joined.is_none()).collect();
    for id in &types {
        let mut bases: Vec<String> =
            lifted.types[id].places.iter().filter_map(|place| namer.short(*id, place)).collect();
        bases.sort();
        bases.dedup();
        for base in bases {
            *namer.wanted.entry(base).or_default() += 1;
        }
    }
    // What has a name already, from outside in, as the places in a type begin with its name.
    for id in &types {
        namer.known(*id);
    }
    for id in types {
        namer.name(id);
    }
    let given = |id: &ShapeId| Some((namer.names.get(*id)?.to_owned(), namer.places(*id)));
    let given = namer.order.iter().filter_map(given).filter(|(_, places)| !places.is_empty()).collect();
    Names { given, ..namer.names }
}

struct Namer<'l> {
    lifted: &'l Lifted,
    table: &'l Table,
    names: Names,
    /// The types, in the order in which they were named.
    order: Vec<ShapeId>,
    taken: BTreeSet<String>,
    /// How many types would have a name.
    wanted: HashMap<String, usize>,
}

impl Namer<'_> {
    fn ty(&self, id: ShapeId) -> &Type {
        &self.lifted.types[&id]
    }

    fn give(&mut self, id: ShapeId, name: String) {
        self.taken.insert(name.clone());
        self.order.push(id);
        self.names.by_type.insert(id, name);
    }

    fn is_given(&self, name: &str) -> bool {
        self.names.by_type.values().any(|given| given == name)
    }

    /// Names a type that the table or a component names.
    fn known(&mut self, id: ShapeId) {
        let id = self.lifted.joined(id);
        if self.names.by_type.contains_key(&id) {
            return;
        }
        let places: Vec<Place> = self.ty(id).places.clone();
        for place in &places {
            if let Place::Type(owner, _) = place {
                self.known(*owner);
            }
        }
        let entry = self.places(id).iter().find_map(|place| self.table.name_of(place).map(str::to_owned));
        if let Some(name) = entry.filter(|name| !self.is_given(name)) {
            return self.give(id, name);
        }
        // Upstream's own names stand, but for those of the table.
        let is_free = |name: &String| self.table.names().all(|other| other != name) && !self.is_given(name);
        let component = self.ty(id).component.as_deref().map(type_name).filter(is_free);
        if let Some(name) = component {
            self.give(id, name);
        }
    }

    /// Names a type by the rule.
    fn name(&mut self, id: ShapeId) {
        let id = self.lifted.joined(id);
        if self.names.by_type.contains_key(&id) {
            return;
        }
        let places: Vec<Place> = self.ty(id).places.clone();
        let page = self.item_of_page(id);
        if let Some(item) = page {
            self.name(item);
        }
        let page = page.and_then(|item| Some(format!("Paginated{}", self.names.get(item)?)));
        let is_free = |namer: &Self, name: &str| {
            namer.taken.iter().all(|taken| !taken.eq_ignore_ascii_case(name))
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
        };
        let mut short: Vec<String> = places.iter().filter_map(|place| self.short(id, place)).collect();
        short.retain(|name| self.wanted.get(name).is_none_or(|types| *types < 2));
        short.extend(page);
        let mut long: Vec<String> = places.iter().filter_map(|place| self.long(place)).collect();
        for names in [&mut short, &mut long] {
            names.retain(|name| is_free(self, name));
            // The first of the shortest.
            names.sort_by_key(String::len);
        }
        let name = short.into_iter().chain(long).next().unwrap_or_else(|| {
            let component = || self.ty(id).component.as_deref().map(type_name);
            let base = places.iter().find_map(|place| self.long(place)).or_else(component);
            let base = base.unwrap_or_else(|| "Type".to_owned());
            (2..).map(|number| format!("{base}{number}")).find(|name| is_free(self, name)).unwrap_or(base)
        });
        self.give(id, name);
    }

    /// The type of what a page holds: an answer with a list `data`, and what tells of other pages.
    fn item_of_page(&self, id: ShapeId) -> Option<ShapeId> {
        let ty = self.ty(id);
        let is_answer =
            ty.places.iter().any(|place| matches!(place, Place::Operation(_, Part::Answer(_), way) if way.is_empty()));
        let is_page = |name: &&str| self.lifted.shapes.get(id).properties.contains_key(*name);
        let is_page = is_answer && ["next_page", "current_page"].iter().any(is_page);
        let (_, item) = ty.inner.iter().find(|(way, _)| way == ".data[]").filter(|_| is_page)?;
        Some(self.lifted.joined(*item))
    }

    /// The places of a type in words, as far as the types that they are in have names.
    fn places(&self, id: ShapeId) -> Vec<String> {
        let name = |owner| self.names.get(self.lifted.joined(owner));
        let mut places: Vec<String> = Vec::new();
        for place in self.ty(id).places.iter().filter_map(|place| place.in_words(name)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The name that a place gives by itself, if it is one.
    fn short(&self, id: ShapeId, place: &Place) -> Option<String> {
        let is_enum = !self.lifted.shapes.get(id).values.is_empty();
        let by_last = |way: &str| {
            let last = last(way).filter(|word| !SAY_NOTHING.contains(&&**word))?;
            // One word says too little of an enum.
            let tells = !is_enum || last.contains(['_', '-']) || last.chars().skip(1).any(char::is_uppercase);
            tells.then(|| type_name(&last))
        };
        match place {
            Place::Operation(of, Part::Body, way) if way.is_empty() => Some(type_name(&format!("{}_body", of.id))),
            Place::Operation(of, Part::Answer(status), way) if way.is_empty() && is_success(status) => {
                self.item_of_page(id).is_none().then(|| type_name(&subject(&of.id)))
            }
            Place::Operation(of, Part::Answer(_), way) if way.is_empty() => {
                Some(type_name(&format!("{}_error", of.id)))
            }
            Place::Operation(of, Part::Answer(_), way) if way == "[]" || way == ".data[]" => {
                Some(type_name(&subject(&of.id)))
            }
            Place::Operation(_, Part::Parameter(name), way) => by_last(&format!(".{name}{way}")),
            // What a page holds is what the page, or its operation, is about.
            Place::Type(owner, way) if way == ".data[]" && self.of_component(*owner).is_some() => {
                self.of_component(*owner).map(type_name)
            }
            Place::Type(owner, way) if way == ".data[]" && self.item_of_page(self.lifted.joined(*owner)).is_some() => {
                Some(type_name(&subject(self.operation(*owner)?)))
            }
            Place::Operation(_, _, way) | Place::Type(_, way) => by_last(way),
            Place::Component(name, way) => by_last(way).or_else(|| Some(type_name(&singular(name)))),
        }
    }

    /// The name that a place gives with what is around it.
    fn long(&self, place: &Place) -> Option<String> {
        let with = |owner: &str, way: &str| {
            let words: Vec<String> = steps(way);
            type_name(&format!("{owner}_{}", words.join("_")))
        };
        match place {
            Place::Operation(of, part, way) => Some(match part {
                Part::Body => with(&format!("{}_body", of.id), way),
                Part::Answer(status) if is_success(status) => with(&format!("{}_response", of.id), way),
                Part::Answer(status) => with(&format!("{}_{status}_error", of.id), way),
                Part::Parameter(name) => with(&of.id, &format!(".{name}{way}")),
            }),
            Place::Type(owner, way) => match self.names.get(self.lifted.joined(*owner)) {
                Some(owner) => Some(with(owner, way)),
                // A page is named after what it holds.
                None => Some(with(self.operation(*owner)?, ".item")),
            },
            Place::Component(name, way) => Some(with(name, way)),
        }
    }

    /// What a component holds that the vendor names as a page.
    fn of_component(&self, id: ShapeId) -> Option<&str> {
        self.ty(self.lifted.joined(id)).component.as_deref()?.strip_prefix("Paginated")
    }

    /// The operation that answers with a type.
    fn operation(&self, id: ShapeId) -> Option<&str> {
        self.ty(self.lifted.joined(id)).places.iter().find_map(|place| match place {
            Place::Operation(of, Part::Answer(_), way) if way.is_empty() => Some(of.id.as_str()),
            _ => None,
        })
    }
}

fn is_success(status: &str) -> bool {
    status.starts_with('2') || status == "default"
}

/// The properties on a way, in the singular where it is about one of several.
fn steps(way: &str) -> Vec<String> {
    let step = |step: &str| {
        let name = step.trim_end_matches("[]").trim_end_matches("{}");
        if name.len() < step.len() { singular(name) } else { name.to_owned() }
    };
    way.split('.').filter(|part| !part.is_empty()).map(step).collect()
}

fn last(way: &str) -> Option<String> {
    steps(way).pop().filter(|word| !word.is_empty())
}
