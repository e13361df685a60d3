//! From the document down to everything that holds a schema.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::node::Node;
use super::rules::{self, PROSE_LEVEL, UNCLASSIFIED};
use super::{Direction, Finding, Level};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// How many schemas are compared at most: some ten times what the vendor's whole API holds. Only a
/// document that is made to be expensive comes near it; the rest of it is compared as text.
const BUDGET: usize = 2_000_000;

pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) findings: HashSet<Finding>,
    /// The operation at hand.
    operation: Option<String>,
    /// Schemas that were compared already for the operation at hand, by their places and role.
    pub(super) seen: HashSet<(String, String, &'static str)>,
    /// How many more schemas may be compared, and how deep the comparison is.
    pub(super) budget: usize,
    pub(super) depth: usize,
    /// Whether equal text with a `$ref` in it means the same in both documents.
    same_components: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old,
            new,
            findings: HashSet::new(),
            operation: None,
            seen: HashSet::new(),
            budget: BUDGET,
            depth: 0,
            same_components: old.get("components") == new.get("components"),
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        let mut findings: Vec<_> = self.findings.into_iter().collect();
        findings.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.cmp(b)));
        findings
    }

    pub(super) fn report(
        &mut self,
        id: &str,
        level: Level,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
        message: String,
    ) {
        self.findings.insert(Finding {
            id: id.to_owned(),
            level,
            direction,
            operation: self.operation.clone(),
            old_pointer: old.at.clone(),
            new_pointer: new.at.clone(),
            message,
        });
    }

    /// Reports what belongs to no direction.
    fn note(&mut self, id: &str, level: Level, nodes: (&Node<'a>, &Node<'a>), message: String) {
        self.report(id, level, Direction::None, nodes, message);
    }

    /// Whether two values surely mean the same, by their text alone.
    pub(super) fn surely_same(&self, old: &Value, new: &Value) -> bool {
        old == new && (self.same_components || !holds_reference(old))
    }

    /// Compares all keys but the ones that the caller knows: prose as prose, the rest as unknown.
    pub(super) fn rest(
        &mut self,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
        known: &[&str],
    ) {
        let keys = |node: &Node<'a>| node.value.as_object().into_iter().flat_map(|map| map.keys());
        if !(old.value.is_object() && new.value.is_object()) {
            if old.value != new.value {
                self.unclassified(direction, (old, new));
            }
            return;
        }
        for key in keys(old).chain(keys(new).filter(|key| !old.has(key))) {
            if known.contains(&key.as_str()) || old.value.get(key) == new.value.get(key) {
                continue;
            }
            let nodes = (&old.get(key), &new.get(key));
            if rules::is_prose(key) {
                let id = format!("{}-changed", key.to_ascii_lowercase());
                let message = format!("{key} {}", change(nodes.0.value, nodes.1.value));
                self.report(&id, PROSE_LEVEL, direction, nodes, message);
            } else {
                self.unclassified(direction, nodes);
            }
        }
    }

    pub(super) fn unclassified(
        &mut self,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
    ) {
        let message = format!("a change of unknown effect: it {}", change(old.value, new.value));
        self.report(UNCLASSIFIED, Level::Warn, direction, (old, new), message);
    }

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
        self.security((&old, &new), "api-global-security");
        self.paths((&old, &new));
        self.operation = None;
        self.components((&old.get("components"), &new.get("components")));
    }

    fn info(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        self.rest(
            Direction::None,
            (old, new),
            &["version", "contact", "license", "termsOfService"],
        );
        for key in ["contact", "license", "termsOfService", "version"] {
            let nodes = (&old.get(key), &new.get(key));
            if nodes.0.value != nodes.1.value {
                // The version is sent as a header by generated clients.
                let level = if key == "version" { Level::Info } else { PROSE_LEVEL };
                let message = format!("{key} {}", change(nodes.0.value, nodes.1.value));
                self.note(
                    &format!("info-{}-changed", key.to_ascii_lowercase()),
                    level,
                    nodes,
                    message,
                );
            }
        }
    }

    /// The document's list of tags is for readers. Its order is no change.
    fn tags(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let name = |node: &Node<'a>| node.text("name").unwrap_or_default();
        self.keyed(
            Direction::None,
            (&old.get("tags"), &new.get("tags")),
            (old.items("tags"), new.items("tags")),
            name,
            |walk, nodes, name| match nodes {
                (Some(old), Some(new)) => walk.rest(Direction::None, (old, new), &["name"]),
                (Some(old), None) => walk.note(
                    "tag-removed",
                    PROSE_LEVEL,
                    (old, old),
                    format!("the tag `{name}` was removed"),
                ),
                (None, Some(new)) => walk.note(
                    "tag-added",
                    PROSE_LEVEL,
                    (new, new),
                    format!("the tag `{name}` was added"),
                ),
                (None, None) => {}
            },
        );
    }

    /// Pairs the items of two lists by a key; what has no key or one twice is compared as it stands.
    fn keyed(
        &mut self,
        direction: Direction,
        lists: (&Node<'a>, &Node<'a>),
        (old, new): (Vec<Node<'a>>, Vec<Node<'a>>),
        key: impl Fn(&Node<'a>) -> &'a str,
        mut compare: impl FnMut(&mut Self, (Option<&Node<'a>>, Option<&Node<'a>>), &str),
    ) {
        let index = |nodes: &[Node<'a>]| -> BTreeMap<&'a str, Node<'a>> {
            nodes.iter().map(|node| (key(node), node.clone())).collect()
        };
        let (by_old, by_new) = (index(&old), index(&new));
        let odd = by_old.len() < old.len()
            || by_new.len() < new.len()
            || by_old.contains_key("")
            || by_new.contains_key("");
        let is_list = |node: &Node<'a>| node.value.is_array() || node.value.is_null();
        if odd || !is_list(lists.0) || !is_list(lists.1) {
            if lists.0.value != lists.1.value {
                self.unclassified(direction, lists);
            }
            return;
        }
        for name in by_old.keys().chain(by_new.keys()).collect::<BTreeSet<_>>() {
            compare(self, (by_old.get(*name), by_new.get(*name)), name);
        }
    }

    /// Security requirements: any one of the list suffices. Absent is not the same as empty.
    fn security(&mut self, (old, new): (&Node<'a>, &Node<'a>), id: &str) {
        let (a, b) = (old.get("security"), new.get("security"));
        if a.value == b.value {
            return;
        }
        let list = |node: &Node<'a>| node.value.as_array().cloned().unwrap_or_default();
        let names = |requirement: &Value| -> String {
            let map = requirement.as_object();
            map.into_iter()
                .flat_map(|map| map.keys())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("+")
        };
        let (from, to) = (list(&a), list(&b));
        let before = self.findings.len();
        for (list, other, what) in [(&from, &to, "removed"), (&to, &from, "added")] {
            for requirement in list {
                let name = names(requirement);
                match other.iter().find(|other| names(other) == name) {
                    None => {
                        let name = if name.is_empty() { "no security at all" } else { &name };
                        self.note(
                            &format!("{id}-{what}"),
                            Level::Info,
                            (&a, &b),
                            format!("{name} was {what}"),
                        );
                    }
                    Some(other) => {
                        for (scheme, scopes) in requirement.as_object().into_iter().flatten() {
                            let kept = other.get(scheme).and_then(Value::as_array);
                            for scope in scopes.as_array().into_iter().flatten() {
                                if !kept.is_some_and(|kept| kept.contains(scope)) {
                                    let message =
                                        format!("the scope {scope} of {scheme} was {what}");
                                    self.note(
                                        &format!("{id}-scope-{what}"),
                                        Level::Info,
                                        (&a, &b),
                                        message,
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
        let sorted =
            |list: &[Value]| -> BTreeSet<String> { list.iter().map(Value::to_string).collect() };
        let absent = a.value.is_null() != b.value.is_null();
        if self.findings.len() == before
            && (absent || sorted(&from) != sorted(&to) || from.len() != to.len())
        {
            self.unclassified(Direction::None, (&a, &b));
        }
    }

    fn paths(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
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

    fn removed_path(&mut self, item: &Node<'a>) {
        self.operations(item, |walk, operation| {
            walk.removed_operation(operation, operation, "api-path-removed");
        });
    }

    fn added_path(&mut self, item: &Node<'a>) {
        self.operations(item, |walk, operation| {
            let message = "the operation was added".into();
            walk.note("endpoint-added", Level::Info, (operation, operation), message);
        });
    }

    /// Visits the operations of a path; a path without any is reported as it stands.
    fn operations(&mut self, item: &Node<'a>, mut visit: impl FnMut(&mut Self, &Node<'a>)) {
        let mut empty = true;
        for method in METHODS.into_iter().filter(|method| item.has(method)) {
            empty = false;
            self.enter(item, method);
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

    fn enter(&mut self, item: &Node<'a>, method: &str) {
        let path =
            item.at.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
        self.operation = Some(format!("{} {path}", method.to_uppercase()));
        self.seen.clear();
    }

    fn removed_operation(&mut self, old: &Node<'a>, new: &Node<'a>, id: &str) {
        let (end, level) = end_of(old);
        let message = format!("the operation was removed {}", end.replace('-', " "));
        self.note(&format!("{id}-{end}"), level, (old, new), message);
    }

    fn path_item(&mut self, old: &Node<'a>, new: &Node<'a>) {
        if self.surely_same(old.value, new.value) && last_token(&old.at) == last_token(&new.at) {
            return;
        }
        let (names, old) = ((&old.at.clone(), &new.at.clone()), old.clone().resolved());
        let new = new.clone().resolved();
        let mut known = METHODS.to_vec();
        known.push("parameters");
        self.rest(Direction::None, (&old, &new), &known);
        // Names of path parameters, old to new, by their position.
        let renamed = renames(names.0, names.1);
        for method in METHODS {
            let (a, b) = (old.get(method), new.get(method));
            let place = Node { at: names.0.clone(), ..old.clone() };
            self.enter(&place, method);
            match (old.has(method), new.has(method)) {
                (true, true) => {
                    self.operation_pair((&a, &b));
                    self.parameters((&old, &a), (&new, &b), &renamed);
                }
                (true, false) => self.removed_operation(&a, &b, "api-removed"),
                (false, true) => {
                    self.note(
                        "endpoint-added",
                        Level::Info,
                        (&a, &b),
                        "the operation was added".into(),
                    );
                }
                (false, false) => {}
            }
            self.operation = None;
        }
        if !METHODS.iter().any(|method| old.has(method) || new.has(method)) {
            self.rest(Direction::None, (&old, &new), &[]);
        }
    }

    fn operation_pair(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
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
            ],
        );
        let (from, to) = (old.text("operationId"), new.text("operationId"));
        let nodes = (&old.get("operationId"), &new.get("operationId"));
        match (from, to) {
            (a, b) if a == b => {}
            (None, Some(b)) => self.note(
                "api-operation-id-added",
                Level::Info,
                nodes,
                format!("the operation id `{b}` was added"),
            ),
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
            self.note(
                "api-tag-removed",
                Level::Info,
                nodes,
                format!("the tag `{tag}` was removed"),
            );
        }
        for tag in to.difference(&from) {
            self.note("api-tag-added", Level::Info, nodes, format!("the tag `{tag}` was added"));
        }
        self.deprecation("endpoint", Direction::None, (old, new));
        self.security((old, new), "api-security");
        self.request_body((&old.get("requestBody"), &new.get("requestBody")));
        self.responses((&old.get("responses"), &new.get("responses")));
    }

    /// `deprecated`, and the date until which it stays.
    pub(super) fn deprecation(
        &mut self,
        what: &str,
        direction: Direction,
        (old, new): (&Node<'a>, &Node<'a>),
    ) {
        let nodes = (&old.get("deprecated"), &new.get("deprecated"));
        let sunset = (&old.get("x-sunset"), &new.get("x-sunset"));
        match (old.is_true("deprecated"), new.is_true("deprecated")) {
            (false, true) => {
                let date = sunset.1.value.as_str();
                let id = if date.is_some() { "deprecated-with-sunset" } else { "deprecated" };
                let until = date.map(|date| format!(" until {date}")).unwrap_or_default();
                self.report(
                    &format!("{what}-{id}"),
                    Level::Info,
                    direction,
                    nodes,
                    format!("it became deprecated{until}"),
                );
            }
            (true, false) => {
                self.report(
                    &format!("{what}-reactivated"),
                    Level::Info,
                    direction,
                    nodes,
                    "it is no longer deprecated".into(),
                );
            }
            _ if sunset.0.value != sunset.1.value => {
                let message = format!("x-sunset {}", change(sunset.0.value, sunset.1.value));
                self.report(
                    &format!("{what}-sunset-changed"),
                    Level::Info,
                    direction,
                    sunset,
                    message,
                );
            }
            _ => {}
        }
    }

    /// The parameters of an operation: its own, and those of the path that it does not redefine.
    fn parameters(
        &mut self,
        (old_item, old): (&Node<'a>, &Node<'a>),
        (new_item, new): (&Node<'a>, &Node<'a>),
        renamed: &BTreeMap<String, String>,
    ) {
        let collect =
            |item: &Node<'a>, operation: &Node<'a>| -> BTreeMap<(String, String), Node<'a>> {
                let all = item.items("parameters").into_iter().chain(operation.items("parameters"));
                all.map(Node::resolved)
                    .map(|node| {
                        let text = |key| node.text(key).unwrap_or_default().to_owned();
                        ((text("in"), text("name")), node)
                    })
                    .collect()
            };
        let (from, to) = (collect(old_item, old), collect(new_item, new));
        let mut met = BTreeSet::new();
        for ((place, name), a) in &from {
            let new_name = renamed.get(name).filter(|_| place == "path").unwrap_or(name);
            let key = (place.clone(), new_name.clone());
            match to.get(&key) {
                Some(b) => {
                    if new_name != name {
                        let message =
                            format!("the path parameter `{name}` is now named `{new_name}`");
                        self.report(
                            "request-path-parameter-renamed",
                            Level::Info,
                            Direction::Request,
                            (a, b),
                            message,
                        );
                    }
                    self.parameter((a, b));
                    met.insert(key);
                }
                None => {
                    let (end, level) = match end_of(a) {
                        ("without-deprecation", _) => ("request-parameter-removed", Level::Warn),
                        ("before-sunset", level) => {
                            ("request-parameter-removed-before-sunset", level)
                        }
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
            self.report(
                id,
                level,
                Direction::Request,
                (b, b),
                format!("the {place} parameter `{name}` was added"),
            );
        }
    }

    fn parameter(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
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
        let place = old.text("in").unwrap_or_default();
        let required = |node: &Node<'a>| node.is_true("required") || place == "path";
        let nodes = (&old.get("required"), &new.get("required"));
        match (required(old), required(new)) {
            (false, true) => self.report(
                "request-parameter-became-required",
                Level::Err,
                request,
                nodes,
                "it became required".into(),
            ),
            (true, false) => self.report(
                "request-parameter-became-optional",
                Level::Info,
                request,
                nodes,
                "it became optional".into(),
            ),
            _ => {}
        }
        let form = matches!(place, "query" | "cookie");
        let style = |node: &Node<'a>| {
            node.text("style").unwrap_or(if form { "form" } else { "simple" }).to_owned()
        };
        let explode = |node: &Node<'a>| {
            node.value.get("explode").cloned().unwrap_or(Value::Bool(style(node) == "form"))
        };
        self.defaulted(request, "style", (old, new), |node| style(node).into());
        self.defaulted(request, "explode", (old, new), explode);
        for key in ["allowReserved", "allowEmptyValue"] {
            self.defaulted(request, key, (old, new), |node| node.is_true(key).into());
        }
        self.deprecation("request-parameter", request, (old, new));
        self.parameter_schema(
            (&old.get("schema"), &new.get("schema")),
            place == "header",
            required(new),
        );
        self.content("request-parameter", request, (old, new));
    }

    /// A key whose absence means something. Its change has no rule.
    fn defaulted(
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

    fn request_body(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let (old, new) = (&old.clone().resolved(), &new.clone().resolved());
        let request = Direction::Request;
        match (old.value.is_null(), new.value.is_null()) {
            (true, false) => {
                let required = new.is_true("required");
                let (id, level) = if required {
                    ("request-body-added-required", Level::Err)
                } else {
                    ("request-body-added-optional", Level::Info)
                };
                return self.report(
                    id,
                    level,
                    request,
                    (old, new),
                    "a request body was added".into(),
                );
            }
            (false, true) => {
                return self.report(
                    "request-body-removed",
                    Level::Err,
                    request,
                    (old, new),
                    "the request body was removed".into(),
                );
            }
            _ => {}
        }
        self.rest(request, (old, new), &["required", "content"]);
        let nodes = (&old.get("required"), &new.get("required"));
        match (old.is_true("required"), new.is_true("required")) {
            (false, true) => self.report(
                "request-body-became-required",
                Level::Err,
                request,
                nodes,
                "the body became required".into(),
            ),
            (true, false) => self.report(
                "request-body-became-optional",
                Level::Info,
                request,
                nodes,
                "the body became optional".into(),
            ),
            _ => {}
        }
        self.content("request-body", request, (old, new));
    }

    fn responses(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        if !(old.value.is_object() && new.value.is_object()) {
            return self.rest(Direction::Response, (old, new), &[]);
        }
        let response = Direction::Response;
        let statuses: BTreeSet<&String> = [old, new]
            .into_iter()
            .flat_map(|node| node.value.as_object())
            .flat_map(|map| map.keys())
            .collect();
        for status in statuses {
            let (a, b) = (old.get(status), new.get(status));
            let kind = if status.starts_with('2') { "success" } else { "non-success" };
            match (old.has(status), new.has(status)) {
                _ if status.starts_with("x-") => {}
                (true, true) => self.response((&a.resolved(), &b.resolved())),
                (true, false) => {
                    let level = if kind == "success" { Level::Err } else { Level::Info };
                    self.report(
                        &format!("response-{kind}-status-removed"),
                        level,
                        response,
                        (&a, &b),
                        format!("the status {status} was removed"),
                    );
                }
                (false, _) => {
                    self.report(
                        &format!("response-{kind}-status-added"),
                        Level::Info,
                        response,
                        (&a, &b),
                        format!("the status {status} was added"),
                    );
                }
            }
        }
        let known: Vec<&str> = old
            .value
            .as_object()
            .into_iter()
            .chain(new.value.as_object())
            .flat_map(|map| map.keys())
            .map(String::as_str)
            .filter(|key| !key.starts_with("x-"))
            .collect();
        self.rest(response, (old, new), &known);
    }

    fn response(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let response = Direction::Response;
        self.rest(response, (old, new), &["headers", "content"]);
        let headers = |node: &Node<'a>| -> BTreeMap<String, (String, Node<'a>)> {
            node.members("headers")
                .map(|(name, node)| (name.to_ascii_lowercase(), (name.clone(), node.resolved())))
                .collect()
        };
        let (from, to) = (headers(old), headers(new));
        for (name, (shown, a)) in &from {
            match to.get(name) {
                Some((_, b)) => self.header((a, b)),
                None => {
                    let (kind, level) = if a.is_true("required") {
                        ("required", Level::Err)
                    } else {
                        ("optional", Level::Warn)
                    };
                    self.report(
                        &format!("{kind}-response-header-removed"),
                        level,
                        response,
                        (a, a),
                        format!("the header `{shown}` was removed"),
                    );
                }
            }
        }
        for (_, (shown, b)) in to.iter().filter(|(name, _)| !from.contains_key(*name)) {
            self.report(
                "response-header-added",
                Level::Info,
                response,
                (b, b),
                format!("the header `{shown}` was added"),
            );
        }
        self.content("response", response, (old, new));
    }

    fn header(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let response = Direction::Response;
        self.rest(
            response,
            (old, new),
            &["required", "schema", "content", "deprecated", "x-sunset"],
        );
        let nodes = (&old.get("required"), &new.get("required"));
        match (old.is_true("required"), new.is_true("required")) {
            (false, true) => self.report(
                "response-header-became-required",
                Level::Info,
                response,
                nodes,
                "the header became required".into(),
            ),
            (true, false) => self.report(
                "response-header-became-optional",
                Level::Err,
                response,
                nodes,
                "the header became optional".into(),
            ),
            _ => {}
        }
        self.deprecation("response-header", response, (old, new));
        self.header_schema((&old.get("schema"), &new.get("schema")));
        self.content("response-header", response, (old, new));
    }

    /// Media types, and the schema of each.
    fn content(&mut self, what: &str, direction: Direction, (old, new): (&Node<'a>, &Node<'a>)) {
        let (a, b) = (old.get("content"), new.get("content"));
        let types = |node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            node.members("content").map(|(name, node)| (name.clone(), node)).collect()
        };
        let (mut from, mut to) = (types(old), types(new));
        if from.is_empty()
            && to.is_empty()
            && a.value != b.value
            && !(is_empty(a.value) && is_empty(b.value))
        {
            return self.unclassified(direction, (&a, &b));
        }
        let mut pairs: Vec<(Node<'a>, Node<'a>)> = Vec::new();
        for name in from.keys().cloned().collect::<Vec<_>>() {
            if let Some(b) = to.remove(&name) {
                pairs.extend(from.remove(&name).map(|a| (a, b)));
            }
        }
        // What is left may be the same type under a wider, narrower or decorated name.
        for (old_name, a) in std::mem::take(&mut from) {
            let renamed =
                to.keys().find_map(|name| Some((name.clone(), media_change(&old_name, name)?)));
            match renamed {
                Some((name, how)) => {
                    let level = match (direction, how) {
                        (Direction::Response, "generalized") => Level::Err,
                        (Direction::Request, "specialized") => Level::Err,
                        _ => Level::Info,
                    };
                    let Some(b) = to.remove(&name) else { continue };
                    self.report(
                        &format!("{what}-media-type-name-{how}"),
                        level,
                        direction,
                        (&a, &b),
                        format!("the media type `{old_name}` is now `{name}`"),
                    );
                    pairs.push((a, b));
                }
                None => self.report(
                    &format!("{what}-media-type-removed"),
                    Level::Err,
                    direction,
                    (&a, &a),
                    format!("the media type `{old_name}` was removed"),
                ),
            }
        }
        for (name, b) in &to {
            self.report(
                &format!("{what}-media-type-added"),
                Level::Info,
                direction,
                (b, b),
                format!("the media type `{name}` was added"),
            );
        }
        for (a, b) in pairs {
            self.rest(direction, (&a, &b), &["schema"]);
            self.body_schema(
                direction,
                (&a.get("schema"), &b.get("schema")),
                last_token(&a.at).contains("json"),
            );
        }
    }

    fn components(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let kinds = [
            "schemas",
            "responses",
            "parameters",
            "examples",
            "requestBodies",
            "headers",
            "links",
            "callbacks",
        ];
        let mut known = kinds.to_vec();
        known.push("securitySchemes");
        self.rest(Direction::None, (old, new), &known);
        self.security_schemes((old, new));
        // Components count where they are used. One that nothing uses is only read.
        if self.same_components {
            return;
        }
        let used: BTreeSet<String> = [self.old, self.new].into_iter().flat_map(reachable).collect();
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

    fn security_schemes(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let schemes = |node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            node.members("securitySchemes")
                .map(|(name, node)| (name.clone(), node.resolved()))
                .collect()
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
            self.note(
                &format!("{id}-added"),
                Level::Info,
                (b, b),
                format!("the security scheme `{name}` was added"),
            );
        }
    }

    fn security_scheme(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
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
        let flows = ["implicit", "password", "clientCredentials", "authorizationCode"];
        self.rest(
            Direction::None,
            (&a, &b),
            &flows.into_iter().filter(|flow| a.has(flow) && b.has(flow)).collect::<Vec<_>>(),
        );
        for flow in flows.into_iter().filter(|flow| a.has(flow) && b.has(flow)) {
            let (a, b) = (a.get(flow), b.get(flow));
            self.rest(Direction::None, (&a, &b), &["authorizationUrl", "tokenUrl", "scopes"]);
            for (key, what) in
                [("authorizationUrl", "oauth-url-changed"), ("tokenUrl", "oauth-token-url-changed")]
            {
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
            let names: BTreeSet<&String> = [&from, &to]
                .into_iter()
                .flat_map(|node| node.value.as_object())
                .flat_map(|map| map.keys())
                .collect();
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

/// What a value did, in words.
pub(super) fn change(old: &Value, new: &Value) -> String {
    match (old, new) {
        (Value::Null, new) => format!("was added: {}", short(new)),
        (old, Value::Null) => format!("was removed: {}", short(old)),
        (old, new) => format!("changed from {} to {}", short(old), short(new)),
    }
}

/// A value in few words.
pub(super) fn short(value: &Value) -> String {
    const MOST: usize = 80;
    let text = match value {
        Value::Object(map) => format!("an object with {} keys", map.len()),
        Value::Array(items) if items.len() > 5 => format!("a list of {}", items.len()),
        value => value.to_string(),
    };
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn holds_reference(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.contains_key("$ref") || map.values().any(holds_reference),
        Value::Array(items) => items.iter().any(holds_reference),
        _ => false,
    }
}

/// The pointers of all components that the paths reach.
fn reachable(root: &Value) -> BTreeSet<String> {
    let mut open: Vec<&Value> = root.get("paths").into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                if let Some(pointer) =
                    map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'))
                    && seen.insert(pointer.to_owned())
                {
                    open.extend(root.pointer(pointer));
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    seen
}

fn last_token(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
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
        path.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name.to_owned())
            .collect()
    };
    names(old).into_iter().zip(names(new)).filter(|(a, b)| a != b).collect()
}

/// How a media type's name changed, where it is still about the same type.
fn media_change(old: &str, new: &str) -> Option<&'static str> {
    let parts = |name: &str| {
        let (main, parameters) = name.split_once(';').unwrap_or((name, ""));
        let (kind, sub) = main.trim().split_once('/').unwrap_or((main.trim(), ""));
        (kind.to_ascii_lowercase(), sub.to_ascii_lowercase(), parameters.trim().to_owned())
    };
    let (a, b) = (parts(old), parts(new));
    if (&a.0, &a.1) == (&b.0, &b.1) {
        return Some("changed");
    }
    let kind = |name: &(String, String, String)| name.1.rsplit('+').next().map(str::to_owned);
    if a.0 == b.0 && kind(&a) == kind(&b) && a.2 != b.2 {
        return Some("changed");
    }
    // `application/problem+json` is a kind of `application/json`.
    let wider = |wide: &(String, String, String), narrow: &(String, String, String)| {
        wide.0 == "*"
            || wide.0 == narrow.0 && (wide.1 == "*" || narrow.1.ends_with(&format!("+{}", wide.1)))
    };
    match () {
        () if wider(&b, &a) => Some("generalized"),
        () if wider(&a, &b) => Some("specialized"),
        () => None,
    }
}

/// How something ends that was removed: was its end announced, and has the day come?
fn end_of(node: &Node<'_>) -> (&'static str, Level) {
    let sunset = node.text("x-sunset").and_then(|date| {
        let day = date.get(..10)?;
        chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
    });
    let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive();
    match (node.is_true("deprecated"), sunset) {
        (false, _) => ("without-deprecation", Level::Err),
        (true, Some(day)) if day > today => ("before-sunset", Level::Err),
        (true, _) => ("with-deprecation", Level::Info),
    }
}
