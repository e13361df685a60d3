//! Mock servers of the PlanetScale API on loopback, for tests and examples without an account.
//!
//! Each is a real HTTP server in the calling process: it checks the Authorization header, the path and the body as
//! strictly as the description of the API allows, and records every request. There are two:
//!
//! - [`MockServer::start`] plays backups and branches as they are known to behave, and answers every other operation
//!   with what a test scripts ([`MockServer::answer`]).
//! - [`MockServer::remembering`] serves all operations by rule: what requests create is there for later ones. A header
//!   says which answers are invented. It imitates the shape of the API, not all of its behaviour.
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

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::StatusCode;
use reqwest::header::HeaderMap;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::auth::ServiceToken;
use crate::backups::BranchRef;
use crate::client::Client;
use crate::error::Error;
use crate::generated::types;
use crate::secret::Secret;

mod api;
mod backups;
#[cfg(feature = "branches")]
mod branches;
mod control;
mod fixture;
mod hosts;
mod injector;
mod matcher;
mod memory;
mod query;
mod remembering;
mod reply;
mod route;
mod server;
mod states;

pub use fixture::{Fixture, fixture};
pub use injector::FaultInjector;
pub use matcher::RequestMatcher;
pub use memory::Remembering;
pub use route::Call;
pub(crate) use route::{Kind, Route, check_body};
use server::{Answer, Fault, State, lock, serve};
use states::States;

/// The ID of the only service token that the server accepts.
pub const TOKEN_ID: &str = "mock-token-id";

/// The only service token that the server accepts.
pub const TOKEN: &str = "mock-token";

/// A running mock server. It stops when this is dropped.
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
    /// The headers. `Debug` does not show the token.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl MockServer {
    /// Starts a server on a free port of 127.0.0.1. It needs a running tokio runtime.
    ///
    /// # Errors
    /// If no port is available.
    pub async fn start() -> std::io::Result<Self> {
        Self::listen((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    async fn listen(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::default();
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { address, state, task })
    }

    /// Returns the URL for [`ClientBuilder::base_url`](crate::ClientBuilder::base_url).
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Returns the token that the server accepts.
    pub fn token() -> ServiceToken {
        ServiceToken::new(TOKEN_ID, TOKEN)
    }

    /// Accepts this OAuth token as well, as `Authorization: Bearer …`.
    pub fn accept_bearer(&self, token: impl Into<String>) {
        lock(&self.state).bearer = Some(token.into());
    }

    /// Makes a client for this server.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`](crate::ClientBuilder::build).
    pub fn client(&self) -> Result<Client, Error> {
        Client::builder().auth(Self::token()).base_url(self.base_url()).build()
    }
}

/// # What the server has
impl MockServer {
    /// Returns the requests that arrived so far, in their order: the newest 10,000 of them.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state).requests.iter().cloned().collect()
    }

    /// Counts the requests that arrived so far, including those that [`requests`](Self::requests) no longer has.
    pub fn request_count(&self) -> usize {
        lock(&self.state).arrived
    }

    /// Returns the backups of all branches, including deleted ones, in the order of their creation.
    pub fn backups(&self) -> Vec<types::Backup> {
        let mut state = lock(&self.state);
        state.api.backups.all().filter_map(|backup| serde_json::from_value(backup.clone()).ok()).collect()
    }
}

/// # What was there before
impl MockServer {
    /// Adds a backup of a branch as it is, with whatever ID, times and state: an old one, or one that has expired.
    /// It stays as it is until a request changes it.
    ///
    /// # Examples
    /// ```
    /// # use planetscale_client::mock::MockServer;
    /// # use planetscale_client::BranchRef;
    /// use planetscale_client::types::Backup;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::start().await?;
    /// let main = BranchRef::new("acme", "shop", "main");
    /// server.add_backup(&main, &Backup::fixture());
    /// assert!(!server.client()?.ensure_backup(&main, "nightly").await?.created);
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_backup(&self, branch: &BranchRef, backup: &types::Backup) {
        let BranchRef { organization, database, branch, .. } = branch.clone();
        let backup = serde_json::to_value(backup).unwrap_or_default();
        lock(&self.state).api.backups.add([organization, database, branch], backup);
    }
}

