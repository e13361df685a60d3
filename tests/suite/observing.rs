//! `cargo xtask observe`: recordings and HAR files, held to a document.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine;
use planetscale_client::mock::MockServer;
use planetscale_client::{Client, Recording, RetryPolicy, ServiceToken};
use serde_json::{Value, json};
use xtask::random::Random;
use xtask::upstream::spec::Spec;

use crate::drift_report::{exit_code, run_xtask};
use crate::meaning::{json_schema, spec, validator};
use crate::update_spec::Copy;

/// A folder for documents and recordings.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

/// What `observe` says of recordings and a document, and how it ends.
fn observe(document: &Path, recordings: &[&Path], more: &[&str]) -> (String, String, String) {
    let recordings = recordings.iter().map(|path| path.to_str().unwrap());
    let fixed = ["observe", "--wire-only", "--document", document.to_str().unwrap()];
    run_xtask(&fixed.into_iter().chain(recordings).chain(more.iter().copied()).collect::<Vec<_>>())
}

/// The same as JSON.
fn observed(document: &Path, recordings: &[&Path]) -> Value {
    let (code, out, err) = observe(document, recordings, &["--format", "json"]);
    assert_eq!((code, err.as_str()), (exit_code(0), ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

/// The findings, with what was recorded of each.
fn findings(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!("{} | {} | {}", text("id"), text("place"), finding["evidence"]["text"].as_str().unwrap_or("nothing"))
    };
    let mut lines: Vec<String> = findings.map(line).collect();
    lines.sort();
    lines
}

/// An entry of a HAR file.
fn entry(method: &str, url: &str, request: Option<&Value>, status: u16, answer: Option<&Value>) -> Value {
    let headers = json!([{ "name": "Content-Type", "value": "application/json; charset=utf-8" }]);
    let text = answer.map(Value::to_string).unwrap_or_default();
    let mut entry = json!({
        "request": { "method": method, "url": url, "headers": [] },
        "response": {
            "status": status,
            "headers": headers,
            "content": { "size": text.len(), "mimeType": "application/json", "text": text },
        },
    });
    if let Some(body) = request {
        entry["request"]["postData"] = json!({ "mimeType": "application/json", "text": body.to_string() });
    }
    entry
}

fn har(entries: impl IntoIterator<Item = Value>) -> String {
    json!({ "log": { "version": "1.2", "entries": entries.into_iter().collect::<Vec<_>>() } }).to_string()
}

// --- The law ---------------------------------------------------------------------------------

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const FORMATS: [(&str, &str); 4] = [
    ("date-time", "2026-01-02T03:04:05Z"),
    ("date", "2026-01-02"),
    ("uuid", "0190b2f5-6f3a-7c1e-8a41-0123456789ab"),
    ("ipv4", "192.0.2.1"),
];

/// A random schema of OpenAPI 3.0, closed. `simple`: what it does not allow can be told by a shape.
fn schema(random: &mut Random, depth: u8, simple: bool) -> Value {
    let kinds = if depth == 0 { 5 } else { 12 };
    let mut schema = match random.below(kinds) {
        0 => json!({ "type": "string" }),
        1 => json!({ "type": "string", "format": random.one(&FORMATS).0 }),
        2 => json!({ "type": "string", "enum": ["x", "y", "not a name"] }),
        3 => json!({ "type": *random.one(&["integer", "number", "boolean"]) }),
        4 => json!({ "type": "integer", "enum": [1, 2] }),
        5 | 6 => json!({ "type": "array", "items": self::schema(random, depth - 1, simple) }),
        7 => json!({ "type": "object", "additionalProperties": self::schema(random, depth - 1, simple) }),
        8 => {
            let reference = json!({ "$ref": *random.one(&["#/components/schemas/One", "#/components/schemas/Two"]) });
            return if random.chance(2) { json!({ "allOf": [reference] }) } else { reference };
        }
        9 if !simple => {
            let members: Vec<Value> = (0..=random.below(3)).map(|_| self::schema(random, depth - 1, simple)).collect();
            return json!({ *random.one(&["anyOf", "oneOf", "allOf"]): members });
        }
        _ => {
            let names: Vec<&str> = NAMES.into_iter().filter(|_| random.chance(2)).collect();
            let properties: serde_json::Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), self::schema(random, depth - 1, simple))).collect();
            let required: Vec<&str> = names.into_iter().filter(|_| random.chance(2)).collect();
            let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
            if !required.is_empty() {
                object["required"] = json!(required);
            }
            object
        }
    };
    if random.chance(4) {
        schema["nullable"] = true.into();
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
    }
    schema
}

/// A value that fits a schema more often than not.
fn value(random: &mut Random, schema: &Value, document: &Value, lies: usize) -> Value {
    if lies > 0 && random.chance(lies) {
        let odd = [json!(null), json!(true), json!(7), json!(1.5), json!("z"), json!([]), json!({}), json!({ "e": 1 })];
        return random.one(&odd).clone();
    }
    let schema = crate::meaning::resolved(schema, document);
    if schema["nullable"] == true && random.chance(3) {
        return Value::Null;
    }
    if let Some(values) = schema["enum"].as_array() {
        return random.one(values).clone();
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(members) = schema[key].as_array() {
            let member = random.one(members).clone();
            return value(random, &member, document, lies);
        }
    }
    if let Some(members) = schema["allOf"].as_array() {
        return value(random, &members[0], document, lies);
    }
    match schema["type"].as_str().unwrap() {
        "string" => match FORMATS.iter().find(|(format, _)| schema["format"] == *format) {
            Some((_, text)) => json!(text),
            None => json!(*random.one(&["", "x", "some text", "192.0.2.1"])),
        },
        "integer" => json!(random.below(10)),
        "number" => random.one(&[json!(1.5), json!(3)]).clone(),
        "boolean" => json!(random.chance(2)),
        "array" => (0..random.below(4)).map(|_| value(random, &schema["items"], document, lies)).collect(),
        _ => {
            let mut object = serde_json::Map::new();
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                let is_required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
                if is_required && (lies == 0 || !random.chance(lies)) || random.chance(2) {
                    object.insert(name.clone(), value(random, inner, document, lies));
                }
            }
            if schema["additionalProperties"].is_object() {
                for name in ["k", "a key"] {
                    if random.chance(2) {
                        continue;
                    }
                    object.insert(name.to_owned(), value(random, &schema["additionalProperties"], document, lies));
                }
            } else if lies > 0 && random.chance(lies) {
                object.insert((*random.one(&["new", "a new one"])).to_owned(), json!(1));
            }
            object.into()
        }
    }
}

