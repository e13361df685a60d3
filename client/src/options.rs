//! What can differ from call to call.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;
use crate::retry::RetryPolicy;

/// The longest time-out: a longer one means the same and overflows the clock.
pub(crate) const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What can differ from call to call. See [`Client::with`](crate::Client::with).
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    /// The largest body that is read, in bytes.
    pub(crate) max_bytes: usize,
    /// Whether the time-outs are others than the `reqwest::Client` has.
    pub(crate) has_own_timeout: bool,
}

impl Settings {
    /// As [`ClientBuilder::timeout`](crate::ClientBuilder::timeout). Nothing is ever answered within zero.
    pub fn timeout(&mut self, timeout: Duration) -> &mut Self {
        self.has_own_timeout = true;
        self.timeout = timeout.min(A_YEAR);
        self
    }

    /// As [`ClientBuilder::attempt_timeout`](crate::ClientBuilder::attempt_timeout).
    pub fn attempt_timeout(&mut self, timeout: Duration) -> &mut Self {
        self.has_own_timeout = true;
        self.attempt_timeout = timeout.min(A_YEAR);
        self
    }

    /// As [`ClientBuilder::retry`](crate::ClientBuilder::retry).
    pub fn retry(&mut self, policy: RetryPolicy) -> &mut Self {
        self.retry = policy;
        self
    }

    /// As [`ClientBuilder::max_response_bytes`](crate::ClientBuilder::max_response_bytes).
    pub fn max_response_bytes(&mut self, most: usize) -> &mut Self {
        self.max_bytes = most;
        self
    }
}

/// What one call wants otherwise than its client has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    timeout: Option<Duration>,
    retry: Option<RetryPolicy>,
    headers: HeaderMap,
    /// What cannot be a header.
    invalid: Option<String>,
}

impl Options {
    pub(crate) fn timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    pub(crate) fn retry(&mut self, policy: RetryPolicy) {
        self.retry = Some(policy);
    }

    /// Adds a header. Whose value it is, and that it can be one, is seen when the call is sent.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), _) if name == reqwest::header::AUTHORIZATION => {
                self.invalid = Some("the header authorization is set by `auth`".to_owned());
            }
            (Ok(name), Ok(value)) => drop(self.headers.append(name, value)),
            _ => self.invalid = Some(format!("`{}` cannot be a header with that value", name.escape_debug())),
        }
    }

    /// The headers of the call.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where one was given that cannot be.
    pub(crate) fn headers(&self) -> Result<&HeaderMap, Error> {
        match &self.invalid {
            Some(why) => Err(Error::invalid_input(why.clone())),
            None => Ok(&self.headers),
        }
    }

    /// The settings of the call.
    pub(crate) fn over(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        if let Some(timeout) = self.timeout {
            settings.timeout(timeout);
        }
        if let Some(policy) = &self.retry {
            settings.retry(policy.clone());
        }
        settings
    }
}
