//! How a client is made.

mod base_url;

use std::env::VarError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;

use self::base_url::{base_url, is_loopback};
use crate::auth::{Credentials, ServiceToken};
use crate::error::Error;
use crate::options::{MAX_TIMEOUT, Settings};
use crate::proxies;
#[cfg(feature = "record")]
use crate::record::Recording;
use crate::retry::RetryPolicy;
use crate::tls::with_tls;

/// The name and version that the crate gives of itself.
const USER_AGENT: &str = concat!("planetscale-client-rs/", env!("CARGO_PKG_VERSION"));

/// A client for the PlanetScale API.
///
/// Made by [`Client::builder`]. It is cheap to clone, and all clones share one pool of connections.
#[derive(Clone)]
pub struct Client {
    /// Without its type, so that whether a future that holds a client is `Send` is told at a glance. The compiler looks
    /// through all of reqwest otherwise, for every future of every operation.
    inner: Arc<dyn AsRef<Inner> + Send + Sync>,
    caller: Arc<Caller>,
    pub(crate) settings: Settings,
}

/// What all clones of a client share, whoever calls.
struct Inner {
    http: reqwest::Client,
    base_url: String,
    #[cfg(feature = "record")]
    recording: Option<Recording>,
}

/// Who calls.
pub(crate) struct Caller {
    pub(crate) credentials: Credentials,
    /// The Authorization header, marked sensitive.
    pub(crate) authorization: HeaderValue,
}

impl Caller {
    fn new(credentials: Credentials) -> Result<Self, Error> {
        let authorization = credentials.header()?;
        Ok(Self { credentials, authorization })
    }
}

impl AsRef<Self> for Inner {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner().base_url)
            .field("credentials", &self.caller.credentials)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// # Making a client
impl Client {
    /// The environment variable for the base URL, which the vendor's Terraform provider reads, too. The URL ends with
    /// the version of the API, as [`ClientBuilder::DEFAULT_BASE_URL`] does.
    pub const SERVER_URL_VAR: &'static str = "PLANETSCALE_SERVER_URL";

    /// Begins to make a client. Only [`auth`](ClientBuilder::auth) has no default.
    ///
    /// # Examples
    /// ```
    /// use planetscale_client::{Client, ServiceToken};
    ///
    /// let client = Client::builder().auth(ServiceToken::new("id", "token")).build()?;
    /// # Ok::<(), planetscale_client::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Makes a client from the environment: a service token from [`ServiceToken::ID_VAR`] and
    /// [`ServiceToken::TOKEN_VAR`], and the base URL from [`SERVER_URL_VAR`](Self::SERVER_URL_VAR) if that is set.
    /// The names are those of the vendor's CLI and Terraform provider.
    ///
    /// # Errors
    /// As [`ServiceToken::from_env`](crate::ServiceToken::from_env) and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        let builder = Self::builder().auth(ServiceToken::from_env()?);
        match std::env::var(Self::SERVER_URL_VAR) {
            Ok(url) if !url.is_empty() => builder.base_url(url).build(),
            Ok(_) | Err(VarError::NotPresent) => builder.build(),
            Err(VarError::NotUnicode(_)) => Err(Error::config(format!("{} is not Unicode", Self::SERVER_URL_VAR))),
        }
    }

    /// Makes a clone on the same connections with other settings, for example for calls that may take longer.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
    /// use std::time::Duration;
    /// use planetscale_client::RetryPolicy;
    ///
    /// let patient = client.with(|settings| {
    ///     settings.timeout(Duration::from_secs(300)).retry(RetryPolicy::default().max_retries(10));
    /// });
    /// patient.create_backup().organization("acme").database("shop").branch("main").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "the client itself stays as it is"]
    pub fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut client = self.clone();
        change(&mut client.settings);
        client
    }

    /// Makes a clone on the same connections with other credentials, for example after an OAuth token was refreshed.
    /// The client itself and its other clones keep theirs.
    ///
    /// # Errors
    /// [`Error::Config`] if the credentials cannot be sent in a header.
    ///
    /// # Examples
    /// ```
    /// use planetscale_client::{BearerToken, Client};
    ///
    /// let client = Client::builder().auth(BearerToken::new("first")).build()?;
    /// let client = client.with_auth(BearerToken::new("refreshed"))?;
    /// # Ok::<(), planetscale_client::Error>(())
    /// ```
    pub fn with_auth(&self, credentials: impl Into<Credentials>) -> Result<Self, Error> {
        let caller = Arc::new(Caller::new(credentials.into())?);
        Ok(Self { caller, ..self.clone() })
    }

    fn inner(&self) -> &Inner {
        (*self.inner).as_ref()
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Where the API is, without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        &self.inner().base_url
    }

    /// Where exchanges are recorded, if they are.
    #[cfg(feature = "record")]
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.inner().recording.as_ref()
    }

    /// What sends requests.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.inner().http
    }
}

