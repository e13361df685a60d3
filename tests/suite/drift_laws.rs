//! What holds for the drift engine whatever the documents are.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use xtask::comparison::diff::{Finding, Level, diff};
use xtask::upstream::spec::{Spec, pointer_token};

use crate::property::config;
use crate::update_spec::fixture;

/// A document that a failure shows by its name.
#[derive(Clone)]
struct Document {
    name: &'static str,
    value: Value,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Real documents: one without a single `$ref`, one with many.
fn documents() -> [Document; 2] {
    ["create_backup.yaml", "planetscale.yaml"].map(|name| {
        let text = std::fs::read_to_string(fixture().join(name)).unwrap();
        Document { name, value: Spec::parse(&text).unwrap().value }
    })
}

fn document() -> impl Strategy<Value = Document> {
    prop::sample::select(documents().to_vec())
}

/// All pointers into a document, its root aside.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    let mut visit = |key: &str, value: &Value| {
        let at = format!("{at}/{}", pointer_token(key));
        into.push(at.clone());
        pointers(value, &at, into);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| visit(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| visit(&i.to_string(), value)),
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Remove,
    Replace(Value),
    Insert(String, Value),
}

fn edit() -> impl Strategy<Value = Edit> {
    let value = prop_oneof![
        Just(json!(true)),
        Just(json!(17)),
        Just(json!("new")),
        Just(json!(["new"])),
        Just(json!({ "type": "boolean" })),
    ];
    let key = prop::sample::select(
        &[
            "type",
            "format",
            "nullable",
            "minimum",
            "maxLength",
            "required",
            "enum",
            "description",
            "x-new",
            "newKeyword",
            "properties",
            "items",
            "allOf",
            "oneOf",
            "default",
            "deprecated",
            "parameters",
            "200",
            "headers",
            "content",
        ][..],
    );
    prop_oneof![
        Just(Edit::Remove),
        value.clone().prop_map(Edit::Replace),
        (key, value).prop_map(|(key, value)| Edit::Insert(key.to_owned(), value)),
    ]
}

