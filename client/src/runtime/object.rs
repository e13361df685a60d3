//! Objects of answers, read field by field.
//!
//! The generator writes an [`Object`] for each struct of an answer, instead of serde's derive, so that each type of a
//! field is compiled once and not once for each field: the whole API builds in half of the time.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::lenient::{Label, Numbers, Plain, readable};

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

/// Reads an object.
///
/// # Errors
/// Where it is none, or as [`Object::read`].
pub(crate) fn read<'de, D: Deserializer<'de>, T: Object>(deserializer: D) -> Result<T, D::Error> {
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

    deserializer.deserialize_map(Visit(PhantomData))
}

/// A field that is read from an object: a [`Slot`](super::slot::Slot) of any type.
pub(crate) trait Field<'de, A: MapAccess<'de>> {
    /// Reads its value.
    ///
    /// # Errors
    /// Where that is of another type and may not be absent, or was read before.
    fn read(&mut self, object: &mut A, field: Label) -> Result<(), A::Error>;

    /// Warns where it should have been there, and was not.
    fn finish(&self, field: Label);
}

/// A field, and its name in JSON.
type Named<'f, 'de, A> = (&'static str, &'f mut dyn Field<'de, A>);

/// Reads the fields of an object, and passes over what else it has.
///
/// # Errors
/// As [`Field::read`].
pub(crate) fn read_fields<'de, A: MapAccess<'de>>(
    object: A,
    of: &'static str,
    fields: &mut [Named<'_, 'de, A>],
) -> Result<(), A::Error> {
    each_field(object, of, fields, None)
}

/// Reads the fields of an object, and what else it has.
///
/// # Errors
/// As [`Field::read`].
pub(crate) fn read_fields_and_rest<'de, A: MapAccess<'de>>(
    object: A,
    of: &'static str,
    fields: &mut [Named<'_, 'de, A>],
) -> Result<Rest, A::Error> {
    let mut rest = Map::new();
    each_field(object, of, fields, Some(&mut rest))?;
    Ok(Rest { of, rest: Value::Object(rest) })
}

fn each_field<'de, A: MapAccess<'de>>(
    mut object: A,
    of: &'static str,
    fields: &mut [Named<'_, 'de, A>],
    mut rest: Option<&mut Map<String, Value>>,
) -> Result<(), A::Error> {
    let mut expected = 0;
    while let Some(key) = object.next_key_seed(Key { fields, expected, is_kept: rest.is_some() })? {
        match (key, &mut rest) {
            (Found::Field(at), _) => {
                let (name, field) = &mut fields[at];
                field.read(&mut object, Label(of, name))?;
                expected = at + 1;
            }
            (Found::Other(Some(name)), Some(rest)) => drop(rest.insert(name, object.next_value()?)),
            (Found::Other(_), _) => drop(object.next_value::<IgnoredAny>()?),
        }
    }
    fields.iter().for_each(|(name, field)| field.finish(Label(of, name)));
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
pub(crate) struct Rest {
    of: &'static str,
    rest: Value,
}

impl Rest {
    /// All of it.
    ///
    /// # Errors
    /// Where it is of another type.
    pub(crate) fn value<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        T::deserialize(&self.rest).map_err(E::custom)
    }

    /// All of it, which is whole numbers, or lists and maps of them.
    ///
    /// # Errors
    /// Where it is of another type.
    pub(crate) fn whole<T: Numbers, E: Error>(&self) -> Result<T, E> {
        T::read(&self.rest).map_err(E::custom)
    }

    /// All of it, if it can be read.
    pub(crate) fn optional<T: DeserializeOwned>(&self, name: &'static str) -> Option<T> {
        readable::<T, Plain>(self.rest.clone(), Label(self.of, name))
    }
}
