//! Security: what callers must show, and the schemes that it is shown by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::argument::Argument;
use super::context::Context;
use super::findings::Found;
use super::node::Node;
use super::pair::Nodes;
use super::rules::table::{
    SECURITY_ADDED, SECURITY_COMPONENT_ADDED, SECURITY_COMPONENT_OAUTH_SCOPE_ADDED,
    SECURITY_COMPONENT_OAUTH_SCOPE_CHANGED, SECURITY_COMPONENT_OAUTH_SCOPE_REMOVED,
    SECURITY_COMPONENT_OAUTH_TOKEN_URL_CHANGED, SECURITY_COMPONENT_OAUTH_URL_CHANGED, SECURITY_COMPONENT_REMOVED,
    SECURITY_COMPONENT_TYPE_CHANGED, SECURITY_REMOVED, SECURITY_RESTATED, SECURITY_SCOPE_ADDED, SECURITY_SCOPE_REMOVED,
};
use super::rules::{Downgrade, Rule, is_prose};
use super::walk::Walk;

/// One of the alternatives: schemes, each with its scopes. All of them are needed.
type Requirement = BTreeMap<String, Vec<String>>;

impl<'a> Walk<'a> {
    /// The requirements of an operation; without its own, the document's hold.
    pub(super) fn operation_security(&mut self, context: Context, operation: &Nodes<'a>) {
        let own = operation.get("security");
        if own.are_equal() {
            return;
        }
        let in_force = |node: &Node<'a>| match node.value {
            Value::Null => Node { value: node.root.get("security").unwrap_or(&Value::Null), ..node.clone() },
            _ => node.clone(),
        };
        let pair = Nodes::new(in_force(&own.old), in_force(&own.new));
        let (was, is) = own.absent();
        if was != is && sorted(pair.old.value) == sorted(pair.new.value) {
            return self.report(context, &own, &SECURITY_RESTATED);
        }
        self.security(context, &pair, "api-security");
    }

    /// Security requirements: any one of the list suffices.
    pub(super) fn security(&mut self, context: Context, pair: &Nodes<'a>, role: &'static str) {
        // Neither the requirements nor the scopes of one have an order.
        if sorted(pair.old.value) == sorted(pair.new.value) {
            return;
        }
        let (Some(from), Some(to)) = (requirements(pair.old.value), requirements(pair.new.value)) else {
            return self.unclassified(context, pair);
        };
        // A scheme is what it says: under another key it is the same.
        let keys = self.renamed_schemes();
        let renamed = |requirement: Requirement| -> Requirement {
            requirement.into_iter().map(|(key, scopes)| (keys.get(&key).cloned().unwrap_or(key), scopes)).collect()
        };
        let unique = |all: Vec<Requirement>| -> Vec<Requirement> {
            let mut seen = BTreeSet::new();
            all.into_iter().filter(|one| seen.insert(one.clone())).collect()
        };
        let (from, to) = (unique(from), unique(to.into_iter().map(renamed).collect()));
        if from.iter().collect::<BTreeSet<_>>() == to.iter().collect::<BTreeSet<_>>() {
            return self.report(context, pair, &SECURITY_RESTATED);
        }
        let before = self.found();
        // Whoever met the old requirement is let in still where a new one asks for nothing more.
        let met_still = |old: &Requirement| is_open(&to) || to.iter().any(|new| asks_no_more(new, old));
        let open = is_open(&from);
        let nobody_is_left = open || !from.iter().any(met_still);
        for requirement in &from {
            let downgrade = match (met_still(requirement), nobody_is_left) {
                (true, _) => Some(Downgrade::RequirementRelaxed),
                (false, false) => Some(Downgrade::AlternativesRemain),
                (false, true) => None,
            };
            match to.iter().find(|other| same_schemes(requirement, other)) {
                // Of several, one may be there as it was.
                Some(_) if to.contains(requirement) => {}
                Some(other) => self.scopes(context, role, downgrade, pair, (requirement, other)),
                None => {
                    let found = SECURITY_REMOVED.of(role).downgraded(downgrade).with("schemes", name(requirement));
                    self.report(context, pair, found);
                }
            }
        }
        for requirement in to.iter().filter(|new| !from.iter().any(|old| same_schemes(new, old))) {
            // Another way in harms nobody, unless there was none to need.
            let downgrade = Some(Downgrade::AlternativeAdded).filter(|_| !open || is_open(&to));
            let found = SECURITY_ADDED.of(role).downgraded(downgrade).with("schemes", name(requirement));
            self.report(context, pair, found);
        }
        if self.found() == before {
            self.unclassified(context, pair);
        }
    }

    /// The keys of schemes in the new document that the old one has under other keys, which the new one lacks.
    fn renamed_schemes(&self) -> BTreeMap<String, String> {
        let schemes = |root: &'a Value| -> BTreeMap<String, String> {
            let map = root.pointer("/components/securitySchemes").and_then(Value::as_object);
            map.into_iter().flatten().map(|(name, scheme)| (name.clone(), meant(scheme))).collect()
        };
        let (old, new) = (schemes(self.old), schemes(self.new));
        let gone = old.iter().filter(|(name, _)| !new.contains_key(*name));
        let pairs = gone.filter_map(|(name, meaning)| {
            let came = new.iter().find(|(other, of)| *of == meaning && !old.contains_key(*other));
            came.map(|(other, _)| (other.clone(), name.clone()))
        });
        pairs.collect()
    }

    fn scopes(
        &mut self,
        context: Context,
        role: &'static str,
        downgrade: Option<Downgrade>,
        pair: &Nodes<'a>,
        (old, new): (&Requirement, &Requirement),
    ) {
        for (scheme, scopes) in old {
            let now = new.get(scheme).map(Vec::as_slice).unwrap_or_default();
            let added = SECURITY_SCOPE_ADDED.of(role).downgraded(downgrade);
            for (list, other, found) in [(&scopes[..], now, SECURITY_SCOPE_REMOVED.of(role)), (now, &scopes[..], added)]
            {
                for scope in list.iter().filter(|scope| !other.contains(scope)) {
                    let found = found.clone().with("scope", Argument::name(scope));
                    self.report(context, pair, found.with("scheme", Argument::name(scheme)));
                }
            }
        }
    }

    pub(super) fn security_schemes(&mut self, context: Context, components: &Nodes<'a>) {
        self.containers(context, components, &["securitySchemes"], &[]);
        let schemes = |node: &Node<'a>| -> BTreeMap<&'a String, Node<'a>> {
            node.members("securitySchemes").map(|(name, node)| (name, node.resolved())).collect()
        };
        let (from, to) = (schemes(&components.old), schemes(&components.new));
        for (name, old) in &from {
            match to.get(name) {
                Some(new) => self.security_scheme(context, &Nodes::new(old.clone(), new.clone())),
                None => {
                    let found = SECURITY_COMPONENT_REMOVED.with("scheme", Argument::name(*name));
                    self.report(context, &Nodes::only(old), found);
                }
            }
        }
        for (name, new) in to.iter().filter(|(name, _)| !from.contains_key(*name)) {
            let found = SECURITY_COMPONENT_ADDED.with("scheme", Argument::name(*name));
            self.report(context, &Nodes::only(new), found);
        }
    }

    fn security_scheme(&mut self, context: Context, scheme: &Nodes<'a>) {
        self.other_keys(context, scheme, &["type", "flows", "scheme", "bearerFormat"]);
        let bearer_format = scheme.get("bearerFormat");
        if !bearer_format.are_equal() {
            // A hint for those who write clients.
            self.text_changed(context, &bearer_format, "bearerFormat");
        }
        let name = scheme.get("scheme");
        match name.values() {
            (Value::String(old), Value::String(new)) if old.eq_ignore_ascii_case(new) => {}
            _ if name.are_equal() => {}
            _ => self.unclassified(context, &name),
        }
        self.changed_to(context, &scheme.get("type"), &SECURITY_COMPONENT_TYPE_CHANGED);
        self.containers(context, scheme, &["flows"], &[]);
        let flows = scheme.get("flows");
        let in_both = |flow: &&str| flows.old.has(flow) && flows.new.has(flow);
        let known: Vec<&str> = FLOWS.into_iter().filter(in_both).collect();
        self.other_keys(context, &flows, &known);
        for flow in known.into_iter().map(|flow| flows.get(flow)) {
            self.other_keys(context, &flow, &["authorizationUrl", "tokenUrl", "scopes"]);
            self.containers(context, &flow, &["scopes"], &[]);
            self.changed_to(context, &flow.get("authorizationUrl"), &SECURITY_COMPONENT_OAUTH_URL_CHANGED);
            self.changed_to(context, &flow.get("tokenUrl"), &SECURITY_COMPONENT_OAUTH_TOKEN_URL_CHANGED);
            let scopes = flow.get("scopes");
            for name in scopes.keys().collect::<BTreeSet<_>>() {
                let scope = scopes.get(name);
                let rule = match (scopes.old.has(name), scopes.new.has(name)) {
                    (true, false) => &SECURITY_COMPONENT_OAUTH_SCOPE_REMOVED,
                    (false, _) => &SECURITY_COMPONENT_OAUTH_SCOPE_ADDED,
                    _ if !scope.are_equal() => &SECURITY_COMPONENT_OAUTH_SCOPE_CHANGED,
                    _ => continue,
                };
                let found = rule.with("scope", Argument::name(name)).with_change(scope.values());
                self.report(context, &scope, found);
            }
        }
    }

    /// A value that became another one.
    fn changed_to(&mut self, context: Context, pair: &Nodes<'a>, rule: &'static Rule) {
        if !pair.are_equal() {
            self.report(context, pair, Found::from(rule).with_change(pair.values()));
        }
    }
}

