//! Paths and their operations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::argument::Argument;
use super::context::Context;
use super::findings::Found;
use super::inherited::from_path;
use super::node::Node;
use super::pair::Nodes;
use super::paths::{last_token, renames, template};
use super::rules::table::{
    ENDPOINT_ADDED, METHOD_CHANGED, OPERATION_ID_ADDED, OPERATION_ID_REMOVED, OPERATION_TAG_ADDED,
    OPERATION_TAG_REMOVED, PATH_PARAMETER_RENAMED, PATH_WITHOUT_OPERATIONS_CHANGED, REMOVED_BEFORE_SUNSET,
    REMOVED_SUNSET_PARSE, REMOVED_WITH_DEPRECATION, REMOVED_WITHOUT_DEPRECATION,
};
use super::sunset::End;
use super::walk::Walk;
use crate::upstream::spec::METHODS;

impl<'a> Walk<'a> {
    pub(super) fn paths(&mut self, context: Context, document: &Nodes<'a>) {
        let paths = document.get("paths");
        if !paths.are_objects() {
            return self.other_keys(context, &paths, &[]);
        }
        // Paths are paired by their text; those that are left, without the names of path parameters, which are
        // no part of a path. OpenAPI forbids two paths that differ in such names only: where there are
        // such, the first is paired with the first.
        let items = |node: &Node<'a>| -> Vec<(&'a String, Node<'a>)> {
            let map = node.value.as_object().into_iter().flatten();
            map.filter(|(path, _)| !path.starts_with("x-")).map(|(path, item)| (path, node.below(path, item))).collect()
        };
        let (mut from, mut to) = (items(&paths.old), items(&paths.new));
        let mut pairs = Vec::new();
        from.retain(|(path, item)| {
            let there = paths.new.has(path);
            if there {
                pairs.push(Nodes::new(item.clone(), paths.new.get(path)));
            }
            !there
        });
        to.retain(|(path, _)| !paths.old.has(path));
        let mut by_template: BTreeMap<String, VecDeque<Node<'a>>> = BTreeMap::new();
        for (path, item) in to {
            by_template.entry(template(path)).or_default().push_back(item);
        }
        for (path, item) in from {
            match by_template.get_mut(&template(path)).and_then(VecDeque::pop_front) {
                Some(other) => pairs.push(Nodes::new(item, other)),
                None => self.removed_path(context, &item),
            }
        }
        for pair in &pairs {
            self.path_item(context, pair);
        }
        for item in by_template.into_values().flatten() {
            self.added_path(context, &item);
        }
        self.extensions(context, &paths);
    }

    fn removed_path(&mut self, context: Context, item: &Node<'a>) {
        self.operations(context, item, |walk, context, operation| {
            walk.removed_operation(context, &Nodes::only(operation), "api-path");
        });
    }

    fn added_path(&mut self, context: Context, item: &Node<'a>) {
        self.operations(context, item, |walk, context, operation| {
            walk.report(context, &Nodes::only(operation), &ENDPOINT_ADDED);
        });
    }

    /// Visits the operations of a path; a path without any is reported as it stands.
    fn operations(&mut self, context: Context, item: &Node<'a>, visit: impl Fn(&mut Self, Context, &Node<'a>)) {
        let mut empty = true;
        let resolved = item.clone().resolved();
        for method in METHODS {
            let Some(holder) = [item, &resolved].into_iter().find(|holder| holder.has(method)) else { continue };
            empty = false;
            let origin = self.origins.operation(&item.at, method);
            visit(self, context.of(origin), &holder.get(method));
        }
        if empty {
            self.report(context, &Nodes::only(item), &PATH_WITHOUT_OPERATIONS_CHANGED);
        }
    }

    /// An operation that was removed: with its path, or alone.
    fn removed_operation(&mut self, context: Context, pair: &Nodes<'a>, role: &'static str) {
        let rule = match End::of(&pair.old) {
            End::Unannounced => &REMOVED_WITHOUT_DEPRECATION,
            End::Early => &REMOVED_BEFORE_SUNSET,
            End::Unreadable => &REMOVED_SUNSET_PARSE,
            End::Announced => &REMOVED_WITH_DEPRECATION,
        };
        self.report(context, pair, rule.of(role));
    }

    fn path_item(&mut self, context: Context, pair: &Nodes<'a>) {
        let names = (pair.old.at.as_str(), pair.new.at.as_str());
        let (is_same, is_renamed) = (pair.are_equal(), last_token(names.0) != last_token(names.1));
        if is_same && !is_renamed && self.refer_to_the_same(pair.old.value) {
            return;
        }
        let item = pair.resolved();
        let same = if pair.has("$ref") { item.old.value == item.new.value } else { is_same };
        self.methods(context, names, &item.known_as(same && !is_renamed), Some(pair));
    }

    /// An operation that was removed, was added, or is in both documents.
    fn operation_came_or_stays(
        &mut self,
        context: Context,
        item: &Nodes<'a>,
        operation: &Nodes<'a>,
        renamed: &BTreeMap<String, String>,
    ) {
        match operation.absent() {
            (false, false) => {
                self.operation_pair(context, item, operation);
                self.parameters(context, item, operation, renamed);
            }
            (false, true) => self.removed_operation(context, operation, "api"),
            (true, false) => self.report(context, operation, &ENDPOINT_ADDED),
            (true, true) => {}
        }
    }

    /// What stands in two path items, under their names. Each method is an operation of its own, but in
    /// callbacks. What stands beside the `$ref` of a path item is added to what it refers to.
    pub(super) fn methods(
        &mut self,
        context: Context,
        names: (&str, &str),
        item: &Nodes<'a>,
        beside: Option<&Nodes<'a>>,
    ) {
        if !item.are_equal() {
            let mut known = METHODS.to_vec();
            known.extend(["parameters", "servers"]);
            self.other_keys(context, item, &known);
            let around = Nodes::new(Node::root(item.old.root), Node::root(item.new.root)).get("servers");
            let inherits = from_path(&item.old, &item.new, "servers");
            let heirs = if inherits { context } else { context.harmless() };
            self.own_servers(heirs, &item.get("servers"), &around);
            self.containers(context, item, &[], &["parameters"]);
        }
        // Names of path parameters, old to new, by their position.
        let renamed = match last_token(names.0) == last_token(names.1) {
            true => BTreeMap::new(),
            false => renames(names.0, names.1),
        };
        for (from, to) in &renamed {
            let at = |node: &Node<'a>, at: &str| Node { at: at.to_owned(), ..node.clone() };
            let pair = Nodes::new(at(&item.old, names.0), at(&item.new, names.1));
            let found = PATH_PARAMETER_RENAMED.with("old", Argument::name(from)).with("new", Argument::name(to));
            self.report(context, &pair, found);
        }
        let holders = beside.filter(|pair| pair.has("$ref"));
        let keys: Vec<&String> = item.keys().chain(holders.into_iter().flat_map(|pair| pair.keys())).collect();
        let mut methods: Vec<&'static str> =
            keys.into_iter().filter_map(|key| METHODS.into_iter().find(|method| method == key)).collect();
        let mut seen = BTreeSet::new();
        methods.retain(|method| seen.insert(*method));
        let moved = if holders.is_none() { moved(item, &methods) } else { BTreeMap::new() };
        for method in methods {
            if moved.values().any(|to| *to == method) {
                continue;
            }
            if let Some(to) = moved.get(method) {
                let context = match beside.is_some() {
                    true => context.of(self.origins.operation(names.0, method)),
                    false => context,
                };
                let operation = Nodes::new(item.old.get(method), item.new.get(to));
                let id = operation.old.text("operationId").unwrap_or_default();
                let [old, new] = [method, to].map(|method| Argument::Word(method.to_uppercase()));
                let found = METHOD_CHANGED.with("id", Argument::name(id)).with("old", old).with("new", new);
                self.report(context, &operation, found);
                self.operation_came_or_stays(context, item, &operation, &renamed);
                continue;
            }
            let operation = match holders {
                Some(pair) => {
                    let at = |own: &Node<'a>, item: &Node<'a>| if own.has(method) { own } else { item }.get(method);
                    Nodes::new(at(&pair.old, &item.old), at(&pair.new, &item.new))
                }
                None => item.get(method),
            };
            let context = match beside.is_some() {
                true => context.of(self.origins.operation(names.0, method)),
                false => context,
            };
            self.operation_came_or_stays(context, item, &operation, &renamed);
        }
        if !METHODS.iter().any(|method| item.has(method)) && holders.is_none() {
            self.other_keys(context, item, &[]);
        }
        if let Some(pair) = holders.filter(|pair| pair.old.has("$ref") && pair.new.has("$ref")) {
            let known: Vec<&str> = METHODS.into_iter().chain(["$ref", "parameters", "servers"]).collect();
            self.other_keys(context, pair, &known);
        }
    }

    fn operation_pair(&mut self, context: Context, item: &Nodes<'a>, pair: &Nodes<'a>) {
        // What is written in the same way can differ in what it refers to only.
        let same = pair.are_equal();
        let pair = &pair.clone().known_as(same);
        if !same {
            self.operation_itself(context, item, pair);
        }
        if pair.has("requestBody") {
            self.request_body(context.request(), &pair.get("requestBody"));
        }
        if pair.has("responses") {
            self.responses(context.response(), &pair.get("responses"));
        }
        if pair.has("callbacks") {
            self.callbacks(context, &pair.get("callbacks"));
        }
    }

    fn operation_itself(&mut self, context: Context, item: &Nodes<'a>, pair: &Nodes<'a>) {
        self.other_keys(
            context,
            pair,
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
        self.operation_id(context, pair);
        self.operation_tags(context, &pair.get("tags"));
        self.flags(context, pair, &["deprecated"]);
        self.containers(context, pair, &[], &["parameters", "tags", "security"]);
        self.deprecation(context, "endpoint", pair);
        self.operation_security(context, pair);
        let document = |node: &Node<'a>| Node::root(node.root).get("servers");
        let around = |item: &Node<'a>| if item.has("servers") { item.get("servers") } else { document(item) };
        self.own_servers(context, &pair.get("servers"), &Nodes::new(around(&item.old), around(&item.new)));
    }

    fn operation_id(&mut self, context: Context, pair: &Nodes<'a>) {
        let (old, new) = (pair.old.text("operationId"), pair.new.text("operationId"));
        let mut found = match (old, new) {
            (a, b) if a == b => return,
            (None, _) => Found::from(&OPERATION_ID_ADDED),
            (Some(_), _) => Found::from(&OPERATION_ID_REMOVED),
        };
        for (name, id) in [("old", old), ("new", new)] {
            if let Some(id) = id {
                found = found.with(name, Argument::name(id));
            }
        }
        self.report(context, &pair.get("operationId"), found);
    }

    fn operation_tags(&mut self, context: Context, tags: &Nodes<'a>) {
        let names = |node: &Node<'a>| -> BTreeSet<&'a str> {
            node.value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let (old, new) = (names(&tags.old), names(&tags.new));
        for tag in old.difference(&new) {
            self.report(context, tags, OPERATION_TAG_REMOVED.with("tag", Argument::name(*tag)));
        }
        for tag in new.difference(&old) {
            self.report(context, tags, OPERATION_TAG_ADDED.with("tag", Argument::name(*tag)));
        }
    }
}

/// The methods of operations that went, each with that of one which came with the same operationId.
fn moved(item: &Nodes<'_>, methods: &[&'static str]) -> BTreeMap<&'static str, &'static str> {
    let id = |node: &Node<'_>, method: &str| node.get(method).text("operationId").map(str::to_owned);
    let gone = methods.iter().filter(|method| !item.new.has(method));
    let came = |gone: &str| {
        let id_of_gone = id(&item.old, gone)?;
        methods.iter().find(|method| !item.old.has(method) && id(&item.new, method).as_ref() == Some(&id_of_gone))
    };
    gone.filter_map(|gone| Some((*gone, *came(gone)?))).collect()
}
