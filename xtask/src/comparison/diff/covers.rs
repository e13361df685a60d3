//! Whether a schema surely takes every value that another takes.
//!
//! What is said to be covered is; what is not said to be may be all the same. So a change that only moves
//! alternatives about, or lists what held anyway, can be told from one that breaks somebody.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;
use std::slice;

use serde_json::Value;

use super::bounds::{Met, Question};
use super::facts::{DISJOINT_DEPTH, Facts, MOST_COMBINATIONS, are_disjoint, combinations, disjoint};
use super::node::Node;
use super::numbers;
use super::ranges::{End, Side};
use super::rules::is_prose;
use super::same::{ChangedReferences, Likeness, are_equal, says_nothing};
use super::view::{Group, View};

/// The schemas that are to cover, and those to be covered.
type Key = (Vec<usize>, Vec<usize>);

/// Looks whether schemas cover others.
pub(super) struct Cover<'c, 'a> {
    likeness: &'c mut Likeness<'a>,
    changed: Rc<ChangedReferences<'a>>,
    question: Question<'c>,
    /// What is being looked at: where a schema leads back to itself, it is taken to be covered.
    assumed: Met<Key>,
    /// The same, in its order.
    trail: Vec<Key>,
    /// What is not covered, whatever is assumed.
    refuted: HashSet<Key>,
    /// Alternatives that are being looked at, each with the facts that are to fit one of them.
    open: Met<(*const Value, usize)>,
    /// Alternatives of which facts fit none.
    unfit: HashSet<(*const Value, usize)>,
    /// How many facts were looked at.
    facts: usize,
}

impl<'c, 'a> Cover<'c, 'a> {
    pub(super) fn new(
        likeness: &'c mut Likeness<'a>,
        changed: &Rc<ChangedReferences<'a>>,
        question: Question<'c>,
    ) -> Self {
        Self {
            likeness,
            changed: Rc::clone(changed),
            question,
            assumed: Met::default(),
            trail: Vec::new(),
            refuted: HashSet::new(),
            open: Met::default(),
            unfit: HashSet::new(),
            facts: 0,
        }
    }

