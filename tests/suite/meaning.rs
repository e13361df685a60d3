//! The types mean what the spec says, shown with generated instances.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jsonschema::Validator;
use planetscale_client::{Error, types};
use planetscale_tests::{Server, Step};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use schemars::schema_for;
use serde_json::{Map, Value, json};
use xtask::upstream::spec::Spec;

use crate::just_created::builder;
use crate::property::config;
use crate::update_spec::{BACKUPS, openapi_dir};

/// A document in `openapi/`, read once for all tests.
pub(crate) fn spec(name: &str) -> Arc<Value> {
    static READ: Mutex<BTreeMap<String, Arc<Value>>> = Mutex::new(BTreeMap::new());
    let read = || {
        let text = std::fs::read_to_string(openapi_dir().join(name)).unwrap();
        Arc::new(Spec::parse(&text).unwrap().value)
    };
    Arc::clone(READ.lock().unwrap().entry(name.to_owned()).or_insert_with(read))
}

/// A schema of OpenAPI 3.0 as JSON Schema, by the letter: references followed, and `nullable` means what it says beside
/// a `type`, and nothing elsewhere. <https://spec.openapis.org/oas/v3.0.3#schema-object>
pub(crate) fn json_schema(schema: &Value, root: &Value) -> Value {
    let schema = resolved(schema, root);
    let mut out = Map::new();
    for (key, value) in schema.as_object().unwrap() {
        let inside = |value: &Value| json_schema(value, root);
        match key.as_str() {
            "nullable" => continue,
            "properties" => {
                let map = value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), inside(value)));
                out.insert(key.clone(), Value::Object(map.collect()));
            }
            "items" | "additionalProperties" if value.is_object() => drop(out.insert(key.clone(), inside(value))),
            "allOf" | "anyOf" | "oneOf" => {
                drop(out.insert(key.clone(), value.as_array().unwrap().iter().map(inside).collect()));
            }
            _ => drop(out.insert(key.clone(), value.clone())),
        }
    }
    if let (Some(Value::Bool(true)), Some(of)) = (schema.get("nullable"), schema.get("type")) {
        if schema.get("enum") == Some(&json!([null])) {
            return json!({ "type": "null" });
        }
        out.insert("type".to_owned(), json!([of, "null"]));
    }
    Value::Object(out)
}

pub(crate) fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(pointer) => resolved(root.pointer(&pointer[1..]).unwrap(), root),
        None => schema,
    }
}

pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

/// A component as the generator reads it, for instances, and what it allows by the letter.
fn component(name: &str) -> ((Value, Value), Value) {
    let effective = spec("planetscale.yaml");
    let pointer = format!("/components/schemas/{name}");
    let allowed = json_schema(effective.pointer(&pointer).unwrap(), &effective);
    let mut root = Value::clone(&effective);
    xtask::generate::document::nulls::fold(&mut root);
    ((root.pointer(&pointer).unwrap().clone(), root), allowed)
}

fn timestamp() -> BoxedStrategy<Value> {
    // chrono and RFC 3339 agree on these years; fractions of up to nanoseconds.
    (0_i64..253_402_300_799, prop_oneof![Just(0_u32), Just(0_u32), 0_u32..1_000_000_000])
        .prop_map(|(seconds, nanos)| chrono::DateTime::from_timestamp(seconds, nanos).unwrap())
        .prop_flat_map(|time| {
            let forms = [time.to_rfc3339(), time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)];
            prop::sample::select(forms.to_vec())
        })
        .prop_map(Value::from)
        .boxed()
}

/// A regular expression as such is a strategy too, but is read again for each value.
fn text(pattern: &str) -> impl Strategy<Value = String> {
    prop::string::string_regex(pattern).unwrap()
}

