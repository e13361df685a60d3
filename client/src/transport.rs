//! The one road of every request: hooks, attempts, limits, and the reading of the answer.
//!
//! Generated code builds a request and hands it to [`call`]. What may not enter here is anything
//! that knows a single operation.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use backon::Retryable;
use bytes::{Bytes, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use progenitor_client::{ClientHooks, OperationInfo, ResponseValue};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tracing::{Instrument, Span, field};

use crate::auth::Credentials;
use crate::error::{Error, Failure, Reason, Refused, Unreadable};
use crate::error_body::without_bom;
use crate::generated::Client;
use crate::retry::RetryPolicy;
use crate::retry_after::retry_after;

/// The largest body that is read, in bytes, unless another limit is [set](crate::ClientBuilder::max_response_bytes).
/// A backup's is about 2 kB.
pub const MAX_RESPONSE_BYTES: usize = 8 << 20;

/// What RFC 3986 calls unreserved; all else is encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a client carries beside its `reqwest::Client`.
#[derive(Clone)]
pub struct Inner {
    pub(crate) credentials: Credentials,
    /// The Authorization header, marked sensitive.
    pub(crate) authorization: HeaderValue,
    /// For a whole operation.
    pub(crate) timeout: Duration,
    /// Whether that is another one than the `reqwest::Client` has.
    pub(crate) has_own_timeout: bool,
    pub(crate) retry: RetryPolicy,
    /// The largest body that is read, in bytes.
    pub(crate) max_bytes: usize,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("credentials", &self.credentials)
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// An operation of the spec.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    /// The path's template.
    pub(crate) path: &'static str,
}

impl Operation {
    /// Whether it only reads (RFC 9110, 9.2.1), so that it may be sent any number of times.
    pub(crate) fn is_safe(self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Encodes a path parameter so that the server sees exactly this one segment.
///
/// # Errors
/// [`Error::InvalidInput`] for what no encoding can save: an empty segment, and `.` and `..`, which
/// every URL parser folds away, encoded or not (WHATWG URL, 4.4).
pub(crate) fn path_segment<'a>(name: &str, value: &'a str) -> Result<Cow<'a, str>, Error> {
    match value {
        "" => Err(Error::invalid_input(format!("{name} is empty"))),
        "." | ".." => {
            Err(Error::invalid_input(format!("{name} is `{value}`, which would send the request to another endpoint")))
        }
        _ => Ok(utf8_percent_encode(value, SEGMENT).into()),
    }
}

/// A header's value.
///
/// # Errors
/// [`Error::InvalidInput`] for what cannot stand in a header.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) fn header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    let odd = |_| Error::invalid_input(format!("{name} holds a character that cannot stand in a header"));
    HeaderValue::try_from(value).map_err(odd)
}

/// A body as a form.
///
/// # Errors
/// [`Error::InvalidInput`] for what is not flat.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) fn form(body: &impl serde::Serialize) -> Result<String, Error> {
    serde_urlencoded::to_string(body).map_err(|e| Error::invalid_input(format!("the body is no form: {e}")))
}

/// The bytes of a body that is no JSON: another attempt needs them again.
///
/// # Errors
/// [`Error::InvalidInput`] for a stream.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) fn repeatable(body: &reqwest::Body) -> Result<Bytes, Error> {
    let bytes = body.as_bytes().map(Bytes::copy_from_slice);
    bytes.ok_or_else(|| Error::invalid_input("the body is a stream, which can be sent only once; give its bytes"))
}

/// The only implementation of the hooks: every request passes here.
impl ClientHooks<Inner> for Client {
    async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), progenitor_client::Error<E>> {
        request.headers_mut().insert(AUTHORIZATION, self.inner.authorization.clone());
        Ok(())
    }

    async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        let result = self.client.execute(request).await;
        match &result {
            Ok(response) => {
                tracing::debug!(operation = info.operation_id, status = response.status().as_u16(), "answered")
            }
            Err(error) => {
                tracing::debug!(operation = info.operation_id, error = %error, "no answer");
            }
        }
        result
    }
}