    /// Whether a value that fits all of some schemas fits all of others.
    pub(super) fn covers(&mut self, wide: &[Node<'a>], narrow: &[Node<'a>]) -> bool {
        if let ([w], [n]) = (wide, narrow)
            && are_equal(w.value, n.value)
            && (std::ptr::eq(w.root, n.root) || self.changed.none_in(w.value))
        {
            return true;
        }
        let address = |nodes: &[Node<'a>]| nodes.iter().map(|node| std::ptr::from_ref(node.value).addr()).collect();
        let key: Key = (address(wide), address(narrow));
        if self.refuted.contains(&key) {
            return false;
        }
        // Nothing at all stands everywhere.
        let is_place = wide.iter().chain(narrow).all(|node| !node.value.is_null());
        if is_place && !self.assumed.is_new(key.clone()) {
            return true;
        }
        self.trail.extend(Some(key.clone()).filter(|_| is_place));
        let covers = self.view_covers(&View::of(wide), &View::of(narrow));
        if is_place && !covers {
            self.refuted.insert(key);
        }
        covers
    }

    /// Whether surely no value fits a schema.
    pub(super) fn is_nothing(&self, schema: &Node<'a>) -> bool {
        let view = View::of(slice::from_ref(schema));
        let all = || combinations(&view, &self.question);
        view.is_nothing()
            || view.null() == Some(false)
                && all().is_some_and(|all| all.iter().all(|facts| facts.are_of_nothing(&self.question)))
    }

    pub(super) fn view_covers(&mut self, wide: &View<'a>, narrow: &View<'a>) -> bool {
        if wide.is_anything() {
            return true;
        }
        if narrow.is_nothing() {
            return true;
        }
        if !wide.invalid.is_empty() || !narrow.invalid.is_empty() {
            return false;
        }
        if wide.null() == Some(false) && narrow.null() != Some(false) && !narrow_excludes_null(narrow) {
            return false;
        }
        let Some(all) = combinations(narrow, &self.question) else { return false };
        all.into_iter().all(|facts| {
            let facts = self.numbered(facts);
            self.implied(wide, &facts)
        })
    }

    /// Whether values of which these facts hold, null aside, fit a schema.
    fn implied(&mut self, wide: &View<'a>, facts: &Facts<'a>) -> bool {
        self.question.enter() && {
            let implied = self.all_implied(wide, facts);
            self.question.leave();
            implied
        }
    }

    fn all_implied(&mut self, wide: &View<'a>, facts: &Facts<'a>) -> bool {
        if facts.are_of_nothing(&self.question) {
            return true;
        }
        if let Some(values) = wide.values("enum")
            && !facts.values.as_ref().is_some_and(|narrow| narrow.is_subset(&values))
        {
            return false;
        }
        wide.parts().iter().all(|part| self.part_implied(part, facts))
            && wide.groups.iter().all(|group| self.group_implied(group, facts))
    }

    fn group_implied(&mut self, group: &Group<'a>, facts: &Facts<'a>) -> bool {
        // What is its own alternative takes nothing by that.
        let here = (std::ptr::from_ref(group.list.value), facts.number);
        if self.unfit.contains(&here) || !self.open.is_new(here) {
            return false;
        }
        let implied = self.member_implied(group, facts);
        self.open.forget(&here);
        if !implied {
            self.unfit.insert(here);
        }
        implied
    }

    fn numbered(&mut self, facts: Facts<'a>) -> Facts<'a> {
        self.facts += 1;
        Facts { number: self.facts, ..facts }
    }

    fn member_implied(&mut self, group: &Group<'a>, facts: &Facts<'a>) -> bool {
        // Each as often as it is there: oneOf takes nothing of what is there twice.
        let hashes = |likeness: &mut Likeness<'a>, group: &Group<'a>| -> Vec<u64> {
            let mut all: Vec<u64> = group.members.iter().map(|member| likeness.of(member, false)).collect();
            all.sort_unstable();
            all
        };
        let own = hashes(self.likeness, group);
        if facts.groups.iter().any(|other| other.keyword == group.keyword && hashes(self.likeness, other) == own) {
            return true;
        }
        // Values that are listed may each fit another alternative.
        let each: Vec<Facts<'a>> = match &facts.values {
            Some(values) if values.len() <= MOST_COMBINATIONS => {
                let one = |value: &String| Facts { values: Some(BTreeSet::from([value.clone()])), ..facts.clone() };
                values.iter().map(|value| self.numbered(one(value))).collect()
            }
            _ => vec![facts.clone()],
        };
        each.iter().all(|facts| {
            let fits = |cover: &mut Self, member: &Node<'a>| {
                let assumed = cover.trail.len();
                let fits = cover.implied(&View::of(slice::from_ref(member)), facts);
                if !fits {
                    cover.trail.drain(assumed..).for_each(|key| cover.assumed.forget(&key));
                }
                fits
            };
            let fitting = group.members.iter().position(|member| fits(self, member));
            let Some(fitting) = fitting else { return false };
            // Of several that it fits, oneOf takes none.
            group.keyword == "anyOf"
                || group.members.iter().enumerate().all(|(number, member)| {
                    number == fitting || {
                        let others = combinations(&View::of(slice::from_ref(member)), &self.question);
                        let is_apart = |other: &Facts<'a>| disjoint(facts, other, DISJOINT_DEPTH, &self.question);
                        others.is_some_and(|others| others.iter().all(is_apart))
                    }
                })
        })
    }

    /// Whether all that one schema says by itself follows.
    fn part_implied(&mut self, part: &Node<'a>, facts: &Facts<'a>) -> bool {
        let map = part.value.as_object().into_iter().flatten();
        map.filter(|(key, value)| !is_prose(key) && !says_nothing(key, value))
            .all(|(key, value)| self.keyword_implied(part, key, value, facts))
    }

