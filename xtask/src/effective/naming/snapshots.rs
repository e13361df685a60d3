//! One type in documents of different days.
//!
//! The vendor publishes a page for each operation, and each is of the day on which it was fetched. What
//! was added to a type between two such days makes two shapes of it. They are joined where the one, in
//! one document, has all that the other has, in another document, and little more: so
//! `Backup { id, name, … }` and `Backup { id, name, …, uncompressed_size }` are one type with all fields.
//! Two shapes of one document are not joined by that, as the document tells them apart.
//!
//! And one type stays one: places that the table has under one name are joined for as long as what they
//! share is alike. So a field that is new in one of them is a new field of the type, not a new type.

use std::collections::{BTreeMap, BTreeSet};

use super::lifted::Lifted;
use super::place::Place;
use super::table::Table;
use super::union::merge;
use crate::upstream::shape::ShapeId;

/// How many properties or values two shapes share at least.
const FEW: usize = 3;

/// Joins types of different documents, and those that were one before.
pub fn join(lifted: &mut Lifted, table: &Table) {
    join_named(lifted, table);
    // From outside in: what is within two types that are joined goes together.
    for older in lifted.order.clone() {
        if lifted.types[&older].joined.is_some() {
            continue;
        }
        let newer = lifted.order.iter().copied().filter(|newer| {
            let types = &lifted.types;
            older != *newer
                && types[newer].joined.is_none()
                && !types[&older].documents.is_empty()
                && !types[newer].documents.is_empty()
                && types[&older].documents.is_disjoint(&types[newer].documents)
                && is_extended(lifted, older, *newer)
        });
        // The nearest, and of two as near the first.
        let size = |id: &ShapeId| lifted.shapes.get(*id).properties.len() + lifted.shapes.get(*id).values.len();
        if let Some(newer) = newer.min_by_key(size) {
            join_two(lifted, older, newer);
        }
    }
}

/// Joins what the table has under one name.
fn join_named(lifted: &mut Lifted, table: &Table) {
    let mut named: BTreeMap<String, ShapeId> = BTreeMap::new();
    let mut names: BTreeMap<ShapeId, String> = BTreeMap::new();
    for id in lifted.order.clone() {
        let id = lifted.joined(id);
        let place = |place: &Place| {
            let place = place.in_words(|owner| names.get(&lifted.joined(owner)).map(String::as_str))?;
            table.name_of(&place).map(str::to_owned)
        };
        let Some(name) = lifted.types[&id].places.iter().find_map(place) else { continue };
        match named.get(&name).map(|other| lifted.joined(*other)) {
            Some(other) if other == id => {}
            Some(other) if is_like(lifted, id, other) => join_two(lifted, id, other),
            Some(_) => continue,
            None => drop(named.insert(name.clone(), id)),
        }
        names.insert(lifted.joined(id), name);
    }
}

/// Whether two shapes may be one type: what both describe is the same.
fn is_like(lifted: &Lifted, one: ShapeId, other: ShapeId) -> bool {
    let (a, b) = (lifted.shapes.get(one), lifted.shapes.get(other));
    let inner = |id: &ShapeId, other: Option<&ShapeId>| other.is_some_and(|other| is_like(lifted, *id, *other));
    one == other
        || a.keywords == b.keywords
            && a.values.is_empty() == b.values.is_empty()
            && a.inner.len() == b.inner.len()
            && a.inner.iter().all(|(at, id)| inner(id, b.inner.get(at)))
            && a.properties.is_empty() == b.properties.is_empty()
            && a.properties
                .iter()
                .all(|(name, id)| !b.properties.contains_key(name) || inner(id, b.properties.get(name)))
}

fn join_two(lifted: &mut Lifted, older: ShapeId, newer: ShapeId) {
    let (older, newer) = (lifted.joined(older), lifted.joined(newer));
    if older == newer {
        return;
    }
    let Some(mut old) = lifted.types.remove(&older) else { return };
    if let Some(new) = lifted.types.get_mut(&newer) {
        // Of texts the first is taken.
        let (first, other) = match older < newer {
            true => (&mut old.schema, &new.schema),
            false => (&mut new.schema, &old.schema),
        };
        merge(first, other);
        if older < newer {
            new.schema = old.schema.take();
        }
        new.documents.extend(&old.documents);
        let places = std::mem::take(&mut old.places);
        let known = std::mem::take(&mut new.places);
        let both = if older < newer { [places, known] } else { [known, places] };
        for place in both.into_iter().flatten() {
            if !new.places.contains(&place) {
                new.places.push(place);
            }
        }
        if new.component.is_none() {
            new.component = old.component.clone();
        }
        old.joined = Some(newer);
    }
    let inner = old.inner.clone();
    lifted.types.insert(older, old);
    for (way, inner) in inner {
        let at = lifted.types[&newer].inner.iter().find(|(other, _)| *other == way).map(|(_, id)| *id);
        match (at, lifted.types.get_mut(&newer)) {
            (Some(at), _) => join_two(lifted, inner, at),
            (None, Some(newer)) => newer.inner.push((way, inner)),
            (None, None) => {}
        }
    }
}

/// Whether a shape has all that another has, and little more.
fn is_extended(lifted: &Lifted, older: ShapeId, newer: ShapeId) -> bool {
    if older == newer {
        return true;
    }
    let (old, new) = (lifted.shapes.get(older), lifted.shapes.get(newer));
    let inner = |id: &ShapeId, other: Option<&ShapeId>| other.is_some_and(|other| is_extended(lifted, *id, *other));
    old.keywords == new.keywords
        && near(&old.values, &new.values)
        && near(&old.properties.keys().collect(), &new.properties.keys().collect())
        && old.properties.iter().all(|(name, id)| inner(id, new.properties.get(name)))
        && old.inner.len() == new.inner.len()
        && old.inner.iter().all(|(at, id)| inner(id, new.inner.get(at)))
        // What is required may differ where there is enough to tell the two by.
        && (old.required == new.required || old.properties.len() >= FEW)
}

/// Whether nearly all of the one is the other.
fn near<T: Ord>(old: &BTreeSet<T>, new: &BTreeSet<T>) -> bool {
    old == new || old.len() >= FEW && old.is_subset(new) && 4 * old.len() >= 3 * new.len()
}
