//! The fuzzers' corpora, replayed without a fuzzer. How to fuzz: CONTRIBUTING.md.

#[path = "../fuzz/checks.rs"]
mod checks;
#[path = "../../client/src/retry_after.rs"]
mod retry_after;

use std::path::Path;

/// All inputs kept for a target: its seeds and everything that was ever found.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&dir).unwrap();
    let inputs: Vec<_> = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(!inputs.is_empty(), "{} is empty", dir.display());
    inputs
}

#[test]
fn page() {
    inputs("page").iter().for_each(|input| checks::page(&String::from_utf8_lossy(input)));
}

#[test]
fn diff() {
    inputs("diff").iter().for_each(|input| checks::diff(&String::from_utf8_lossy(input)));
}

#[test]
fn response() {
    inputs("response").iter().for_each(|input| checks::response(input));
}

#[test]
fn retry_after_headers() {
    inputs("retry_after").iter().for_each(|input| checks::retry_after(input));
}
