//! Schemas that are described by themselves: typify would follow them without an end, and overflow the stack.
//!
//! refused: `Node: {oneOf: [{$ref: '#/components/schemas/Leaf'}, {$ref: '#/components/schemas/Node'}]}`, which is its
//!          own alternative
//! refused: `allOf: [{properties: {a: {$ref: X}}}, {properties: {a: {$ref: Y}}}]`, where `X` and `Y` are made alike: to
//!          join two such objects, their fields are joined, which again are two such objects
//!
//! A schema that only holds itself, as a property, an item or a value of a map, is fine, and not touched. What no
//! operation leads to is dropped.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Error;
use super::document::{escape, operations, reached_from, resolved, schemas};

/// How many joins of schemas are looked at for one of them: with more, it is not known to end.
const MOST_JOINS: usize = 20_000;

/// Refuses what an operation reaches.
///
/// # Errors
/// Names the operation and the schema.
pub(crate) fn refuse(document: &mut Value) -> Result<(), Error> {
    let found = circles(document);
    if found.is_empty() {
        return Ok(());
    }
    for (path, method, operation) in operations(document) {
        let at = format!("/paths/{}/{method}", escape(path));
        let shared = &document["paths"][path]["parameters"];
        let reached = reached_from(document, vec![operation, shared]);
        let is_reached = |circle: &&String| is_below(circle, &at) || is_below_any(circle, &reached);
        if let Some(circle) = found.iter().find(is_reached) {
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let why = format!(
                "has a schema that is described by itself, without an end, at #{circle}: no type can be made of it"
            );
            return Err(Error::operation(id, format!("#{at}"), why));
        }
    }
    let leads_there = |name: &str, schema: &Value| {
        let mut reached = reached_from(document, vec![schema]);
        reached.insert(format!("/components/schemas/{}", escape(name)));
        found.iter().any(|circle| is_below_any(circle, &reached))
    };
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let dropped: BTreeSet<String> =
        schemas.filter(|(name, schema)| leads_there(name, schema)).map(|(name, _)| name.clone()).collect();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.retain(|name, _| !dropped.contains(name));
    }
    Ok(())
}

fn is_below(pointer: &str, around: &str) -> bool {
    pointer.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_below_any(pointer: &str, around: &BTreeSet<String>) -> bool {
    around.iter().any(|around| is_below(pointer, around))
}

/// The pointers of the schemas that are described by themselves.
fn circles(document: &Value) -> Vec<String> {
    let mut schemas = schemas(document);
    schemas.retain(|(_, schema)| schema.get("$ref").is_some() || !members(schema).is_empty());
    let of_itself = schemas.iter().filter(|(_, schema)| is_part_of_itself(schema, document));
    let found: Vec<String> = of_itself.map(|(at, _)| at.clone()).collect();
    // Only where there are none of those does it end to ask for the others.
    if !found.is_empty() {
        return found;
    }
    let is_endless = |schema: &Value| {
        let mut joins = Joins { root: document, open: Vec::new(), left: MOST_JOINS };
        joins.is_endless(&[schema])
    };
    let joins = schemas.into_iter().filter(|(_, schema)| !members(schema).is_empty());
    joins.filter(|(_, schema)| is_endless(schema)).map(|(at, _)| at).collect()
}

/// The schemas that a schema is composed of: all of them, or one.
fn members(schema: &Value) -> Vec<&Value> {
    let lists = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array());
    lists.flatten().collect()
}

fn is_part_of_itself(schema: &Value, root: &Value) -> bool {
    let (mut open, mut seen) = (vec![schema], BTreeSet::new());
    while let Some(part) = open.pop() {
        let target = part.get("$ref").and_then(Value::as_str).and_then(|to| root.pointer(to.strip_prefix('#')?));
        for next in target.into_iter().chain(members(part)) {
            if std::ptr::eq(next, schema) {
                return true;
            }
            if seen.insert(std::ptr::from_ref(next)) {
                open.push(next);
            }
        }
    }
    false
}

/// The joins of schemas that typify makes of an `allOf`, or of alternatives beside other keywords.
struct Joins<'v> {
    root: &'v Value,
    /// The schemas that are being joined, from outside in.
    open: Vec<Vec<*const Value>>,
    /// How many more are looked at.
    left: usize,
}