/// Changes reqwest's own builder.
type Http = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// Makes a [`Client`].
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    credentials: Option<Credentials>,
    base_url: String,
    timeout: Duration,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    retry: RetryPolicy,
    product: Option<String>,
    http: Option<Http>,
    max_bytes: usize,
    #[cfg(feature = "record")]
    recording: Option<Recording>,
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("base_url", &self.base_url)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("retry", &self.retry)
            .field("product", &self.product)
            .finish_non_exhaustive()
    }
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            credentials: None,
            base_url: ClientBuilder::DEFAULT_BASE_URL.to_owned(),
            timeout: ClientBuilder::DEFAULT_TIMEOUT,
            attempt_timeout: ClientBuilder::DEFAULT_ATTEMPT_TIMEOUT,
            connect_timeout: ClientBuilder::DEFAULT_CONNECT_TIMEOUT,
            retry: RetryPolicy::default(),
            product: None,
            http: None,
            max_bytes: ClientBuilder::DEFAULT_MAX_RESPONSE_BYTES,
            #[cfg(feature = "record")]
            recording: None,
        }
    }
}

impl ClientBuilder {
    /// The default base URL: that of the API's description.
    pub const DEFAULT_BASE_URL: &'static str = "https://api.planetscale.com/v1";

    /// How long a whole operation may take, retries, delays and the reading of the answer included.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

    /// How long one attempt may take, the reading of its answer included: long enough for an answer, short enough for
    /// another attempt within [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT).
    pub const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

    /// How long a connection may take to be made.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// The largest body that is read, in bytes. A backup's is about 2 kB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 8 << 20;

