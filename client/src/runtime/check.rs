//! The limits that the spec sets for what the client sends, checked before it is sent.
//!
//! Generated code calls this with the limits of the effective spec. Nothing that the server sends
//! is checked here.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::nullable::Nullable;
use crate::secret::Secret;

/// A value with limits somewhere inside.
pub(crate) trait Check {
    /// Says which field breaks which limit.
    fn check(&self) -> Result<(), String>;
}

impl<T: Check> Check for Option<T> {
    fn check(&self) -> Result<(), String> {
        self.as_ref().map_or(Ok(()), Check::check)
    }
}

impl<T: Check> Check for Box<T> {
    fn check(&self) -> Result<(), String> {
        (**self).check()
    }
}

impl<T: Check> Check for HashMap<String, T> {
    fn check(&self) -> Result<(), String> {
        self.values().try_for_each(Check::check)
    }
}

impl<T: Check> Check for Nullable<T> {
    fn check(&self) -> Result<(), String> {
        self.as_option().map_or(Ok(()), Check::check)
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self) -> Result<(), String> {
        self.iter().try_for_each(Check::check)
    }
}

/// Checks a field that has limits inside.
pub(crate) fn inside(label: &str, value: &impl Check) -> Result<(), String> {
    value.check().map_err(|e| format!("{label}: {e}"))
}

/// What can be held to a limit.
pub(crate) trait Measure {
    /// A number by its value, a text by its length in characters, a list by that in items; nothing where
    /// there is no value.
    fn measure(&self) -> Option<f64>;
}

macro_rules! whole {
    ($($type:ty),*) => { $(
        impl Measure for $type {
            #[allow(clippy::cast_precision_loss)] // Limits above 2^53 do not occur.
            fn measure(&self) -> Option<f64> {
                Some(*self as f64)
            }
        }
    )* };
}

whole!(i64, u64);

impl<T> Measure for Vec<T> {
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) -> Option<f64> {
        Some(self.len() as f64)
    }
}

impl Measure for f64 {
    fn measure(&self) -> Option<f64> {
        Some(*self)
    }
}

impl Measure for String {
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) -> Option<f64> {
        Some(self.chars().count() as f64)
    }
}

impl Measure for Secret {
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) -> Option<f64> {
        Some(self.expose().chars().count() as f64)
    }
}

impl<T: Measure> Measure for Option<T> {
    fn measure(&self) -> Option<f64> {
        self.as_ref().and_then(Measure::measure)
    }
}

impl<T: Measure> Measure for Box<T> {
    fn measure(&self) -> Option<f64> {
        (**self).measure()
    }
}

impl<T: Measure> Measure for Nullable<T> {
    fn measure(&self) -> Option<f64> {
        self.as_option().and_then(Measure::measure)
    }
}

impl Measure for serde_json::Value {
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            Self::String(text) => text.measure(),
            Self::Array(items) => items.measure(),
            Self::Object(fields) => Some(fields.len() as f64),
            Self::Bool(_) | Self::Null => None,
        }
    }
}

/// Begins the check of one value.
pub(crate) fn value(label: &'static str, value: &impl Measure) -> Value {
    Value { label: label.into(), measure: value.measure(), broken: None }
}

/// What holds values that have limits: a list or a map.
pub(crate) trait Elements {
    /// Each value's place and measure.
    fn elements(&self) -> Vec<(String, Option<f64>)>;
}

impl<T: Elements> Elements for Option<T> {
    fn elements(&self) -> Vec<(String, Option<f64>)> {
        self.as_ref().map(Elements::elements).unwrap_or_default()
    }
}

impl<T: Elements> Elements for Box<T> {
    fn elements(&self) -> Vec<(String, Option<f64>)> {
        (**self).elements()
    }
}

impl<T: Elements> Elements for Nullable<T> {
    fn elements(&self) -> Vec<(String, Option<f64>)> {
        self.as_option().map(Elements::elements).unwrap_or_default()
    }
}

impl<T: Measure> Elements for Vec<T> {
    fn elements(&self) -> Vec<(String, Option<f64>)> {
        self.iter().enumerate().map(|(i, item)| (i.to_string(), item.measure())).collect()
    }
}

impl<T: Measure> Elements for HashMap<String, T> {
    fn elements(&self) -> Vec<(String, Option<f64>)> {
        self.iter().map(|(key, value)| (key.clone(), value.measure())).collect()
    }
}