    fn keyword_implied(&mut self, part: &Node<'a>, key: &str, value: &'a Value, facts: &Facts<'a>) -> bool {
        let types = facts.types();
        // What is said of strings is not about numbers.
        if let Some(about) = about(key)
            && types.as_ref().is_some_and(|types| types.iter().all(|of| !about.contains(&of.as_str())))
        {
            return true;
        }
        match key {
            "nullable" | "default" | "deprecated" | "readOnly" | "writeOnly" | "discriminator" | "$defs" | "allOf"
            | "anyOf" | "oneOf" | "enum" | "example" => true,
            "type" => types.is_some_and(|types| {
                let is_whole = || facts.values("multipleOf").into_iter().any(numbers::is_whole);
                types.iter().all(|of| match of.as_str() {
                    "integer" => value == "integer" || value == "number",
                    "number" => value == "number" || value == "integer" && is_whole(),
                    of => value == of,
                })
            }),
            "format" => {
                facts.values("format").iter().any(|narrow| {
                    *narrow == value
                        || matches!(
                            (value.as_str(), narrow.as_str()),
                            (Some("double"), Some("float")) | (Some("int64"), Some("int32"))
                        )
                }) || value.as_str().is_some_and(|format| {
                    let implied = [Side::Lower, Side::Upper].map(|side| (side, side.of_format(format)));
                    implied.into_iter().all(|(side, end)| end.is_some_and(|end| self.end_implied(side, &end, facts)))
                })
            }
            "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => {
                let upper = key.starts_with("max");
                let is_exclusive = |part: &Node<'_>| match key {
                    "minimum" => part.is_true("exclusiveMinimum"),
                    "maximum" => part.is_true("exclusiveMaximum"),
                    _ => false,
                };
                let exclusive = is_exclusive(part);
                let end = Side::of(key).and_then(|side| Some((side, side.end(part, facts.are_whole())?)));
                end.is_some_and(|(side, end)| self.end_implied(side, &end, facts))
                    || facts.parts.iter().any(|narrow| {
                        let order = narrow.value.get(key).and_then(|narrow| numbers::compare(narrow, value));
                        order.is_some_and(|order| match order.is_eq() {
                            true => !exclusive || is_exclusive(narrow),
                            false => order.is_lt() == upper,
                        })
                    })
                    || facts.each_value(|json| fits_limit(key, value, exclusive, json))
            }
            "exclusiveMinimum" | "exclusiveMaximum" => true,
            "multipleOf" => {
                facts.values(key).iter().any(|narrow| numbers::is_multiple(narrow, value))
                    || facts.are_whole() && numbers::is_divisor_of_one(value)
            }
            "uniqueItems" => {
                let most = facts.values("maxItems");
                facts.values(key).iter().any(|narrow| **narrow == Value::Bool(true))
                    || most
                        .iter()
                        .any(|most| numbers::compare(most, &Value::from(1)).is_some_and(|order| order.is_le()))
            }
            "pattern" => value == ".*" || facts.values(key).contains(&value),
            "required" => {
                let required = facts.required();
                value.as_array().into_iter().flatten().filter_map(Value::as_str).all(|name| required.contains(name))
            }
            "properties" => part.members(key).all(|(name, schema)| {
                facts.excludes(name) || {
                    let narrow = facts.property(name);
                    match narrow.is_empty() {
                        true => View::of(slice::from_ref(&schema)).is_anything(),
                        false => self.covers(slice::from_ref(&schema), &narrow),
                    }
                }
            }),
            "additionalProperties" => self.others_implied(part, &part.get(key), facts),
            _ => self.foreign_implied(part, key, value, facts),
        }
    }

    /// Whether a set of numbers that facts tell of ends no farther than there.
    fn end_implied(&self, side: Side, end: &End, facts: &Facts<'a>) -> bool {
        let whole = facts.are_whole();
        let said = facts.parts.iter().filter_map(|part| side.end(part, whole));
        let formats = facts.values("format").into_iter().filter_map(Value::as_str).filter(|_| whole);
        said.chain(formats.filter_map(|format| side.of_format(format)))
            .any(|narrow| side.is_within(Some(&narrow), Some(end)))
    }

    /// Whether what a value refers to is the same in both documents.
    pub(super) fn is_unchanged(&self, value: &'a Value) -> bool {
        self.changed.none_in(value)
    }

    /// `additionalProperties`: of properties that a schema does not describe.
    fn others_implied(&mut self, part: &Node<'a>, others: &Node<'a>, facts: &Facts<'a>) -> bool {
        let described: BTreeSet<&str> = part.members("properties").map(|(name, _)| name.as_str()).collect();
        if part.has("patternProperties") {
            return false;
        }
        let maps = facts.values("properties").into_iter().filter_map(Value::as_object);
        let names: BTreeSet<&String> = maps.flat_map(|map| map.keys()).collect();
        let mut undescribed =
            names.into_iter().filter(|name| !described.contains(name.as_str()) && !facts.excludes(name));
        if others.value == &Value::Bool(false) {
            return facts.is_closed() && undescribed.next().is_none();
        }
        let own = slice::from_ref(others);
        undescribed.all(|name| {
            let narrow = facts.property(name);
            !narrow.is_empty() && self.covers(own, &narrow)
        }) && (facts.is_closed() || {
            let narrow = facts.others();
            match narrow.is_empty() {
                true => View::of(own).is_anything(),
                false => self.covers(own, &narrow),
            }
        })
    }
}

