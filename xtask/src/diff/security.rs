//! Security: what callers must show, and the schemes that it is shown by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::node::Node;
use super::rules::PROSE_LEVEL;
use super::walk::Walk;
use super::words::change;
use super::{Direction, Level};

/// A way in: schemes, each with its scopes. All of them are needed.
type Requirement = BTreeMap<String, Vec<String>>;

impl<'a> Walk<'a> {
    /// The requirements of an operation; without its own, the document's hold.
    pub(super) fn operation_security(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let (own, other) = (old.get("security"), new.get("security"));
        if own.value == other.value {
            return;
        }
        let in_force = |node: Node<'a>| match node.value {
            Value::Null => Node { value: node.root.get("security").unwrap_or(&Value::Null), ..node },
            _ => node,
        };
        let nodes = (&in_force(own.clone()), &in_force(other.clone()));
        if own.value.is_null() != other.value.is_null() && sorted(nodes.0.value) == sorted(nodes.1.value) {
            let message = "the operation says of security what the document says, or no longer does".into();
            return self.note("api-security-restated", PROSE_LEVEL, (&own, &other), message);
        }
        self.security(nodes, "api-security");
    }

    /// Security requirements: any one of the list suffices.
    pub(super) fn security(&mut self, (a, b): (&Node<'a>, &Node<'a>), id: &str) {
        // Neither the requirements nor the scopes of one have an order.
        if sorted(a.value) == sorted(b.value) {
            return;
        }
        let (Some(from), Some(to)) = (requirements(a.value), requirements(b.value)) else {
            return self.unclassified(Direction::None, (a, b));
        };
        let before = self.found();
        // Who came in before comes in still where a requirement asks for nothing more.
        let stays = |old: &Requirement| is_open(&to) || to.iter().any(|new| asks_no_more(new, old));
        let open = is_open(&from);
        let lost = if open || !from.iter().any(stays) { Level::Err } else { Level::Warn };
        for requirement in &from {
            let level = if stays(requirement) { Level::Info } else { lost };
            match to.iter().find(|other| same_schemes(requirement, other)) {
                // Of several, one may be there as it was.
                Some(_) if to.contains(requirement) => {}
                Some(other) => self.scopes(id, level, (a, b), (requirement, other)),
                None => {
                    let message = format!("{} was removed", name(requirement));
                    self.note(&format!("{id}-removed"), level, (a, b), message);
                }
            }
        }
        for requirement in &to {
            if !from.iter().any(|other| same_schemes(requirement, other)) {
                // A new way in harms nobody, but where there was none to need.
                let level = if open && !is_open(&to) { Level::Err } else { Level::Info };
                self.note(&format!("{id}-added"), level, (a, b), format!("{} was added", name(requirement)));
            }
        }
        if self.found() == before {
            self.unclassified(Direction::None, (a, b));
        }
    }

    fn scopes(
        &mut self,
        id: &str,
        level: Level,
        nodes: (&Node<'a>, &Node<'a>),
        (old, new): (&Requirement, &Requirement),
    ) {
        for (scheme, scopes) in old {
            let now = new.get(scheme).map(Vec::as_slice).unwrap_or_default();
            for (list, other, what, level) in
                [(&scopes[..], now, "removed", Level::Info), (now, &scopes[..], "added", level)]
            {
                for scope in list.iter().filter(|scope| !other.contains(scope)) {
                    let message = format!("the scope \"{scope}\" of {scheme} was {what}");
                    self.note(&format!("{id}-scope-{what}"), level, nodes, message);
                }
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

/// Whether somebody comes in who shows nothing.
fn is_open(requirements: &[Requirement]) -> bool {
    requirements.is_empty() || requirements.iter().any(Requirement::is_empty)
}

/// The ways in. Nothing where it is no list of requirements.
fn requirements(value: &Value) -> Option<Vec<Requirement>> {
    let list = match value {
        Value::Null => return Some(Vec::new()),
        value => value.as_array()?,
    };
    let scopes = |scopes: &Value| -> Option<Vec<String>> {
        scopes.as_array()?.iter().map(|scope| scope.as_str().map(str::to_owned)).collect()
    };
    let requirement = |value: &Value| -> Option<Requirement> {
        value.as_object()?.iter().map(|(name, value)| Some((name.clone(), scopes(value)?))).collect()
    };
    list.iter().map(requirement).collect()
}

fn same_schemes(a: &Requirement, b: &Requirement) -> bool {
    a.keys().eq(b.keys())
}

/// Whether one requirement is met by whoever meets another.
fn asks_no_more(this: &Requirement, than: &Requirement) -> bool {
    this.iter().all(|(scheme, scopes)| {
        than.get(scheme).is_some_and(|others| scopes.iter().all(|scope| others.contains(scope)))
    })
}

fn name(requirement: &Requirement) -> String {
    match requirement.is_empty() {
        true => "no security at all".to_owned(),
        false => requirement.keys().map(String::as_str).collect::<Vec<_>>().join("+"),
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