fn document(random: &mut Random, simple: bool) -> Value {
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let (one, two) = (schema(random, 1, simple), schema(random, 1, simple));
    // What refers to itself ends nowhere.
    let plain = |schema: Value| match schema.to_string().contains("$ref") {
        true => {
            json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "additionalProperties": false })
        }
        false => schema,
    };
    json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1" },
        "servers": [{ "url": "https://api.example.com/v1" }],
        "paths": { "/things/{id}": { "put": {
            "operationId": "put_thing",
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "requestBody": { "required": true, "content": content(schema(random, 3, simple)) },
            "responses": { "200": { "description": "ok", "content": content(schema(random, 3, simple)) } },
        } } },
        "components": { "schemas": { "One": plain(one), "Two": plain(two) } },
    })
}

/// A recording without lies is silent, and a lie that a shape can tell is not: the crate `jsonschema` is the judge.
#[test]
fn a_recording_is_silent_where_every_value_is_allowed_and_only_there() {
    let cases: u64 = std::env::var("OBSERVE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60);
    let folder = Folder::new();
    let (mut silent, mut loud) = (0, 0);
    for seed in 1..=cases {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let simple = random.chance(2);
        let document = document(&mut random, simple);
        let operation = &document["paths"]["/things/{id}"]["put"];
        let schemas = [
            &operation["requestBody"]["content"]["application/json"]["schema"],
            &operation["responses"]["200"]["content"]["application/json"]["schema"],
        ];
        let judges = schemas.map(|schema| validator(&json_schema(schema, &document)));
        let file = folder.write("document.json", document.to_string());
        let url = "https://api.example.com/v1/things/1";
        let (mut allowed, mut lies) = (Vec::new(), Vec::new());
        for number in 0..40 {
            let of = if number % 2 == 0 { 0 } else { 12 };
            let values = schemas.map(|schema| value(&mut random, schema, &document, of));
            let is_allowed = values.iter().zip(&judges).all(|(value, judge)| judge.is_valid(value));
            let entry = entry("PUT", url, Some(&values[0]), 200, Some(&values[1]));
            if is_allowed { &mut allowed } else { &mut lies }.push(entry);
        }
        silent += allowed.len();
        let report = observed(&file, &[&folder.write("allowed.har", har(allowed.clone()))]);
        assert!(findings(&report).is_empty(), "{:#?}\n{document}\n{}", findings(&report), har(allowed));
        for lie in lies.into_iter().filter(|_| simple).take(4) {
            loud += 1;
            let report = observed(&file, &[&folder.write("lie.har", har([lie.clone()]))]);
            assert!(!findings(&report).is_empty(), "{document}\n{lie}");
            assert!(findings(&report).iter().all(|line| !line.ends_with("nothing")), "{:#?}", findings(&report));
        }
    }
    assert!(silent > 10 * 60 && loud > 60, "{silent} {loud}");
}

// --- Lies -------------------------------------------------------------------------------------

/// What the client records of a mock server that remembers: four backups and a branch, each asked for several times.
static RECORDED: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&lines);
    let recording = Recording::to(move |line| {
        into.lock().unwrap().extend_from_slice(line);
        Ok(())
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = MockServer::remembering().freeze().await.unwrap();
        let builder = Client::builder()
            .auth(ServiceToken::new(planetscale_client::mock::TOKEN_ID, planetscale_client::mock::TOKEN));
        let builder = builder.base_url(server.base_url()).retry(RetryPolicy::none()).record(recording);
        let client = builder.build().unwrap();
        for name in ["one", "two", "three", "four"] {
            let create = client.create_backup().organization("acme").database("shop").branch("main");
            let backup = create.body_map(|body| body.name(name)).send().await.unwrap();
            let get = client.get_backup().organization("acme").database("shop").branch("main").id(&backup.id);
            get.send().await.unwrap();
            server.advance(std::time::Duration::from_secs(3600));
        }
        client.list_backups().organization("acme").database("shop").branch("main").send().await.unwrap();
        client.get_branch().organization("acme").database("shop").branch("main").send().await.unwrap();
        client.get_branch().organization("acme").database("shop").branch("none").send().await.unwrap_err();
    });
    let lines = lines.lock().unwrap();
    std::str::from_utf8(&lines).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
});

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The document, and only the operations that [`RECORDED`] is of: the other ones take time to read.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let whole = Spec::from(Value::clone(&spec("planetscale.yaml")));
    let wanted = ["create_backup", "delete_backup", "get_backup", "list_backups", "get_branch"].map(str::to_owned);
    whole.pruned(&wanted).unwrap().value.to_string()
});

