//! Every operation of the vendor's whole API, on a loopback server: the request is what the spec says,
//! and the answer decodes to an equal value.

// A test: whatever is not as it should be ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(clippy::all, unused_imports)]
mod calls;
#[allow(dead_code)]
mod support;

use planetscale_client::{Bytes, Client, Error, Response, ServiceToken};
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
    status: &'static str,
    /// The media type of the answer.
    media: &'static str,
    answer: Option<&'static str>,
}

/// Where a redirect leads, which is what such an operation answers with.
const LOCATION: &str = "https://example.com/there";

async fn holds<T: Serialize>(
    expected: Expected,
    call: impl AsyncFnOnce(Client) -> Result<Response<T>, Error>,
) {
    let status = format!("{} Status", expected.status);
    let bytes = match expected.answer {
        _ if expected.status.starts_with('3') => answer(&status, &[("location", LOCATION)], ""),
        Some(body) => answer(&status, &[("content-type", expected.media)], body),
        None => answer(&status, &[], ""),
    };
    let server = Server::start([Step::Answer(bytes)]).await;
    let auth = ServiceToken::new("id", "token");
    let client = Client::builder().auth(auth).base_url(format!("{}/v1", server.url())).build().unwrap();
    let answered = serde_json::to_value(call(client).await.unwrap().into_inner()).unwrap();

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
        Some(body) => assert_eq!(said(value(&arrived.body)), said(value(body))),
        None => assert_eq!(arrived.body, ""),
    }
    match expected.answer {
        _ if expected.status.starts_with('3') => assert_eq!(answered, LOCATION),
        Some(body) => assert_eq!(said(answered), said(value(body))),
        None => assert!(said(answered).is_null()),
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
