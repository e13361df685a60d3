//! OpenAPI 3.1, read as 3.0 wherever that means the same.
//!
//! before: `{ type: [string, "null"], examples: [a], exclusiveMinimum: 1 }`
//! after:  `{ type: string, nullable: true, example: a, minimum: 1, exclusiveMinimum: true }`
//!
//! What has no counterpart stays as it is and is listed, each with its JSON pointer: no crate can be
//! made of it, and a difference in it is a finding of unknown effect. `nullable`, which 3.1 does not
//! know, keeps its meaning: what still says so means it, and an answer with null is read.
//! <https://www.openapis.org/blog/2021/02/16/migrating-from-openapi-3-0-to-3-1-0>

use serde_json::{Map, Value, json};

use super::{METHODS, anchors, is_data, pointer_token};

/// What stands in `openapi` of a document that was read so.
pub const READ_AS: &str = "3.0.3 (read from 3.1)";

/// Keywords of schemas that 3.0 has nothing for.
const FOREIGN: [&str; 21] = [
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$schema",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentMediaType",
];

/// What `$schema` may name without saying more than OpenAPI 3.1 does.
const DIALECTS: [&str; 2] =
    ["https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema"];

/// Whether a document says that it is OpenAPI 3.1.
pub fn is_31(document: &Value) -> bool {
    document.get("openapi").and_then(Value::as_str).is_some_and(|version| version.starts_with("3.1."))
}

/// Reads a document as 3.0. Returns what has no counterpart there.
pub fn read_as_30(document: &mut Value) -> Vec<String> {
    let mut reader = Reader { lost: Vec::new() };
    let Value::Object(map) = document else { return reader.lost };
    map.insert("openapi".to_owned(), READ_AS.into());
    map.entry("paths").or_insert_with(|| json!({}));
    match map.get("jsonSchemaDialect").and_then(Value::as_str) {
        Some(dialect) if DIALECTS.contains(&dialect.trim_end_matches('#')) => drop(map.remove("jsonSchemaDialect")),
        Some(dialect) => reader.lost.push(format!("#/jsonSchemaDialect: {dialect}")),
        None => {}
    }
    if let Some(Value::Object(items)) = document.pointer("/components/pathItems")
        && !items.is_empty()
    {
        reader.lost.push("#/components/pathItems".to_owned());
    }
    anchors::resolve(document);
    for key in ["paths", "webhooks"] {
        let Some(Value::Object(paths)) = document.get_mut(key) else { continue };
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(|item| item.iter_mut());
        for (_, operation) in operations.filter(|(key, _)| METHODS.contains(&key.as_str())) {
            if let Value::Object(operation) = operation {
                operation.entry("responses").or_insert_with(|| json!({}));
            }
        }
    }
    reader.document(document, "");
    reader.lost
}

struct Reader {
    lost: Vec<String>,
}

