//! A schema as what it means: `allOf` is read as one schema that says all that its members say.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::alternatives::{Flattened, all_allow, constants, flatten, null, type_of_json};
use super::argument::TypeName;
use super::bounds::Met;
use super::node::Node;
use super::numbers;
use super::rules::is_prose;
use super::rules::table::is_limit;
use super::same::{Likeness, says_nothing};

/// Schemas that hold together, `allOf`s and `$ref`s followed.
#[derive(Clone)]
pub(super) struct View<'a> {
    /// The schemas themselves.
    nodes: Vec<Node<'a>>,
    /// Each schema that says something of its own; the first is the one that is spoken of.
    parts: Vec<Node<'a>>,
    /// What stands where a schema should, and is none.
    pub(super) invalid: Vec<Node<'a>>,
    /// The members of all `allOf`s, as they are written.
    pub(super) members: Vec<Node<'a>>,
    /// Alternatives, of which a value must fit one.
    pub(super) groups: Vec<Group<'a>>,
    /// Values that are listed as alternatives, each a constant.
    constants: Vec<(Node<'a>, BTreeSet<String>)>,
    /// Alternatives that count by what they mean alone, by what tells them apart: of these, the rest is for readers.
    pub(super) told: Vec<(String, Node<'a>)>,
    /// Alternatives that are null and nothing else, as they are written.
    pub(super) nulls: Vec<Node<'a>>,
    /// Alternatives that are the only ones, once null is taken away, as they are written.
    pub(super) singles: Vec<Node<'a>>,
}

/// The members of an `anyOf` or `oneOf`, those of such within it included, but for null.
#[derive(Clone)]
pub(super) struct Group<'a> {
    /// The keyword.
    pub(super) keyword: &'static str,
    /// The list.
    pub(super) list: Node<'a>,
    pub(super) members: Vec<Node<'a>>,
}

