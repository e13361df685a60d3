//! JSON read by a reader of JSON: one of YAML keeps all of a document's tokens until it knows that the document is
//! no key, ten times its length.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::error::Position;
use super::key_of;

/// Reads a document that is JSON and no more than that. Whatever else it is, a reader of YAML can tell.
pub(super) fn read(text: &str) -> Option<Value> {
    let text = begun(text)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// The text, if it may be an object of JSON.
fn begun(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.trim_start().starts_with('{').then_some(text)
}

/// A value in which no key stands twice, and each number is what is written.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // One of these may be a whole number of more than 64 bits.
        if value.abs() >= 9e18 || (value == 0.0 && value.is_sign_negative()) {
            return Err(E::custom("not what is written"));
        }
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom("a key a second time"));
            }
            members.insert(key, map.next_value_seed(Strict)?);
        }
        Ok(members.into())
    }
}

/// Where values stand in a text that [`read`] reads: those of the pointers that are there, a member where its key is.
pub(super) fn places(text: &str, pointers: &[&str]) -> Option<HashMap<String, Position>> {
    let text = begun(text)?;
    let mut wanted = Wanted::default();
    for pointer in pointers {
        wanted.add(pointer);
    }
    let mut cursor = Cursor { text, offset: 0, found: Vec::new() };
    cursor.skip_space();
    cursor.wanted_value(cursor.offset, &wanted)?;
    let mut found = cursor.found;
    found.sort_by_key(|(_, offset)| *offset);
    let (mut line, mut begin, mut done) = (1, 0, 0);
    let place = |(pointer, offset): (&str, usize)| {
        for (at, _) in text[done..offset].match_indices('\n') {
            (line, begin) = (line + 1, done + at + 1);
        }
        done = offset;
        (pointer.to_owned(), Position { line, column: 1 + text[begin..offset].chars().count() })
    };
    Some(found.into_iter().map(place).collect())
}

/// The pointers whose values are wanted, by their tokens.
#[derive(Default)]
struct Wanted<'p> {
    pointer: Option<&'p str>,
    below: HashMap<String, Wanted<'p>>,
}

impl<'p> Wanted<'p> {
    fn add(&mut self, pointer: &'p str) {
        let mut here = self;
        for token in pointer.split('/').skip(1) {
            here = here.below.entry(key_of(token)).or_default();
        }
        here.pointer = Some(pointer);
    }
}

/// Goes over a text, and reads no more of it than it must.
struct Cursor<'t, 'p> {
    text: &'t str,
    offset: usize,
    found: Vec<(&'p str, usize)>,
}

impl<'t, 'p> Cursor<'t, 'p> {
    /// Passes a value that stands at an offset, and what is wanted in it.
    fn wanted_value(&mut self, at: usize, wanted: &Wanted<'p>) -> Option<()> {
        self.found.extend(wanted.pointer.map(|pointer| (pointer, at)));
        match self.text.as_bytes().get(self.offset)? {
            b'{' if !wanted.below.is_empty() => self.each('}', |cursor, _| {
                let at = cursor.offset;
                let key: String = cursor.next()?;
                cursor.skip(':')?;
                cursor.member(at, wanted.below.get(&key))
            }),
            b'[' if !wanted.below.is_empty() => {
                self.each(']', |cursor, i| cursor.member(cursor.offset, wanted.below.get(&i.to_string())))
            }
            _ => self.next::<IgnoredAny>().map(drop),
        }
    }

    fn member(&mut self, at: usize, wanted: Option<&Wanted<'p>>) -> Option<()> {
        match wanted {
            Some(wanted) => self.wanted_value(at, wanted),
            None => self.next::<IgnoredAny>().map(drop),
        }
    }

    /// Passes the members of what begins here.
    fn each(&mut self, end: char, mut pass: impl FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        self.offset += 1;
        self.skip_space();
        let mut i = 0;
        while !self.text[self.offset..].starts_with(end) {
            pass(self, i)?;
            i += 1;
            self.skip_space();
            if !self.text[self.offset..].starts_with(end) {
                self.skip(',')?;
            }
        }
        self.offset += 1;
        Some(())
    }

    /// Reads the value that begins here.
    fn next<T: Deserialize<'t>>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(&self.text[self.offset..]).into_iter();
        let value = values.next()?.ok()?;
        self.offset += values.byte_offset();
        Some(value)
    }

    fn skip(&mut self, mark: char) -> Option<()> {
        self.skip_space();
        self.text[self.offset..].strip_prefix(mark)?;
        self.offset += mark.len_utf8();
        self.skip_space();
        Some(())
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.offset..];
        self.offset += rest.len() - rest.trim_start().len();
    }
}
