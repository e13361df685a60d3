//! The document as a whole: info, tags, security, and the components.

use std::collections::BTreeSet;

use serde_json::Value;

use super::node::Node;
use super::rules::PROSE_LEVEL;
use super::walk::Walk;
use super::words::{change, last_token};
use super::{Direction, Level};
use crate::spec::{self, READ_AS};

impl<'a> Walk<'a> {
    pub(super) fn document(&mut self) {
        let (old, new) = (Node::root(self.old), Node::root(self.new));
        let known = ["openapi", "info", "tags", "paths", "components", "security", "servers"];
        self.rest(Direction::None, (&old, &new), &known);
        let versions = (&old.get("openapi"), &new.get("openapi"));
        // What is read as another version says the same, as far as it is read.
        let read = [versions.0, versions.1].iter().any(|version| version.value == READ_AS);
        if versions.0.value != versions.1.value && !read {
            let message = format!("openapi {}", change(versions.0.value, versions.1.value));
            self.note("openapi-version-changed", Level::Info, versions, message);
        }
        self.servers((&old.get("servers"), &new.get("servers")));
        self.info((&old.get("info"), &new.get("info")));
        self.tags((&old, &new));
        self.containers(Direction::None, (&old, &new), &[], &["security"]);
        let requirements = |node: &Node<'a>| node.get("security");
        self.security((&requirements(&old), &requirements(&new)), "api-global-security");
        self.paths((&old, &new));
        self.components((&old.get("components"), &new.get("components")));
    }

    pub(super) fn info(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        self.rest(Direction::None, (old, new), &["version", "contact", "license", "termsOfService"]);
        for key in ["contact", "license", "termsOfService", "version"] {
            let nodes = (&old.get(key), &new.get(key));
            if nodes.0.value != nodes.1.value {
                // The version is sent as a header by generated clients.
                let level = if key == "version" { Level::Info } else { PROSE_LEVEL };
                let message = format!("{key} {}", change(nodes.0.value, nodes.1.value));
                self.note(&format!("info-{}-changed", key.to_ascii_lowercase()), level, nodes, message);
            }
        }
    }

    /// The document's list of tags is for readers. Its order is no change.
    pub(super) fn tags(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let name = |node: &Node<'a>| node.text("name").unwrap_or_default();
        self.keyed(
            Direction::None,
            (&old.get("tags"), &new.get("tags")),
            (old.items("tags"), new.items("tags")),
            name,
            |walk, nodes, name| match nodes {
                (Some(old), Some(new)) => walk.rest(Direction::None, (old, new), &["name"]),
                (Some(old), None) => {
                    walk.note("tag-removed", PROSE_LEVEL, (old, old), format!("the tag `{name}` was removed"))
                }
                (None, Some(new)) => {
                    walk.note("tag-added", PROSE_LEVEL, (new, new), format!("the tag `{name}` was added"))
                }
                (None, None) => {}
            },
        );
    }

    /// Where requests go. What is said of a server for readers is prose.
    pub(super) fn servers(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if old.value == new.value {
            return;
        }
        let bare = |node: &Node<'a>| without_descriptions(node.value);
        let (id, level) = match bare(old) == bare(new) {
            true => ("server-description-changed", PROSE_LEVEL),
            false => ("servers-changed", Level::Warn),
        };
        self.note(id, level, (old, new), format!("servers {}", change(old.value, new.value)));
    }

    /// Components that differ and that no operation uses.
    pub(super) fn unused_components(&mut self) {
        let compared = self.compared();
        let met = |node: &Node<'a>| !node.value.is_null() && compared.contains(&std::ptr::from_ref(node.value));
        let mut rest = std::mem::take(&mut self.changed_components);
        rest.retain(|(old, new)| !met(old) && !met(new));
        if rest.is_empty() {
            return;
        }
        let used: BTreeSet<String> = [self.old, self.new].into_iter().flat_map(spec::reachable).collect();
        for (old, new) in rest.iter().filter(|(old, _)| !used.contains(&old.at)) {
            let name = spec::key_of(last_token(&old.at));
            let change = change(old.value, new.value);
            let message = format!("the component `{name}`, which no operation uses, {change}");
            self.note("unused-component-changed", PROSE_LEVEL, (old, new), message);
        }
    }

    pub(super) fn components(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let kinds =
            ["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "links", "callbacks"];
        let mut known = kinds.to_vec();
        known.push("securitySchemes");
        self.rest(Direction::None, (old, new), &known);
        self.security_schemes((old, new));
        // Components count where they are used. One that nothing uses is only read.
        if old.value == new.value {
            return;
        }
        for kind in kinds {
            let (a, b) = (old.get(kind), new.get(kind));
            let names = |node: &Node<'a>| -> Vec<&'a String> {
                node.value.as_object().into_iter().flat_map(|map| map.keys()).collect()
            };
            let all = names(&a).into_iter().chain(names(&b)).collect::<BTreeSet<_>>();
            for name in all.into_iter().filter(|name| a.value.get(*name) != b.value.get(*name)) {
                self.changed_components.push((a.get(name), b.get(name)));
            }
            let is_map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
            if !(is_map(&a) && is_map(&b)) && a.value != b.value {
                self.unclassified(Direction::None, (&a, &b));
            }
        }
    }
}

/// A value without its descriptions.
fn without_descriptions(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_descriptions).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| !(*key == "description" && value.is_string()));
            kept.map(|(key, value)| (key.clone(), without_descriptions(value))).collect()
        }
        value => value.clone(),
    }
}
