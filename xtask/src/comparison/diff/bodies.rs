//! Request bodies, responses, headers, and the media types in them.

use std::collections::{BTreeMap, BTreeSet};

use super::argument::Argument;
use super::context::Context;
use super::findings::Found;
use super::level::Direction;
use super::media_type::{MediaType, Renamed, renamed};
use super::node::Node;
use super::pair::Nodes;
use super::paths::last_token;
use super::rules::Downgrade;
use super::rules::table::{
    IGNORED_RESPONSE_HEADER_CHANGED, MEDIA_TYPE_ADDED, MEDIA_TYPE_CHANGED, MEDIA_TYPE_CHARSET_CHANGED,
    MEDIA_TYPE_GENERALIZED, MEDIA_TYPE_REMOVED, MEDIA_TYPE_SCHEMA_ADDED, MEDIA_TYPE_SCHEMA_REMOVED,
    MEDIA_TYPE_SPECIALIZED, MEDIA_TYPE_SPELLING_CHANGED, REQUEST_BODY_ADDED_OPTIONAL, REQUEST_BODY_ADDED_REQUIRED,
    REQUEST_BODY_BECAME_OPTIONAL, REQUEST_BODY_BECAME_REQUIRED, REQUEST_BODY_REMOVED, RESPONSE_HEADER_ADDED,
    RESPONSE_HEADER_BECAME_OPTIONAL, RESPONSE_HEADER_BECAME_REQUIRED, RESPONSE_HEADER_REMOVED, STATUS_ADDED,
    STATUS_REMOVED,
};
use super::view::View;
use super::walk::Walk;
use super::wire::Place;
use crate::upstream::spec::key_of;

impl<'a> Walk<'a> {
    pub(super) fn request_body(&mut self, context: Context, pair: &Nodes<'a>) {
        if self.surely_same(pair) {
            return;
        }
        let body = &self.resolved(context, pair);
        match body.absent() {
            (true, false) => {
                let rule = match body.new.is_true("required") {
                    true => &REQUEST_BODY_ADDED_REQUIRED,
                    false => &REQUEST_BODY_ADDED_OPTIONAL,
                };
                return self.report(context, body, rule);
            }
            (false, true) => return self.report(context, body, &REQUEST_BODY_REMOVED),
            _ => {}
        }
        self.other_keys(context, body, &["required", "content"]);
        self.flags(context, body, &["required"]);
        self.containers(context, body, &["content"], &[]);
        self.requiredness(context, body, [&REQUEST_BODY_BECAME_REQUIRED, &REQUEST_BODY_BECAME_OPTIONAL]);
        self.content(context, body_of(context), body);
    }

    pub(super) fn responses(&mut self, context: Context, pair: &Nodes<'a>) {
        if self.surely_same(pair) {
            return;
        }
        if !pair.are_objects() {
            return self.other_keys(context, pair, &[]);
        }
        for status in pair.keys().filter(|status| !status.starts_with("x-")).collect::<BTreeSet<_>>() {
            let response = pair.get(status);
            let kind = if status.starts_with('2') { "success" } else { "non-success" };
            let with_status = |found: Found| found.with("status", Argument::Word(status.clone()));
            match (pair.old.has(status), pair.new.has(status)) {
                (true, true) if self.surely_same(&response) => {}
                (true, true) => self.response(context, &response),
                (true, false) => {
                    let covers = covering(&pair.new, status);
                    let mut found = with_status(STATUS_REMOVED.of(kind));
                    if let Some(covering) = covers.first() {
                        let range = Argument::Word(key_of(last_token(&covering.at)));
                        found = found.downgraded(Downgrade::StatusCovered).with("range", range);
                    }
                    self.report(context, &response, found);
                    for covering in covers {
                        self.response(context, &Nodes::new(response.old.clone(), covering));
                    }
                }
                (false, _) => {
                    self.report(context, &response, with_status(STATUS_ADDED.of(kind)));
                    // What described it before, if something did.
                    if let Some(covering) = described_by(&pair.old, status) {
                        self.response(context, &Nodes::new(covering, response.new));
                    }
                }
            }
        }
        self.extensions(context, pair);
    }

    fn response(&mut self, context: Context, pair: &Nodes<'a>) {
        let response = &self.resolved(context, pair);
        if self.surely_same(response) {
            return;
        }
        self.other_keys(context, response, &["headers", "content"]);
        if !response.are_equal() {
            self.containers(context, response, &["headers", "content"], &[]);
        }
        if response.has("headers") {
            self.headers(context, response);
        }
        self.content(context, body_of(context), response);
    }

