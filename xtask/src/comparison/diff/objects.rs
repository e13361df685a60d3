//! What a schema says of an object: its properties, those required, and all others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::argument::Argument;
use super::findings::Found;
use super::node::Node;
use super::pair::Nodes;
use super::role::Role;
use super::rules::table::{
    ADDITIONAL_PROPERTIES_ALLOWED, ADDITIONAL_PROPERTIES_DISALLOWED, ADDITIONAL_PROPERTIES_GENERALIZED,
    ADDITIONAL_PROPERTIES_SPECIALIZED, ADDITIONAL_PROPERTIES_TEXT_CHANGED, BECAME_NOT_READ_ONLY, BECAME_NOT_WRITE_ONLY,
    BECAME_OPTIONAL, BECAME_READ_ONLY, BECAME_REQUIRED, BECAME_REQUIRED_WITH_DEFAULT, BECAME_WRITE_ONLY,
    CLOSED_RESPONSE_PROPERTY_ADDED, NEW_OPTIONAL_REQUEST_PROPERTY, NEW_REQUIRED_REQUEST_PROPERTY,
    NEW_REQUIRED_REQUEST_PROPERTY_WITH_DEFAULT, REQUEST_PROPERTY_REMOVED, RESPONSE_PROPERTY_ADDED,
    RESPONSE_PROPERTY_REMOVED, RESPONSE_WRITE_ONLY_PROPERTY_ADDED, RESPONSE_WRITE_ONLY_PROPERTY_REMOVED,
    UNDESCRIBED_BECAME_OPTIONAL, UNDESCRIBED_BECAME_REQUIRED,
};
use super::rules::{Downgrade, is_prose};
use super::same::says_nothing;
use super::view::View;
use super::views::Views;
use super::walk::Walk;

