//! Values that are one of several alternatives.

use std::cmp::Reverse;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// A value, and the alternative that it is by what was tried so far.
pub(crate) struct Union<T> {
    value: Value,
    best: Option<(Fit, T)>,
}

/// How well an alternative fits: by how much of the value it keeps, then by how little it makes up.
type Fit = (usize, Reverse<usize>);

impl<T> Union<T> {
    /// Reads a value.
    ///
    /// # Errors
    /// Where it is no JSON.
    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { value: Value::deserialize(deserializer)?, best: None })
    }

    /// The text of the property that tells alternatives apart.
    pub(crate) fn tag(&self, property: &str) -> Option<String> {
        self.value.get(property)?.as_str().map(str::to_owned)
    }

    /// Tries an alternative. Of several that the value can be read as, it is the one that keeps most of it; where they
    /// keep as much, the one that makes up least; the first, where there is no difference.
    pub(crate) fn or<A: DeserializeOwned + Serialize>(mut self, alternative: fn(A) -> T) -> Self {
        if let Ok(read) = A::deserialize(&self.value) {
            let again = serde_json::to_value(&read).unwrap_or_default();
            let fit = (kept(&self.value, &again), Reverse(size(&again)));
            if self.best.as_ref().is_none_or(|(best, _)| fit > *best) {
                self.best = Some((fit, alternative(read)));
            }
        }
        self
    }

    /// The alternative that was found, or what stands for none.
    pub(crate) fn or_unknown(self, unknown: fn(Value) -> T) -> T {
        match self.best {
            Some((_, best)) => best,
            None => unknown(self.value),
        }
    }
}

/// How many values of one are in another, at the same place.
fn kept(value: &Value, again: &Value) -> usize {
    match (value, again) {
        (Value::Object(from), Value::Object(to)) => {
            1 + from.iter().filter_map(|(key, value)| Some(kept(value, to.get(key)?))).sum::<usize>()
        }
        (Value::Array(from), Value::Array(to)) => 1 + from.iter().zip(to).map(|(a, b)| kept(a, b)).sum::<usize>(),
        (Value::Number(a), Value::Number(b)) => usize::from(a == b || a.as_f64() == b.as_f64()),
        (a, b) => usize::from(a == b),
    }
}

/// How many values there are in one.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Array(list) => 1 + list.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde::Deserialize;
    use serde::de::MapAccess;
    use serde_json::json;

    use super::*;
    use crate::runtime::object::{self, Object};
    use crate::runtime::slot;
    use crate::transport::strictly;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Small {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Large {
        name: String,
        size: f64,
    }

    #[derive(Debug, PartialEq)]
    enum Either {
        Small(Small),
        Large(Large),
        Unknown(Value),
    }

    fn read(value: Value) -> Either {
        Union::read(value).unwrap().or(Either::Small).or(Either::Large).or_unknown(Either::Unknown)
    }

    #[test]
    fn the_alternative_is_the_one_that_keeps_most() {
        let large = Large { name: "a".to_owned(), size: 1.0 };
        assert_eq!(read(json!({ "name": "a", "size": 1 })), Either::Large(large));
        let small = || Either::Small(Small { name: "a".to_owned() });
        assert_eq!(read(json!({ "name": "a" })), small());
        assert_eq!(read(json!({ "name": "a", "size": "large", "more": [] })), small());
        assert_eq!(read(json!([1])), Either::Unknown(json!([1])));
    }

    #[test]
    fn of_those_that_keep_as_much_it_is_the_one_that_makes_up_least() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Sized {
            #[serde(default)]
            size: i64,
        }

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Plain {}

        let read = |value| Union::read(value).unwrap().or(|sized: Sized| Ok(sized)).or(|_: Plain| Err(None));
        assert_eq!(read(json!({})).or_unknown(|value| Err(Some(value))), Err(None));
        assert_eq!(read(json!({ "size": 0 })).or_unknown(|value| Err(Some(value))), Ok(Sized { size: 0 }));
    }

    #[test]
    fn the_first_of_equals_is_taken() {
        let read =
            |json: Value| Union::read(json).unwrap().or(|one: Small| ("first", one)).or(|two: Small| ("second", two));
        let (which, _) = read(json!({ "name": "a" })).or_unknown(|_| unreachable!());
        assert_eq!(which, "first");
    }

    #[test]
    fn what_may_be_absent_costs_no_alternative() {
        #[derive(Debug, PartialEq, Serialize)]
        struct Noted {
            note: Option<String>,
        }

        impl Object for Noted {
            const NAME: &'static str = "Noted";

            fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
                let mut note = slot::optional();
                object::read_fields(object, Self::NAME, &mut [("note", &mut note)])?;
                Ok(Self { note: note.value() })
            }
        }

        impl<'de> Deserialize<'de> for Noted {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                object::read(deserializer)
            }
        }

        let read = |value| Union::read(value).map(|union| union.or(Ok).or_unknown(Err));
        assert_eq!(read(json!({ "note": 7 })).unwrap(), Ok(Noted { note: None }));
        assert_eq!(strictly(|| read(json!({ "note": 7 }))), None);
        assert_eq!(strictly(|| read(json!({ "note": "a" }))), Some(Ok(Noted { note: Some("a".to_owned()) })));
    }
}
