//! Objects of answers, read field by field.
//!
//! The generator writes an [`Object`] for each struct of an answer, instead of serde's derive, so that each type of a
//! field is compiled once and not once for each field: the whole API builds in half of the time.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::lenient::Numbers;
use crate::reading::{self, Lost, Node, Reader, Session};

/// What is read from an object by the names of its fields.
pub(crate) trait Object: Sized {
    /// The type's name, for errors and warnings.
    const NAME: &'static str;

    /// Reads the fields.
    ///
    /// # Errors
    /// Where a field that must be there is not, or one is of another type and may not be absent.
    fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error>;
}

/// Reads an object. What reads it for somebody else than a call has it read as a call has.
///
/// # Errors
/// Where it is none, or as [`Object::read`].
pub(crate) fn read<'de, D: Deserializer<'de>, T: Object>(deserializer: D) -> Result<T, D::Error> {
    if reading::is_foreign() {
        let node = Node::deserialize(deserializer)?;
        return from_node(&node).map_err(|lost| D::Error::custom(format_args!("{lost:#}")));
    }
    deserializer.deserialize_map(Visit(PhantomData))
}

fn from_node<T: Object>(node: &Node) -> Result<T, Lost> {
    let session = Session::begin();
    let object = Reader::new(node).deserialize_map(Visit(PhantomData))?;
    session.settle();
    Ok(object)
}

struct Visit<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for Visit<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::read(object)
    }
}

/// A field that is read from an object: a [`Slot`](super::slot::Slot) of any type.
pub(crate) trait Field<'de, A: MapAccess<'de>> {
    /// Reads its value.
    ///
    /// # Errors
    /// Where that is of another type and may not be absent, or was read before.
    fn read(&mut self, object: &mut A, field: &'static str) -> Result<(), A::Error>;

    /// Makes good that it should have been there, and was not.
    fn finish(&self, field: &'static str);
}

/// A field, and its name in JSON.
type Named<'f, 'de, A> = (&'static str, &'f mut dyn Field<'de, A>);

/// Reads the fields of an object, and passes over what else it has.
///
/// # Errors
/// As [`Field::read`].
pub(crate) fn read_fields<'de, A: MapAccess<'de>>(
    object: A,
    _: &'static str,
    fields: &mut [Named<'_, 'de, A>],
) -> Result<(), A::Error> {
    each_field(object, fields, None)
}

/// Reads the fields of an object, and what else it has.
///
/// # Errors
/// As [`Field::read`].
pub(crate) fn read_fields_and_rest<'de, A: MapAccess<'de>>(
    object: A,
    _: &'static str,
    fields: &mut [Named<'_, 'de, A>],
) -> Result<Rest, A::Error> {
    let mut rest = Vec::new();
    each_field(object, fields, Some(&mut rest))?;
    Ok(Rest(Node::object(rest)))
}

fn each_field<'de, A: MapAccess<'de>>(
    mut object: A,
    fields: &mut [Named<'_, 'de, A>],
    mut rest: Option<&mut Vec<(Rc<str>, Node)>>,
) -> Result<(), A::Error> {
    let mut expected = 0;
    while let Some(key) = object.next_key_seed(Key { fields, expected, is_kept: rest.is_some() })? {
        match (key, &mut rest) {
            (Found::Field(at), _) => {
                let (name, field) = &mut fields[at];
                field.read(&mut object, name)?;
                expected = at + 1;
            }
            (Found::Other(Some(name)), Some(rest)) => rest.push((name.into(), object.next_value()?)),
            (Found::Other(_), _) => drop(object.next_value::<IgnoredAny>()?),
        }
    }
    fields.iter().for_each(|(name, field)| field.finish(name));
    Ok(())
}

/// Finds a key among the names of fields.
struct Key<'n, F> {
    fields: &'n [(&'static str, F)],
    /// Where it is looked for first: behind the one before, as servers keep an order.
    expected: usize,
    /// Whether a key that is no name is wanted.
    is_kept: bool,
}

enum Found {
    Field(usize),
    Other(Option<String>),
}

impl<'de, F> DeserializeSeed<'de> for Key<'_, F> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<F> Visitor<'_> for Key<'_, F> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Found, E> {
        let (before, behind) = self.fields.split_at(self.expected.min(self.fields.len()));
        let find = |fields: &[(&str, F)]| fields.iter().position(|(name, _)| *name == key);
        let found = find(behind).map(|at| before.len() + at).or_else(|| find(before));
        Ok(found.map_or_else(|| Found::Other(self.is_kept.then(|| key.to_owned())), Found::Field))
    }
}

/// What an object has beside its fields.
pub(crate) struct Rest(Node);

impl Rest {
    /// All of it.
    ///
    /// # Errors
    /// Where it is of another type.
    pub(crate) fn value<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        self.read(|reader| T::deserialize(reader)).map_err(E::custom)
    }

    /// All of it, which is whole numbers, or lists and maps of them.
    ///
    /// # Errors
    /// Where it is of another type.
    pub(crate) fn whole<T: Numbers, E: Error>(&self) -> Result<T, E> {
        self.read(|reader| T::read(reader)).map_err(E::custom)
    }

    /// All of it, if it can be read.
    pub(crate) fn optional<T: DeserializeOwned>(&self, _: &'static str) -> Option<T> {
        self.read(|reader| {
            let mark = reading::mark();
            T::deserialize(reader).inspect_err(|lost| {
                reading::undo(mark);
                reading::note_here(format!("{lost:#}; what is not described is left out"));
            })
        })
        .ok()
    }

    fn read<T>(&self, read: impl FnOnce(Reader<'_>) -> Result<T, Lost>) -> Result<T, Lost> {
        let session = Session::begin();
        let read = read(Reader::new(&self.0));
        session.settle();
        read
    }
}
