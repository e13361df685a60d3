//! A stand-in for the PlanetScale API on loopback, for tests and examples without an account.
//!
//! It is a real HTTP server in the calling process: it checks the Authorization header, the path
//! and the body as strictly as the spec allows, keeps the backups it made, and records every
//! request. It is the API's shape, not its behaviour in full.
//!
//! ```
//! use planetscale_client::mock::MockServer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::start().await?;
//! let client = server.client()?;
//! let backup =
//!     client.create_backup().organization("acme").database("shop").branch("main").send().await?;
//! assert_eq!(backup.completed_at, None);
//! assert_eq!(server.requests()[0].method, "POST");
//! # Ok(())
//! # }
//! ```

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::{DateTime, Days, SecondsFormat, Utc};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::auth::ServiceToken;
use crate::check::Check;
use crate::error::Error;
use crate::generated::{Client, types};

/// The ID of the only service token that the server accepts.
pub const TOKEN_ID: &str = "mock-token-id";

/// How many backups a page holds at most, as the API has it.
const MAX_PER_PAGE: usize = 100;

/// The only service token that the server accepts.
pub const TOKEN: &str = "mock-token";

/// The running server. It stops when this is dropped.
#[derive(Debug)]
pub struct MockServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path and query as they were sent, percent-encoding and all.
    pub target: String,
    /// The body.
    pub body: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<RecordedRequest>,
    /// The backups that were made, by what they are addressed with.
    made: Vec<Made>,
    /// The states that looks at a backup will find, one after the other; the last one stays.
    states: VecDeque<String>,
    /// What the next requests get instead of an answer.
    refusals: VecDeque<(StatusCode, Value, Option<u64>)>,
    /// How long the next requests have to wait for their answers.
    delays: VecDeque<Duration>,
}

#[derive(Debug)]
struct Made {
    /// Organization, database, branch.
    of: [String; 3],
    backup: Value,
}

impl Made {
    /// Whether it is the backup of an ID, and was not deleted.
    fn is(&self, of: [&str; 3], id: &str) -> bool {
        self.of == of && self.backup["id"] == id && self.backup["deleted_at"].is_null()
    }
}

impl MockServer {
    /// Starts a server on a free port of 127.0.0.1. It needs a running tokio runtime.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::default();
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { address, state, task })
    }

    /// What to give to [`ClientBuilder::base_url`](crate::ClientBuilder::base_url).
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The token that the server accepts.
    pub fn token() -> ServiceToken {
        ServiceToken::new(TOKEN_ID, TOKEN)
    }

    /// A client for this server.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`](crate::ClientBuilder::build).
    pub fn client(&self) -> Result<Client, Error> {
        Client::builder().auth(Self::token()).base_url(self.base_url()).build()
    }

    /// What the coming looks at a backup find, one state a look. The last one stays.
    ///
    /// Any text may be a state. Without a script a backup stays `pending`.
    pub fn script_states<S: Into<String>>(&self, states: impl IntoIterator<Item = S>) {
        lock(&self.state).states = states.into_iter().map(Into::into).collect();
    }

    /// Refuses the next request that is not refused already, with `{code, message}`.
    ///
    /// # Panics
    /// Where `status` is no HTTP status.
    #[allow(clippy::expect_used)] // For tests, where a panic is the answer to a typo.
    pub fn refuse_next(&self, status: u16, code: &str, message: &str) {
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        lock(&self.state).refusals.push_back((status, json!({ "code": code, "message": message }), None));
    }

    /// Answers the next request that is not refused already with 429 and this `Retry-After`.
    pub fn limit_next(&self, retry_after_seconds: u64) {
        let value = json!({ "code": "too_many_requests", "message": "too many requests" });
        let refusal = (StatusCode::TOO_MANY_REQUESTS, value, Some(retry_after_seconds));
        lock(&self.state).refusals.push_back(refusal);
    }

    /// Lets the next request that does not wait already wait for its answer.
    pub fn delay_next(&self, delay: Duration) {
        lock(&self.state).delays.push_back(delay);
    }

    /// The requests that arrived so far, in their order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state).requests.clone()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A poisoned lock still holds plain data.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        connections.spawn(async move {
            // A client that hangs up is no concern of the server's.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Answer = (StatusCode, Value);