/// Builds an operation's request, anew for each attempt: cheaper than a copy kept of every request.
type Build<'a> = &'a (dyn Fn() -> reqwest::Result<Request> + Send + Sync);

/// Sends a request and decodes the JSON of the answer.
pub(crate) async fn call<T: DeserializeOwned>(
    client: &Client,
    build: Build<'_>,
    operation: &Operation,
) -> Result<ResponseValue<T>, Error> {
    traced(client, build, *operation, |answer| decode(client, *operation, answer?)).await
}

/// Sends a request and decodes the JSON of the answer, if there is any.
pub(crate) async fn call_optional<T: DeserializeOwned>(
    client: &Client,
    build: Build<'_>,
    operation: &Operation,
) -> Result<ResponseValue<Option<T>>, Error> {
    let read = |answer: Result<Answer, Error>| match answer? {
        answer if answer.body.is_empty() => Ok(ResponseValue::new(None, answer.status, answer.headers)),
        answer => decode(client, *operation, answer),
    };
    traced(client, build, *operation, read).await
}

/// Sends a request whose answer is not JSON.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) async fn call_bytes(
    client: &Client,
    build: Build<'_>,
    operation: &Operation,
) -> Result<ResponseValue<Bytes>, Error> {
    let read = |answer: Answer| ResponseValue::new(answer.body, answer.status, answer.headers);
    traced(client, build, *operation, |answer| answer.map(read)).await
}

/// Sends a request that is answered with a redirect, which is not followed: gives its `Location`.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) async fn call_location(
    client: &Client,
    build: Build<'_>,
    operation: &Operation,
) -> Result<ResponseValue<String>, Error> {
    let read = |answer| match answer {
        Err(Error::Refused(refused)) if refused.status.is_redirection() => {
            let location = refused.headers.get(LOCATION);
            match location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()) {
                Some(to) => Ok(ResponseValue::new(to, refused.status, refused.headers)),
                None => Err(Error::Refused(refused)),
            }
        }
        Err(error) => Err(error),
        Ok(answer) => Err(Answer::unreadable(&answer, client, *operation, Reason::NoLocation)),
    };
    traced(client, build, *operation, read).await
}

/// Sends a request whose answer has no body to read.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) async fn call_empty(
    client: &Client,
    build: Build<'_>,
    operation: &Operation,
) -> Result<ResponseValue<()>, Error> {
    let read = |answer: Answer| ResponseValue::new((), answer.status, answer.headers);
    traced(client, build, *operation, |answer| answer.map(read)).await
}

/// Sends a request in a span of its own, which ends when the answer is read.
async fn traced<T>(
    client: &Client,
    build: Build<'_>,
    operation: Operation,
    read: impl FnOnce(Result<Answer, Error>) -> Result<ResponseValue<T>, Error>,
) -> Result<ResponseValue<T>, Error> {
    let traced = Traced::begin(&operation);
    let result = read(send(client, build, operation).instrument(traced.span.clone()).await);
    traced.end(result.as_ref().map(ResponseValue::status));
    result
}

/// The span of an operation, which tells attempts, status and duration at the end.
struct Traced {
    span: Span,
    start: Instant,
}

impl Traced {
    fn begin(operation: &Operation) -> Self {
        let span = tracing::info_span!(
            "planetscale",
            operation = operation.id,
            method = operation.method,
            path = operation.path,
            attempt = field::Empty,
            status = field::Empty,
            duration_ms = field::Empty,
        );
        Self { span, start: Instant::now() }
    }

    fn end(self, result: Result<StatusCode, &Error>) {
        let status = result.map_or_else(Error::status, Some);
        if let Some(status) = status {
            self.span.record("status", status.as_u16());
        }
        let duration = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span.record("duration_ms", duration);
        if let Err(error) = result {
            self.span.in_scope(|| tracing::warn!(%error, outcome = ?error.outcome(), "failed"));
        }
    }
}

