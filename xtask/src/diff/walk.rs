//! What every part of the walk uses: reporting, following `$ref`s, and comparing what has no rule.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::slice;

use serde_json::Value;

use super::node::Node;
use super::origins::{Origin, Origins};
use super::places::{Key, Places, Task};
use super::rules::{self, PROSE_LEVEL, UNCLASSIFIED};
use super::same::{ChangedReferences, Likeness, are_equal};
use super::spot::Spot;
use super::words::{change, date_of, short};
use super::{Direction, Finding, Level, numbers};

pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    findings: HashMap<Finding, BTreeSet<Origin>>,
    /// Who is compared at the moment, and all who were.
    origin: Origin,
    origins: Origins,
    /// Whether what differs is of unknown effect, whatever it is called elsewhere.
    unknown: bool,
    /// Whether what is compared at the moment is surely of the same text.
    pub(super) same_text: bool,
    tasks: HashMap<Key, Origin>,
    /// Tasks by the reference that leads to them.
    references: HashMap<(&'a str, Spot, bool), Origin>,
    open: Vec<(Origin, bool, Task<'a>)>,
    pub(super) changed: Rc<ChangedReferences<'a>>,
    /// Components that differ, and may be used nowhere.
    pub(super) changed_components: Vec<(Node<'a>, Node<'a>)>,
    pub(super) likeness: Likeness<'a>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        let changed = Rc::new(ChangedReferences::between(old, new));
        Self {
            old,
            new,
            findings: HashMap::new(),
            origin: Origins::document(),
            origins: Origins::default(),
            unknown: false,
            same_text: false,
            tasks: HashMap::new(),
            references: HashMap::new(),
            open: Vec::new(),
            likeness: Likeness::new(Rc::clone(&changed)),
            changed,
            changed_components: Vec::new(),
        }
    }

    /// Compares what is still open, and returns all that was found.
    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        while let Some((origin, unknown, task)) = self.open.pop() {
            (self.origin, self.unknown) = (origin, unknown);
            match task {
                Task::Schema(spot, old, new) => self.schema(spot, &old, &new),
                Task::Callback(old, new) => self.callback_item(&old, &new),
            }
        }
        (self.origin, self.unknown) = (Origins::document(), false);
        self.unused_components();
        let mut findings = self.origins.reported(self.findings);
        findings.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.cmp(b)));
        findings
    }

    /// Has something compared, unless it is already: what is found there is reported for whoever asks.
    pub(super) fn later(&mut self, task: Task<'a>) {
        self.later_as(self.unknown, task);
    }

    /// As [`later`](Self::later), for schemas that the same reference leads to.
    pub(super) fn later_by(
        &mut self,
        reference: &'a str,
        spot: Spot,
        schemas: impl FnOnce() -> (Vec<Node<'a>>, Vec<Node<'a>>),
    ) {
        let key = (reference, spot, self.unknown);
        match self.references.get(&key) {
            Some(origin) => self.origins.used(*origin, self.origin),
            None => {
                let (old, new) = schemas();
                let origin = self.later_as(self.unknown, Task::Schema(spot, old, new));
                self.references.insert(key, origin);
            }
        }
    }

    /// As [`later`](Self::later), with all that differs of unknown effect.
    pub(super) fn later_unknown(&mut self, task: Task<'a>) {
        self.later_as(true, task);
    }

    fn later_as(&mut self, unknown: bool, task: Task<'a>) -> Origin {
        let key = match &task {
            Task::Schema(spot, old, new) => (Places::of(old), Places::of(new), Some(*spot), unknown),
            Task::Callback(old, new) => {
                (Places::of(slice::from_ref(old)), Places::of(slice::from_ref(new)), None, unknown)
            }
        };
        let origin = match self.tasks.get(&key) {
            Some(origin) => *origin,
            None => {
                let origin = self.origins.shared();
                self.tasks.insert(key, origin);
                self.open.push((origin, unknown, task));
                origin
            }
        };
        self.origins.used(origin, self.origin);
        origin
    }

    /// The values that were compared as schemas.
    pub(super) fn compared(&self) -> HashSet<*const Value> {
        let places = self.tasks.keys().flat_map(|(old, new, ..)| [old, new]);
        places.filter_map(|place| if let Places::One(value) = place { Some(*value) } else { None }).collect()
    }

    /// Begins with an operation, by the pointer of its path and its method: what is reported from here on
    /// gets it reported.
    pub(super) fn enter(&mut self, operation: Option<(&str, &'static str)>) {
        self.origin = match operation {
            Some((path, method)) => self.origins.operation(path, method),
            None => Origins::document(),
        };
    }

    /// How much was found so far.
    pub(super) fn found(&self) -> usize {
        self.findings.len()
    }

    pub(super) fn report(
        &mut self,
        id: &str,
        level: Level,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
        message: String,
    ) {
        let (id, level) = match self.unknown && level > PROSE_LEVEL {
            true => (UNCLASSIFIED, Level::Warn),
            false => (id, level),
        };
        let finding = Finding {
            id: id.to_owned(),
            level,
            direction,
            operation: None,
            operations: Vec::new(),
            old_pointer: old.at.clone(),
            new_pointer: new.at.clone(),
            message,
        };
        self.findings.entry(finding).or_default().insert(self.origin);
    }

    /// Reports what belongs to no direction.
    pub(super) fn note(&mut self, id: &str, level: Level, nodes: (&Node<'a>, &Node<'a>), message: String) {
        self.report(id, level, Direction::None, nodes, message);
    }

    /// Whether two values are of the same text.
    pub(super) fn are_same_text(&self, old: &Node<'a>, new: &Node<'a>) -> bool {
        self.same_text || are_equal(old.value, new.value)
    }

    /// Compares what is in two values, and remembers whether these are of the same text: what is in them
    /// at the same place is so, too, up to the first `$ref`.
    pub(super) fn within(&mut self, same_text: bool, compare: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.same_text, same_text);
        compare(self);
        self.same_text = before;
    }

    /// Whether a value's references lead to the same in both documents.
    pub(super) fn refer_to_the_same(&self, value: &'a Value) -> bool {
        self.changed.none_in(value)
    }

    /// Whether two values surely mean the same, by their text alone.
    pub(super) fn surely_same(&self, old: &'a Value, new: &'a Value) -> bool {
        (self.same_text || are_equal(old, new)) && self.changed.none_in(old)
    }

    /// Compares all keys but the ones that the caller knows: prose as prose, the rest as unknown.
    pub(super) fn rest(&mut self, direction: Direction, (old, new): (&Node<'a>, &Node<'a>), known: &[&str]) {
        let keys = |node: &Node<'a>| node.value.as_object().into_iter().flat_map(|map| map.keys());
        if !(old.value.is_object() && new.value.is_object()) {
            if old.value != new.value {
                self.unclassified(direction, (old, new));
            }
            return;
        }
        for key in keys(old).chain(keys(new).filter(|key| !old.has(key))) {
            if !known.contains(&key.as_str()) {
                self.keyword(direction, (old, new), key);
            }
        }
    }

    /// The extensions among names.
    pub(super) fn extensions(&mut self, direction: Direction, (old, new): (&Node<'a>, &Node<'a>)) {
        let keys = |node: &Node<'a>| node.value.as_object().into_iter().flat_map(|map| map.keys());
        let all = keys(old).chain(keys(new).filter(|key| !old.has(key)));
        for key in all.filter(|key| key.starts_with("x-")) {
            self.keyword(direction, (old, new), key);
        }
    }

    /// One key: prose as prose, any other as unknown.
    fn keyword(&mut self, direction: Direction, (old, new): (&Node<'a>, &Node<'a>), key: &str) {
        let same = match (old.value.get(key), new.value.get(key)) {
            (Some(a), Some(b)) => numbers::equal(a, b),
            (a, b) => a == b,
        };
        if same {
            return;
        }
        let nodes = (&old.get(key), &new.get(key));
        if rules::is_prose(key) {
            let id = format!("{}-changed", key.to_ascii_lowercase());
            let message = format!("{key} {}", change(nodes.0.value, nodes.1.value));
            self.report(&id, PROSE_LEVEL, direction, nodes, message);
        } else {
            self.unclassified(direction, nodes);
        }
    }

    /// Keys that hold an object, or a list. What holds something else is compared as it stands.
    pub(super) fn containers(
        &mut self,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
        maps: &[&str],
        lists: &[&str],
    ) {
        for (key, list) in maps.iter().map(|key| (key, false)).chain(lists.iter().map(|key| (key, true))) {
            let nodes = (&old.get(key), &new.get(key));
            let fits = |node: &Node<'a>| match node.value {
                Value::Null => true,
                Value::Array(items) => list && items.iter().all(|item| item.is_object() || item.is_string()),
                Value::Object(_) => !list,
                _ => false,
            };
            if !(fits(nodes.0) && fits(nodes.1)) && nodes.0.value != nodes.1.value {
                self.unclassified(direction, nodes);
            }
        }
    }

    /// What stands beside a `$ref` is void in OpenAPI 3.0, so a change of it is for readers only.
    pub(super) fn beside_references(&mut self, direction: Direction, (old, new): (&[Node<'a>], &[Node<'a>])) {
        if self.same_text {
            return;
        }
        let beside = |nodes: &[Node<'a>]| -> Vec<BTreeMap<&'a String, &'a Value>> {
            let maps = nodes.iter().filter_map(|node| node.value.as_object());
            let maps = maps.filter(|map| map.contains_key("$ref"));
            let beside = maps.map(|map| map.iter().filter(|(key, _)| *key != "$ref").collect::<BTreeMap<_, _>>());
            beside.filter(|map| !map.is_empty()).collect()
        };
        if let ([a, ..], [b, ..]) = (old, new)
            && beside(old) != beside(new)
        {
            let message = "what stands beside a $ref, and is void there, changed".into();
            self.report("ref-sibling-changed", PROSE_LEVEL, direction, (a, b), message);
        }
    }

    /// Follows the `$ref`s of two nodes.
    pub(super) fn resolved(
        &mut self,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
    ) -> (Node<'a>, Node<'a>) {
        self.beside_references(direction, (slice::from_ref(old), slice::from_ref(new)));
        // What a reference leads to has a text of its own.
        self.same_text &= !old.has("$ref");
        (old.clone().resolved(), new.clone().resolved())
    }

    /// `required` of what is no property.
    pub(super) fn requiredness(
        &mut self,
        (id, what): (&str, &str),
        [became, ceased]: [Level; 2],
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
    ) {
        let nodes = (&old.get("required"), &new.get("required"));
        let (how, level) = match (old.is_true("required"), new.is_true("required")) {
            (false, true) => ("required", became),
            (true, false) => ("optional", ceased),
            _ => return,
        };
        self.report(&format!("{id}-became-{how}"), level, direction, nodes, format!("{what} became {how}"));
    }

    /// Keywords that are true or absent. What is neither is compared as it stands.
    pub(super) fn flags(&mut self, direction: Direction, (old, new): (&Node<'a>, &Node<'a>), keys: &[&str]) {
        let plain = |node: &Node<'a>| matches!(node.value, Value::Null | Value::Bool(_));
        for key in keys {
            let nodes = (&old.get(key), &new.get(key));
            if !(plain(nodes.0) && plain(nodes.1)) && nodes.0.value != nodes.1.value {
                self.unclassified(direction, nodes);
            }
        }
    }

    pub(super) fn unclassified(&mut self, direction: Direction, (old, new): (&Node<'a>, &Node<'a>)) {
        let message = format!("a change of unknown effect: it {}", change(old.value, new.value));
        self.report(UNCLASSIFIED, Level::Warn, direction, (old, new), message);
    }

    /// Pairs the items of two lists by a key; what has no key or one twice is compared as it stands.
    pub(super) fn keyed(
        &mut self,
        direction: Direction,
        lists: (&Node<'a>, &Node<'a>),
        (old, new): (Vec<Node<'a>>, Vec<Node<'a>>),
        key: impl Fn(&Node<'a>) -> &'a str,
        mut compare: impl FnMut(&mut Self, (Option<&Node<'a>>, Option<&Node<'a>>), &str),
    ) {
        let index = |nodes: &[Node<'a>]| -> BTreeMap<&'a str, Node<'a>> {
            nodes.iter().map(|node| (key(node), node.clone())).collect()
        };
        let (by_old, by_new) = (index(&old), index(&new));
        let odd =
            by_old.len() < old.len() || by_new.len() < new.len() || by_old.contains_key("") || by_new.contains_key("");
        let is_list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if odd || !is_list(lists.0) || !is_list(lists.1) {
            if lists.0.value != lists.1.value {
                self.unclassified(direction, lists);
            }
            return;
        }
        for name in by_old.keys().chain(by_new.keys()).collect::<BTreeSet<_>>() {
            compare(self, (by_old.get(*name), by_new.get(*name)), name);
        }
    }

    /// `deprecated`, and the date until which it stays.
    pub(super) fn deprecation(&mut self, what: &str, direction: Direction, (old, new): (&Node<'a>, &Node<'a>)) {
        let nodes = (&old.get("deprecated"), &new.get("deprecated"));
        let sunset = (&old.get("x-sunset"), &new.get("x-sunset"));
        let unreadable = !sunset.1.value.is_null() && date_of(new).is_none();
        if unreadable && sunset.0.value != sunset.1.value {
            let id = match what {
                "endpoint" => "api-deprecated-sunset-parse".to_owned(),
                "request-parameter" => "request-parameter-sunset-parse".to_owned(),
                what => format!("{what}-deprecated-sunset-invalid"),
            };
            let message = format!("x-sunset is no date such as 2026-12-31: {}", short(sunset.1.value));
            self.report(&id, Level::Err, direction, sunset, message);
        }
        match (old.is_true("deprecated"), new.is_true("deprecated")) {
            (false, true) => {
                let date = sunset.1.value.as_str().filter(|_| !unreadable);
                let id = if date.is_some() { "deprecated-with-sunset" } else { "deprecated" };
                let until = date.map(|date| format!(" until {date}")).unwrap_or_default();
                let message = format!("it became deprecated{until}");
                self.report(&format!("{what}-{id}"), Level::Info, direction, nodes, message);
            }
            (true, false) => {
                let message = "it is no longer deprecated".into();
                self.report(&format!("{what}-reactivated"), Level::Info, direction, nodes, message);
            }
            _ if sunset.0.value != sunset.1.value && !unreadable => {
                let message = format!("x-sunset {}", change(sunset.0.value, sunset.1.value));
                self.report(&format!("{what}-sunset-changed"), Level::Info, direction, sunset, message);
            }
            _ => {}
        }
    }
}
