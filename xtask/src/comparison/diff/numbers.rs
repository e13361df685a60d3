//! Numbers by their value, however they are written: `10`, `10.0` and `1e1` are one number.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use serde_json::{Number, Value};

use crate::upstream::spec::big_integer;

/// The value of a number: exact where it is whole.
#[derive(Clone, Debug)]
enum Quantity {
    /// A whole number of at most 38 digits.
    Whole(i128),
    /// A larger whole number: its sign, and its digits.
    Large(bool, String),
    /// What is not a whole number, as near as 64 bits come.
    Fraction(f64),
}

impl Quantity {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::of_number(number)),
            Value::String(text) => big_integer(text).map(Self::of_digits),
            _ => None,
        }
    }

    fn of_number(number: &Number) -> Self {
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        if let Some(whole) = whole {
            return Self::Whole(whole);
        }
        match number.as_f64().unwrap_or(f64::NAN) {
            // Every whole number of this size is one of 64 bits' floats exactly.
            #[allow(clippy::cast_possible_truncation)]
            float if float.fract() == 0.0 && float.abs() < 1e38 => Self::Whole(float as i128),
            float => Self::Fraction(float),
        }
    }

    fn of_digits(text: &str) -> Self {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.trim_start_matches('+')),
        };
        match text.trim_start_matches('+').parse() {
            Ok(whole) => Self::Whole(whole),
            Err(_) => Self::Large(negative, digits.trim_start_matches('0').to_owned()),
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn as_f64(&self) -> f64 {
        match self {
            Self::Whole(whole) => *whole as f64,
            Self::Large(negative, digits) => {
                let size: f64 = digits.parse().unwrap_or(f64::INFINITY);
                if *negative { -size } else { size }
            }
            Self::Fraction(float) => *float,
        }
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(b)),
            (Self::Large(a_negative, a), Self::Large(b_negative, b)) => Some(match (a_negative, b_negative) {
                (false, true) => Ordering::Greater,
                (true, false) => Ordering::Less,
                (false, false) => (a.len(), a).cmp(&(b.len(), b)),
                (true, true) => (b.len(), b).cmp(&(a.len(), a)),
            }),
            (a, b) => a.as_f64().partial_cmp(&b.as_f64()),
        }
    }
}

/// How two numbers compare; nothing where one is none.
pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    Quantity::of(a)?.compare(&Quantity::of(b)?)
}

/// Whether a value is a number.
pub(super) fn is_number(value: &Value) -> bool {
    Quantity::of(value).is_some()
}

/// Whether a value is the number 0.
pub(super) fn is_zero(value: &Value) -> bool {
    compare(value, &Value::from(0)) == Some(Ordering::Equal)
}

/// Whether two values are equal, numbers by their value.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b || compare(a, b) == Some(Ordering::Equal),
    }
}

/// A value as a text that is the same for equal values.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, into: &mut String) -> fmt::Result {
    match Quantity::of(value) {
        Some(Quantity::Whole(whole)) => write!(into, "{whole}"),
        Some(Quantity::Large(negative, digits)) => write!(into, "{}{digits}", if negative { "-" } else { "" }),
        Some(Quantity::Fraction(float)) => write!(into, "{float}"),
        None => match value {
            Value::Array(items) => {
                into.push('[');
                for (at, item) in items.iter().enumerate() {
                    into.push_str(if at == 0 { "" } else { "," });
                    write_canonical(item, into)?;
                }
                into.push(']');
                Ok(())
            }
            Value::Object(map) => {
                let mut members: Vec<(String, &Value)> =
                    map.iter().map(|(key, value)| (format!("{}:", Value::from(key.as_str())), value)).collect();
                members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
                into.push('{');
                for (at, (key, value)) in members.into_iter().enumerate() {
                    into.push_str(if at == 0 { "" } else { "," });
                    into.push_str(&key);
                    write_canonical(value, into)?;
                }
                into.push('}');
                Ok(())
            }
            value => write!(into, "{value}"),
        },
    }
}

/// Whether a number is a whole multiple of another one.
pub(super) fn is_multiple(value: &Value, of: &Value) -> bool {
    match (Quantity::of(value), Quantity::of(of)) {
        (Some(Quantity::Whole(value)), Some(Quantity::Whole(of))) => of != 0 && value % of == 0,
        (Some(value), Some(of)) => {
            let ratio = value.as_f64() / of.as_f64();
            ratio.is_finite() && ratio >= 1.0 && (ratio - ratio.round()).abs() < 1e-9
        }
        _ => false,
    }
}

/// Whether a value is a whole number, and not 0.
pub(super) fn is_whole(value: &Value) -> bool {
    !is_zero(value) && matches!(Quantity::of(value), Some(Quantity::Whole(_) | Quantity::Large(..)))
}

/// Whether 1 is a multiple of a value.
pub(super) fn is_divisor_of_one(value: &Value) -> bool {
    is_number(value) && is_multiple(&Value::from(1), value)
}

/// The whole number at the end of all from a number on, or up to it; `open`: without itself.
pub(super) fn whole_end(value: &Value, open: bool, lower: bool) -> Option<i128> {
    match Quantity::of(value)? {
        Quantity::Whole(whole) if open => whole.checked_add(if lower { 1 } else { -1 }),
        Quantity::Whole(whole) => Some(whole),
        #[allow(clippy::cast_possible_truncation)]
        Quantity::Fraction(float) if float.abs() < 1e38 => {
            Some(if lower { float.ceil() as i128 } else { float.floor() as i128 })
        }
        _ => None,
    }
}

/// A whole number as a value.
pub(super) fn of_whole(whole: i128) -> Value {
    match (i64::try_from(whole), u64::try_from(whole)) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(whole)) => whole.into(),
        #[allow(clippy::cast_precision_loss)]
        _ => (whole as f64).into(),
    }
}
