//! The one pipeline of every request: attempts, limits, and the reading of the answer.
//!
//! Generated code builds a request and hands it to [`call`]. What may not enter here is anything
//! that knows a single operation.

mod attempt;
mod decode;
mod trace;

use std::sync::Arc;

use backon::Retryable;
use reqwest::Request;
use tokio::time::Instant;
use tracing::{Instrument, Span};

pub(crate) use self::attempt::Answer;
use self::attempt::Attempt;
pub(crate) use self::decode::decode;
pub(crate) use self::trace::Traced;
use crate::client::Client;
use crate::error::Error;
pub(crate) use crate::operation::Operation;
pub(crate) use crate::options::Options;
use crate::redaction::Redaction;
use crate::retry::RetryPolicy;
use crate::secret::Secret;

/// Builds an operation's request, anew for each attempt: cheaper than a copy kept of every request.
pub(crate) type Build<'a> = &'a (dyn Fn() -> reqwest::Result<Request> + Send + Sync);

/// Sends a request, with the secrets that are in it, in a span of its own, which [ends](Traced::end) when the answer is
/// read. This is compiled once, not for each type of an answer.
pub(crate) async fn traced(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: Operation,
    sent: Vec<Secret>,
) -> (Traced, Result<Answer, Error>) {
    let traced = Traced::begin(&operation);
    let answer = send(client, options, build, operation, sent).instrument(traced.span.clone()).await;
    (traced, answer)
}

/// Sends a request, again where that is safe, within the time for the whole operation.
async fn send(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: Operation,
    mut sent: Vec<Secret>,
) -> Result<Answer, Error> {
    let (settings, headers) = (&options.over(&client.settings), options.headers()?);
    sent.extend(options.secrets());
    let redaction = &Arc::new(Redaction::new(&client.caller().credentials, &sent));
    let start = Instant::now();
    let deadline = start + settings.timeout;
    let mut attempts = 0_u64;
    let attempt = || {
        attempts += 1;
        Span::current().record("attempt", attempts);
        let is_first = attempts == 1;
        let attempt = Attempt { client, settings, headers, operation, redaction, start, deadline, is_first };
        // On the heap, as it is large, and whoever holds it moves it about.
        Box::pin(attempt.run(build))
    };
    attempt
        .retry(settings.retry.backoff())
        .sleep(tokio::time::sleep)
        .when(Error::is_retryable)
        // The server's own wish comes first; none is granted beyond the deadline.
        .adjust(|error, delay| {
            let left = deadline.saturating_duration_since(Instant::now());
            delay.map(|delay| RetryPolicy::delay_after(error, delay, left)).filter(|delay| *delay < left)
        })
        .notify(|error, delay| tracing::info!(%error, ?delay, "trying again"))
        .await
}