async fn answer(request: Request<Incoming>, state: Arc<Mutex<State>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let delay = {
        let mut state = lock(&state);
        let (method, body) = (parts.method.to_string(), body.to_vec());
        state.requests.push(RecordedRequest { method, target, body });
        state.delays.pop_front()
    };
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    let mut state = lock(&state);
    let token = parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let mut retry_after = None;
    let (status, value) = if let Some((status, value, wait)) = state.refusals.pop_front() {
        retry_after = wait;
        (status, value)
    } else if token != Some(format!("{TOKEN_ID}:{TOKEN}").as_bytes()) {
        refusal(StatusCode::UNAUTHORIZED, "unauthorized", "the token is not valid")
    } else {
        route(parts.method.as_str(), &parts.uri, &body, &mut state)
    };
    let text = if status == StatusCode::NO_CONTENT { String::new() } else { value.to_string() };
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

fn route(method: &str, uri: &Uri, body: &[u8], state: &mut State) -> Answer {
    let segments: Option<Vec<String>> = uri
        .path()
        .trim_start_matches('/')
        .split('/')
        .map(|s| percent_decode_str(s).decode_utf8().ok().map(|s| s.into_owned()))
        .collect();
    let segments = segments.unwrap_or_default();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["v1", "organizations", organization, "databases", database, "branches", branch, "backups", rest @ ..] =
        &segments[..]
    else {
        return not_found();
    };
    let of = [*organization, *database, *branch];
    match (method, rest) {
        _ if of.contains(&"") => not_found(),
        ("POST", []) => create_backup(of, body, state),
        ("GET", []) => list_backups(of, uri.query().unwrap_or_default(), state),
        ("GET", [id]) => get_backup(of, id, state),
        ("PATCH", [id]) => update_backup(of, id, body, state),
        ("DELETE", [id]) => delete_backup(of, id, state),
        _ => not_found(),
    }
}

fn not_found() -> Answer {
    refusal(StatusCode::NOT_FOUND, "not_found", "Not Found")
}

fn create_backup(of: [&str; 3], body: &[u8], state: &mut State) -> Answer {
    let wanted: types::CreateBackupBody = match serde_json::from_slice(body) {
        Ok(wanted) => wanted,
        Err(e) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &e.to_string()),
    };
    if let Err(e) = wanted.check() {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &e);
    }
    let [.., branch] = of;
    let now = DateTime::<Utc>::from(SystemTime::now());
    let name = wanted.name.unwrap_or_else(|| format!("{branch}-{}", now.format("%Y-%m-%d")));
    let id = format!("backup{:06}", state.made.len() + 1);
    let backup = just_created(&id, &name, branch, now);
    state.made.push(Made { of: of.map(str::to_owned), backup: backup.clone() });
    (StatusCode::CREATED, backup)
}

/// A look at a backup, which moves it on by its script.
fn get_backup(of: [&str; 3], id: &str, state: &mut State) -> Answer {
    let State { made, states, .. } = state;
    let Some(made) = made.iter_mut().find(|made| made.is(of, id)) else { return not_found() };
    let next = if states.len() > 1 { states.pop_front() } else { states.front().cloned() };
    if let Some(next) = next {
        let now = Value::from(time(SystemTime::now().into()));
        let backup = &mut made.backup;
        backup["updated_at"] = now.clone();
        if next != "pending" && backup["started_at"].is_null() {
            backup["started_at"] = now.clone();
        }
        if ["success", "failed", "canceled", "ignored"].contains(&next.as_str()) && backup["completed_at"].is_null() {
            backup["completed_at"] = now;
        }
        if next == "success" {
            backup["size"] = json!(5_368_709_120_i64);
        }
        backup["state"] = next.into();
    }
    (StatusCode::OK, made.backup.clone())
}

