//! The walk through one value: which schemas it is held to, and what is counted of it there.

use hashbrown::HashMap;
use serde_json::Value;

use super::counts::{At, Seen, note};
use super::guess::Room;
use super::places::{Place, PlaceId, Places, Rest};
use crate::line::formats::Format;
use crate::line::shape::{Kind, Shape};

/// How many values of one place are kept that it does not list.
const MOST_VALUES: usize = 100;

/// How deep alternatives of alternatives are tried.
const MOST_ALTERNATIVES: u8 = 8;

/// The walk through one value.
pub(super) struct Walk<'w> {
    pub(super) places: &'w Places,
    pub(super) seen: &'w mut HashMap<PlaceId, Seen>,
    pub(super) at: &'w At,
    pub(super) in_answer: bool,
    pub(super) room: &'w mut Room,
}

impl Walk<'_> {
    /// Counts a value. It `is_certain` that a recording has each text that a place lists, where no other place could have
    /// described the value.
    pub(super) fn walk(&mut self, id: PlaceId, shape: &Shape, values: u64, is_certain: bool) {
        let place = &self.places[id];
        let seen = self.seen.entry(id).or_default();
        seen.total.add(values, self.at);
        *seen.kinds.entry(shape.kind).or_default() += values;
        if !place.types.has(shape.kind) {
            seen.foreign.entry(shape.kind).or_default().add(values, self.at);
            if shape.kind != Kind::Null {
                seen.guess.absorb(shape, self.room);
            }
            return;
        }
        if shape.kind == Kind::Null && place.is_nullable {
            return;
        }
        let mut leaves = vec![id];
        let is_certain = self.places.collect(place, shape, 0, &mut leaves) && is_certain;
        for leaf in &leaves[1..] {
            let seen = self.seen.entry(*leaf).or_default();
            seen.total.add(values, self.at);
            *seen.kinds.entry(shape.kind).or_default() += values;
        }
        match shape.kind {
            Kind::Array => {
                let items: Vec<PlaceId> = leaves.iter().filter_map(|leaf| self.places[*leaf].items).collect();
                let is_certain = is_certain && items.len() == 1;
                for counted in shape.items.iter().flatten() {
                    let values = values.saturating_mul(counted.count);
                    items.iter().for_each(|items| self.walk(*items, &counted.shape, values, is_certain));
                }
            }
            Kind::Object => self.object(&leaves, shape, values, is_certain),
            _ => {
                let is_listed = is_certain && place.lists_texts;
                leaves.iter().for_each(|leaf| self.scalar(*leaf, shape, values, is_listed));
            }
        }
    }

    fn object(&mut self, leaves: &[PlaceId], shape: &Shape, values: u64, is_certain: bool) {
        let places = self.places;
        for leaf in leaves {
            let place = &places[*leaf];
            self.seen.entry(*leaf).or_default().objects.add(values, self.at);
            for name in &place.required {
                let is_there = shape.properties.as_ref().is_some_and(|there| there.contains_key(name));
                let is_sent = place.properties.get(name).is_none_or(|of| places.is_sent(*of, self.in_answer));
                if !is_there && is_sent {
                    let missing = &mut self.seen.entry(*leaf).or_default().missing;
                    missing.entry(name.clone()).or_default().add(values, self.at);
                }
            }
        }
        let rest = Rest::of(leaves.iter().map(|leaf| &places[*leaf]));
        let mut has_unnamed = false;
        for (name, inner) in shape.properties.iter().flatten() {
            let mut described = leaves.iter().filter_map(|leaf| places[*leaf].properties.get(name));
            match (described.next(), described.next()) {
                (Some(one), None) => self.walk(*one, inner, values, is_certain),
                (Some(one), Some(other)) => {
                    for place in [one, other].into_iter().chain(described) {
                        self.walk(*place, inner, values, false);
                    }
                }
                (None, _) => match rest {
                    Rest::Of(place) => self.walk(place, inner, values, is_certain),
                    Rest::Free => {}
                    Rest::Open | Rest::Closed => {
                        let home = places.home(leaves);
                        let seen = self.seen.entry(home).or_default();
                        has_unnamed |= !note(&mut seen.unknown, name, inner, values, self.at, self.room);
                    }
                },
            }
        }
        for counted in &shape.map {
            match rest {
                Rest::Of(place) => {
                    self.walk(place, &counted.shape, values.saturating_mul(counted.count), is_certain);
                }
                Rest::Open | Rest::Closed => has_unnamed = true,
                Rest::Free => {}
            }
        }
        if has_unnamed {
            self.seen.entry(places.home(leaves)).or_default().unnamed_fields.add(values, self.at);
        }
    }

    fn scalar(&mut self, leaf: PlaceId, shape: &Shape, values: u64, is_listed: bool) {
        let place = &self.places[leaf];
        let seen = self.seen.entry(leaf).or_default();
        if let Some(listed) = &place.values {
            match &shape.value {
                Some(value) => match listed.iter().position(|other| is_same(other, value)) {
                    Some(number) => {
                        seen.listed.resize(listed.len(), 0);
                        seen.listed[number] += values;
                    }
                    None => {
                        let value = value.to_string();
                        let is_kept = seen.unlisted.len() < MOST_VALUES || seen.unlisted.contains_key(&value);
                        let tally = if is_kept { seen.unlisted.entry(value).or_default() } else { &mut seen.unnamed };
                        tally.add(values, self.at);
                    }
                },
                None if shape.kind == Kind::String && is_listed => seen.unnamed.add(values, self.at),
                None => {}
            }
        }
        if let (Kind::String, Some(format)) = (shape.kind, place.format) {
            match shape.formats.contains(&format) {
                true => seen.fits += values,
                false => {
                    seen.misfits.add(values, self.at);
                    seen.misfit.absorb(shape, self.room);
                }
            }
        }
    }
}

