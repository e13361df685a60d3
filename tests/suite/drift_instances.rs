//! The judge of judges: what values fit the old schema and the new one, by the crate `jsonschema`.
//!
//! An answer that is valid now and was not before must be WARN or ERR; a request that was valid before and is not now
//! likewise. Where no value of many tells the two apart, an ERR is a suspect.

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use xtask::comparison::diff::{Direction, Finding, Level, diff};
use xtask::random::Random;
use xtask::upstream::spec::Spec;

/// Findings that are below WARN although there are values against it, each with its reason.
const CONVENTIONS: &[(&str, &str)] = &[
    ("new-optional-request-property", "an open schema took any value of it before, but nobody sent it"),
    ("new-optional-request-parameter-property", "as of a body"),
];

const NAMES: [&str; 4] = ["a", "b", "c", "kind"];

/// A random schema of OpenAPI 3.1.
fn schema(random: &mut Random, depth: u8) -> Value {
    let kinds = if depth == 0 { 6 } else { 12 };
    match random.below(kinds) {
        0 => {
            let mut schema = json!({ "type": "string" });
            if random.chance(3) {
                schema["minLength"] = json!(random.below(3));
            }
            if random.chance(3) {
                schema["maxLength"] = json!(2 + random.below(3));
            }
            schema
        }
        1 => {
            let mut schema = json!({ "type": *random.one(&["integer", "number"]) });
            if random.chance(3) {
                schema["minimum"] = json!(random.below(4));
            }
            if random.chance(3) {
                schema["maximum"] = json!(4 + random.below(4));
            }
            schema
        }
        2 => json!({ "type": "boolean" }),
        3 => {
            let all = ["x", "y", "z"];
            let values: Vec<&str> = all.iter().filter(|_| !random.chance(3)).copied().collect();
            json!({ "type": "string", "enum": if values.is_empty() { vec!["x"] } else { values } })
        }
        4 => json!({ "type": [*random.one(&["string", "integer"]), "null"] }),
        5 => json!({ "const": *random.one(&["x", "y"]) }),
        6..=8 => {
            let mut properties = Map::new();
            for name in NAMES {
                if random.chance(2) {
                    properties.insert(name.to_owned(), schema(random, depth - 1));
                }
            }
            let required: Vec<&String> = properties.keys().filter(|_| random.chance(2)).collect();
            let mut schema = json!({ "type": "object", "required": required });
            schema["properties"] = Value::Object(properties);
            match random.below(5) {
                0 => schema["additionalProperties"] = json!(false),
                1 => schema["additionalProperties"] = self::schema(random, 0),
                _ => {}
            }
            schema
        }
        9 => {
            let mut list = json!({ "type": "array", "items": schema(random, depth - 1) });
            if random.chance(3) {
                list["maxItems"] = json!(1 + random.below(2));
            }
            list
        }
        10 => {
            let key = *random.one(&["anyOf", "oneOf"]);
            let members: Vec<Value> = (0..=random.below(3)).map(|_| schema(random, depth - 1)).collect();
            json!({ key: members })
        }
        _ => {
            let members: Vec<Value> = (0..=random.below(2)).map(|_| schema(random, depth - 1)).collect();
            json!({ "allOf": members })
        }
    }
}

/// All schemas in a schema, by their pointers.
fn pointers(schema: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    for key in ["anyOf", "oneOf", "allOf"] {
        for number in 0..schema[key].as_array().map_or(0, Vec::len) {
            pointers(&schema[key][number], &format!("{at}/{key}/{number}"), into);
        }
    }
    for name in schema["properties"].as_object().into_iter().flat_map(|map| map.keys()) {
        pointers(&schema["properties"][name], &format!("{at}/properties/{name}"), into);
    }
    for key in ["items", "additionalProperties"] {
        if schema[key].is_object() {
            pointers(&schema[key], &format!("{at}/{key}"), into);
        }
    }
}