impl<'v> Joins<'v> {
    /// Whether a join of schemas leads to a join of the same ones.
    fn is_endless(&mut self, schemas: &[&'v Value]) -> bool {
        let mut bodies = Vec::new();
        schemas.iter().for_each(|schema| self.flatten(schema, &mut bodies));
        let unions = bodies.iter().flat_map(|body| unions(body)).collect();
        self.is_endless_with(bodies, unions)
    }

    /// The same, with one of the alternatives of each union.
    fn is_endless_with(&mut self, bodies: Vec<&'v Value>, mut open: Vec<&'v [Value]>) -> bool {
        let Some(alternatives) = open.pop() else { return self.is_endless_in(&bodies) };
        if self.left == 0 {
            return true;
        }
        self.left -= 1;
        alternatives.iter().any(|alternative| {
            let mut all = bodies.clone();
            self.flatten(alternative, &mut all);
            let more = all[bodies.len()..].iter().flat_map(|body| unions(body));
            let open = open.iter().copied().chain(more).collect();
            self.is_endless_with(all, open)
        })
    }

    /// The same, of schemas that are joined all.
    fn is_endless_in(&mut self, bodies: &[&'v Value]) -> bool {
        let mut fields: BTreeMap<&str, Vec<&'v Value>> = BTreeMap::new();
        let properties = |body: &'v Value| body.get("properties").and_then(Value::as_object);
        let others = |body: &'v Value| body.get("additionalProperties").filter(|schema| schema.is_object());
        for body in bodies {
            for (name, property) in properties(body).into_iter().flatten() {
                fields.entry(name).or_default().push(property);
            }
        }
        for body in bodies.iter().filter_map(|body| Some((properties(body), others(body)?))) {
            let is_other = |name: &str| body.0.is_none_or(|properties| !properties.contains_key(name));
            fields.iter_mut().filter(|(name, _)| is_other(name)).for_each(|(_, joined)| joined.push(body.1));
        }
        let items = bodies.iter().filter_map(|body| body.get("items"));
        let joined = fields.into_values().chain([items.collect(), bodies.iter().copied().filter_map(others).collect()]);
        joined.collect::<Vec<_>>().into_iter().any(|schemas| self.is_endless_for(schemas))
    }

    /// The same, of what is at one place in several schemas.
    fn is_endless_for(&mut self, schemas: Vec<&'v Value>) -> bool {
        let named: Vec<Option<*const Value>> = schemas.iter().map(|schema| self.named(schema)).collect();
        // References to one schema are that.
        if schemas.len() < 2 || named[0].is_some() && named.iter().all(|other| *other == named[0]) {
            return false;
        }
        let mut key: Vec<*const Value> =
            schemas.iter().map(|schema| std::ptr::from_ref(resolved(schema, self.root))).collect();
        key.sort();
        if self.left == 0 || self.open.contains(&key) {
            return true;
        }
        self.left -= 1;
        self.open.push(key);
        let is_endless = self.is_endless(&schemas);
        self.open.pop();
        is_endless
    }

    /// What a schema refers to, if it does nothing else. A sole member of an `allOf` is that for typify where it is an
    /// object of its own, and the schema is no union with null.
    fn named(&self, schema: &'v Value) -> Option<*const Value> {
        if schema.get("$ref").is_some() {
            return Some(std::ptr::from_ref(resolved(schema, self.root)));
        }
        let says_more =
            ["properties", "items", "oneOf", "anyOf", "nullable"].iter().any(|key| schema.get(key).is_some());
        let [member] = schema.get("allOf")?.as_array()?.as_slice() else { return None };
        let inner = resolved(member, self.root);
        let is_plain = member.get("$ref").is_some() && !says_more && members(inner).is_empty();
        is_plain.then_some(std::ptr::from_ref(inner))
    }

    /// Adds a schema and all that it is composed of by `allOf`, none of them more than twice.
    fn flatten(&self, schema: &'v Value, into: &mut Vec<&'v Value>) {
        let schema = resolved(schema, self.root);
        if into.iter().filter(|other| std::ptr::eq(**other, schema)).count() < 2 {
            into.push(schema);
            let members = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            members.for_each(|member| self.flatten(member, into));
        }
    }
}

/// The lists of alternatives that a schema has.
fn unions(schema: &Value) -> impl Iterator<Item = &[Value]> {
    let schema: Option<&Map<String, Value>> = schema.as_object();
    let lists = ["oneOf", "anyOf"].into_iter().filter_map(move |key| schema?.get(key)?.as_array());
    lists.map(Vec::as_slice).filter(|members| !members.is_empty())
}