impl Rest {
    /// What an object may have beside the properties of all the places that it is held to.
    fn of<'p>(places: impl Iterator<Item = &'p Place>) -> Self {
        let mut rest = Self::Open;
        for place in places {
            rest = match (rest, place.rest) {
                (Self::Of(of), _) => Self::Of(of),
                (_, of @ Self::Of(_)) => of,
                (Self::Free, _) | (_, Self::Free) => Self::Free,
                (Self::Closed, _) | (_, Self::Closed) => Self::Closed,
                (Self::Open, Self::Open) => Self::Open,
            };
        }
        rest
    }
}

impl Places {
    /// Collects all that a value is held to, with the alternatives that it fits best. Returns whether no other alternative
    /// could have been meant.
    fn collect(&self, place: &Place, shape: &Shape, depth: u8, into: &mut Vec<PlaceId>) -> bool {
        let mut is_certain = true;
        for member in &place.all {
            if !into.contains(member) {
                into.push(*member);
                is_certain &= self.collect(&self[*member], shape, depth, into);
            }
        }
        for members in &place.either {
            let fitting: Vec<PlaceId> =
                members.iter().copied().filter(|member| self[*member].types.has(shape.kind)).collect();
            let best = match fitting[..] {
                [one] => Some(one),
                _ => {
                    is_certain = false;
                    fitting.iter().copied().min_by_key(|member| self.faults(*member, shape, depth + 1))
                }
            };
            if let Some(best) = best.filter(|best| !into.contains(best)) {
                into.push(best);
                is_certain &= self.collect(&self[best], shape, depth, into);
            }
        }
        is_certain
    }

    /// Of the places that an object is held to, the one that its other properties would be described in.
    fn home(&self, leaves: &[PlaceId]) -> PlaceId {
        let has_properties = |leaf: &&PlaceId| !self[**leaf].properties.is_empty();
        *leaves.iter().find(has_properties).unwrap_or(&leaves[0])
    }

    /// What of a value a place does not allow, and what it says nothing of.
    fn faults(&self, id: PlaceId, shape: &Shape, depth: u8) -> (u64, u64) {
        let place = &self[id];
        if !place.types.has(shape.kind) {
            return (1, 0);
        }
        if shape.kind == Kind::Null && place.is_nullable || depth > MOST_ALTERNATIVES {
            return (0, 0);
        }
        let mut leaves = vec![id];
        self.collect(place, shape, depth, &mut leaves);
        let (mut faults, mut doubts) = (0, 0);
        let mut add = |(more, doubtful): (u64, u64)| (faults, doubts) = (faults + more, doubts + doubtful);
        match shape.kind {
            Kind::Array => {
                for items in leaves.iter().filter_map(|leaf| self[*leaf].items) {
                    shape.items.iter().flatten().for_each(|counted| add(self.faults(items, &counted.shape, 0)));
                }
            }
            Kind::Object => {
                let there = |name: &String| shape.properties.as_ref().is_some_and(|there| there.contains_key(name));
                let missing = leaves.iter().flat_map(|leaf| &self[*leaf].required).filter(|name| !there(name)).count();
                add((missing as u64, 0));
                let rest = Rest::of(leaves.iter().map(|leaf| &self[*leaf]));
                let beside = |inner: &Shape| match rest {
                    Rest::Of(place) => self.faults(place, inner, 0),
                    Rest::Closed => (1, 0),
                    Rest::Open => (0, 1),
                    Rest::Free => (0, 0),
                };
                for (name, inner) in shape.properties.iter().flatten() {
                    let described: Vec<_> = leaves.iter().filter_map(|leaf| self[*leaf].properties.get(name)).collect();
                    described.iter().for_each(|place| add(self.faults(**place, inner, 0)));
                    if described.is_empty() {
                        add(beside(inner));
                    }
                }
                shape.map.iter().for_each(|counted| add(beside(&counted.shape)));
            }
            _ => {
                for leaf in leaves.iter().map(|leaf| &self[*leaf]) {
                    if let Some(listed) = &leaf.values {
                        match &shape.value {
                            Some(value) if listed.iter().any(|other| is_same(other, value)) => {}
                            Some(_) => add((1, 0)),
                            None => add((0, 1)),
                        }
                    }
                    let misfits = |format: Format| shape.kind == Kind::String && !shape.formats.contains(&format);
                    add((leaf.format.is_some_and(misfits).into(), 0));
                }
            }
        }
        (faults, doubts)
    }
}

/// Whether two values are the same: 1 and 1.0 are.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other || one.is_number() && one.as_f64() == other.as_f64()
}
