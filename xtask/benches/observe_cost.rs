//! What `observe` costs beside only reading the lines as JSON, in one run, and how much memory it needs.
//!
//!     cargo bench --bench observe_cost [-- <LINES>]
//!
//! Writes recordings of a thousand, and of a million or so many lines, with random exchanges of all operations of
//! `openapi/planetscale.yaml`. Prints the time of reading each line as a `serde_json::Value`, that of the command, their
//! ratio, and the most memory that the process had by then (on Linux).

// A benchmark: whatever fails ends it.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};
use xtask::random::Random;
use xtask::upstream::spec::Spec;

/// The formats that a recording tells of.
const FORMATS: [&str; 7] = ["date-time", "date", "uuid", "uri", "email", "ipv4", "ipv6"];

/// The line of an exchange that contradicts nothing.
fn line(document: &Value, operation: &Value, path: &str, method: &str, random: &mut Random) -> Value {
    let mut line = json!({
        "v": 1,
        "label": "bench",
        "operation": operation["operationId"],
        "method": method,
        "path": path,
        "headers": { "content-type": { "t": "string", "n": "10-99", "v": "application/json" } },
    });
    let schema = |of: &Value| of.pointer("/content/application~1json/schema").cloned();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let query: Map<String, Value> = parameters
        .filter(|parameter| parameter["in"] == "query")
        .map(|it| (it["name"].as_str().unwrap().to_owned(), shape(document, &it["schema"], random)))
        .collect();
    if !query.is_empty() {
        line["query"] = json!({ "t": "object", "p": query });
    }
    if let Some(request) = schema(&operation["requestBody"]) {
        line["request"] = shape(document, &request, random);
    }
    let (status, answer) = operation["responses"].as_object().unwrap().iter().next().unwrap();
    line["status"] = status.parse::<u16>().unwrap().into();
    if let Some(answer) = schema(answer) {
        line["body"] = shape(document, &answer, random);
    }
    line
}

/// The shape of a value that a schema allows.
fn shape(document: &Value, schema: &Value, random: &mut Random) -> Value {
    if let Some(to) = schema["$ref"].as_str() {
        return shape(document, document.pointer(to.trim_start_matches('#')).unwrap(), random);
    }
    if schema["nullable"] == true && random.chance(4) {
        return json!({ "t": "null" });
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        if let Some(member) = schema[key].get(0) {
            return shape(document, member, random);
        }
    }
    match schema["type"].as_str() {
        Some("array") => {
            let items = (0..random.below(4)).map(|_| json!({ "c": 3, "s": shape(document, &schema["items"], random) }));
            json!({ "t": "array", "items": items.collect::<Vec<_>>() })
        }
        Some("boolean") => json!({ "t": "boolean", "v": random.chance(2) }),
        Some("string") => match (schema["enum"].as_array(), schema["format"].as_str()) {
            (Some(values), _) => json!({ "t": "string", "n": "1-9", "v": random.one(values) }),
            (None, Some(format)) if FORMATS.contains(&format) => json!({ "t": "string", "n": "10-99", "f": [format] }),
            (None, _) => json!({ "t": "string", "n": "10-99" }),
        },
        Some(kind @ ("integer" | "number")) => json!({ "t": kind }),
        _ => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let properties: Map<String, Value> =
                properties.map(|(name, of)| (name.clone(), shape(document, of, random))).collect();
            json!({ "t": "object", "p": properties })
        }
    }
}

/// Writes a recording. Its lines are of all operations in turn.
fn write(document: &Value, lines: usize, file: &Path) {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter().filter(|(_, operation)| operation.get("responses").is_some());
        methods.map(move |(method, operation)| (path, method, operation))
    });
    let mut random = Random(42);
    let all = operations.flat_map(|(path, method, operation)| {
        (0..50).map(|_| line(document, operation, path, method, &mut random).to_string()).collect::<Vec<_>>()
    });
    let all: Vec<String> = all.collect();
    let mut out = BufWriter::new(File::create(file).unwrap());
    // Two numbers without a common factor: each line comes in turn, and neighbours are of other operations.
    for number in 0..lines {
        writeln!(out, "{}", all[number * 7919 % all.len()]).unwrap();
    }
    out.flush().unwrap();
}

/// Reads each line as JSON. Returns the seconds that it took.
fn read(file: &Path) -> f64 {
    let start = Instant::now();
    let mut reader = BufReader::with_capacity(1 << 16, File::open(file).unwrap());
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        std::hint::black_box(serde_json::from_slice::<Value>(&line).unwrap());
        line.clear();
    }
    start.elapsed().as_secs_f64()
}

/// Runs the command. Returns the seconds that it took.
fn observe(file: &Path) -> f64 {
    let start = Instant::now();
    let arguments = ["xtask", "observe"].map(OsString::from).into_iter().chain([file.as_os_str().to_owned()]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    xtask::run(arguments, &mut out, &mut err);
    let seconds = start.elapsed().as_secs_f64();
    let (out, err) = (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap());
    assert!(err.is_empty() && out.contains("no drift"), "{err}{out}");
    seconds
}

/// The most memory that this process had so far, in MB; nothing, where the system does not say.
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
}

fn main() {
    let most = std::env::args().skip(1).find(|it| it != "--bench").map_or(1_000_000, |lines| lines.parse().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = fs::read_to_string(root.join("openapi/planetscale.yaml")).unwrap();
    let folder = tempfile::tempdir_in(root.join("target")).unwrap();
    for lines in [1_000, most] {
        let file = folder.path().join(format!("{lines}.jsonl"));
        write(&Spec::parse(&text).unwrap().value, lines, &file);
        let size = fs::metadata(&file).unwrap().len() as f64 / 1e6;
        let (read, observed) = (read(&file), observe(&file));
        let peak = peak().map_or_else(|| "unknown".to_owned(), |peak| format!("{peak:.0} MB"));
        println!(
            "{lines:>9} lines ({size:.0} MB): as JSON {read:.2} s, observe {observed:.2} s, ratio {:.2}; peak {peak}",
            observed / read
        );
    }
}