/// A schema with one edit.
fn edited(random: &mut Random, schema: &Value) -> Value {
    let mut new = schema.clone();
    let mut all = Vec::new();
    pointers(schema, "", &mut all);
    let at = random.one(&all).clone();
    let here = new.pointer_mut(&at).unwrap();
    match random.below(14) {
        0 => *here = self::schema(random, 1),
        1 => *here = json!({ "anyOf": [here.clone(), self::schema(random, 1)] }),
        2 => *here = json!({ "oneOf": [here.clone()] }),
        3 => *here = json!({ "allOf": [here.clone()] }),
        4 => *here = json!({ "anyOf": [here.clone(), { "type": "null" }] }),
        5 => drop(here.as_object_mut().unwrap().remove("type")),
        6 => here["maxLength"] = json!(random.below(4)),
        7 => here["minimum"] = json!(random.below(6)),
        8 => here["required"] = json!([*random.one(&NAMES)]),
        9 => here["additionalProperties"] = json!(random.chance(2)),
        10 => match ["anyOf", "oneOf", "allOf"].into_iter().find(|key| here.get(*key).is_some()) {
            Some(key) => {
                let members = here[key].as_array_mut().unwrap();
                let number = random.below(members.len());
                if members.len() > 1 && random.chance(2) {
                    members.remove(number);
                } else {
                    members.push(self::schema(random, 1));
                }
            }
            None => here["properties"][*random.one(&NAMES)] = self::schema(random, 0),
        },
        11 => {
            // Members move into a list of their own.
            for key in ["anyOf", "oneOf", "allOf"] {
                if let Some(members) = here.get_mut(key).and_then(Value::as_array_mut)
                    && members.len() > 1
                {
                    let inner = members.split_off(1);
                    members.push(json!({ key: inner }));
                }
            }
        }
        12 => match here.get_mut("enum").and_then(Value::as_array_mut) {
            Some(values) => values.push(random.one(&[json!(null), json!("w")]).clone()),
            None => here["enum"] = json!(["x", "y", 1, 2]),
        },
        _ => {
            if let Some(properties) = here.get_mut("properties").and_then(Value::as_object_mut) {
                properties.remove(*random.one(&NAMES));
            } else {
                *here = json!({});
            }
        }
    }
    new
}

/// A value that fits a schema more often than not.
fn value(random: &mut Random, schema: &Value, depth: u8) -> Value {
    if depth == 0 || random.chance(12) {
        return any_value(random, 1);
    }
    let depth = depth - 1;
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
        return random.one(values).clone();
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(members) = schema.get(key).and_then(Value::as_array).filter(|members| !members.is_empty()) {
            let member = random.one(members).clone();
            return value(random, &member, depth);
        }
    }
    if let Some(members) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for member in members {
            match value(random, member, depth) {
                Value::Object(map) => whole.extend(map),
                other if members.len() == 1 => return other,
                other if random.chance(2) => return other,
                _ => {}
            }
        }
        return Value::Object(whole);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("properties").is_some() => vec!["object"],
        _ => return any_value(random, 2),
    };
    match *random.one(&types) {
        "string" => "xyzw".chars().take(random.below(5)).collect::<String>().into(),
        "integer" => json!(random.below(10)),
        "number" => random.one(&[json!(1.5), json!(3), json!(7.25), json!(0)]).clone(),
        "boolean" => json!(random.chance(2)),
        "null" => Value::Null,
        "array" => (0..random.below(3)).map(|_| value(random, &schema["items"], depth)).collect(),
        _ => {
            let mut map = Map::new();
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
                if required && !random.chance(10) || random.chance(2) {
                    map.insert(name.clone(), value(random, inner, depth));
                }
            }
            if random.chance(4) {
                let inner = &schema["additionalProperties"];
                let other = if inner.is_object() { value(random, inner, depth) } else { any_value(random, 0) };
                map.insert((*random.one(&["a", "b", "c", "kind", "other"])).to_owned(), other);
            }
            Value::Object(map)
        }
    }
}

fn any_value(random: &mut Random, depth: u8) -> Value {
    match random.below(if depth == 0 { 8 } else { 11 }) {
        0 => Value::Null,
        1 => json!(random.chance(2)),
        2 => json!(random.below(10)),
        3 => json!(2.5),
        4 => json!(*random.one(&["x", "y", "z", "w"])),
        5 => json!(*random.one(&["", "xyzw", "xy"])),
        6 => json!({}),
        7 => json!([]),
        8 => json!([any_value(random, depth - 1)]),
        _ => {
            let names = NAMES.iter().filter(|_| random.chance(2)).copied().collect::<Vec<_>>();
            names.into_iter().map(|name| (name.to_owned(), any_value(random, depth - 1))).collect()
        }
    }
}

fn document(schema: &Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    let text = json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "post": {
            "operationId": "a",
            "requestBody": { "content": content },
            "responses": { "200": { "description": "ok", "content": content } },
        } } },
    });
    Spec::parse(&text.to_string()).unwrap().value
}

/// A verdict that values refute, or that none supports.
#[derive(Debug)]
enum Doubt {
    Refuted(Direction, Value),
    Unsupported(Direction),
}

