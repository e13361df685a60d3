//! An answer's JSON, and where it goes wrong.

use serde::de::DeserializeOwned;

use super::attempt::Answer;
use crate::error::{Error, Reason, without_bom};
use crate::made_good::MadeGood;
use crate::operation::Operation;
use crate::reading::{Lost, Node, Reader, Session, note_here, strictly, warn};
use crate::redaction::{Redaction, end_of_string};
use crate::response::Response;

/// Decodes. Each type is compiled for two readers alone: what is cold finds its way by a tree.
pub(crate) fn decode<T: DeserializeOwned>(operation: Operation, answer: Answer) -> Result<Response<T>, Error> {
    if let Some(value) = strictly(|| serde_json::from_slice::<T>(without_bom(&answer.body))) {
        return Ok(Response::new(value, answer.status, answer.headers));
    }
    let session = Session::begin();
    let node = match tree(&answer.body) {
        Ok(node) => node,
        Err(error) => {
            let path = path_at(without_bom(&answer.body), &error);
            return Err(undecodable(operation, &answer, path.as_deref(), error));
        }
    };
    match T::deserialize(Reader::new(&node)) {
        Ok(value) => {
            let made_good = told(&answer.redaction, operation, session);
            Ok(Response::new(value, answer.status, answer.headers).with_made_good(made_good))
        }
        Err(lost) => Err(lost_in(operation, &answer, &lost)),
    }
}

/// What was made good, after the trace was told.
#[cold]
fn told(redaction: &Redaction, operation: Operation, session: Session) -> Vec<MadeGood> {
    // The keys of a map are the server's.
    let clean = |one: MadeGood| MadeGood::new(redaction.text(one.pointer()), redaction.text(one.reason()));
    let made_good: Vec<_> = session.end().into_iter().map(clean).collect();
    warn(&made_good, Some(operation.id));
    made_good
}

/// What an answer says as a tree. A strict reader refuses some of it though one can tell what it says: of a key that is
/// said twice the last value counts, and half a surrogate pair is the character that stands for none. (RFC 8259, 4 and
/// 8.2)
#[cold]
fn tree(body: &[u8]) -> Result<Node, serde_json::Error> {
    let json = without_bom(body);
    serde_json::from_slice(json).or_else(|error| {
        let node = serde_json::from_slice(&whole_characters(json)).map_err(|_| error)?;
        note_here("half of a surrogate pair in a text; read as \u{fffd}");
        Ok(node)
    })
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

#[cold]
fn lost_in(operation: Operation, answer: &Answer, lost: &Lost) -> Error {
    undecodable(operation, answer, lost.path(), serde::de::Error::custom(lost))
}

/// A body that cannot be read. What is wrong with it may name a key that the server chose.
#[cold]
fn undecodable(operation: Operation, answer: &Answer, path: Option<&str>, error: serde_json::Error) -> Error {
    let path = path.map(|path| answer.redaction.text(path));
    answer.unreadable(operation, Reason::Decode { path, error })
}

/// The path of the value that could not be read, such as `data[0].state`: where in the text the error was. Nothing for
/// the whole.
fn path_at(json: &[u8], error: &serde_json::Error) -> Option<String> {
    enum Within {
        Object(Option<String>),
        List(usize),
    }
    let lines_before = error.line().checked_sub(1)?;
    let newlines = json.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(newlines).nth(lines_before)?;
    let (end, mut at, mut path) = (json.len().min(start + error.column()), 0, Vec::new());
    while at < end {
        match (json[at], path.last_mut()) {
            (b'{', _) => path.push(Within::Object(None)),
            (b'[', _) => path.push(Within::List(0)),
            (b'}' | b']', _) => drop(path.pop()),
            (b',', Some(Within::Object(key))) => *key = None,
            (b',', Some(Within::List(index))) => *index += 1,
            (b'"', within) => {
                let close = end_of_string(json, at);
                if let Some(Within::Object(key @ None)) = within {
                    *key = serde_json::from_slice(&json[at..close]).ok();
                }
                at = close;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    /// Deeper is nothing that the API says, and nothing that a person reads.
    const DEEPEST: usize = 16;
    let rest = if path.len() > DEEPEST { "…" } else { "" };
    let path = path.iter().take(DEEPEST).fold(String::new(), |path, within| match within {
        Within::Object(Some(key)) if path.is_empty() => key.clone(),
        Within::Object(Some(key)) => format!("{path}.{key}"),
        Within::Object(None) => path,
        Within::List(index) => format!("{path}[{index}]"),
    });
    Some(path).filter(|path| !path.is_empty()).map(|path| path + rest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[test]
    fn an_error_has_the_path_of_what_cannot_be_read() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Node {
            size: i64,
            #[serde(default)]
            inner: Vec<Node>,
            at: Option<chrono::DateTime<chrono::Utc>>,
        }
        for (json, path) in [
            (r#"{"size": "a"}"#, Some("size")),
            (r#"{"inner": [{"size": 1}, {"size": [1]}], "size": 1}"#, Some("inner[1].size")),
            (r#"{"inner": [{"size": 1}, {"size": {}}], "size": 1}"#, Some("inner[1].size")),
            (r#"{"inner": [{"size": 1}, true], "size": 1}"#, Some("inner[1]")),
            ("{\n  \"size\": 1,\n  \"at\": \"soon\"\n}", Some("at")),
            (
                r#"{"si\u007ae": 1, "a\"b": [[], {"}": "]"}], "inner": [{"size": 1, "inner": [{}]}]}"#,
                Some("inner[0].inner[0]"),
            ),
            (r#"{"inner": []}"#, None),
            (r#"{"size": 1.5, "#, Some("size")),
            (r#"{"size": 1} x"#, None),
            ("7", None),
            ("", None),
        ] {
            let error = serde_json::from_str::<Node>(json).unwrap_err();
            assert_eq!(path_at(json.as_bytes(), &error).as_deref(), path, "{json}: {error}");
        }
    }

    #[test]
    fn half_a_character_and_a_key_said_twice_cost_no_more_than_that() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Named {
            name: String,
            size: i64,
        }
        let read = |json: &str| Named::deserialize(Reader::new(&tree(json.as_bytes()).ok()?)).ok();
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