/// Instances that a schema allows.
fn instance(schema: &Value, root: &Value) -> BoxedStrategy<Value> {
    let schema = resolved(schema, root);
    let plain: BoxedStrategy<Value> = if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
        instance(&all[0], root)
    } else if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        prop::sample::select(values.clone()).boxed()
    } else {
        match schema["type"].as_str().unwrap() {
            "string" if schema["format"] == "date-time" => timestamp(),
            "string" => prop_oneof![text("[a-z0-9]{0,12}"), text("\\PC*")].prop_map(Value::from).boxed(),
            "integer" => {
                let bound = |key: &str, otherwise: i64| schema[key].as_i64().unwrap_or(otherwise);
                (bound("minimum", i64::MIN)..=bound("maximum", i64::MAX)).prop_map(Value::from).boxed()
            }
            "number" => {
                prop_oneof![any::<i32>().prop_map(Value::from), (-1e12..1e12_f64).prop_map(Value::from)].boxed()
            }
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "array" => prop::collection::vec(instance(&schema["items"], root), 0..3).prop_map(Value::from).boxed(),
            "object" => object(schema, root),
            other => panic!("{other}"),
        }
    };
    match schema.get("nullable") {
        Some(Value::Bool(true)) => prop_oneof![1 => Just(Value::Null), 3 => plain].boxed(),
        _ => plain,
    }
}

fn object(schema: &Value, root: &Value) -> BoxedStrategy<Value> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut fields: BoxedStrategy<Vec<(String, Value)>> = Just(Vec::new()).boxed();
    for (name, property) in schema["properties"].as_object().unwrap() {
        let always = required.contains(&Value::from(name.as_str()));
        let name = name.clone();
        fields = (fields, instance(property, root), any::<bool>())
            .prop_map(move |(mut fields, value, there)| {
                if there || always {
                    fields.push((name.clone(), value));
                }
                fields
            })
            .boxed();
    }
    fields.prop_map(|fields| Value::Object(fields.into_iter().collect())).boxed()
}

/// Times as instants, numbers as floats, and null as absent: what is equal in meaning is equal here.
fn meaning(value: &Value) -> Value {
    match value {
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(time) => {
                json!({ "time": time.timestamp_nanos_opt().map(|n| n.to_string()).unwrap_or_else(|| time.to_utc().to_string()) })
            }
            Err(_) => value.clone(),
        },
        Value::Number(number) if number.is_f64() => number.as_f64().map(Value::from).unwrap(),
        Value::Array(items) => items.iter().map(meaning).collect(),
        Value::Object(map) => {
            let said = map.iter().filter(|(_, value)| !value.is_null());
            said.map(|(key, value)| (key.clone(), meaning(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// As [`meaning`], where a whole number may be written either way.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// A place in an instance where something is required.
#[derive(Clone, Debug)]
struct Place {
    /// Its pointer, and its path for people.
    at: String,
    path: String,
    /// Whether the spec allows null.
    nullable: bool,
    /// Whether it is taken as empty where it is missing or null: no object, no time, and no id of what
    /// some operation answers with as a whole.
    soft: bool,
}

fn places(value: &Value, schema: &Value, root: &Value, at: &str, path: &str, into: &mut Vec<Place>) {
    let schema = resolved(schema, root);
    let nullable = schema.get("nullable") == Some(&Value::Bool(true));
    let inner = schema.get("allOf").map(|all| resolved(&all[0], root)).unwrap_or(schema);
    if !at.is_empty() {
        let plain = matches!(inner["type"].as_str(), Some("string" | "integer" | "number" | "boolean" | "array"));
        let soft = plain && inner["format"] != "date-time" && !["/id", "/backup_policy/id"].contains(&at);
        into.push(Place { at: at.to_owned(), path: path.to_owned(), nullable, soft });
    }
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                places(value, &inner["properties"][name], root, &format!("{at}/{name}"), &path, into);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                places(value, &inner["items"], root, &format!("{at}/{i}"), &format!("{path}[{i}]"), into);
            }
        }
        _ => {}
    }
}

/// A value of a type that the place does not take.
fn wrong(old: &Value) -> Value {
    match old {
        Value::Bool(_) | Value::Null | Value::String(_) => json!([17]),
        Value::Number(_) => json!("8kB"),
        Value::Array(_) => json!("text"),
        Value::Object(_) => json!([]),
    }
}

/// What serde reads, or where it could not, and why.
fn decode(value: &Value) -> Result<types::Backup, (String, String)> {
    serde_json::from_str(&value.to_string()).map_err(|e| {
        let text = e.to_string();
        let (path, why) = text.split_once(": ").unwrap();
        (path.to_owned(), why.to_owned())
    })
}

/// What stands for a value that is missing or cannot be read.
fn empty(value: &Value) -> Value {
    match value {
        Value::String(_) => json!(""),
        Value::Number(number) if number.is_f64() => json!(0.0),
        Value::Number(_) => json!(0),
        Value::Bool(_) => json!(false),
        Value::Array(_) => json!([]),
        other => panic!("{other}"),
    }
}

fn check<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    check_cases(1_000, strategy, test);
}

fn check_cases<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { failure_persistence: None, ..config(cases) };
    TestRunner::new(config).run(strategy, test).unwrap();
}

