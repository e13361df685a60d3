//! Any endpoint that has no method of its own yet.

use std::fmt;

use reqwest::{Method, Url};
use serde_json::Value;

use crate::client::Client;
use crate::error::Error;
use crate::operation::Operation;
use crate::options::Options;
use crate::response::Response;
use crate::runtime::{self, Style, path_segment};
use crate::transport::{decode, traced};

/// # Other endpoints
impl Client {
    /// Makes a request to any endpoint of the API, by the segments of its path, for endpoints that have no method here
    /// yet. Credentials, encoding, retries, timeout and errors are as with every other call; the answer is JSON.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
    /// use planetscale_client::Method;
    ///
    /// let regions = client.request(Method::GET, ["organizations", "acme", "regions"]).query("page", "2").send().await?;
    /// println!("{}", regions["data"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request<S: AsRef<str>>(&self, method: Method, segments: impl IntoIterator<Item = S>) -> Request<'_> {
        let segments = segments.into_iter().map(|segment| segment.as_ref().to_owned()).collect();
        Request { client: self, method, segments, query: Vec::new(), body: None, options: Options::default() }
    }
}

/// A request that is about to be sent. See [`Client::request`].
///
/// `Debug` shows neither the values of the query nor the body, which may be secret. But an error shows what the server
/// repeats of them, and the answer, a [`Value`], is shown in full: if there is a secret in it, do not print it.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    client: &'a Client,
    method: Method,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
    options: Options,
}

impl Request<'_> {
    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets how long the request may take as a whole, as [`ClientBuilder::timeout`](crate::ClientBuilder::timeout)
    /// does.
    pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
        self.options.timeout(timeout);
        self
    }

    /// Sets when the request is sent again, as [`ClientBuilder::retry`](crate::ClientBuilder::retry) does.
    pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
        self.options.retry(policy);
        self
    }

    /// Adds a header, such as `traceparent`. An invalid name or value is an error of [`send`](Self::send).
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.options.header(name.as_ref(), value.as_ref());
        self
    }

    /// Sends the request, and reads the answer: null if it has no body.
    ///
    /// # Errors
    /// See [`Error`]: it says whether the server has acted. [`Error::InvalidInput`] if there is no segment, one is
    /// empty, `.` or `..`, or the method is not GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or TRACE.
    pub async fn send(self) -> Result<Response<Value>, Error> {
        let Self { client, method, segments, query, body, options } = self;
        let names = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"];
        let Some(name) = names.into_iter().find(|name| *name == method.as_str()) else {
            return Err(Error::invalid_input(format!("the method {method} is unknown")));
        };
        if segments.is_empty() {
            return Err(Error::invalid_input("the path has no segments"));
        }
        let mut url = client.base_url().to_owned();
        for segment in &segments {
            url.push('/');
            url.push_str(&path_segment("a segment of the path", Style::Simple, &segment)?);
        }
        let mut url = Url::parse(&url).map_err(|e| Error::invalid_input(format!("the URL cannot be built: {e}")))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let operation = Operation::new("request", name, "");
        let build = || {
            let mut request = runtime::request(client, method.clone(), url.clone(), None);
            if let Some(body) = &body {
                request = request.json(body);
            }
            request.build()
        };
        let (traced, answer) = traced(client, &options, &build, operation, Vec::new()).await;
        traced.end(match answer {
            Ok(answer) if answer.body.is_empty() => Ok(Response::new(Value::Null, answer.status, answer.headers)),
            answer => answer.and_then(|answer| decode(operation, answer)),
        })
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("segments", &self.segments)
            .field("query", &names)
            .field("has_body", &self.body.is_some())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