/// A success, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn unreadable(&self, client: &Client, operation: Operation, reason: Reason) -> Error {
        let credentials = &client.inner.credentials;
        let (headers, body) = (credentials.scrub_headers(&self.headers), credentials.scrub(self.body.clone()));
        Error::Unreadable(Box::new(Unreadable { operation, status: self.status, headers, body, reason, looked: 0 }))
    }
}

/// Sends a request, again where that is safe, within the time for the whole operation.
async fn send(client: &Client, build: Build<'_>, operation: Operation) -> Result<Answer, Error> {
    let start = Instant::now();
    let deadline = start + client.inner.timeout;
    let mut attempts = 0_u64;
    let attempt = || {
        attempts += 1;
        Span::current().record("attempt", attempts);
        let attempt = Attempt { client, operation, start, deadline, is_first: attempts == 1 };
        // On the heap, as it is large, and whoever holds it moves it about.
        Box::pin(attempt.run(build))
    };
    attempt
        .retry(client.inner.retry.backoff())
        .sleep(tokio::time::sleep)
        .when(Error::is_retryable)
        // The server's own wish comes first; none is granted beyond the deadline.
        .adjust(|error, delay| {
            delay
                .map(|delay| RetryPolicy::delay_after(error, delay))
                .filter(|delay| *delay < deadline.duration_since(Instant::now()))
        })
        .notify(|error, delay| tracing::info!(%error, ?delay, "trying again"))
        .await
}

/// One attempt of an operation.
struct Attempt<'a> {
    client: &'a Client,
    operation: Operation,
    start: Instant,
    deadline: Instant,
    /// Whose time-out is the client's own; a later one has what is left.
    is_first: bool,
}

impl Attempt<'_> {
    async fn run(self, build: Build<'_>) -> Result<Answer, Error> {
        let mut response = self.respond(build).await?;
        self.read(&mut response).await
    }

    /// Sends the request, and waits for the head of the answer.
    async fn respond(&self, build: Build<'_>) -> Result<Response, Error> {
        let mut request = build().map_err(unbuilt)?;
        if !self.is_first || self.client.inner.has_own_timeout {
            let left = self.deadline.saturating_duration_since(Instant::now());
            *request.timeout_mut() = Some(left);
        }
        let info = OperationInfo { operation_id: self.operation.id };
        let hook = |e: progenitor_client::Error<()>| Error::invalid_input(e.to_string());
        self.client.pre(&mut request, &info).await.map_err(hook)?;
        let result = self.client.exec(request, &info).await;
        self.client.post(&result, &info).await.map_err(hook)?;
        result.map_err(|e| self.failed(None, e))
    }

    /// Reads an answer to its end, but no further than the limit.
    async fn read(&self, response: &mut Response) -> Result<Answer, Error> {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        // Most bodies come in one piece, which is then not copied.
        let (mut body, mut more) = (Bytes::new(), BytesMut::new());
        let (mut broken, most) = (None, self.client.inner.max_bytes);
        if let Some(how) = encoding(&headers) {
            broken = Some(Reason::Encoded(how));
        }
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + more.len() + chunk.len() > most => {
                    broken.get_or_insert(Reason::TooLarge(most));
                    break;
                }
                Ok(Some(chunk)) if body.is_empty() => body = chunk,
                Ok(Some(chunk)) => more.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(e) if e.is_timeout() && status.is_success() => {
                    return Err(self.failed(Some(status), e));
                }
                Err(e) => {
                    broken.get_or_insert(Reason::CutShort(e.without_url()));
                    break;
                }
            }
        }
        if !more.is_empty() {
            body = [&body[..], &more[..]].concat().into();
        }
        let answer = Answer { status, headers, body };
        match broken {
            _ if !status.is_success() => Err(self.refused(&answer)),
            Some(reason) => Err(answer.unreadable(self.client, self.operation, reason)),
            None => Ok(answer),
        }
    }

    fn refused(&self, answer: &Answer) -> Error {
        let credentials = &self.client.inner.credentials;
        Error::Refused(Box::new(Refused::new(
            self.operation,
            answer.status,
            retry_after(&answer.headers, SystemTime::now()),
            credentials.scrub_headers(&answer.headers),
            credentials.scrub(answer.body.clone()),
        )))
    }

    /// What a failure of reqwest's means. `status` is that of an answer that had begun.
    fn failed(&self, status: Option<StatusCode>, error: reqwest::Error) -> Error {
        let (connect, timeout) = (error.is_connect(), error.is_timeout());
        if error.is_builder() {
            return unbuilt(error);
        }
        let failure = Box::new(Failure {
            operation: self.operation,
            status,
            is_sent: !connect,
            after: self.start.elapsed(),
            looked: 0,
            source: Some(Box::new(error)),
        });
        match () {
            // Nothing is written before there is a connection.
            () if connect => Error::NotSent(failure),
            () if timeout => Error::Timeout(failure),
            () => Error::Interrupted(failure),
        }
    }
}