#[test]
fn what_the_mock_server_answers_contradicts_nothing() {
    let folder = Folder::new();
    let report = observed(&folder.write("api.json", &*DOCUMENT), &[&folder.write("mock.jsonl", lines(&RECORDED))]);
    assert_eq!(findings(&report), Vec::<String>::new());
    assert_eq!(report["observed"]["recordings"][0], "11 exchanges of 4 operations");
    assert_eq!(report["observed"]["operations not seen"], json!(["delete_backup"]));
}

/// Each lie is found at its place with its count, and nothing else is.
#[test]
fn each_lie_is_found_at_its_place_and_nothing_else_is() {
    let folder = Folder::new();
    let document = folder.write("api.json", &*DOCUMENT);
    let text = json!({ "t": "string", "n": "10-99" });
    // Where, of which operation, in how many of its answers, instead of what; and what is found.
    let lies: [(&str, &str, usize, Value, &[&str]); 12] = [
        (
            "get_backup",
            "id",
            2,
            json!({ "t": "null" }),
            &["response-property-became-nullable | schema Backup › id | null in 2 of 12 values in 9 answers"],
        ),
        (
            "get_backup",
            "size",
            4,
            text.clone(),
            &[
                "response-property-wrapped-in-any-of | schema Backup › size | string in 4 of 12 values in 9 answers, integer in 8",
            ],
        ),
        (
            "get_backup",
            "size",
            1,
            json!({ "t": "number" }),
            &[
                "response-property-type-generalized | schema Backup › size | number in 1 of 12 values in 9 answers, integer in 11",
            ],
        ),
        (
            "get_backup",
            "name",
            3,
            Value::Null,
            &["response-property-became-optional | schema Backup › name | missing in 3 of 12 values in 9 answers"],
        ),
        (
            "get_backup",
            "mood",
            2,
            json!({ "t": "boolean" }),
            &["response-optional-property-added | schema Backup › mood | a boolean in 2 of 12 values in 9 answers"],
        ),
        (
            "get_backup",
            "state",
            1,
            json!({ "t": "string", "n": "1-9", "v": "exploded" }),
            &["response-property-enum-value-added | schema BackupState | `exploded` in 1 of 12 values in 9 answers"],
        ),
        (
            "get_backup",
            "state",
            1,
            text.clone(),
            &[
                "response-property-enum-dropped | schema Backup › state | an unlisted value that the recording does not contain, in 1 of 12 values in 9 answers",
            ],
        ),
        (
            "create_backup",
            "created_at",
            4,
            text.clone(),
            &[
                "response-property-type-changed | schema Backup › created_at | no date-time in 4 of 12 values in 9 answers",
            ],
        ),
        (
            "get_branch",
            "name",
            1,
            json!({ "t": "array", "items": [] }),
            &["response-property-type-changed | schema DatabaseBranch › name | list in 1 of 1 answer"],
        ),
        (
            "get_branch",
            "status",
            418,
            Value::Null,
            &["response-non-success-status-added | response 418 | status 418 in 1 of 2 answers"],
        ),
        (
            "get_branch",
            "headers",
            1,
            json!({ "link": text }),
            &["response-header-added | response 200 › header link | a string in 1 of 1 answer"],
        ),
        (
            "get_branch",
            "query",
            1,
            json!({ "t": "object", "p": { "deep": { "t": "boolean" } } }),
            &["new-optional-request-parameter | parameter deep | a boolean in 1 of 1 request"],
        ),
    ];
    for (operation, place, count, instead, found) in lies {
        let mut recorded = RECORDED.clone();
        let mut left = if place == "status" { 1 } else { count };
        for line in recorded.iter_mut().filter(|line| line["operation"] == operation) {
            if left == 0 {
                break;
            }
            left -= 1;
            match (place, &instead) {
                ("status", _) => line["status"] = json!(count),
                ("headers" | "query", instead) => line[place] = instead.clone(),
                (place, Value::Null) => drop(line["body"]["p"].as_object_mut().unwrap().remove(place)),
                (place, instead) => line["body"]["p"][place] = instead.clone(),
            }
        }
        assert_eq!(left, 0, "{operation} {place}");
        let report = observed(&document, &[&folder.write("lies.jsonl", lines(&recorded))]);
        assert_eq!(findings(&report), found, "{operation} {place}");
    }
}

/// What is accepted stays accepted, whatever the counts are.
#[test]
fn counts_are_in_no_fingerprint() {
    let folder = Folder::new();
    let document = folder.write("api.json", &*DOCUMENT);
    let fingerprints = |count: usize| {
        let mut recorded = RECORDED.clone();
        for line in recorded.iter_mut().filter(|line| line["operation"] == "get_backup").take(count) {
            line["body"]["p"]["id"] = json!({ "t": "null" });
            line["body"]["p"]["mood"] = json!({ "t": "string", "n": "1-9" });
            line["body"]["p"]["state"] = json!({ "t": "string", "n": "1-9", "v": "exploded" });
        }
        let report = observed(&document, &[&folder.write("lies.jsonl", lines(&recorded))]);
        let all = report["findings"].as_array().unwrap().iter().map(|finding| finding["fingerprint"].clone());
        all.collect::<Vec<_>>()
    };
    assert_eq!(fingerprints(1), fingerprints(3));
    assert_eq!(fingerprints(1).len(), 3);
}

// --- HAR --------------------------------------------------------------------------------------

