//! What a schema says of plain values: type, null, enum, and default.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::argument::Argument;
use super::findings::Found;
use super::node::Node;
use super::numbers;
use super::pair::Nodes;
use super::ranges::{compare_by_format, is_whole};
use super::role::{Part, Role};
use super::rules::table::{
    BECAME_ENUM, BECAME_NOT_NULLABLE, BECAME_NULLABLE, DEFAULT_VALUE_ADDED, DEFAULT_VALUE_CHANGED,
    DEFAULT_VALUE_REMOVED, ENUM_DROPPED, ENUM_VALUE_ADDED, ENUM_VALUE_REMOVED, EXTENSIBLE_ENUM_VALUE_ADDED,
    EXTENSIBLE_ENUM_VALUE_REMOVED, NULLABLE_RESTATED, TYPE_CHANGED, TYPE_COMPATIBLE, TYPE_GENERALIZED, TYPE_RESTATED,
    TYPE_SPECIALIZED,
};
use super::rules::{Downgrade, Rule};
use super::view::View;
use super::views::Views;
use super::walk::Walk;

impl<'a> Walk<'a> {
    /// Type, format, null, enum and default.
    pub(super) fn values(&mut self, role: Role, views: &Views<'a>) {
        if let Some(rule) = type_change(role, &views.old, &views.new) {
            let found = Found::from(rule)
                .with("old", Argument::Type(views.old.type_name()))
                .with("new", Argument::Type(views.new.type_name()));
            self.changed(role, &views.here(), found);
        } else if views.old.has("type") != views.new.has("type") && views.old.type_name() == views.new.type_name() {
            self.report(role.context, &views.get("type"), &TYPE_RESTATED);
        }
        self.null(role, views);
        self.enumeration(role, "enum", [&ENUM_VALUE_ADDED, &ENUM_VALUE_REMOVED], views);
        let rules = [&EXTENSIBLE_ENUM_VALUE_ADDED, &EXTENSIBLE_ENUM_VALUE_REMOVED];
        self.enumeration(role, "x-extensible-enum", rules, views);
        if views.have("default") {
            let downgrade = Some(Downgrade::DefaultOfRequired).filter(|_| role.required);
            let rules = [&DEFAULT_VALUE_ADDED, &DEFAULT_VALUE_CHANGED, &DEFAULT_VALUE_REMOVED];
            self.set(role, rules, &views.get("default"), |found| found.downgraded(downgrade));
        }
    }

