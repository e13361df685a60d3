//! The one pipeline of every request: hooks, attempts, limits, and the reading of the answer.
//!
//! Generated code builds a request and hands it to [`call`]. What may not enter here is anything
//! that knows a single operation.

mod attempt;
mod decode;
mod encode;
mod parameters;
mod trace;

use std::fmt;
use std::time::Duration;

use backon::Retryable;
use bytes::Bytes;
use progenitor_client::{ClientHooks, OperationInfo, ResponseValue};
use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::{Request, Response};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use self::attempt::{Answer, Attempt};
use self::decode::decode;
#[allow(unused_imports)] // Some are called where the spec has such an operation.
pub(crate) use self::encode::repeatable;
#[allow(unused_imports)]
pub(crate) use self::parameters::{Query, Style, form, header_value, path_segment};
use self::trace::Traced;
use crate::auth::Credentials;
use crate::error::{Error, Reason};
use crate::generated::Client;
pub(crate) use crate::operation::Operation;
use crate::retry::RetryPolicy;

/// The largest body that is read, in bytes, unless another limit is [set](crate::ClientBuilder::max_response_bytes).
/// A backup's is about 2 kB.
pub const MAX_RESPONSE_BYTES: usize = 8 << 20;

/// What a client carries beside its `reqwest::Client`.
#[derive(Clone)]
pub struct Inner {
    pub(crate) credentials: Credentials,
    /// The Authorization header, marked sensitive.
    pub(crate) authorization: HeaderValue,
    /// For a whole operation.
    pub(crate) timeout: Duration,
    /// For one attempt of it.
    pub(crate) attempt_timeout: Duration,
    /// Whether these are others than the `reqwest::Client` has.
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
            .field("attempt_timeout", &self.attempt_timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::auth::ServiceToken;

    #[tokio::test]
    async fn a_request_that_cannot_be_built_is_an_error_with_the_cause() {
        let builder = Client::builder().auth(ServiceToken::new("id", "token"));
        let client = builder.base_url("http://127.0.0.1:9").build().unwrap();
        let operation = Operation { id: "poll", method: "GET", path: "/" };
        let error = call_empty(&client, &|| client.client.get("nowhere").build(), &operation).await.unwrap_err();
        let text =
            "invalid input, nothing was sent: the request cannot be built: builder error: relative URL without a base";
        assert_eq!(error.to_string(), text);
    }
}