#[test]
fn what_the_spec_allows_decodes_and_encodes_to_the_same() {
    let ((schema, root), allowed) = component("Backup");
    let validator = validator(&allowed);
    check(&instance(&schema, &root), |value| {
        prop_assert!(validator.is_valid(&value), "the generator is wrong: {value}");
        let backup = decode(&value).map_err(|(path, e)| TestCaseError::fail(format!("{path}: {e}")))?;
        let again = serde_json::to_value(&backup).unwrap();
        prop_assert!(same(&meaning(&value), &meaning(&again)), "{value}\n{again}");
        Ok(())
    });
}

#[test]
fn one_violation_costs_itself_or_the_optional_part_that_it_is_in_or_is_an_error_with_its_path() {
    let ((schema, root), allowed) = component("Backup");
    let validator = validator(&allowed);
    let strategy = (instance(&schema, &root), any::<Index>(), any::<bool>());
    check(&strategy, |(mut value, index, remove)| {
        let mut all = Vec::new();
        places(&value, &schema, &root, "", "", &mut all);
        let Place { at, path, nullable, soft } = index.get(&all).clone();
        let is_around = |place: &&Place| at == place.at || at.starts_with(&format!("{}/", place.at));
        let optional = all.iter().filter(is_around).filter(|place| place.nullable).map(|place| place.at.clone());
        let optional = optional.max_by_key(String::len);
        let (parent, key) = at.rsplit_once('/').unwrap();
        let parent = value.pointer_mut(parent).unwrap();
        // An item of a list is no field that could be empty.
        let made_up = (soft && !nullable && parent.is_object()).then(|| empty(&parent[key]));
        match parent {
            // What may be null may be absent, and what can be empty, too: no error by the contract.
            Value::Object(map) if remove && !nullable && !soft => drop(map.remove(key)),
            Value::Object(map) => map[key] = wrong(&map[key]),
            Value::Array(items) => {
                let index: usize = key.parse().unwrap();
                items[index] = wrong(&items[index]);
            }
            _ => unreachable!(),
        }
        prop_assert!(!validator.is_valid(&value));
        let read = || {
            let backup = decode(&value).map_err(|(path, e)| TestCaseError::fail(format!("{path}: {e}")))?;
            Ok::<_, TestCaseError>(serde_json::to_value(&backup).unwrap())
        };
        if let Some(empty) = made_up {
            let again = read()?;
            prop_assert!(same(again.pointer(&at).unwrap(), &empty), "{at}: {again}");
        } else if let Some(optional) = optional {
            let again = read()?;
            prop_assert!(again.pointer(&optional).is_none_or(Value::is_null), "{optional}: {again}");
        } else {
            let (found, error) = decode(&value).expect_err(&path);
            // A list of scalars names its first item that cannot be read.
            prop_assert!(found == path || found == format!("{path}[0]"), "{found}: {error}, not {path}");
        }
        Ok(())
    });
}