/// Whether null is excluded by the values that are listed.
fn narrow_excludes_null(narrow: &View<'_>) -> bool {
    narrow.null().is_none() && narrow.values("enum").is_some()
}

/// The types of values that a keyword is about.
fn about(key: &str) -> Option<&'static [&'static str]> {
    Some(match key {
        "minLength" | "maxLength" | "pattern" | "contentEncoding" | "contentMediaType" => &["string"],
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => &["integer", "number"],
        "items" | "minItems" | "maxItems" | "uniqueItems" | "prefixItems" | "contains" | "minContains"
        | "maxContains" | "unevaluatedItems" => &["array"],
        "properties"
        | "required"
        | "additionalProperties"
        | "minProperties"
        | "maxProperties"
        | "patternProperties"
        | "propertyNames"
        | "dependentRequired"
        | "dependentSchemas"
        | "unevaluatedProperties" => &["object"],
        _ => return None,
    })
}

/// Whether a value of canonical JSON is within a limit.
pub(super) fn fits_limit(key: &str, limit: &Value, exclusive: bool, json: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return false };
    let size = match (key, &value) {
        ("minimum" | "maximum", value) => value.clone(),
        ("minLength" | "maxLength", Value::String(text)) => text.chars().count().into(),
        _ => return false,
    };
    let upper = key.starts_with("max");
    numbers::compare(&size, limit).is_some_and(|order| if order.is_eq() { !exclusive } else { order.is_lt() == upper })
}

/// How much two alternatives are alike, in percent.
pub(super) fn similarity<'a>(a: &Node<'a>, b: &Node<'a>, question: &Question<'_>) -> usize {
    let view = |node: &Node<'a>| View::of(slice::from_ref(node));
    let (x, y) = (view(a), view(b));
    if are_disjoint(a, b, question) {
        return 0;
    }
    if x.has("title") && x.text("title") == y.text("title") {
        return 100;
    }
    let (left, right): (BTreeMap<_, _>, BTreeMap<_, _>) = (x.properties(), y.properties());
    let shared = left.keys().filter(|name| right.contains_key(*name)).count();
    let by_properties = (100 * shared).checked_div(left.len().max(right.len())).unwrap_or_default();
    let keywords = |view: &View<'_>| view.groups.iter().map(|group| group.keyword).collect::<Vec<_>>();
    let (of, other) = (x.type_name().name, y.type_name().name);
    match of {
        Some(name) if name != "object" && Some(&name) == other.as_ref() => by_properties.max(50),
        None if other.is_none() && !x.groups.is_empty() && keywords(&x) == keywords(&y) => by_properties.max(50),
        Some(name) if name == "object" && left.is_empty() && right.is_empty() && other.as_deref() == Some("object") => {
            50
        }
        _ => by_properties,
    }
}

/// Whether a schema says something that is about values of other types than its own.
pub(super) fn says_what_is_void(view: &View<'_>) -> bool {
    let Some(name) = view.type_name().name else { return view.values("enum").is_some() };
    view.keys().any(|key| about(key).is_some_and(|types| !types.contains(&name.as_str())))
}
