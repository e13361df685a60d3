//! A success that cannot be read.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::IgnoredAny;

use super::body::without_bom;
use super::text::{excerpt, in_brackets, request_id};
use crate::operation::Operation;
use crate::redaction::without_secret_fields;

/// A success that cannot be read.
///
/// The server has acted where the body is empty or JSON, as far as it was read: [`Outcome::Applied`](super::Outcome).
/// Where it is something else, such as a page of HTML, something in between may have answered, and the outcome is
/// [`Unknown`](super::Outcome::Unknown).
///
/// `Debug` has the length of the body and not the body.
pub struct Unreadable {
    pub(crate) operation: Operation,
    /// The path that was asked for.
    pub(crate) target: Option<Box<str>>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Without what is secret in it.
    pub(crate) body: Bytes,
    /// As it came.
    pub(crate) whole: Bytes,
    pub(crate) reason: Reason,
}

/// Why an answer cannot be read.
#[derive(Debug)]
pub(crate) enum Reason {
    /// It is not JSON, or not the JSON that the spec promises.
    Decode {
        /// The path of the field at fault, where there is one.
        path: Option<String>,
        error: serde_json::Error,
    },
    /// It ended early.
    CutShort(reqwest::Error),
    /// It is larger than the limit, in bytes.
    TooLarge(usize),
    /// It is compressed, which was not asked for.
    Encoded(String),
    /// It is page `page` of a list, and names a next one that does not come after it.
    NextPage { page: PageAt, next: PageAt },
    /// It is page `page` of a list, the last of so many that were empty, and names a next one.
    EmptyPages { page: PageAt, count: usize },
    /// Expected a redirect, which is the only answer that the operation has.
    NoLocation,
    /// Something else.
    Other(String),
}

impl Unreadable {
    /// Makes an answer that cannot be read by hand, without headers, for tests.
    pub fn new(operation: Operation, status: StatusCode, body: impl Into<Bytes>, why: impl Into<String>) -> Self {
        let (reason, whole) = (Reason::Other(why.into()), body.into());
        let body = without_secret_fields(whole.clone());
        Self { operation, target: None, status, headers: HeaderMap::new(), body, whole, reason }
    }

    /// Sets the headers.
    pub fn with_headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// Returns the operation's ID, such as `create_backup`.
    pub fn operation(&self) -> &str {
        self.operation.id
    }

    /// Returns the path of the request, as it was sent.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns the HTTP status, a 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the `id` of what was created, if the body has one before the part that cannot be read.
    pub fn id(&self) -> Option<String> {
        id_of(&self.body)
    }

    /// Returns the answer's headers. A token that the server sent back is taken out.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the server's ID of the request, for the vendor's support: `x-request-id`, or Cloudflare's `cf-ray`. The
    /// API documents neither.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns the path of the field that cannot be read or is missing, such as `restored_branches[0].name`.
    pub fn path(&self) -> Option<&str> {
        match &self.reason {
            Reason::Decode { path, .. } => path.as_deref(),
            Reason::NextPage { .. } | Reason::EmptyPages { .. } => Some("next_page"),
            _ => None,
        }
    }

    /// Whether it may be the API that has answered: with nothing, or with JSON, which may be cut short or broken.
    pub(super) fn is_of_the_api(&self) -> bool {
        let body = without_bom(&self.body).trim_ascii_start();
        match body.first() {
            None | Some(b'{' | b'[') => true,
            // Most texts begin with a letter, and some with a number.
            Some(_) => serde_json::from_slice::<IgnoredAny>(body).is_ok(),
        }
    }

