//! Request bodies, responses, headers, and the media types in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::node::Node;
use super::rules::PROSE_LEVEL;
use super::walk::Walk;
use super::words::last_token;
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
        for status in statuses.into_iter().filter(|status| !status.starts_with("x-")) {
            let (a, b) = (old.get(status), new.get(status));
            let kind = if status.starts_with('2') { "success" } else { "non-success" };
            match (old.has(status), new.has(status)) {
                (true, true) if self.surely_same(a.value, b.value) => {}
                (true, true) => self.answer((&a, &b)),
                (true, false) => {
                    let covers = covering(new, status);
                    let level = if kind == "success" && covers.is_none() { Level::Err } else { Level::Info };
                    let message = match &covers {
                        Some(range) => format!("the status {status} is one of {} now", last_token(&range.at)),
                        None => format!("the status {status} was removed"),
                    };
                    self.report(&format!("response-{kind}-status-removed"), level, response, (&a, &b), message);
                    if let Some(b) = covers {
                        self.answer((&a, &b));
                    }
                }
                (false, _) => {
                    let message = format!("the status {status} was added");
                    self.report(&format!("response-{kind}-status-added"), Level::Info, response, (&a, &b), message);
                    if let Some(a) = covering(old, status) {
                        self.answer((&a, &b));
                    }
                }
            }
        }
        self.extensions(response, (old, new));
    }

    fn answer(&mut self, nodes: (&Node<'a>, &Node<'a>)) {
        self.within(self.same_text, |walk| {
            let (a, b) = walk.resolved(Direction::Response, nodes);
            walk.response((&a, &b));
        });
    }

    pub(super) fn response(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        if self.surely_same(old.value, new.value) {
            return;
        }
        let response = Direction::Response;
        self.rest(response, (old, new), &["headers", "content"]);
        if !self.are_same_text(old, new) {
            self.containers(response, (old, new), &["headers", "content"], &[]);
        }
        if old.has("headers") || new.has("headers") {
            self.headers((old, new));
        }
        self.content("response", response, (old, new));
    }

    fn headers(&mut self, (old, new): (&Node<'a>, &Node<'a>)) {
        let response = Direction::Response;
        let headers = |node: &Node<'a>| -> BTreeMap<String, (String, Node<'a>)> {
            node.members("headers")
                .map(|(name, node)| (name.to_ascii_lowercase(), (name.clone(), node.resolved())))
                .collect()
        };
        let (from, to) = (headers(old), headers(new));
        for (name, (shown, a)) in &from {
            match to.get(name) {
                // It may have been referred to.
                Some((_, b)) => self.within(false, |walk| walk.header((a, b))),
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
        if self.same_text || old.value.get("content") == new.value.get("content") {
            let others = new.get("content");
            for (name, a) in old.members("content") {
                self.media_type(direction, (&a, &others.get(name)));
            }
            return;
        }
        // By what the name means; as it is written where two mean the same.
        let types = |node: &Node<'a>| -> BTreeMap<String, Node<'a>> {
            let mut types = BTreeMap::new();
            for (name, node) in node.members("content") {
                let meant = MediaType::of(name).to_string();
                let name = if types.contains_key(&meant) { name.clone() } else { meant };
                types.insert(name, node);
            }
            types
        };
        let (mut from, mut to) = (types(old), types(new));
        let mut pairs: Vec<(Node<'a>, Node<'a>)> = Vec::new();
        for name in from.keys().cloned().collect::<Vec<_>>() {
            if let Some(b) = to.remove(&name) {
                let Some(a) = from.remove(&name) else { continue };
                if last_token(&a.at) != last_token(&b.at) {
                    let message = format!("`{name}` is written otherwise, which means the same");
                    self.report("media-type-spelling-changed", PROSE_LEVEL, direction, (&a, &b), message);
                }
                pairs.push((a, b));
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
                        // Another encoding: what was sent or read before is so no more.
                        (_, "charset-changed") => Level::Err,
                        _ => Level::Info,
                    };
                    let Some(b) = to.remove(&name) else { continue };
                    self.report(
                        &match how {
                            "charset-changed" => format!("{what}-media-type-charset-changed"),
                            how => format!("{what}-media-type-name-{how}"),
                        },
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
        for (a, b) in &pairs {
            self.media_type(direction, (a, b));
        }
    }

    fn media_type(&mut self, direction: Direction, (old, new): (&Node<'a>, &Node<'a>)) {
        self.rest(direction, (old, new), &["schema"]);
        let typed = last_token(&old.at).to_ascii_lowercase().contains("json");
        self.body_schema(direction, (&old.get("schema"), &new.get("schema")), typed);
    }
}

/// The range that covers a status, such as `2XX`.
/// <https://spec.openapis.org/oas/v3.0.3#patterned-fields-0>
fn covering<'a>(responses: &Node<'a>, status: &str) -> Option<Node<'a>> {
    let range = format!("{}XX", status.get(..1)?);
    (range != status && responses.has(&range)).then(|| responses.get(&range))
}

/// A media type's name, in parts. (RFC 9110, 8.3.1)
#[derive(PartialEq, Eq)]
struct MediaType {
    kind: String,
    sub: String,
    charset: Option<String>,
    parameters: BTreeSet<String>,
}

impl MediaType {
    fn of(name: &str) -> Self {
        let mut parts = name.split(';');
        let main = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, sub) = main.split_once('/').unwrap_or((&main, ""));
        let (mut charset, mut parameters) = (None, BTreeSet::new());
        for parameter in parts.map(str::trim).filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            match key.as_str() {
                "charset" => charset = Some(value.to_ascii_lowercase()),
                key => drop(parameters.insert(format!("{key}={value}"))),
            }
        }
        // JSON is UTF-8 (RFC 8259, 8.1), whether that is said or not.
        if (sub == "json" || sub.ends_with("+json")) && charset.as_deref() == Some("utf-8") {
            charset = None;
        }
        Self { kind: kind.to_owned(), sub: sub.to_owned(), charset, parameters }
    }

    /// Whether all of another type is of this one: `application/problem+json` is a kind of
    /// `application/json`.
    fn covers(&self, other: &Self) -> bool {
        self.kind == "*"
            || self.kind == other.kind && (self.sub == "*" || other.sub.ends_with(&format!("+{}", self.sub)))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.sub)?;
        self.charset.iter().try_for_each(|charset| write!(f, "; charset={charset}"))?;
        self.parameters.iter().try_for_each(|parameter| write!(f, "; {parameter}"))
    }
}

/// How a media type's name changed, where it is still about the same type.
fn media_change(old: &str, new: &str) -> Option<&'static str> {
    let (a, b) = (MediaType::of(old), MediaType::of(new));
    if (&a.kind, &a.sub) == (&b.kind, &b.sub) {
        return Some(if a.charset == b.charset { "changed" } else { "charset-changed" });
    }
    let suffix = |of: &MediaType| of.sub.rsplit('+').next().map(str::to_owned);
    if a.kind == b.kind && suffix(&a) == suffix(&b) && a.parameters != b.parameters {
        return Some("changed");
    }
    match () {
        () if b.covers(&a) => Some("generalized"),
        () if a.covers(&b) => Some("specialized"),
        () => None,
    }
}
