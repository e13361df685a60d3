//! Schemas of an `allOf` that no value can fit together.

use std::collections::BTreeSet;

use super::numbers;
use super::view::View;

impl View<'_> {
    /// Why no value can fit all parts, if so.
    pub(super) fn contradiction(&self) -> Option<String> {
        if self.parts().len() == 1 {
            return None;
        }
        let mut types: BTreeSet<String> =
            self.all("type").iter().filter_map(|node| node.value.as_str()).map(str::to_owned).collect();
        if types.contains("integer") {
            types.remove("number");
        }
        if types.len() > 1 {
            return Some(format!("its members are of different types, {}", Vec::from_iter(types).join(" and ")));
        }
        if self.values("enum").is_some_and(|values| values.is_empty()) {
            return Some("no value is in the `enum`s of all its members".to_owned());
        }
        for (low, high) in [
            ("minimum", "maximum"),
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
        ] {
            let order = numbers::compare(self.get(low).value, self.get(high).value);
            if order.is_some_and(|order| order.is_gt()) {
                return Some(format!("its members' {low} is above their {high}"));
            }
        }
        None
    }
}