/// Files in the shapes of three tools: compressed, in base64, empty, cut, behind a prefix, to other hosts and paths.
#[test]
fn har_files_of_three_tools_are_read() {
    let folder = Folder::new();
    let document = folder.write("api.json", &*DOCUMENT);
    let har = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/har");
    let all = ["chrome.har", "mitmproxy.har", "charles.har"].map(|name| har.join(name));
    let report = observed(&document, &all.each_ref().map(PathBuf::as_path));
    assert_eq!(
        findings(&report),
        [
            "new-optional-request-parameter | parameter name | a string in 1 of 6 requests",
            "response-non-success-status-added | response 502 | status 502 in 1 of 8 answers",
            "response-optional-property-added | schema Backup › type | a string in 5 of 5 answers",
            "response-property-became-nullable | schema Backup › name | null in 1 of 5 answers",
        ]
    );
    assert_eq!(
        report["observed"]["recordings"],
        json!(["11 exchanges of 3 operations", "1 with paths that are not described: not judged",])
    );
    let notes: Vec<&str> = report["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    let notes: Vec<&str> = notes.iter().map(|note| note.rsplit("har/").next().unwrap()).collect();
    assert_eq!(
        notes,
        [
            "chrome.har: 1 of 6 entries are of other hosts (--host names one of the API)",
            "chrome.har: 1 of 6 entries have no answer",
            "get_backup 200: not JSON, or cut short, in 2 of 6 answers",
            "get_backup: 1 parameter that is not described in 1 of 6 requests; the recording does not contain the names",
        ]
    );
}

/// What a proxy calls its host is the API, if somebody says so.
#[test]
fn other_hosts_are_of_the_api_where_they_are_named() {
    let folder = Folder::new();
    let (document, _) = things();
    let document = folder.write("api.json", document.to_string());
    let answer = json!({ "data": [{ "new": 1 }] });
    let entries = ["api.example.com", "proxy.example.net"];
    let entries = entries.map(|host| entry("GET", &format!("https://{host}/v1/things"), None, 200, Some(&answer)));
    let file = folder.write("proxy.har", har(entries));
    for (more, found) in [(&[][..], "1 of 1"), (&["--host", "PROXY.example.net"], "2 of 2")] {
        let (code, out, err) = observe(&document, &[&file], more);
        assert_eq!((code, err.as_str()), (exit_code(0), ""), "{out}");
        assert!(out.contains(&format!("in {found} answer")), "{out}");
        assert_eq!(out.contains("of other hosts"), more.is_empty(), "{out}");
    }
}

#[test]
fn a_body_is_read_whatever_its_coding_is() {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    let folder = Folder::new();
    let (document, _) = things();
    let document = folder.write("api.json", document.to_string());
    let body = json!({ "data": [{ "new": 1 }] }).to_string();
    let (mut gzip, mut zlib, mut raw) = (
        GzEncoder::new(Vec::new(), Compression::default()),
        ZlibEncoder::new(Vec::new(), Compression::default()),
        DeflateEncoder::new(Vec::new(), Compression::default()),
    );
    for writer in [&mut gzip as &mut dyn Write, &mut zlib, &mut raw] {
        writer.write_all(body.as_bytes()).unwrap();
    }
    let coded = [
        ("gzip", gzip.finish().unwrap()),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
        ("identity", body.clone().into_bytes()),
    ];
    let entries = coded.map(|(coding, bytes)| {
        let mut entry = entry("GET", "https://api.example.com/v1/things", None, 200, None);
        let headers = entry["response"]["headers"].as_array_mut().unwrap();
        headers.push(json!({ "name": "Content-Encoding", "value": coding }));
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        entry["response"]["content"]["text"] = text.into();
        entry["response"]["content"]["encoding"] = "base64".into();
        entry
    });
    let file = folder.write("coded.har", har(entries));
    let found = findings(&observed(&document, &[&file]));
    assert!(found.len() == 1 && found[0].contains("in 4 of 4 answers"), "{found:?}");
}

#[test]
fn queries_are_held_to_their_parameters() {
    let folder = Folder::new();
    let (mut document, lines_of) = things();
    let parameter =
        json!({ "name": "kind", "in": "query", "required": true, "schema": { "type": "string", "enum": ["a"] } });
    document["paths"]["/things"]["get"]["parameters"] = json!([parameter]);
    let document = folder.write("api.json", document.to_string());
    let of = |query: Value| {
        let mut line = lines_of[0].clone();
        line["query"] = json!({ "t": "object", "p": query });
        line
    };
    let found_of = |status: u16, query: Value| {
        let mut line = of(query);
        line["status"] = status.into();
        let file = folder.write("query.jsonl", lines(&[line]));
        let found = findings(&observed(&document, &[&file])).into_iter();
        found.filter(|finding| finding.contains("kind")).collect::<Vec<_>>()
    };
    let found = |query: Value| found_of(200, query);
    let kind = |value: &str| json!({ "kind": { "t": "string", "n": "1-9", "v": value } });
    assert_eq!(found(kind("a")), [""; 0]);
    assert_eq!(found(kind("b")).len(), 1);
    assert_eq!(found(json!({})).len(), 1);
    // What was answered with a redirect was accepted; what was refused says nothing of what may be sent.
    assert_eq!([302, 399, 400, 422].map(|status| found_of(status, kind("b")).len()), [1, 1, 0, 0]);
}

/// What operations share is told once, with all that was seen of it, from the first exchange on.
#[test]
fn what_was_seen_in_several_operations_is_told_as_one() {
    let folder = Folder::new();
    let (document, recorded) = things();
    let document = folder.write("api.json", document.to_string());
    let [mut list, _, mut create] = <[Value; 3]>::try_from(recorded).unwrap();
    list["body"]["p"]["data"]["items"][0]["s"]["p"]["due"] = json!({ "t": "null" });
    create["body"]["p"]["due"] = json!({ "t": "string", "n": "10-99", "f": ["date-time"] });
    for order in [[&create, &list], [&list, &create]] {
        let report = observed(&document, &[&folder.write("shared.jsonl", lines(&order.map(Value::clone)))]);
        let found = findings(&report);
        assert!(
            found.len() == 1 && found[0].ends_with("| a string (date-time) or null in 4 of 4 values in 2 answers"),
            "{found:?}"
        );
        assert_eq!(report["findings"][0]["evidence"]["first"]["line"], 1, "{report:#}");
    }
}

/// The entries of a map are counted, whose names are not recorded.
#[test]
fn each_entry_of_a_map_counts() {
    let folder = Folder::new();
    let (mut document, recorded) = things();
    let text = json!({ "type": "string" });
    document["components"]["schemas"]["Thing"]["properties"]["labels"] =
        json!({ "type": "object", "additionalProperties": text });
    let document = folder.write("api.json", document.to_string());
    let mut create = recorded[2].clone();
    let entries = json!([{ "c": 2, "s": { "t": "null" } }, { "c": 3, "s": { "t": "string", "n": "1-9" } }]);
    create["body"]["p"]["labels"] = json!({ "t": "object", "map": entries });
    let found = findings(&observed(&document, &[&folder.write("map.jsonl", lines(&[create]))]));
    assert!(found.len() == 1 && found[0].ends_with("| null in 2 of 5 values in 1 answer"), "{found:?}");
}

/// What is asked for its headers alone tells how long the body would be.
#[test]
fn an_answer_to_head_is_not_cut_short() {
    let folder = Folder::new();
    let (mut document, _) = things();
    let item = document["paths"]["/things"].as_object_mut().unwrap();
    let mut asked = item["get"].clone();
    asked["operationId"] = "head_things".into();
    item.insert("head".to_owned(), asked);
    let document = folder.write("api.json", document.to_string());
    let with = |method: &str| {
        let mut entry = entry(method, "https://api.example.com/v1/things", None, 200, None);
        entry["response"]["bodySize"] = 512.into();
        observed(&document, &[&folder.write("one.har", har([entry]))])["notes"].clone()
    };
    assert_eq!(with("HEAD"), Value::Null);
    assert_eq!(with("GET"), json!(["list_things 200: not JSON, or cut short, in 1 of 1 answer"]));
}

/// Browsers write the names of headers as they were sent.
#[test]
fn credentials_that_a_har_file_has_are_in_no_output() {
    let folder = Folder::new();
    let document = folder.write("api.json", &*DOCUMENT);
    for (name, value) in [
        ("Authorization", "id:s3cret-token-1"),
        ("AUTHORIZATION", "Bearer s3cret-token-1"),
        ("Cookie", "session=s3cret-token-1"),
        ("X-Api-Key", "s3cret-token-1"),
        ("X-CSRF-Token", "s3cret-token-1"),
        ("Set-Cookie", "session=s3cret-token-1; HttpOnly"),
    ] {
        let answer = json!({ "id": "b", "state": "s3cret-token-1", "s3cret-token-1": 1 });
        let url = "https://api.planetscale.com/v1/organizations/acme/databases/shop/branches/main/backups/b";
        let mut entry = entry("GET", url, None, 200, Some(&answer));
        let side = if name == "Set-Cookie" { "response" } else { "request" };
        entry[side]["headers"].as_array_mut().unwrap().push(json!({ "name": name, "value": value }));
        let file = folder.write("secret.har", har([entry]));
        for format in ["text", "json", "markdown", "github"] {
            let (_, said, err) = observe(&document, &[&file], &["--format", format]);
            assert!(!format!("{said}{err}").contains("s3cret"), "{name}: {format}: {said}{err}");
            assert!(said.contains("get_backup") || format == "github", "{name}: {format}: {said}{err}");
        }
    }
}

/// What stands in a HAR file and lists no values stands in no output.
#[test]
fn nothing_of_a_har_file_is_said_but_values_of_enums() {
    const MARKER: &str = "m4rker m4rker";
    fn mark(value: &mut Value) {
        match value {
            Value::String(text) => *text = MARKER.to_owned(),
            Value::Array(items) => items.iter_mut().for_each(mark),
            Value::Object(map) => {
                map.values_mut().for_each(mark);
                map.insert(MARKER.to_owned(), json!({ MARKER: MARKER }));
            }
            _ => {}
        }
    }
    let folder = Folder::new();
    let document = folder.write("api.json", &*DOCUMENT);
    let mut entries = Vec::new();
    for name in ["chrome.har", "mitmproxy.har", "charles.har"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/har").join(name);
        let text = fs::read_to_string(path).unwrap();
        let har: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        for entry in har["log"]["entries"].as_array().unwrap() {
            let mut marked = entry.clone();
            mark(&mut marked);
            let mut answer: Value = serde_json::from_str(
                r#"{"id": "", "state": "", "actor": {"id": ""}, "restored_branches": [{"name": ""}], "new": {"name": ""}}"#,
            ).unwrap();
            mark(&mut answer);
            for body in [json!(answer.to_string()), json!(MARKER)] {
                // So that the entries are read at all.
                for pointer in ["/request/method", "/request/url"] {
                    *marked.pointer_mut(pointer).unwrap() = entry.pointer(pointer).unwrap().clone();
                }
                marked["request"]["url"] = marked["request"]["url"].as_str().unwrap().replace("acme", MARKER).into();
                marked["request"]["url"] =
                    format!("{}?{MARKER}={MARKER}&state={MARKER}", marked["request"]["url"].as_str().unwrap()).into();
                marked["response"]["content"]["text"] = body;
                marked["response"]["content"].as_object_mut().unwrap().remove("encoding");
                marked["request"]["postData"] = json!({ "mimeType": MARKER, "text": answer.to_string() });
                entries.push(marked.clone());
            }
            marked["request"]["url"] = format!("https://m4rker.example.com/{MARKER}").into();
            entries.push(marked.clone());
            marked["request"]["method"] = MARKER.into();
            marked["request"]["url"] = entry["request"]["url"].clone();
            entries.push(marked);
        }
    }
    let mut whole = json!({ "log": { "version": MARKER, "entries": entries, MARKER: MARKER } }).to_string();
    let file = folder.write("marked.har", &whole);
    for format in ["text", "json", "markdown", "github"] {
        let (_, out, err) = observe(&document, &[&file], &["--format", format]);
        assert!(out.contains("restored_branches") || format == "github", "{out}{err}");
        assert!(!out.contains("m4rker") && err.is_empty(), "{out}{err}");
    }
    // Nor where the file is broken.
    for broken in ["\"m4rker", "m4rker", "]"] {
        whole.truncate(whole.len() - 20);
        let (_, out, err) = observe(&document, &[&folder.write("broken.har", format!("{whole}{broken}"))], &[]);
        assert!(!out.contains("m4rker") && !err.contains("m4rker"), "{out}{err}");
    }
}

// --- Files ------------------------------------------------------------------------------------

#[test]
fn files_that_are_torn_are_read_and_others_are_refused() {
    let folder = Folder::new();
    let document = folder.write("api.json", &*DOCUMENT);
    let whole = lines(&RECORDED);
    let said = |text: &str| {
        let file = folder.write("recording.jsonl", text);
        let (code, out, err) = observe(&document, &[&file], &[]);
        let name = file.to_str().unwrap();
        (code, out.replace(name, "FILE"), err.replace(name, "FILE"))
    };
    let (code, out, _) = said(&whole[..whole.len() - 9]);
    assert_eq!(code, exit_code(0));
    assert!(out.contains("10 exchanges of") && out.contains("FILE: the last line (11) is cut off"), "{out}");
    let (code, out, _) = said(&format!("{whole}{{\"v\":1,\"me{whole}"));
    assert_eq!(code, exit_code(0));
    assert!(out.contains("FILE: 1 line is not an exchange (the first is line 12); skipped"), "{out}");
    let (code, out, _) = said("");
    assert_eq!(code, exit_code(0));
    assert!(out.contains("0 exchanges"), "{out}");
    for (text, error) in [
        (whole.replace("\"v\":1,", "\"v\":2,"), "FILE, line 1: a line of version 2, where version 1 is read"),
        ("m4rker\n".to_owned(), "FILE, line 1: neither a line of a recording (`ClientBuilder::record`) nor a HAR file"),
        ("{\"log\": {\"entries\": 7}}".to_owned(), "FILE: no HAR file"),
        ("{\"log\": {\"entries\": [}".to_owned(), "FILE: not JSON at line 1"),
    ] {
        let (code, _, err) = said(&text);
        assert_eq!(code, exit_code(2), "{err}");
        assert!(err.contains(error) && !err.contains("m4rker"), "{err}");
    }
}

// --- Proposals --------------------------------------------------------------------------------

/// A recording of `create_backup`, with lies in it.
fn lying() -> Vec<Value> {
    let create = RECORDED.iter().find(|line| line["operation"] == "create_backup").unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut line = create.clone();
        change(&mut line["body"]["p"]);
        line
    };
    let mut all = vec![create.clone()];
    let text = json!({ "t": "string", "n": "1-9" });
    all.push(with(&|body| body["id"] = json!({ "t": "null" })));
    all.push(with(&|body| body["database_branch"]["p"]["name"] = json!({ "t": "null" })));
    all.push(with(&|body| body["size"] = text.clone()));
    all.push(with(&|body| body["estimated_storage_cost"] = json!({ "t": "boolean" })));
    all.push(with(&|body| body["created_at"] = text.clone()));
    all.push(with(&|body| body["state"] = json!({ "t": "string", "n": "1-9", "v": "exploded" })));
    all.push(with(&|body| drop(body.as_object_mut().unwrap().remove("name"))));
    all.push(with(&|body| drop(body.as_object_mut().unwrap().remove("protected"))));
    all.push(with(&|body| {
        body["mood"] =
            json!({ "t": "object", "p": { "name": text, "tags": { "t": "array", "items": [{ "c": 1, "s": text }] } } });
    }));
    all.push(with(&|body| body["actor"] = text.clone()));
    let mut conflict = create.clone();
    conflict["status"] = 409.into();
    conflict["body"] = json!({ "t": "object", "p": { "code": text, "message": text } });
    all.push(conflict);
    all
}

