//! A report grows with its findings, over edits of the document for the whole API.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use xtask::comparison::diff;
use xtask::comparison::report::Format;
use xtask::random::Random;
use xtask::snapshot::{Snapshot, compare};
use xtask::upstream::origin::{Location, Origin};
use xtask::workspace::Workspace;
use xtask::workspace::store::Store;

use crate::update_spec::openapi_dir;

/// The file of the document for the whole API.
const WHOLE: &str = "whole_api.yaml";

/// The crate's own documents in a folder of their own.
struct Whole(tempfile::TempDir);

impl Whole {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("openapi")).unwrap();
        for entry in fs::read_dir(openapi_dir()).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() && entry.file_name() != ".lock" {
                fs::copy(entry.path(), dir.path().join("openapi").join(entry.file_name())).unwrap();
            }
        }
        Self(dir)
    }

    fn stored(&self) -> Snapshot {
        Snapshot::stored(&Store::open_to_read(&Workspace::at(self.0.path())).unwrap()).unwrap()
    }

    /// What follows where the vendor has this document.
    fn updated(&self, old: &Snapshot, document: &Value) -> Snapshot {
        let path = self.0.path().join("new.json");
        fs::write(&path, document.to_string()).unwrap();
        old.updated(&Origin::At(Location::File(path))).unwrap()
    }
}

/// The document for the whole API, as the vendor publishes it.
fn document(old: &Snapshot) -> Value {
    let whole = old.documents().iter().find(|document| document.file == WHOLE).unwrap();
    whole.spec.value.clone()
}

/// Edits of operations, of their parameters, and of the properties of what they take and give.
fn edit(document: &mut Value, random: &mut Random) {
    let paths = document["paths"].as_object_mut().unwrap();
    let keys: Vec<String> = paths.keys().cloned().collect();
    let path = random.one(&keys).clone();
    let item = paths[&path].as_object_mut().unwrap();
    let methods: Vec<String> = item.keys().filter(|key| *key != "parameters").cloned().collect();
    let method = random.one(&methods).clone();
    match random.below(5) {
        // What hand-written code calls cannot go.
        0 if !path.contains("backup") && !path.ends_with("/branches/{branch}") && !path.ends_with("/branches") => {
            item.remove(&method);
            if item.is_empty() {
                paths.remove(&path);
            }
        }
        1 => item[&method]["operationId"] = format!("another{}", random.below(1_000_000)).into(),
        2 => {
            let parameter = json!({ "in": "query", "name": "color", "schema": { "type": "string" } });
            match item[&method].get_mut("parameters").and_then(Value::as_array_mut) {
                Some(parameters) => parameters.push(parameter),
                None => item[&method]["parameters"] = json!([parameter]),
            }
        }
        _ => {
            let mut objects = Vec::new();
            properties(&mut item[&method], &mut objects);
            if let Some(object) = objects.into_iter().last() {
                let names: Vec<String> = object.keys().cloned().collect();
                let name = random.one(&names).clone();
                match random.below(3) {
                    0 => object[&name]["nullable"] = json!(true),
                    1 => object[&name] = json!({ "type": "string" }),
                    _ => drop(object.insert("color".to_owned(), json!({ "type": "string" }))),
                }
            }
        }
    }
}

fn properties<'v>(value: &'v mut Value, into: &mut Vec<&'v mut serde_json::Map<String, Value>>) {
    if value.get("properties").is_some_and(|properties| properties.as_object().is_some_and(|it| !it.is_empty())) {
        into.extend(value.get_mut("properties").and_then(Value::as_object_mut));
        return;
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| properties(value, into)),
        Value::Array(items) => items.iter_mut().for_each(|value| properties(value, into)),
        _ => {}
    }
}