impl<'a> View<'a> {
    /// What schemas mean together. Of alternatives that are one, this one is as if it stood beside.
    pub(super) fn of(nodes: &[Node<'a>]) -> Self {
        Self::read(nodes, true)
    }

    /// The same, with alternatives that are one as a group.
    pub(super) fn with_single_groups(&self) -> Self {
        Self::read(&self.nodes, false)
    }

    fn read(nodes: &[Node<'a>], merges_single: bool) -> Self {
        let mut view = Self {
            nodes: nodes.to_vec(),
            parts: Vec::new(),
            invalid: Vec::new(),
            members: Vec::new(),
            groups: Vec::new(),
            constants: Vec::new(),
            told: Vec::new(),
            nulls: Vec::new(),
            singles: Vec::new(),
        };
        let mut seen = Met::default();
        // Outer schemas before their members, first members first.
        let mut open: Vec<Node<'a>> = nodes.iter().rev().cloned().map(Node::resolved).collect();
        while let Some(node) = open.pop() {
            if node.value.is_null() || !seen.is_new(node.at.clone()) {
                continue;
            }
            if !node.value.is_object() {
                view.invalid.push(node);
                continue;
            }
            let all = node.get("allOf");
            if !(all.value.is_array() || all.value.is_null()) {
                view.invalid.push(all);
            }
            let members = node.items("allOf");
            open.extend(members.iter().rev().cloned().map(Node::resolved));
            view.members.extend(members);
            for keyword in ["anyOf", "oneOf"] {
                if let Some(single) = view.group(&node, keyword, merges_single) {
                    open.push(single.resolved());
                }
            }
            view.parts.push(node);
        }
        if view.parts.is_empty() {
            view.parts.extend(nodes.first().cloned().map(|node| Node { value: &Value::Null, ..node.resolved() }));
        }
        view
    }

    /// Adds the alternatives of a schema, or returns the one that they are.
    fn group(&mut self, node: &Node<'a>, keyword: &'static str, merges_single: bool) -> Option<Node<'a>> {
        let list = node.get(keyword);
        // Of no alternatives, which JSON Schema forbids, nothing is said.
        if list.value.is_null() || list.value == &Value::Array(Vec::new()) {
            return None;
        }
        let mut flattened = Flattened::default();
        flatten(&list, keyword, &mut flattened);
        let Flattened { members, nulls, wrappers, .. } = flattened;
        let number = self.told.len();
        self.told.extend(wrappers.into_iter().enumerate().map(|(i, node)| (format!("{}", number + i), node)));
        self.nulls.extend(nulls);
        if !list.value.is_array() {
            self.groups.push(Group { keyword, list, members });
            return None;
        }
        if let [single] = &members[..] {
            self.singles.push(single.clone());
            if merges_single {
                return Some(single.clone());
            }
        }
        let constants: Option<Vec<BTreeSet<String>>> = members.iter().map(constants).collect();
        match constants {
            Some(sets) => {
                let key = |set: &BTreeSet<String>| format!("values {}", Vec::from_iter(set.iter().cloned()).join("\n"));
                self.told.extend(sets.iter().map(key).zip(members.iter().cloned().map(Node::resolved)));
                let times = |value: &String| sets.iter().filter(|set| set.contains(value)).count();
                // Of several that it fits, oneOf takes none.
                let taken = sets.iter().flatten().filter(|value| keyword == "anyOf" || times(value) == 1).cloned();
                self.constants.push((list, taken.collect()));
            }
            None => self.groups.push(Group { keyword, list, members }),
        }
        None
    }

    /// Whether it has alternatives.
    pub(super) fn has_alternatives(&self) -> bool {
        !self.groups.is_empty() || !self.constants.is_empty() || self.has_single()
    }

    /// Whether it has alternatives that are one.
    pub(super) fn has_single(&self) -> bool {
        !self.singles.is_empty()
    }

    /// The schemas that say something of their own.
    pub(super) fn parts(&self) -> &[Node<'a>] {
        &self.parts
    }

    /// Whether it allows any value.
    pub(super) fn is_anything(&self) -> bool {
        self.groups.is_empty()
            && self.constants.is_empty()
            && self.invalid.is_empty()
            && self.parts.iter().all(|part| {
                part.value.as_object().is_none_or(|map| {
                    map.iter().all(|(key, value)| {
                        is_prose(key)
                            || says_nothing(key, value)
                            || matches!(
                                key.as_str(),
                                "allOf" | "anyOf" | "oneOf" | "nullable" | "default" | "deprecated"
                            )
                    })
                })
            })
    }

    /// Whether it allows no value.
    pub(super) fn is_nothing(&self) -> bool {
        let of = |part: &Node<'a>| Some(part.get("not")).filter(|_| part.has("not"));
        self.parts.iter().filter_map(of).any(|not| {
            not.value
                .as_object()
                .is_some_and(|map| map.iter().all(|(key, value)| is_prose(key) || says_nothing(key, value)))
        })
    }

    /// Whether it is said in one place.
    pub(super) fn is_one(&self) -> bool {
        self.parts.len() == 1 && self.invalid.is_empty()
    }

    /// The schema that is spoken of.
    pub(super) fn here(&self) -> &Node<'a> {
        &self.parts[0]
    }

    /// All that is said but for readers, by keyword and by property, whichever part says it; as far as
    /// likeness looks. Null is not in it: which parts allow it is not a sum.
    pub(super) fn said(&self, likeness: &mut Likeness<'a>) -> BTreeMap<String, BTreeSet<u64>> {
        let mut said: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for part in &self.parts {
            for (key, value) in part.value.as_object().into_iter().flatten() {
                let node = part.below(key, value);
                let inner = match key.as_str() {
                    "allOf" | "nullable" => continue,
                    key if is_prose(key) || says_nothing(key, value) => continue,
                    "required" => node.list().into_iter().map(|name| (key.clone(), name)).collect(),
                    "properties" => part.members(key).map(|(name, node)| (format!("{key}/{name}"), node)).collect(),
                    _ => vec![(key.clone(), node)],
                };
                for (key, node) in inner {
                    said.entry(key).or_default().insert(likeness.of(&node, false));
                }
            }
        }
        said
    }