    /// Sets the credentials: a [`ServiceToken`](crate::ServiceToken) or a [`BearerToken`](crate::BearerToken).
    pub fn auth(mut self, credentials: impl Into<Credentials>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Sets the URL of the API. Default: [`Self::DEFAULT_BASE_URL`].
    ///
    /// It must be `https`, as the token is sent with every request; `http` is for loopback only.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets how long a whole operation may take: connecting, every attempt, the delays between them and
    /// the last byte of the answer. Default: [`Self::DEFAULT_TIMEOUT`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of its answer, within the
    /// [`timeout`](Self::timeout) of the whole. After it, a call that only reads is tried again; one that changes
    /// something is not, as the server may have acted ([`Outcome::Unknown`](crate::Outcome::Unknown)). Default:
    /// [`Self::DEFAULT_ATTEMPT_TIMEOUT`].
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets how long a connection may take to be made, TLS included. Default:
    /// [`Self::DEFAULT_CONNECT_TIMEOUT`].
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets when and how often a failed request is sent again. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Adds the caller's own name and version, such as `migrator/2.1`, to the User-Agent.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Sets the largest body that is read, in bytes. A success with a larger one is [`Error::Unreadable`]. Default:
    /// [`Self::DEFAULT_MAX_RESPONSE_BYTES`].
    pub fn max_response_bytes(mut self, most: usize) -> Self {
        self.max_bytes = most;
        self
    }

    /// Records each exchange with the API, to compare the API with its description: the shapes of the request and the
    /// answer, not their content. See [`Recording`]. Default: nothing is recorded.
    ///
    /// # Examples
    /// ```no_run
    /// # fn main() -> Result<(), planetscale_client::Error> {
    /// use planetscale_client::{Client, Recording, ServiceToken};
    ///
    /// let recording = Recording::to_file("/var/tmp/acme.jsonl")?;
    /// let client = Client::builder().auth(ServiceToken::from_env()?).record(recording).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "record")]
    #[cfg_attr(docsrs, doc(cfg(feature = "record")))]
    pub fn record(mut self, recording: Recording) -> Self {
        self.recording = Some(recording);
        self
    }

    /// Changes reqwest's own builder: to add proxies, root certificates or resolvers. What keeps the token safe is set
    /// afterwards: no redirect is followed, and only [`retry`](Self::retry) sends anything again. So are the timeouts
    /// and the User-Agent.
    ///
    /// With the feature `rustls`, reqwest then sets up TLS itself, with the process's default crypto provider; if there
    /// is none, ring is installed as the default.
    pub fn http(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http = Some(Arc::new(change));
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Config`] if credentials are missing or cannot be sent in a header; if the base URL is not a URL, is
    /// neither `https` nor loopback, or has a user, query or fragment; if [`user_agent`](Self::user_agent) has other
    /// characters than visible ASCII; if a timeout is zero; if TLS cannot be set up; or if the environment names a
    /// SOCKS proxy for this host and [`http`](Self::http) was not called.
    pub fn build(self) -> Result<Client, Error> {
        let credentials = self
            .credentials
            .ok_or_else(|| Error::config("no credentials; call auth() with a ServiceToken or a BearerToken"))?;
        let caller = Arc::new(Caller::new(credentials)?);
        let url = base_url(&self.base_url)?;
        let timeout = duration("timeout", self.timeout)?;
        let attempt_timeout = duration("attempt_timeout", self.attempt_timeout)?;
        let http =
            self.http.as_ref().map_or_else(reqwest::Client::builder, |change| change(reqwest::Client::builder()));
        let mut http = http
            .user_agent(user_agent(self.product.as_deref())?)
            .connect_timeout(duration("connect_timeout", self.connect_timeout)?)
            // That of a first attempt; a later one may have less left.
            .timeout(timeout.min(attempt_timeout))
            // A redirect would take the token along, and turn a POST into a GET.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are the business of `crate::retry` alone.
            .retry(reqwest::retry::never());
        if is_loopback(&url) {
            http = http.no_proxy();
        } else if self.http.is_none() {
            proxies::check(url.host_str().unwrap_or_default(), |name| std::env::var(name).ok())?;
        }
        let http = with_tls(http, &url, self.http.is_some())?
            .build()
            .map_err(|e| Error::config(format!("no HTTP client can be made: {e}")))?;
        let base_url = url.as_str().trim_end_matches('/').to_owned();
        let settings =
            Settings { timeout, attempt_timeout, retry: self.retry, max_bytes: self.max_bytes, has_own_timeout: false };
        let inner = Inner {
            http,
            base_url,
            #[cfg(feature = "record")]
            recording: self.recording,
        };
        Ok(Client { inner: Arc::new(inner), caller, settings })
    }
}

fn duration(name: &str, value: Duration) -> Result<Duration, Error> {
    if value.is_zero() {
        return Err(Error::config(format!("{name} must be greater than zero")));
    }
    Ok(value.min(MAX_TIMEOUT))
}

fn user_agent(product: Option<&str>) -> Result<HeaderValue, Error> {
    let value = product.map_or_else(|| USER_AGENT.to_owned(), |p| format!("{p} {USER_AGENT}"));
    HeaderValue::try_from(value).map_err(|_| Error::config("user_agent may contain only visible ASCII characters"))
}
