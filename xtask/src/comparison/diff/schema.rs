//! Two schemas, wherever they stand.

use std::collections::BTreeSet;
use std::slice;

use serde_json::Value;

use super::argument::Argument;
use super::context::Context;
use super::covers::says_what_is_void;
use super::findings::Found;
use super::foreign::is_foreign;
use super::node::Node;
use super::numbers;
use super::pair::Nodes;
use super::role::{Part, Role};
use super::rules::table::{BECAME_IMPOSSIBLE, BECAME_POSSIBLE, DEFINITIONS_CHANGED, is_limit};
use super::rules::{Downgrade, is_prose};
use super::view::View;
use super::views::Views;
use super::walk::Walk;
use super::wire::Place;

/// All that `schema` looks at, the limits aside.
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
    "contentEncoding",
    "contentMediaType",
];

/// Keywords of OpenAPI 3.1 that hold schemas.
const INNER: &[&str] = &[
    "$defs",
    "contains",
    "contentSchema",
    "dependentSchemas",
    "else",
    "if",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords of which the members of an `allOf` say one each, and only one is compared by a rule.
const SINGLE: &[&str] = &[
    "type",
    "format",
    "default",
    "multipleOf",
    "pattern",
    "discriminator",
    "x-sunset",
    "contentEncoding",
    "contentMediaType",
];

impl<'a> Walk<'a> {
    pub(super) fn body_schema(&mut self, context: Context, pair: &Nodes<'a>, typed: bool) {
        self.one_schema(Role::new(context, Part::Body, typed), pair);
    }

    pub(super) fn parameter_schema(&mut self, context: Context, pair: &Nodes<'a>, header: bool, required: bool) {
        let part = if header { Part::Header } else { Part::Parameter };
        self.one_schema(Role { required, ..Role::new(context, part, Place::Parameter.tells_types_apart()) }, pair);
    }

    pub(super) fn header_schema(&mut self, context: Context, pair: &Nodes<'a>) {
        self.one_schema(Role::new(context, Part::Header, Place::Header.tells_types_apart()), pair);
    }

    fn one_schema(&mut self, role: Role, pair: &Nodes<'a>) {
        if !self.surely_same(pair) {
            self.compare(role, slice::from_ref(&pair.old), slice::from_ref(&pair.new));
        }
    }

    /// Reports a change of a schema, for its role.
    pub(super) fn changed(&mut self, role: Role, pair: &Nodes<'a>, found: impl Into<Found>) {
        let found = found.into();
        let downgrade = Some(Downgrade::NotOnWire).filter(|_| role.not_sent).or(found.downgrade);
        let found = Found { role: role.prefix().into(), downgrade, ..found };
        self.report(role.context, pair, found);
    }

    /// Has two schemas compared, each of which may be said in several places.
    pub(super) fn compare(&mut self, role: Role, old: &[Node<'a>], new: &[Node<'a>]) {
        let same = |walk: &Self, old: &[Node<'a>], new: &[Node<'a>]| match (old, new) {
            ([old], [new]) => walk.surely_same(&Nodes::new(old.clone(), new.clone())),
            _ => false,
        };
        if same(self, old, new) {
            return;
        }
        self.beside_references(role.context, old, new);
        let resolved = |nodes: &[Node<'a>]| nodes.iter().cloned().map(Node::resolved).collect::<Vec<_>>();
        let reference = match (old, new) {
            ([a], [b]) => a.text("$ref").filter(|text| b.text("$ref") == Some(text)),
            _ => None,
        };
        match reference {
            // What the same reference leads to differs, as it did not lead to the same above.
            Some(text) => self.later_by_reference(text, role, || (resolved(old), resolved(new))),
            None => {
                let (old, new) = (resolved(old), resolved(new));
                if !same(self, &old, &new) {
                    self.later(role, old, new);
                }
            }
        }
    }

    /// Compares two schemas by what they mean.
    pub(super) fn schema(&mut self, role: Role, old: &[Node<'a>], new: &[Node<'a>]) {
        let views = Views::new(View::of(old), View::of(new));
        // Where one has alternatives, and the other had or has only one, that is one of a list, too.
        let views = &match (views.old.has_single(), views.new.has_single()) {
            (true, false) if !views.new.groups.is_empty() => {
                Views::new(views.old.with_single_groups(), views.new.clone())
            }
            (false, true) if !views.old.groups.is_empty() => {
                Views::new(views.old.clone(), views.new.with_single_groups())
            }
            _ => views,
        };
        // Of what no value fits, nothing else is to be said.
        let (rule, one) = match (views.old.is_nothing(), views.new.is_nothing()) {
            (false, true) => (Some(&BECAME_IMPOSSIBLE), &views.old),
            (true, false) => (Some(&BECAME_POSSIBLE), &views.new),
            _ => (None, &views.old),
        };
        if let Some(rule) = rule {
            return self.changed(role, &views.here(), rule.with("type", Argument::Type(one.type_name())));
        }
        // Where both are written in the same way, only what they refer to can differ.
        let same = views.old.is_one() && views.new.is_one() && views.here().are_equal();
        if !same {
            self.invalid(role, views);
            self.members(role, views);
            self.contradictions(role, views);
            self.left_over(role, views);
        }
        let outer = role;
        let is_unusual = |view: &View<'a>| {
            view.has_alternatives() || view.parts().len() > 1 || says_what_is_void(view) || is_foreign(view)
        };
        // What a `not` or an alternative refers to counts there otherwise than by itself.
        let differs = !same || is_foreign(&views.old) || !views.old.groups.is_empty();
        let harmless = differs && (is_unusual(&views.old) || is_unusual(&views.new)) && self.nothing_lost(role, views);
        let role = if harmless { role.used_by(role.context.harmless()) } else { role };
        if self.alternatives(role, views) {
            return self.discriminated(outer, views);
        }
        if !same {
            self.schema_flags(role, views);
            self.values(role, views);
            self.alternatives_told(role, views);
            self.contents(role, views);
            self.limits(role, views);
            self.requirements(role, views);
        }
        self.properties(role, views);
        self.additional_properties(role, views);
        // An array that was none before is another type, whatever its items are.
        let items = (views.old.has("items"), views.new.has("items"));
        let types = views.get("type");
        let same_type = || types.old.value == types.new.value || types.old.value.is_null() || types.new.value.is_null();
        if items == (true, true) || items != (false, false) && same_type() {
            self.compare(role.items(), &views.old.all("items"), &views.new.all("items"));
        }
        self.negations(role, views);
        self.inner_schemas(role, views);
        // Its values are names, which no schema has.
        self.discriminated(outer, views);
        if !same {
            self.annotations(role, views);
            self.other_keywords(role, views);
        }
    }

    /// What stands where a schema should, and is none.
    fn invalid(&mut self, role: Role, views: &Views<'a>) {
        let values = |view: &View<'a>| view.invalid.iter().map(|node| node.value.clone()).collect::<Vec<_>>();
        if values(&views.old) != values(&views.new) {
            let at = |view: &View<'a>| view.invalid.first().unwrap_or(view.here()).clone();
            self.unclassified(role.context, &Nodes::new(at(&views.old), at(&views.new)));
        }
    }

    /// What is said of a schema as a whole.
    fn annotations(&mut self, role: Role, views: &Views<'a>) {
        if ["deprecated", "x-sunset"].iter().any(|key| views.have(key)) {
            let pair = Nodes::new(views.old.with("deprecated"), views.new.with("deprecated"));
            self.deprecation(role.context, role.prefix(), &pair);
        }
        if role.part == Part::Body {
            self.access(role, views, &views.here(), false);
        }
    }

    /// Keywords that are true or absent. What is neither is compared as it stands.
    fn schema_flags(&mut self, role: Role, views: &Views<'a>) {
        const FLAGS: [&str; 7] =
            ["nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems", "exclusiveMaximum", "exclusiveMinimum"];
        for key in FLAGS.into_iter().filter(|key| views.have(key)) {
            let invalid = |view: &View<'a>| -> Vec<Node<'a>> {
                view.all(key).into_iter().filter(|node| !(node.value.is_null() || node.value.is_boolean())).collect()
            };
            let (a, b) = (invalid(&views.old), invalid(&views.new));
            if a.iter().map(|node| node.value).ne(b.iter().map(|node| node.value)) {
                let at =
                    |invalid: &[Node<'a>], view: &View<'a>| invalid.first().cloned().unwrap_or_else(|| view.get(key));
                self.unclassified(role.context, &Nodes::new(at(&a, &views.old), at(&b, &views.new)));
            }
        }
    }

    /// `not`: whatever differs within it is of unknown effect.
    fn negations(&mut self, role: Role, views: &Views<'a>) {
        if !views.have("not") {
            return;
        }
        let (a, b) = (views.old.all("not"), views.new.all("not"));
        for i in 0..a.len().max(b.len()) {
            let at = |all: &[Node<'a>], view: &View<'a>| all.get(i).unwrap_or(view.here()).clone();
            let pair = Nodes::new(at(&a, &views.old), at(&b, &views.new));
            match (a.get(i), b.get(i)) {
                (Some(_), Some(_)) if pair.are_objects() => {
                    if !self.surely_same(&pair) {
                        let inner = pair.resolved();
                        let role = role.inside();
                        self.later(role.used_by(role.context.unknown()), vec![inner.old], vec![inner.new]);
                    }
                }
                (Some(_), Some(_)) if pair.are_equal() => {}
                _ => self.unclassified(role.context, &pair),
            }
        }
    }

    /// Schemas in keywords of OpenAPI 3.1 that have no rule of their own: what differs in them is of unknown effect.
    fn inner_schemas(&mut self, role: Role, views: &Views<'a>) {
        let role = role.inside();
        let unknown = role.used_by(role.context.unknown());
        for key in INNER.iter().filter(|key| views.have(key)) {
            let pair = views.get(key);
            if views.are_several(key) {
                self.several_inner_schemas(unknown, &views.old.all(key), &views.new.all(key));
                continue;
            }
            match (pair.values(), *key) {
                ((Value::Object(_), Value::Object(_)), "dependentSchemas" | "patternProperties") => {
                    for name in pair.keys() {
                        self.inner_schema(unknown, &pair.get(name));
                    }
                }
                ((Value::Array(old), Value::Array(new)), "prefixItems") if old.len() == new.len() => {
                    for (old, new) in pair.old.list().into_iter().zip(pair.new.list()) {
                        self.inner_schema(unknown, &Nodes::new(old, new));
                    }
                }
                (_, "dependentSchemas" | "patternProperties" | "prefixItems" | "$defs") => match *key {
                    "$defs" if pair.are_equal() => {}
                    "$defs" => self.report(role.context, &pair, &DEFINITIONS_CHANGED),
                    _ => self.unread(role.context, &pair),
                },
                _ => self.inner_schema(unknown, &pair),
            }
        }
    }

    /// The same where members of an `allOf` say it, each for itself.
    fn several_inner_schemas(&mut self, role: Role, old: &[Node<'a>], new: &[Node<'a>]) {
        let (mut old, mut new) = (old.to_vec(), new.to_vec());
        old.retain(|a| match new.iter().position(|b| self.surely_same(&Nodes::new(a.clone(), b.clone()))) {
            Some(at) => {
                new.remove(at);
                false
            }
            None => true,
        });
        for at in 0..old.len().max(new.len()) {
            match (old.get(at), new.get(at)) {
                (Some(a), Some(b)) => self.unread(role.context, &Nodes::new(a.clone(), b.clone())),
                (Some(one), None) | (None, Some(one)) if !one.value.is_null() => {
                    self.unclassified(role.context, &Nodes::only(one));
                }
                _ => {}
            }
        }
    }

    fn inner_schema(&mut self, role: Role, pair: &Nodes<'a>) {
        match pair.are_objects() {
            true => self.compare(role, slice::from_ref(&pair.old), slice::from_ref(&pair.new)),
            false => self.unread(role.context, pair),
        }
    }

    /// All that has no rule of its own: prose, and keywords that no rule knows.
    fn other_keywords(&mut self, role: Role, views: &Views<'a>) {
        let names: BTreeSet<&String> = views.old.keys().chain(views.new.keys()).collect();
        for key in names.into_iter().map(String::as_str).filter(|key| *key != "allOf") {
            let pair = views.get(key);
            if KNOWN.contains(&key) || is_limit(key) {
                // What several members say is one by one: the tightest was compared above.
                let is_told = !SINGLE.contains(&key) || views.old.besides(key) == views.new.besides(key);
                // Of several that say it, what is no such thing is not what was compared.
                let is_read = !views.are_several(key) || views.old.malformed(key) == views.new.malformed(key);
                if !is_told || !is_read {
                    self.unclassified(role.context, &pair);
                }
                continue;
            }
            let is_prose = is_prose(key);
            let all = |view: &View<'a>| -> Vec<String> {
                let nodes = view.all(key);
                let said = nodes.iter().filter(|node| !node.value.is_null());
                let mut said: Vec<_> = said.map(|node| numbers::canonical(node.value)).collect();
                said.sort();
                // What is meant is the same said twice; to a reader it is not.
                if !is_prose {
                    said.dedup();
                }
                said
            };
            if INNER.contains(&key)
                || all(&views.old) == all(&views.new) && (is_prose || self.changed.none_in(pair.old.value))
            {
                continue;
            }
            match is_prose {
                true => self.text_changed(role.context, &pair, key),
                // Where there was no schema, what a new one says was compared with saying nothing.
                false if views.old.is_there() && views.new.is_there() => self.unread(role.context, &pair),
                false => self.unclassified(role.context, &views.here()),
            }
        }
    }
}
