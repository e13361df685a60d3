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

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, Days, SecondsFormat, Utc};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
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
    /// How many backups were made.
    made: usize,
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
    let mut state = lock(&state);
    state.requests.push(RecordedRequest { method: parts.method.to_string(), target, body: body.to_vec() });
    let token = parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let (status, value) = if token != Some(format!("{TOKEN_ID}:{TOKEN}").as_bytes()) {
        refusal(StatusCode::UNAUTHORIZED, "unauthorized", "the token is not valid")
    } else {
        route(parts.method.as_str(), parts.uri.path(), &body, &mut state)
    };
    let mut response = Response::new(Full::new(value.to_string().into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

fn route(method: &str, path: &str, body: &[u8], state: &mut State) -> Answer {
    let segments: Option<Vec<String>> = path
        .trim_start_matches('/')
        .split('/')
        .map(|s| percent_decode_str(s).decode_utf8().ok().map(|s| s.into_owned()))
        .collect();
    let segments = segments.unwrap_or_default();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (method, &segments[..]) {
        ("POST", ["v1", "organizations", organization, "databases", database, "branches", branch, "backups"])
            if [organization, database, branch].iter().all(|name| !name.is_empty()) =>
        {
            create_backup(branch, body, state)
        }
        _ => refusal(StatusCode::NOT_FOUND, "not_found", "Not Found"),
    }
}

fn create_backup(branch: &str, body: &[u8], state: &mut State) -> Answer {
    let wanted: types::CreateBackupBody = match serde_json::from_slice(body) {
        Ok(wanted) => wanted,
        Err(e) => return refusal(StatusCode::BAD_REQUEST, "bad_request", &e.to_string()),
    };
    if let Err(e) = wanted.check() {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &e);
    }
    state.made += 1;
    let now = DateTime::<Utc>::from(SystemTime::now());
    let name = wanted.name.unwrap_or_else(|| format!("{branch}-{}", now.format("%Y-%m-%d")));
    (StatusCode::CREATED, just_created(&format!("backup{:06}", state.made), &name, branch, now))
}

/// A backup as the API describes it right after it was made: without the times to come.
fn just_created(id: &str, name: &str, branch: &str, now: DateTime<Utc>) -> Value {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
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