/// The flows of OAuth.
const FLOWS: [&str; 4] = ["implicit", "password", "clientCredentials", "authorizationCode"];

/// What a scheme asks for, as canonical JSON without prose.
fn meant(scheme: &Value) -> String {
    let Value::Object(map) = scheme else { return scheme.to_string() };
    let said = map.iter().filter(|(key, _)| !is_prose(key) && *key != "bearerFormat");
    let said = said.map(|(key, value)| match (key.as_str(), value) {
        // The names of schemes of HTTP have no case. (RFC 9110, 11.1)
        ("scheme", Value::String(name)) => (key.clone(), name.to_ascii_lowercase().into()),
        _ => (key.clone(), value.clone()),
    });
    sorted(&Value::Object(said.collect())).to_string()
}

/// Whether callers are let in who show nothing.
fn is_open(requirements: &[Requirement]) -> bool {
    requirements.is_empty() || requirements.iter().any(Requirement::is_empty)
}

/// The alternatives. Nothing where it is not a list of requirements.
fn requirements(value: &Value) -> Option<Vec<Requirement>> {
    let list = match value {
        Value::Null => return Some(Vec::new()),
        value => value.as_array()?,
    };
    // Neither order nor repetition says anything.
    let scopes = |scopes: &Value| -> Option<Vec<String>> {
        let all: Option<BTreeSet<String>> =
            scopes.as_array()?.iter().map(|scope| scope.as_str().map(str::to_owned)).collect();
        Some(all?.into_iter().collect())
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

fn name(requirement: &Requirement) -> Argument {
    match requirement.is_empty() {
        true => Argument::Word("no security at all".to_owned()),
        false => Argument::name(requirement.keys().map(String::as_str).collect::<Vec<_>>().join("+")),
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
