//! Members of an `allOf` that disagree, of which typify makes a type without a value.
//!
//! before: `allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: integer}}}]`
//! after:  `{properties: {a: {description: "…"}}}`, so that `a` is any JSON
//!
//! And members that are there several times over, each of which typify would join with all others.
//!
//! before: `allOf: [{$ref: X}, {$ref: X}]`, and the same of `X`, and so on
//! after:  `allOf` with all that it is composed of, each once

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::{composed_of, each_schema, resolved, says_nothing};

/// Makes one object of each `allOf` whose members disagree.
pub(crate) fn prepare(document: &mut Value) {
    let root = document.clone();
    each_schema(document, &mut |schema| {
        if !schema.contains_key("allOf") {
            return;
        }
        let whole = Value::Object(schema.clone());
        if let Some(merged) = merged(&whole, &root) {
            *schema = merged;
        } else if let Some(members) = Members::of(&whole, &root) {
            schema.insert("allOf".to_owned(), members.into());
        }
    });
}

/// What a schema is composed of by `allOf`.
struct Members<'v> {
    root: &'v Value,
    found: Vec<Value>,
    seen: BTreeSet<*const Value>,
    /// The schemas that are being looked into.
    open: Vec<*const Value>,
    /// Whether one is there twice.
    is_twice: bool,
}

impl<'v> Members<'v> {
    /// The members, each once, where one is there twice; nothing, where none is, or one is a member of itself, which
    /// `circles` refuses.
    fn of(schema: &'v Value, root: &'v Value) -> Option<Vec<Value>> {
        let (found, seen) = (Vec::new(), BTreeSet::new());
        let mut members = Self { root, found, seen, open: Vec::new(), is_twice: false };
        for member in schema.get("allOf")?.as_array()? {
            members.add(member)?;
        }
        Some(members.found).filter(|_| members.is_twice)
    }

    fn add(&mut self, member: &'v Value) -> Option<()> {
        let schema = resolved(member, self.root);
        if self.open.contains(&std::ptr::from_ref(schema)) {
            return None;
        }
        if !self.seen.insert(schema) {
            self.is_twice = true;
            return Some(());
        }
        let Some(inner) = schema.get("allOf").and_then(Value::as_array) else {
            self.found.push(member.clone());
            return Some(());
        };
        self.open.push(schema);
        for member in inner {
            self.add(member)?;
        }
        self.open.pop();
        let mut own = schema.clone();
        if let Value::Object(map) = &mut own {
            map.remove("allOf");
            if map.keys().any(|key| !says_nothing(key)) {
                self.found.push(own);
            }
        }
        Some(())
    }
}

/// The object that members of an `allOf` are together; nothing, where they agree or are none.
fn merged(schema: &Value, root: &Value) -> Option<Map<String, Value>> {
    let members = composed_of(schema, root);
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for member in &members {
        for (name, property) in member.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let of = resolved(property, root).get("type").and_then(Value::as_str);
            types.entry(name).or_default().extend(of);
            properties.entry(name.clone()).or_insert_with(|| property.clone());
        }
        required.extend(member.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
    }
    let disagree = |types: &Vec<&str>| {
        let is_same =
            |of: &&str| *of == types[0] || matches!((*of, types[0]), ("integer", "number") | ("number", "integer"));
        !types.iter().all(is_same)
    };
    let disputed: Vec<&str> = types.iter().filter(|(_, types)| disagree(types)).map(|(name, _)| *name).collect();
    if disputed.is_empty() {
        return None;
    }
    for name in disputed {
        let said = properties[name].get("description").and_then(Value::as_str).unwrap_or_default();
        let text = format!("{said}\n\nThe description says {} of it at once.", types[name].join(" and "));
        properties[name] = json!({ "description": text.trim() });
    }
    required.sort_by_key(Value::to_string);
    required.dedup();
    let object = json!({ "type": "object", "properties": properties, "required": required });
    let mut object = object.as_object().cloned()?;
    for key in ["description", "nullable", "title"] {
        if let Some(said) = schema.get(key) {
            object.insert(key.to_owned(), said.clone());
        }
    }
    Some(object)
}
