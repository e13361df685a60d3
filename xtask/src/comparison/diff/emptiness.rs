//! Schemas that no value fits, however they are composed.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::alternatives::type_of_json;
use super::bounds::Question;
use super::facts::{DISJOINT_DEPTH, Facts, combinations};
use super::numbers;
use super::view::View;

/// What cannot be below, what cannot be above it, and the type that they are about.
const ENDS: [(&str, &str, &[&str]); 4] = [
    ("minimum", "maximum", &["integer", "number"]),
    ("minLength", "maxLength", &["string"]),
    ("minItems", "maxItems", &["array"]),
    ("minProperties", "maxProperties", &["object"]),
];

impl Facts<'_> {
    /// Whether surely no value fits all of it, null aside.
    pub(super) fn are_of_nothing(&self, question: &Question<'_>) -> bool {
        self.is_nothing(DISJOINT_DEPTH, question)
    }

    fn is_nothing(&self, depth: u8, question: &Question<'_>) -> bool {
        if !question.step() {
            return false;
        }
        let mut said: BTreeSet<&str> = self.values("type").into_iter().filter_map(Value::as_str).collect();
        if said.contains("integer") {
            said.remove("number");
        }
        let is_of = |json: &String| {
            let of = type_of_json(json);
            said.iter().all(|said| *said == of || *said == "number" && of == "integer")
        };
        if said.len() > 1 || self.values.as_ref().is_some_and(|values| !values.iter().any(is_of)) {
            return true;
        }
        let Some(of) = said.first() else { return false };
        let cross = |(low, high, about): &(&str, &str, &[&str])| {
            let is_above = |low: &Value, high: &Value| numbers::compare(low, high) == Some(Ordering::Greater);
            let highs = self.values(high);
            about.contains(of) && self.values(low).into_iter().any(|low| highs.iter().any(|high| is_above(low, high)))
        };
        if ENDS.iter().any(cross) {
            return true;
        }
        // What must have a property has none that fits.
        *of == "object"
            && depth > 0
            && self.required().into_iter().any(|name| {
                let view = View::of(&self.property(name));
                self.excludes(name)
                    || view.null() == Some(false)
                        && combinations(&view, question)
                            .is_some_and(|all| all.iter().all(|facts| facts.is_nothing(depth - 1, question)))
            })
    }
}
