//! Fields of answers: what becomes of one that is missing, null, or of another type.
//!
//! A backup that was made is not an error because its size is missing. So a number, text, truth value, list or map that
//! an answer must have, and has not, or that cannot be read, is empty, which is noted: the AWS SDKs do likewise and
//! call it error correction. What says which thing is meant, when something was, and objects as a whole are never made
//! up; nor is a list, where one of its items cannot be read. What may be absent, and cannot be read, is absent, which
//! is noted, too.

use std::fmt::Display;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess};

use super::lenient::{AsWhole, Empty, Nullable, Plain};
use super::object::Field;
use crate::reading::{Mark, fail, failed_within, is_strict, mark, note, undo};

/// The value of a field, once it is read. `H` says how.
pub(crate) struct Slot<T, H> {
    value: Option<T>,
    is_read: bool,
    how: PhantomData<H>,
}

/// How a field is read.
trait How<T> {
    /// Reads its value; nothing, where that says nothing.
    ///
    /// # Errors
    /// Where it is of another type and may not be absent.
    fn read<'de, A: MapAccess<'de>>(object: &mut A, field: &'static str) -> Result<Option<T>, A::Error>;

    /// Makes good that there was none.
    fn missing(_field: &'static str) {}
}

impl<'de, A: MapAccess<'de>, T, H: How<T>> Field<'de, A> for Slot<T, H> {
    fn read(&mut self, object: &mut A, field: &'static str) -> Result<(), A::Error> {
        if std::mem::replace(&mut self.is_read, true) {
            return Err(Error::duplicate_field(field));
        }
        self.value = H::read(object, field)?;
        Ok(())
    }

    fn finish(&self, field: &'static str) {
        if !self.is_read {
            H::missing(field);
        }
    }
}

fn slot<T, H>() -> Slot<T, H> {
    Slot { value: None, is_read: false, how: PhantomData }
}

/// Must be there, and of its type.
pub(crate) struct Required;

/// A field that must be there.
pub(crate) fn required<T>() -> Slot<T, Required> {
    slot()
}

impl<T: DeserializeOwned> How<T> for Required {
    fn read<'de, A: MapAccess<'de>>(object: &mut A, _: &'static str) -> Result<Option<T>, A::Error> {
        object.next_value().map(Some)
    }
}

impl<T> Slot<T, Required> {
    /// The value.
    ///
    /// # Errors
    /// Where there was none.
    pub(crate) fn value<E: Error>(self, name: &'static str) -> Result<T, E> {
        self.value.ok_or_else(|| E::missing_field(name))
    }
}

struct Seed<T, N>(PhantomData<(T, N)>);

impl<'de, T, N: Nullable<T>> DeserializeSeed<'de> for Seed<T, N> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        N::read(deserializer)
    }
}

/// What becomes of a field that cannot be read.
#[derive(Clone, Copy)]
enum Loss {
    /// It is empty; but what is wrong with an item of a list costs more than the list.
    Empty,
    /// The same, and null is made good, too.
    EmptyOrNull,
    Absent,
}

/// What a field says; nothing, where it cannot be read and that is made good.
fn readable<'de, A: MapAccess<'de>, T, N: Nullable<T>>(
    object: &mut A,
    field: &'static str,
    loss: Loss,
) -> Result<Option<T>, A::Error> {
    let mark = lenient_mark();
    match object.next_value_seed(Seed::<T, N>(PhantomData)) {
        Ok(None) => {
            if matches!(loss, Loss::EmptyOrNull) {
                make_good(field, "null; taken as empty");
            }
            Ok(None)
        }
        Err(error) if is_made_good(field, loss, mark, &error) => Ok(None),
        read => read,
    }
}

/// Where the reading stands; nothing, where nothing is made good.
fn lenient_mark() -> Option<Mark> {
    if is_strict() { None } else { Some(mark()) }
}

/// Notes that a field that cannot be read is made good, where it is. This is compiled once, not for each type.
#[cold]
fn is_made_good(field: &'static str, loss: Loss, mark: Option<Mark>, error: &dyn Display) -> bool {
    let Some(mark) = mark else { return false };
    let reason = match loss {
        Loss::Empty | Loss::EmptyOrNull if failed_within() => return false,
        Loss::Empty | Loss::EmptyOrNull => format!("{error}; taken as empty"),
        Loss::Absent if failed_within() => format!("{error:#}; taken as absent"),
        Loss::Absent => format!("{error}; taken as absent"),
    };
    undo(mark);
    note(field, reason);
    true
}

/// Notes that a field was made good, or fails where nothing is.
fn make_good(field: &'static str, reason: &str) {
    match is_strict() {
        true => fail(),
        false => note(field, reason),
    }
}

/// Is empty where it is missing, null, or of another type, which is noted where it must not be.
pub(crate) struct OrEmpty<N, const MUST: bool>(PhantomData<N>);

/// A field that must be there, and is empty where it is not.
pub(crate) fn required_or_default<T>() -> Slot<T, OrEmpty<Plain, true>> {
    slot()
}

