//! Which types travel which way: what the client sends is checked, what the server sends is read if it can be.
//!
//! before: `Operation { call: ListBackups, answer: types::PaginatedBackup, … }`
//! after:  the response types `PaginatedBackup`, `Backup`, `Actor`, …, of which `PaginatedBackup` is an answer

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::document::{operations, resolved};
use super::model::Operation;
use super::rust::{argument, last_name};
use super::shapes::{Kind, Shape};

/// Which types travel which way, by their names in `types`.
pub(crate) struct Directions {
    /// What the server sends.
    pub(crate) response: BTreeSet<String>,
    /// What the client sends.
    pub(crate) request: BTreeSet<String>,
    /// What an operation answers with as a whole.
    pub(crate) answers: BTreeSet<String>,
}

impl Directions {
    pub(crate) fn of(shapes: &[Shape], model: &[Operation<'_>]) -> Self {
        let graph = graph(shapes);
        let answers: BTreeSet<String> = model.iter().flat_map(Operation::received).collect();
        let request = reach(&graph, model.iter().flat_map(Operation::sent).collect());
        Self { response: reach(&graph, answers.clone()), request, answers }
    }

    /// Has each field be what it is in the direction that its type travels in. Of what is sent it is told apart that it
    /// is unset, that it is null, and its value, an empty list among them: typify forgets null where a field may be left
    /// out, too, and the list that is empty.
    ///
    /// before: `note: Option<String>`, and `cidrs: Vec<String>` that is left out where it is empty
    /// after:  `note: crate::Nullable<String>`, and `cidrs: Option<Vec<String>>`
    pub(crate) fn tell_apart(&self, shapes: &mut [Shape]) {
        for shape in shapes.iter_mut().filter(|shape| self.request.contains(&shape.name.to_string())) {
            let is_received = self.response.contains(&shape.name.to_string());
            let Kind::Object(object) = &mut shape.kind else { continue };
            for field in object.fields.iter_mut().filter(|field| !field.is_required) {
                let ty = &field.ty;
                if last_name(ty).is_some_and(|name| name == "Vec" || name == "HashMap" || name == "Map") {
                    field.ty = syn::parse_quote!(::std::option::Option<#ty>);
                }
                if let Some(inner) = argument(&field.ty, "Option").filter(|_| field.is_nullable && !is_received) {
                    field.ty = syn::parse_quote!(crate::Nullable<#inner>);
                }
            }
        }
    }
}

/// Which types each type holds.
pub(crate) fn graph(shapes: &[Shape]) -> BTreeMap<String, BTreeSet<String>> {
    shapes.iter().map(|shape| (shape.name.to_string(), shape.names())).collect()
}

/// The types that operations of a document answer with as a whole. What is insisted on in them is so whatever
/// features are on: an answer of an operation that is left out may be part of another one.
pub(crate) fn answers_of(document: &Value) -> BTreeSet<String> {
    let responses = operations(document).filter_map(|(_, _, operation)| operation.get("responses")?.as_object());
    let successes = responses.flatten().filter(|(status, _)| status.starts_with('2'));
    let content = successes.filter_map(|(_, response)| resolved(response, document).get("content")?.as_object());
    let schemas = content.flatten().filter_map(|(_, media)| media.get("schema")?.get("$ref")?.as_str());
    let names = schemas.filter_map(|to| to.strip_prefix("#/components/schemas/"));
    names.map(ToUpperCamelCase::to_upper_camel_case).collect()
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