impl Elements for serde_json::Value {
    fn elements(&self) -> Vec<(String, Option<f64>)> {
        match self {
            Self::Array(items) => items.elements(),
            Self::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value.measure())).collect(),
            _ => Vec::new(),
        }
    }
}

/// Checks what a list or a map holds.
pub(crate) fn each(label: &str, of: &impl Elements, hold: impl Fn(Value) -> Value) -> Result<(), String> {
    let check = |(at, measure)| hold(Value { label: format!("{label}[{at}]").into(), measure, broken: None }).done();
    of.elements().into_iter().try_for_each(check)
}

/// A value on its way through its limits.
pub(crate) struct Value {
    label: Cow<'static, str>,
    measure: Option<f64>,
    broken: Option<String>,
}

impl Value {
    fn hold(mut self, holds: impl FnOnce(f64) -> bool, what: &str, limit: f64) -> Self {
        if let Some(measure) = self.measure
            && self.broken.is_none()
            && !holds(measure)
        {
            self.broken = Some(format!("{}: {measure} is not {what} {limit}", self.label));
        }
        self
    }

    pub(crate) fn min(self, limit: f64) -> Self {
        self.hold(|v| v >= limit, "at least", limit)
    }

    pub(crate) fn max(self, limit: f64) -> Self {
        self.hold(|v| v <= limit, "at most", limit)
    }

    pub(crate) fn above(self, limit: f64) -> Self {
        self.hold(|v| v > limit, "above", limit)
    }

    pub(crate) fn below(self, limit: f64) -> Self {
        self.hold(|v| v < limit, "below", limit)
    }

    pub(crate) fn min_len(self, limit: f64) -> Self {
        self.hold(|v| v >= limit, "a length of at least", limit)
    }

    pub(crate) fn max_len(self, limit: f64) -> Self {
        self.hold(|v| v <= limit, "a length of at most", limit)
    }

    pub(crate) fn min_items(self, limit: f64) -> Self {
        self.hold(|v| v >= limit, "a number of items of at least", limit)
    }

    pub(crate) fn max_items(self, limit: f64) -> Self {
        self.hold(|v| v <= limit, "a number of items of at most", limit)
    }