/// A field of whole numbers that must be there, and is empty where it is not.
pub(crate) fn required_int_or_default<T>() -> Slot<T, OrEmpty<AsWhole, true>> {
    slot()
}

/// A field that is empty where it is not there.
pub(crate) fn or_default<T>() -> Slot<T, OrEmpty<Plain, false>> {
    slot()
}

/// A field of whole numbers that is empty where it is not there.
pub(crate) fn int_or_default<T>() -> Slot<T, OrEmpty<AsWhole, false>> {
    slot()
}

impl<T, N: Nullable<T>, const MUST: bool> How<T> for OrEmpty<N, MUST> {
    fn read<'de, A: MapAccess<'de>>(object: &mut A, field: &'static str) -> Result<Option<T>, A::Error> {
        readable::<A, T, N>(object, field, if MUST { Loss::EmptyOrNull } else { Loss::Empty })
    }

    fn missing(field: &'static str) {
        if MUST {
            make_good(field, "missing; taken as empty");
        }
    }
}

impl<T: Empty, N, const MUST: bool> Slot<T, OrEmpty<N, MUST>> {
    /// The value, or what stands for none.
    pub(crate) fn value(self) -> T {
        self.value.unwrap_or_else(T::empty)
    }
}

/// Is absent where it is missing, null, or of another type, which costs no more than itself.
pub(crate) struct Optional<N>(PhantomData<N>);

/// A field that may be absent.
pub(crate) fn optional<T>() -> Slot<T, Optional<Plain>> {
    slot()
}

/// A field of whole numbers that may be absent.
pub(crate) fn optional_int<T>() -> Slot<T, Optional<AsWhole>> {
    slot()
}

impl<T, N: Nullable<T>> How<T> for Optional<N> {
    fn read<'de, A: MapAccess<'de>>(object: &mut A, field: &'static str) -> Result<Option<T>, A::Error> {
        readable::<A, T, N>(object, field, Loss::Absent)
    }
}

