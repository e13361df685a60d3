//! An answer that says no.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};

use super::body::{ErrorBody, ErrorDetail};
use super::text::{excerpt, in_brackets, request_id};
use crate::operation::Operation;

/// An answer that says no.
#[derive(Debug)]
pub struct Refused {
    pub(crate) operation: Operation,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// As with [`Failure`].
    pub(crate) looked: usize,
    parsed: ErrorBody,
}

impl Refused {
    pub(crate) fn new(
        operation: Operation,
        status: StatusCode,
        retry_after: Option<Duration>,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let parsed = ErrorBody::read(&body);
        Self { operation, status, retry_after, headers, body, looked: 0, parsed }
    }

    /// The operation's id, such as `create_backup`.
    pub fn operation(&self) -> &str {
        self.operation.id
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The API's code, such as `not_found` or `invalid_params`.
    pub fn code(&self) -> Option<&str> {
        self.parsed.code.as_deref()
    }

    /// The API's message for people.
    pub fn message(&self) -> Option<&str> {
        self.parsed.message.as_deref()
    }

    /// The entries of the nested form, which some endpoints answer with instead.
    pub fn details(&self) -> &[ErrorDetail] {
        &self.parsed.errors
    }

    /// The answer's headers. A token that the server sent back is taken out.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What the server calls the request, for a question to its support. See
    /// [`Unreadable::request_id`](super::Unreadable::request_id).
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The body as it came, as far as it was read.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: refused with {}", self.operation, self.status)?;
        let mut said = false;
        for text in [self.code(), self.message()].into_iter().flatten() {
            write!(f, ": {}", excerpt(text))?;
            said = true;
        }
        for detail in self.details() {
            let ErrorDetail { namespace, name, errors } = detail;
            write!(f, ": {}", excerpt(&format!("{namespace} {name}: {}", errors.join(", "))))?;
            said = true;
        }
        if !said && !self.body.is_empty() {
            write!(f, ": {}", excerpt(&String::from_utf8_lossy(&self.body)))?;
        }
        match self.status {
            StatusCode::NOT_FOUND => {
                f.write_str(" (the API also answers 404 to a token without the access that the operation needs)")
            }
            StatusCode::UNAUTHORIZED => f.write_str(" (check the token)"),
            _ => match self.headers.get(LOCATION).filter(|_| self.status.is_redirection()) {
                Some(to) => write!(
                    f,
                    " (redirects are not followed, as the token would travel along; this one points to {})",
                    excerpt(&String::from_utf8_lossy(to.as_bytes())),
                ),
                None => Ok(()),
            },
        }?;
        in_brackets(f, self.request_id())
    }
}
