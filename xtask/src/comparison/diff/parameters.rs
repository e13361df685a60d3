//! Parameters of operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::argument::Argument;
use super::context::Context;
use super::node::Node;
use super::pair::Nodes;
use super::rules::table::{
    EMPTY_VALUE_ALLOWED, EMPTY_VALUE_DISALLOWED, HEADER_PARAMETER_CASE_CHANGED, IGNORED_HEADER_PARAMETER_CHANGED,
    NEW_OPTIONAL_PARAMETER, NEW_PATH_PARAMETER, NEW_REQUIRED_PARAMETER, PARAMETER_ENCODING_CHANGED,
    PARAMETER_REMOVED_SUNSET_PARSE, REQUEST_PARAMETER_BECAME_OPTIONAL, REQUEST_PARAMETER_BECAME_REQUIRED,
    REQUEST_PARAMETER_REMOVED, REQUEST_PARAMETER_REMOVED_BEFORE_SUNSET, REQUEST_PARAMETER_REMOVED_WITH_DEPRECATION,
};
use super::sunset::End;
use super::walk::Walk;

/// Parameters by their place (`query`) and name.
type Parameters<'a> = BTreeMap<(String, String), Node<'a>>;

impl<'a> Walk<'a> {
    /// The parameters of an operation: its own, and those of the path that it does not redefine.
    pub(super) fn parameters(
        &mut self,
        context: Context,
        item: &Nodes<'a>,
        operation: &Nodes<'a>,
        renamed: &BTreeMap<String, String>,
    ) {
        let context = context.request();
        let same = |pair: &Nodes<'a>| !pair.has("parameters") || self.surely_same(&pair.get("parameters"));
        if renamed.is_empty() && same(item) && same(operation) {
            return;
        }
        let (from, to) = (all(&[&item.old, &operation.old]), all(&[&item.new, &operation.new]));
        // Of two with one name in a list, only one is compared below.
        let repeats = |node: &Node<'a>| all(&[node]).len() < node.items("parameters").len();
        for pair in [item, operation] {
            let lists = pair.get("parameters");
            if !lists.are_equal() && (repeats(&pair.old) || repeats(&pair.new)) {
                self.unclassified(context, &lists);
            }
        }
        self.ignored_parameters(context, &from, &to);
        let mut met = BTreeSet::new();
        let (from, to) = (without_ignored(from), without_ignored(to));
        for ((place, name), old) in &from {
            let new_name = renamed.get(name).filter(|_| place == "path");
            let key = new_name
                .map(|new_name| (place.clone(), new_name.clone()))
                .filter(|key| to.contains_key(key))
                .unwrap_or_else(|| (place.clone(), name.clone()));
            match to.get(&key) {
                Some(new) => {
                    self.parameter(context, &Nodes::new(old.clone(), new.clone()));
                    met.insert(key);
                }
                None => {
                    let rule = match End::of(old) {
                        End::Unannounced => &REQUEST_PARAMETER_REMOVED,
                        End::Early => &REQUEST_PARAMETER_REMOVED_BEFORE_SUNSET,
                        End::Unreadable => &PARAMETER_REMOVED_SUNSET_PARSE,
                        End::Announced => &REQUEST_PARAMETER_REMOVED_WITH_DEPRECATION,
                    };
                    let found = rule.with("in", Argument::Word(place.clone()));
                    self.report(context, &Nodes::only(old), found.with("parameter", Argument::name(name)));
                }
            }
        }
        for ((place, name), new) in to.iter().filter(|(key, _)| !met.contains(*key)) {
            let rule = match (place.as_str(), new.is_true("required")) {
                ("path", _) => &NEW_PATH_PARAMETER,
                (_, true) => &NEW_REQUIRED_PARAMETER,
                (_, false) => &NEW_OPTIONAL_PARAMETER,
            };
            let found = rule.with("in", Argument::Word(place.clone()));
            self.report(context, &Nodes::only(new), found.with("parameter", Argument::name(name)));
        }
    }

    /// `Accept`, `Content-Type` and `Authorization` as parameters, which OpenAPI has ignored: what they
    /// would say stands in media types and security. <https://spec.openapis.org/oas/v3.0.3#parameter-object>
    fn ignored_parameters(&mut self, context: Context, from: &Parameters<'a>, to: &Parameters<'a>) {
        for key in from.keys().chain(to.keys()).filter(|key| is_ignored(key)).collect::<BTreeSet<_>>() {
            let (old, new) = (from.get(key), to.get(key));
            if old.map(|node| node.value) != new.map(|node| node.value)
                && let Some(there) = old.or(new)
            {
                let pair = Nodes::new(old.unwrap_or(there).clone(), new.unwrap_or(there).clone());
                let found = IGNORED_HEADER_PARAMETER_CHANGED.with("parameter", Argument::name(&key.1));
                self.report(context, &pair, found);
            }
        }
    }

