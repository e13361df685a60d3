//! What every part of the walk uses: reporting, following `$ref`s, and comparing what has no rule.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::slice;

use serde_json::Value;

use super::argument::Argument;
use super::bounds::Bounds;
use super::context::Context;
use super::findings::{Finding, Found};
use super::level::Level;
use super::location::Subject;
use super::node::Node;
use super::numbers;
use super::origins::{Origin, Origins};
use super::pair::Nodes;
use super::role::{Role, RoleKey};
use super::rules::reversed::is_harmless_reversed;
use super::rules::table::{
    API_SUNSET_PARSE, COMPARISON_CUT_SHORT, DEPRECATED, DEPRECATED_WITH_SUNSET, PARAMETER_SUNSET_PARSE, REACTIVATED,
    REF_SIBLING_CHANGED, REVERSED, SUNSET_CHANGED, SUNSET_INVALID, TEXT_CHANGED, UNCLASSIFIED,
};
use super::rules::{Downgrade, Rule, is_prose};
use super::same::{ChangedReferences, Likeness};
use super::subtypes::Subtypes;
use super::sunset::date_of;
use super::tasks::{Identity, Task, TaskKey};

pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    findings: HashMap<Finding, BTreeSet<Origin>>,
    pub(super) origins: Origins,
    tasks: HashMap<TaskKey, Origin>,
    pub(super) bounds: Bounds,
    /// Tasks by the reference that leads to them.
    references: HashMap<(&'a str, RoleKey), Origin>,
    open: Vec<Task<'a>>,
    pub(super) changed: Rc<ChangedReferences<'a>>,
    /// Components that differ, and may be used nowhere.
    pub(super) changed_components: Vec<Nodes<'a>>,
    pub(super) likeness: Likeness<'a>,
    /// The subtypes of components in both documents.
    pub(super) old_subtypes: Subtypes,
    pub(super) new_subtypes: Subtypes,
    /// What components of headers are called where they are used, by their pointers.
    pub(super) headers: HashMap<String, String>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        let changed = Rc::new(ChangedReferences::between(old, new));
        Self {
            old,
            new,
            findings: HashMap::new(),
            origins: Origins::default(),
            tasks: HashMap::new(),
            bounds: Bounds::of([old, new]),
            references: HashMap::new(),
            open: Vec::new(),
            likeness: Likeness::new(Rc::clone(&changed)),
            changed,
            changed_components: Vec::new(),
            old_subtypes: Subtypes::of(old),
            new_subtypes: Subtypes::of(new),
            headers: HashMap::new(),
        }
    }

    /// Compares what is still open, and returns all that was found.
    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        while let Some(task) = self.open.pop() {
            match task {
                Task::Schema(role, old, new) => self.schema(role, &old, &new),
                Task::Callback(context, pair) => self.callback_item(context, &pair),
            }
        }
        self.unused_components(Context::new(Origins::document()));
        let mut findings = without_weaker(self.origins.reported(self.findings));
        findings.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.cmp(b)));
        findings
    }

    /// Has schemas compared, unless they are already: what is found there is reported for whoever asks.
    pub(super) fn later(&mut self, role: Role, old: Vec<Node<'a>>, new: Vec<Node<'a>>) -> Origin {
        let key = (Identity::of(&old), Identity::of(&new), Ok(role.key()));
        self.task(role.context, key, |context| Task::Schema(role.used_by(context), old, new))
    }

    /// As [`later`](Self::later), for schemas that the same reference leads to.
    pub(super) fn later_by_reference(
        &mut self,
        reference: &'a str,
        role: Role,
        schemas: impl FnOnce() -> (Vec<Node<'a>>, Vec<Node<'a>>),
    ) {
        let key = (reference, role.key());
        match self.references.get(&key) {
            Some(origin) => self.origins.used(*origin, role.context.origin),
            None => {
                let (old, new) = schemas();
                let origin = self.later(role, old, new);
                self.references.insert(key, origin);
            }
        }
    }

    /// Has a path item of a callback compared, unless it is already.
    pub(super) fn callback_later(&mut self, context: Context, pair: Nodes<'a>) {
        let identity = |node: &Node<'a>| Identity::of(slice::from_ref(node));
        let key = (identity(&pair.old), identity(&pair.new), Err(context.reversed));
        self.task(context, key, |context| Task::Callback(context, pair));
    }

    fn task(&mut self, context: Context, key: TaskKey, task: impl FnOnce(Context) -> Task<'a>) -> Origin {
        let origin = match self.tasks.get(&key) {
            Some(origin) => *origin,
            None => {
                let origin = self.origins.shared();
                let task = task(context.of(origin));
                self.tasks.insert(key, origin);
                match self.tasks.len().checked_sub(self.bounds.most_pairs()) {
                    None | Some(0) => self.open.push(task),
                    Some(1) => self.report(context, &task.pair(), &COMPARISON_CUT_SHORT),
                    Some(_) => {}
                }
                origin
            }
        };
        self.origins.used(origin, context.origin);
        origin
    }

    /// The values that were compared as schemas.
    pub(super) fn compared(&self) -> HashSet<*const Value> {
        let all = self.tasks.keys().flat_map(|(old, new, _)| [old, new]);
        all.filter_map(|identity| if let Identity::One(value) = identity { Some(*value) } else { None }).collect()
    }

    /// How much was found so far.
    pub(super) fn found(&self) -> usize {
        self.findings.len()
    }

    /// Reports what was found of a pair.
    pub(super) fn report(&mut self, context: Context, pair: &Nodes<'a>, found: impl Into<Found>) {
        let found = found.into();
        let (id, level, downgrade) = match found.level(context.direction) {
            level
                if context.harmless
                    && !found.rule.whatever_values
                    && (level > Level::Info || context.unknown && level > Level::Doc) =>
            {
                (found.rule.id(&found.role), Level::Info, Some(Downgrade::NothingLost))
            }
            level if context.unknown && level > Level::Doc => (UNCLASSIFIED.id.to_owned(), Level::Warn, None),
            // What is said of a request is not said of one that the server makes.
            _ if context.reversed && found.rule.is_misplaced(&found.role, context.direction) => {
                match is_harmless_reversed(found.rule) {
                    true => (REVERSED.id.to_owned(), Level::Info, None),
                    false => (UNCLASSIFIED.id.to_owned(), Level::Warn, None),
                }
            }
            level => (found.rule.id(&found.role), level, found.downgrade),
        };
        // In the new document what changed is called as readers of it know it.
        let node = &pair.new;
        let mut subject = Subject::of(node.root, &node.at);
        if let Some(name) = self.header_of(&node.at) {
            subject = subject.with_header(name);
        }
        let finding = Finding {
            rule: found.rule,
            id,
            level,
            downgrade,
            direction: context.direction,
            operations: Rc::default(),
            old_pointer: pair.old.at.clone(),
            new_pointer: pair.new.at.clone(),
            subject,
            arguments: found.arguments,
        };
        self.findings.entry(finding).or_default().insert(context.origin);
    }

    /// What the component is called that a pointer leads into, where it is one of a header.
    fn header_of(&self, pointer: &str) -> Option<&str> {
        let rest = pointer.strip_prefix("/components/headers/")?;
        let end = rest.find('/').map_or(pointer.len(), |end| pointer.len() - rest.len() + end);
        self.headers.get(&pointer[..end]).map(String::as_str)
    }

    /// Whether a value's references lead to the same in both documents.
    pub(super) fn refer_to_the_same(&self, value: &'a Value) -> bool {
        self.changed.none_in(value)
    }

    /// Whether a pair surely means the same, by how it is written alone.
    pub(super) fn surely_same(&self, pair: &Nodes<'a>) -> bool {
        pair.are_equal() && self.changed.none_in(pair.old.value)
    }

    /// Compares all keys but the ones that the caller knows: prose as prose, the others as unknown.
    pub(super) fn other_keys(&mut self, context: Context, pair: &Nodes<'a>, known: &[&str]) {
        if !pair.are_objects() {
            if !pair.are_equal() {
                self.unclassified(context, pair);
            }
            return;
        }
        for key in pair.keys().filter(|key| !known.contains(&key.as_str())) {
            self.keyword(context, pair, key);
        }
    }

    /// The extensions among names.
    pub(super) fn extensions(&mut self, context: Context, pair: &Nodes<'a>) {
        for key in pair.keys().filter(|key| key.starts_with("x-")) {
            self.keyword(context, pair, key);
        }
    }

    /// One key: prose as prose, any other as unknown.
    fn keyword(&mut self, context: Context, pair: &Nodes<'a>, key: &str) {
        let same = match (pair.old.value.get(key), pair.new.value.get(key)) {
            (Some(a), Some(b)) => numbers::equal(a, b) && (is_prose(key) || self.changed.none_in(a)),
            (a, b) => a == b,
        };
        match same {
            true => {}
            false if is_prose(key) => self.text_changed(context, &pair.get(key), key),
            false => self.unread(context, &pair.get(key)),
        }
    }

    /// What only readers see changed.
    pub(super) fn text_changed(&mut self, context: Context, pair: &Nodes<'a>, key: &str) {
        let found = TEXT_CHANGED.of(key.to_ascii_lowercase());
        // Of what several members say, another one than the first may have changed.
        let found = if pair.are_equal() { found } else { found.with_change(pair.values()) };
        self.report(context, pair, found);
    }

    /// A change that no rule knows.
    pub(super) fn unclassified(&mut self, context: Context, pair: &Nodes<'a>) {
        self.report(context, pair, Found::from(&UNCLASSIFIED).with_change(pair.values()));
    }

    /// Keys that hold an object, or a list. What holds something else is compared as it stands.
    pub(super) fn containers(&mut self, context: Context, pair: &Nodes<'a>, maps: &[&str], lists: &[&str]) {
        for (key, list) in maps.iter().map(|key| (key, false)).chain(lists.iter().map(|key| (key, true))) {
            let inner = pair.get(key);
            let fits = |node: &Node<'a>| match node.value {
                Value::Null => true,
                Value::Array(items) => list && items.iter().all(|item| item.is_object() || item.is_string()),
                Value::Object(_) => !list,
                _ => false,
            };
            if !inner.both(fits) && !inner.are_equal() {
                self.unclassified(context, &inner);
            }
        }
    }

    /// What stands beside a `$ref` is ignored in OpenAPI 3.0, so a change of it is for readers only.
    pub(super) fn beside_references(&mut self, context: Context, old: &[Node<'a>], new: &[Node<'a>]) {
        let beside = |nodes: &[Node<'a>]| -> Vec<BTreeMap<&'a String, &'a Value>> {
            let maps = nodes.iter().filter_map(|node| node.value.as_object());
            let maps = maps.filter(|map| map.contains_key("$ref"));
            let beside = maps.map(|map| map.iter().filter(|(key, _)| *key != "$ref").collect::<BTreeMap<_, _>>());
            beside.filter(|map| !map.is_empty()).collect()
        };
        if let ([a, ..], [b, ..]) = (old, new)
            && beside(old) != beside(new)
        {
            self.report(context, &Nodes::new(a.clone(), b.clone()), &REF_SIBLING_CHANGED);
        }
    }

    /// Follows the `$ref`s of a pair.
    pub(super) fn resolved(&mut self, context: Context, pair: &Nodes<'a>) -> Nodes<'a> {
        if !pair.same {
            self.beside_references(context, slice::from_ref(&pair.old), slice::from_ref(&pair.new));
        }
        pair.resolved()
    }

    /// `required` of what is not a property: the rules for what became required, and became optional.
    pub(super) fn requiredness(&mut self, context: Context, pair: &Nodes<'a>, rules: [&'static Rule; 2]) {
        let rule = match pair.are_true("required") {
            (false, true) => rules[0],
            (true, false) => rules[1],
            _ => return,
        };
        self.report(context, &pair.get("required"), rule);
    }

    /// Keywords that are true or absent. What is neither is compared as it stands.
    pub(super) fn flags(&mut self, context: Context, pair: &Nodes<'a>, keys: &[&str]) {
        let plain = |node: &Node<'a>| matches!(node.value, Value::Null | Value::Bool(_));
        for inner in keys.iter().map(|key| pair.get(key)) {
            if !inner.both(plain) && !inner.are_equal() {
                self.unclassified(context, &inner);
            }
        }
    }

    /// Pairs the items of two lists by a key; what has no key or one twice is compared as it stands.
    pub(super) fn keyed(
        &mut self,
        context: Context,
        lists: &Nodes<'a>,
        key: impl Fn(&Node<'a>) -> &'a str,
        mut compare: impl FnMut(&mut Self, Option<&Node<'a>>, Option<&Node<'a>>, &str),
    ) {
        let index = |nodes: Vec<Node<'a>>| -> (BTreeMap<&'a str, Node<'a>>, bool) {
            let all = nodes.len();
            let by_key: BTreeMap<_, _> = nodes.into_iter().map(|node| (key(&node), node)).collect();
            let usable = by_key.len() == all && !by_key.contains_key("");
            (by_key, usable)
        };
        let ((old, old_usable), (new, new_usable)) = (index(lists.old.list()), index(lists.new.list()));
        let is_list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if !(old_usable && new_usable && is_list(&lists.old) && is_list(&lists.new)) {
            if !lists.are_equal() {
                self.unclassified(context, lists);
            }
            return;
        }
        for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            compare(self, old.get(*name), new.get(*name), name);
        }
    }

    /// `deprecated`, and the date until which it stays.
    pub(super) fn deprecation(&mut self, context: Context, role: &'static str, pair: &Nodes<'a>) {
        let sunset = pair.get("x-sunset");
        let (old, new) = sunset.values();
        let unreadable = !new.is_null() && date_of(&pair.new).is_none();
        if unreadable && old != new {
            let found = match role {
                "endpoint" => Found::from(&API_SUNSET_PARSE),
                "request-parameter" => Found::from(&PARAMETER_SUNSET_PARSE),
                role => SUNSET_INVALID.of(role),
            };
            self.report(context, &sunset, found.with_change((old, new)));
        }
        let deprecated = pair.get("deprecated");
        match pair.are_true("deprecated") {
            (false, true) => match new.as_str().filter(|_| !unreadable) {
                Some(date) => {
                    let found = DEPRECATED_WITH_SUNSET.of(role).with("date", Argument::Word(date.to_owned()));
                    self.report(context, &deprecated, found);
                }
                None => self.report(context, &deprecated, DEPRECATED.of(role)),
            },
            (true, false) => self.report(context, &deprecated, REACTIVATED.of(role)),
            _ if old != new && !unreadable => {
                self.report(context, &sunset, SUNSET_CHANGED.of(role).with_change((old, new)));
            }
            _ => {}
        }
    }
}

/// Findings without those that are also found where they count more, for the same operations: what is harmless behind
/// one reference may harm behind another.
fn without_weaker(findings: Vec<Finding>) -> Vec<Finding> {
    let key = |finding: &Finding| {
        let pointers = (finding.old_pointer.clone(), finding.new_pointer.clone());
        (finding.id.clone(), finding.direction, pointers, finding.arguments.clone())
    };
    let is_weaker = |finding: &Finding| finding.downgrade == Some(Downgrade::NothingLost);
    if !findings.iter().any(is_weaker) {
        return findings;
    }
    let mut strong: HashMap<_, BTreeSet<String>> = HashMap::new();
    for finding in findings.iter().filter(|finding| !is_weaker(finding)) {
        strong.entry(key(finding)).or_default().extend(finding.operations.iter().cloned());
    }
    let counts = |finding: &Finding| {
        !is_weaker(finding)
            || strong
                .get(&key(finding))
                .is_none_or(|operations| !finding.operations.iter().all(|it| operations.contains(it)))
    };
    findings.into_iter().filter(counts).collect()
}
