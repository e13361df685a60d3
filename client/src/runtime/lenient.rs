//! What an answer may leave out, or write otherwise, without being unreadable.
//!
//! A backup that was made is not an error because its size is missing. So a number, text, truth value,
//! list or map that an answer must have, and has not or has null in its place, is empty, with a warning in the
//! trace: the AWS SDKs do likewise and call it error correction. What says which thing is meant, when
//! something was, and objects as a whole are never made up. A whole number may be written as JSON
//! writes any number: `5368709120.0` and `1e3` are whole. What may be absent, and cannot be read, is absent, with a
//! warning, too.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Unexpected, Visitor};
use serde_json::Value;

/// A field of an answer, for the warning.
pub(crate) trait Field {
    /// Its type and name.
    const NAME: &'static str;
}

/// What can be empty.
pub(crate) trait Empty: Sized {
    /// What stands for a value that is not there.
    fn empty() -> Self;

    /// Reads a value; nothing where it is null.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;
}

/// The value of a field that is not there.
pub(crate) fn missing<T: Empty, F: Field>() -> T {
    tracing::warn!(field = F::NAME, "the answer lacks it; taken as empty");
    T::empty()
}

/// A field that may be null though it must not be.
///
/// # Errors
/// Where it is of another type.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Empty, F: Field>(deserializer: D) -> Result<T, D::Error> {
    Ok(T::read(deserializer)?.unwrap_or_else(missing::<T, F>))
}

/// A list or a map of whole numbers, each however it is written, that may be null though it must not be.
///
/// # Errors
/// Where it is of another type.
pub(crate) fn read_whole<'de, D: Deserializer<'de>, T: Numbers + Empty, F: Field>(
    deserializer: D,
) -> Result<T, D::Error> {
    let numbers: Option<Whole<T>> = Option::deserialize(deserializer)?;
    Ok(numbers.map_or_else(missing::<T, F>, |numbers| numbers.0))
}

/// A field that may be absent. Where it cannot be read, that costs no more than itself.
///
/// # Errors
/// Where there is no value at all.
pub(crate) fn read_optional<'de, D: Deserializer<'de>, T: DeserializeOwned, F: Field>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(readable(F::NAME, Option::deserialize(Value::deserialize(deserializer)?)))
}

/// As [`read_optional`], of whole numbers, or lists and maps of them, each however it is written.
///
/// # Errors
/// Where there is no value at all.
pub(crate) fn read_optional_whole<'de, D: Deserializer<'de>, T: Numbers, F: Field>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(readable(F::NAME, Option::<T>::read(Value::deserialize(deserializer)?)))
}

/// What could be read of a field.
fn readable<T>(field: &'static str, read: Result<Option<T>, serde_json::Error>) -> Option<T> {
    read.unwrap_or_else(|error| {
        tracing::warn!(field, %error, "the answer's value cannot be read; taken as absent");
        None
    })
}

macro_rules! plainly {
    ($($type:ty),*) => { $(
        impl Empty for $type {
            fn empty() -> Self {
                Self::default()
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                Option::deserialize(deserializer)
            }
        }
    )* };
}

plainly!(String, bool, f32, f64);

impl<T: for<'a> Deserialize<'a>> Empty for Vec<T> {
    fn empty() -> Self {
        Self::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
    }
}

impl<T: for<'a> Deserialize<'a>> Empty for HashMap<String, T> {
    fn empty() -> Self {
        Self::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
    }
}

impl Empty for serde_json::Map<String, serde_json::Value> {
    fn empty() -> Self {
        Self::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(deserializer)
    }
}

macro_rules! whole {
    ($($type:ty),*) => { $(
        impl Empty for $type {
            fn empty() -> Self {
                0
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                let number: Option<Whole<Self>> = Option::deserialize(deserializer)?;
                Ok(number.map(|number| number.0))
            }
        }

        impl Numbers for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                whole(deserializer, stringify!($type))
            }
        }
    )* };
}

whole!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Whole numbers, or lists and maps of them.
pub(crate) trait Numbers: Sized {
    /// Reads them, however each is written.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<T: Numbers> Numbers for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = Vec::<Whole<T>>::deserialize(deserializer)?;
        Ok(numbers.into_iter().map(|number| number.0).collect())
    }
}

impl<T: Numbers> Numbers for HashMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = HashMap::<String, Whole<T>>::deserialize(deserializer)?;
        Ok(numbers.into_iter().map(|(key, number)| (key, number.0)).collect())
    }
}

impl<T: Numbers> Numbers for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Option::<Whole<T>>::deserialize(deserializer)?;
        Ok(number.map(|number| number.0))
    }
}

/// What is read as numbers are.
struct Whole<T>(T);