/// # How backups move on
impl MockServer {
    /// Sets the states that the next polls of a backup (by `get_backup`) find, one state for each poll. The last one
    /// stays.
    ///
    /// Any string may be a state. Without a script a backup stays `pending`.
    pub fn script_states<S: Into<String>>(&self, states: impl IntoIterator<Item = S>) {
        lock(&self.state).api.backups.states = States::by_poll(states);
    }

    /// Sets the states of a backup by its age. Replaces [`script_states`](Self::script_states), and vice versa.
    ///
    /// The clock is tokio's.
    pub fn move_states<S: Into<String>>(&self, states: impl IntoIterator<Item = (Duration, S)>) {
        lock(&self.state).api.backups.states = States::by_age(states);
    }

    /// Refuses to create a backup of a branch while another one is pending or running, with 422
    /// `unprocessable`. What the API answers then is not documented; this is what its SDK expects.
    pub fn one_at_a_time(&self) {
        lock(&self.state).api.backups.one_at_a_time = true;
    }
}

/// # Any operation
impl MockServer {
    /// Scripts the answer to an operation, whatever it is asked for. Called several times, it scripts one answer after
    /// the other; the last one is repeated. Requests are still checked against the description of the API.
    ///
    /// The server itself plays backups, and, with the feature `branches`, branches. Any other operation without a
    /// script is answered with 501 and the line to write.
    ///
    /// # Examples
    /// ```
    /// # use planetscale_client::mock::MockServer;
    /// use planetscale_client::calls::GetBackup;
    /// use planetscale_client::types::Backup;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::start().await?;
    /// server.answer::<GetBackup>(&Backup::fixture());
    /// let call = server.client()?.get_backup().organization("acme").database("shop").branch("main").id("any").send().await?;
    /// assert_eq!(call.name, "nightly");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the answer cannot be written as JSON.
    #[allow(clippy::expect_used)] // For tests, where a panic is the answer to a typo.
    pub fn answer<C: Call>(&self, answer: &C::Answer)
    where
        C::Answer: serde::Serialize,
    {
        let value = Secret::exposed(|| serde_json::to_value(answer)).expect("an answer that can be JSON");
        let status = match (value.is_null(), C::OPERATION.method()) {
            (true, _) => StatusCode::NO_CONTENT,
            (false, "POST") => StatusCode::CREATED,
            (false, _) => StatusCode::OK,
        };
        lock(&self.state).api.scripts.entry(C::OPERATION.id()).or_default().push_back((status, value));
    }
}

/// # Branches
///
/// A branch that is created, or restored from a backup, is `pending`, and `ready` when it is next read. Backups can be
/// of any branch, whether it exists or not.
#[cfg(feature = "branches")]
impl MockServer {
    /// Returns the branches of all databases.
    pub fn branches(&self) -> Vec<types::DatabaseBranch> {
        let mut state = lock(&self.state);
        state.api.branches.all().filter_map(|branch| serde_json::from_value(branch.clone()).ok()).collect()
    }

    /// Adds a branch that is ready, and was not restored from anything. It stays as it is until a request changes it.
    pub fn add_branch(&self, branch: &BranchRef) {
        let BranchRef { organization, database, branch, .. } = branch;
        let mut added = branches::just_created(&format!("own-{branch}"), branch, [organization, database]);
        (added["state"], added["ready"]) = ("ready".into(), true.into());
        lock(&self.state).api.branches.add([organization.clone(), database.clone()], added);
    }

    /// Sets the states that the next polls of a branch (by `get_branch`) find, one state for each poll. The last one
    /// stays.
    pub fn script_branch_states<S: Into<String>>(&self, states: impl IntoIterator<Item = S>) {
        lock(&self.state).api.branches.states = States::by_poll(states);
    }

    /// Sets the states of a branch by its age. Replaces [`script_branch_states`](Self::script_branch_states), and vice
    /// versa. The clock is tokio's.
    pub fn move_branch_states<S: Into<String>>(&self, states: impl IntoIterator<Item = (Duration, S)>) {
        lock(&self.state).api.branches.states = States::by_age(states);
    }

