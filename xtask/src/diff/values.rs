//! What a schema says of plain values: type, null, enum, default, and limits.

use std::cmp::Ordering;

use serde_json::Value;

use super::node::Node;
use super::numbers;
use super::rules::{self, BOUNDS, PROSE_LEVEL};
use super::schema::named;
use super::spot::{Place, Spot};
use super::view::View;
use super::walk::Walk;
use super::words::change;
use super::{Direction, Level};

impl<'a> Walk<'a> {
    /// Type, format, null, enum and default.
    pub(super) fn values(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let nodes = (old.here(), new.here());
        if let Some(what) = type_change(spot, old, new) {
            let shown = |node: &View<'a>| match (node.get("type").value, node.text("format")) {
                (Value::Null, None) => "any type".to_owned(),
                (Value::Null, Some(format)) => format!("any type ({format})"),
                (of, format) => {
                    let of = of.as_str().map_or_else(|| of.to_string(), str::to_owned);
                    format!("{of}{}", format.map(|format| format!(" ({format})")).unwrap_or_default())
                }
            };
            self.changed(spot, what, nodes, format!("the type changed from {} to {}", shown(old), shown(new)));
        }
        match (old.nullable(), new.nullable()) {
            (false, true) => self.changed(spot, "became-nullable", nodes, "it may be null now".into()),
            (true, false) => self.changed(spot, "became-not-nullable", nodes, "it may no longer be null".into()),
            _ => {
                // Said in more places, or in fewer, it means the same.
                let said = |view: &View<'a>| view.all("nullable").iter().filter(|node| node.value == true).count();
                if said(old) != said(new) {
                    let nodes = (&old.with("nullable").get("nullable"), &new.with("nullable").get("nullable"));
                    let message =
                        format!("{}: whether it may be null is the same, but said elsewhere", named(new.here()));
                    self.report("nullable-restated", PROSE_LEVEL, spot.direction, nodes, message);
                }
            }
        }
        self.enumeration(spot, "enum", (old, new));
        self.enumeration(spot, "x-extensible-enum", (old, new));
        if old.has("default") || new.has("default") {
            self.set(
                spot,
                "default-value",
                ["added", "changed", "removed"],
                (&old.get("default"), &new.get("default")),
            );
        }
    }

    /// A keyword that may come, change and go.
    pub(super) fn set(
        &mut self,
        spot: Spot,
        aspect: &str,
        [came, changed, went]: [&str; 3],
        nodes: (&Node<'a>, &Node<'a>),
    ) {
        let what = match (nodes.0.value, nodes.1.value) {
            (a, b) if numbers::equal(a, b) => return,
            (Value::Null, _) => came,
            (_, Value::Null) => went,
            _ => changed,
        };
        let message = format!("{} {}", aspect.replace('-', " "), change(nodes.0.value, nodes.1.value));
        self.changed(spot, &format!("{aspect}-{what}"), nodes, message);
    }

    fn enumeration(&mut self, spot: Spot, key: &str, views: (&View<'a>, &View<'a>)) {
        if !views.0.has(key) && !views.1.has(key) {
            return;
        }
        let (old, new) = (&views.0.get(key), &views.1.get(key));
        match (views.0.values(key), views.1.values(key)) {
            (None, None) if old.value != new.value => self.unclassified(spot.direction, (old, new)),
            (None, None) => {}
            (None, Some(to)) if key == "enum" => {
                let all = to.into_iter().collect::<Vec<_>>().join(", ");
                self.changed(spot, "became-enum", (old, new), format!("it is now one of {all}"));
            }
            (Some(from), None) if key == "enum" => {
                let all = from.into_iter().collect::<Vec<_>>().join(", ");
                self.changed(spot, "enum-dropped", (old, new), format!("it is no longer one of {all}"));
            }
            (from, to) => {
                let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
                for value in from.difference(&to) {
                    self.changed(
                        spot,
                        &format!("{key}-value-removed"),
                        (old, new),
                        format!("the value {value} was removed"),
                    );
                }
                for value in to.difference(&from) {
                    self.changed(
                        spot,
                        &format!("{key}-value-added"),
                        (old, new),
                        format!("the value {value} was added"),
                    );
                }
            }
        }
    }

    pub(super) fn limits(&mut self, spot: Spot, (old, new): (&View<'a>, &View<'a>)) {
        let said = |key: &str| old.has(key) || new.has(key);
        for (key, name) in BOUNDS.iter().filter(|(key, _)| said(key)) {
            let nodes = (&old.get(key), &new.get(key));
            let what = match numbers::compare(nodes.0.value, nodes.1.value) {
                _ if nodes.0.value == nodes.1.value => continue,
                Some(Ordering::Equal) => continue,
                Some(Ordering::Less) => "increased",
                Some(Ordering::Greater) => "decreased",
                None if nodes.0.value.is_null() && numbers::is_number(nodes.1.value) => "set",
                None if nodes.1.value.is_null() && numbers::is_number(nodes.0.value) => "unset",
                None => {
                    self.unclassified(spot.direction, nodes);
                    continue;
                }
            };
            // In the table an upper and a lower bound are judged alike, whatever they bound.
            let message = format!("{key} {}", change(nodes.0.value, nodes.1.value));
            let id = format!("{}-{name}-{what}", spot.prefix());
            let kind = name.split('-').next().unwrap_or_default();
            let level = rules::level(&id, &format!("{kind}-{what}"), spot.direction);
            let level = if spot.stays { Level::Info } else { level };
            self.report(&id, level, spot.direction, nodes, format!("{}: {message}", named(new.here())));
        }
        for (key, name) in [
            ("exclusiveMaximum", "exclusive-max"),
            ("exclusiveMinimum", "exclusive-min"),
            ("uniqueItems", "unique-items"),
        ]
        .into_iter()
        .filter(|(key, _)| said(key))
        {
            let nodes = (&old.get(key), &new.get(key));
            match (old.is_true(key), new.is_true(key)) {
                (false, true) => self.changed(spot, &format!("{name}-set"), nodes, format!("{key} was set")),
                (true, false) => self.changed(spot, &format!("{name}-unset"), nodes, format!("{key} was unset")),
                _ => {}
            }
        }
        if said("multipleOf") {
            self.set(
                spot,
                "multiple-of",
                ["set", "changed", "unset"],
                (&old.get("multipleOf"), &new.get("multipleOf")),
            );
        }
        if !said("pattern") {
            return;
        }
        let nodes = (&old.get("pattern"), &new.get("pattern"));
        match nodes.1.value.as_str() {
            // A pattern that any text matches restricts nothing.
            Some(".*")
                if !nodes.0.value.is_null()
                    && nodes.0.value != nodes.1.value
                    && spot.direction == Direction::Request =>
            {
                self.changed(
                    spot,
                    "pattern-generalized",
                    nodes,
                    format!("pattern {}", change(nodes.0.value, nodes.1.value)),
                );
            }
            _ => self.set(spot, "pattern", ["added", "changed", "removed"], nodes),
        }
    }
}

