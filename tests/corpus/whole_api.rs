//! Every operation of the vendor's whole API, on a loopback server: the request is what the spec says,
//! and the answer decodes to an equal value. What is secret is in nothing that is shown, and what is said in no
//! recording, whatever is answered.

// A test: whatever is not as it should be ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(clippy::all, unused_imports)]
mod calls;
#[allow(dead_code)]
mod support;
mod traced;

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use planetscale_client::{Bytes, Client, Error, Recording, Response, RetryPolicy, Secret, ServiceToken};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use support::{Server, Step, answer};

/// What a call is held to.
struct Expected {
    method: &'static str,
    /// The segments of the path, decoded.
    path: &'static [&'static str],
    /// The query, decoded.
    query: &'static [(&'static str, &'static str)],
    headers: &'static [(&'static str, &'static str)],
    body: Option<&'static str>,
    /// Whether null and what is empty is there, too, as it clears something.
    is_exact: bool,
    status: &'static str,
    /// The media type of the answer.
    media: &'static str,
    answer: Option<&'static str>,
}

/// Where a redirect leads, which is what such an operation answers with.
const LOCATION: &str = "https://example.com/m4rker";

/// What each secret begins with, the credentials among them.
const MARKER: &str = "m4rker";
const TOKEN: &str = "m4rker-token";

/// What is in the secrets, in all other texts of the calls, and in their times.
const SAID: [&str; 3] = [MARKER, "ä", "2026-01-02"];

