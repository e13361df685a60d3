//! What readers are told of alternatives that are read for what they mean: those that list values each, and those
//! that hold others and say nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use super::node::Node;
use super::pair::Nodes;
use super::role::Role;
use super::rules::is_prose;
use super::view::View;
use super::views::Views;
use super::walk::Walk;

impl<'a> Walk<'a> {
    /// Compares what is said of each, by the values that it lists, or by its number among those that hold others.
    pub(super) fn alternatives_told(&mut self, role: Role, views: &Views<'a>) {
        if views.old.told.is_empty() && views.new.told.is_empty() {
            return;
        }
        let (old, new) = (by_key(&views.old), by_key(&views.new));
        let mut keys: Vec<(&str, usize)> = old.keys().chain(new.keys()).copied().collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let nothing = |there: &Node<'a>, root: &'a Value| Node { root, value: &Value::Null, at: there.at.clone() };
            let pair = match (old.get(&key), new.get(&key)) {
                (Some(a), Some(b)) => Nodes::new(a.clone(), b.clone()),
                // A value that came or went is told by itself.
                (Some(a), None) if is_listed(&views.new, key.0) => Nodes::new(a.clone(), nothing(a, self.new)),
                (None, Some(b)) if is_listed(&views.old, key.0) => Nodes::new(nothing(b, self.old), b.clone()),
                _ => continue,
            };
            for name in pair.keys().filter(|name| is_prose(name) && *name != "x-sunset") {
                let text = pair.get(name);
                if !text.are_equal() {
                    self.text_changed(role.context, &text, name);
                }
            }
            self.deprecation(role.context, role.prefix(), &pair);
        }
    }
}

/// By what tells each apart, and its number among those that are alike in that.
fn by_key<'v, 'a>(view: &'v View<'a>) -> BTreeMap<(&'v str, usize), Node<'a>> {
    let mut all = BTreeMap::new();
    for (key, node) in &view.told {
        let number = (0..).find(|number| !all.contains_key(&(key.as_str(), *number))).unwrap_or_default();
        all.insert((key.as_str(), number), node.clone());
    }
    all
}

/// Whether all values of a key are among those that a schema lists; what holds others lists none.
fn is_listed(view: &View<'_>, key: &str) -> bool {
    match key.strip_prefix("values ") {
        Some(values) => view.values("enum").is_some_and(|listed| {
            let null = view.null() == Some(true);
            values.split('\n').all(|value| listed.contains(value) || value == "null" && null)
        }),
        None => true,
    }
}