    /// Sets how many branches a database can have. A further one is refused with 422 `unprocessable`.
    ///
    /// A server that remembers goes by the database instead: seed it with `at_development_branch_usage_limit` or
    /// `at_backup_restore_branches_limit`.
    pub fn limit_branches(&self, most: usize) {
        lock(&self.state).api.branches.most = Some(most);
    }
}

/// # What goes wrong
///
/// Each of these affects one request: the next one without such a fault, or the next one that [`on`](Self::on) selects.
/// [`delay_next`](Self::delay_next) can be combined with the others.
impl MockServer {
    /// Serves the next request without a fault, so that the following fault affects a later request.
    pub fn pass_next(&self) {
        self.on(RequestMatcher::default()).pass_next();
    }

    /// Refuses the next request, with `{code, message}`. Nothing is done.
    ///
    /// # Panics
    /// Where `status` is not an HTTP status.
    pub fn refuse_next(&self, status: u16, code: &str, message: &str) {
        self.on(RequestMatcher::default()).refuse_next(status, code, message);
    }

    /// Answers the next request with 429 and this `Retry-After`. Nothing is done.
    pub fn limit_next(&self, retry_after_seconds: u64) {
        self.on(RequestMatcher::default()).limit_next(retry_after_seconds);
    }

    /// Answers the next request with any body, JSON or not. Nothing is done.
    ///
    /// # Panics
    /// Where `status` is not an HTTP status.
    pub fn answer_next(&self, status: u16, body: impl Into<String>) {
        self.fault(Fault::Answer(Answer::new(to_status(status), body.into())));
    }

    /// Does what the next request asks for, and answers with any body instead of the right one.
    ///
    /// # Panics
    /// Where `status` is not an HTTP status.
    pub fn replace_next_answer(&self, status: u16, body: impl Into<String>) {
        self.fault(Fault::OtherAnswer(Answer::new(to_status(status), body.into())));
    }

    /// Closes the connection instead of doing what the next request asks for.
    pub fn lose_next_request(&self) {
        self.on(RequestMatcher::default()).lose_next_request();
    }

    /// Closes the connection, and does what the next request asks for after this delay, as a server with a queue may
    /// do.
    pub fn do_next_late(&self, late: Duration) {
        self.fault(Fault::DoLate(late));
    }

    /// Does what the next request asks for, and closes the connection without an answer.
    pub fn lose_next_answer(&self) {
        self.on(RequestMatcher::default()).lose_next_answer();
    }

    /// Does what the next request asks for, and closes the connection in the middle of the answer.
    pub fn truncate_next_answer(&self) {
        self.fault(Fault::TruncateAnswer);
    }

    /// Processes the next request immediately, but delays its answer.
    pub fn delay_next(&self, delay: Duration) {
        lock(&self.state).delays.push_back(delay);
    }

    /// Injects a fault into the next request that matches, whatever else is sent in between: one about a branch or a
    /// backup, at a path, or of an operation.
    ///
    /// # Examples
    /// ```
    /// # use planetscale_client::mock::MockServer;
    /// # use planetscale_client::BranchRef;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::start().await?;
    /// let (client, main, dev) =
    ///     (server.client()?, BranchRef::new("acme", "shop", "main"), BranchRef::new("acme", "shop", "dev"));
    /// server.on(&main).refuse_next(403, "forbidden", "no");
    /// client.branch(&dev).create_backup().await?;
    /// assert_eq!(client.branch(&main).create_backup().await.unwrap_err().code(), Some("forbidden"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn on(&self, matcher: impl Into<RequestMatcher>) -> FaultInjector<'_> {
        FaultInjector { server: self, matcher: matcher.into() }
    }

    fn fault(&self, fault: Fault) {
        self.fault_for(RequestMatcher::default(), fault);
    }

    fn fault_for(&self, matcher: RequestMatcher, fault: Fault) {
        lock(&self.state).faults.push((matcher, fault));
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[allow(clippy::expect_used)] // For tests, where a panic is the answer to a typo.
fn to_status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("an HTTP status")
}
