//! The span of an operation.

use reqwest::StatusCode;
use tokio::time::Instant;
use tracing::{Span, field};

use crate::error::Error;
use crate::operation::Operation;

/// The span of an operation, which records attempts, status and duration at the end.
pub(super) struct Traced {
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

    /// Ends with the status and the server's id of the request, or with an error.
    pub(super) fn end(self, result: Result<(StatusCode, Option<&str>), &Error>) {
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