fn doubts(random: &mut Random, old: &Value, new: &Value, values: usize) -> (Vec<Doubt>, Vec<Finding>) {
    let findings = diff(&document(old), &document(new));
    let [before, after]: [Validator; 2] = [old, new].map(|schema| jsonschema::draft202012::new(schema).unwrap());
    let (mut given, mut refused) = (None, None);
    for number in 0..values {
        let from = if number % 2 == 0 { new } else { old };
        let value = value(random, from, 5);
        match (before.is_valid(&value), after.is_valid(&value)) {
            (false, true) => given = given.or(Some(value)),
            (true, false) => refused = refused.or(Some(value)),
            _ => {}
        }
    }
    let worst = |direction| findings.iter().filter(|f| f.direction == direction).map(|f| f.level).max();
    let is_convention = |direction| {
        let of = findings.iter().filter(|finding| finding.direction == direction);
        of.clone().any(|finding| CONVENTIONS.iter().any(|(id, _)| *id == finding.id))
    };
    let mut doubts = Vec::new();
    for (direction, value) in [(Direction::Response, given), (Direction::Request, refused)] {
        match (value, worst(direction)) {
            (Some(value), level) if level < Some(Level::Warn) && !is_convention(direction) => {
                doubts.push(Doubt::Refuted(direction, value));
            }
            (None, Some(Level::Err)) => doubts.push(Doubt::Unsupported(direction)),
            _ => {}
        }
    }
    (doubts, findings)
}

#[test]
fn no_value_refutes_a_verdict() {
    let cases: u64 = std::env::var("INSTANCE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500);
    let (mut refuted, mut unsupported, mut errors) = (Vec::new(), 0, 0);
    for seed in 1..=cases {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let old = schema(&mut random, 3);
        let new = edited(&mut random, &old);
        let (doubts, findings) = doubts(&mut random, &old, &new, 250);
        errors += usize::from(findings.iter().any(|finding| finding.level == Level::Err));
        for doubt in doubts {
            match doubt {
                Doubt::Refuted(direction, value) => {
                    let shown: Vec<_> = findings
                        .iter()
                        .filter(|f| f.direction == direction)
                        .map(|f| format!("{} {}", f.level, f.id))
                        .collect();
                    refuted.push(format!("seed {seed}: {direction:?} {value}\n  {old}\n  {new}\n  {shown:?}"));
                }
                Doubt::Unsupported(direction) => {
                    unsupported += 1;
                    if std::env::var_os("INSTANCE_SUSPECTS").is_some() {
                        let of = findings.iter().filter(|f| f.direction == direction && f.level == Level::Err);
                        let of: Vec<_> = of.map(|f| f.id.as_str()).collect();
                        eprintln!("seed {seed}: {direction:?} {of:?}\n  {old}\n  {new}");
                    }
                }
            }
        }
    }
    eprintln!(
        "{cases} pairs, {} with an ERR; {} verdicts refuted, {unsupported} ERR without a value for it",
        errors,
        refuted.len()
    );
    assert!(refuted.is_empty(), "{} refuted\n{}", refuted.len(), refuted[..refuted.len().min(8)].join("\n"));
    assert!(unsupported * 10 < errors.max(10), "{unsupported} of {errors} ERR have no value for them");
}

/// The schemas in a schema, each by its pointer.
fn inside(schema: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    for (key, value) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("properties", Value::Object(all)) => {
                all.iter().for_each(|(name, inner)| inside(inner, &format!("{at}/properties/{name}"), into));
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => {
                all.iter().enumerate().for_each(|(i, inner)| inside(inner, &format!("{at}/{key}/{i}"), into));
            }
            ("items" | "additionalProperties" | "not", Value::Object(_)) => inside(value, &format!("{at}/{key}"), into),
            _ => {}
        }
    }
}

