//! What alternatives mean: null among them, those within others, and those that only list values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bounds::Met;
use super::node::Node;
use super::numbers;
use super::rules::is_annotation;
use super::same::says_nothing;

/// Whether all of several allow null; nothing where none says.
pub(super) fn all_allow(all: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all.into_iter().flatten().reduce(|a, b| a && b)
}

/// Whether a schema allows null; nothing where it says nothing of what it allows.
pub(super) fn null(node: &Node<'_>, seen: &mut Met<String>) -> Option<bool> {
    let node = node.clone().resolved();
    if node.is_true("nullable") {
        return Some(true);
    }
    if node.has("type") || node.has("properties") {
        return Some(false);
    }
    if !seen.is_new(node.at.clone()) {
        return None;
    }
    let values = node.get("enum").value.as_array().map(|values| values.contains(&Value::Null));
    let mut alternatives = |key: &str| {
        let members = node.items(key);
        let said: Vec<Option<bool>> = members.iter().map(|member| null(member, seen)).collect();
        // One that says nothing takes null, too.
        let takes_null = said.iter().filter(|said| **said != Some(false)).count();
        match () {
            // Of several that it fits, oneOf takes none.
            () if key == "oneOf" && said.contains(&Some(true)) && takes_null > 1 => Some(false),
            () if said.contains(&Some(true)) => Some(true),
            // One that allows anything allows null, too, but says nothing of it.
            () if said.contains(&None) => None,
            () => said.first().copied().flatten(),
        }
    };
    let (any, one) = (alternatives("anyOf"), alternatives("oneOf"));
    let members = node.items("allOf");
    let members: Vec<Option<bool>> = members.iter().map(|member| null(member, seen)).collect();
    all_allow([values, any, one].into_iter().chain(members))
}

/// Whether a schema is null, and nothing else.
fn is_null(node: &Node<'_>) -> bool {
    let says = |key: &str, value: &Value| {
        key != "nullable" && key != "type" && !is_annotation(key) && !says_nothing(key, value)
    };
    let map = node.value.as_object();
    node.text("type") == Some("null")
        || node.get("enum").value.as_array().is_some_and(|values| values.len() == 1 && values[0].is_null())
            && map.is_some_and(|map| map.iter().all(|(key, value)| key == "enum" || !says(key, value)))
}

/// Alternatives, and those that are null and nothing else.
#[derive(Default)]
pub(super) struct Flattened<'a> {
    pub(super) members: Vec<Node<'a>>,
    pub(super) nulls: Vec<Node<'a>>,
    /// What holds others and says nothing else.
    pub(super) wrappers: Vec<Node<'a>>,
    seen: Met<String>,
}

/// Collects alternatives, those of alternatives that are nothing else included.
pub(super) fn flatten<'a>(list: &Node<'a>, keyword: &str, into: &mut Flattened<'a>) {
    for member in list.list() {
        let node = member.clone().resolved();
        if is_null(&node) {
            into.nulls.push(member);
            continue;
        }
        let says = |key: &str, value: &Value| key != "nullable" && !is_annotation(key) && !says_nothing(key, value);
        let map = node.value.as_object().into_iter().flatten();
        let said: Vec<&str> = map.filter(|(key, value)| says(key, value)).map(|(key, _)| key.as_str()).collect();
        match said[..] {
            [inner @ ("anyOf" | "oneOf" | "allOf")]
                if node.get(inner).value.as_array().is_some_and(|list| !list.is_empty()) =>
            {
                let inner_list = node.get(inner);
                let is_single = inner_list.list().len() == 1;
                let is_part = inner == keyword && (inner == "anyOf" || !lists_twice(&inner_list));
                if (is_single || is_part) && into.seen.is_new(node.at.clone()) {
                    flatten(&inner_list, keyword, into);
                    into.wrappers.push(node);
                } else {
                    into.members.push(member);
                }
            }
            _ => into.members.push(member),
        }
    }
}

/// Whether alternatives are equal, or list a value twice: `oneOf` takes none of that, then.
fn lists_twice(list: &Node<'_>) -> bool {
    let members: Vec<Node<'_>> = list.list().into_iter().map(Node::resolved).collect();
    if members.iter().enumerate().any(|(i, member)| members[..i].iter().any(|other| say_the_same(other, member))) {
        return true;
    }
    let mut met = BTreeSet::new();
    !list.list().iter().filter_map(constants).flatten().all(|value| met.insert(value))
}

/// Whether two alternatives are written in the same way, whatever readers are told of each.
fn say_the_same(a: &Node<'_>, b: &Node<'_>) -> bool {
    let said = |node: &Node<'_>| -> Option<BTreeMap<String, Value>> {
        let map = node.value.as_object()?.iter().filter(|(key, _)| !is_annotation(key));
        Some(map.map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    a.value == b.value || said(a).is_some_and(|said_of_a| said(b) == Some(said_of_a))
}

/// The values of a schema that does nothing but list them.
pub(super) fn constants(member: &Node<'_>) -> Option<BTreeSet<String>> {
    let node = member.clone().resolved();
    let map = node.value.as_object()?;
    let says = |key: &str, value: &Value| !is_annotation(key) && !says_nothing(key, value);
    let only = map.iter().all(|(key, value)| matches!(key.as_str(), "enum" | "type" | "nullable") || !says(key, value));
    let values = map.get("enum")?.as_array().filter(|_| only)?;
    Some(values.iter().map(numbers::canonical).collect())
}

/// The type of a value of canonical JSON.
pub(super) fn type_of_json(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'[') => "array",
        Some(b'{') => "object",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ if json.contains(['.', 'e', 'E']) => "number",
        _ => "integer",
    }
}
