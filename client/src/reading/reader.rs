//! Reads types from a tree, by what they expect: a number may be written as a text, and the other way round.

use std::rc::Rc;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::Number;

use super::lost::Lost;
use super::node::{Entry, Kind, Node, TooDeep, WHOLE, hand_over};
use super::path::Step;
use super::session::{note_here, within};

/// Reads a value from a tree.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'n> {
    node: &'n Node,
    is_repeated: bool,
}

impl<'n> Reader<'n> {
    pub(crate) fn new(node: &'n Node) -> Self {
        Self { node, is_repeated: false }
    }

    /// What there is.
    fn kind(self) -> &'n Kind {
        if self.is_repeated {
            note_here("said more than once; the last value counts");
        }
        self.node.kind()
    }

    fn other(self, expected: &dyn Expected) -> Lost {
        let found = match self.node.kind() {
            Kind::Null => Unexpected::Unit,
            Kind::Bool(value) => Unexpected::Bool(*value),
            Kind::Number(number) if number.is_f64() => Unexpected::Float(0.0),
            Kind::Number(_) => Unexpected::Signed(0),
            Kind::Text(text) => Unexpected::Str(text),
            Kind::List(_) => Unexpected::Seq,
            Kind::Object(_) => Unexpected::Map,
            Kind::Cut => return Lost::custom(TooDeep),
        };
        Lost::invalid_type(found, expected)
    }

    /// The number that is described here, though it may be written as a text.
    fn number(self) -> Option<Number> {
        match self.kind() {
            Kind::Number(number) => Some(number.clone()),
            Kind::Text(text) => {
                let number = serde_json::from_str(text).ok()?;
                note_here("a number that is written as a text; read as the number");
                Some(number)
            }
            _ => None,
        }
    }

    /// A whole number, which may be written with a fraction of nothing.
    fn whole<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        let Some(number) = self.number() else { return Err(self.other(&visitor)) };
        let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // It is whole, and within the limits.
        match float {
            // The powers of two are floats, the last number before one may not be.
            Some(float) if float.abs() < 2_f64.powi(63) => visitor.visit_i64(float as i64),
            Some(float) if (0.0..2_f64.powi(64)).contains(&float) => visitor.visit_u64(float as u64),
            _ => as_it_is(&number, visitor),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        match self.kind() {
            Kind::List(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            _ => Err(self.other(&visitor)),
        }
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        match self.kind() {
            Kind::Object(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None }),
            _ => Err(self.other(&visitor)),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        /// Up to here each whole number has a float of its own, so that the text is the number's.
        const MOST: f64 = 9_007_199_254_740_992.0;
        match self.kind() {
            Kind::Text(text) => visitor.visit_str(text),
            Kind::Number(number) if !(number.is_f64() && number.as_f64().is_some_and(|n| n.abs() > MOST)) => {
                note_here("a number where a text is described; read as its text");
                visitor.visit_string(number.to_string())
            }
            Kind::Bool(value) => {
                note_here("a boolean where a text is described; read as its text");
                visitor.visit_str(if *value { "true" } else { "false" })
            }
            _ => Err(self.other(&visitor)),
        }
    }
}

