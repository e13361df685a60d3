//! A year of the vendor's document for the whole API, proposed edition by edition by `propose-update`: the title, the
//! body and the changelog as reviewers and users read them.
//!
//! The editions are made of the stored document by edits that the vendor makes: so the project needs nothing beside it.
//! Each takes many seconds: `cargo xtask ci year` runs this.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use xtask::release::manifests::Manifests;
use xtask::snapshot::Snapshot;
use xtask::workspace::Workspace;
use xtask::workspace::store::Store;

use crate::drift_report::{exit_code, run_xtask};
use crate::propose_update::{begin, copy, git};
use crate::update_spec::openapi_dir;

/// What a reviewer reads in a minute or two, in bytes.
const LONGEST_BODY: usize = 16_000;
/// In characters.
const LONGEST_TITLE: usize = 240;
const MOST_LINES: usize = 40;

/// The repository as it is, released.
struct Checkout {
    dir: tempfile::TempDir,
    out: tempfile::TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self { dir: tempfile::tempdir().unwrap(), out: tempfile::tempdir().unwrap() };
        let root = openapi_dir().join("..");
        for folder in ["client/src", "openapi"] {
            copy(&root.join(folder), &checkout.path(folder));
        }
        for file in ["Cargo.toml", "Cargo.lock", "client/Cargo.toml"] {
            fs::copy(root.join(file), checkout.path(file)).unwrap();
        }
        let _ = fs::remove_file(checkout.path("openapi/.lock"));
        fs::write(checkout.path(".gitignore"), ".lock\n").unwrap();
        let workspace = checkout.workspace();
        let manifests = Manifests(&workspace);
        manifests.set_version(&semver::Version::new(0, 1, 0)).unwrap();
        let changelog = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n### Added\n- The whole API.\n";
        manifests.set_changelog(changelog).unwrap();
        begin(checkout.dir.path());
        git(checkout.dir.path(), &["tag", "v0.1.0"]);
        checkout
    }

    fn workspace(&self) -> Workspace {
        Workspace::at(self.dir.path())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn document(&self) -> Value {
        let stored = Snapshot::stored(&Store::open_to_read(&self.workspace()).unwrap()).unwrap();
        let whole = stored.documents().iter().find(|document| document.file == "whole_api.yaml").unwrap();
        whole.spec.value.clone()
    }

    /// Proposes an edition and merges it. Returns title, body and the part of the changelog that is not released.
    fn take_over(&self, edition: &Value) -> [String; 3] {
        let page = self.out.path().join("edition.json");
        fs::write(&page, serde_json::to_string_pretty(edition).unwrap()).unwrap();
        let (workspace, out) = (self.dir.path().to_str().unwrap(), self.out.path().join("proposal"));
        let arguments = ["--output", out.to_str().unwrap(), "--from", page.to_str().unwrap(), "--no-build", "--own-ci"];
        let (code, said, err) = run_xtask(&[&["propose-update", "--workspace", workspace], &arguments[..]].concat());
        assert_eq!(code, exit_code(0), "{said}{err}");
        let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
        assert_eq!(read("outcome"), "made", "{said}");
        git(self.dir.path(), &["merge", "--quiet", "--ff-only", "drift"]);
        git(self.dir.path(), &["branch", "--quiet", "-D", "drift"]);
        let changelog = fs::read_to_string(self.path("CHANGELOG.md")).unwrap();
        let unreleased = changelog.split("## [").nth(1).unwrap().trim_start_matches("Unreleased]").trim().to_owned();
        let body = read("body.md").replace(page.to_str().unwrap(), "edition.json");
        [read("title"), body, unreleased]
    }
}

/// The operations, each with its path.
fn operations(document: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let paths = document["paths"].as_object_mut().unwrap().iter_mut();
    paths.flat_map(|(path, item)| {
        let operations = item.as_object_mut().unwrap().values_mut();
        operations.filter(|operation| operation.get("operationId").is_some()).map(move |operation| (path, operation))
    })
}

fn operation<'d>(document: &'d mut Value, id: &str) -> &'d mut Value {
    operations(document).find(|(_, operation)| operation["operationId"] == id).unwrap().1
}

