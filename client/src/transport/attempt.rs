//! One attempt of an operation: sent, limited, and read to its end.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, HeaderMap};
use reqwest::{Request, Response, StatusCode};
use tokio::time::Instant;
use tracing::Span;

use super::Build;
use crate::client::Client;
use crate::error::{Error, How, Reason, Refused, Unanswered, Unreadable};
use crate::operation::Operation;
use crate::options::Settings;
#[cfg(feature = "record")]
use crate::record::Asked;
use crate::redaction::Redaction;

/// A success, read to its end.
pub(crate) struct Answer {
    /// The path that was asked for.
    pub(crate) target: Box<str>,
    pub(crate) status: StatusCode,
    /// Without what was sent and is secret.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What takes secrets out of it.
    pub(crate) redaction: Arc<Redaction>,
}

impl Answer {
    pub(crate) fn unreadable(&self, operation: Operation, reason: Reason) -> Error {
        let (target, headers) = (Some(self.target.clone()), self.headers.clone());
        let (status, whole) = (self.status, self.body.clone());
        let body = self.redaction.body(whole.clone());
        Unreadable { operation, target, status, headers, body, whole, reason }.into()
    }
}

/// One attempt of an operation.
pub(crate) struct Attempt<'a> {
    pub(crate) client: &'a Client,
    pub(crate) settings: &'a Settings,
    /// Those that the call wants beside its own.
    pub(crate) headers: Option<&'a HeaderMap>,
    pub(crate) operation: Operation,
    pub(crate) redaction: &'a Arc<Redaction>,
    pub(crate) start: Instant,
    pub(crate) deadline: Instant,
    /// Whose timeout is the client's own; a later one has what is left.
    pub(crate) is_first: bool,
}

impl Attempt<'_> {
    pub(crate) async fn run(self, build: Build<'_>) -> Result<Answer, Error> {
        let request = self.request(build)?;
        #[cfg(feature = "record")]
        let asked = self.client.recording().map(|recording| (recording, Asked::of(&request)));
        let mut response = self.respond(request).await?;
        let (answer, broken) = self.read(&mut response).await?;
        #[cfg(feature = "record")]
        if let Some((recording, asked)) = asked {
            let read = (answer.status, &answer.headers, &answer.body[..], broken.is_none());
            recording.write(&asked, self.operation, self.client.base_url(), self.redaction, read);
        }
        match broken {
            _ if !answer.status.is_success() => Err(self.refused(answer)),
            Some(reason) => Err(answer.unreadable(self.operation, reason)),
            None => Ok(answer),
        }
    }

    fn request(&self, build: Build<'_>) -> Result<Request, Error> {
        let mut request = build().map_err(unbuilt)?;
        if !self.is_first || self.settings.has_own_timeout {
            let left = self.deadline.saturating_duration_since(Instant::now());
            *request.timeout_mut() = Some(left.min(self.settings.attempt_timeout));
        }
        // Whose it is: the names in it are not secret.
        Span::current().record("target", self.redaction.text(request.url().path()));
        let headers = request.headers_mut();
        if let Some(wanted) = self.headers {
            headers.extend(wanted.clone());
        }
        if !self.operation.is_public {
            headers.insert(AUTHORIZATION, self.client.caller().authorization.clone());
        }
        Ok(request)
    }

    /// Sends the request, and waits for the head of the answer.
    async fn respond(&self, request: Request) -> Result<Response, Error> {
        let result = self.client.http().execute(request).await;
        match result {
            Ok(response) => {
                tracing::debug!(operation = self.operation.id, status = response.status().as_u16(), "answered");
                Ok(response)
            }
            Err(error) => {
                let error = self.failed(None, error);
                let cause = std::error::Error::source(&error);
                tracing::debug!(operation = self.operation.id, error = cause, "no answer");
                Err(error)
            }
        }
    }

    /// Reads an answer to its end, but no further than the limit, and tells what is wrong with its body.
    async fn read(&self, response: &mut Response) -> Result<(Answer, Option<Reason>), Error> {
        let status = response.status();
        let mut headers = std::mem::take(response.headers_mut());
        self.redaction.headers(&mut headers);
        // Most bodies come in one piece, which is then not copied.
        let (mut body, mut more) = (Bytes::new(), BytesMut::new());
        let (mut broken, most) = (None, self.settings.max_bytes);
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
        let target = self.redaction.text(response.url().path()).into();
        Ok((Answer { target, status, headers, body, redaction: self.redaction.clone() }, broken))
    }

    fn refused(&self, answer: Answer) -> Error {
        let mut refused = Refused::new(self.operation, answer.status);
        refused.target = Some(answer.target);
        refused.with_headers(answer.headers).with_body(self.redaction.body(answer.body)).into()
    }

    /// What a failure of reqwest's means. `status` is that of an answer that had begun.
    fn failed(&self, status: Option<StatusCode>, error: reqwest::Error) -> Error {
        if error.is_builder() {
            return unbuilt(error);
        }
        let how = match () {
            // Nothing is written before there is a connection.
            () if error.is_connect() => How::NotSent,
            () if error.is_timeout() => How::TimedOut,
            () => How::Interrupted,
        };
        let (operation, after) = (self.operation, self.start.elapsed());
        let target = error.url().map(|url| self.redaction.text(url.path()).into());
        // The query may have a secret; the path is the target.
        let source = Some(Box::new(error.without_url()).into());
        Unanswered { operation, target, status, how, after, source }.into_error()
    }
}

/// How a body is encoded, where that is more than not at all.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(CONTENT_ENCODING)?.as_bytes()).into_owned();
    (!value.is_empty() && !value.eq_ignore_ascii_case("identity")).then_some(value)
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