/// One document with some edits, or as many as `REPORTS` says: each change of the crate is told once, the effects on
/// one operation take a screen, and the report is as long as it has findings, of which none is dropped.
#[test]
#[ignore = "takes twenty seconds: `cargo xtask ci year` runs it"]
fn a_report_grows_with_its_findings() {
    const SCREEN: usize = 3_000;
    let cases: u64 = std::env::var("REPORTS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1);
    let whole = Whole::new();
    let old = whole.stored();
    for seed in 1..=cases {
        let mut random = Random(seed * 7919);
        let before = document(&old);
        let mut after = before.clone();
        for _ in 0..random.below(20) + 6 {
            edit(&mut after, &mut random);
        }
        let new = whole.updated(&old, &after);
        let report = match compare(&old, &new) {
            Ok(report) => report,
            // No crate can be made of it.
            Err(_) if cases > 1 => continue,
            Err(e) => panic!("{e:#}"),
        };
        let written = |format| {
            let mut text = Vec::new();
            report.write(format, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let (json, length): (Value, usize) = {
            let text = written(Format::Json);
            (serde_json::from_str(&text).unwrap(), text.len())
        };
        let findings = json["findings"].as_array().unwrap();
        assert!(length < 20_000 + 4_000 * findings.len(), "seed {seed}: {length} for {}", findings.len());
        let kept = old.documents().iter().zip(new.documents()).filter(|(old, new)| old.text != new.text);
        let found: usize = kept.map(|(old, new)| diff::diff(&old.spec.value, &new.spec.value).len()).sum();
        assert!(findings.len() + 20 > found && !findings.is_empty(), "{} of {found}", findings.len());

        let impact = report.generated_crate().unwrap();
        let reported: Vec<_> = report.findings().collect();
        let effects = impact.effects(&reported);
        crate::semver::each_is_told_once(impact, &effects);
        // In the JSON, too: of what comes or goes as a whole there is one entry.
        let changes = json["crate"]["changes"].as_array().unwrap();
        let stand_for: u64 = changes.iter().map(|change| change["items"].as_u64().unwrap_or(1)).sum();
        assert_eq!(stand_for, impact.changes.len() as u64);
        let items: BTreeSet<&str> = changes.iter().map(|change| change["item"].as_str().unwrap()).collect();
        assert_eq!(items.len(), changes.len(), "an item stands twice");
        let fingerprints: Vec<&Value> = findings.iter().map(|finding| &finding["fingerprint"]).collect();
        let told_of = changes.iter().filter_map(|change| change.get("finding"));
        assert!(told_of.into_iter().all(|finding| fingerprints.contains(&finding)));
        let mut of_operation = std::collections::BTreeMap::<_, usize>::new();
        for (finding, effect) in reported.iter().zip(&effects.of) {
            *of_operation.entry(finding.operation()).or_default() += effect.text.as_ref().map_or(0, String::len);
        }
        assert!(of_operation.values().all(|length| *length < SCREEN), "seed {seed}: {of_operation:?}");
        for format in [Format::Text, Format::Markdown] {
            let length = written(format).len();
            assert!(length < 8_000 + 1_500 * findings.len(), "seed {seed}: {length} for {}", findings.len());
        }
    }
}

/// Two long texts of which only the end differs.
#[test]
fn texts_are_shown_where_they_differ() {
    let text = |end: &str| format!("\n### Authorization\n{}{end}", "All of this is the same. ".repeat(20));
    let with = |end: &str| {
        let operation =
            json!({ "operationId": "a", "description": text(end), "responses": { "204": { "description": "" } } });
        json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "1" }, "paths": { "/a": { "get": operation } } })
    };
    let found = |old: &str, new: &str| {
        let findings = diff::diff(&with(old), &with(new));
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings[0].message()
    };
    let message = found("It costs nothing.", "It costs a little.");
    assert!(message.contains("It costs nothing.\" and is …") && message.ends_with("It costs a little.\""), "{message}");
    assert!(!message.contains("Authorization"), "{message}");
    // What identifies a finding is the texts, and not what is shown of them.
    let fingerprint = |old: &str, new: &str| diff::diff(&with(old), &with(new))[0].fingerprint();
    assert_ne!(fingerprint("x", "y"), fingerprint("x", "z"));
}
