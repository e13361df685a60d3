//! Null, said where a value may be it.
//!
//! before: `Owner: {type: object, nullable: true, …}` and `owner: {$ref: '#/components/schemas/Owner'}`, of which
//!         typify forgets the null
//! after:  `Owner: {type: object, …}` and `owner: {allOf: [{$ref: '#/components/schemas/Owner'}], nullable: true}`

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{each_schema, escape, says_nothing};

/// Reads the alternative that is null as `nullable`, which is what typify knows.
///
/// before: `anyOf: [{$ref: '#/components/schemas/Owner'}, {type: object, nullable: true, enum: [null]}]`
/// after:  `allOf: [{$ref: '#/components/schemas/Owner'}], nullable: true`
pub fn fold(document: &mut Value) {
    each_schema(document, &mut |schema| {
        for keyword in ["anyOf", "oneOf"] {
            let Some(Value::Array(members)) = schema.get(keyword) else { continue };
            let (null, others): (Vec<&Value>, Vec<&Value>) = members.iter().partition(|member| is_null(member));
            let is_bare = schema.keys().all(|key| key == keyword || says_nothing(key));
            if null.is_empty() || others.is_empty() || !is_bare {
                continue;
            }
            let inner = match others[..] {
                [Value::Object(one)]
                    if one.keys().all(|key| !schema.contains_key(key)) && !one.contains_key("$ref") =>
                {
                    one.clone()
                }
                [one] => Map::from_iter([("allOf".to_owned(), json!([one]))]),
                _ => Map::from_iter([(keyword.to_owned(), json!(others))]),
            };
            schema.remove(keyword);
            schema.extend(inner);
            schema.insert("nullable".to_owned(), true.into());
        }
    });
}

/// Whether a schema allows null alone.
fn is_null(schema: &Value) -> bool {
    schema.get("enum").is_some_and(|values| *values == json!([null]))
}

/// Moves null from the components to where they are referred to.
pub fn prepare(document: &mut Value) {
    let mut nullable = BTreeSet::new();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        // A name for another nullable schema is nullable, too.
        while schemas.iter().any(|(name, schema)| allows_null(schema, &nullable) && nullable.insert(pointer(name))) {}
        for (name, schema) in schemas {
            if let Some(schema) = schema.as_object_mut().filter(|_| nullable.contains(&pointer(name))) {
                schema.remove("nullable");
            }
        }
    }
    if !nullable.is_empty() {
        mark(document, &nullable);
    }
}

fn pointer(name: &str) -> String {
    format!("#/components/schemas/{}", escape(name))
}

fn refers_to(schema: &Value, nullable: &BTreeSet<String>) -> bool {
    schema.get("$ref").and_then(Value::as_str).is_some_and(|to| nullable.contains(to))
}

/// Whether a component may be null: by itself, or as one of the alternatives that are null.
fn allows_null(schema: &Value, nullable: &BTreeSet<String>) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true)) || refers_to(schema, nullable)
}

fn mark(document: &mut Value, nullable: &BTreeSet<String>) {
    let may_be_null = |schema: &mut Value| {
        if refers_to(schema, nullable) {
            *schema = json!({ "allOf": [schema.take()], "nullable": true });
        }
    };
    each_schema(document, &mut |schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        properties.into_iter().flat_map(|properties| properties.values_mut()).for_each(may_be_null);
        ["items", "additionalProperties"].iter().for_each(|key| schema.get_mut(*key).into_iter().for_each(may_be_null));
    });
}
