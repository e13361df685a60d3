//! Names for the types that the vendor describes inline.
//!
//! The vendor repeats a schema wherever it is used. Here, schemas that are equal become one component,
//! and are referred to. Text for readers and what belongs to a place rather than to a type (`nullable`,
//! `deprecated`, `readOnly`, `writeOnly`, `default`, `example`) make no difference; nor does
//! `additionalProperties: false`, as the client is open to new fields.
//!
//! before: `backups/get → { actor: { type: object, properties: … } }`
//! after:  `backups/get → $ref Backup`, `Backup: { actor: { allOf: [$ref Actor] } }`, `Actor: …`
//!
//! 1. `operations` gives each operation its name, as its operationId;
//! 2. `bodies` tells the bodies of requests apart, one for each operation;
//! 3. `lift` takes the schemas out, and tells which are equal, by their `shape`;
//! 4. `snapshots` joins those of different documents of which one only adds to the other: the vendor
//!    publishes a page for each operation, and pages are of different days;
//! 5. `rule` finds the names. A name that was given once is kept in a `table`, `openapi/names.toml`.

mod bodies;
mod lift;
mod lifted;
mod names;
mod operations;
mod place;
mod rule;
mod snapshots;
mod table;
mod union;
pub mod words;

use std::collections::BTreeMap;

use serde_json::Value;

use self::names::Names;
pub use self::table::Table;
use crate::generate::document::nulls;

/// A document whose types have names.
#[derive(Clone, Debug)]
pub struct Named {
    /// The document.
    pub value: Value,
    /// The names that were given, and those that stand.
    pub table: Table,
    /// What there is to say of the table.
    pub notes: Vec<String>,
}

/// Gives names to a document's types. `origins` tells by operationId which of several documents an
/// operation is from.
pub fn name(document: &Value, origins: &BTreeMap<String, usize>, table: &Table) -> Named {
    let mut document = document.clone();
    // What belongs to a place is said there.
    nulls::fold(&mut document);
    nulls::prepare(&mut document);
    let table = &table.moved_to(&document);
    let operations = operations::name(&mut document, table);
    bodies::tell_apart(&mut document);
    let mut lifted = lift::lift(document, origins);
    snapshots::join(&mut lifted, table);
    let names = Names { operations, ..rule::names(&lifted, table) };
    let (table, notes) = table.followed_by(&names);
    Named { value: lifted.named(&names), table, notes }
}