impl<'de, T: Numbers> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// A whole number, however it is written, of a type with a name.
fn whole<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D, name: &'static str) -> Result<T, D::Error> {
    struct Visit<T>(&'static str, PhantomData<T>);

    impl<T: TryFrom<i128>> Visitor<'_> for Visit<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
            let other = |_| E::invalid_value(Unexpected::Signed(value), &self);
            T::try_from(value.into()).map_err(other)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
            let other = |_| E::invalid_value(Unexpected::Unsigned(value), &self);
            T::try_from(value.into()).map_err(other)
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
            // Floats up to this size hold whole numbers exactly, and so fit into 128 bits.
            const MOST: f64 = 1e30;
            #[allow(clippy::cast_possible_truncation)]
            let whole = (value.fract() == 0.0 && value.abs() < MOST).then_some(value as i128);
            let other = || E::invalid_type(Unexpected::Float(value), &self);
            whole.and_then(|whole| T::try_from(whole).ok()).ok_or_else(other)
        }
    }

    // JSON is self-describing.
    deserializer.deserialize_any(Visit(name, PhantomData))
}

/// Names fields for their warnings.
macro_rules! fields {
    ($($field:ident = $name:literal;)*) => { $(
        pub(super) struct $field;

        impl $crate::runtime::lenient::Field for $field {
            const NAME: &'static str = $name;
        }
    )* };
}
pub(crate) use fields;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Size;

    impl Field for Size {
        const NAME: &'static str = "size";
    }

    fn read_as<T: Empty>(json: &str) -> Result<T, serde_json::Error> {
        read::<_, T, Size>(&mut serde_json::Deserializer::from_str(json))
    }

    fn optional<T: Numbers>(json: &str) -> Option<T> {
        read_optional_whole::<_, T, Size>(&mut serde_json::Deserializer::from_str(json)).unwrap()
    }

    #[test]
    fn what_may_be_absent_and_cannot_be_read_is_absent() {
        assert_eq!((optional::<i64>("1.5"), optional::<Vec<i64>>("[1, true]")), (None, None));
        let text =
            |json| read_optional::<_, String, Size>(&mut serde_json::Deserializer::from_str(json)).map_err(|_| ());
        assert_eq!((text("7"), text("\"seven\""), text("null")), (Ok(None), Ok(Some("seven".to_owned())), Ok(None)));
        // Of what is no JSON nothing is read.
        assert_eq!(text("{\"seven"), Err(()));
    }

    #[test]
    fn a_whole_number_may_be_written_in_any_way() {
        for (json, value) in [("5368709120.0", 5_368_709_120_i64), ("1e3", 1000), ("-2E1", -20), ("0.0", 0), ("7", 7)] {
            assert_eq!(read_as::<i64>(json).unwrap(), value);
            assert_eq!(optional::<i64>(json), Some(value));
        }
        for (json, what) in [
            ("1.5", "invalid type: floating point `1.5`, expected i64"),
            ("1e40", "invalid type: floating point `1e+40`, expected i64"),
            ("9223372036854775808", "invalid value: integer `9223372036854775808`, expected i64"),
            ("\"7\"", "invalid type: string \"7\", expected i64"),
            ("true", "invalid type: boolean `true`, expected i64"),
        ] {
            assert_eq!(read_as::<i64>(json).unwrap_err().to_string().split(" at line").next().unwrap(), what);
        }
        assert_eq!(read_as::<u64>("18446744073709551615").unwrap(), u64::MAX);
        assert!(read_as::<u64>("-1").is_err() && read_as::<i32>("2147483648.0").is_err());
    }

    #[test]
    fn a_list_of_whole_numbers_may_be_written_in_any_way() {
        fn read<T: Numbers + Empty>(json: &str) -> Result<T, serde_json::Error> {
            read_whole::<_, T, Size>(&mut serde_json::Deserializer::from_str(json))
        }
        assert_eq!(read::<Vec<i64>>("[1, 2.0, 3e2]").unwrap(), [1, 2, 300]);
        assert_eq!(read::<Vec<i64>>("null").unwrap(), Vec::<i64>::new());
        assert!(read::<Vec<i64>>("[1.5]").is_err() && read::<Vec<i64>>("7").is_err());
        assert_eq!(read::<Vec<Vec<i64>>>("[[1.0], []]").unwrap(), [vec![1], vec![]]);
        let map = read::<HashMap<String, Vec<Option<u8>>>>(r#"{"a": [1.0, null]}"#).unwrap();
        assert_eq!(map, HashMap::from([("a".to_owned(), vec![Some(1), None])]));
        assert_eq!((optional::<Vec<i64>>("null"), optional::<Vec<i64>>("[2.0]")), (None, Some(vec![2])));
    }

    #[test]
    fn null_is_empty_and_another_type_is_an_error() {
        assert_eq!(read_as::<i64>("null").unwrap(), 0);
        assert_eq!(read_as::<String>("null").unwrap(), "");
        assert!(!read_as::<bool>("null").unwrap());
        assert_eq!(read_as::<Vec<String>>("null").unwrap(), Vec::<String>::new());
        assert!(read_as::<HashMap<String, bool>>("null").unwrap().is_empty());
        assert!(
            read_as::<String>("7").is_err() && read_as::<bool>("\"yes\"").is_err() && read_as::<f64>("[]").is_err()
        );
    }
}
