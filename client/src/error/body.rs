//! What the body of a refusal says, each part read by itself: one that is odd costs no other.

use serde_json::{Map, Value};

/// What an error body says: `{code, message}`, `{errors: […]}`, OAuth's `{error, error_description}`, or
/// nothing that we know. <https://planetscale.com/docs/api> shows the first; some endpoints answer with
/// the second, and the third is RFC 6749's, 5.2.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) errors: Vec<ErrorDetail>,
}

/// One entry of the nested form of a refusal, `{"errors": [{"namespace", "name", "errors"}]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// What kind of thing the error is about.
    pub namespace: String,
    /// Which one of them, such as a field's name.
    pub name: String,
    /// What is wrong with it.
    pub errors: Vec<String>,
}

impl ErrorBody {
    /// Reads a body. One of another shape says nothing here; it is kept as it came by whoever asks.
    pub(crate) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice(without_bom(body)) {
            Ok(Value::Object(map)) => Self::of(&map),
            _ => Self::default(),
        }
    }

    fn of(map: &Map<String, Value>) -> Self {
        // Some put the whole of it one level down.
        let inner = match map.get("error") {
            Some(Value::Object(inner)) => Self::of(inner),
            _ => Self::default(),
        };
        let first = |keys: [&str; 2]| keys.iter().find_map(|key| text(map.get(*key)?));
        let errors = map.get("errors").map(details).unwrap_or_default();
        Self {
            code: first(["code", "error"]).or(inner.code),
            message: first(["message", "error_description"]).or(inner.message),
            errors: if errors.is_empty() { inner.errors } else { errors },
        }
    }
}

/// A body without the byte order mark that JSON must not have, and some servers send.
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// A text, or a number as one. An empty text is none.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `errors`: a list of entries or texts, or a map from names to texts.
fn details(errors: &Value) -> Vec<ErrorDetail> {
    match errors {
        Value::Array(entries) => entries.iter().filter_map(detail).collect(),
        Value::Object(map) => {
            let named = |(name, value): (&String, &Value)| ErrorDetail {
                name: name.clone(),
                errors: texts(value),
                ..ErrorDetail::default()
            };
            map.iter().map(named).filter(|detail| !detail.errors.is_empty()).collect()
        }
        value => detail(value).into_iter().collect(),
    }
}

fn detail(entry: &Value) -> Option<ErrorDetail> {
    let detail = match entry {
        Value::Object(map) => {
            let one = |key: &str| map.get(key).and_then(text).unwrap_or_default();
            let errors = ["errors", "messages", "message", "detail", "code"]
                .iter()
                .find_map(|key| Some(texts(map.get(*key)?)).filter(|texts| !texts.is_empty()));
            ErrorDetail { namespace: one("namespace"), name: one("name"), errors: errors.unwrap_or_default() }
        }
        value => ErrorDetail { errors: texts(value), ..ErrorDetail::default() },
    };
    (detail != ErrorDetail::default()).then_some(detail)
}

/// One text or several.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Option<String>, Option<String>, Vec<ErrorDetail>) {
        let ErrorBody { code, message, errors } = ErrorBody::read(body.as_bytes());
        (code, message, errors)
    }

    fn detail(namespace: &str, name: &str, errors: &[&str]) -> ErrorDetail {
        let errors = errors.iter().map(ToString::to_string).collect();
        ErrorDetail { namespace: namespace.to_owned(), name: name.to_owned(), errors }
    }

    #[test]
    fn each_part_is_read_by_itself() {
        let said = |errors: Vec<ErrorDetail>| (Some("bad".to_owned()), Some("No.".to_owned()), errors);
        for (errors, expected) in [
            ("null", vec![]),
            ("17", vec![detail("", "", &["17"])]),
            ("[]", vec![]),
            (r#"["one", "two", null]"#, vec![detail("", "", &["one"]), detail("", "", &["two"])]),
            (
                r#"{"name": ["is taken", 7], "size": "is odd", "x": null}"#,
                vec![detail("", "name", &["is taken", "7"]), detail("", "size", &["is odd"])],
            ),
            (
                r#"[{"namespace": "backup", "name": "name", "errors": ["is taken"]}, 7, {"name": null}, {"message": "odd"}]"#,
                vec![detail("backup", "name", &["is taken"]), detail("", "", &["7"]), detail("", "", &["odd"])],
            ),
            // The first that says something.
            (
                r#"[{"errors": [], "message": "odd"}, {"code": "c"}]"#,
                vec![detail("", "", &["odd"]), detail("", "", &["c"])],
            ),
            (
                r#"[{"detail": "d", "code": "c"}, {"messages": ["m"]}]"#,
                vec![detail("", "", &["d"]), detail("", "", &["m"])],
            ),
            (r#"[{"namespace": 1, "name": {}, "errors": "is taken"}]"#, vec![detail("1", "", &["is taken"])]),
        ] {
            assert_eq!(read(&format!(r#"{{"code": "bad", "message": "No.", "errors": {errors}}}"#)), said(expected));
        }
    }

    #[test]
    fn codes_and_messages_come_in_several_forms() {
        let some = |code: &str, message: &str| (Some(code.to_owned()), Some(message.to_owned()), vec![]);
        for body in [
            r#"{"code": "bad", "message": "No."}"#,
            "\u{feff}{\"code\": \"bad\", \"message\": \"No.\"}",
            r#"{"error": "bad", "error_description": "No."}"#,
            r#"{"error": {"code": "bad", "message": "No."}}"#,
            r#"{"code": "bad", "message": "No.", "error": true, "errors": false}"#,
        ] {
            assert_eq!(read(body), some("bad", "No."), "{body}");
        }
        // What is said outside comes first; each part by itself.
        let both = r#"{"code": "bad", "error": {"code": "inner", "message": "No.", "errors": ["why"]}}"#;
        assert_eq!(read(both), (Some("bad".to_owned()), Some("No.".to_owned()), vec![detail("", "", &["why"])]));
        assert_eq!(read(r#"{"code": 422, "message": "No."}"#), some("422", "No."));
        assert_eq!(read(r#"{"code": ["bad"], "message": "No."}"#), (None, Some("No.".to_owned()), vec![]));
        assert_eq!(read(r#"{"code": "bad", "message": null}"#), (Some("bad".to_owned()), None, vec![]));
        for body in ["", "null", "[1]", "<html>", "{\"code\": \"ba"] {
            assert_eq!(read(body), (None, None, vec![]), "{body}");
        }
    }
}