/// Applies an edit. Returns whether the document means something else now: not where nothing was
/// said before or is said afterwards.
fn apply(document: &mut Value, at: &str, edit: &Edit) -> bool {
    let says_nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let before = document.clone();
    match edit {
        Edit::Remove => {
            let (parent, key) = at.rsplit_once('/').unwrap();
            let key = key.replace("~1", "/").replace("~0", "~");
            match document.pointer_mut(parent) {
                Some(Value::Object(map)) => {
                    let old = map.remove(&key).unwrap();
                    // `additionalProperties: false` says more than its absence.
                    if key != "additionalProperties" && says_nothing(&old) {
                        return false;
                    }
                }
                Some(Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
                _ => return false,
            }
        }
        Edit::Replace(value) => *document.pointer_mut(at).unwrap() = value.clone(),
        Edit::Insert(key, value) => match document.pointer_mut(at) {
            Some(Value::Object(map)) => drop(map.insert(key.clone(), value.clone())),
            _ => return false,
        },
    }
    *document != before
}

/// What the findings are about, from one side. How many there are of a place may differ from side to
/// side: that a property came is harmless where anything was allowed, and not where nothing else was,
/// which one component may be to two operations; that it went is the same for both.
fn places(findings: &[Finding], swapped: bool) -> BTreeSet<(&str, &str)> {
    let pairs = findings.iter().map(|finding| (finding.old_pointer.as_str(), finding.new_pointer.as_str()));
    pairs.map(|(a, b)| if swapped { (b, a) } else { (a, b) }).collect()
}

/// What is told twice in the same words, of what is sent or of what is received.
fn repeated(findings: &[Finding]) -> Vec<String> {
    let mut told = BTreeSet::new();
    let shown = |f: &Finding| {
        format!("{} {:?} {:?} {} {} {}", f.id, f.level, f.direction, f.old_pointer, f.new_pointer, f.message())
    };
    findings.iter().map(shown).filter(|finding| !told.insert(finding.clone())).collect()
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn nothing_is_silent(document in document(), at in any::<Index>(), edit in edit()) {
        let document = document.value;
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        let at = at.get::<String>(&all);
        let mut edited = document.clone();
        if apply(&mut edited, at, &edit) {
            let findings = diff(&document, &edited);
            prop_assert!(!findings.is_empty(), "{at}: {edit:?}");
            prop_assert_eq!(crate::drift_rules::unlisted(&findings), Vec::<String>::new());
        }
    }

    #[test]
    fn swapping_gives_the_opposite(document in document(), edits in prop::collection::vec((any::<Index>(), edit()), 1..4)) {
        let document = document.value;
        let mut edited = document.clone();
        let mut done = Vec::new();
        for (at, edit) in edits {
            let mut all = Vec::new();
            pointers(&edited, "", &mut all);
            let at = at.get::<String>(&all).clone();
            apply(&mut edited, &at, &edit);
            done.push((at, edit));
        }
        let (there, back) = (diff(&document, &edited), diff(&edited, &document));
        prop_assert_eq!(places(&there, false), places(&back, true), "{:#?}", done);
        prop_assert_eq!(repeated(&there), Vec::<String>::new());
        prop_assert!(diff(&edited, &edited).is_empty());
    }

    #[test]
    fn no_noise(document in document(), seed in any::<u64>()) {
        let mut noise = Noise { seed, schemas: Map::new(), lifted: 0 };
        let document = document.value;
        let mut edited = document.clone();
        noise.document(&mut edited);
        let findings = diff(&document, &edited);
        prop_assert!(findings.is_empty(), "{:#?}", findings);
    }
}

/// Says the same in other words.
struct Noise {
    seed: u64,
    schemas: Map<String, Value>,
    lifted: usize,
}

impl Noise {
    /// A pseudo-random choice (xorshift), as the walk itself decides how many there are.
    fn chance(&mut self) -> bool {
        self.seed = self.seed.max(1);
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed.is_multiple_of(3)
    }

    fn document(&mut self, document: &mut Value) {
        for item in document["paths"].as_object_mut().unwrap().values_mut() {
            for operation in item.as_object_mut().unwrap().values_mut() {
                self.add(operation, "deprecated", json!(false));
                if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
                    parameters.reverse();
                    for parameter in parameters {
                        self.schema(&mut parameter["schema"]);
                        self.add(parameter, "deprecated", json!(false));
                        let is_form = parameter["in"] == "query";
                        self.add(parameter, "explode", json!(is_form));
                        self.add(parameter, "style", json!(if is_form { "form" } else { "simple" }));
                    }
                }
                self.add(&mut operation["requestBody"], "required", json!(false));
                self.content(&mut operation["requestBody"]);
                for response in operation["responses"].as_object_mut().unwrap().values_mut() {
                    self.add(response, "headers", json!({}));
                    self.content(response);
                }
                self.shuffle(operation);
            }
        }
        if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
            schemas.values_mut().for_each(|schema| self.schema_inside(schema));
        }
        if let Some(Value::Array(tags)) = document.get_mut("tags") {
            tags.reverse();
        }
        let lifted = std::mem::take(&mut self.schemas);
        let components = document.as_object_mut().unwrap().entry("components").or_insert(json!({}));
        let schemas = components.as_object_mut().unwrap().entry("schemas").or_insert(json!({}));
        schemas.as_object_mut().unwrap().extend(lifted);
        self.shuffle(document);
    }

    fn add(&mut self, to: &mut Value, key: &str, value: Value) {
        if self.chance() && to.is_object() && to.get(key).is_none() {
            to[key] = value;
        }
    }

    fn content(&mut self, holder: &mut Value) {
        if let Some(Value::Object(content)) = holder.get_mut("content") {
            for media_type in content.values_mut() {
                self.schema(&mut media_type["schema"]);
            }
        }
    }

    fn schema(&mut self, schema: &mut Value) {
        if schema.get("$ref").is_some() {
            return;
        }
        self.schema_inside(schema);
        if self.chance() {
            self.lifted += 1;
            let name = format!("Lifted/{}~", self.lifted);
            let reference = json!({ "$ref": format!("#/components/schemas/{}", pointer_token(&name)) });
            self.schemas.insert(name, std::mem::replace(schema, reference));
        }
    }

    fn schema_inside(&mut self, schema: &mut Value) {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.values_mut().for_each(|property| self.schema(property));
        }
        if let Some(items) = schema.get_mut("items") {
            self.schema(items);
        }
        for key in ["required", "enum"] {
            if let Some(Value::Array(items)) = schema.get_mut(key) {
                items.reverse();
            }
        }
        for key in ["nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems", "exclusiveMaximum"] {
            self.add(schema, key, json!(false));
        }
        if schema.get("properties").is_some() {
            self.add(schema, "additionalProperties", json!(true));
        }
        self.shuffle(schema);
    }

    fn shuffle(&mut self, value: &mut Value) {
        if let Value::Object(map) = value {
            let entries: Vec<_> = std::mem::take(map).into_iter().rev().collect();
            map.extend(entries);
        }
    }
}

