//! The span of an operation.

use reqwest::StatusCode;
use tokio::time::Instant;
use tracing::{Span, field};

use crate::error::Error;
use crate::operation::Operation;
use crate::response::Response;

/// The span of an operation, which records attempts, status and duration at the end.
pub(crate) struct Traced {
    pub(super) span: Span,
    start: Instant,
}

impl Traced {
    pub(super) fn begin(operation: &Operation) -> Self {
        let span = tracing::info_span!(
            "planetscale",
            operation = operation.id,
            method = operation.method,
            path = operation.path,
            target = field::Empty,
            request_id = field::Empty,
            attempt = field::Empty,
            status = field::Empty,
            duration_ms = field::Empty,
        );
        Self { span, start: Instant::now() }
    }

    /// Ends with what the answer was read as.
    pub(crate) fn end<T>(self, result: Result<Response<T>, Error>) -> Result<Response<T>, Error> {
        self.record(result.as_ref().map(|answer| (answer.status(), answer.request_id())));
        result
    }

    /// Records the status and the server's id of the request, or an error.
    fn record(self, result: Result<(StatusCode, Option<&str>), &Error>) {
        let (status, id) = match result {
            Ok((status, id)) => (Some(status), id),
            Err(error) => (error.status(), error.request_id()),
        };
        if let Some(id) = id {
            self.span.record("request_id", id);
        }
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
