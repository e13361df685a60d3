//! Random operations over the grammar of OpenAPI: what is accepted must compile, send what the document says, and
//! read what it allows; what is not must be refused by name and place.

mod names;

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::codegen;
use crate::random::Random;

/// Random operations, each for itself: a document with those that are accepted, and what was said of the others.
#[derive(Clone, Debug)]
pub struct Constructs {
    /// The document.
    pub document: Value,
    /// How many operations are in it.
    pub accepted: usize,
    /// Why the others are not.
    pub refused: Vec<String>,
}

/// Makes random operations, and looks which of them are accepted: some by their constructs, others by their names. No
/// operation and no type may be called as `taken` says, in snake case.
pub fn constructs(seed: u64, [of_constructs, of_names]: [usize; 2], taken: &BTreeSet<String>) -> Constructs {
    let mut all = Constructs { document: document(Map::new()), accepted: 0, refused: Vec::new() };
    for (path, item) in operations(seed, of_constructs) {
        all.add(path, item, Map::new());
    }
    for (path, item, schemas) in names::operations(&mut random(seed), of_names) {
        let id = item.as_object().into_iter().flatten().find_map(|(_, operation)| operation["operationId"].as_str());
        let mut all_names = schemas.keys().map(String::as_str).chain(id);
        if !all_names.any(|name| taken.contains(&name.to_snake_case())) {
            all.add(path, item, schemas);
        }
    }
    all
}

impl Constructs {
    /// Adds an operation, if it is accepted for itself.
    fn add(&mut self, path: String, item: Value, schemas: Map<String, Value>) {
        let mut alone = document(Map::from_iter([(path.clone(), item.clone())]));
        let with = |document: &mut Value| {
            if let Value::Object(all) = &mut document["components"]["schemas"] {
                all.extend(schemas.clone());
            }
        };
        with(&mut alone);
        match codegen::generated(&alone.to_string()) {
            Ok(_) => {
                self.accepted += 1;
                with(&mut self.document);
                self.document["paths"][path] = item;
            }
            Err(e) => self.refused.push(format!("{path}: {e:#}")),
        }
    }
}

/// A document of random operations, whether they are accepted or not.
pub fn random_document(seed: u64, count: usize) -> Value {
    document(operations(seed, count).into_iter().collect())
}

fn operations(seed: u64, count: usize) -> Vec<(String, Value)> {
    let mut random = random(seed);
    (0..count).map(|number| operation(&mut random, &id(number), number)).collect()
}

fn random(seed: u64) -> Random {
    Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
}

fn id(number: usize) -> String {
    format!("random_{number}")
}

fn document(paths: Map<String, Value>) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Constructs", "version": "v1" },
        "paths": paths,
        "components": { "schemas": {
            "ConstructFilter": { "type": "object", "description": "A filter.", "properties": {
                "kind": { "type": "string" }, "depth": { "type": "integer" }
            } },
            "ConstructNone": { "type": "object", "nullable": true, "properties": { "kind": { "type": "string" } } },
            "ConstructCar": { "type": "object", "required": ["of"], "properties": {
                "of": { "type": "string" }, "doors": { "type": "integer" }
            } },
            "ConstructVan": { "type": "object", "required": ["of"], "properties": {
                "of": { "type": "string" }, "load": { "type": "number" }
            } },
            "ConstructKind": { "type": "string", "description": "A kind.", "enum": ["small", "large"] }
        } }
    })
}

/// Names of properties and parameters, some of which are one name in Rust.
const NAMES: [&str; 16] = [
    "id",
    "name",
    "userId",
    "user_id",
    "a.b",
    "a-b",
    "type",
    "self",
    "Self",
    "per_page",
    "filter[a]",
    "filter_b",
    "2fa",
    "X-Trace",
    "value",
    "client",
];