impl Reader {
    /// Whatever holds schemas.
    fn document(&mut self, value: &mut Value, at: &str) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    let below = format!("{at}/{}", pointer_token(key));
                    match (key.as_str(), inner) {
                        ("schema", inner) => self.schema(inner, &below),
                        ("schemas", Value::Object(schemas)) if at == "/components" => {
                            for (name, schema) in schemas {
                                self.schema(schema, &format!("{below}/{}", pointer_token(name)));
                            }
                        }
                        (key, _) if is_data(key) || key == "examples" => {}
                        (_, inner) => self.document(inner, &below),
                    }
                }
            }
            Value::Array(items) => {
                for (number, item) in items.iter_mut().enumerate() {
                    self.document(item, &format!("{at}/{number}"));
                }
            }
            _ => {}
        }
    }

    fn schema(&mut self, schema: &mut Value, at: &str) {
        match schema {
            Value::Bool(true) => *schema = json!({}),
            Value::Bool(false) => *schema = json!({ "not": {} }),
            Value::Object(map) => {
                self.inner(map, at);
                map.retain(|key, value| !says_nothing(key, value));
                without_idle(map);
                for key in FOREIGN {
                    if map.contains_key(key) {
                        self.lose(key, map, at);
                    }
                }
                self.types(map, at);
                without_null(map);
                constant(map);
                bounds(map);
                texts(map);
                beside_reference(map);
            }
            _ => {}
        }
    }

    fn inner(&mut self, map: &mut Map<String, Value>, at: &str) {
        for (key, value) in map.iter_mut() {
            let below = format!("{at}/{}", pointer_token(key));
            match (key.as_str(), value) {
                ("properties" | "patternProperties" | "dependentSchemas" | "$defs", Value::Object(schemas)) => {
                    for (name, schema) in schemas {
                        self.schema(schema, &format!("{below}/{}", pointer_token(name)));
                    }
                }
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                    for (number, schema) in schemas.iter_mut().enumerate() {
                        self.schema(schema, &format!("{below}/{number}"));
                    }
                }
                ("items" | "not" | "if" | "then" | "else" | "contains" | "propertyNames", schema) => {
                    self.schema(schema, &below);
                }
                (
                    "additionalProperties" | "unevaluatedItems" | "unevaluatedProperties" | "contentSchema",
                    schema @ Value::Object(_),
                ) => self.schema(schema, &below),
                _ => {}
            }
        }
    }

    /// A keyword that 3.0 has nothing for, unless it says nothing, or something that 3.0 says otherwise.
    fn lose(&mut self, key: &str, map: &mut Map<String, Value>, at: &str) {
        // What is neither text nor JSON is bytes, as they come.
        let media = map.get("contentMediaType").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let binary = !media.starts_with("text/") && !media.contains("json") && !media.contains("xml");
        match key {
            "contentMediaType" if binary && !map.contains_key("contentEncoding") && !map.contains_key("format") => {
                map.remove(key);
                map.entry("type").or_insert_with(|| "string".into());
                map.insert("format".to_owned(), "binary".into());
            }
            // What is in the text is for those who read it.
            "contentMediaType" => {}
            _ => self.lost.push(format!("#{at}/{}", pointer_token(key))),
        }
    }

    /// `type`, where it is a list, or null.
    fn types(&mut self, map: &mut Map<String, Value>, at: &str) {
        let names = match map.get("type") {
            Some(Value::Array(names)) => names.clone(),
            Some(Value::String(name)) if name == "null" => vec![name.clone().into()],
            _ => return,
        };
        let (null, others): (Vec<Value>, Vec<Value>) = names.into_iter().partition(|name| name == "null");
        match &others[..] {
            [] => {
                // Null, and nothing else.
                map.remove("type");
                map.insert("enum".to_owned(), json!([null]));
            }
            [one] => drop(map.insert("type".to_owned(), one.clone())),
            several if !map.contains_key("anyOf") => {
                let each = several.iter().map(|name| json!({ "type": name })).collect::<Vec<_>>();
                map.remove("type");
                map.insert("anyOf".to_owned(), each.into());
            }
            _ => return self.lost.push(format!("#{at}/type")),
        }
        // Where the values are listed, null must be one of them.
        let listed = map.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(&Value::Null));
        let constant = map.get("const").is_none_or(Value::is_null);
        if !null.is_empty() && listed && constant {
            map.insert("nullable".to_owned(), true.into());
        }
    }
}

/// Whether a keyword that 3.0 does not have says as much as its absence.
fn says_nothing(key: &str, value: &Value) -> bool {
    match key {
        "$schema" => value.as_str().is_some_and(|dialect| DIALECTS.contains(&dialect.trim_end_matches('#'))),
        "dependentRequired" | "dependentSchemas" | "patternProperties" => *value == json!({}),
        // They are reached by `$ref`s alone.
        "$defs" => *value == json!({}),
        "unevaluatedItems" | "unevaluatedProperties" | "propertyNames" | "contentSchema" => {
            *value == json!(true) || *value == json!({})
        }
        "prefixItems" => *value == json!([]),
        _ => false,
    }
}

/// Takes away what says nothing without another keyword that is not there, or no more than what holds anyway.
fn without_idle(map: &mut Map<String, Value>) {
    let one = |value: Option<&Value>| value.and_then(Value::as_f64) == Some(1.0);
    if !map.contains_key("contains") {
        map.remove("minContains");
        map.remove("maxContains");
    } else if one(map.get("minContains")) {
        map.remove("minContains");
    }
    // What is evaluated by a condition counts, too.
    let counts = map.keys().any(|key| key.starts_with("unevaluated"));
    if !map.contains_key("if") {
        map.remove("then");
        map.remove("else");
    } else if !counts && !map.contains_key("then") && !map.contains_key("else") {
        map.remove("if");
    }
    if !map.contains_key("contentMediaType") {
        map.remove("contentSchema");
    }
}