/// How a type changed, its format included.
fn type_change(spot: Spot, old: &View<'_>, new: &View<'_>) -> Option<&'static str> {
    let of = |node: &View<'_>| (node.get("type").value.clone(), node.get("format").value.clone());
    let (from, to) = (of(old), of(new));
    if from == to {
        return None;
    }
    let request = spot.direction == Direction::Request;
    if wider(&to, &from, request) {
        return Some("type-generalized");
    }
    if wider(&from, &to, !request) {
        // A request that may say less is simply another type to oasdiff, but in one place.
        let split = !request || spot.place == Place::ParameterProperty;
        return Some(if split { "type-specialized" } else { "type-changed" });
    }
    // As plain text, a number is a string that looks like one.
    let text = (Value::from("string"), Value::Null);
    let scalar = |of: &(Value, Value)| matches!(of.0.as_str(), Some("integer" | "number" | "boolean"));
    if spot.place == Place::ParameterProperty && from == text && scalar(&to) {
        return Some("type-specialized");
    }
    if !spot.typed && (from == text && !request || to == text && request) {
        return Some("type-compatible");
    }
    Some("type-changed")
}

/// Whether a type, with its format, takes all that another takes. `formats`: whether dropping a format widens.
pub(super) fn wider(wide: &(Value, Value), narrow: &(Value, Value), formats: bool) -> bool {
    let (a, b) = (wide.0.as_str(), narrow.0.as_str());
    let (f, g) = (wide.1.as_str(), narrow.1.as_str());
    let format = f == g || matches!((f, g), (Some("double"), Some("float")) | (Some("int64"), Some("int32")));
    match (a, b) {
        (None, Some(_)) if wide.0.is_null() && formats => f.is_none(),
        (Some("number"), Some("integer")) => f.is_none() || format,
        _ if wide.0 == narrow.0 => format || formats && f.is_none() && g.is_some(),
        _ => false,
    }
}
