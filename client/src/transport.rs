//! The one pipeline of every request: attempts, limits, and the reading of the answer.
//!
//! Generated code builds a request and hands it to [`call`]. What may not enter here is anything
//! that knows a single operation.

mod attempt;
mod decode;
mod encode;
mod parameters;
mod trace;

use backon::Retryable;
use bytes::Bytes;
use reqwest::Request;
use reqwest::header::LOCATION;
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
use crate::client::Client;
use crate::error::{Error, Reason};
pub(crate) use crate::operation::Operation;
pub(crate) use crate::options::Options;
use crate::response::Response;
use crate::retry::RetryPolicy;

/// Builds an operation's request, anew for each attempt: cheaper than a copy kept of every request.
type Build<'a> = &'a (dyn Fn() -> reqwest::Result<Request> + Send + Sync);

/// Sends a request and decodes the JSON of the answer.
pub(crate) async fn call<T: DeserializeOwned>(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<T>, Error> {
    traced((client, options), build, *operation, |answer| decode(client, *operation, answer?)).await
}

/// Sends a request and decodes the JSON of the answer, if there is any.
pub(crate) async fn call_optional<T: DeserializeOwned>(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<Option<T>>, Error> {
    let read = |answer: Result<Answer, Error>| match answer? {
        answer if answer.body.is_empty() => Ok(Response::new(None, answer.status, answer.headers)),
        answer => decode(client, *operation, answer),
    };
    traced((client, options), build, *operation, read).await
}

/// Sends a request whose answer is not JSON.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) async fn call_bytes(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<Bytes>, Error> {
    let read = |answer: Answer| Response::new(answer.body, answer.status, answer.headers);
    traced((client, options), build, *operation, |answer| answer.map(read)).await
}

/// Sends a request that is answered with a redirect, which is not followed: gives its `Location`.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) async fn call_location(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<String>, Error> {
    let read = |answer| match answer {
        Err(Error::Refused(refused)) if refused.status.is_redirection() => {
            let location = refused.headers.get(LOCATION);
            match location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()) {
                Some(to) => Ok(Response::new(to, refused.status, refused.headers)),
                None => Err(Error::Refused(refused)),
            }
        }
        Err(error) => Err(error),
        Ok(answer) => Err(Answer::unreadable(&answer, client, *operation, Reason::NoLocation)),
    };
    traced((client, options), build, *operation, read).await
}

/// Sends a request whose answer has no body to read.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) async fn call_empty(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<()>, Error> {
    let read = |answer: Answer| Response::new((), answer.status, answer.headers);
    traced((client, options), build, *operation, |answer| answer.map(read)).await
}

/// Sends a request in a span of its own, which ends when the answer is read.
async fn traced<T>(
    (client, options): (&Client, &Options),
    build: Build<'_>,
    operation: Operation,
    read: impl FnOnce(Result<Answer, Error>) -> Result<Response<T>, Error>,
) -> Result<Response<T>, Error> {
    let traced = Traced::begin(&operation);
    let result = read(send(client, options, build, operation).instrument(traced.span.clone()).await);
    traced.end(result.as_ref().map(Response::status));
    result
}

/// Sends a request, again where that is safe, within the time for the whole operation.
async fn send(client: &Client, options: &Options, build: Build<'_>, operation: Operation) -> Result<Answer, Error> {
    let (settings, headers) = (&options.over(&client.settings), options.headers()?);
    let start = Instant::now();
    let deadline = start + settings.timeout;
    let mut attempts = 0_u64;
    let attempt = || {
        attempts += 1;
        Span::current().record("attempt", attempts);
        let is_first = attempts == 1;
        let attempt = Attempt { client, settings, headers, operation, start, deadline, is_first };
        // On the heap, as it is large, and whoever holds it moves it about.
        Box::pin(attempt.run(build))
    };
    attempt
        .retry(settings.retry.backoff())
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
        let operation = Operation::new("poll", "GET", "/");
        let build = || client.http().get("nowhere").build();
        let error = call_empty(&client, &Options::default(), &build, &operation).await.unwrap_err();
        let text =
            "invalid input, nothing was sent: the request cannot be built: builder error: relative URL without a base";
        assert_eq!(error.to_string(), text);
    }
}