    /// Returns the body, as far as it was read. Every field with a secret's name, and every secret of the request that
    /// the server repeats, is `[REDACTED]`. Empty for a page of a list that could be read, but has a `next_page` that
    /// does not come after it.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as it came, with its secrets: the API shows a new password only once, so this is the last place
    /// to read it.
    pub fn expose_body(&self) -> &[u8] {
        &self.whole
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, target, status, headers, body: _, whole, reason } = self;
        f.debug_struct("Unreadable")
            .field("operation", operation)
            .field("target", target)
            .field("status", status)
            .field("headers", headers)
            .field("body", &format_args!("{} bytes", whole.len()))
            .field("reason", reason)
            .finish()
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation.method {
            _ if self.operation.is_safe() => write!(f, "{}: answered with {}", self.operation, self.status)?,
            _ if !self.is_of_the_api() => {
                write!(
                    f,
                    "{}: answered with {}, but not with JSON; it may not have come from the API",
                    self.operation, self.status
                )?;
                return in_brackets(f, self.request_id());
            }
            method => {
                write!(f, "{}: the server accepted the request ({})", self.operation, self.status)?;
                match self.id().filter(|_| method == "POST") {
                    Some(id) => write!(f, " and made {}", excerpt(&id))?,
                    None if method == "POST" => f.write_str(" and named no id")?,
                    None => {}
                }
            }
        }
        f.write_str(", but its answer cannot be read")?;
        if let Some(path) = self.path() {
            write!(f, " (at {})", excerpt(path))?;
        }
        in_brackets(f, self.request_id())
    }
}

impl StdError for Unreadable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // serde repeats what it found, which may be long.
            Self::Decode { path, error } => {
                let at = path.as_deref().map(|path| format!("{path}: ")).unwrap_or_default();
                f.write_str(&excerpt(&format!("{at}{error}")))
            }
            Self::CutShort(_) => f.write_str("the body ended early"),
            Self::NextPage { page, next } => {
                write!(f, "page {page} says that page {next} comes after it: the list would have no end")
            }
            Self::EmptyPages { page, count } => write!(
                f,
                "{count} pages in a row are empty, and page {page} still names a next one: the list would have no end"
            ),
            Self::NoLocation => f.write_str("it is not a redirect"),
            Self::Other(why) => f.write_str(why),
            Self::TooLarge(limit) => write!(f, "the body is larger than {limit} bytes"),
            Self::Encoded(how) => {
                write!(f, "the body is encoded as {}, which was not asked for", excerpt(how))
            }
        }
    }
}

impl StdError for Reason {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::CutShort(error) => Some(error),
            _ => None,
        }
    }
}

/// The top-level `id` of a JSON object, even where the rest of it is broken.
fn id_of(body: &[u8]) -> Option<String> {
    use serde::de::{Deserializer, MapAccess, Visitor};

    struct FindId<'a>(&'a mut Option<String>);

    impl<'de> Visitor<'de> for FindId<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                if key == "id" {
                    match map.next_value()? {
                        serde_json::Value::String(id) if !id.is_empty() => *self.0 = Some(id),
                        serde_json::Value::Number(id) => *self.0 = Some(id.to_string()),
                        _ => {}
                    }
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }

    let mut id = None;
    // An error is expected here; what was found before it counts.
    let _ = serde_json::Deserializer::from_slice(without_bom(body)).deserialize_map(FindId(&mut id));
    id
}
/// Which page of a list: what a page is asked for by.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PageAt {
    /// The page of this number.
    Number(i64),
    /// The page after this cursor.
    Cursor(String),
}

impl PageAt {
    /// Whether it can come after another page: a greater number, or another cursor, as cursors have no order.
    pub(crate) fn comes_after(&self, page: &Self) -> bool {
        match (self, page) {
            (Self::Number(next), Self::Number(page)) => next > page,
            (next, page) => next != page,
        }
    }
}

impl From<PageAt> for serde_json::Value {
    fn from(page: PageAt) -> Self {
        match page {
            PageAt::Number(number) => number.into(),
            PageAt::Cursor(cursor) => cursor.into(),
        }
    }
}

impl fmt::Debug for PageAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => fmt::Debug::fmt(number, f),
            Self::Cursor(cursor) => fmt::Debug::fmt(cursor, f),
        }
    }
}

impl fmt::Display for PageAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => fmt::Display::fmt(number, f),
            Self::Cursor(cursor) => write!(f, "after `{}`", cursor.escape_debug()),
        }
    }
}