/// An alternative that is null and nothing else.
fn is_null(schema: &Value) -> bool {
    let prose = ["title", "description", "example", "externalDocs", "deprecated"];
    let is_prose = |key: &str| prose.contains(&key) || key.starts_with("x-");
    let said = schema.as_object().into_iter().flatten().filter(|(key, _)| *key != "nullable" && !is_prose(key));
    let said: Vec<_> = said.collect();
    said.len() == 1 && said[0].0 == "enum" && *said[0].1 == json!([null])
}

/// Alternatives of which one is null.
fn without_null(map: &mut Map<String, Value>) {
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(members)) = map.get_mut(key) else { continue };
        let all = members.len();
        let takes_null = |member: &Value| is_null(member) || member.get("nullable") == Some(&Value::Bool(true));
        // Of several that it fits, oneOf takes none.
        let refused = key == "oneOf" && members.iter().filter(|member| takes_null(member)).count() > 1;
        if refused && members.iter().any(is_null) {
            members.iter_mut().for_each(refuse_null);
        }
        members.retain(|member| !is_null(member));
        if members.len() == all || members.is_empty() {
            continue;
        }
        if members.len() == 1 {
            let sole = members.remove(0);
            map.remove(key);
            // Inline, what is said of the one is said of the whole.
            match (sole, map.contains_key("allOf")) {
                (Value::Object(sole), false)
                    if !sole.contains_key("$ref") && sole.keys().all(|key| !map.contains_key(key)) =>
                {
                    map.extend(sole);
                }
                (sole, false) => drop(map.insert("allOf".to_owned(), json!([sole]))),
                (sole, true) => {
                    if let Some(Value::Array(members)) = map.get_mut("allOf") {
                        members.push(sole);
                    }
                }
            }
        }
        if !refused {
            map.insert("nullable".to_owned(), true.into());
        }
    }
    // Where null is among the values, 3.0 has it said twice.
    let lists_null =
        |values: &Value| values.as_array().is_some_and(|values| values.len() > 1 && values.contains(&Value::Null));
    if !map.contains_key("type") && map.get("enum").is_some_and(lists_null) {
        map.insert("nullable".to_owned(), true.into());
    }
}

/// Takes null away from what a schema takes.
fn refuse_null(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    map.remove("nullable");
    if let Some(Value::Array(values)) = map.get_mut("enum")
        && values.len() > 1
    {
        values.retain(|value| !value.is_null());
    }
}

fn constant(map: &mut Map<String, Value>) {
    if let Some(value) = map.remove("const") {
        if value.is_null() {
            map.insert("nullable".to_owned(), true.into());
        }
        map.insert("enum".to_owned(), json!([value]));
    }
}

/// Bounds that are numbers of their own.
fn bounds(map: &mut Map<String, Value>) {
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let Some(limit) = map.get(exclusive).filter(|limit| limit.is_number()).cloned() else { continue };
        let number = |value: &Value| value.as_f64();
        let tighter = match (map.get(bound).and_then(number), number(&limit)) {
            (Some(other), Some(limit)) => {
                if bound == "minimum" {
                    other > limit
                } else {
                    other < limit
                }
            }
            _ => false,
        };
        if tighter {
            map.remove(exclusive);
        } else {
            map.insert(bound.to_owned(), limit);
            map.insert(exclusive.to_owned(), true.into());
        }
    }
}

/// What is for readers.
fn texts(map: &mut Map<String, Value>) {
    match map.remove("examples") {
        Some(Value::Array(examples)) if !examples.is_empty() => {
            let first = examples[0].clone();
            if examples.len() > 1 || map.contains_key("example") {
                map.insert("x-examples".to_owned(), examples.into());
            }
            map.entry("example").or_insert(first);
        }
        _ => {}
    }
    if let Some(comment) = map.remove("$comment") {
        map.insert("x-comment".to_owned(), comment);
    }
    match map.remove("contentEncoding") {
        Some(encoding) if encoding == "base64" && !map.contains_key("format") => {
            map.insert("format".to_owned(), "byte".into());
        }
        Some(encoding) => drop(map.insert("contentEncoding".to_owned(), encoding)),
        None => {}
    }
}

/// What stands beside a `$ref`, which 3.0 ignores there.
fn beside_reference(map: &mut Map<String, Value>) {
    if map.len() > 1
        && let Some(reference) = map.remove("$ref")
    {
        let reference = json!({ "$ref": reference });
        match map.get_mut("allOf") {
            Some(Value::Array(members)) => members.insert(0, reference),
            _ => drop(map.insert("allOf".to_owned(), json!([reference]))),
        }
    }
}
