//! Keywords of OpenAPI 3.1 that 3.0 has nothing for: whether what they say follows from what else is known.

use std::collections::BTreeSet;
use std::slice;

use serde_json::Value;

use super::covers::Cover;
use super::facts::Facts;
use super::node::Node;
use super::numbers;
use super::same::are_equal;
use super::view::View;

/// Keywords that mean something together only.
const TOGETHER: [&[&str]; 3] =
    [&["if", "then", "else"], &["contains", "minContains", "maxContains"], &["prefixItems", "items"]];

/// Whether a schema says something that only OpenAPI 3.1 knows.
pub(super) fn is_foreign(view: &View<'_>) -> bool {
    const FOREIGN: [&str; 14] = [
        "contains",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "if",
        "maxContains",
        "minContains",
        "not",
        "patternProperties",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ];
    view.keys().any(|key| FOREIGN.contains(&key.as_str()))
}

impl<'a> Cover<'_, 'a> {
    /// Whether what a schema says under such a keyword follows.
    pub(super) fn foreign_implied(&mut self, part: &Node<'a>, key: &str, value: &'a Value, facts: &Facts<'a>) -> bool {
        if facts.parts.iter().any(|narrow| self.are_alike(part, narrow, key)) {
            return true;
        }
        match key {
            "not" => facts.parts.iter().any(|narrow| narrow.has(key) && self.covers_at(narrow, part, key)),
            "propertyNames" => {
                let said = facts.parts.iter().filter(|narrow| narrow.has(key)).map(|narrow| narrow.get(key));
                self.covers_any(&part.get(key), said.collect())
            }
            "patternProperties" => part.members(key).all(|(pattern, schema)| {
                let said = facts.all(key).into_iter().filter(|map| map.has(pattern)).map(|map| map.get(pattern));
                self.covers_any(&schema, said.collect())
            }),
            "dependentSchemas" => part.members(key).all(|(name, schema)| {
                let said = facts.all(key).into_iter().filter(|map| map.has(name)).map(|map| map.get(name));
                facts.excludes(name) || self.covers_any(&schema, said.collect())
            }),
            "dependentRequired" => part.members(key).all(|(name, names)| {
                let mut required = facts.required();
                required.extend(facts.all(key).iter().flat_map(|map| names_of(map.get(name).value)));
                facts.excludes(name) || names_of(names.value).is_subset(&required)
            }),
            "contains" | "minContains" | "maxContains" => {
                !part.has("contains") || facts.parts.iter().any(|narrow| self.contains_implied(part, narrow))
            }
            // A condition without a consequence, and a consequence without a condition, say nothing.
            "if" => !part.has("then") && !part.has("else") || self.consequences_implied(part, facts),
            "then" | "else" => !part.has("if") || self.consequences_implied(part, facts),
            "prefixItems" | "items" => self.items_implied(part, facts),
            "unevaluatedProperties" | "unevaluatedItems" => false,
            // Whatever else is said must be said in the same way.
            _ => facts.parts.iter().any(|narrow| {
                narrow.value.get(key).is_some_and(|narrow| are_equal(narrow, value) && self.is_unchanged(value))
            }),
        }
    }

    /// Whether two schemas say the same under a keyword, and whatever belongs to it.
    fn are_alike(&self, part: &Node<'a>, narrow: &Node<'a>, key: &str) -> bool {
        let same = |a: &'a Value, b: &'a Value| are_equal(a, b) && self.is_unchanged(a);
        if key.starts_with("unevaluated") {
            // What is evaluated is told by all that is said beside it.
            return same(part.value, narrow.value);
        }
        let group = TOGETHER.into_iter().find(|group| group.contains(&key));
        narrow.has(key)
            && group.is_some_and(|group| {
                group.iter().all(|key| match (part.value.get(key), narrow.value.get(key)) {
                    (Some(a), Some(b)) => same(a, b),
                    (a, b) => a == b,
                })
            })
    }

    fn covers_at(&mut self, wide: &Node<'a>, narrow: &Node<'a>, key: &str) -> bool {
        self.covers(slice::from_ref(&wide.get(key)), slice::from_ref(&narrow.get(key)))
    }

    /// Whether a schema takes all that others take together; of nothing said, whether it takes anything.
    fn covers_any(&mut self, wide: &Node<'a>, narrow: Vec<Node<'a>>) -> bool {
        match narrow.is_empty() {
            true => View::of(slice::from_ref(wide)).is_anything(),
            false => self.covers(slice::from_ref(wide), &narrow),
        }
    }

    /// `contains`, so often at least and at most.
    fn contains_implied(&mut self, part: &Node<'a>, narrow: &Node<'a>) -> bool {
        let least = |node: &Node<'a>| node.value.get("minContains").cloned().unwrap_or(Value::from(1));
        let most = part.value.get("maxContains");
        let is_at_least = |a: &Value, b: &Value| numbers::compare(a, b).is_some_and(|order| order.is_ge());
        if most.is_none() && numbers::is_zero(&least(part)) {
            return true;
        }
        narrow.has("contains")
            && is_at_least(&least(narrow), &least(part))
            && self.covers_at(part, narrow, "contains")
            && most.is_none_or(|most| {
                narrow.value.get("maxContains").is_some_and(|narrow| is_at_least(most, narrow))
                    && self.covers_at(narrow, part, "contains")
            })
    }

    /// `then` and `else` of the same condition.
    fn consequences_implied(&mut self, part: &Node<'a>, facts: &Facts<'a>) -> bool {
        facts.parts.iter().any(|narrow| {
            let condition = part.get("if");
            are_equal(condition.value, narrow.get("if").value)
                && self.is_unchanged(condition.value)
                && ["then", "else"].iter().all(|key| {
                    !part.has(key)
                        || self.covers_any(
                            &part.get(key),
                            Some(narrow.get(key)).filter(|_| narrow.has(key)).into_iter().collect(),
                        )
                })
        })
    }

    /// The items of a list: the first ones each by a schema of its own, the others by one.
    fn items_implied(&mut self, part: &Node<'a>, facts: &Facts<'a>) -> bool {
        let at = |node: &Node<'a>, number: usize| {
            node.items("prefixItems")
                .into_iter()
                .nth(number)
                .or_else(|| Some(node.get("items")).filter(|_| node.has("items")))
        };
        let described = |node: &Node<'a>| node.items("prefixItems").len();
        let most = facts.parts.iter().map(described).chain([described(part)]).max().unwrap_or_default();
        (0..=most).all(|number| {
            at(part, number).is_none_or(|wide| {
                let narrow = facts.parts.iter().filter_map(|narrow| at(narrow, number)).collect();
                self.covers_any(&wide, narrow)
            })
        })
    }
}

fn names_of(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
