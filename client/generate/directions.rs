//! Which types travel which way: what the client sends is checked, what the server sends is read if it can be.
//!
//! before: `ListBackups::send() -> Result<ResponseValue<types::PaginatedBackup>, _>`
//! after:  the response types `PaginatedBackup`, `Backup`, `Actor`, …, of which `PaginatedBackup` is an answer

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;
use syn::Item;
use syn::visit::Visit;

use super::Error;
use super::document::{METHODS, resolved};
use super::rust::{CALLS, as_send, missing, module};

/// Which types travel which way, by their names in `types`.
pub struct Directions {
    /// What the server sends, errors included.
    pub(crate) response: BTreeSet<String>,
    /// What the client sends.
    pub(crate) request: BTreeSet<String>,
    /// What an operation answers with as a whole.
    pub(crate) answers: BTreeSet<String>,
}

impl Directions {
    pub fn of(file: &syn::File) -> Result<Self, Error> {
        let types = module(&file.items, "types").ok_or_else(|| missing("mod types"))?;
        let builder = module(&file.items, CALLS).ok_or_else(|| missing("mod calls"))?;
        let graph: BTreeMap<String, BTreeSet<String>> = types
            .iter()
            .filter_map(|item| match item {
                Item::Struct(item) => Some((item.ident.to_string(), names_in(|n| n.visit_item_struct(item)))),
                Item::Enum(item) => Some((item.ident.to_string(), names_in(|n| n.visit_item_enum(item)))),
                _ => None,
            })
            .collect();
        let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
        for item in builder {
            match item {
                Item::Struct(item) => sent.extend(names_in(|n| n.visit_item_struct(item))),
                Item::Impl(item) => {
                    for send in item.items.iter().filter_map(as_send) {
                        received.extend(names_in(|n| n.visit_return_type(&send.sig.output)));
                    }
                }
                _ => {}
            }
        }
        let answers = received.clone();
        Ok(Self { response: reach(&graph, received), request: reach(&graph, sent), answers })
    }
}

/// The types that operations of a document answer with as a whole. What is insisted on in them is so whatever
/// features are on: an answer of an operation that is left out may be part of another one.
pub(crate) fn answers_of(document: &Value) -> BTreeSet<String> {
    let mut answers = BTreeSet::new();
    for item in document.get("paths").and_then(Value::as_object).into_iter().flatten().map(|(_, item)| item) {
        let operations = METHODS.iter().filter_map(|method| item.get(method)?.get("responses")?.as_object());
        let successes = operations.flatten().filter(|(status, _)| status.starts_with('2'));
        for (_, response) in successes {
            let content = resolved(response, document).get("content").and_then(Value::as_object);
            let schemas =
                content.into_iter().flatten().filter_map(|(_, media)| media.get("schema")?.get("$ref")?.as_str());
            let names = schemas.filter_map(|to| to.strip_prefix("#/components/schemas/"));
            answers.extend(names.map(ToUpperCamelCase::to_upper_camel_case));
        }
    }
    answers
}

/// All that the names reach in the graph, themselves included.
pub(crate) fn reach(graph: &BTreeMap<String, BTreeSet<String>>, from: BTreeSet<String>) -> BTreeSet<String> {
    let mut open: Vec<String> = from.into_iter().filter(|n| graph.contains_key(n)).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let next = graph[&name].iter().filter(|n| graph.contains_key(*n));
        open.extend(next.filter(|n| !seen.contains(*n)).cloned());
        seen.insert(name);
    }
    seen
}

/// The last names of all paths in what `visit` visits, but for those of other crates: `::std::string::String` is no type
/// of the document that is called so.
pub(crate) fn names_in(visit: impl FnOnce(&mut Names)) -> BTreeSet<String> {
    let mut names = Names::default();
    visit(&mut names);
    names.0
}

#[derive(Default)]
pub(crate) struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(last) = path.segments.last().filter(|_| path.leading_colon.is_none()) {
            self.0.insert(last.ident.to_string());
        }
        syn::visit::visit_path(self, path);
    }
}
