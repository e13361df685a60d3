//! How a test starts and steers a mock server that remembers.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;

use super::fixture::Fixture;
use super::remembering::{self, Engine, default_seed};
use super::server::lock;
use super::{MockServer, to_status};

/// The settings of a mock server that remembers. It starts when this is awaited. See [`MockServer::remembering`].
#[derive(Clone, Debug)]
#[must_use = "the server starts when this is awaited"]
pub struct Remembering {
    seed: Value,
    time_scale: f64,
    is_frozen: bool,
    is_strict: bool,
    is_lenient: bool,
    address: SocketAddr,
    hosts: Vec<String>,
}

impl Remembering {
    /// Sets what exists at the beginning, instead of the organization `acme` with a database `shop` and its branch
    /// `main`: lists of items by the paths of their collections, each with the properties that matter, and the answers
    /// of reports by their own paths.
    ///
    /// A property that an item leaves out is null if the description allows that (a backup's `protected` and
    /// `started_at`, for example), and otherwise 0, false, empty, or the first state.
    ///
    /// # Examples
    /// ```no_run
    /// # use planetscale_client::mock::MockServer;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::remembering()
    ///     .seed(serde_json::json!({
    ///         "/organizations": [{ "name": "acme" }],
    ///         "/organizations/acme/databases": [{ "name": "shop", "kind": "postgresql", "state": "ready" }],
    ///         "/organizations/acme/databases/shop/branches/main/backups": [{ "name": "nightly", "state": "success" }],
    ///     }))
    ///     .await?;
    /// # let client = server.client()?;
    /// let backups = client.list_backups().organization("acme").database("shop").branch("main").send().await?;
    /// assert_eq!(backups.data[0].name, "nightly");
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed(mut self, seed: Value) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how much of a duration passes in real time: with 0.01, what takes 10 s takes 100 ms.
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.time_scale = scale;
        self
    }

    /// Begins with a clock that stands still until [`MockServer::advance`].
    pub fn freeze(mut self) -> Self {
        self.is_frozen = true;
        self
    }

    /// Answers with 501 wherever an answer would be `invented`, so that no test relies on it. A list of invoices, for
    /// example, which no request creates, is then not answered as empty; and a request that changes something is
    /// refused if the description does not say what it changes. How long states take is invented all the same.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Accepts requests with fields that the description does not have, nulls, and objects in place of strings, as
    /// other clients send them; each is a warning in the trace.
    pub fn lenient(mut self) -> Self {
        self.is_lenient = true;
        self
    }

    /// Sets the address to listen on, instead of a free port of 127.0.0.1.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Accepts requests whose `Host` is this name, as well as IP addresses and `localhost`. Any other name is rejected,
    /// so that no page in a browser can reach the server by one.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    fn engine(&self) -> Result<Engine, String> {
        let mut engine = Engine::seeded(&self.seed)?;
        engine.scale_time(self.time_scale)?;
        engine.freeze(self.is_frozen);
        engine.set_strict(self.is_strict);
        engine.set_lenient(self.is_lenient);
        Ok(engine)
    }
}

impl IntoFuture for Remembering {
    type Output = std::io::Result<MockServer>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    /// Starts the server. It needs a running tokio runtime.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let engine = self.engine().map_err(|why| std::io::Error::new(std::io::ErrorKind::InvalidInput, why))?;
            let server = MockServer::listen(self.address).await?;
            let mut state = lock(&server.state);
            (state.engine, state.hosts) = (Some(Box::new(engine)), self.hosts);
            drop(state);
            Ok(server)
        })
    }
}