#[test]
fn what_is_proposed_mends_what_was_seen() {
    let copy = Copy::new();
    let recording = copy.path("lies.jsonl");
    fs::write(&recording, lines(&lying())).unwrap();
    let file = format!("acme={}", recording.to_str().unwrap());
    let before = fs::read_to_string(copy.path("overlay.yaml")).unwrap();
    let few = copy.command("observe", &[&file, "--wire-only", "--propose", "--min-samples", "100"]);
    assert!(few.out.contains("fewer than 100"), "{}{}", few.out, few.err);
    assert_eq!(fs::read_to_string(copy.path("overlay.yaml")).unwrap(), before);

    let proposed = copy.command("observe", &[&file, "--wire-only", "--propose", "--min-samples", "5"]);
    assert_eq!(proposed.code, exit_code(0), "{}", proposed.err);
    assert!(!proposed.out.contains("not proposed"), "{}", proposed.out);
    let after = fs::read_to_string(copy.path("overlay.yaml")).unwrap();
    let added = after.strip_prefix(before.trim_end()).unwrap();
    insta::assert_snapshot!("proposed", added);
    let updated = copy.run(&["--from", copy.path("create_backup.yaml").to_str().unwrap()]);
    assert_eq!(updated.code, exit_code(0), "{}{}", updated.out, updated.err);
    let again = copy.command("observe", &[&file, "--wire-only", "--propose", "--min-samples", "5"]);
    assert!(again.out.starts_with("no drift\n"), "{}{}", again.out, again.err);
    assert_eq!(fs::read_to_string(copy.path("overlay.yaml")).unwrap(), after);
}