fn as_it_is<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Lost> {
    match (number.as_i64(), number.as_u64()) {
        (Some(number), _) => visitor.visit_i64(number),
        (None, Some(number)) => visitor.visit_u64(number),
        (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
    }
}

macro_rules! each {
    ($how:ident: $($name:ident)*) => { $(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
            self.$how(visitor)
        }
    )* };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Lost;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        match self.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Number(number) => as_it_is(number, visitor),
            Kind::Text(text) => visitor.visit_str(text),
            Kind::List(_) => Self::new(self.node).list(visitor),
            Kind::Object(_) => Self::new(self.node).object(visitor),
            Kind::Cut => Err(self.other(&visitor)),
        }
    }

    each!(whole: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    each!(whole: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    each!(text: deserialize_str deserialize_string deserialize_char deserialize_identifier);
    each!(list: deserialize_seq);
    each!(object: deserialize_map);
    each!(deserialize_any: deserialize_bytes deserialize_byte_buf deserialize_unit);

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        match self.number() {
            Some(number) => as_it_is(&number, visitor),
            None => Err(self.other(&visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        match self.kind() {
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Text(text) if text == "true" || text == "false" => {
                note_here("a boolean that is written as a text; read as the boolean");
                visitor.visit_bool(text == "true")
            }
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        match self.node.kind() {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Lost> {
        if name == WHOLE {
            hand_over(self.node);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Lost> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Lost> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Lost> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Lost> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Lost> {
        match self.kind() {
            Kind::Text(text) => {
                let text: StrDeserializer<'_, Lost> = text.as_str().into_deserializer();
                visitor.visit_enum(text)
            }
            Kind::Object(entries) => {
                let entries = Entries { rest: entries.iter(), value: None };
                visitor.visit_enum(MapAccessDeserializer::new(entries))
            }
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Lost> {
        visitor.visit_unit()
    }
}

struct Items<'n>(std::iter::Enumerate<std::slice::Iter<'n, Node>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Lost;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Lost> {
        let Some((at, node)) = self.0.next() else { return Ok(None) };
        within(Step::Item(at), || seed.deserialize(Reader::new(node)).map(Some))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'n> {
    rest: std::collections::btree_map::Iter<'n, Rc<str>, Entry>,
    value: Option<(&'n Rc<str>, &'n Entry)>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Lost;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Lost> {
        self.value = self.rest.next();
        let Some((key, _)) = self.value else { return Ok(None) };
        let key: StrDeserializer<'_, Lost> = (&**key).into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Lost> {
        let Some((key, Entry { node, is_repeated })) = self.value.take() else {
            return Err(Lost::custom("a value without a key"));
        };
        let reader = Reader { node, is_repeated: *is_repeated };
        within(Step::Key(key.clone()), || seed.deserialize(reader))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::reading::{Session, note};

    /// What is read, and the pointers of what was made good.
    fn read<T: DeserializeOwned>(json: &str) -> Result<(T, Vec<String>), String> {
        let node: Node = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let session = Session::begin();
        let value = T::deserialize(Reader::new(&node)).map_err(|lost| format!("{lost:#}"))?;
        Ok((value, session.end().iter().map(|one| one.pointer().to_owned()).collect()))
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_of_nothing_wherever_it_stands() {
        assert_eq!(read::<i64>("5.0").unwrap(), (5, vec![]));
        assert_eq!(read::<Vec<u8>>("[1e2, 7]").unwrap(), (vec![100, 7], vec![]));
        assert_eq!(
            read::<HashMap<String, i64>>(r#"{"a": -3.0}"#).unwrap(),
            (HashMap::from([("a".into(), -3)]), vec![])
        );
        assert_eq!(read::<u64>("18446744073709549568.0").unwrap().0, 18_446_744_073_709_549_568);
        for json in ["5.5", "1e40", "300", "-1"] {
            assert!(read::<u8>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_number_in_a_text_is_the_number_and_a_number_or_boolean_is_its_text() {
        let here = || vec![String::new()];
        assert_eq!(read::<i64>(r#""12""#).unwrap(), (12, here()));
        assert_eq!(read::<i64>(r#""12.0""#).unwrap(), (12, here()));
        assert_eq!(read::<f64>(r#""1.5""#).unwrap(), (1.5, here()));
        assert_eq!(read::<bool>(r#""true""#).unwrap(), (true, here()));
        assert_eq!(read::<bool>(r#""false""#).unwrap(), (false, here()));
        assert_eq!(read::<String>("12").unwrap(), ("12".to_owned(), here()));
        assert_eq!(read::<String>("1.5").unwrap(), ("1.5".to_owned(), here()));
        assert_eq!(read::<String>("false").unwrap(), ("false".to_owned(), here()));
        assert_eq!(read::<Vec<i64>>(r#"[1, "2"]"#).unwrap(), (vec![1, 2], vec!["/1".to_owned()]));
        for json in [r#""8kB""#, r#""""#, r#""0x1""#, r#""NaN""#, "true", "null", "[]"] {
            assert!(read::<i64>(json).is_err() && read::<f64>(json).is_err(), "{json}");
        }
        // What is no longer exact is not the text.
        assert!(read::<String>("12345678901234567890123").is_err());
        assert!(read::<bool>(r#""yes""#).is_err() && read::<bool>("1").is_err());
    }

    #[test]
    fn what_cannot_be_read_is_named_and_not_shown() {
        let error = read::<HashMap<String, Vec<i64>>>(r#"{"a": [1, "s3cret"]}"#).unwrap_err();
        assert_eq!(error, "a[1]: invalid type: string, expected i64");
        let error = read::<chrono::DateTime<chrono::Utc>>(r#""s3cret""#).unwrap_err();
        assert!(!error.contains("s3cret"), "{error}");
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Size {
            Small,
            Large,
        }
        assert_eq!(read::<Size>(r#""s3cret""#).unwrap_err(), "unknown value, expected one of small, large");
        assert!(matches!(read::<Vec<Size>>(r#"["small", "large"]"#).unwrap().0[..], [Size::Small, Size::Large]));
    }

    #[test]
    fn of_what_is_said_twice_the_last_counts_and_is_noted() {
        let read = read::<HashMap<String, i64>>(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
        assert_eq!(read, (HashMap::from([("a".into(), 3), ("b".into(), 2)]), vec!["/a".to_owned()]));
        // Once, whatever it is.
        for last in ["2", "[]", "{}", "null"] {
            let json = format!(r#"{{"a": 1, "a": {last}}}"#);
            assert_eq!(self::read::<serde_json::Value>(&json).unwrap().1, ["/a"], "{json}");
        }
    }

    #[test]
    fn what_is_as_deep_as_is_read_is_read() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = |levels: usize| format!("{}7{}", open.repeat(levels), close.repeat(levels));
            assert!(read::<serde_json::Value>(&deep(126)).is_ok());
            assert!(read::<serde_json::Value>(&deep(127)).is_err());
        }
    }

    #[test]
    fn what_is_too_deep_costs_itself_and_its_pointer_is_escaped() {
        let deep = format!("{}7{}", "[".repeat(200), "]".repeat(200));
        let json = format!(r#"{{"a": 1, "b/~": {deep}}}"#);
        #[derive(Deserialize)]
        struct Shallow {
            a: i64,
        }
        assert_eq!(read::<Shallow>(&json).unwrap().0.a, 1);
        let error = read::<serde_json::Value>(&json).unwrap_err();
        assert!(error.ends_with("it is nested more than 126 levels deep"), "{error}");
        let session = Session::begin();
        note("b/~", "for a test");
        assert_eq!(session.end()[0].pointer(), "/b~1~0");
    }
}
