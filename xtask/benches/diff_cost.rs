//! What a diff costs beside only parsing the two documents with serde_yaml, in one run.
//!
//!     cargo bench --bench diff_cost [-- <OLD> <NEW>]
//!
//! Without arguments the documents are generated: 10, 200 and 1,000 operations, of which every tenth
//! differs; and operations that give schemas which refer to one another in a circle, or each to all
//! others, with one leaf changed. Prints medians of several runs, the ratio, and the peak of allocated
//! memory.

// A benchmark: whatever fails ends it.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use xtask::comparison::diff::diff;
use xtask::upstream::spec::Spec;

/// Counts what is allocated.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed to the system's allocator as it is.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A document with so many operations, each with its own inline schemas and one shared.
fn document(operations: usize, new: bool) -> String {
    let mut text = String::from("openapi: 3.0.1\ninfo: {title: T, version: v1}\npaths:\n");
    for i in 0..operations {
        let kind = if new && i % 10 == 0 { "number" } else { "integer" };
        text.push_str(&format!("  /things{i}/{{id}}:\n    post:\n      operationId: make_{i}\n      summary: Make a thing\n      parameters:\n\
             \x20       - {{name: id, in: path, required: true, schema: {{type: string}}}}\n      requestBody:\n        content:\n          application/json:\n            schema:\n              type: object\n              properties:\n"));
        for p in 0..8 {
            text.push_str(&format!(
                "                field{p}: {{type: string, description: A field of a request, maxLength: 80}}\n"
            ));
        }
        text.push_str("      responses:\n        '201':\n          description: Made\n          content:\n            application/json:\n              schema:\n                type: object\n                required: [field0, field1]\n                properties:\n                  shared: {$ref: '#/components/schemas/Shared'}\n");
        for p in 0..20 {
            text.push_str(&format!(
                "                  field{p}: {{type: {kind}, description: A field of an answer, nullable: true}}\n"
            ));
        }
    }
    text.push_str(
        "components:\n  schemas:\n    Shared: {type: object, properties: {a: {type: string}, b: {type: integer}}}\n",
    );
    text
}

/// A document whose operations give schemas that refer to `each` of the ones after them, round in a
/// circle; of the first, one leaf is of this type.
fn circle(operations: usize, schemas: usize, each: usize, leaf: &str) -> String {
    let mut text = String::from("openapi: 3.0.1\ninfo: {title: T, version: v1}\npaths:\n");
    for i in 0..operations {
        let schema = i % schemas;
        text.push_str(&format!(
            "  /things{i}:\n    get:\n      operationId: get_{i}\n      summary: Get a thing\n      responses:\n        '200':\n          description: Here it is\n          content:\n            application/json:\n              schema: {{$ref: '#/components/schemas/S{schema}'}}\n"
        ));
    }
    text.push_str("components:\n  schemas:\n");
    for i in 0..schemas {
        let kind = if i == 0 { leaf } else { "string" };
        text.push_str(&format!(
            "    S{i}:\n      type: object\n      properties:\n        leaf: {{type: {kind}, description: A field}}\n"
        ));
        for p in 1..=each {
            text.push_str(&format!("        p{p}: {{$ref: '#/components/schemas/S{}'}}\n", (i + p) % schemas));
        }
    }
    text
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn measure(name: &str, old: &str, new: &str) {
    let runs = if old.len() > 1_000_000 { 5 } else { 15 };
    let (mut parse, mut whole, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = 0;
    for _ in 0..runs {
        let start = Instant::now();
        let values: [serde_json::Value; 2] = [old, new].map(|text| serde_yaml::from_str(text).unwrap());
        let parsed = start.elapsed().as_secs_f64();
        drop(values);
        let start = Instant::now();
        let specs = [old, new].map(|text| serde_yaml::from_str::<serde_json::Value>(text).unwrap());
        found = diff(&specs[0], &specs[1]).len();
        let compared = start.elapsed().as_secs_f64();
        parse.push(parsed);
        whole.push(compared);
        ratio.push(compared / parsed);
    }
    let before = NOW.load(Relaxed);
    let specs = [old, new].map(|text| serde_yaml::from_str::<serde_json::Value>(text).unwrap());
    let values = NOW.load(Relaxed) - before;
    PEAK.store(NOW.load(Relaxed), Relaxed);
    let findings = diff(&specs[0], &specs[1]);
    let peak = PEAK.load(Relaxed) - before;
    drop(findings);
    println!(
        "{name:>24}: parse {:>7.1} ms, parse and diff {:>7.1} ms, ratio {:.2}; values {:>6.1} MB, peak {:.2} of them; {found} findings",
        median(parse) * 1e3,
        median(whole) * 1e3,
        median(ratio),
        values as f64 / 1e6,
        peak as f64 / values as f64,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [old, new] = &arguments[..] {
        let read = |name: &String| {
            let page = std::fs::read_to_string(name).unwrap();
            let document = xtask::upstream::page::extract(&page).unwrap().to_owned();
            Spec::parse(&document).unwrap();
            document
        };
        return measure("the documents given", &read(old), &read(new));
    }
    for operations in [10, 100, 200, 1000] {
        measure(&format!("{operations} operations"), &document(operations, false), &document(operations, true));
    }
    let old = document(200, false);
    measure("200 operations, the same", &old, &old);
    for (operations, schemas, each) in [(5_000, 500, 1), (5_000, 500, 20), (600, 200, 199)] {
        let [old, new] = ["string", "integer"].map(|leaf| circle(operations, schemas, each, leaf));
        measure(&format!("{operations} over {schemas} of {each}"), &old, &new);
    }
}
