//! Paths, their operations, and parameters.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::node::Node;
use super::paths::{Parameters, is_void, renames, template, without_void};
use super::rules::PROSE_LEVEL;
use super::same::are_equal;
use super::walk::Walk;
use super::words::{end_of, last_token};
use super::{Direction, Level};
use crate::spec::METHODS;

impl<'a> Walk<'a> {
    pub(super) fn paths(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let (a, b) = (old.get("paths"), new.get("paths"));
        if !(a.value.is_object() && b.value.is_object()) {
            return self.rest(Direction::None, (&a, &b), &[]);
        }
        // Paths are paired by their text; what is left, without the names of path parameters, which are
        // no part of a path. OpenAPI forbids two paths that differ in such names only: where there are
        // such, the first is paired with the first.
        let items = |node: &Node<'a>| -> Vec<(&'a String, &'a Value)> {
            let map = node.value.as_object();
            map.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-")).collect()
        };
        let (mut from, mut to) = (items(&a), items(&b));
        let mut pairs = Vec::new();
        from.retain(|(path, item)| match b.value.get(*path) {
            Some(other) => {
                pairs.push((a.below(path, item), b.below(path, other)));
                false
            }
            None => true,
        });
        to.retain(|(path, _)| !a.has(path));
        let mut by_template: BTreeMap<String, VecDeque<Node<'a>>> = BTreeMap::new();
        for (path, item) in to {
            by_template.entry(template(path)).or_default().push_back(b.below(path, item));
        }
        for (path, item) in from {
            let item = a.below(path, item);
            match by_template.get_mut(&template(path)).and_then(VecDeque::pop_front) {
                Some(other) => pairs.push((item, other)),
                None => self.removed_path(&item.resolved()),
            }
        }
        for (old, new) in &pairs {
            self.path_item(old, new);
        }
        for item in by_template.into_values().flatten() {
            self.added_path(&item.resolved());
        }
        self.extensions(Direction::None, (&a, &b));
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
            self.enter(Some((&item.at, method)));
            visit(self, &item.get(method));
            self.enter(None);
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

    pub(super) fn removed_operation(&mut self, old: &Node<'a>, new: &Node<'a>, id: &str) {
        let (end, level) = end_of(old);
        let how = match end {
            "sunset-parse" => "and its x-sunset is no date".to_owned(),
            end => end.replace('-', " "),
        };
        self.note(&format!("{id}-{end}"), level, (old, new), format!("the operation was removed {how}"));
    }

    pub(super) fn path_item(&mut self, old: &Node<'a>, new: &Node<'a>) {
        let names = (old.at.as_str(), new.at.as_str());
        let (is_same, is_renamed) = (are_equal(old.value, new.value), last_token(names.0) != last_token(names.1));
        if is_same && !is_renamed && self.refer_to_the_same(old.value) {
            return;
        }
        let referred = old.has("$ref") || new.has("$ref");
        let (old, new) = (&old.clone().resolved(), &new.clone().resolved());
        let same_text = if referred { old.value == new.value } else { is_same };
        self.within(same_text && !is_renamed, |walk| walk.methods(names, (old, new), true));
    }

