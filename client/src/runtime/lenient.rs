//! What an answer may write otherwise without being unreadable.
//!
//! A whole number may be written as JSON writes any number: `5368709120.0` and `1e3` are whole.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Unexpected, Visitor};
use serde_json::Value;

use crate::secret::Secret;

/// What can be empty.
pub(crate) trait Empty {
    /// What stands for a value that is not there.
    fn empty() -> Self;
}

macro_rules! empty {
    ($($type:ty),*) => { $(
        impl Empty for $type {
            fn empty() -> Self {
                Self::default()
            }
        }
    )* };
}

empty!(String, bool, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, (), serde_json::Map<String, Value>);

impl Empty for Secret {
    fn empty() -> Self {
        Self::from("")
    }
}

impl Empty for Value {
    fn empty() -> Self {
        Self::Null
    }
}

impl<T> Empty for Vec<T> {
    fn empty() -> Self {
        Self::new()
    }
}

impl<T> Empty for HashMap<String, T> {
    fn empty() -> Self {
        Self::new()
    }
}

macro_rules! whole {
    ($($type:ty),*) => { $(
        impl Numbers for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_i64(Whole::<$type>(stringify!($type), PhantomData))
            }
        }
    )* };
}

whole!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Whole numbers, or lists and maps of them.
pub(crate) trait Numbers: Sized {
    /// Reads them, however each is written.
    ///
    /// # Errors
    /// Where there is something else.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<T: Numbers> Numbers for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = Vec::<Inner<T>>::deserialize(deserializer)?;
        Ok(numbers.into_iter().map(|number| number.0).collect())
    }
}

impl<T: Numbers> Numbers for HashMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = HashMap::<String, Inner<T>>::deserialize(deserializer)?;
        Ok(numbers.into_iter().map(|(key, number)| (key, number.0)).collect())
    }
}

impl<T: Numbers> Numbers for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Option::<Inner<T>>::deserialize(deserializer)?;
        Ok(number.map(|number| number.0))
    }
}

/// What is read as numbers are.
struct Inner<T>(T);

impl<'de, T: Numbers> Deserialize<'de> for Inner<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Reads a whole number, however it is written, of a type with a name.
struct Whole<T>(&'static str, PhantomData<T>);

impl<T: TryFrom<i128>> Visitor<'_> for Whole<T> {
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

/// How a value is read that may be null.
pub(crate) trait Nullable<T> {
    /// Reads it; nothing, where it is null.
    ///
    /// # Errors
    /// Where it is of another type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error>;
}

/// As serde reads it.
pub(crate) struct Plain;

impl<T: DeserializeOwned> Nullable<T> for Plain {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Option::deserialize(deserializer)
    }
}

/// As whole numbers, or lists and maps of them, each however it is written.
pub(crate) struct AsWhole;

impl<T: Numbers> Nullable<T> for AsWhole {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Option::<T>::read(deserializer)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read<T: Numbers>(json: &str) -> Result<T, serde_json::Error> {
        T::read(&mut serde_json::Deserializer::from_str(json))
    }

    #[test]
    fn a_whole_number_may_be_written_in_any_way() {
        for (json, value) in [("5368709120.0", 5_368_709_120_i64), ("1e3", 1000), ("-2E1", -20), ("0.0", 0), ("7", 7)] {
            assert_eq!(read::<i64>(json).unwrap(), value);
        }
        for (json, what) in [
            ("1.5", "invalid type: floating point `1.5`, expected i64"),
            ("1e40", "invalid type: floating point `1e+40`, expected i64"),
            ("9223372036854775808", "invalid value: integer `9223372036854775808`, expected i64"),
            ("\"7\"", "invalid type: string \"7\", expected i64"),
            ("true", "invalid type: boolean `true`, expected i64"),
        ] {
            assert_eq!(read::<i64>(json).unwrap_err().to_string().split(" at line").next().unwrap(), what);
        }
        assert_eq!(read::<u64>("18446744073709551615").unwrap(), u64::MAX);
        assert!(read::<u64>("-1").is_err() && read::<i32>("2147483648.0").is_err());
    }

    #[test]
    fn a_list_of_whole_numbers_may_be_written_in_any_way() {
        assert_eq!(read::<Vec<i64>>("[1, 2.0, 3e2]").unwrap(), [1, 2, 300]);
        assert!(read::<Vec<i64>>("[1.5]").is_err() && read::<Vec<i64>>("7").is_err());
        assert_eq!(read::<Vec<Vec<i64>>>("[[1.0], []]").unwrap(), [vec![1], vec![]]);
        let map = read::<HashMap<String, Vec<Option<u8>>>>(r#"{"a": [1.0, null]}"#).unwrap();
        assert_eq!(map, HashMap::from([("a".to_owned(), vec![Some(1), None])]));
        assert_eq!((read::<Option<Vec<i64>>>("null").unwrap(), read::<Option<i64>>("2.0").unwrap()), (None, Some(2)));
    }
}
