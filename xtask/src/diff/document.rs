//! The document as a whole: info, tags, security, and the components.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::node::Node;
use super::rules::PROSE_LEVEL;
use super::walk::{Walk, change};
use super::{Direction, Level};
use crate::spec;

impl<'a> Walk<'a> {
    pub(super) fn document(&mut self) {
        let (old, new) = (Node::root(self.old), Node::root(self.new));
        let known = ["openapi", "info", "tags", "paths", "components", "security", "servers"];
        self.rest(Direction::None, (&old, &new), &known);
        for (key, id) in [("openapi", "openapi-version-changed"), ("servers", "servers-changed")] {
            if old.get(key).value != new.get(key).value {
                let nodes = (&old.get(key), &new.get(key));
                let message = format!("{key} {}", change(nodes.0.value, nodes.1.value));
                let level = if key == "servers" { Level::Warn } else { Level::Info };
                self.note(id, level, nodes, message);
            }
        }
        self.info((&old.get("info"), &new.get("info")));
        self.tags((&old, &new));
        self.containers(Direction::None, (&old, &new), &[], &["security"]);
        self.security((&old, &new), "api-global-security");
        self.paths((&old, &new));
        self.operation = None;
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

    /// Security requirements: any one of the list suffices. Absent is not the same as empty.
    pub(super) fn security(&mut self, (old, new): (&Node<'a>, &Node<'a>), id: &str) {
        let (a, b) = (old.get("security"), new.get("security"));
        // Neither the requirements nor the scopes of one have an order.
        if sorted(a.value) == sorted(b.value) {
            return;
        }
        let list = |node: &Node<'a>| node.value.as_array().cloned().unwrap_or_default();
        let names = |requirement: &Value| -> String {
            let names = requirement.as_object().into_iter().flat_map(|map| map.keys());
            names.map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("+")
        };
        let (from, to) = (list(&a), list(&b));
        let before = self.findings.len();
        for (list, other, what) in [(&from, &to, "removed"), (&to, &from, "added")] {
            for requirement in list {
                let name = names(requirement);
                match other.iter().find(|other| names(other) == name) {
                    None => {
                        let name = if name.is_empty() { "no security at all" } else { &name };
                        self.note(&format!("{id}-{what}"), Level::Info, (&a, &b), format!("{name} was {what}"));
                    }
                    Some(other) => {
                        for (scheme, scopes) in requirement.as_object().into_iter().flatten() {
                            let kept = other.get(scheme).and_then(Value::as_array);
                            for scope in scopes.as_array().into_iter().flatten() {
                                if !kept.is_some_and(|kept| kept.contains(scope)) {
                                    let message = format!("the scope {scope} of {scheme} was {what}");
                                    self.note(&format!("{id}-scope-{what}"), Level::Info, (&a, &b), message);
                                }
                            }
                        }
                    }
                }
            }
        }
        if self.findings.len() == before {
            self.unclassified(Direction::None, (&a, &b));
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
        if self.same_components {
            return;
        }
        let used: BTreeSet<String> = [self.old, self.new].into_iter().flat_map(spec::reachable).collect();
        for kind in kinds {
            let (a, b) = (old.get(kind), new.get(kind));
            let names = |node: &Node<'a>| -> Vec<&'a String> {
                node.value.as_object().into_iter().flat_map(|map| map.keys()).collect()
            };
            for name in names(&a).into_iter().chain(names(&b)).collect::<BTreeSet<_>>() {
                let nodes = (&a.get(name), &b.get(name));
                if nodes.0.value != nodes.1.value && !used.contains(&nodes.0.at) {
                    self.note(
                        "unused-component-changed",
                        PROSE_LEVEL,
                        nodes,
                        format!(
                            "the component `{name}`, which no operation uses, {}",
                            change(nodes.0.value, nodes.1.value)
                        ),
                    );
                }
            }
            let is_map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
            if !(is_map(&a) && is_map(&b)) && a.value != b.value {
                self.unclassified(Direction::None, (&a, &b));
            }
        }
    }

    pub(super) fn security_schemes(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        self.containers(Direction::None, (old, new), &["securitySchemes"], &[]);
        let schemes = |node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            node.members("securitySchemes").map(|(name, node)| (name.clone(), node.resolved())).collect()
        };
        let (from, to) = (schemes(old), schemes(new));
        let id = "api-security-component";
        for (name, a) in &from {
            match to.get(name) {
                Some(b) => self.security_scheme((a, b)),
                None => self.note(
                    &format!("{id}-removed"),
                    Level::Info,
                    (a, a),
                    format!("the security scheme `{name}` was removed"),
                ),
            }
        }
        for (name, b) in to.iter().filter(|(name, _)| !from.contains_key(*name)) {
            self.note(&format!("{id}-added"), Level::Info, (b, b), format!("the security scheme `{name}` was added"));
        }
    }

    pub(super) fn security_scheme(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let id = "api-security-component";
        self.rest(Direction::None, (old, new), &["type", "flows"]);
        if old.get("type").value != new.get("type").value {
            let nodes = (&old.get("type"), &new.get("type"));
            self.note(
                &format!("{id}-type-changed"),
                Level::Info,
                nodes,
                format!("type {}", change(nodes.0.value, nodes.1.value)),
            );
        }
        let (a, b) = (old.get("flows"), new.get("flows"));
        self.containers(Direction::None, (old, new), &["flows"], &[]);
        let flows = ["implicit", "password", "clientCredentials", "authorizationCode"];
        self.rest(
            Direction::None,
            (&a, &b),
            &flows.into_iter().filter(|flow| a.has(flow) && b.has(flow)).collect::<Vec<_>>(),
        );
        for flow in flows.into_iter().filter(|flow| a.has(flow) && b.has(flow)) {
            let (a, b) = (a.get(flow), b.get(flow));
            self.rest(Direction::None, (&a, &b), &["authorizationUrl", "tokenUrl", "scopes"]);
            self.containers(Direction::None, (&a, &b), &["scopes"], &[]);
            for (key, what) in [("authorizationUrl", "oauth-url-changed"), ("tokenUrl", "oauth-token-url-changed")] {
                let nodes = (&a.get(key), &b.get(key));
                if nodes.0.value != nodes.1.value {
                    self.note(
                        &format!("{id}-{what}"),
                        Level::Info,
                        nodes,
                        format!("{key} {}", change(nodes.0.value, nodes.1.value)),
                    );
                }
            }
            let (from, to) = (a.get("scopes"), b.get("scopes"));
            let names: BTreeSet<&String> =
                [&from, &to].into_iter().flat_map(|node| node.value.as_object()).flat_map(|map| map.keys()).collect();
            for name in names {
                let nodes = (&from.get(name), &to.get(name));
                let what = match (from.has(name), to.has(name)) {
                    (true, false) => "removed",
                    (false, _) => "added",
                    _ if nodes.0.value != nodes.1.value => "changed",
                    _ => continue,
                };
                self.note(
                    &format!("{id}-oauth-scope-{what}"),
                    Level::Info,
                    nodes,
                    format!("the scope `{name}` was {what}"),
                );
            }
        }
    }
}

/// A value without the order of its lists and keys.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            items.sort_by_cached_key(Value::to_string);
            items.into()
        }
        Value::Object(map) => {
            let map: BTreeMap<_, _> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            map.into_iter().collect()
        }
        value => value.clone(),
    }
}