/// A call reads strictly first, which is no more than a matter of time.
#[test]
fn a_call_reads_what_serde_reads_however_much_is_wrong() {
    let ((schema, root), _) = component("Backup");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let edits = proptest::collection::vec((any::<Index>(), 0..3_u8), 0..4);
    check_cases(300, &(instance(&schema, &root), edits), |(mut value, edits)| {
        for (index, how) in edits {
            let mut all = Vec::new();
            places(&value, &schema, &root, "", "", &mut all);
            let at = index.get(&all).at.clone();
            let (parent, key) = at.rsplit_once('/').unwrap();
            match value.pointer_mut(parent).unwrap() {
                Value::Object(map) if how == 0 => drop(map.remove(key)),
                Value::Object(map) if how == 1 => map[key] = Value::Null,
                _ => {
                    let there = value.pointer_mut(&at).unwrap();
                    *there = wrong(there);
                }
            }
        }
        let called = runtime.block_on(async {
            let server = Server::start([Step::Answer(planetscale_tests::json("200 OK", &value.to_string()))]).await;
            let client = builder(&server.url()).build().unwrap();
            client.get_backup().organization("acme").database("shop").branch("main").id("a").send().await
        });
        match (called, decode(&value)) {
            (Ok(called), Ok(decoded)) => prop_assert_eq!(called.into_inner(), decoded),
            (Err(Error::Unreadable(_)), Err(_)) => {}
            (called, decoded) => prop_assert!(false, "{value}\n{called:?}\n{decoded:?}"),
        }
        Ok(())
    });
}

#[test]
fn what_is_missing_or_null_is_empty() {
    let ((schema, root), _) = component("Backup");
    let strategy = (instance(&schema, &root), any::<Index>(), any::<bool>());
    check(&strategy, |(mut value, index, remove)| {
        let mut all = Vec::new();
        places(&value, &schema, &root, "", "", &mut all);
        // Items of a list are not fields.
        all.retain(|place| place.soft && !place.nullable && !place.at.ends_with(|c: char| c.is_ascii_digit()));
        let at = index.get(&all).at.clone();
        let (parent, key) = at.rsplit_once('/').unwrap();
        let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let empty = empty(&parent[key]);
        match remove {
            true => drop(parent.remove(key)),
            false => parent[key] = Value::Null,
        }
        let backup = decode(&value).map_err(|(path, e)| TestCaseError::fail(format!("{at} {path}: {e}")))?;
        let again = serde_json::to_value(&backup).unwrap();
        prop_assert!(same(again.pointer(&at).unwrap(), &empty), "{}: {}", at, again);
        Ok(())
    });
    // An answer's own id, a time and an object are not made up.
    for at in ["/id", "/created_at"] {
        let mut value = crate::just_created::body();
        for null in [true, false] {
            let map = value.as_object_mut().unwrap();
            match null {
                true => drop(map.insert(at[1..].to_owned(), Value::Null)),
                false => drop(map.remove(&at[1..])),
            }
            assert!(decode(&value).is_err(), "{at}");
        }
    }
}

fn body() -> impl Strategy<Value = types::CreateBackupBody> {
    let unit = prop::sample::select(&["hour", "day", "week", "month", "year"][..]);
    let unit = unit.prop_map(|unit| unit.parse::<types::RetentionUnit>().unwrap());
    let value = prop_oneof![1_i64..=1000, any::<i64>()];
    (prop::option::of(text("\\PC*")), prop::option::of(unit), prop::option::of(value), prop::option::of(any::<bool>()))
        .prop_map(|(name, unit, value, emergency)| {
            let builder = types::CreateBackupBody::builder().set_name(name).set_retention_unit(unit);
            builder.set_retention_value(value).set_emergency(emergency).try_into().unwrap()
        })
}

/// The schema of the request's body, as upstream has it inline and as we name it.
fn request_schema(name: &str) -> Value {
    let root = spec(name);
    let content = format!("{BACKUPS}/post/requestBody/content/application~1json/schema");
    json_schema(root.pointer(&content).unwrap(), &root)
}