/// What readers are told anywhere in a schema is told of where it changes, and breaks nobody.
#[test]
fn no_annotation_is_dropped() {
    let cases: u64 = std::env::var("INSTANCE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500);
    let mut silent = Vec::new();
    // And alternatives within alternatives, which overlap: few seeds make these.
    for seed in (1..=cases).chain([10_093, 10_285]) {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let old = schema(&mut random, 3);
        let mut places = Vec::new();
        inside(&old, "", &mut places);
        let at = random.one(&places).clone();
        let (key, value) = random
            .one(&[
                ("description", json!("new")),
                ("title", json!("new")),
                ("x-note", json!({ "new": true })),
                ("example", json!("x")),
                ("deprecated", json!(true)),
            ])
            .clone();
        let mut new = old.clone();
        let Some(Value::Object(map)) = new.pointer_mut(&at) else { continue };
        map.insert(key.to_owned(), value);
        for (a, b) in [(&old, &new), (&new, &old)] {
            let findings = diff(&document(a), &document(b));
            if findings.is_empty() || findings.iter().any(|finding| finding.level > Level::Info) {
                let levels: Vec<_> = findings.iter().map(|f| format!("{} {}", f.level, f.id)).collect();
                silent.push(format!("seed {seed}: {key} at {at} {levels:?}\n  {old}"));
            }
        }
    }
    assert!(silent.is_empty(), "{} of {cases}\n{}", silent.len(), silent[..silent.len().min(8)].join("\n"));
}

/// A schema with keywords that only OpenAPI 3.1 has, beside others.
fn schema_of_31(random: &mut Random) -> Value {
    let small = |random: &mut Random| -> Value {
        random
            .one(&[
                json!({ "type": "string" }),
                json!({ "type": "string", "maxLength": 1 }),
                json!({ "type": "integer" }),
                json!({ "type": "number", "multipleOf": 1 }),
                json!({ "type": "integer", "exclusiveMinimum": 2 }),
                json!({ "const": "x" }),
                json!(true),
                json!(false),
                json!({ "required": ["a"] }),
                json!({ "properties": { "b": { "type": "integer" } } }),
            ])
            .clone()
    };
    let mut all = Map::new();
    let is_list = random.chance(2);
    if !random.chance(4) {
        all.insert("type".to_owned(), json!(if is_list { "array" } else { "object" }));
    }
    for _ in 0..=random.below(3) {
        let value = small(random);
        let (key, value) = if is_list {
            match random.below(8) {
                0 => ("prefixItems", json!([value, small(random)])),
                1 => ("prefixItems", json!([value])),
                2 => ("items", value),
                3 => ("contains", value),
                4 => ("minContains", json!(random.below(3))),
                5 => ("maxContains", json!(random.below(3))),
                6 => ("unevaluatedItems", value),
                _ => ("allOf", json!([{ "prefixItems": [value] }])),
            }
        } else {
            match random.below(11) {
                0 => ("properties", json!({ *random.one(&NAMES): value })),
                1 => ("patternProperties", json!({ *random.one(&["^a", "b", "^k"]): value })),
                2 => ("propertyNames", json!({ "maxLength": random.below(5) })),
                3 => ("dependentRequired", json!({ *random.one(&NAMES): [*random.one(&NAMES)] })),
                4 => ("dependentSchemas", json!({ *random.one(&NAMES): { "required": [*random.one(&NAMES)] } })),
                5 => ("unevaluatedProperties", value),
                6 => ("additionalProperties", value),
                7 => ("if", json!({ "required": [*random.one(&NAMES)] })),
                8 => ("then", json!({ "required": [*random.one(&NAMES)] })),
                9 => ("not", json!({ "required": [*random.one(&NAMES)] })),
                _ => ("allOf", json!([{ "properties": { *random.one(&NAMES): value } }])),
            }
        };
        all.insert(key.to_owned(), value);
    }
    Value::Object(all)
}

/// What such keywords mean depends on one another: no value refutes what is said of a change of them.
#[test]
fn no_value_refutes_a_verdict_on_keywords_of_3_1() {
    let cases: u64 = std::env::var("INSTANCE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500);
    let mut refuted = Vec::new();
    for seed in 1..=cases {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let old = schema_of_31(&mut random);
        let mut new = old.clone();
        let other = schema_of_31(&mut random);
        let (Value::Object(map), Value::Object(other)) = (&mut new, other) else { unreachable!() };
        for (key, value) in other.into_iter().take(1 + random.below(2)) {
            match map.contains_key(&key) && random.chance(2) {
                true => drop(map.remove(&key)),
                false => drop(map.insert(key, value)),
            }
        }
        let findings = diff(&document(&old), &document(&new));
        let [before, after]: [Validator; 2] = [&old, &new].map(|schema| jsonschema::draft202012::new(schema).unwrap());
        let worst = |direction| {
            let of = findings.iter().filter(|finding| finding.direction == direction);
            let is_convention = of.clone().any(|f| CONVENTIONS.iter().any(|(id, _)| *id == f.id));
            if is_convention { Some(Level::Err) } else { of.map(|finding| finding.level).max() }
        };
        let (request, response) = (worst(Direction::Request), worst(Direction::Response));
        for _ in 0..150 {
            let value = any_value(&mut random, 3);
            let found = match (before.is_valid(&value), after.is_valid(&value)) {
                (false, true) if response < Some(Level::Warn) => Direction::Response,
                (true, false) if request < Some(Level::Warn) => Direction::Request,
                _ => continue,
            };
            let shown: Vec<_> = findings.iter().map(|f| format!("{} {:?} {}", f.level, f.direction, f.id)).collect();
            refuted.push(format!("seed {seed}: {found:?} {value}\n  {old}\n  {new}\n  {shown:?}"));
            break;
        }
    }
    assert!(refuted.is_empty(), "{} refuted\n{}", refuted.len(), refuted[..refuted.len().min(12)].join("\n"));
}