    pub(super) fn null(&mut self, role: Role, views: &Views<'a>) {
        match (views.old.null(), views.new.null()) {
            (Some(false), Some(true)) => {
                let found = BECAME_NULLABLE.with("type", Argument::Type(views.old.type_name()));
                self.changed(role, &views.here(), found);
            }
            (Some(true), Some(false)) => self.changed(role, &views.here(), &BECAME_NOT_NULLABLE),
            _ => {
                // Said in more places, or in fewer, it means the same.
                let mut said = |view: &View<'a>| {
                    let likeness = view.nulls.iter().map(|null| self.likeness.of(null, true)).collect::<Vec<_>>();
                    let lists_null = |part: &&Node<'a>| {
                        part.value
                            .get("enum")
                            .and_then(Value::as_array)
                            .is_some_and(|values| values.contains(&Value::Null))
                    };
                    let listed = view.parts().iter().filter(lists_null).count();
                    (view.all("nullable").iter().filter(|node| node.value == true).count(), listed, likeness)
                };
                if said(&views.old) != said(&views.new) {
                    let at = |view: &View<'a>| match &view.nulls[..] {
                        [] => view.with("nullable").get("nullable"),
                        [null, ..] => null.clone(),
                    };
                    self.report(role.context, &Nodes::new(at(&views.old), at(&views.new)), &NULLABLE_RESTATED);
                }
            }
        }
    }

    /// A keyword that may come, change and go.
    pub(super) fn set(
        &mut self,
        role: Role,
        [came, changed, went]: [&'static Rule; 3],
        pair: &Nodes<'a>,
        with: impl FnOnce(Found) -> Found,
    ) {
        let rule = match pair.values() {
            (old, new) if numbers::equal(old, new) => return,
            (old, new)
                if !old.is_null()
                    && !new.is_null()
                    && [old, new]
                        .map(|value| role.on_the_wire(&numbers::canonical(value)))
                        .windows(2)
                        .all(|two| two[0] == two[1]) =>
            {
                return;
            }
            (Value::Null, _) => came,
            (_, Value::Null) => went,
            _ => changed,
        };
        self.changed(role, pair, with(Found::from(rule).with_change(pair.values())));
    }

    /// The values of an enum: the rules for one that was added, and one that was removed.
    fn enumeration(&mut self, role: Role, key: &str, rules: [&'static Rule; 2], views: &Views<'a>) {
        if !views.old.lists_values(key) && !views.new.lists_values(key) {
            return;
        }
        let pair = &Nodes::new(views.old.list_of_values(key), views.new.list_of_values(key));
        let all = |values: BTreeSet<String>| Argument::Values(values.into_iter().collect());
        match (views.old.values(key), views.new.values(key)) {
            (None, None) if !pair.are_equal() => self.unclassified(role.context, pair),
            (None, None) => {}
            (None, Some(to)) if key == "enum" => self.changed(role, pair, BECAME_ENUM.with("values", all(to))),
            (Some(from), None) if key == "enum" => self.changed(role, pair, ENUM_DROPPED.with("values", all(from))),
            (from, to) => {
                let written = |values: Option<BTreeSet<String>>| -> BTreeMap<String, String> {
                    values.into_iter().flatten().map(|json| (role.on_the_wire(&json), json)).collect()
                };
                let (from, to) = (written(from), written(to));
                for (values, others, rule) in [(&from, &to, rules[1]), (&to, &from, rules[0])] {
                    for (_, value) in values.iter().filter(|(text, _)| !others.contains_key(*text)) {
                        self.changed(role, pair, rule.with("value", Argument::Value(value.clone())));
                    }
                }
            }
        }
    }
}

/// How a type changed, its format included.
fn type_change(role: Role, old: &View<'_>, new: &View<'_>) -> Option<&'static Rule> {
    // A type that the values have anyway may be said or not.
    let name = |view: &View<'_>| match view.get("type").value {
        Value::String(name) if name == "number" && is_whole(view) => "integer".into(),
        Value::Null => view.type_name().name.map_or(Value::Null, Value::from),
        name => name.clone(),
    };
    // How a text is encoded is told by itself, where one of them says it so.
    let encoded = old.has("contentEncoding") || new.has("contentEncoding");
    let format = |view: &View<'_>| match view.get("format").value {
        format if encoded && format == "byte" => Value::Null,
        format => format.clone(),
    };
    let of = |view: &View<'_>| (name(view), format(view));
    let (from, to) = (of(old), of(new));
    if from == to {
        return None;
    }
    let request = !role.is_response();
    let specialized = !request || role.part == Part::ParameterProperty;
    match compare_by_format(old, new) {
        Some((true, true)) => return None,
        Some((true, false)) => return Some(&TYPE_GENERALIZED),
        Some((false, true)) => return Some(if specialized { &TYPE_SPECIALIZED } else { &TYPE_CHANGED }),
        Some((false, false)) | None => {}
    }
    if wider(&to, &from, request) {
        return Some(&TYPE_GENERALIZED);
    }
    if wider(&from, &to, !request) {
        // A request that may say less is simply another type to oasdiff, but in one place.
        return Some(if specialized { &TYPE_SPECIALIZED } else { &TYPE_CHANGED });
    }
    // Where values are plain characters, a number is a string that looks like one.
    let string = (Value::from("string"), Value::Null);
    let scalar = |of: &(Value, Value)| matches!(of.0.as_str(), Some("integer" | "number" | "boolean"));
    let parameter = request && !matches!(role.part, Part::Body | Part::Property);
    // Of a property in a parameter oasdiff says that it changed; how that is sent is for its style to say.
    if parameter && role.part != Part::ParameterProperty && !role.typed && to == string && scalar(&from) {
        return Some(&TYPE_GENERALIZED);
    }
    if role.part == Part::ParameterProperty && from == string && scalar(&to) {
        return Some(&TYPE_SPECIALIZED);
    }
    if !role.typed && !parameter && (from == string && !request || to == string && request) {
        return Some(&TYPE_COMPATIBLE);
    }
    Some(&TYPE_CHANGED)
}

/// Whether a type, with its format, takes all that another takes. `formats`: whether dropping a format widens.
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
