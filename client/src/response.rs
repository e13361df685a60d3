//! A successful response: value, status and headers.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::error::{Error, request_id};
use crate::made_good::MadeGood;

/// The future that every operation's `send` returns. Nothing is sent before it is polled. Dropping it cancels the call,
/// but the server may have acted by then.
#[must_use = "nothing is sent before it is awaited"]
pub struct CallFuture<'a, T>(Boxed<'a, T>);

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send + 'a>>;

impl<'a, T> CallFuture<'a, T> {
    pub(crate) fn new(call: impl Future<Output = Result<Response<T>, Error>> + Send + 'a) -> Self {
        Self(Box::pin(call))
    }

    pub(crate) fn boxed(self) -> Boxed<'a, T> {
        self.0
    }
}

impl<T> Future for CallFuture<'_, T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for CallFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").finish_non_exhaustive()
    }
}

/// A successful response of the API: the value, with the status and the headers. It can be used as a reference to the
/// value.
///
/// # Examples
/// ```no_run
/// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
/// # let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
/// let answer = call.send().await?;
/// println!("{} ({:?})", answer.name, answer.request_id());
/// let backup = answer.into_inner();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    made_good: Vec<MadeGood>,
}

impl<T> Response<T> {
    /// Makes a response by hand, for tests.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers, made_good: Vec::new() }
    }

    /// Adds what was [repaired](Self::made_good), for tests.
    #[must_use]
    pub fn with_made_good(self, made_good: Vec<MadeGood>) -> Self {
        Self { made_good, ..self }
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the server's ID of the request, for the vendor's support: `x-request-id`, or Cloudflare's `cf-ray`.
    /// The API documents neither.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Lists what in the answer was not as the API describes it and was repaired: where it is, and what it was read as.
    /// Nearly always this is empty. A missing size, for example, is 0 in the value, and is listed here.
    pub fn made_good(&self) -> &[MadeGood] {
        &self.made_good
    }

    /// Returns the same response with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        let Self { value, status, headers, made_good } = self;
        Response { value: change(value), status, headers, made_good }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> AsRef<T> for Response<T> {
    fn as_ref(&self) -> &T {
        &self.value
    }
}
