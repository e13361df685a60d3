//! Paths, their operations, and parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::node::Node;
use super::rules::PROSE_LEVEL;
use super::walk::{Walk, end_of, last_token};
use super::{Direction, Level};
use crate::spec::METHODS;

impl<'a> Walk<'a> {
    pub(super) fn paths(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let (a, b) = (old.get("paths"), new.get("paths"));
        if !(a.value.is_object() && b.value.is_object()) {
            return self.rest(Direction::None, (&a, &b), &[]);
        }
        // The name of a path parameter is no part of the path. (RFC 6570 aside, OpenAPI forbids two
        // paths that differ in such names only; where they do, each is only paired with itself.)
        let index = |root: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            let mut index = BTreeMap::new();
            for (path, item) in root.members("paths") {
                let key = template(path);
                let key = if index.contains_key(&key) { path.clone() } else { key };
                index.insert(key, item);
            }
            index
        };
        let (by_old, by_new) = (index(old), index(new));
        for path in by_old.keys().chain(by_new.keys()).collect::<BTreeSet<_>>() {
            match (by_old.get(path), by_new.get(path)) {
                _ if path.starts_with("x-") => {}
                (Some(item), Some(other)) => self.path_item(item, other),
                (Some(item), None) => self.removed_path(&item.clone().resolved()),
                (None, Some(item)) => self.added_path(&item.clone().resolved()),
                (None, None) => {}
            }
        }
        let known: Vec<&str> = [&a, &b]
            .into_iter()
            .flat_map(|node| node.value.as_object())
            .flat_map(|map| map.keys())
            .map(String::as_str)
            .filter(|key| !key.starts_with("x-"))
            .collect();
        self.rest(Direction::None, (&a, &b), &known);
    }

    pub(super) fn removed_path(&mut self, item: &Node<'a>) {
        self.operations(item, |walk, operation| {
            walk.removed_operation(operation, operation, "api-path-removed");
        });
    }

    pub(super) fn added_path(&mut self, item: &Node<'a>) {
        self.operations(item, |walk, operation| {
            let message = "the operation was added".into();
            walk.note("endpoint-added", Level::Info, (operation, operation), message);
        });
    }

    /// Visits the operations of a path; a path without any is reported as it stands.
    pub(super) fn operations(&mut self, item: &Node<'a>, mut visit: impl FnMut(&mut Self, &Node<'a>)) {
        let mut empty = true;
        for method in METHODS.into_iter().filter(|method| item.has(method)) {
            empty = false;
            self.enter(&item.at, method);
            visit(self, &item.get(method));
            self.operation = None;
        }
        if empty {
            self.note(
                "path-without-operations-changed",
                PROSE_LEVEL,
                (item, item),
                "a path without operations came or went".into(),
            );
        }
    }

    pub(super) fn enter(&mut self, path_item: &str, method: &str) {
        let path = last_token(path_item).replace("~1", "/").replace("~0", "~");
        self.operation = Some(format!("{} {path}", method.to_uppercase()));
        self.seen.clear();
    }

    pub(super) fn removed_operation(&mut self, old: &Node<'a>, new: &Node<'a>, id: &str) {
        let (end, level) = end_of(old);
        let message = format!("the operation was removed {}", end.replace('-', " "));
        self.note(&format!("{id}-{end}"), level, (old, new), message);
    }

    pub(super) fn path_item(&mut self, old: &Node<'a>, new: &Node<'a>) {
        if self.surely_same(old.value, new.value) && last_token(&old.at) == last_token(&new.at) {
            return;
        }
        let (names, old) = ((&old.at.clone(), &new.at.clone()), old.clone().resolved());
        let new = new.clone().resolved();
        let mut known = METHODS.to_vec();
        known.push("parameters");
        self.rest(Direction::None, (&old, &new), &known);
        self.containers(Direction::None, (&old, &new), &[], &["parameters"]);
        // Names of path parameters, old to new, by their position.
        let renamed = renames(names.0, names.1);
        for (from, to) in &renamed {
            let message = format!("the path parameter `{from}` is now named `{to}`");
            let nodes = (&Node { at: names.0.clone(), ..old.clone() }, &Node { at: names.1.clone(), ..new.clone() });
            self.note("path-parameter-renamed", Level::Info, nodes, message);
        }
        for method in METHODS {
            let (a, b) = (old.get(method), new.get(method));
            self.enter(names.0, method);
            match (old.has(method), new.has(method)) {
                (true, true) => {
                    self.operation_pair((&a, &b));
                    self.parameters((&old, &a), (&new, &b), &renamed);
                }
                (true, false) => self.removed_operation(&a, &b, "api-removed"),
                (false, true) => {
                    self.note("endpoint-added", Level::Info, (&a, &b), "the operation was added".into());
                }
                (false, false) => {}
            }
            self.operation = None;
        }
        if !METHODS.iter().any(|method| old.has(method) || new.has(method)) {
            self.rest(Direction::None, (&old, &new), &[]);
        }
    }

    pub(super) fn operation_pair(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        self.rest(
            Direction::None,
            (old, new),
            &["operationId", "tags", "parameters", "requestBody", "responses", "security", "deprecated", "x-sunset"],
        );
        let (from, to) = (old.text("operationId"), new.text("operationId"));
        let nodes = (&old.get("operationId"), &new.get("operationId"));
        match (from, to) {
            (a, b) if a == b => {}
            (None, Some(b)) => {
                self.note("api-operation-id-added", Level::Info, nodes, format!("the operation id `{b}` was added"))
            }
            (Some(a), b) => {
                let now = b.map(|b| format!("; it is `{b}` now")).unwrap_or_default();
                self.note(
                    "api-operation-id-removed",
                    Level::Info,
                    nodes,
                    format!("the operation id `{a}` was removed{now}"),
                );
            }
            (None, None) => {}
        }
        let tags = |node: &Node<'a>| -> BTreeSet<&'a str> {
            let list = node.get("tags").value.as_array();
            list.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let (from, to) = (tags(old), tags(new));
        let nodes = (&old.get("tags"), &new.get("tags"));
        for tag in from.difference(&to) {
            self.note("api-tag-removed", Level::Info, nodes, format!("the tag `{tag}` was removed"));
        }
        for tag in to.difference(&from) {
            self.note("api-tag-added", Level::Info, nodes, format!("the tag `{tag}` was added"));
        }
        self.flags(Direction::None, (old, new), &["deprecated"]);
        self.containers(Direction::None, (old, new), &[], &["parameters", "tags", "security"]);
        self.deprecation("endpoint", Direction::None, (old, new));
        self.security((old, new), "api-security");
        self.request_body((&old.get("requestBody"), &new.get("requestBody")));
        self.responses((&old.get("responses"), &new.get("responses")));
    }

    /// The parameters of an operation: its own, and those of the path that it does not redefine.
    pub(super) fn parameters(
        &mut self,
        (old_item, old): (&Node<'a>, &Node<'a>),
        (new_item, new): (&Node<'a>, &Node<'a>),
        renamed: &BTreeMap<String, String>,
    ) {
        // Those of an operation take the place of those of its path.
        let collect = |holders: &[&Node<'a>]| -> BTreeMap<(String, String), Node<'a>> {
            let all = holders.iter().flat_map(|holder| holder.items("parameters"));
            all.map(Node::resolved)
                .map(|node| {
                    let text = |key| node.text(key).unwrap_or_default().to_owned();
                    ((text("in"), text("name")), node)
                })
                .collect()
        };
        let (from, to) = (collect(&[old_item, old]), collect(&[new_item, new]));
        // Of two with one name in a list, only one is compared below.
        let repeats = |node: &Node<'a>| collect(&[node]).len() < node.items("parameters").len();
        for (a, b) in [(old_item, new_item), (old, new)] {
            let lists = (&a.get("parameters"), &b.get("parameters"));
            if lists.0.value != lists.1.value && (repeats(a) || repeats(b)) {
                self.unclassified(Direction::Request, lists);
            }
        }
        let mut met = BTreeSet::new();
        for ((place, name), a) in &from {
            let new_name = renamed.get(name).filter(|_| place == "path");
            let key = new_name
                .map(|new_name| (place.clone(), new_name.clone()))
                .filter(|key| to.contains_key(key))
                .unwrap_or_else(|| (place.clone(), name.clone()));
            match to.get(&key) {
                Some(b) => {
                    self.parameter((a, b));
                    met.insert(key);
                }
                None => {
                    let (end, level) = match end_of(a) {
                        ("without-deprecation", _) => ("request-parameter-removed", Level::Warn),
                        ("before-sunset", level) => ("request-parameter-removed-before-sunset", level),
                        (_, level) => ("request-parameter-removed-with-deprecation", level),
                    };
                    self.report(
                        end,
                        level,
                        Direction::Request,
                        (a, a),
                        format!("the {place} parameter `{name}` was removed"),
                    );
                }
            }
        }
        for ((place, name), b) in to.iter().filter(|(key, _)| !met.contains(*key)) {
            let (id, level) = match (place.as_str(), b.is_true("required")) {
                ("path", _) => ("new-request-path-parameter", Level::Err),
                (_, true) => ("new-required-request-parameter", Level::Err),
                (_, false) => ("new-optional-request-parameter", Level::Info),
            };
            self.report(id, level, Direction::Request, (b, b), format!("the {place} parameter `{name}` was added"));
        }
    }

    pub(super) fn parameter(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let request = Direction::Request;
        let known = [
            "name",
            "in",
            "required",
            "schema",
            "content",
            "deprecated",
            "x-sunset",
            "style",
            "explode",
            "allowReserved",
            "allowEmptyValue",
        ];
        self.rest(request, (old, new), &known);
        self.flags(request, (old, new), &["required", "deprecated"]);
        self.containers(request, (old, new), &["content"], &[]);
        let place = old.text("in").unwrap_or_default();
        let levels = [Level::Err, Level::Info];
        self.requiredness(("request-parameter", "the parameter"), levels, request, (old, new));
        let form = matches!(place, "query" | "cookie");
        let style = |node: &Node<'a>| node.text("style").unwrap_or(if form { "form" } else { "simple" }).to_owned();
        let explode =
            |node: &Node<'a>| node.value.get("explode").cloned().unwrap_or(Value::Bool(style(node) == "form"));
        self.defaulted(request, "style", (old, new), |node| style(node).into());
        self.defaulted(request, "explode", (old, new), explode);
        for key in ["allowReserved", "allowEmptyValue"] {
            self.defaulted(request, key, (old, new), |node| node.is_true(key).into());
        }
        self.deprecation("request-parameter", request, (old, new));
        self.parameter_schema((&old.get("schema"), &new.get("schema")), place == "header", new.is_true("required"));
        self.content("request-parameter", request, (old, new));
    }

    /// A key whose absence means something. Its change has no rule.
    pub(super) fn defaulted(
        &mut self,
        direction: Direction,
        key: &str,
        (old, new): (&Node<'a>, &Node<'a>),
        value: impl Fn(&Node<'a>) -> Value,
    ) {
        if value(old) != value(new) {
            self.unclassified(direction, (&old.get(key), &new.get(key)));
        }
    }
}

/// A path without the names of its parameters.
fn template(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// The names of path parameters, old to new, where two paths differ in them.
fn renames(old: &str, new: &str) -> BTreeMap<String, String> {
    let names = |path: &str| -> Vec<String> {
        path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    };
    names(old).into_iter().zip(names(new)).filter(|(a, b)| a != b).collect()
}