/// Documents that nobody would write.
fn nonsense() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(
        &[
            "openapi",
            "info",
            "paths",
            "/a",
            "/{b}",
            "get",
            "post",
            "parameters",
            "requestBody",
            "responses",
            "200",
            "content",
            "application/json",
            "schema",
            "type",
            "properties",
            "items",
            "allOf",
            "oneOf",
            "not",
            "required",
            "enum",
            "$ref",
            "components",
            "schemas",
            "A",
            "headers",
            "security",
            "securitySchemes",
            "flows",
            "tags",
            "name",
            "in",
            "nullable",
            "additionalProperties",
            "discriminator",
            "mapping",
            "minimum",
            "pattern",
            "x-sunset",
            "deprecated",
            "description",
        ][..],
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(
            &["#", "#/", "#/components/schemas/A", "#/paths", "#/%", "#/~2", "other.yaml", "object", "3.0.1"][..]
        )
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 120, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn nonsense_is_compared_without_a_panic(a in nonsense(), b in nonsense()) {
        let findings = diff(&a, &b);
        prop_assert!(a == b || !findings.is_empty() || says_nothing_new(&a, &b));
        prop_assert!(diff(&a, &a).is_empty());
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,200}") {
        let _ = xtask::upstream::page::extract(&text).and_then(Spec::parse);
        let _ = Spec::parse(&format!("openapi: 3.0.1\n{text}"));
    }
}

/// Whether two documents differ in nothing but what has no meaning: `{}`, `[]`, `false` or null where
/// the other says nothing.
fn says_nothing_new(a: &Value, b: &Value) -> bool {
    fn stripped(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), stripped(value)));
                let kept: Map<_, _> = entries.filter(|(_, value)| *value != Value::Null).collect();
                if kept.is_empty() { Value::Null } else { Value::Object(kept) }
            }
            Value::Array(items) => {
                let mut kept: Vec<_> = items.iter().map(stripped).filter(|value| *value != Value::Null).collect();
                kept.sort_by_key(Value::to_string);
                kept.dedup();
                if kept.is_empty() { Value::Null } else { Value::Array(kept) }
            }
            Value::Bool(false) => Value::Null,
            other => other.clone(),
        }
    }
    stripped(a) == stripped(b)
}

fn with_schemas(schemas: Value) -> Value {
    json!({
        "openapi": "3.0.1", "info": { "title": "T", "version": "v1" },
        "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "description": "d", "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/S0" } }
        } } } } } },
        "components": { "schemas": schemas }
    })
}

#[test]
fn circles_end() {
    let circle = |kind: &str| {
        with_schemas(json!({
            "S0": { "type": "object", "properties": { "next": { "$ref": "#/components/schemas/S1" }, "x": { "type": kind } } },
            "S1": { "type": "object", "properties": { "back": { "$ref": "#/components/schemas/S0" } } },
        }))
    };
    let ids: Vec<_> = diff(&circle("string"), &circle("integer")).into_iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["response-property-type-changed"]);
    let itself = |to: &str| with_schemas(json!({ "S0": { "$ref": to } }));
    assert_eq!(diff(&itself("#/components/schemas/S0"), &itself("#/components/schemas/S0")), []);
    assert!(!diff(&itself("#/components/schemas/S0"), &itself("#/components/schemas/Gone")).is_empty());
}

#[test]
fn chains_and_fans_of_references_end() {
    // Each schema refers to the next one four times: 4^300 ways through, if each was walked.
    let fan = |last: &str| {
        let mut schemas = Map::new();
        for i in 0..300 {
            let next = json!({ "$ref": format!("#/components/schemas/S{}", i + 1) });
            let one_of = json!([{ "properties": { "a": next } }, { "properties": { "b": next } }]);
            schemas.insert(format!("S{i}"), json!({ "properties": { "a": next, "b": next }, "oneOf": one_of }));
        }
        schemas.insert("S300".to_owned(), json!({ "type": last }));
        with_schemas(Value::Object(schemas))
    };
    let findings = diff(&fan("string"), &fan("integer"));
    assert!(findings.iter().any(|finding| finding.level >= Level::Warn));
}

#[test]
fn bombs_do_not_go_off() {
    let mut bomb = String::from("openapi: 3.0.1\na: &a [x, x, x, x, x, x, x, x, x]\n");
    for (name, before) in ["b", "c", "d", "e", "f", "g", "h", "i", "j"].iter().zip("abcdefghi".chars()) {
        writeln!(bomb, "{name}: &{name} [{}]", vec![format!("*{before}"); 9].join(", ")).unwrap();
    }
    let error = Spec::parse(&bomb).unwrap_err();
    assert!(format!("{error:#}").contains("aliases that lead to too many values"), "{error:#}");
    for deep in ["[".repeat(200_000), "{x: ".repeat(200_000), "- ".repeat(20_000)] {
        assert!(Spec::parse(&format!("openapi: 3.0.1\nx:\n  {deep}")).is_err());
    }
    // Many brackets are not deep ones.
    let wide =
        format!("openapi: 3.0.1\ninfo: {{ title: T, version: v1 }}\npaths: {{}}\nx-wide: [{}]", "[], ".repeat(2_000));
    Spec::parse(&wide).unwrap();
}
