//! A response whose status is no success.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{StatusCode, Url};

use super::body::{ErrorBody, ErrorDetail};
use super::text::{excerpt, in_brackets, request_id};
use crate::operation::Operation;
use crate::redaction::without_secret_fields;
use crate::retry_after::retry_after;

/// A response whose status is not a success.
#[derive(Debug)]
pub struct Refused {
    pub(crate) operation: Operation,
    /// The path that was asked for.
    pub(crate) target: Option<Box<str>>,
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    parsed: ErrorBody,
}

impl Refused {
    /// Makes a refusal of an operation by hand, without headers and body, for tests.
    ///
    /// # Examples
    /// ```
    /// use planetscale_client::calls::GetBackup;
    /// use planetscale_client::{Error, Outcome, Refused, StatusCode};
    ///
    /// let refused = Refused::new(GetBackup::OPERATION, StatusCode::NOT_FOUND).with_body(r#"{"code": "not_found"}"#);
    /// let error = Error::from(refused);
    /// assert_eq!((error.code(), error.outcome()), (Some("not_found"), Outcome::NotApplied));
    /// ```
    pub fn new(operation: Operation, status: StatusCode) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { operation, target: None, status, retry_after: None, headers, body, parsed: ErrorBody::default() }
    }

    /// Sets the headers, such as `Retry-After`.
    pub fn with_headers(self, headers: HeaderMap) -> Self {
        Self { retry_after: retry_after(&headers, SystemTime::now()), headers, ..self }
    }

    /// Sets the body, which may be the JSON of an error.
    pub fn with_body(self, body: impl Into<Bytes>) -> Self {
        let body = without_secret_fields(body.into());
        Self { parsed: ErrorBody::read(&body), body, ..self }
    }

    /// Returns the operation's ID, such as `create_backup`.
    pub fn operation(&self) -> &str {
        self.operation.id
    }

    /// Returns the path of the request, as it was sent.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the API's code, such as `not_found` or `invalid_params`.
    pub fn code(&self) -> Option<&str> {
        self.parsed.code.as_deref()
    }

    /// Returns the API's message for people.
    pub fn message(&self) -> Option<&str> {
        self.parsed.message.as_deref()
    }

    /// Returns the entries of the nested form of errors, which some endpoints use instead.
    pub fn details(&self) -> &[ErrorDetail] {
        &self.parsed.errors
    }

    /// Returns the answer's headers. A token that the server sent back is taken out.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the server's ID of the request, for the vendor's support. See
    /// [`Unreadable::request_id`](super::Unreadable::request_id).
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Where a redirect leads: the host, or that it is the same one.
    fn host(&self) -> Option<String> {
        let to = self.headers.get(LOCATION)?.to_str().ok()?;
        let host = Url::parse(to).ok().and_then(|url| url.host_str().map(str::to_owned));
        Some(host.unwrap_or_else(|| "another path".to_owned()))
    }

    /// Returns the body, as far as it was read. Every field with a secret's name, and every secret of the request that
    /// the server repeats, is `[REDACTED]`.
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
            // The rest of it may grant access to what it leads to.
            status if status.is_redirection() => match self.host() {
                Some(host) => write!(
                    f,
                    " (redirects are not followed, as the token would travel along; this one points to {})",
                    excerpt(&host)
                ),
                None => Ok(()),
            },
            _ => Ok(()),
        }?;
        in_brackets(f, self.request_id())
    }
}

impl std::error::Error for Refused {}