    /// What stands in two path items, under their names. Each method is an operation of its own, but in
    /// callbacks.
    pub(super) fn methods(&mut self, names: (&str, &str), (old, new): (&Node<'a>, &Node<'a>), are_operations: bool) {
        if !self.are_same_text(old, new) {
            let mut known = METHODS.to_vec();
            known.extend(["parameters", "servers"]);
            self.rest(Direction::None, (old, new), &known);
            self.servers((&old.get("servers"), &new.get("servers")));
            self.containers(Direction::None, (old, new), &[], &["parameters"]);
        }
        // Names of path parameters, old to new, by their position.
        let renamed = match last_token(names.0) == last_token(names.1) {
            true => BTreeMap::new(),
            false => renames(names.0, names.1),
        };
        for (from, to) in &renamed {
            let message = format!("the path parameter `{from}` is now named `{to}`");
            let nodes =
                (&Node { at: names.0.to_owned(), ..old.clone() }, &Node { at: names.1.to_owned(), ..new.clone() });
            self.note("path-parameter-renamed", Level::Info, nodes, message);
        }
        let keys = |node: &Node<'a>| node.value.as_object().into_iter().flat_map(|map| map.keys());
        let all: Vec<&'a String> = match self.are_same_text(old, new) {
            true => keys(old).collect(),
            false => keys(old).chain(keys(new).filter(|key| !old.has(key))).collect(),
        };
        for method in all.into_iter().filter_map(|key| METHODS.into_iter().find(|method| method == key)) {
            let (a, b) = (old.get(method), new.get(method));
            if are_operations {
                self.enter(Some((names.0, method)));
            }
            match (old.has(method), new.has(method)) {
                (true, true) => {
                    self.operation_pair((&a, &b));
                    self.parameters((old, &a), (new, &b), &renamed);
                }
                (true, false) => self.removed_operation(&a, &b, "api-removed"),
                (false, true) => {
                    self.note("endpoint-added", Level::Info, (&a, &b), "the operation was added".into());
                }
                (false, false) => {}
            }
            if are_operations {
                self.enter(None);
            }
        }
        if !METHODS.iter().any(|method| old.has(method) || new.has(method)) {
            self.rest(Direction::None, (old, new), &[]);
        }
    }

    pub(super) fn operation_pair(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        // Where the text is the same, only what it refers to can differ.
        if !self.are_same_text(old, new) {
            self.operation_itself((old, new));
        }
        let same_text = self.same_text;
        for (key, compare) in [
            ("requestBody", Self::request_body as fn(&mut Self, (&Node<'a>, &Node<'a>))),
            ("responses", Self::responses),
            ("callbacks", Self::callbacks),
        ] {
            if old.has(key) || new.has(key) {
                self.within(same_text, |walk| compare(walk, (&old.get(key), &new.get(key))));
            }
        }
    }

    fn operation_itself(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        self.rest(
            Direction::None,
            (old, new),
            &[
                "operationId",
                "tags",
                "parameters",
                "requestBody",
                "responses",
                "security",
                "deprecated",
                "x-sunset",
                "callbacks",
                "servers",
            ],
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
        self.operation_security((old, new));
        self.servers((&old.get("servers"), &new.get("servers")));
    }

    /// The parameters of an operation: its own, and those of the path that it does not redefine.
    pub(super) fn parameters(
        &mut self,
        (old_item, old): (&Node<'a>, &Node<'a>),
        (new_item, new): (&Node<'a>, &Node<'a>),
        renamed: &BTreeMap<String, String>,
    ) {
        let same = |a: &Node<'a>, b: &Node<'a>| match (a.value.get("parameters"), b.value.get("parameters")) {
            (Some(a), Some(b)) => self.surely_same(a, b),
            (a, b) => a == b,
        };
        if renamed.is_empty() && same(old_item, new_item) && same(old, new) {
            return;
        }
        // Those of an operation take the place of those of its path.
        let collect = |holders: &[&Node<'a>]| -> Parameters<'a> {
            let all = holders.iter().flat_map(|holder| holder.items("parameters"));
            all.map(Node::resolved)
                .map(|node| {
                    let text = |key| node.text(key).unwrap_or_default().to_owned();
                    let (place, name) = (text("in"), text("name"));
                    // Headers have no case.
                    let name = if place == "header" { name.to_ascii_lowercase() } else { name };
                    ((place, name), node)
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
        self.void_parameters((&from, &to));
        let mut met = BTreeSet::new();
        let (from, to) = (without_void(from), without_void(to));
        for ((place, name), a) in &from {
            let new_name = renamed.get(name).filter(|_| place == "path");
            let key = new_name
                .map(|new_name| (place.clone(), new_name.clone()))
                .filter(|key| to.contains_key(key))
                .unwrap_or_else(|| (place.clone(), name.clone()));
            match to.get(&key) {
                Some(b) => {
                    // It may have been referred to.
                    self.within(false, |walk| walk.parameter((a, b)));
                    met.insert(key);
                }
                None => {
                    let (end, level) = match end_of(a) {
                        ("without-deprecation", _) => ("request-parameter-removed", Level::Warn),
                        ("before-sunset", level) => ("request-parameter-removed-before-sunset", level),
                        ("sunset-parse", level) => ("request-parameter-sunset-parse", level),
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

    /// `Accept`, `Content-Type` and `Authorization` as parameters, which OpenAPI has ignored: what they
    /// would say stands in media types and security. <https://spec.openapis.org/oas/v3.0.3#parameter-object>
    fn void_parameters(&mut self, (from, to): (&Parameters<'a>, &Parameters<'a>)) {
        for key in from.keys().chain(to.keys().filter(|key| !from.contains_key(*key))).filter(|key| is_void(key)) {
            let (a, b) = (from.get(key), to.get(key));
            if a.map(|node| node.value) != b.map(|node| node.value) {
                let Some(nodes) = a.or(b).map(|node| (a.unwrap_or(node), b.unwrap_or(node))) else { continue };
                let message = format!("the header parameter `{}` changed, which OpenAPI ignores", key.1);
                self.report("ignored-header-parameter-changed", PROSE_LEVEL, Direction::Request, nodes, message);
            }
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
        self.parameter_name((&old.get("name"), &new.get("name")));
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

    /// The spelling of a header's name, which has no meaning, is for readers.
    fn parameter_name(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let texts = (old.value.as_str(), new.value.as_str());
        if let (Some(a), Some(b)) = texts
            && a != b
            && a.eq_ignore_ascii_case(b)
        {
            let message = format!("the name is written `{b}` now; headers have no case");
            self.report("header-parameter-case-changed", PROSE_LEVEL, Direction::Request, (old, new), message);
        }
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
