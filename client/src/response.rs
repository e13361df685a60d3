//! What a call gives.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::error::{Error, request_id};
use crate::made_good::MadeGood;

/// A call on its way: a future of its answer, as every operation's `send` gives one. Nothing is sent before it is polled,
/// and dropping it cancels the call, which the server may have acted on by then.
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

/// An answer of the API that was a success: what it says, with its status and its headers. It can be used as what it
/// says.
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
    /// An answer, such as a test of one's own wants.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers, made_good: Vec::new() }
    }

    /// The same answer, in which something was [made good](Self::made_good).
    #[must_use]
    pub fn with_made_good(self, made_good: Vec<MadeGood>) -> Self {
        Self { made_good, ..self }
    }

    /// What it says.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What the server calls the request, for a question to its support: `x-request-id`, or Cloudflare's `cf-ray`.
    /// The API documents none.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// What in it was not as the API describes it: where that stood, and what it was taken as. Nearly always there is
    /// nothing. A size that is missing is a 0 in what the answer says, and listed here.
    pub fn made_good(&self) -> &[MadeGood] {
        &self.made_good
    }

    /// The same answer, of something else.
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