/// # A server that remembers
///
/// These functions control a server of [`remembering`](Self::remembering). On a server of [`start`](Self::start), which
/// remembers only backups and branches, they panic, except for `remembering` and `classification`.
impl MockServer {
    /// Makes a server that answers all operations by rule, from its seed and from what requests changed. It starts when
    /// this is awaited, on a free port of 127.0.0.1, and serves all operations, whatever features are on.
    ///
    /// It knows only the API's description, so it imitates the API's shape, not all of its behaviour. Each answer says
    /// in the header `x-stand-in` where it comes from: `rule`, `scripted`, or `invented` if nothing determines its
    /// content. How long states take is always invented. Reports, such as metrics, are answered with 501 until they are
    /// seeded, or scripted by [`answer_at`](Self::answer_at).
    ///
    /// # Examples
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use planetscale_client::mock::MockServer;
    /// use planetscale_client::types::{Backup, BackupState};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::remembering().freeze().await?;
    /// let client = server.client()?;
    /// let made = client.create_backup().organization("acme").database("shop").branch("main").send().await?;
    /// assert_eq!(made.state, BackupState::Pending);
    /// server.advance(Duration::from_secs(60));
    /// assert_eq!(server.stored::<Backup>()[0].state, BackupState::Success);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remembering() -> Remembering {
        Remembering {
            seed: default_seed(),
            time_scale: 1.0,
            is_frozen: false,
            is_strict: false,
            is_lenient: false,
            address: (std::net::Ipv4Addr::LOCALHOST, 0).into(),
            hosts: Vec::new(),
        }
    }

    /// Moves the clock forward: every state that would have been reached by then is reached at once.
    ///
    /// # Panics
    /// On a server that does not remember.
    pub fn advance(&self, by: Duration) {
        self.with_engine(|engine| engine.advance(by));
    }

    /// Puts an item into a state at once, such as a deploy request into `error`, or through several. The path is that
    /// of the item: `/organizations/acme/databases/shop/deploy-requests/1`.
    ///
    /// # Panics
    /// If there is no such item, it has no such state, or no state is given; and on a server that does not remember.
    pub fn transition<S: Into<String>>(&self, path: &str, states: impl IntoIterator<Item = S>) {
        let states: Vec<String> = states.into_iter().map(Into::into).collect();
        fits("transition", self.with_engine(|engine| engine.transition(path, &states, false)));
    }

    /// Sets the states that the next polls of an item find, one state for each poll. The last one stays.
    ///
    /// # Panics
    /// As [`transition`](Self::transition).
    pub fn transition_by_polls<S: Into<String>>(&self, path: &str, states: impl IntoIterator<Item = S>) {
        let states: Vec<String> = states.into_iter().map(Into::into).collect();
        fits("transition_by_polls", self.with_engine(|engine| engine.transition(path, &states, true)));
    }

    /// Scripts the answer to requests for a path. Replaces an earlier script of that path.
    ///
    /// # Panics
    /// If no operation has such a path, or `status` is not an HTTP status; and on a server that does not remember.
    pub fn answer_at(&self, path: &str, status: u16, body: Value) {
        let answers = vec![(to_status(status), body)];
        fits("answer_at", self.with_engine(|engine| engine.script(None, path, answers)));
    }

    /// Returns all existing items of a type, such as [`Backup`](crate::types::Backup), whether they were seeded or
    /// created.
    ///
    /// # Panics
    /// On a server that does not remember.
    pub fn stored<T: Fixture>(&self) -> Vec<T> {
        let name = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
        let stored = self.with_engine(|engine| engine.stored(name));
        stored.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect()
    }

    /// Describes what every operation does, a line each: its ID, its method and path, and the rule for it.
    pub fn classification() -> String {
        remembering::classification()
    }

    #[allow(clippy::expect_used)] // For tests, where a panic is the answer to a mistake.
    fn with_engine<R>(&self, then: impl FnOnce(&mut Engine) -> R) -> R {
        let mut state = lock(&self.state);
        then(state.engine.as_mut().expect("a server of `MockServer::remembering()`"))
    }
}

#[allow(clippy::panic)] // For tests, where a panic is the answer to a mistake.
fn fits(call: &str, done: Result<(), String>) {
    if let Err(why) = done {
        panic!("MockServer::{call}: {why}");
    }
}
