//! Two schemas, wherever they stand.

use std::collections::BTreeSet;

use serde_json::Value;

use super::node::Node;
use super::rules::{self, BOUNDS};
use super::walk::{Walk, change};
use super::{Direction, Level};

/// How deep schemas are compared. YAML ends at 128 levels; only `$ref`s lead on.
const MAX_DEPTH: usize = 200;

/// All that `compare` looks at, the bounds aside.
const KNOWN: &[&str] = &[
    "type",
    "format",
    "nullable",
    "enum",
    "x-extensible-enum",
    "default",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "multipleOf",
    "uniqueItems",
    "pattern",
    "required",
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "discriminator",
    "readOnly",
    "writeOnly",
    "deprecated",
    "x-sunset",
];

/// The role of a schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) direction: Direction,
    pub(super) place: Place,
    /// Read-only in a request or write-only in a response: it does not travel.
    pub(super) stays: bool,
    /// Whether values travel as JSON, where `1` and `"1"` differ.
    pub(super) typed: bool,
    /// A required parameter, of which no default is ever used.
    pub(super) required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Body,
    Property,
    Parameter,
    ParameterProperty,
    Header,
    HeaderProperty,
}

impl Spot {
    /// The beginning of an id.
    pub(super) fn prefix(self) -> &'static str {
        match (self.direction, self.place, self.stays) {
            (Direction::Response, Place::Property, true) => "response-write-only-property",
            (_, Place::Property, true) => "request-read-only-property",
            (Direction::Response, Place::Body, _) => "response-body",
            (Direction::Response, Place::Property, _) => "response-property",
            (Direction::Response, Place::Header | Place::Parameter, _) => "response-header",
            (Direction::Response, Place::HeaderProperty | Place::ParameterProperty, _) => "response-header-property",
            (_, Place::Body, _) => "request-body",
            (_, Place::Property, _) => "request-property",
            (_, Place::Parameter | Place::Header, _) => "request-parameter",
            (_, Place::ParameterProperty, _) => "request-parameter-property",
            (_, Place::HeaderProperty, _) => "request-header-property",
        }
    }

    /// The role of what is inside.
    pub(super) fn inside(self) -> Self {
        let place = match self.place {
            Place::Body | Place::Property => Place::Property,
            Place::Parameter | Place::ParameterProperty => Place::ParameterProperty,
            Place::Header | Place::HeaderProperty => Place::HeaderProperty,
        };
        Self { place, ..self }
    }

    /// The role of an array's items: those of a parameter are the parameter, to oasdiff.
    fn items(self) -> Self {
        match self.place {
            Place::Parameter | Place::Header => self,
            _ => self.inside(),
        }
    }

    /// The role of a property, by what it says of itself.
    pub(super) fn property(self, old: &Node<'_>, new: &Node<'_>) -> Self {
        let stays = match self.direction {
            Direction::Response => old.is_true("writeOnly") || new.is_true("writeOnly"),
            _ => new.is_true("readOnly"),
        };
        Self { stays: self.stays || stays, ..self.inside() }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn body_schema(&mut self, direction: Direction, nodes: (&Node<'a>, &Node<'a>), typed: bool) {
        let (what, added, removed) = match direction {
            Direction::Response => ("response-body", Level::Info, Level::Warn),
            _ => ("request-body", Level::Err, Level::Info),
        };
        match (nodes.0.value.is_null(), nodes.1.value.is_null()) {
            (true, true) => {}
            (true, false) => {
                let id = format!("{what}-media-type-schema-added");
                self.report(&id, added, direction, nodes, "the media type got a schema".into());
            }
            (false, true) => {
                let id = format!("{what}-media-type-schema-removed");
                self.report(&id, removed, direction, nodes, "the media type lost its schema".into());
            }
            (false, false) => {
                self.compare(Spot { direction, place: Place::Body, stays: false, typed, required: false }, nodes);
            }
        }
    }

    pub(super) fn parameter_schema(&mut self, nodes: (&Node<'a>, &Node<'a>), header: bool, required: bool) {
        let place = if header { Place::Header } else { Place::Parameter };
        let direction = Direction::Request;
        self.compare(Spot { direction, place, stays: false, typed: true, required }, nodes);
    }

    pub(super) fn header_schema(&mut self, nodes: (&Node<'a>, &Node<'a>)) {
        let (direction, place) = (Direction::Response, Place::Header);
        self.compare(Spot { direction, place, stays: false, typed: false, required: false }, nodes);
    }

    /// Reports a change under its composed id and by the level of its rule.
    pub(super) fn changed(&mut self, spot: Spot, what: &str, nodes: (&Node<'a>, &Node<'a>), message: String) {
        let id = format!("{}-{what}", spot.prefix());
        let id = match id.as_str() {
            // oasdiff's names for these do not follow its own scheme.
            "response-body-enum-value-removed" => "response-mediatype-enum-value-removed",
            "response-write-only-property-enum-value-removed" => "response-property-enum-value-removed",
            "request-read-only-property-pattern-added" => "request-property-pattern-added",
            "request-read-only-property-pattern-changed" => "request-property-pattern-changed",
            id => id,
        };
        let level = rules::level(id, what, spot.direction);
        let moot = spot.stays && !what.starts_with("pattern") || spot.required && what.starts_with("default-value");
        let level = if moot { Level::Info } else { level };
        self.report(id, level, spot.direction, nodes, format!("{}: {message}", named(nodes.1)));
    }

    pub(super) fn compare(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let (old, new) = self.resolved(spot.direction, (old, new));
        let (old, new) = (&old, &new);
        if self.surely_same(old.value, new.value) {
            return;
        }
        if !self.seen.insert((old.at.clone(), new.at.clone(), spot.prefix())) {
            return;
        }
        let object = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
        if self.depth > MAX_DEPTH || self.budget == 0 || !object(old) || !object(new) {
            return self.unclassified(spot.direction, (old, new));
        }
        if self.wrapped(spot, (old, new)) {
            return;
        }
        self.depth += 1;
        let flags =
            ["nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems", "exclusiveMaximum", "exclusiveMinimum"];
        self.flags(spot.direction, (old, new), &flags);
        self.budget -= 1;
        self.values(spot, (old, new));
        self.limits(spot, (old, new));
        self.properties(spot, (old, new));
        self.additional_properties(spot, (old, new));
        // An array that was none before is another type, whatever its items are.
        if old.has("items") && new.has("items") || old.get("type").value == new.get("type").value {
            self.compare(spot.items(), (&old.get("items"), &new.get("items")));
        }
        for (key, what) in [("allOf", "all-of"), ("anyOf", "any-of"), ("oneOf", "one-of")] {
            self.composition(spot, what, (&old.get(key), &new.get(key)), (old.items(key), new.items(key)));
        }
        if self.differ(spot, (&old.get("not"), &new.get("not"))) {
            self.unclassified(spot.direction, (&old.get("not"), &new.get("not")));
        }
        self.discriminator(spot, (&old.get("discriminator"), &new.get("discriminator")));
        self.deprecation(spot.prefix(), spot.direction, (old, new));
        let mut known = KNOWN.to_vec();
        known.extend(BOUNDS.iter().map(|(key, _)| *key));
        if spot.place == Place::Body {
            self.access(spot, (old, new), false);
        }
        if old.value.is_object() && new.value.is_object() {
            self.rest(spot.direction, (old, new), &known);
        } else {
            // A schema where there was none: what it says was compared above with saying nothing.
            let other = if old.value.is_null() { new } else { old };
            let mut keys = other.value.as_object().into_iter().flat_map(|map| map.keys());
            if keys.any(|key| !known.contains(&key.as_str()) && !rules::is_prose(key)) {
                self.unclassified(spot.direction, (old, new));
            }
        }
        self.depth -= 1;
    }

    /// Whether a schema became one of several alternatives, or was one. What the alternatives say
    /// is no change of what the schema said.
    pub(super) fn wrapped(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) -> bool {
        let plain = |node: &Node<'a>| (node.has("type") || node.has("properties")) && !node.has("oneOf");
        let alternatives = |node: &Node<'a>| node.has("oneOf") && !node.has("type") && !node.has("properties");
        let what = match () {
            () if plain(old) && alternatives(new) => "wrapped-in-one-of",
            () if alternatives(old) && plain(new) => "unwrapped-from-one-of",
            () => return false,
        };
        let message = "it became one of several alternatives, or was one before".into();
        self.changed(spot, what, (old, new), message);
        true
    }

    /// Whether two schemas differ at all. Says nothing.
    pub(super) fn differ(&mut self, spot: Spot, nodes: (&Node<'a>, &Node<'a>)) -> bool {
        let findings = std::mem::take(&mut self.findings);
        let seen = std::mem::take(&mut self.seen);
        self.compare(spot, nodes);
        self.seen = seen;
        !std::mem::replace(&mut self.findings, findings).is_empty()
    }

    /// Type, format, null, enum and default.
    pub(super) fn values(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) {
        if let Some(what) = type_change(spot, old, new) {
            let shown = |node: &Node<'a>| match (node.get("type").value, node.text("format")) {
                (Value::Null, None) => "any type".to_owned(),
                (Value::Null, Some(format)) => format!("any type ({format})"),
                (of, format) => {
                    let of = of.as_str().map_or_else(|| of.to_string(), str::to_owned);
                    format!("{of}{}", format.map(|format| format!(" ({format})")).unwrap_or_default())
                }
            };
            self.changed(spot, what, (old, new), format!("the type changed from {} to {}", shown(old), shown(new)));
        }
        match (old.is_true("nullable"), new.is_true("nullable")) {
            (false, true) => self.changed(spot, "became-nullable", (old, new), "it may be null now".into()),
            (true, false) => self.changed(spot, "became-not-nullable", (old, new), "it may no longer be null".into()),
            _ => {}
        }
        self.enumeration(spot, "enum", (&old.get("enum"), &new.get("enum")));
        self.enumeration(spot, "x-extensible-enum", (&old.get("x-extensible-enum"), &new.get("x-extensible-enum")));
        self.set(spot, "default-value", ["added", "changed", "removed"], (&old.get("default"), &new.get("default")));
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
            (a, b) if a == b => return,
            (Value::Null, _) => came,
            (_, Value::Null) => went,
            _ => changed,
        };
        let message = format!("{} {}", aspect.replace('-', " "), change(nodes.0.value, nodes.1.value));
        self.changed(spot, &format!("{aspect}-{what}"), nodes, message);
    }

    pub(super) fn enumeration(&mut self, spot: Spot, key: &str, (old, new): (&Node<'a>, &Node<'a>)) {
        let values = |node: &Node<'a>| -> Option<BTreeSet<String>> {
            node.value.as_array().map(|values| values.iter().map(Value::to_string).collect())
        };
        match (values(old), values(new)) {
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

    pub(super) fn limits(&mut self, spot: Spot, (old, new): (&Node<'a>, &Node<'a>)) {
        for (key, name) in BOUNDS {
            let nodes = (&old.get(key), &new.get(key));
            let what = match (nodes.0.value.as_f64(), nodes.1.value.as_f64()) {
                _ if nodes.0.value == nodes.1.value => continue,
                (Some(a), Some(b)) if a < b => "increased",
                (Some(a), Some(b)) if a > b => "decreased",
                (Some(_), Some(_)) => continue,
                (None, Some(_)) if nodes.0.value.is_null() => "set",
                (Some(_), None) if nodes.1.value.is_null() => "unset",
                _ => {
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
            self.report(&id, level, spot.direction, nodes, format!("{}: {message}", named(new)));
        }
        for (key, name) in [
            ("exclusiveMaximum", "exclusive-max"),
            ("exclusiveMinimum", "exclusive-min"),
            ("uniqueItems", "unique-items"),
        ] {
            let nodes = (&old.get(key), &new.get(key));
            match (old.is_true(key), new.is_true(key)) {
                (false, true) => self.changed(spot, &format!("{name}-set"), nodes, format!("{key} was set")),
                (true, false) => self.changed(spot, &format!("{name}-unset"), nodes, format!("{key} was unset")),
                _ => {}
            }
        }
        self.set(spot, "multiple-of", ["set", "changed", "unset"], (&old.get("multipleOf"), &new.get("multipleOf")));
        // An empty pattern is none.
        let pattern = |node: &Node<'a>| match node.get("pattern") {
            Node { value: Value::String(text), root, at } if text.is_empty() => Node { value: &Value::Null, root, at },
            pattern => pattern,
        };
        let nodes = (&pattern(old), &pattern(new));
        match nodes.1.text_value() {
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

impl<'a> Node<'a> {
    fn text_value(&self) -> Option<&'a str> {
        self.value.as_str()
    }
}

/// What a schema is called in a sentence.
pub(super) fn named(node: &Node<'_>) -> String {
    let (mut rest, mut below) = (node.at.as_str(), "");
    while let Some((before, token)) = rest.rsplit_once('/') {
        match (token, below) {
            ("properties", name) if !name.is_empty() => return format!("`{name}`"),
            ("parameters", index) if !index.is_empty() => {
                // A list: the name is in the item.
                let item = node.root.pointer(&node.at[..rest.len() + 1 + index.len()]);
                return format!("parameter `{}`", item.and_then(|item| item["name"].as_str()).unwrap_or(index));
            }
            ("headers" | "schemas", name) if !name.is_empty() => {
                return format!("{} `{name}`", token.trim_end_matches('s'));
            }
            ("content", name) if !name.is_empty() => return format!("the body ({})", name.replace("~1", "/")),
            _ => (rest, below) = (before, token),
        }
    }
    "the schema".to_owned()
}

/// How a type changed, its format included.
fn type_change(spot: Spot, old: &Node<'_>, new: &Node<'_>) -> Option<&'static str> {
    let of = |node: &Node<'_>| (node.get("type").value.clone(), node.get("format").value.clone());
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

/// Whether a type takes all that another takes. `formats`: whether dropping a format widens.
fn wider(wide: &(Value, Value), narrow: &(Value, Value), formats: bool) -> bool {
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
