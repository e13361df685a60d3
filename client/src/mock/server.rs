//! The server: connections, and what it does with a request, well or badly.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::api::Api;
use super::hosts::{PREFIX, is_for_us};
use super::matcher::RequestMatcher;
use super::remembering::{Engine, Origin};
use super::reply::{Reply, refusal};
use super::{RecordedRequest, TOKEN, TOKEN_ID};

/// So many requests are kept, the newest ones.
const MOST_REQUESTS: usize = 10_000;

/// How long the server waits where it can take no connection.
const A_MOMENT: Duration = Duration::from_millis(20);

/// What the server knows and is to do.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The newest requests.
    pub(super) requests: VecDeque<RecordedRequest>,
    /// How many requests arrived.
    pub(super) arrived: usize,
    pub(super) api: Api,
    /// What answers instead, where the server remembers all operations.
    pub(super) engine: Option<Box<Engine>>,
    /// What happens to the next requests.
    pub(super) faults: Vec<(RequestMatcher, Fault)>,
    /// How long the next requests have to wait for their answers.
    pub(super) delays: VecDeque<Duration>,
    /// An OAuth token that is accepted beside the service token.
    pub(super) bearer: Option<String>,
    /// The names that requests may call the server by, beside its addresses.
    pub(super) hosts: Vec<String>,
}

/// What happens to a request instead of its being done and answered.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is done and answered after all.
    None,
    /// It is not done, but answered.
    Answer(Answer),
    /// It is done, and answered otherwise.
    OtherAnswer(Answer),
    /// It is not done, and the connection is closed.
    LoseRequest,
    /// The connection is closed, and it is done so much later.
    DoLate(Duration),
    /// It is done, and the connection is closed.
    LoseAnswer,
    /// It is done, and the connection is closed in the middle of the answer.
    TruncateAnswer,
    /// It is done, and answered so much later.
    Delay(Duration),
}

impl Fault {
    /// As control calls name it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Answer(_) | Self::OtherAnswer(_) => "refuse",
            Self::LoseRequest | Self::DoLate(_) => "lose_request",
            Self::LoseAnswer => "lose_answer",
            Self::TruncateAnswer => "truncate",
            Self::Delay(_) => "delay",
        }
    }
}

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    retry_after: Option<u64>,
    body: Bytes,
    /// Where it comes from, if the server says that.
    origin: Option<Origin>,
}

impl Answer {
    /// An answer with any body.
    pub(super) fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, retry_after: None, body: body.into(), origin: None }
    }

    /// 429.
    pub(super) fn limit(retry_after_seconds: u64) -> Self {
        let reply = refusal(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests");
        Self { retry_after: Some(retry_after_seconds), ..reply.into() }
    }
}

impl From<Reply> for Answer {
    fn from((status, value): Reply) -> Self {
        let body = if status == StatusCode::NO_CONTENT { String::new() } else { value.to_string() };
        Self::new(status, body)
    }
}

