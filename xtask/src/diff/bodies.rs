//! Request bodies, responses, headers, and the media types in them.

use std::collections::{BTreeMap, BTreeSet};

use super::node::Node;
use super::walk::{Walk, last_token};
use super::{Direction, Level};

impl<'a> Walk<'a> {
    pub(super) fn request_body(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let request = Direction::Request;
        let (old, new) = self.resolved(request, (old, new));
        let (old, new) = (&old, &new);
        match (old.value.is_null(), new.value.is_null()) {
            (true, false) => {
                let required = new.is_true("required");
                let (id, level) = if required {
                    ("request-body-added-required", Level::Err)
                } else {
                    ("request-body-added-optional", Level::Info)
                };
                return self.report(id, level, request, (old, new), "a request body was added".into());
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
        self.flags(request, (old, new), &["required"]);
        self.containers(request, (old, new), &["content"], &[]);
        self.requiredness(("request-body", "the body"), [Level::Err, Level::Info], request, (old, new));
        self.content("request-body", request, (old, new));
    }

    pub(super) fn responses(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        if !(old.value.is_object() && new.value.is_object()) {
            return self.rest(Direction::Response, (old, new), &[]);
        }
        let response = Direction::Response;
        let statuses: BTreeSet<&String> =
            [old, new].into_iter().flat_map(|node| node.value.as_object()).flat_map(|map| map.keys()).collect();
        for status in statuses {
            let (a, b) = (old.get(status), new.get(status));
            let kind = if status.starts_with('2') { "success" } else { "non-success" };
            match (old.has(status), new.has(status)) {
                _ if status.starts_with("x-") => {}
                (true, true) => {
                    let (a, b) = self.resolved(response, (&a, &b));
                    self.response((&a, &b));
                }
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

    pub(super) fn response(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let response = Direction::Response;
        self.rest(response, (old, new), &["headers", "content"]);
        self.containers(response, (old, new), &["headers", "content"], &[]);
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
                    let (kind, level) =
                        if a.is_true("required") { ("required", Level::Err) } else { ("optional", Level::Warn) };
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

    pub(super) fn header(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let response = Direction::Response;
        self.rest(response, (old, new), &["required", "schema", "content", "deprecated", "x-sunset"]);
        self.flags(response, (old, new), &["required", "deprecated"]);
        self.containers(response, (old, new), &["content"], &[]);
        self.requiredness(("response-header", "the header"), [Level::Info, Level::Err], response, (old, new));
        self.deprecation("response-header", response, (old, new));
        self.header_schema((&old.get("schema"), &new.get("schema")));
        self.content("response-header", response, (old, new));
    }

    /// Media types, and the schema of each.
    pub(super) fn content(&mut self, what: &str, direction: Direction, (old, new): (&Node<'a>, &Node<'a>)) {
        let types = |node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            node.members("content").map(|(name, node)| (name.clone(), node)).collect()
        };
        let (mut from, mut to) = (types(old), types(new));
        let mut pairs: Vec<(Node<'a>, Node<'a>)> = Vec::new();
        for name in from.keys().cloned().collect::<Vec<_>>() {
            if let Some(b) = to.remove(&name) {
                pairs.extend(from.remove(&name).map(|a| (a, b)));
            }
        }
        // What is left may be the same type under a wider, narrower or decorated name.
        for (old_name, a) in std::mem::take(&mut from) {
            let renamed = to.keys().find_map(|name| Some((name.clone(), media_change(&old_name, name)?)));
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
            self.body_schema(direction, (&a.get("schema"), &b.get("schema")), last_token(&a.at).contains("json"));
        }
    }
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
        wide.0 == "*" || wide.0 == narrow.0 && (wide.1 == "*" || narrow.1.ends_with(&format!("+{}", wide.1)))
    };
    match () {
        () if wider(&b, &a) => Some("generalized"),
        () if wider(&a, &b) => Some("specialized"),
        () => None,
    }
}