    /// Whether there is a schema at all.
    pub(super) fn is_there(&self) -> bool {
        self.here().value.is_object()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.parts.iter().any(|part| part.has(key))
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.parts.iter().any(|part| part.is_true(key))
    }

    /// What each part says under a key; where it would stand, if none says anything.
    pub(super) fn all(&self, key: &str) -> Vec<Node<'a>> {
        let all: Vec<_> = self.parts.iter().filter(|part| part.has(key)).map(|part| part.get(key)).collect();
        if all.is_empty() { vec![self.here().get(key)] } else { all }
    }

    /// What the parts together say under a key: the narrowest type, the tightest bound, else the first.
    pub(super) fn get(&self, key: &str) -> Node<'a> {
        let mut all = self.all(key);
        let narrowest = match key {
            "type" => all.iter().position(|node| node.value == "integer"),
            _ if is_limit(key) => {
                let upper = key.starts_with("max");
                (1..all.len()).try_fold(0, |best, i| {
                    let order = numbers::compare(all[i].value, all[best].value)?;
                    Some(if order.is_lt() == upper && order.is_ne() { i } else { best })
                })
            }
            _ => None,
        };
        let node = all.swap_remove(narrowest.unwrap_or(0));
        match says_nothing(key, node.value) && !node.value.is_boolean() {
            true => Node { value: &Value::Null, ..node },
            false => node,
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).value.as_str()
    }

    /// What parts say under a key besides what they say together.
    pub(super) fn besides(&self, key: &str) -> BTreeSet<String> {
        let together = numbers::canonical(self.get(key).value);
        let said = self.parts.iter().filter_map(|part| part.value.get(key));
        let said = said.filter(|value| !says_nothing(key, value)).map(numbers::canonical);
        said.filter(|value| *value != together).collect()
    }

    /// What parts say under a key that is not of the kind of value that belongs there.
    pub(super) fn malformed(&self, key: &str) -> BTreeSet<String> {
        let belongs = |value: &Value| match key {
            "enum" | "required" | "x-extensible-enum" => value.is_array(),
            "properties" | "patternProperties" => value.is_object(),
            "nullable" | "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" => value.is_boolean(),
            key if is_limit(key) => value.is_number(),
            _ => true,
        };
        let said = self.parts.iter().filter_map(|part| part.value.get(key));
        said.filter(|value| !says_nothing(key, value) && !belongs(value)).map(numbers::canonical).collect()
    }

    /// The first part where a flag is true; the schema that is spoken of, where it is nowhere.
    pub(super) fn with(&self, flag: &str) -> Node<'a> {
        self.parts.iter().find(|part| part.is_true(flag)).unwrap_or(self.here()).clone()
    }

    /// All keys that a part has.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a String> + use<'_, 'a> {
        let maps = self.parts.iter().filter_map(|part| part.value.as_object());
        maps.flat_map(|map| map.keys())
    }

    /// The type of its values: as it is said, or as the values that are listed have it.
    pub(super) fn type_name(&self) -> TypeName {
        let name = match self.get("type").value {
            Value::Null => self.type_of_values(),
            Value::String(name) => Some(name.clone()),
            name => Some(name.to_string()),
        };
        TypeName { name, format: self.text("format").map(str::to_owned) }
    }

    fn type_of_values(&self) -> Option<String> {
        let values = self.values("enum").filter(|values| !values.is_empty())?;
        let types: BTreeSet<&str> = values.iter().map(|json| type_of_json(json)).collect();
        match types.into_iter().collect::<Vec<_>>()[..] {
            [one] => Some(one.to_owned()),
            ["integer", "number"] => Some("number".to_owned()),
            _ => None,
        }
    }

    /// Whether no other properties are allowed than those that are described.
    pub(super) fn is_closed(&self) -> bool {
        let leaves_nothing = |part: &Node<'a>| part.value.get("unevaluatedProperties") == Some(&Value::Bool(false));
        self.parts.iter().any(|part| part.is_closed() || leaves_nothing(part))
    }

    /// The names that are required, by any part.
    pub(super) fn required(&self) -> HashSet<&'a str> {
        let lists = self.parts.iter().filter_map(|part| part.value.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// The properties by their names, each with its schema if that is said in one place.
    pub(super) fn properties(&self) -> BTreeMap<&'a str, Option<&'a Value>> {
        let mut all = BTreeMap::new();
        let maps = self.parts.iter().filter_map(|part| part.value.get("properties")?.as_object());
        for (name, value) in maps.flatten() {
            all.entry(name.as_str()).and_modify(|other| *other = None).or_insert(Some(value));
        }
        let has_patterns = self.has("patternProperties");
        for (name, value) in all.iter_mut().filter(|_| self.parts.len() > 1 || has_patterns) {
            if self.others_with(name).next().is_some() || !self.by_pattern(name).is_empty() {
                *value = None;
            }
        }
        all
    }

    /// What parts that do not describe a property say of all that they do not describe.
    fn others_with(&self, name: &str) -> impl Iterator<Item = Node<'a>> {
        let silent = self.parts.iter().filter(move |part| !part.get("properties").has(name));
        let others = silent.map(|part| part.get("additionalProperties"));
        others.filter(|others| others.value.as_object().is_some_and(|map| !map.is_empty()))
    }

    /// What patterns say of a property. One that cannot be read is taken to be meant.
    pub(super) fn by_pattern(&self, name: &str) -> Vec<Node<'a>> {
        let patterns = self.parts.iter().flat_map(|part| part.members("patternProperties"));
        let fits = |pattern: &str| regex::Regex::new(pattern).map_or(true, |pattern| pattern.is_match(name));
        patterns.filter(|(pattern, _)| fits(pattern)).map(|(_, schema)| schema).collect()
    }

    /// What the parts say of a property that one of them describes; where it would stand, if none does.
    pub(super) fn property(&self, name: &str) -> Vec<Node<'a>> {
        let maps = self.parts.iter().map(|part| part.get("properties"));
        let mut all: Vec<_> = maps.filter(|map| map.has(name)).map(|map| map.get(name)).collect();
        if all.is_empty() {
            return vec![self.get("properties").get(name)];
        }
        all.extend(self.others_with(name));
        all.extend(self.by_pattern(name));
        all
    }

    /// The values of `enum` that all parts allow, null aside, each as canonical JSON. Nothing where none has it.
    pub(super) fn values(&self, key: &str) -> Option<BTreeSet<String>> {
        let lists = self.parts.iter().filter_map(|part| part.value.get(key)?.as_array());
        let sets = lists.map(|list| list.iter().map(numbers::canonical).collect::<BTreeSet<_>>());
        let constants = self.constants.iter().filter(|_| key == "enum").map(|(_, values)| values.clone());
        let mut values = sets.chain(constants).reduce(|a, b| a.intersection(&b).cloned().collect())?;
        values.remove("null");
        Some(values)
    }

    /// Where the values are listed; where they would be, if they are not.
    pub(super) fn list_of_values(&self, key: &str) -> Node<'a> {
        match self.constants.first() {
            Some((list, _)) if key == "enum" && !self.parts.iter().any(|part| part.has(key)) => list.clone(),
            _ => self.get(key),
        }
    }

    /// Whether the values are listed under a key.
    pub(super) fn lists_values(&self, key: &str) -> bool {
        self.has(key) || key == "enum" && !self.constants.is_empty()
    }

    /// Whether null is allowed; nothing, where nothing is said of what is allowed.
    ///
    /// Strictly, OpenAPI 3.0 has `nullable` do nothing beside `allOf` without a `type`; it is the only way there to say
    /// that what a `$ref` leads to may be null, and meant so.
    pub(super) fn null(&self) -> Option<bool> {
        all_allow(self.nodes.iter().map(|node| null(node, &mut Met::default())))
    }
}