/// A poisoned lock still holds plain data.
pub(super) fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(_) => {
                // Too many files are open, for example: some connection will end.
                tokio::time::sleep(A_MOMENT).await;
                continue;
            }
        };
        // What has ended is to give its memory back.
        while connections.try_join_next().is_some() {}
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        connections.spawn(async move {
            // A client that hangs up is not the server's.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Closes the connection.
fn close() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

async fn answer(request: Request<Incoming>, shared: Arc<Mutex<State>>) -> io::Result<Response<Sent>> {
    let (parts, body) = request.into_parts();
    // What is cut short is not done: without the rest, it may say something else.
    let body = body.collect().await.map_err(|_| close())?.to_bytes();
    let (answer, delay, number, remembers) = {
        let mut state = lock(&shared);
        let remembers = state.engine.is_some();
        if remembers && !is_for_us(&parts.headers, &state.hosts) {
            let message = "the Host is neither an address nor localhost, nor one that the server was told to take";
            return Ok(plain(refusal(StatusCode::MISDIRECTED_REQUEST, "misdirected", message).into()));
        }
        if remembers && parts.uri.path().starts_with(PREFIX) {
            return Ok(plain(state.control(parts.method.as_str(), parts.uri.path(), &body).into()));
        }
        state.record(&parts, &body);
        let aimed = state.faults.iter().position(|(matcher, _)| matcher.matches(parts.method.as_str(), &parts.uri));
        let fault = aimed.map_or(Fault::None, |at| state.faults.remove(at).1);
        let (mut delay, number) = (state.delays.pop_front(), state.arrived);
        // It is done when it has arrived, though the client may have gone when it is answered.
        let mut done = || state.take(&parts, &body);
        // Nothing, where the connection is to be closed; and whether the answer is cut.
        let answer = match fault {
            Fault::None => Some((done(), false)),
            Fault::Delay(more) => {
                delay = Some(delay.unwrap_or_default() + more);
                Some((done(), false))
            }
            Fault::Answer(answer) => Some((answer, false)),
            Fault::OtherAnswer(answer) => {
                done();
                Some((answer, false))
            }
            Fault::TruncateAnswer => Some((done(), true)).filter(|(answer, _)| !answer.body.is_empty()),
            Fault::LoseAnswer => {
                done();
                None
            }
            Fault::LoseRequest => None,
            Fault::DoLate(late) => {
                let (shared, parts, body) = (Arc::clone(&shared), parts.clone(), body.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(delay.unwrap_or_default() + late).await;
                    lock(&shared).take(&parts, &body);
                });
                None
            }
        };
        (answer, delay, number, remembers)
    };
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    let (answer, is_cut) = answer.ok_or_else(close)?;
    let sent = if is_cut { Sent::half_of(&answer.body) } else { Sent::whole(answer.body) };
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&sent.body).is_ok() || sent.is_cut;
    let mut response = Response::new(sent);
    *response.status_mut() = answer.status;
    if answer.status != StatusCode::NO_CONTENT {
        let content_type = if is_json { "application/json" } else { "text/html" };
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Ok(id) = HeaderValue::try_from(format!("mock-request-{number}")) {
        response.headers_mut().insert("x-request-id", id);
    }
    if remembers {
        // What was scripted goes first: faults, and answers by path.
        let origin = answer.origin.unwrap_or(Origin::Scripted);
        response.headers_mut().insert("x-stand-in", HeaderValue::from_static(origin.header()));
    }
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// An answer to what is no request of the API.
fn plain(answer: Answer) -> Response<Sent> {
    let mut response = Response::new(Sent::whole(answer.body));
    *response.status_mut() = answer.status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

impl State {
    fn record(&mut self, parts: &hyper::http::request::Parts, body: &[u8]) {
        let mut headers = HeaderMap::with_capacity(parts.headers.len());
        for (name, value) in &parts.headers {
            // A copy: the value itself keeps all that was received with it in memory.
            let Ok(mut value) = HeaderValue::from_bytes(value.as_bytes()) else { continue };
            // So that it is not printed.
            value.set_sensitive(*name == AUTHORIZATION);
            headers.append(name.clone(), value);
        }
        let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let (method, body) = (parts.method.to_string(), body.to_vec());
        self.arrived += 1;
        if self.requests.len() == MOST_REQUESTS {
            self.requests.pop_front();
        }
        self.requests.push_back(RecordedRequest { method, target, headers, body });
    }

    /// Forgets the requests that arrived.
    pub(super) fn forget_requests(&mut self) {
        self.requests.clear();
        self.arrived = 0;
    }

    /// Does what a request asks for.
    fn take(&mut self, parts: &hyper::http::request::Parts, body: &[u8]) -> Answer {
        if !self.accepts(&parts.headers) {
            let message = format!("the token is not valid: send `Authorization: {TOKEN_ID}:{TOKEN}`");
            return refusal(StatusCode::UNAUTHORIZED, "unauthorized", &message).into();
        }
        let media = parts.headers.get(CONTENT_TYPE).map(|name| String::from_utf8_lossy(name.as_bytes()));
        if let Some(media) = media.filter(|media| !body.is_empty() && !media.starts_with("application/json")) {
            let message = format!("the body is {media}, but must be application/json");
            return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_request", &message).into();
        }
        match &mut self.engine {
            Some(engine) => {
                let (reply, origin) = engine.take_request(parts.method.as_str(), &parts.uri, body);
                Answer { origin: Some(origin), ..reply.into() }
            }
            None => self.api.take(parts.method.as_str(), &parts.uri, body).into(),
        }
    }

    fn accepts(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let service_token = format!("{TOKEN_ID}:{TOKEN}");
        let bearer = self.bearer.as_ref().map(|token| format!("Bearer {token}"));
        given.is_some_and(|given| {
            given == service_token.as_bytes() || bearer.is_some_and(|bearer| given == bearer.as_bytes())
        })
    }
}

/// A body as it is sent: the whole of it, or half of it and then the end of the connection.
struct Sent {
    body: Bytes,
    /// As announced, in bytes.
    length: u64,
    is_cut: bool,
    stage: Stage,
}

enum Stage {
    Begin,
    /// What was sent has to leave before the connection is closed.
    Flush,
    Break,
}

impl Sent {
    fn whole(body: Bytes) -> Self {
        let length = body.len() as u64;
        Self { body, length, is_cut: false, stage: Stage::Begin }
    }

    fn half_of(body: &Bytes) -> Self {
        let length = body.len() as u64;
        Self { body: body.slice(..body.len() / 2), length, is_cut: true, stage: Stage::Begin }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.stage {
            Stage::Begin => {
                self.stage = if self.is_cut { Stage::Flush } else { Stage::Break };
                Poll::Ready(Some(Ok(Frame::data(self.body.clone()))))
            }
            Stage::Flush => {
                self.stage = Stage::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Stage::Break => Poll::Ready(self.is_cut.then(|| Err(close()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.is_cut && self.body.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_requests_are_kept_and_all_are_counted() {
        let mut state = State::default();
        for number in 0..MOST_REQUESTS + 5 {
            let request = Request::builder().uri(format!("/v1/{number}")).header(AUTHORIZATION, "token");
            let (parts, ()) = request.body(()).unwrap().into_parts();
            state.record(&parts, b"{}");
        }
        assert_eq!((state.requests.len(), state.arrived), (MOST_REQUESTS, MOST_REQUESTS + 5));
        assert_eq!(state.requests[0].target, "/v1/5");
        assert!(!format!("{:?}", state.requests[0]).contains("token"));
    }
}