/// A type that requests and answers share: what it lacks is added once, with all that either side showed.
#[test]
fn what_both_sides_showed_is_proposed_once() {
    let copy = Copy::new();
    let shared = "
  - target: $.components.schemas
    description: Both sides have it.
    update:
      Setting:
        type: object
        properties:
          state:
            type: string
            enum: [new]
  - target: $.components.schemas.Backup
    description: Answers have it.
    update:
      properties:
        setting:
          $ref: '#/components/schemas/Setting'
  - target: $.components.schemas.CreateBackupBody
    description: Requests have it.
    update:
      properties:
        setting:
          $ref: '#/components/schemas/Setting'
";
    let before = fs::read_to_string(copy.path("overlay.yaml")).unwrap().trim_end().to_owned() + shared;
    fs::write(copy.path("overlay.yaml"), &before).unwrap();
    let page = copy.path("create_backup.yaml").to_str().unwrap().to_owned();
    let updated = copy.run(&["--from", &page]);
    assert_eq!(updated.code, exit_code(0), "{}{}", updated.out, updated.err);

    let setting = |state: &str, fields: &[&str]| {
        let text = json!({ "t": "string", "n": "1-9" });
        let mood: serde_json::Map<_, _> = fields.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
        let state = json!({ "t": "string", "n": "1-9", "v": state });
        json!({ "t": "object", "p": { "state": state, "mood": { "t": "object", "p": mood } } })
    };
    let exchange = |state: &str| {
        let mut line = RECORDED.iter().find(|line| line["operation"] == "create_backup").unwrap().clone();
        line["request"] = json!({ "t": "object", "p": { "setting": setting(state, &["name"]) } });
        line["body"]["p"]["setting"] = setting(state, &["level", "name"]);
        line
    };
    let recording = copy.path("both.jsonl");
    fs::write(&recording, lines(&["odd", "even"].map(exchange))).unwrap();
    let observe = || {
        // Each was seen in as many.
        let more = ["--wire-only", "--propose", "--min-samples", "2"];
        copy.command("observe", &[&[recording.to_str().unwrap()], &more[..]].concat())
    };
    let proposed = observe();
    assert_eq!(proposed.code, exit_code(0), "{}", proposed.err);
    let after = fs::read_to_string(copy.path("overlay.yaml")).unwrap();
    let overlay: Value = serde_yaml::from_str(&after).unwrap();
    let own = before.matches("- target:").count();
    let updates: Vec<&Value> = overlay["actions"].as_array().unwrap()[own..].iter().map(|it| &it["update"]).collect();
    let listed: Vec<&Value> = updates.iter().filter_map(|update| update.get("enum")).collect();
    assert_eq!(listed, [&json!(["even", "odd"])]);
    let types: Vec<_> = updates.iter().filter_map(|update| update.as_object()?.get_key_value("SettingMood")).collect();
    let text = json!({ "type": "string" });
    let mood = json!({ "type": "object", "properties": { "level": text, "name": text } });
    assert_eq!(types, [(&"SettingMood".to_owned(), &mood)]);
    assert!(!after.contains("SettingMood2"), "{after}");
    // Nothing is left to be proposed.
    let updated = copy.run(&["--from", &page]);
    assert_eq!(updated.code, exit_code(0), "{}{}", updated.out, updated.err);
    let again = observe();
    assert_eq!(fs::read_to_string(copy.path("overlay.yaml")).unwrap(), after, "{}{}", again.out, again.err);
}

