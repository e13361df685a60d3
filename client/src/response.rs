//! What a call gives.

use std::ops::Deref;
use std::pin::Pin;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::error::{Error, request_id};

/// A call that was begun, of an operation that may be any.
pub(crate) type Call<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send + 'a>>;

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
}

impl<T> Response<T> {
    /// An answer, such as a test of one's own wants.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers }
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

    /// The same answer, of something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: change(self.value), status: self.status, headers: self.headers }
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