    fn parameter(&mut self, context: Context, pair: &Nodes<'a>) {
        if self.surely_same(pair) {
            return;
        }
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
        self.other_keys(context, pair, &known);
        self.flags(context, pair, &["required", "deprecated"]);
        self.containers(context, pair, &["content"], &[]);
        self.parameter_name(context, &pair.get("name"));
        let place = pair.old.text("in").unwrap_or_default();
        let rules = [&REQUEST_PARAMETER_BECAME_REQUIRED, &REQUEST_PARAMETER_BECAME_OPTIONAL];
        self.requiredness(context, pair, rules);
        let form = matches!(place, "query" | "cookie");
        let style = |node: &Node<'a>| node.text("style").unwrap_or(if form { "form" } else { "simple" }).to_owned();
        let explode =
            |node: &Node<'a>| node.value.get("explode").cloned().unwrap_or(Value::Bool(style(node) == "form"));
        self.defaulted(context, "style", pair, |node| style(node).into());
        self.defaulted(context, "explode", pair, explode);
        self.defaulted(context, "allowReserved", pair, |node| node.is_true("allowReserved").into());
        match pair.are_true("allowEmptyValue") {
            (false, true) => self.report(context, &pair.get("allowEmptyValue"), &EMPTY_VALUE_ALLOWED),
            (true, false) => self.report(context, &pair.get("allowEmptyValue"), &EMPTY_VALUE_DISALLOWED),
            _ => {}
        }
        self.deprecation(context, "request-parameter", pair);
        let (header, required) = (place == "header", pair.new.is_true("required"));
        let encoding = |node: &Node<'a>| match (node.has("schema"), node.members("content").next()) {
            (false, Some((name, _))) => Some(name),
            _ => None,
        };
        match (encoding(&pair.old), encoding(&pair.new)) {
            (Some(name), None) if pair.new.has("schema") => {
                self.encoding_changed(context, pair, (name, "plain characters"));
            }
            (None, Some(name)) if pair.old.has("schema") => {
                self.encoding_changed(context, pair, ("plain characters", name));
            }
            _ => {
                self.parameter_schema(context, &pair.get("schema"), header, required);
                self.content(context, "request-parameter", pair);
            }
        }
    }

    /// A parameter that was sent as a media type has it, and is sent plainly now, or the other way round.
    fn encoding_changed(&mut self, context: Context, pair: &Nodes<'a>, (old, new): (&str, &str)) {
        let word = |word: &str| Argument::Word(word.to_owned());
        self.report(context, pair, PARAMETER_ENCODING_CHANGED.with("old", word(old)).with("new", word(new)));
    }

    /// How a header's name is written, in capitals or not, is for readers.
    fn parameter_name(&mut self, context: Context, pair: &Nodes<'a>) {
        if let (Some(old), Some(new)) = (pair.old.value.as_str(), pair.new.value.as_str())
            && old != new
            && old.eq_ignore_ascii_case(new)
        {
            let found = HEADER_PARAMETER_CASE_CHANGED.with("old", Argument::name(old)).with("new", Argument::name(new));
            self.report(context, pair, found);
        }
    }

    /// A key whose absence means something. Its change has no rule.
    fn defaulted(&mut self, context: Context, key: &str, pair: &Nodes<'a>, value: impl Fn(&Node<'a>) -> Value) {
        if value(&pair.old) != value(&pair.new) {
            self.unclassified(context, &pair.get(key));
        }
    }
}

/// The parameters of several holders; those of later ones take the place of those of earlier ones.
fn all<'a>(holders: &[&Node<'a>]) -> Parameters<'a> {
    let all = holders.iter().flat_map(|holder| holder.items("parameters"));
    all.map(Node::resolved)
        .map(|node| {
            let text = |key| node.text(key).unwrap_or_default().to_owned();
            let (place, name) = (text("in"), text("name"));
            // Capitals make no difference in the name of a header.
            let name = if place == "header" { name.to_ascii_lowercase() } else { name };
            ((place, name), node)
        })
        .collect()
}

fn is_ignored((place, name): &(String, String)) -> bool {
    place == "header" && ["accept", "content-type", "authorization"].contains(&name.as_str())
}

fn without_ignored(parameters: Parameters<'_>) -> Parameters<'_> {
    parameters.into_iter().filter(|(key, _)| !is_ignored(key)).collect()
}
