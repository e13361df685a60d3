//! An answer's JSON, and where it goes wrong.

use serde::de::DeserializeOwned;

use super::attempt::Answer;
use crate::client::Client;
use crate::error::{Error, Reason, without_bom};
use crate::operation::Operation;
use crate::response::Response;

/// Decodes plainly, and only where that fails once more, for the path of the bad field.
pub(crate) fn decode<T: DeserializeOwned>(
    client: &Client,
    operation: Operation,
    answer: Answer,
) -> Result<Response<T>, Error> {
    match serde_json::from_slice(without_bom(&answer.body)) {
        Ok(value) => Ok(Response::new(value, answer.status, answer.headers)),
        Err(_) => match decode_mended(&answer.body) {
            Some(value) => {
                tracing::warn!(operation = operation.id, "the answer says a key twice, or half a character");
                Ok(Response::new(value, answer.status, answer.headers))
            }
            None => Err(undecodable::<T>(client, operation, &answer)),
        },
    }
}

/// Decodes what a strict reader refuses though one can tell what it says: of a key that is said twice the last value
/// counts, and half a surrogate pair is the character that stands for none. (RFC 8259, 4 and 8.2)
#[cold]
fn decode_mended<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let value: serde_json::Value = serde_json::from_slice(&whole_characters(without_bom(body))).ok()?;
    T::deserialize(value).ok()
}

/// JSON with each half of a surrogate pair replaced.
fn whole_characters(json: &[u8]) -> Vec<u8> {
    let unit = |at: usize| -> Option<u16> {
        let escape = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    };
    let (mut out, mut at) = (Vec::with_capacity(json.len()), 0);
    while at < json.len() {
        let length = match unit(at) {
            _ if json[at] != b'\\' => 1,
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                out.extend(b"\\ufffd");
                at += 6;
                continue;
            }
            // What is escaped, a backslash among them, begins no escape.
            _ => 2,
        };
        let end = json.len().min(at + length);
        out.extend(&json[at..end]);
        at = end;
    }
    out
}

/// Why a body is no `T`.
#[cold]
fn undecodable<T: DeserializeOwned>(client: &Client, operation: Operation, answer: &Answer) -> Error {
    // serde's message repeats what it found, so what it finds must be clean.
    let body = client.inner.credentials.scrub(answer.body.clone());
    let mut json = serde_json::Deserializer::from_slice(without_bom(&body));
    let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => (None, json.end().err().unwrap_or_else(|| serde::de::Error::custom("it holds the token"))),
        Err(error) => {
            let within = Some(error.path().to_string()).filter(|path| path != ".");
            let error = error.into_inner();
            (missing_field(within.as_deref(), &error).or(within), error)
        }
    };
    answer.unreadable(client, operation, Reason::Decode { path, error })
}

/// The path of a field that is missing: serde says what it is missing in.
fn missing_field(within: Option<&str>, error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    Some(within.map_or_else(|| name.to_owned(), |within| format!("{within}.{name}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_and_a_key_said_twice_cost_no_more_than_that() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Named {
            name: String,
            size: i64,
        }
        let read = |json: &str| decode_mended::<Named>(json.as_bytes());
        for (json, name) in [
            (r#"{"name": "a\ud83d", "size": 1}"#, "a\u{fffd}"),
            (r#"{"name": "\ude00b", "size": 1}"#, "\u{fffd}b"),
            (r#"{"name": "\ud83d\ud83d\ude00", "size": 1}"#, "\u{fffd}😀"),
            (r#"{"name": "\\ud83d \" \ud83d\ude00", "size": 1}"#, "\\ud83d \" 😀"),
            (r#"{"name": "first", "name": "last", "size": 1}"#, "last"),
        ] {
            assert_eq!(read(json).unwrap(), Named { name: name.to_owned(), size: 1 }, "{json}");
        }
        for json in [r#"{"name": "a", "size": "b"}"#, r#"{"name": "a", "size": 1"#, "\\", r#"{"name": "\u"#] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
