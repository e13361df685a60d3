//! A server's text in a message.

use std::fmt;

use reqwest::header::HeaderMap;

/// How much of a server's text a one-line message repeats, in characters.
const EXCERPT: usize = 200;

/// A server's text on one line, cut short.
pub(super) fn excerpt(text: &str) -> String {
    let mut line: String = text.chars().take(EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(EXCERPT).is_some() {
        line.push('…');
    }
    line
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let names = ["x-request-id", "cf-ray"];
    names.iter().filter_map(|name| headers.get(*name)?.to_str().ok()).find(|id| !id.is_empty())
}

/// A request's id at the end of a message.
pub(super) fn in_brackets(f: &mut fmt::Formatter<'_>, id: Option<&str>) -> fmt::Result {
    id.map_or(Ok(()), |id| write!(f, " [request {}]", excerpt(id)))
}