/// What a property is called in the middle of an id.
fn requiredness(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

impl<'a> Walk<'a> {
    pub(super) fn properties(&mut self, role: Role, views: &Views<'a>) {
        if !views.have("properties") {
            return;
        }
        let (from, to) = (views.old.required(), views.new.required());
        let (old, new) = (views.old.properties(), views.new.properties());
        for (name, value) in &old {
            let required = (from.contains(name), to.contains(name));
            match new.get(name) {
                Some(other) if required.0 == required.1 && value.is_some() && self.are_surely_same(*value, *other) => {}
                Some(_) => self.property(role, views, required, name),
                None => {
                    let property = views.old.property(name);
                    self.property_removed(role, &property, required.0);
                    self.others_for(role, name, &property, &views.new, true);
                }
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let property = views.new.property(name);
            let closed = views.old.is_closed() && views.old.by_pattern(name).is_empty();
            self.property_added(role, &property, to.contains(*name), closed);
            self.others_for(role, name, &property, &views.old, false);
        }
    }

    /// Whether two properties that are said in one place each surely mean the same.
    fn are_surely_same(&self, old: Option<&'a Value>, new: Option<&'a Value>) -> bool {
        old.zip(new).is_some_and(|(old, new)| super::same::are_equal(old, new) && self.refer_to_the_same(old))
    }

    /// What is said of properties but by their schemas.
    pub(super) fn requirements(&mut self, role: Role, views: &Views<'a>) {
        if !views.have("properties") && !views.have("required") {
            return;
        }
        // A name that no property has may be required all the same.
        let (old, new) = (views.old.properties(), views.new.properties());
        let undescribed = |view: &View<'a>| -> BTreeSet<&'a str> {
            let names = view.required().into_iter();
            names.filter(|name| !old.contains_key(*name) && !new.contains_key(*name)).collect()
        };
        let (from, to) = (undescribed(&views.old), undescribed(&views.new));
        let required = views.get("required");
        for (names, rule) in
            [(to.difference(&from), &UNDESCRIBED_BECAME_REQUIRED), (from.difference(&to), &UNDESCRIBED_BECAME_OPTIONAL)]
        {
            for name in names {
                self.changed(role, &required, rule.with("property", Argument::name(*name)));
            }
        }
        let names = |node: &Node<'a>| {
            node.value.is_null() || node.value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
        };
        let map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
        for (key, fits) in [("required", &names as &dyn Fn(&Node<'a>) -> bool), ("properties", &map)] {
            let invalid = |view: &View<'a>| view.all(key).into_iter().find(|node| !fits(node));
            let (x, y) = (invalid(&views.old), invalid(&views.new));
            if x.as_ref().map(|node| node.value) != y.as_ref().map(|node| node.value) {
                let at = |node: Option<Node<'a>>, view: &View<'a>| node.unwrap_or_else(|| view.get(key));
                self.unclassified(role.context, &Nodes::new(at(x, &views.old), at(y, &views.new)));
            }
        }
    }

    fn property(&mut self, role: Role, views: &Views<'a>, required: (bool, bool), name: &str) {
        let (old, new) = (views.old.property(name), views.new.property(name));
        let property = Views::new(View::of(&old), View::of(&new));
        let inner = property.role_in(role);
        let here = Nodes::new(old[0].clone(), new[0].clone());
        let with_default = property.new.has("default") && !role.is_response();
        match required {
            (false, true) if with_default => self.changed(inner, &here, &BECAME_REQUIRED_WITH_DEFAULT),
            (false, true) => self.changed(inner, &here, &BECAME_REQUIRED),
            (true, false) => self.changed(inner, &here, &BECAME_OPTIONAL),
            _ => {}
        }
        self.access(inner, &property, &here, required.1);
        self.compare(inner, &old, &new);
    }

    fn property_removed(&mut self, role: Role, old: &[Node<'a>], required: bool) {
        let property = Views::new(View::of(old), View::of(old));
        let inner = property.role_in(role);
        let kind = requiredness(required);
        let found = match (role.is_response(), inner.not_sent) {
            (true, true) => RESPONSE_WRITE_ONLY_PROPERTY_REMOVED.of(kind),
            (true, false) => RESPONSE_PROPERTY_REMOVED.of(kind),
            (false, not_sent) => {
                REQUEST_PROPERTY_REMOVED.of(inner.prefix()).downgraded(Some(Downgrade::NotOnWire).filter(|_| not_sent))
            }
        };
        let found = found.with("kind", Argument::Word(kind.to_owned()));
        self.report(role.context, &Nodes::only(&old[0]), found);
    }

    fn property_added(&mut self, role: Role, new: &[Node<'a>], required: bool, closed: bool) {
        let property = Views::new(View::of(new), View::of(new));
        let inner = property.role_in(role);
        // What is never sent is not demanded.
        let required = required && (role.is_response() || !inner.not_sent);
        let kind = requiredness(required);
        let sent = Role { not_sent: false, ..inner }.prefix();
        let found = match (role.is_response(), required) {
            (true, _) if inner.not_sent => RESPONSE_WRITE_ONLY_PROPERTY_ADDED.of(kind),
            (true, _) if closed => CLOSED_RESPONSE_PROPERTY_ADDED.of(kind),
            (true, _) => RESPONSE_PROPERTY_ADDED.of(kind),
            (false, true) if property.new.has("default") => NEW_REQUIRED_REQUEST_PROPERTY_WITH_DEFAULT.of(sent),
            (false, true) => NEW_REQUIRED_REQUEST_PROPERTY.of(sent),
            (false, false) => NEW_OPTIONAL_REQUEST_PROPERTY.of(sent),
        };
        let found = found.with("kind", Argument::Word(kind.to_owned()));
        self.report(role.context, &Nodes::only(&new[0]), found);
    }

    /// A property that came or went is one of the others in the other document: where a schema describes these, its
    /// values are compared with that.
    fn others_for(&mut self, role: Role, name: &str, property: &[Node<'a>], other: &View<'a>, went: bool) {
        let by_pattern = other.by_pattern(name);
        let others = match Others::of(other) {
            _ if !by_pattern.is_empty() => Some(by_pattern),
            Others::Some(others) => Some(others),
            // What nothing beside it evaluated was one of these.
            _ if !other.has("additionalProperties") => {
                Some(other.all("unevaluatedProperties")).filter(|left| left.iter().all(|node| node.value.is_object()))
            }
            _ => None,
        };
        if let Some(others) = others {
            match went {
                true => self.compare(role.inside(), property, &others),
                false => self.compare(role.inside(), &others, property),
            }
        }
    }

    /// `readOnly` and `writeOnly` of a property.
    pub(super) fn access(&mut self, role: Role, property: &Views<'a>, here: &Nodes<'a>, required: bool) {
        for (key, rules) in [
            ("readOnly", [&BECAME_READ_ONLY, &BECAME_NOT_READ_ONLY]),
            ("writeOnly", [&BECAME_WRITE_ONLY, &BECAME_NOT_WRITE_ONLY]),
        ] {
            let rule = match property.are_true(key) {
                (false, true) => rules[0],
                (true, false) => rules[1],
                _ => continue,
            };
            let who = match (role.is_response(), required) {
                (true, true) => "response-required",
                (true, false) => "response-optional",
                (false, true) => "request-required",
                (false, false) => "request-optional",
            };
            self.report(role.context, here, rule.of(who));
        }
    }

    /// What properties without a name of their own may hold: nothing, anything, or what a schema says.
    pub(super) fn additional_properties(&mut self, role: Role, views: &Views<'a>) {
        let key = "additionalProperties";
        if !views.have(key) {
            return;
        }
        let (old, new) = (Others::of(&views.old), Others::of(&views.new));
        let rule = match (&old, &new) {
            (Others::Some(old), Others::Some(new)) => return self.compare(role.inside(), old, new),
            (Others::Any, Others::Any) => return self.free_values(role, views),
            (Others::None, Others::None) => return self.shut_out(role, views),
            (Others::None, _) => &ADDITIONAL_PROPERTIES_ALLOWED,
            (_, Others::None) => &ADDITIONAL_PROPERTIES_DISALLOWED,
            (_, Others::Any) => &ADDITIONAL_PROPERTIES_GENERALIZED,
            (Others::Any, _) => &ADDITIONAL_PROPERTIES_SPECIALIZED,
        };
        let found = Found::from(rule).with("old", old.word()).with("new", new.word());
        self.changed(role, &views.get(key), found);
    }

    /// Both allow no others, of which some may be described by another schema of `allOf`.
    fn shut_out(&mut self, role: Role, views: &Views<'a>) {
        let (old, new) = (shut_out(&views.old), shut_out(&views.new));
        let (all_old, all_new) = (views.old.properties(), views.new.properties());
        let is_in_both = |name: &&&str| all_old.contains_key(**name) && all_new.contains_key(**name);
        for (rule, names) in [
            (&ADDITIONAL_PROPERTIES_ALLOWED, old.difference(&new).filter(is_in_both).collect::<Vec<_>>()),
            (&ADDITIONAL_PROPERTIES_DISALLOWED, new.difference(&old).filter(is_in_both).collect()),
        ] {
            if names.is_empty() {
                continue;
            }
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let shut = Argument::Word(format!("not allowed, not even {}", names.join(", ")));
            let others = Argument::Word("not allowed".to_owned());
            let (old, new) = if *rule == ADDITIONAL_PROPERTIES_ALLOWED { (shut, others) } else { (others, shut) };
            self.changed(role, &views.get("additionalProperties"), Found::from(rule).with("old", old).with("new", new));
        }
    }

    /// Both allow anything: only what they say for readers can differ.
    fn free_values(&mut self, role: Role, views: &Views<'a>) {
        let prose = |view: &View<'a>| -> BTreeSet<String> {
            let maps = view.all("additionalProperties").into_iter().filter_map(|node| node.value.as_object());
            maps.flatten()
                .filter(|(key, value)| !says_nothing(key, value))
                .map(|(_, value)| value.to_string())
                .collect()
        };
        if prose(&views.old) != prose(&views.new) {
            self.report(role.context, &views.get("additionalProperties"), &ADDITIONAL_PROPERTIES_TEXT_CHANGED);
        }
    }
}

/// The properties that are described, but not by a schema beside it in `allOf` that allows none but its own.
fn shut_out<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let all: BTreeSet<&str> = view.properties().into_keys().collect();
    let shut = view.parts().iter().filter(|part| part.is_closed()).flat_map(|part| {
        let own = part.value.get("properties");
        all.iter().copied().filter(move |name| own.and_then(|own| own.get(name)).is_none())
    });
    shut.collect()
}

/// What `additionalProperties` allows.
enum Others<'a> {
    None,
    Any,
    Some(Vec<Node<'a>>),
}

impl<'a> Others<'a> {
    fn of(view: &View<'a>) -> Self {
        let all = view.all("additionalProperties");
        if all.iter().any(|node| node.value == &Value::Bool(false)) {
            return Self::None;
        }
        let says = |node: &Node<'a>| match node.value {
            Value::Object(map) => map.iter().any(|(key, value)| !says_nothing(key, value) && !is_prose(key)),
            value => !matches!(value, Value::Null | Value::Bool(_)),
        };
        let some: Vec<_> = all.into_iter().filter(says).collect();
        if some.is_empty() { Self::Any } else { Self::Some(some) }
    }

    fn word(&self) -> Argument {
        let word = match self {
            Self::None => "not allowed",
            Self::Any => "of any value",
            Self::Some(_) => "of some values",
        };
        Argument::Word(word.to_owned())
    }
}
