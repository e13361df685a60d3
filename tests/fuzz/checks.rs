//! What must hold for any input. The fuzzer and the replay of its corpus call the same.

use std::time::{Duration, SystemTime};

use planetscale_client::types::Backup;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// A page: what is extracted is a part of it.
pub fn page(text: &str) {
    if let Ok(document) = xtask::upstream::page::extract(text) {
        assert!(text.contains(document));
    }
}

/// Two documents, with a line `=====` between them: what is read can be compared, both ways.
pub fn diff(text: &str) {
    let (old, new) = text.split_once("=====\n").unwrap_or((text, text));
    let (Ok(old), Ok(new)) = (xtask::upstream::spec::Spec::parse(old), xtask::upstream::spec::Spec::parse(new)) else {
        return;
    };
    let there = xtask::comparison::diff::diff(&old.value, &new.value);
    let back = xtask::comparison::diff::diff(&new.value, &old.value);
    assert_eq!(there.is_empty(), back.is_empty());
    assert!(xtask::comparison::diff::diff(&old.value, &old.value).is_empty());
}

/// The body of an answer: what is decoded encodes to what decodes to the same.
pub fn response(body: &[u8]) {
    if let Ok(backup) = serde_json::from_slice::<Backup>(body) {
        let again: Backup =
            serde_json::from_value(serde_json::to_value(&backup).expect("it encodes")).expect("it decodes");
        assert_eq!(again, backup);
    }
}

/// `Retry-After`, and on the second line `Date`: never a panic; a number is itself.
pub fn retry_after(text: &[u8]) {
    let mut lines = text.splitn(2, |byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in [RETRY_AFTER, DATE] {
        if let Some(Ok(value)) = lines.next().map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    }
    let delay = super::retry_after::retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30));
    let number = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
    if let Some(seconds) = number {
        assert_eq!(delay, Some(Duration::from_secs(seconds)));
    }
}
