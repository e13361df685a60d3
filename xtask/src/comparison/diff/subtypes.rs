//! Which components are subtypes of which.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::bounds::Met;
use super::node::Node;
use crate::upstream::spec::{self, pointer_token};

/// The schemas among the components that have another one in their `allOf`, directly or by one that has, by the
/// pointer of that one.
pub(super) struct Subtypes(HashMap<String, BTreeSet<String>>);

impl Subtypes {
    /// The subtypes in a document.
    pub(super) fn of(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        let mut direct: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (name, schema) in schemas.into_iter().flatten() {
            let own = format!("/components/schemas/{}", pointer_token(name));
            let (mut seen, mut open) = (Met::default(), vec![Node { root: document, value: schema, at: own.clone() }]);
            // Members of members that are written in place, and what stands behind one reference after another.
            while let Some(node) = open.pop() {
                for member in node.items("allOf") {
                    match member.text("$ref").and_then(spec::target) {
                        Some(base) => {
                            let end = member.clone().resolved().at;
                            direct.entry(base.into_owned()).or_default().insert(own.clone());
                            direct.entry(end).or_default().insert(own.clone());
                        }
                        None if seen.is_new(member.at.clone()) => open.push(member),
                        None => {}
                    }
                }
            }
        }
        Self(direct)
    }

    /// The subtypes of a schema, at any depth.
    pub(super) fn below(&self, pointer: &str) -> BTreeSet<String> {
        let (mut seen, mut open, mut all) = (Met::default(), vec![pointer], BTreeSet::new());
        while let Some(base) = open.pop() {
            for subtype in self.0.get(base).into_iter().flatten().filter(|subtype| *subtype != pointer) {
                if seen.is_new(subtype.as_str()) {
                    all.insert(subtype.clone());
                    open.push(subtype);
                }
            }
        }
        all
    }
}
