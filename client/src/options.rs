//! What can differ from call to call.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;
use crate::retry::RetryPolicy;
use crate::secret::Secret;

/// The longest timeout: a longer one means the same and overflows the clock.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The settings that can differ from call to call. See [`Client::with`](crate::Client::with).
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    /// The largest body that is read, in bytes.
    pub(crate) max_bytes: usize,
    /// Whether the timeouts are others than the `reqwest::Client` has.
    pub(crate) has_own_timeout: bool,
}

impl Settings {
    /// Sets the timeout, as [`ClientBuilder::timeout`](crate::ClientBuilder::timeout) does. Zero lets every call time
    /// out; it is not rejected here.
    pub fn timeout(&mut self, timeout: Duration) -> &mut Self {
        self.has_own_timeout = true;
        self.timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    /// Sets the timeout of an attempt, as
    /// [`ClientBuilder::attempt_timeout`](crate::ClientBuilder::attempt_timeout) does.
    pub fn attempt_timeout(&mut self, timeout: Duration) -> &mut Self {
        self.has_own_timeout = true;
        self.attempt_timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    /// Sets the retries, as [`ClientBuilder::retry`](crate::ClientBuilder::retry) does.
    pub fn retry(&mut self, policy: RetryPolicy) -> &mut Self {
        self.retry = policy;
        self
    }

    /// Sets the largest body that is read, in bytes, as
    /// [`ClientBuilder::max_response_bytes`](crate::ClientBuilder::max_response_bytes) does.
    pub fn max_response_bytes(&mut self, most: usize) -> &mut Self {
        self.max_bytes = most;
        self
    }
}

/// What one call wants otherwise than its client has it: most want nothing, and so it is small.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options(Option<Box<Wanted>>);

#[derive(Clone, Debug, Default)]
struct Wanted {
    timeout: Option<Duration>,
    retry: Option<RetryPolicy>,
    headers: HeaderMap,
    /// What cannot be a header.
    invalid: Option<String>,
    /// Whether there is a body, of a request that may have none.
    has_body: bool,
}

impl Options {
    fn wanted(&mut self) -> &mut Wanted {
        self.0.get_or_insert_default()
    }

    pub(crate) fn timeout(&mut self, timeout: Duration) {
        self.wanted().timeout = Some(timeout);
    }

    /// Shortens the timeout to what is left.
    pub(crate) fn at_most(&mut self, left: Duration, settings: &Settings) {
        let timeout = self.over(settings).timeout;
        if left < timeout {
            self.timeout(left);
        }
    }

    pub(crate) fn retry(&mut self, policy: RetryPolicy) {
        self.wanted().retry = Some(policy);
    }

    /// Adds a header. That it can be one is seen when the call is sent.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        let wanted = self.wanted();
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), _) if name == AUTHORIZATION => {
                wanted.invalid = Some("the header authorization is set by `auth`".to_owned());
            }
            (Ok(name), Ok(mut value)) => {
                // It may be a credential: what prints it says no more than that.
                value.set_sensitive(true);
                wanted.headers.append(name, value);
            }
            _ => {
                let name = name.escape_debug();
                wanted.invalid = Some(format!("invalid header `{name}`: its name or value is not allowed"));
            }
        }
    }

    /// Notes that the body was set, of a request that may have none.
    #[allow(dead_code, reason = "called where the spec has such an operation")]
    pub(crate) fn sets_body(&mut self) {
        self.wanted().has_body = true;
    }

    /// Whether the body was set.
    #[allow(dead_code, reason = "called where the spec has such an operation")]
    pub(crate) fn has_body(&self) -> bool {
        self.0.as_ref().is_some_and(|wanted| wanted.has_body)
    }

    /// The headers of the call.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where one was given that cannot be.
    pub(crate) fn headers(&self) -> Result<Option<&HeaderMap>, Error> {
        match &self.0 {
            Some(wanted) => match &wanted.invalid {
                Some(why) => Err(Error::invalid_input(why.clone())),
                None => Ok(Some(&wanted.headers)),
            },
            None => Ok(None),
        }
    }

    /// What the caller's headers hold, as each may be a credential. What is short may stand in any answer by chance.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        const SHORTEST: usize = 8;
        let values = self.0.iter().flat_map(|wanted| wanted.headers.values());
        values.filter_map(|value| value.to_str().ok().filter(|text| text.len() >= SHORTEST)).map(Secret::from)
    }

    /// The settings of the call.
    pub(crate) fn over<'s>(&self, settings: &'s Settings) -> Cow<'s, Settings> {
        let Some(wanted) = &self.0 else { return Cow::Borrowed(settings) };
        let mut settings = settings.clone();
        if let Some(timeout) = wanted.timeout {
            settings.timeout(timeout);
        }
        if let Some(policy) = &wanted.retry {
            settings.retry(policy.clone());
        }
        Cow::Owned(settings)
    }
}
