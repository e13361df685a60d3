//! What of a crate's public surface belongs to which operation and to which type.
//!
//! The operations of a document that the vendor publishes and those of the crate are told by method and path: a
//! function may have another name than its operation.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

use super::Crate;
use crate::upstream::operations;
use crate::upstream::spec;

/// What an item belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// An operation, by its function.
    Operation(String),
    /// A type, by its name.
    Type(String),
}

impl Unit {
    /// The item without which none of the others is there.
    pub fn head(&self) -> String {
        match self {
            Self::Operation(function) => format!("calls::{}", function.to_upper_camel_case()),
            Self::Type(name) => format!("types::{name}"),
        }
    }
}

impl Crate {
    /// The functions of the operations, by their routes.
    pub(super) fn functions_of(effective: &Value) -> BTreeMap<String, String> {
        let operations = operations::of(effective).into_iter();
        operations.map(|operation| (operation.route(), operation.id.to_snake_case())).collect()
    }

    /// The function of an operation, by its method and path.
    pub fn function(&self, endpoint: &str) -> Option<&str> {
        let (method, path) = endpoint.split_once(' ')?;
        self.functions.get(&operations::route(method, path)).map(String::as_str)
    }

    /// What an item of the surface belongs to; nothing, where that is code written by hand.
    pub fn unit(&self, item: &str) -> Option<Unit> {
        // What a call needs is told by its function.
        let item = item.split_once("(): ").map_or(item, |(function, _)| function);
        let item = item.split(": impl ").next().unwrap_or_default();
        let mut parts = item.split("::");
        match (parts.next()?, parts.next()) {
            ("types", Some("builder")) => Some(Unit::Type(parts.next()?.to_owned())),
            ("types", Some(name)) => Some(Unit::Type(name.to_owned())),
            ("calls", Some(call)) => {
                let mut functions = self.functions.values();
                functions.find(|function| function.to_upper_camel_case() == call).cloned().map(Unit::Operation)
            }
            // A method of the client or of a handle, or the function of a call.
            (_, Some(name)) => self.is_function(name).then(|| Unit::Operation(name.to_owned())),
            (name, None) => {
                let name = name.to_snake_case();
                self.is_function(&name).then_some(Unit::Operation(name))
            }
        }
    }

    fn is_function(&self, name: &str) -> bool {
        self.functions.values().any(|function| function == name)
    }

    /// The types that a place in upstream's document reaches.
    pub fn types_below(&self, pointer: &str) -> BTreeSet<String> {
        let mut types = BTreeSet::new();
        let mut left = self.places_of(pointer);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while let Some(at) = left.pop() {
            if !seen.insert(at.clone()) {
                continue;
            }
            let below = self.places.range(at.clone()..).take_while(|(place, _)| {
                place.strip_prefix(&at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            let items = below.flat_map(|(_, items)| items).filter_map(|item| item.strip_prefix("types::"));
            types.extend(items.filter_map(|item| item.split("::").next()).map(str::to_owned));
            if let Some(value) = self.effective.value.pointer(&at) {
                spec::references(value, &mut |_, reference| left.extend(spec::target(reference).map(Cow::into_owned)));
            }
        }
        types
    }
}