// --- What was not seen ------------------------------------------------------------------------

/// A document, and what was recorded of some of it.
fn things() -> (Value, Vec<Value>) {
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let answer = |schema: Value| json!({ "description": "ok", "content": content(schema) });
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let list = json!({ "type": "object", "properties": { "data": { "type": "array", "items": thing } } });
    let error = json!({ "type": "object", "properties": { "code": { "type": "string", "enum": ["gone", "busy"] } } });
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1" },
        "servers": [{ "url": "https://api.example.com/v1" }],
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list_things",
                    "responses": { "200": answer(list), "404": answer(error.clone()), "5XX": answer(error) },
                },
                "post": {
                    "operationId": "create_thing",
                    "requestBody": { "content": content(thing.clone()) },
                    "responses": { "201": answer(thing) },
                },
            },
            "/things/{id}": { "delete": {
                "operationId": "delete_thing",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "responses": { "204": { "description": "gone" } },
            } },
        },
        "components": { "schemas": { "Thing": { "type": "object", "properties": {
            "id": { "type": "string", "readOnly": true },
            "password": { "type": "string", "writeOnly": true },
            "note": { "type": "string", "nullable": true },
            "state": { "type": "string", "enum": ["new", "old", null], "nullable": true },
        } } } },
    });
    let line = |operation: &str, method: &str, path: &str, status: u16, more: Value| {
        let mut line = json!({ "v": 1, "operation": operation, "method": method, "path": path, "status": status });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let thing = json!({ "t": "object", "p": { "state": { "t": "string", "n": "1-9", "v": "new" } } });
    let list = json!({ "t": "object", "p": { "data": { "t": "array", "items": [{ "c": 3, "s": thing }] } } });
    let error = json!({ "t": "object", "p": { "code": { "t": "string", "n": "1-9", "v": "busy" } } });
    let lines = vec![
        line("list_things", "get", "/things", 200, json!({ "body": list })),
        line("list_things", "get", "/things", 503, json!({ "body": error, "headers": { "link": { "t": "string" } } })),
        line("create_thing", "post", "/things", 201, json!({ "request": thing, "body": thing })),
    ];
    (document, lines)
}

