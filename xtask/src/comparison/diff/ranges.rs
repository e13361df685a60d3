//! The numbers that a schema allows, as a set: however its ends are written, the same set is the same.

use std::cmp::Ordering;

use serde_json::Value;

use super::node::Node;
use super::numbers::{self, is_divisor_of_one};
use super::view::View;

/// Where a set of numbers ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    /// At a whole number, which is one of them.
    Whole(i128),
    /// At a number, which is one of them or not.
    Other(Value, bool),
}

/// Which end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

impl Side {
    /// The end that a keyword is about.
    pub(super) fn of(keyword: &str) -> Option<Self> {
        match keyword {
            "minimum" => Some(Self::Lower),
            "maximum" => Some(Self::Upper),
            _ => None,
        }
    }

    pub(super) fn keywords(self) -> (&'static str, &'static str) {
        match self {
            Self::Lower => ("minimum", "exclusiveMinimum"),
            Self::Upper => ("maximum", "exclusiveMaximum"),
        }
    }

    /// How two ends are ordered on the line of numbers.
    pub(super) fn compare(self, a: &End, b: &End) -> Option<Ordering> {
        let number = |end: &End| match end {
            End::Whole(whole) => numbers::of_whole(*whole),
            End::Other(value, _) => value.clone(),
        };
        let is_open = |end: &End| matches!(end, End::Other(_, true));
        let order = match (a, b) {
            (End::Whole(a), End::Whole(b)) => a.cmp(b),
            (a, b) => numbers::compare(&number(a), &number(b))?,
        };
        let openness = is_open(a).cmp(&is_open(b));
        Some(order.then(if self == Self::Lower { openness } else { openness.reverse() }))
    }

    /// Whether the set of one end has all of that of another one; nothing, where it has no such end.
    pub(super) fn is_within(self, narrow: Option<&End>, wide: Option<&End>) -> bool {
        match (narrow, wide) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(a), Some(b)) => self.compare(a, b).is_some_and(|order| match self {
                Self::Lower => order.is_ge(),
                Self::Upper => order.is_le(),
            }),
        }
    }

    /// The end that one schema says.
    pub(super) fn end(self, part: &Node<'_>, whole: bool) -> Option<End> {
        let (keyword, exclusive) = self.keywords();
        let value = part.value.get(keyword).filter(|value| numbers::is_number(value))?;
        let is_open = part.is_true(exclusive);
        let end = || match whole {
            true => numbers::whole_end(value, is_open, self == Self::Lower).map(End::Whole),
            false => None,
        };
        Some(end().unwrap_or_else(|| End::Other(value.clone(), is_open)))
    }

    /// The tightest end that schemas say together, or a format implies.
    pub(super) fn end_of(self, view: &View<'_>, with_format: bool) -> Option<End> {
        let whole = is_whole(view);
        let implied = view.text("format").filter(|_| whole && with_format).and_then(|format| self.of_format(format));
        let ends = view.parts().iter().filter_map(|part| self.end(part, whole)).chain(implied);
        ends.reduce(|a, b| if self.is_within(Some(&a), Some(&b)) { a } else { b })
    }

    /// The end that a format of whole numbers implies.
    pub(super) fn of_format(self, format: &str) -> Option<End> {
        let bits = match format {
            "int32" => 31,
            "int64" => 63,
            _ => return None,
        };
        Some(End::Whole(if self == Self::Lower { -(1 << bits) } else { (1 << bits) - 1 }))
    }
}

/// Whether a schema allows no numbers but whole ones: by its type, or as multiples of one.
pub(super) fn is_whole(view: &View<'_>) -> bool {
    match view.type_name().name.as_deref() {
        Some("integer") => true,
        Some("number") => numbers::is_whole(view.get("multipleOf").value),
        _ => false,
    }
}

/// What a schema says of multiples, beside that they are whole.
pub(super) fn multiples<'a>(view: &View<'a>) -> Node<'a> {
    let node = view.get("multipleOf");
    match is_whole(view) && is_divisor_of_one(node.value) {
        true => Node { value: &Value::Null, ..node },
        false => node,
    }
}

/// How the whole numbers of two schemas compare whose formats differ in how many there are; nothing, where that is
/// not what they differ in, or formats alone say it.
pub(super) fn compare_by_format(old: &View<'_>, new: &View<'_>) -> Option<(bool, bool)> {
    let of_whole = |view: &View<'_>| is_whole(view) && matches!(view.text("format"), None | Some("int32" | "int64"));
    let says = |view: &View<'_>| view.has("minimum") || view.has("maximum");
    if !(of_whole(old) && of_whole(new) && (says(old) || says(new))) {
        return None;
    }
    let within = |narrow: &View<'_>, wide: &View<'_>| {
        [Side::Lower, Side::Upper]
            .into_iter()
            .all(|side| side.is_within(side.end_of(narrow, true).as_ref(), side.end_of(wide, true).as_ref()))
    };
    Some((within(old, new), within(new, old)))
}