#[test]
fn what_is_sent_is_valid_by_upstream_and_by_us() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (upstream, ours) =
        (validator(&request_schema("create_backup.yaml")), validator(&request_schema("planetscale.yaml")));
    let server = runtime.block_on(planetscale_client::mock::MockServer::start()).unwrap();
    let client = server.client().unwrap();
    let sent = std::cell::Cell::new(0_usize);
    check(&body(), |body| {
        let call = client.create_backup().organization("acme").database("shop").branch("main").body(body.clone());
        let result = runtime.block_on(call.send());
        let value = serde_json::to_value(&body).unwrap();
        prop_assert!(upstream.is_valid(&value));
        // What our limits do not allow was not sent; the rest is as strict a server's.
        prop_assert_eq!(ours.is_valid(&value), result.is_ok(), "{}", value);
        if result.is_ok() {
            // All requests are kept, so they are not looked at each time.
            let sent = sent.replace(sent.get() + 1) + 1;
            if sent.is_multiple_of(100) {
                let requests = server.requests();
                prop_assert_eq!(requests.len(), sent);
                prop_assert_eq!(serde_json::from_slice::<Value>(&requests[sent - 1].body).unwrap(), value);
            }
        }
        Ok(())
    });
}

/// What the open-world rule decides otherwise than the spec: unknown fields and values, and absence
/// of what can be null.
fn opened(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let nullable = |name: &Value| {
                let property = map.get("properties").and_then(|properties| properties.get(name.as_str()?));
                let null = json!("null");
                let is_null = |schema: &Value| match &schema["type"] {
                    Value::Array(types) => types.contains(&null),
                    other => *other == null,
                };
                property.is_some_and(|property| {
                    is_null(property) || property["anyOf"].as_array().is_some_and(|members| members.iter().any(is_null))
                })
            };
            let entries = map.iter().filter(|(key, _)| !["enum", "additionalProperties"].contains(&key.as_str()));
            let entries = entries.map(|(key, value)| match (key.as_str(), value) {
                ("required", Value::Array(names)) => {
                    (key.clone(), names.iter().filter(|name| !nullable(name)).cloned().collect())
                }
                (_, value) => (key.clone(), opened(value)),
            });
            Value::Object(entries.collect())
        }
        Value::Array(items) => items.iter().map(opened).collect(),
        other => other.clone(),
    }
}

/// Instances near a schema: allowed ones, with up to two places spoilt.
fn near(schema: &Value, root: &Value) -> impl Strategy<Value = Value> + use<> {
    let (schema, root) = (schema.clone(), root.clone());
    let spoil = prop::collection::vec((any::<Index>(), 0..6_u8), 0..3);
    (instance(&schema, &root), spoil).prop_map(move |(mut value, spoil)| {
        for (index, how) in spoil {
            let mut all = Vec::new();
            places(&value, &schema, &root, "", "", &mut all);
            if all.is_empty() {
                continue;
            }
            let at = index.get(&all).at.clone();
            let (parent, key) = at.rsplit_once('/').unwrap();
            if let Some(Value::Object(map)) = value.pointer_mut(parent) {
                match how {
                    0 => drop(map.remove(key)),
                    1 => drop(map.insert(key.to_owned(), Value::Null)),
                    2 => drop(map.insert("nobody knew".to_owned(), json!(1))),
                    3 => drop(map.insert(key.to_owned(), json!(1001))),
                    4 => drop(map.insert(key.to_owned(), json!("hour"))),
                    _ => drop(map.insert(key.to_owned(), wrong(&map[key]))),
                }
            }
            if all.len() > 200 {
                break;
            }
        }
        value
    })
}

#[test]
fn the_json_schema_of_backup_is_the_specs() {
    let ((schema, root), allowed) = component("Backup");
    let ours = validator(&serde_json::to_value(schema_for!(types::Backup)).unwrap());
    let theirs = validator(&opened(&allowed));
    check(&near(&schema, &root), |value| {
        prop_assert_eq!(ours.is_valid(&value), theirs.is_valid(&value), "{}", value);
        Ok(())
    });
}

#[test]
fn the_json_schema_of_create_backup_body_is_the_specs() {
    let ((schema, root), allowed) = component("CreateBackupBody");
    let ours = validator(&serde_json::to_value(schema_for!(types::CreateBackupBody)).unwrap());
    // A request is closed: nothing of the spec's schema is opened. Null is how an absent field may be
    // written in Rust's eyes; it is never sent.
    let theirs = validator(&allowed);
    check(&near(&schema, &root), |value| {
        let nothing = value.as_object().is_some_and(|map| map.values().any(Value::is_null));
        prop_assert!(nothing || ours.is_valid(&value) == theirs.is_valid(&value), "{}", value);
        Ok(())
    });
}
