//! What other readers of YAML accept, repaired before ours reads it.

use std::borrow::Cow;

use serde_json::Value;

use super::error::{Error, Position};
use super::{METHODS, pointer_token};

/// Reads a text, with quoted scalars repaired that go on at the beginning of a line: YAML wants them indented, but
/// libyaml, PyYAML and go-yaml read them, so documents have them. Lines stay what they are.
pub(super) fn with_repairs<T>(
    text: &str,
    notes: &mut Vec<String>,
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut text = Cow::Borrowed(text);
    loop {
        match read(&text) {
            Err(e) if e.what.contains("invalid indentation in quoted scalar") => match indented(&text, e.at) {
                Some(repaired) => {
                    let line = e.at.line;
                    notes.push(format!("the quoted string at line {line} goes on unindented: indent its lines"));
                    text = Cow::Owned(repaired);
                }
                None => return Err(e),
            },
            result => return result,
        }
    }
}

/// Gives responses that have no `description` an empty one, which OpenAPI requires and readers can do without.
pub(super) fn describe_responses(document: &mut Value, notes: &mut Vec<String>) {
    let mut bare = Vec::new();
    let mut visit = |responses: Option<&mut Value>, at: &str| {
        for (status, response) in responses.and_then(Value::as_object_mut).into_iter().flatten() {
            let Value::Object(map) = response else { continue };
            if !status.starts_with("x-") && !map.contains_key("description") && !map.contains_key("$ref") {
                map.insert("description".to_owned(), "".into());
                bare.push(format!("#{at}/{}", pointer_token(status)));
            }
        }
    };
    visit(document.pointer_mut("/components/responses"), "/components/responses");
    for paths in ["paths", "webhooks"] {
        for (path, item) in document.get_mut(paths).and_then(Value::as_object_mut).into_iter().flatten() {
            for method in METHODS {
                let at = format!("/{paths}/{}/{method}/responses", pointer_token(path));
                visit(item.get_mut(method).and_then(|operation| operation.get_mut("responses")), &at);
            }
        }
    }
    if let Some(first) = bare.first() {
        let more = if bare.len() > 1 { format!(", as {} more", bare.len() - 1) } else { String::new() };
        notes.push(format!("the response {first} has no `description`{more}: give it one"));
    }
}

/// A text with the lines of a quoted scalar indented, which begins at a position; nothing, where none would be.
fn indented(text: &str, at: Position) -> Option<String> {
    let line: usize = text.split_inclusive('\n').take(at.line - 1).map(str::len).sum();
    let start = line + text[line..].char_indices().nth(at.column - 1)?.0;
    let quote = text[start..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (mut out, mut escaped, mut changed) = (text[..=start].to_owned(), false, false);
    let mut rest = text[start + 1..].chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        match c {
            '\n' if rest.peek().is_some_and(|next| !matches!(next, ' ' | '\n' | '\r')) => {
                out.push_str(&" ".repeat(at.column));
                changed = true;
            }
            c if c == quote && !escaped => {
                // Doubled, it is one of the string.
                if quote == '\'' && rest.peek() == Some(&'\'') {
                    out.extend(rest.next());
                } else {
                    break;
                }
            }
            _ => {}
        }
        escaped = quote == '"' && c == '\\' && !escaped;
    }
    out.extend(rest);
    changed.then_some(out)
}

/// In JSON, a character beyond 16 bits may be escaped as a pair of surrogates, which YAML does not know.
/// (RFC 8259, 7)
pub(super) fn json_pairs(text: &str) -> Cow<'_, str> {
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') || !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let pair = unit(rest).zip(rest.get(6..).and_then(unit));
        let decoded = pair.and_then(|(high, low)| char::decode_utf16([high, low]).next()?.ok());
        match decoded.filter(|c| c.len_utf16() == 2) {
            Some(c) => {
                out.push(c);
                rest = &rest[12..];
            }
            None => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}