async fn holds<T: Debug + Serialize>(
    expected: Expected,
    call: impl AsyncFn(Client, &mut String) -> Result<Response<T>, Error>,
) {
    let status = format!("{} Status", expected.status);
    let secret = [("set-cookie", MARKER), ("x-echo", TOKEN), ("location", LOCATION)];
    let headers = [("content-type", expected.media), secret[0], secret[1], secret[2]];
    let (sent, answered) = (expected.body.unwrap_or_default(), expected.answer.unwrap_or_default());
    let broken = answered.get(..answered.len().saturating_sub(2)).unwrap_or(answered);
    let answers = [
        answer(&status, &headers, answered),
        // What was sent and what is answered, where it is expected least.
        answer("422 Unprocessable Entity", &headers, &format!(r#"{{"message": {sent:?}, "sent": {{"it": [{answered}]}}}}"#)),
        answer("422 Unprocessable Entity", &headers, &format!("<p>{sent}</p>")),
        answer("307 Temporary Redirect", &headers, broken),
        answer("200 OK", &headers, &format!(r#"{{"data": "{TOKEN}", {}"#, broken.trim_start_matches('{'))),
        answer("200 OK", &headers, &format!("[{answered}, {answered}")),
    ];
    let server = Server::start(answers.map(Step::Answer)).await;
    let auth = ServiceToken::new("id", TOKEN);
    let recorded = Arc::new(Mutex::new(String::new()));
    let into = recorded.clone();
    let recording = Recording::to(move |line| Ok(into.lock().unwrap().push_str(std::str::from_utf8(line).unwrap())));
    let client = Client::builder().auth(auth).retry(RetryPolicy::none()).record(recording);
    let client = client.base_url(format!("{}/v1", server.url())).build().unwrap();
    let (trace, mut shown) = (traced::begin(), String::new());
    let first = call(client.clone(), &mut shown).await.unwrap();
    shown.push_str(&format!("{first:?} {first:#?}"));
    for _ in 1..6 {
        match call(client.clone(), &mut shown).await {
            Ok(response) => shown.push_str(&format!("{response:?}")),
            Err(error) => show(&error, &mut shown),
        }
    }
    shown.push_str(&trace.text());
    let leak = shown.split(MARKER).nth(1).map(|after| after.chars().take(300).collect::<String>());
    assert_eq!(leak, None, "what follows a secret that was shown");
    let recorded = recorded.lock().unwrap().clone();
    assert!(!SAID.iter().any(|said| recorded.contains(said)), "{recorded}");
    assert_eq!(recorded.matches(r#"{"v":1,"operation":"#).count(), 6, "{recorded}");
    let answered = Secret::exposed(|| serde_json::to_value(first.into_inner())).unwrap();

    let arrived = server.arrived().remove(0);
    assert_eq!(arrived.head.split(' ').next(), Some(expected.method));
    let (path, query) = arrived.target().split_once('?').unwrap_or((arrived.target(), ""));
    let segments: Vec<String> = path.split('/').skip(2).map(decoded).collect();
    assert_eq!(segments, expected.path, "{}", arrived.target());
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
    let mut pairs: Vec<(String, String)> =
        pairs.map(|(name, value)| (decoded(name), decoded(&value.replace('+', " ")))).collect();
    let mut wanted: Vec<(String, String)> =
        expected.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    // What is JSON has no order.
    for (_, text) in pairs.iter_mut().chain(&mut wanted) {
        if let Ok(json @ Value::Object(_)) = serde_json::from_str(text) {
            *text = json.to_string();
        }
    }
    pairs.sort();
    wanted.sort();
    assert_eq!(pairs, wanted, "{}", arrived.target());
    for (name, value) in expected.headers {
        // Names have no case, and what is not ASCII travels as UTF-8.
        let line = format!("{}: {value}", name.to_lowercase());
        assert!(arrived.head.lines().any(|arrived| arrived == line || arrived.to_lowercase() == line.to_lowercase()), "{line}: {}", arrived.head);
    }
    match expected.body {
        Some(body) if expected.headers.contains(&("content-type", "application/x-www-form-urlencoded")) => {
            let pairs = arrived.body.split('&').map(|pair| pair.split_once('=').unwrap());
            let sent = pairs.map(|(name, value)| (decoded(name), decoded(&value.replace('+', " "))));
            let wanted: serde_json::Map<String, Value> = value(body);
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let wanted = wanted.iter().flat_map(|(name, value)| match value {
                Value::Array(items) => items.iter().map(|item| (name.clone(), text(item))).collect(),
                value => vec![(name.clone(), text(value))],
            });
            assert_eq!(sent.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
        }
        Some(body) if expected.is_exact => assert_eq!(value::<Value>(&arrived.body), value::<Value>(body)),
        Some(body) => assert_eq!(said(value(&arrived.body)), said(value(body))),
        None => assert_eq!(arrived.body, ""),
    }
    match expected.answer {
        _ if expected.status.starts_with('3') => assert_eq!(answered, LOCATION),
        Some(body) => assert_eq!(said(answered), said(value(body))),
        None => assert!(said(answered).is_null()),
    }
}

/// All that can be seen of an error.
fn show(error: &Error, shown: &mut String) {
    shown.push_str(&format!("{error} {error:?} {error:#?}"));
    match error {
        Error::Refused(refused) => {
            shown.push_str(&format!("{refused:?} {:?} {:?}", refused.headers(), refused.details()));
            shown.push_str(&String::from_utf8_lossy(refused.body()));
        }
        Error::Unreadable(answer) => {
            shown.push_str(&format!("{answer:?} {:?}", answer.headers()));
            shown.push_str(&String::from_utf8_lossy(answer.body()));
        }
        _ => {}
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        shown.push_str(&format!("{error} {error:?}"));
        cause = error.source();
    }
}

fn value<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

/// The bytes of an answer, which hold JSON here.
#[allow(dead_code)]
fn raw(bytes: Bytes) -> Value {
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// A value without what says nothing: null, an empty list or an empty map are as good as absent.
fn said(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let said = map.into_iter().map(|(key, value)| (key, said(value)));
            let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(|map| map.is_empty());
            Value::Object(said.filter(|(_, value)| !(value.is_null() || empty(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(said).collect(),
        value => value,
    }
}