impl<T, N> Slot<T, Optional<N>> {
    /// The value, if there was one.
    pub(crate) fn value(self) -> Option<T> {
        self.value
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::reading::{Node, Reader, Session, strictly};
    use crate::runtime::object::{Object, read, read_fields, read_fields_and_rest};

    #[derive(Debug, PartialEq)]
    struct Disk {
        id: String,
        size: i64,
        labels: Vec<String>,
        sizes: Vec<i64>,
        note: Option<String>,
        limits: Option<Vec<i64>>,
    }

    impl Object for Disk {
        const NAME: &'static str = "Disk";

        fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
            let (mut id, mut size, mut labels) = (required(), required_int_or_default(), required_or_default());
            let (mut sizes, mut note, mut limits) = (int_or_default(), optional(), optional_int());
            let fields: &mut [(&str, &mut dyn Field<'de, A>)] = &mut [
                ("id", &mut id),
                ("size", &mut size),
                ("labels", &mut labels),
                ("sizes", &mut sizes),
                ("note", &mut note),
                ("limits", &mut limits),
            ];
            read_fields(object, Self::NAME, fields)?;
            Ok(Self {
                id: id.value::<A::Error>("id")?,
                size: size.value(),
                labels: labels.value(),
                sizes: sizes.value(),
                note: note.value(),
                limits: limits.value(),
            })
        }
    }

    fn disk(json: &str) -> Result<Disk, String> {
        let mut json = serde_json::Deserializer::from_str(json);
        read(&mut json).map_err(|error| error.to_string().split(" at line").next().unwrap().to_owned())
    }

    fn empty() -> Disk {
        Disk { id: "a".to_owned(), size: 0, labels: vec![], sizes: vec![], note: None, limits: None }
    }

    #[test]
    fn fields_are_found_in_any_order_and_others_passed_over() {
        let full = Disk {
            id: "a".to_owned(),
            size: 2,
            labels: vec!["b".to_owned()],
            sizes: vec![1, 2],
            note: Some("c".to_owned()),
            limits: Some(vec![3]),
        };
        let fields = [
            r#""id": "a""#,
            r#""size": 2.0"#,
            r#""labels": ["b"]"#,
            r#""sizes": [1, 2.0]"#,
            r#""note": "c""#,
            r#""limits": [3e0]"#,
            r#""new": {"id": ["z"]}"#,
        ];
        for turn in 0..fields.len() {
            let mut fields = fields;
            fields.rotate_left(turn);
            assert_eq!(disk(&format!("{{{}}}", fields.join(", "))).unwrap(), full);
            fields.reverse();
            assert_eq!(disk(&format!("{{{}}}", fields.join(", "))).unwrap(), full);
        }
    }

    #[test]
    fn what_is_missing_or_null_is_empty_but_for_what_must_be_there() {
        assert_eq!(disk(r#"{"id": "a"}"#).unwrap(), empty());
        let nulls = r#"{"id": "a", "size": null, "labels": null, "sizes": null, "note": null, "limits": null}"#;
        assert_eq!(disk(nulls).unwrap(), empty());
        assert_eq!(disk("{}").unwrap_err(), "id: missing field `id`");
        assert_eq!(disk(r#"{"id": null}"#).unwrap_err(), "id: invalid type: null, expected a string");
        assert_eq!(disk(r#"["a"]"#).unwrap_err(), "invalid type: list, expected struct Disk");
    }

    #[test]
    fn what_is_of_another_type_costs_itself_but_for_what_must_be_there() {
        let read = r#"{"id": "a", "size": "seven", "labels": 7, "sizes": {}, "note": [], "limits": [1.5]}"#;
        assert_eq!(disk(read).unwrap(), empty());
        let read = disk(r#"{"id": 7, "size": "7", "labels": [1, true], "note": 7, "limits": ["1"]}"#).unwrap();
        let labels = vec!["1".to_owned(), "true".to_owned()];
        let note = Some("7".to_owned());
        assert_eq!(read, Disk { id: "7".to_owned(), size: 7, labels, sizes: vec![], note, limits: Some(vec![1]) });
        assert_eq!(disk(r#"{"id": []}"#).unwrap_err(), "id: invalid type: list, expected a string");
        // A list is not empty because one of its items cannot be read.
        let error = disk(r#"{"id": "a", "labels": ["b", {}]}"#).unwrap_err();
        assert_eq!(error, "labels[1]: invalid type: object, expected a string");
        let error = disk(r#"{"id": "a", "sizes": [1, "x"]}"#).unwrap_err();
        assert_eq!(error, "sizes[1]: invalid type: string, expected i64");
        // A key of another case is another key.
        assert_eq!(disk(r#"{"ID": "b", "id": "a", "Note": "c"}"#).unwrap(), empty());
        // Of what is no JSON nothing is read.
        assert!(disk(r#"{"id": "a", "note": {"seven"#).unwrap_err().starts_with("EOF"));
    }

    #[test]
    fn nothing_is_made_good_of_what_is_read_strictly() {
        for json in [
            r#"{"id": "a"}"#,
            r#"{"id": "a", "size": 1, "labels": [], "note": 7}"#,
            r#"{"id": "a", "size": null, "labels": []}"#,
            r#"{"id": "a", "size": "1", "labels": []}"#,
            r#"{"id": "a", "size": 1, "size": 2, "labels": []}"#,
        ] {
            assert_eq!(strictly(|| disk(json)), None, "{json}");
            assert!(disk(json).is_ok(), "{json}");
        }
        let limits = strictly(|| disk(r#"{"id": "a", "size": 1, "labels": [], "limits": [1.0]}"#)).unwrap().limits;
        assert_eq!(limits, Some(vec![1]));
    }

    #[test]
    fn the_rest_of_an_object_is_what_no_field_has_read() {
        struct Shelf(String, HashMap<String, i64>, Option<HashMap<String, bool>>);

        impl Object for Shelf {
            const NAME: &'static str = "Shelf";

            fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
                let mut id = required();
                let rest = read_fields_and_rest(object, Self::NAME, &mut [("id", &mut id)])?;
                Ok(Self(id.value::<A::Error>("id")?, rest.whole::<_, A::Error>()?, rest.optional("more")))
            }
        }

        let read = |value: serde_json::Value| read::<_, Shelf>(value);
        let Shelf(id, rest, optional) = read(json!({ "a": 1.0, "id": "x", "b": 2 })).unwrap();
        assert_eq!((id.as_str(), rest, optional), ("x", HashMap::from([("a".into(), 1), ("b".into(), 2)]), None));
        assert!(read(json!({ "id": "x", "a": "seven" })).is_err());
        assert_eq!(read(json!({ "id": "x", "a": "7" })).unwrap().1, HashMap::from([("a".into(), 7)]));
    }

    /// What was made good within a value that is not taken is not told: nobody sees that value.
    #[test]
    fn of_what_is_left_out_one_thing_is_told() {
        struct Open(Option<HashMap<String, bool>>);

        impl Object for Open {
            const NAME: &'static str = "Open";

            fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
                Ok(Self(read_fields_and_rest(object, Self::NAME, &mut [])?.optional("more")))
            }
        }

        let told = |json: &str, read: fn(&Node)| {
            let (node, session) = (serde_json::from_str(json).unwrap(), Session::begin());
            read(&node);
            session.end().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let json = r#"{"id": "a", "size": 1, "labels": [], "limits": ["1", 1.5]}"#;
        let said = told(json, |node| assert_eq!(read::<_, Disk>(Reader::new(node)).unwrap().limits, None));
        assert_eq!(said, ["/limits: limits[1]: invalid type: number, expected i64; taken as absent"]);
        let said =
            told(r#"{"a": "true", "b": "x"}"#, |node| assert!(read::<_, Open>(Reader::new(node)).unwrap().0.is_none()));
        assert_eq!(said, [": b: invalid type: string, expected a boolean; what is not described is left out"]);
    }
}