    pub(crate) fn done(self) -> Result<(), String> {
        self.broken.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::runtime::Parameter;

    /// A number that may not be above nine.
    struct Digit(i64);

    impl Check for Digit {
        fn check(&self) -> Result<(), String> {
            value("digit", &self.0).max(9.0).done()
        }
    }

    #[test]
    fn each_limit_holds_up_to_its_edge() {
        type Limit = fn(Value, f64) -> Value;
        let limits: [(&str, Limit, [bool; 3]); 4] = [
            ("at least", Value::min, [false, true, true]),
            ("at most", Value::max, [true, true, false]),
            ("above", Value::above, [false, false, true]),
            ("below", Value::below, [true, false, false]),
        ];
        for (what, limit, holds) in limits {
            for (measure, holds) in [6_i64, 7, 8].into_iter().zip(holds) {
                let message = format!("size: {measure} is not {what} 7");
                let expected = if holds { Ok(()) } else { Err(message) };
                assert_eq!(limit(value("size", &measure), 7.0).done(), expected);
                assert_eq!(limit(value("size", &(measure as f64)), 7.0).done(), expected);
            }
        }
    }

    #[test]
    fn a_text_is_as_long_as_its_characters() {
        let name = "größe".to_owned();
        assert_eq!(value("name", &name).min_len(5.0).max_len(5.0).done(), Ok(()));
        let (short, long) = (value("name", &name).min_len(6.0).done(), value("name", &name).max_len(4.0).done());
        assert_eq!(short, Err("name: 5 is not a length of at least 6".to_owned()));
        assert_eq!(long, Err("name: 5 is not a length of at most 4".to_owned()));
    }

    #[test]
    fn the_first_broken_limit_is_told_and_nothing_is_not_held_to_any() {
        assert_eq!(value("n", &5_i64).min(7.0).max(3.0).done(), Err("n: 5 is not at least 7".to_owned()));
        assert_eq!(value("n", &None::<i64>).min(7.0).max(3.0).done(), Ok(()));
        assert_eq!(value("n", &Some(5_i64)).min(7.0).done(), Err("n: 5 is not at least 7".to_owned()));
    }

    #[test]
    fn lists_and_maps_have_limits_of_their_own_and_of_what_they_hold() {
        let list = vec!["a".to_owned(), "bcd".to_owned()];
        assert_eq!(value("list", &list).min_items(2.0).max_items(2.0).done(), Ok(()));
        let few = value("list", &list).min_items(3.0).done();
        assert_eq!(few, Err("list: 2 is not a number of items of at least 3".to_owned()));
        let most = |most: f64| each("list", &Some(list.clone()), |value| value.max_len(most));
        assert_eq!(most(3.0), Ok(()));
        assert_eq!(most(2.0), Err("list[1]: 3 is not a length of at most 2".to_owned()));
        let map = HashMap::from([("key".to_owned(), 10_i64)]);
        assert_eq!(each("map", &map, |v| v.max(9.0)), Err("map[key]: 10 is not at most 9".to_owned()));
        assert_eq!(each("map", &None::<HashMap<String, i64>>, |v| v.max(9.0)), Ok(()));
    }

    #[test]
    fn limits_hold_inside_of_options_and_lists() {
        assert_eq!(Some(Digit(9)).check(), Ok(()));
        assert_eq!(None::<Digit>.check(), Ok(()));
        assert_eq!(inside("list", &vec![Digit(1), Digit(2)]), Ok(()));
        let error = Err("list: digit: 10 is not at most 9".to_owned());
        // Whichever it is of the list.
        assert_eq!(inside("list", &vec![Digit(1), Digit(10)]), error);
        assert_eq!(inside("list", &vec![Digit(10), Digit(1)]), error);
        assert_eq!(inside("list", &Some(Digit(10))), error);
        assert_eq!(inside("list", &Box::new(Digit(10))), error);
        assert_eq!(inside("list", &Some(vec![Digit(1), Digit(10)])), error);
        let map = |value| HashMap::from([("a".to_owned(), Digit(1)), ("b".to_owned(), Digit(value))]);
        assert_eq!((inside("list", &map(10)), inside("list", &map(9))), (error, Ok(())));
    }

    #[test]
    fn limits_hold_inside_of_what_may_be_null() {
        let error = |at: &str| Err(format!("{at} is not at most 9"));
        // Of an object, of a number, of what a list holds, and of what objects in a list hold.
        assert_eq!(inside("field", &Nullable::Value(Digit(10))), error("field: digit: 10"));
        assert_eq!(inside("field", &Nullable::Value(vec![Digit(1), Digit(10)])), error("field: digit: 10"));
        assert_eq!(value("field", &Nullable::Value(10_i64)).max(9.0).done(), error("field: 10"));
        assert_eq!(value("field", &Box::new(10_i64)).max(9.0).done(), error("field: 10"));
        let at_most_nine = |value: Value| value.max(9.0);
        assert_eq!(each("field", &Nullable::Value(vec![1_i64, 10]), at_most_nine), error("field[1]: 10"));
        assert_eq!(each("field", &Box::new(vec![10_i64, 1]), at_most_nine), error("field[0]: 10"));
        assert_eq!(each("field", &vec![Nullable::Null, Nullable::Value(10_i64)], at_most_nine), error("field[1]: 10"));
        for absent in [Nullable::<i64>::Unset, Nullable::Null] {
            assert_eq!(value("field", &absent).min(1.0).done(), Ok(()));
        }
        for absent in [Nullable::<Vec<i64>>::Unset, Nullable::Null] {
            assert_eq!(each("field", &absent, |value| value.min(1.0)), Ok(()));
            assert_eq!(value("field", &absent).min_items(1.0).done(), Ok(()));
        }
        assert_eq!(inside("field", &Nullable::<Digit>::Null), Ok(()));
    }

    /// A list has limits, and so has each of its items: neither is for the other.
    #[test]
    fn a_parameter_is_held_to_the_limits_of_the_whole_and_of_each() {
        let few = |value: Value| value.max_items(2.0);
        let names = Parameter::query("names").within(few).each_within(|value| value.max_len(3.0));
        assert_eq!(names.check(&serde_json::json!(["abc", "d"])), Ok(()));
        let error = |value| names.check(&value).unwrap_err();
        assert_eq!(error(serde_json::json!(["a", "abcd"])), "names[1]: 4 is not a length of at most 3");
        assert_eq!(error(serde_json::json!(["a", "b", "c"])), "names: 3 is not a number of items of at most 2");
        // An object is as large as it has fields.
        assert_eq!(
            error(serde_json::json!({ "a": 1, "b": 2, "c": 3 })),
            "names: 3 is not a number of items of at most 2"
        );
    }
}