fn take(operation: &mut Value, parameter: &Value) {
    match operation.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(parameter.clone()),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// Edits the properties of all schemas that have one of a name.
fn with_property(value: &mut Value, name: &str, edit: &mut dyn FnMut(&mut Map<String, Value>)) {
    if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut)
        && properties.contains_key(name)
    {
        edit(properties);
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| with_property(value, name, edit)),
        Value::Array(items) => items.iter_mut().for_each(|value| with_property(value, name, edit)),
        _ => {}
    }
}

/// Adds a value to all lists of values that hold another.
fn with_value(value: &mut Value, beside: &str, new: &str) {
    if let Some(values) = value.get_mut("enum").and_then(Value::as_array_mut)
        && values.iter().any(|value| value == beside)
    {
        values.push(json!(new));
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| with_value(value, beside, new)),
        Value::Array(items) => items.iter_mut().for_each(|value| with_value(value, beside, new)),
        _ => {}
    }
}

type Edit = fn(&mut Value);

/// What the vendor does to its document in a year.
const YEAR: [(&str, Edit); 4] = [
    ("a parameter of thirty lists, a field and a value", |document| {
        let text = json!({ "type": "string" });
        let since = json!({ "in": "query", "name": "updated_since", "description": "A time", "schema": text });
        let is_list = |operation: &Value| operation["operationId"].as_str().is_some_and(|id| id.starts_with("list_"));
        let lists = operations(document).map(|(_, operation)| operation).filter(|operation| is_list(operation));
        lists.take(30).for_each(|list| take(list, &since));
        with_property(document, "pvc_size", &mut |backup| {
            backup.insert("checksum".to_owned(), json!({ "type": "string", "description": "Of the backup" }));
        });
        with_value(document, "complete_pending_revert", "paused");
    }),
    ("what breaks: an operation goes, a parameter is insisted on, an answer may be null, another server", |document| {
        let paths = document["paths"].as_object_mut().unwrap();
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|_, operation| operation["operationId"] != "get_webhook");
            if let Some(update) = item.remove("put") {
                item.insert("patch".to_owned(), update);
            }
        }
        let month = json!({ "in": "query", "name": "month", "required": true, "schema": { "type": "string" } });
        take(operation(document, "list_invoices"), &month);
        with_property(document, "pvc_size", &mut |backup| backup["size"]["nullable"] = json!(true));
        document["servers"][0]["url"] = json!("https://api.planetscale.com/v2");
    }),
    ("texts alone", |document| {
        for (_, operation) in operations(document).step_by(8) {
            let text = operation["description"].as_str().unwrap_or_default().to_owned();
            operation["description"] = json!(format!("{text}\n\nSee the guide for more."));
        }
        document["info"]["description"] = json!("The API of PlanetScale.");
    }),
    ("fields of other types, a server more, and ids in another case", |document| {
        with_property(document, "pvc_size", &mut |backup| {
            backup["pvc_size"]["type"] = json!("string");
            backup.shift_remove("estimated_storage_cost");
        });
        let server = json!({ "url": "https://api.eu.planetscale.com/v2" });
        document["servers"].as_array_mut().unwrap().push(server);
        operation(document, "list_webhooks")["operationId"] = json!("listWebhooks");
    }),
];

/// Where something stands in the documents is not what is read here, and changes with each of the vendor's.
fn without_lines(body: &str) -> String {
    let is_place =
        |inside: &str| inside.split(" → ").all(|line| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()));
    let mut out = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once(" (") {
        out.push_str(before);
        rest = match after.split_once(')') {
            Some((inside, after)) if is_place(inside) => after,
            _ => {
                out.push_str(" (");
                after
            }
        };
    }
    out + rest
}

#[test]
#[ignore = "takes a minute: `cargo xtask ci year` runs it"]
fn a_years_pull_requests_are_read_in_a_minute_each() {
    let checkout = Checkout::new();
    let mut document = checkout.document();
    for (number, (name, edit)) in YEAR.into_iter().enumerate() {
        edit(&mut document);
        let [title, body, changelog] = checkout.take_over(&document);
        assert!(title.chars().count() < LONGEST_TITLE, "{title}");
        assert!(body.len() < LONGEST_BODY, "{name}: {}\n{body}", body.len());
        assert!(changelog.lines().count() < MOST_LINES, "{name}: {changelog}");
        let shown = format!("{name}\n\n# {title}\n\n{}\n\n# CHANGELOG.md\n\n{changelog}\n", without_lines(&body));
        insta::assert_snapshot!(format!("year_{}", number + 1), shown);
    }
}
