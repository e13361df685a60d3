//! The shape of a JSON value: of what it consists, and not what it says.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::formats::Format;
use super::place::{Place, Schemas};

/// The shape of a JSON value, as a line of a recording has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// The type of the value.
    #[serde(rename = "t")]
    pub(crate) kind: Kind,
    /// How long a text is, in characters, or what is not JSON, in bytes.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(crate) length: Option<Length>,
    /// The formats that a text has.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) formats: Vec<Format>,
    /// The value itself, where the description lists the values.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    /// The shapes of the items of an array, which is empty where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Vec<Counted>>,
    /// The properties of an object.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<BTreeMap<String, Shape>>,
    /// The shapes of those entries of an object whose keys are data, or may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) map: Vec<Counted>,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
    /// Not JSON, or cut short.
    Unreadable,
}

/// A class of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Length {
    #[serde(rename = "0")]
    Empty,
    #[serde(rename = "1-9")]
    Ones,
    #[serde(rename = "10-99")]
    Tens,
    #[serde(rename = "100-999")]
    Hundreds,
    #[serde(rename = "1000-9999")]
    Thousands,
    #[serde(rename = "10000+")]
    More,
}

impl Length {
    pub(crate) fn of(length: usize) -> Self {
        match length {
            0 => Self::Empty,
            1..=9 => Self::Ones,
            10..=99 => Self::Tens,
            100..=999 => Self::Hundreds,
            1000..=9999 => Self::Thousands,
            _ => Self::More,
        }
    }
}

/// A shape, and how many values of a list or a map have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// How many have it.
    #[serde(rename = "c")]
    pub(crate) count: u64,
    /// What they have.
    #[serde(rename = "s")]
    pub(crate) shape: Shape,
}

impl Shape {
    /// The shape of a type, of which no more is known.
    pub(crate) fn of(kind: Kind) -> Self {
        let (length, formats, value) = (None, Vec::new(), None);
        Self { kind, length, formats, value, items: None, properties: None, map: Vec::new() }
    }

    /// The shape of so many bytes that are not JSON, or cut short.
    pub(crate) fn unreadable(bytes: usize) -> Self {
        Self { length: Some(Length::of(bytes)), ..Self::of(Kind::Unreadable) }
    }
}

/// Makes shapes of values.
#[derive(Clone, Copy)]
pub(crate) struct Shaper<'a> {
    pub(crate) schemas: &'a Schemas,
    /// Whether a text may be written that looks like a name and is not in the description: the name of a field, or a
    /// value of an enum.
    pub(crate) is_harmless: &'a dyn Fn(&str) -> bool,
    /// Whether the value of a field may be written whose values the description does not list, by the field's name and
    /// the value as a text.
    pub(crate) may_show: &'a dyn Fn(&str, &str) -> bool,
}

impl Shaper<'_> {
    /// The shape of a value at a place of the description.
    pub(crate) fn shape(self, value: &Value, place: &Place<'_>) -> Shape {
        self.named("", value, place)
    }

    /// The shape of the value of a field.
    fn named(self, name: &str, value: &Value, place: &Place<'_>) -> Shape {
        let shape = match value {
            Value::Null => Shape::of(Kind::Null),
            Value::Bool(_) => Shape::of(Kind::Boolean),
            Value::Number(number) if number.is_f64() => Shape::of(Kind::Number),
            Value::Number(_) => Shape::of(Kind::Integer),
            Value::String(text) => {
                let (length, formats) = (Some(Length::of(text.chars().count())), Format::all_of(text));
                Shape { length, formats, ..Shape::of(Kind::String) }
            }
            Value::Array(items) => {
                let place = place.items();
                let items = counted(items.iter().map(|item| self.named(name, item, &place)));
                return Shape { items: Some(items), ..Shape::of(Kind::Array) };
            }
            Value::Object(fields) => return self.object(fields, place),
        };
        Shape { value: self.shows(name, value, place).then(|| value.clone()), ..shape }
    }

    fn object(self, fields: &serde_json::Map<String, Value>, place: &Place<'_>) -> Shape {
        let (mut properties, mut map) = (BTreeMap::new(), Vec::new());
        for (name, value) in fields {
            if let Some(place) = place.property(name) {
                properties.insert(name.clone(), self.named(name, value, &place));
            } else if let Some(place) = place.entries() {
                map.push(self.named("", value, &place));
            } else {
                let shape = self.named("", value, &Place::UNKNOWN);
                // Where no fields are described, an object may be a map: only names that the API has elsewhere are written.
                let is_known = place.has_properties() || self.schemas.has_property(name);
                match is_known && looks_like_a_field(name) && (self.is_harmless)(name) {
                    true => drop(properties.insert(name.clone(), shape)),
                    false => map.push(shape),
                }
            }
        }
        Shape { properties: Some(properties), map: counted(map.into_iter()), ..Shape::of(Kind::Object) }
    }

    /// Whether a value is written that is no list and no object.
    fn shows(self, name: &str, value: &Value, place: &Place<'_>) -> bool {
        if place.lists(value) {
            return true;
        }
        let text = match value {
            Value::Null | Value::Bool(_) => return false,
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        match place.is_enum_of(value) {
            true => looks_like_a_value(&text) && (self.is_harmless)(&text),
            false => place.is_open() && (self.may_show)(name, &text),
        }
    }
}

/// Equal shapes once, in the order in which they come first.
fn counted(shapes: impl Iterator<Item = Shape>) -> Vec<Counted> {
    let (mut all, mut places) = (Vec::<Counted>::new(), HashMap::<Shape, usize>::new());
    for shape in shapes {
        match places.get(&shape) {
            Some(place) => all[*place].count += 1,
            None => {
                places.insert(shape.clone(), all.len());
                all.push(Counted { count: 1, shape });
            }
        }
    }
    all
}

/// Whether a key looks like the name of a field.
fn looks_like_a_field(name: &str) -> bool {
    let is_of_names = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    name.len() <= 64
        && !name.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(is_of_names)
}

/// Whether a text looks like a value of an enum.
fn looks_like_a_value(text: &str) -> bool {
    let is_of_values = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(is_of_values)
}