/// How a body is encoded, where that is more than not at all.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(CONTENT_ENCODING)?.as_bytes()).into_owned();
    (!value.is_empty() && !value.eq_ignore_ascii_case("identity")).then_some(value)
}

/// Decodes plainly, and only where that fails once more, for the path of the bad field.
fn decode<T: DeserializeOwned>(
    client: &Client,
    operation: Operation,
    answer: Answer,
) -> Result<ResponseValue<T>, Error> {
    match serde_json::from_slice(without_bom(&answer.body)) {
        Ok(value) => Ok(ResponseValue::new(value, answer.status, answer.headers)),
        Err(_) => Err(undecodable::<T>(client, operation, &answer)),
    }
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

/// The path of a field that is missing: serde tells what it is missing in.
fn missing_field(within: Option<&str>, error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    Some(within.map_or_else(|| name.to_owned(), |within| format!("{within}.{name}")))
}

fn unbuilt(error: reqwest::Error) -> Error {
    Error::invalid_input(format!("the request cannot be built: {}", described(error)))
}

/// An error of reqwest's and its causes, on one line and without the URL.
fn described(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[cfg(all(test, feature = "mock"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::mock::MockServer;

    #[tokio::test]
    async fn an_answer_without_a_body_is_read_and_a_refusal_told() {
        let server = MockServer::start().await.unwrap();
        let client = server.client().unwrap();
        let made = client.create_backup().organization("acme").database("shop").branch("main").send().await.unwrap();
        let backups = format!("{}/organizations/acme/databases/shop/branches/main/backups", server.base_url());
        let operation = Operation { id: "look", method: "GET", path: "/" };
        for (id, status) in [(made.id.as_str(), 200), ("other", 404)] {
            let url = format!("{backups}/{id}");
            match call_empty(&client, &|| client.client.get(&url).build(), &operation).await {
                Ok(answer) => assert_eq!(answer.status(), status),
                Err(error) => assert_eq!((error.status().unwrap().as_u16(), error.code()), (status, Some("not_found"))),
            }
        }
        // A 404 is not worth another attempt.
        assert_eq!(server.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_request_that_cannot_be_built_is_told_with_the_cause() {
        let client = MockServer::start().await.unwrap().client().unwrap();
        let operation = Operation { id: "look", method: "GET", path: "/" };
        let error = call_empty(&client, &|| client.client.get("nowhere").build(), &operation).await.unwrap_err();
        let text =
            "invalid input, nothing was sent: the request cannot be built: builder error: relative URL without a base";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_body_is_repeatable_but_for_a_stream() {
        assert_eq!(repeatable(&"bytes".into()).unwrap(), "bytes");
        let stream = reqwest::Body::wrap("bytes".to_owned());
        let error = repeatable(&stream).unwrap_err();
        assert!(error.to_string().contains("can be sent only once"), "{error}");
    }
}