fn operation(random: &mut Random, id: &str, number: usize) -> (String, Value) {
    let mut path = format!("/constructs/{number}");
    let mut parameters = Vec::new();
    let mut names: Vec<(&str, &str)> = Vec::new();
    for _ in 0..random.below(5) {
        let name = *random.one(&NAMES);
        let place = *random.one(&["path", "query", "query", "query", "header"]);
        if names.contains(&(name, place)) {
            continue;
        }
        names.push((name, place));
        let mut schema = parameter_schema(random);
        let mut parameter = json!({ "name": name, "in": place });
        let styles: &[&str] = match place {
            "path" => &["simple", "label", "matrix"],
            "header" => &["simple"],
            _ => &["form", "form", "spaceDelimited", "pipeDelimited", "deepObject"],
        };
        let style = *random.one(styles);
        if style == "deepObject" {
            schema = json!({ "$ref": "#/components/schemas/ConstructFilter" });
        }
        if random.chance(2) {
            parameter["style"] = style.into();
        }
        if random.chance(3) && style != "deepObject" {
            parameter["explode"] = random.chance(2).into();
        }
        if style == "deepObject" {
            parameter["style"] = style.into();
        }
        if place == "query" && random.chance(8) {
            parameter = json!({ "name": name, "in": place, "content": { "application/json": { "schema": schema } } });
        } else {
            parameter["schema"] = schema;
        }
        if place == "path" {
            path.push_str(&format!("/{{{name}}}"));
        }
        if place == "path" || random.chance(3) {
            parameter["required"] = true.into();
        }
        parameters.push(parameter);
    }
    let method = *random.one(&["get", "post", "put", "patch"]);
    let media =
        *random.one(&["application/json", "application/json; charset=utf-8", "application/vnd.a.v2+json", "*/*"]);
    let answer = json!({ "description": "Done", "content": { media: { "schema": object(random, 2) } } });
    let mut operation = json!({ "operationId": id, "parameters": parameters, "responses": { "200": answer } });
    if random.chance(4) {
        let other = json!({ "application/json": { "schema": object(random, 2) } });
        operation["responses"]["202"] = json!({ "description": "Begun", "content": other });
    }
    if random.chance(4) {
        operation["responses"]["204"] = json!({ "description": "Nothing" });
    }
    if method != "get" && random.chance(2) {
        let schema = if random.chance(2) {
            json!({ "$ref": "#/components/schemas/ConstructFilter" })
        } else {
            object(random, 2)
        };
        let media = *random.one(&["application/json", "application/merge-patch+json", "text/json"]);
        let required = random.chance(2);
        operation["requestBody"] = json!({ "required": required, "content": { media: { "schema": schema } } });
        if random.chance(3) {
            operation["requestBody"]["content"]["application/xml"] = json!({ "schema": { "type": "object" } });
        }
    }
    (path, json!({ method: operation }))
}

fn parameter_schema(random: &mut Random) -> Value {
    let plain = |random: &mut Random| match random.below(7) {
        0 => json!({ "type": "integer" }),
        1 => json!({ "type": "boolean" }),
        2 => json!({ "type": "number" }),
        3 => json!({ "$ref": "#/components/schemas/ConstructKind" }),
        4 => json!({ "type": "string", "format": "date-time" }),
        _ => json!({ "type": "string" }),
    };
    match random.below(3) {
        0 => json!({ "type": "array", "items": plain(random) }),
        1 if random.chance(3) => json!({ "type": "integer", "minimum": 1, "maximum": 9 }),
        _ => plain(random),
    }
}

fn object(random: &mut Random, depth: usize) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for _ in 0..random.below(5) {
        let name = *random.one(&NAMES);
        properties.insert(name.to_owned(), schema(random, depth));
        if random.chance(2) {
            required.push(name);
        }
    }
    required.sort_unstable();
    required.dedup();
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        object["required"] = required.into();
    }
    if random.chance(3) {
        object["additionalProperties"] = false.into();
    }
    object
}

fn schema(random: &mut Random, depth: usize) -> Value {
    let mut schema = match random.below(if depth == 0 { 10 } else { 13 }) {
        0 => json!({ "type": "string" }),
        1 => json!({ "type": "integer", "format": "int64" }),
        2 => json!({ "type": "number" }),
        3 => json!({ "type": "boolean" }),
        4 => json!({ "type": "string", "format": "date-time" }),
        5 => json!({ "type": "string", "enum": ["on", "off"] }),
        6 => json!({ "$ref": "#/components/schemas/ConstructKind" }),
        7 => json!({ "$ref": "#/components/schemas/ConstructNone" }),
        8 => json!({ "type": "integer", "default": 3 }),
        9 => {
            return json!({
                "oneOf": [{ "$ref": "#/components/schemas/ConstructCar" }, { "$ref": "#/components/schemas/ConstructVan" }],
                "discriminator": { "propertyName": "of", "mapping": { "car": "ConstructCar", "van": "#/components/schemas/ConstructVan" } }
            });
        }
        10 => json!({ "type": "array", "items": self::schema(random, depth - 1) }),
        11 => json!({ "type": "object", "additionalProperties": self::schema(random, depth - 1) }),
        _ => object(random, depth - 1),
    };
    if schema.get("$ref").is_some() {
        return schema;
    }
    match random.below(5) {
        0 => schema["nullable"] = true.into(),
        1 if schema.get("enum").is_some() => {
            schema["nullable"] = true.into();
            schema["enum"] = json!(["on", "off", null]);
        }
        2 => schema = json!({ "allOf": [schema] }),
        3 if random.chance(4) => schema["not"] = json!({}),
        _ => {}
    }
    schema
}