/// A page of the backups of a branch, in the order in which they were made.
fn list_backups(of: [&str; 3], query: &str, state: &State) -> Answer {
    let pairs: Vec<(String, String)> = match serde_urlencoded::from_str(query) {
        Ok(pairs) => pairs,
        Err(e) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &e.to_string()),
    };
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let number = |name: &str, otherwise: usize| get(name).and_then(|value| value.parse().ok()).unwrap_or(otherwise);
    let (page, per_page) = (number("page", 1).max(1), number("per_page", 25).clamp(1, MAX_PER_PAGE));
    let is_wanted = |backup: &&Value| {
        (get("all") == Some("true") || backup["deleted_at"].is_null())
            && get("state").is_none_or(|state| backup["state"] == state)
    };
    let backups: Vec<&Value> =
        state.made.iter().filter(|made| made.of == of).map(|made| &made.backup).filter(is_wanted).collect();
    let total_pages = backups.len().div_ceil(per_page);
    let data: Vec<&Value> = backups.iter().skip((page - 1).saturating_mul(per_page)).take(per_page).copied().collect();
    let next = (page < total_pages).then_some(page + 1);
    let previous = (page > 1).then(|| page - 1);
    let url = |page: Option<usize>| page.map(|page| format!("?page={page}&per_page={per_page}"));
    let envelope = json!({
        "type": "list",
        "current_page": page,
        "per_page": per_page,
        "next_page": next,
        "next_page_url": url(next),
        "prev_page": previous,
        "prev_page_url": url(previous),
        "total_count": backups.len(),
        "total_pages": total_pages,
        "data": data,
    });
    (StatusCode::OK, envelope)
}

fn update_backup(of: [&str; 3], id: &str, body: &[u8], state: &mut State) -> Answer {
    let wanted: types::UpdateBackupBody = match serde_json::from_slice(body) {
        Ok(wanted) => wanted,
        Err(e) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &e.to_string()),
    };
    let Some(made) = state.made.iter_mut().find(|made| made.is(of, id)) else { return not_found() };
    if let Some(protected) = wanted.protected {
        made.backup["protected"] = protected.into();
        made.backup["updated_at"] = time(SystemTime::now().into()).into();
    }
    (StatusCode::OK, made.backup.clone())
}

fn delete_backup(of: [&str; 3], id: &str, state: &mut State) -> Answer {
    let Some(made) = state.made.iter_mut().find(|made| made.is(of, id)) else { return not_found() };
    if made.backup["protected"] == true {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", "the backup is protected from deletion");
    }
    made.backup["deleted_at"] = time(SystemTime::now().into()).into();
    (StatusCode::NO_CONTENT, Value::Null)
}

/// A time as the API writes it.
fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A backup as the API describes it right after it was made: without the times to come.
fn just_created(id: &str, name: &str, branch: &str, now: DateTime<Utc>) -> Value {
    let expiry = now.checked_add_days(Days::new(2)).unwrap_or(now);
    json!({
        "id": id,
        "name": name,
        "state": "pending",
        "size": 0,
        "estimated_storage_cost": 0.0,
        "created_at": time(now),
        "updated_at": time(now),
        "started_at": null,
        "expires_at": time(expiry),
        "completed_at": null,
        "deleted_at": null,
        "pvc_size": 10_737_418_240_i64,
        "protected": false,
        "required": false,
        "restored_branches": [],
        "actor": {
            "id": TOKEN_ID,
            "display_name": "mock token",
            "avatar_url": "https://app.planetscale.com/gravatar-fallback.png",
        },
        "backup_policy": null,
        "schema_snapshot": null,
        "database_branch": {
            "id": "branch000001",
            "name": branch,
            "created_at": "2021-01-14T10:19:23.000Z",
            "updated_at": "2021-01-14T10:19:23.000Z",
            "deleted_at": null,
        },
    })
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Answer {
    (status, json!({ "code": code, "message": message }))
}