    fn headers(&mut self, context: Context, response: &Nodes<'a>) {
        // By their names without capitals, which make no difference.
        let headers = |node: &Node<'a>| -> BTreeMap<String, (&'a String, Node<'a>)> {
            node.members("headers").map(|(name, node)| (name.to_ascii_lowercase(), (name, node))).collect()
        };
        let (from, to) = (headers(&response.old), headers(&response.new));
        for (name, node) in from.values().chain(to.values()).filter(|(_, node)| node.has("$ref")) {
            self.headers.entry(node.clone().resolved().at).or_insert_with(|| (*name).clone());
        }
        // What it would say stands in media types. <https://spec.openapis.org/oas/v3.0.3#response-object>
        const IGNORED: &str = "content-type";
        let ignored = (from.get(IGNORED).map(|(_, node)| node.clone()), to.get(IGNORED).map(|(_, node)| node.clone()));
        if let (Some(there), _) | (None, Some(there)) = &ignored {
            let pair =
                Nodes::new(ignored.0.as_ref().unwrap_or(there).clone(), ignored.1.as_ref().unwrap_or(there).clone());
            if ignored.0.is_none() || ignored.1.is_none() || !self.surely_same(&pair) {
                self.report(context, &pair, &IGNORED_RESPONSE_HEADER_CHANGED);
            }
        }
        let (mut from, mut to) = (from, to);
        from.remove(IGNORED);
        to.remove(IGNORED);
        for (name, (shown, old)) in &from {
            match to.get(name) {
                Some((_, new)) => self.header(context, &Nodes::new(old.clone(), new.clone()).resolved()),
                None => {
                    let required = old.clone().resolved().is_true("required");
                    let kind = if required { "required" } else { "optional" };
                    let found = RESPONSE_HEADER_REMOVED.of(kind).with("kind", Argument::Word(kind.to_owned()));
                    self.report(context, &Nodes::only(old), found.with("header", Argument::name(*shown)));
                }
            }
        }
        for (_, (shown, new)) in to.iter().filter(|(name, _)| !from.contains_key(*name)) {
            let found = RESPONSE_HEADER_ADDED.with("header", Argument::name(*shown));
            self.report(context, &Nodes::only(new), found);
        }
    }

    fn header(&mut self, context: Context, pair: &Nodes<'a>) {
        self.other_keys(context, pair, &["required", "schema", "content", "deprecated", "x-sunset"]);
        self.flags(context, pair, &["required", "deprecated"]);
        self.containers(context, pair, &["content"], &[]);
        self.requiredness(context, pair, [&RESPONSE_HEADER_BECAME_REQUIRED, &RESPONSE_HEADER_BECAME_OPTIONAL]);
        self.deprecation(context, "response-header", pair);
        self.header_schema(context, &pair.get("schema"));
        self.content(context, "response-header", pair);
    }

    /// Media types, and the schema of each.
    pub(super) fn content(&mut self, context: Context, role: &'static str, holder: &Nodes<'a>) {
        let content = holder.get("content");
        if content.are_equal() {
            for (name, _) in holder.old.members("content") {
                self.media_type(context, &content.get(name));
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
        let (mut from, mut to) = (types(&holder.old), types(&holder.new));
        let mut pairs: Vec<Nodes<'a>> = Vec::new();
        for name in from.keys().cloned().collect::<Vec<_>>() {
            if let Some(new) = to.remove(&name)
                && let Some(old) = from.remove(&name)
            {
                let pair = Nodes::new(old, new);
                let names = [&pair.old, &pair.new].map(|node| key_of(last_token(&node.at)));
                if names[0] != names[1] {
                    self.report(context, &pair, named(Found::from(&MEDIA_TYPE_SPELLING_CHANGED), &names));
                }
                pairs.push(pair);
            }
        }
        // What is left may be the same type under a wider, narrower or decorated name. A range takes several.
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let all: Vec<(String, Node<'a>)> = to.iter().map(|(name, node)| (name.clone(), node.clone())).collect();
        let met: Vec<(String, Node<'a>)> = pairs.iter().map(|pair| (meant(&pair.new), pair.new.clone())).collect();
        let ranges = pairs.iter().map(|pair| (meant(&pair.old), pair.old.clone()));
        let mut ranges: Vec<_> = ranges.filter(|(name, _)| MediaType::of(name).is_range()).collect();
        for (old_name, old) in from {
            let fits = |(name, node): &(String, Node<'a>)| {
                let how = renamed(&old_name, name)?;
                let free = !taken.contains(name) || how == Renamed::Wider;
                free.then(|| (node.clone(), name.clone(), how))
            };
            let in_range = || met.iter().filter_map(fits).find(|(.., how)| *how == Renamed::Wider);
            let remains = |name: &str| MediaType::of(name).is_range() && met.iter().any(|(other, _)| other == name);
            match all.iter().find_map(fits).or_else(in_range) {
                Some((new, new_name, how)) => {
                    if how == Renamed::Narrower && MediaType::of(&old_name).is_range() {
                        ranges.push((old_name.clone(), old.clone()));
                    }
                    let downgrade =
                        Some(Downgrade::RangeRemains).filter(|_| how == Renamed::Wider && remains(&new_name));
                    taken.insert(new_name.clone());
                    to.remove(&new_name);
                    let rule = match how {
                        Renamed::Wider => &MEDIA_TYPE_GENERALIZED,
                        Renamed::Narrower => &MEDIA_TYPE_SPECIALIZED,
                        // What was sent or read before is so no more.
                        Renamed::Charset => &MEDIA_TYPE_CHARSET_CHANGED,
                        Renamed::Otherwise => &MEDIA_TYPE_CHANGED,
                    };
                    let pair = Nodes::new(old, new);
                    self.report(context, &pair, named(rule.of(role), &[old_name, new_name]).downgraded(downgrade));
                    pairs.push(pair);
                }
                None => {
                    let found = MEDIA_TYPE_REMOVED.of(role).with("old", Argument::name(old_name));
                    self.report(context, &Nodes::only(&old), found);
                }
            }
        }
        // The narrowest first.
        ranges.sort_by_key(|(name, _)| name.starts_with('*'));
        for (name, new) in &to {
            self.report(context, &Nodes::only(new), MEDIA_TYPE_ADDED.of(role).with("new", Argument::name(name)));
            // What described it before, if something did.
            if let Some((_, old)) = ranges.iter().find(|(range, _)| renamed(range, name) == Some(Renamed::Narrower)) {
                pairs.push(Nodes::new(old.clone(), new.clone()));
            }
        }
        for pair in &pairs {
            self.media_type(context, pair);
        }
    }

    fn media_type(&mut self, context: Context, pair: &Nodes<'a>) {
        self.other_keys(context, pair, &["schema", "encoding"]);
        self.encoding(context, pair);
        let names = [&pair.old, &pair.new].map(|node| key_of(last_token(&node.at)));
        let typed = names.iter().all(|name| Place::Content(name).tells_types_apart());
        let schema = pair.get("schema");
        let role = if context.direction == Direction::Response { "response-body" } else { "request-body" };
        match schema.absent() {
            (true, true) => {}
            // A schema that allows anything says as much as none.
            (true, false) if is_anything(&schema.new) => {}
            (false, true) if is_anything(&schema.old) => {}
            (true, false) => self.report(context, &schema, MEDIA_TYPE_SCHEMA_ADDED.of(role)),
            (false, true) => self.report(context, &schema, MEDIA_TYPE_SCHEMA_REMOVED.of(role)),
            (false, false) => self.body_schema(context, &schema, typed),
        }
    }
}

/// Whose body it is, by who sends it.
fn body_of(context: Context) -> &'static str {
    if context.direction == Direction::Response { "response" } else { "request-body" }
}

fn is_anything(schema: &Node<'_>) -> bool {
    schema.value.is_object() && View::of(std::slice::from_ref(schema)).is_anything()
}

/// What the name of a media type means.
fn meant(node: &Node<'_>) -> String {
    MediaType::of(&key_of(last_token(&node.at))).to_string()
}

/// With two names.
fn named(found: Found, [old, new]: &[String; 2]) -> Found {
    found.with("old", Argument::name(old)).with("new", Argument::name(new))
}

/// The response that describes a status which has none of its own: that of a range, such as `2XX`, or `default`.
/// <https://spec.openapis.org/oas/v3.0.3#patterned-fields-0>
fn described_by<'a>(responses: &Node<'a>, status: &str) -> Option<Node<'a>> {
    let range = format!("{}XX", status.get(..1)?);
    let wider = [range.as_str(), "default"].into_iter().filter(|wider| *wider != status && status != "default");
    wider.filter(|wider| responses.has(wider)).map(|wider| responses.get(wider)).next()
}

/// The responses that describe what one described that is gone: a wider one, or those within its range.
fn covering<'a>(responses: &Node<'a>, status: &str) -> Vec<Node<'a>> {
    let within: Vec<Node<'a>> = match status.strip_suffix("XX") {
        Some(range) => {
            let statuses = responses.value.as_object().into_iter().flat_map(|map| map.keys());
            statuses.filter(|other| other.starts_with(range)).map(|other| responses.get(other)).collect()
        }
        None => Vec::new(),
    };
    if within.is_empty() { described_by(responses, status).into_iter().collect() } else { within }
}