#[test]
fn what_was_not_seen_is_listed() {
    let folder = Folder::new();
    let (document, recorded) = things();
    let document = folder.write("api.json", document.to_string());
    let report = observed(&document, &[&folder.write("some.jsonl", lines(&recorded))]);
    assert_eq!(
        report["observed"],
        json!({
            "recordings": ["3 exchanges of 2 operations"],
            "operations not seen": ["delete_thing"],
            "answers not seen": ["list_things: 404"],
            // Each side is missed for what that side sends.
            "fields not seen": [
                "schema Thing: note (request), in 1 object",
                "schema Thing: password (request), in 1 object",
                "schema Thing: id, in 4 objects",
                "schema Thing: note, in 4 objects",
            ],
            "values not seen": [
                "schema Thing › state: old, in 5 values",
                "GET /things response 5XX › code: gone, in 1 value",
            ],
        })
    );
    let nothing = observed(&document, &[&folder.write("none.jsonl", "")]);
    let operations = json!(["list_things", "create_thing", "delete_thing"]);
    assert_eq!(
        nothing["observed"],
        json!({
            "recordings": ["0 exchanges of 0 operations"],
            "operations not seen": operations,
            "answers not seen": [],
            "fields not seen": [],
            "values not seen": [],
        })
    );
}

/// A correction of ours is listed until something confirms it.
#[test]
fn corrections_that_nothing_confirms_are_listed() {
    let copy = Copy::new();
    let listed = |recorded: &[Value]| {
        let recording = copy.path("some.jsonl");
        fs::write(&recording, lines(recorded)).unwrap();
        let ended = copy.command("observe", &[recording.to_str().unwrap(), "--wire-only", "--format", "json"]);
        assert_eq!(ended.code, exit_code(0), "{}", ended.err);
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        let all = report["observed"]["corrections that nothing confirms"].as_array().cloned().unwrap_or_default();
        all.iter().map(|line| line.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let create = || RECORDED.iter().find(|line| line["operation"] == "create_backup").unwrap().clone();
    let before = listed(&[create()]);
    type Confirm<'a> = &'a dyn Fn(&mut Value);
    let confirmations: [(&str, Confirm<'_>); 4] = [
        ("schema Backup › updated_at may be null: a rule on all answers (rules.rs)", &|line| {
            line["body"]["p"]["updated_at"] = json!({ "t": "null" });
        }),
        ("schema Backup › expires_at may be null: a rule on all answers (rules.rs)", &|line| {
            line["body"]["p"].as_object_mut().unwrap().remove("expires_at");
        }),
        ("schema Backup › started_at has its format: a rule on all answers (rules.rs)", &|line| {
            line["body"]["p"]["started_at"] = json!({ "t": "string", "n": "10-99", "f": ["date-time"] });
        }),
        (
            "POST /organizations/{organization}/databases/{database}/branches/{branch}/backups response 404 is as corrected: overlay.yaml: $.paths['/organizations/{organization}/databases/{database}/branches/{branch}/backups'].post.responses['401','403','404','500']",
            &|line| {
                line["status"] = 404.into();
                let text = json!({ "t": "string", "n": "1-9" });
                line["body"] = json!({ "t": "object", "p": { "code": text, "message": text } });
            },
        ),
    ];
    for (confirmed, confirm) in confirmations {
        assert!(before.iter().any(|line| line == confirmed), "{before:#?}");
        let mut other = create();
        confirm(&mut other);
        let left: Vec<String> = before.iter().filter(|line| *line != confirmed).cloned().collect();
        assert_eq!(listed(&[create(), other]), left);
    }
}

// --- What is ignored --------------------------------------------------------------------------

#[test]
fn headers_and_paths_that_are_ignored_are_not_judged() {
    let copy = Copy::new();
    let (document, recorded) = things();
    let (file, recording) = (copy.path("things.json"), copy.path("things.jsonl"));
    fs::write(&file, document.to_string()).unwrap();
    fs::write(&recording, lines(&recorded)).unwrap();
    let said = |ignored: &str| {
        fs::write(copy.path("ignored.toml"), ignored).unwrap();
        let files = [recording.to_str().unwrap(), "--document", file.to_str().unwrap()];
        let ended = copy.command("observe", &[&files[..], &["--wire-only", "--format", "json"]].concat());
        if ended.code != exit_code(0) {
            return ended.err;
        }
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        format!("{:?} {}", findings(&report), report["observed"]["recordings"])
    };
    for (ignored, expected) in [
        (
            "",
            r#"["response-header-added | response 5XX › header link | a string in 1 of 1 answer"] ["3 exchanges of 2 operations"]"#,
        ),
        ("[headers]\n\"Li*\" = \"links\"", r#"[] ["3 exchanges of 2 operations"]"#),
        ("[paths]\n\"/things\" = \"in flux\"", r#"[] ["3 exchanges of 0 operations","3 with paths that are ignored"]"#),
        (
            "[paths]\n\"/things/*\" = \"in flux\"",
            r#"["response-header-added | response 5XX › header link | a string in 1 of 1 answer"] ["3 exchanges of 2 operations"]"#,
        ),
        ("[headers]\nlink = \"\"", "error: openapi/ignored.toml: `link` in `[headers]` has no reason\n"),
        (
            "[header]\nlink = \"links\"",
            "error: openapi/ignored.toml: `[header]` is unknown here; there are `[headers]` and `[paths]`\n",
        ),
        ("headers = 7", "error: openapi/ignored.toml: `headers` is no section\n"),
    ] {
        assert_eq!(said(ignored), expected, "{ignored}");
    }
}
