//! A call: its parameters, its settings, and what it does when it is sent. All operations share it; each adds its
//! setters, and the type of its answer.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, LOCATION};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body::Body;
use super::parameters::{Parameter, Place, header_value, path_segment, query_pairs};
use crate::client::Client;
use crate::error::{Error, PageAt, Reason};
use crate::operation::Operation;
use crate::options::Options;
use crate::pages::{NextOf, Pages};
use crate::polling::{End, Until, Wait};
use crate::redaction::REDACTED;
use crate::response::{Boxed, CallFuture, Response};
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::transport::{Answer, Traced, decode, traced};

const JSON: &str = "application/json";

/// The call of an operation, as far as it is the same for all of them.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    client: &'a Client,
    operation: Operation,
    parameters: &'static [Parameter],
    /// What each parameter was set to.
    values: Vec<Option<Set>>,
    /// The media type that is asked for, where it is not the usual one.
    accept: Option<&'static str>,
    options: Options,
}

/// What a parameter was set to.
#[derive(Clone)]
struct Set {
    /// As JSON, or why it does not take that.
    value: Result<Value, String>,
    /// What in it is secret.
    secrets: Vec<Secret>,
}

impl Set {
    fn to(value: &impl Serialize) -> Self {
        let (value, secrets) = Secret::collected(|| serde_json::to_value(value));
        Self { value: value.map_err(|e| format!("cannot be written: {e}")), secrets }
    }

    fn plainly_to(value: Result<Value, String>) -> Self {
        Self { value, secrets: Vec::new() }
    }
}

impl<'a> Call<'a> {
    pub(crate) fn new(client: &'a Client, operation: Operation, parameters: &'static [Parameter]) -> Self {
        let values = vec![None; parameters.len()];
        Self { client, operation, parameters, values, accept: None, options: Options::default() }
    }

    /// Asks for another media type than `application/json`.
    pub(crate) fn accepting(mut self, accept: &'static str) -> Self {
        self.accept = Some(accept);
        self
    }

    /// Sets a parameter, by its place among the operation's parameters.
    pub(crate) fn set<T: Serialize>(&mut self, at: usize, value: impl TryInto<T>) {
        let value: Result<T, _> = value.try_into();
        self.values[at] = Some(match value {
            Ok(value) => Set::to(&value),
            Err(_) => Set::plainly_to(Err("got an invalid value".to_owned())),
        });
    }

    /// Sets a parameter, or takes back what it was set to.
    pub(crate) fn set_or_clear<T: Serialize>(&mut self, at: usize, value: Option<T>) {
        self.values[at] = value.map(|value| Set::to(&value));
    }

    pub(crate) fn timeout(&mut self, timeout: std::time::Duration) {
        self.options.timeout(timeout);
    }

    pub(crate) fn retry(&mut self, policy: RetryPolicy) {
        self.options.retry(policy);
    }

    pub(crate) fn header(&mut self, name: &str, value: &str) {
        self.options.header(name, value);
    }

    /// Notes that the body was set, of a request that may have none.
    pub(crate) fn sets_body(&mut self) {
        self.options.sets_body();
    }

    /// Whether the body was set, of a request that may have none.
    pub(crate) fn has_body(&self) -> bool {
        self.options.has_body()
    }

    /// Sends the call, and decodes the JSON of the answer.
    pub(crate) fn json<T: DeserializeOwned + 'a>(self, body: Body) -> CallFuture<'a, T> {
        CallFuture::new(async move {
            let (traced, answer) = self.answered(body, Some(JSON)).await?;
            traced.end(answer.and_then(|answer| decode(self.operation, answer)))
        })
    }

    /// Sends the call, and decodes the JSON of the answer, if there is any.
    pub(crate) fn optional<T: DeserializeOwned + 'a>(self, body: Body) -> CallFuture<'a, Option<T>> {
        CallFuture::new(async move {
            let (traced, answer) = self.answered(body, Some(JSON)).await?;
            traced.end(match answer {
                Ok(answer) if answer.body.is_empty() => Ok(Response::new(None, answer.status, answer.headers)),
                answer => answer.and_then(|answer| decode(self.operation, answer)),
            })
        })
    }

    /// Sends the call, whose answer is not JSON.
    pub(crate) fn bytes(self, body: Body) -> CallFuture<'a, Bytes> {
        CallFuture::new(async move {
            let (traced, answer) = self.answered(body, None).await?;
            traced.end(answer.map(|answer| Response::new(answer.body, answer.status, answer.headers)))
        })
    }

    /// Sends the call, whose answer has no body to read.
    pub(crate) fn empty(self, body: Body) -> CallFuture<'a, ()> {
        CallFuture::new(async move {
            let (traced, answer) = self.answered(body, None).await?;
            traced.end(answer.map(|answer| Response::new((), answer.status, answer.headers)))
        })
    }

    /// Sends the call, which is answered with a redirect, which is not followed: gives its `Location`.
    pub(crate) fn location(self, body: Body) -> CallFuture<'a, Secret> {
        CallFuture::new(async move {
            let (traced, answer) = self.answered(body, None).await?;
            traced.end(match answer {
                Err(Error::Refused(refused)) if refused.status.is_redirection() => {
                    let location = refused.headers.get(LOCATION);
                    match location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()) {
                        Some(to) => Ok(Response::new(to.into(), refused.status, refused.headers)),
                        None => Err(Error::Refused(refused)),
                    }
                }
                Err(error) => Err(error),
                Ok(answer) => Err(answer.unreadable(self.operation, Reason::NoLocation)),
            })
        })
    }

    /// The pages of a list, from the one that the parameter `at` chooses, or else the first.
    pub(crate) fn pages<P: DeserializeOwned + 'a>(self, at: usize, next_of: NextOf<P>) -> Pages<'a, P> {
        let (operation, set) = (self.operation, self.values[at].as_ref());
        let first = set.and_then(|set| next_of.chosen(set.value.as_ref().ok()?));
        let call = move |page: Option<PageAt>| {
            let mut call = self.clone();
            if let Some(page) = page {
                call.values[at] = Some(Set::plainly_to(Ok(page.into())));
            }
            call.json(Body::none()).boxed()
        };
        Pages::new(operation, first, call, next_of)
    }

    /// The same call, until what it reads is as it should be.
    pub(crate) fn until<T: DeserializeOwned + 'a>(
        self,
        mut is_done: impl FnMut(&T) -> bool + Send + 'a,
        seconds: Option<[u64; 3]>,
    ) -> Until<'a, T> {
        Until::new(self.polls(), move |found| is_done(found).then_some(End::Success), seconds)
    }

    /// The same call, until what it reads has ended.
    pub(crate) fn wait<T: DeserializeOwned + 'a>(self, wait: Wait<T>) -> Until<'a, T> {
        Until::known(self.polls(), wait)
    }

    /// The same call, again and again, each of which may take so long.
    fn polls<T: DeserializeOwned + 'a>(self) -> impl FnMut(Duration) -> Boxed<'a, T> + Send + 'a {
        move |may_take| {
            let mut call = self.clone();
            call.options.at_most(may_take, &call.client.settings);
            call.json(Body::none()).boxed()
        }
    }

    /// Sends the request, and reads the answer to its end.
    async fn answered(
        &self,
        body: Body,
        accept: Option<&'static str>,
    ) -> Result<(Traced, Result<Answer, Error>), Error> {
        let (url, headers, body) = self.written(body)?;
        let accept = self.accept.or(accept);
        let method = Method::from_bytes(self.operation.method.as_bytes());
        let method = method.map_err(|_| Error::invalid_input("the method is unknown"))?;
        let build = || {
            let request = super::request(self.client, method.clone(), &url, accept);
            let request = if headers.is_empty() { request } else { request.headers(headers.clone()) };
            match &body {
                Some(body) => body.put_into(request).build(),
                None => request.build(),
            }
        };
        let in_parameters = self.values.iter().flatten().flat_map(|set| &set.secrets);
        let in_body = body.iter().flat_map(|body| &body.secrets);
        let sent = in_parameters.chain(in_body).cloned().collect();
        Ok(traced(self.client, &self.options, &build, self.operation, sent).await)
    }

    /// The URL, the headers and the body, once all is set and within its limits.
    fn written(&self, body: Body) -> Result<(String, HeaderMap, Option<super::body::Payload>), Error> {
        for (parameter, value) in self.parameters.iter().zip(&self.values) {
            let why = match value.as_ref().map(|set| &set.value) {
                Some(Ok(_)) => continue,
                Some(Err(why)) => why.as_str(),
                None if parameter.is_required => "was not set",
                None => continue,
            };
            return Err(Error::invalid_input(format!("`{}` {why}", parameter.field())));
        }
        let set = || {
            let values = self.values.iter().map(|set| set.as_ref().and_then(|set| set.value.as_ref().ok()));
            self.parameters.iter().zip(values).filter_map(|(parameter, value)| Some((parameter, value?)))
        };
        let body = body.made()?;
        for (parameter, value) in set() {
            parameter.check(value).map_err(Error::invalid_input)?;
        }
        let in_path =
            |name: &str| set().find(|(parameter, _)| parameter.place == Place::Path && parameter.name == name);
        let mut url = self.client.base_url().to_owned();
        let mut rest = self.operation.path;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            url.push_str(before);
            match in_path(name) {
                Some((parameter, value)) => url.push_str(&path_segment(name, parameter.style, value)?),
                None => return Err(Error::invalid_input(format!("`{name}` was not set"))),
            }
            rest = after;
        }
        url.push_str(rest);
        let (mut headers, mut between) = (HeaderMap::new(), '?');
        for (parameter, value) in set() {
            match parameter.place {
                Place::Path => {}
                Place::Query => {
                    for (name, value) in query_pairs(parameter.name, parameter.style, value)? {
                        url.push(between);
                        between = '&';
                        url.push_str(&format!("{name}={value}"));
                    }
                }
                Place::Header => {
                    let name = HeaderName::from_bytes(parameter.name.as_bytes());
                    let name = name.map_err(|_| {
                        Error::invalid_input(format!("`{}` is not the name of a header", parameter.name))
                    })?;
                    headers.append(name, header_value(parameter.name, parameter.style, value)?);
                }
            }
        }
        Ok((url, headers, body))
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Call");
        shown.field("operation", &self.operation.id);
        for (parameter, set) in self.parameters.iter().zip(&self.values) {
            let Some(Set { value, secrets }) = set else { continue };
            // A header may be a credential.
            match parameter.place == Place::Header || !secrets.is_empty() {
                true => shown.field(parameter.name, &REDACTED),
                false => shown.field(parameter.name, value),
            };
        }
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::auth::ServiceToken;

    #[tokio::test]
    async fn a_request_that_cannot_be_built_is_an_error_with_the_cause() {
        let builder = Client::builder().auth(ServiceToken::new("id", "token"));
        let client = builder.base_url("http://127.0.0.1:9").build().unwrap();
        let operation = Operation::new("poll", "GET", "nowhere");
        let call = Call::new(&client, operation, &[]);
        let error = call.empty(Body::none()).await.unwrap_err();
        assert!(error.to_string().starts_with("invalid input, nothing was sent: "), "{error}");
        assert!(error.to_string().ends_with("invalid port number"), "{error}");
    }

    /// A client of a server that gives one answer.
    fn answered(answer: &'static str) -> Client {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
        });
        Client::builder().auth(ServiceToken::new("id", "token")).base_url(url).build().unwrap()
    }

    #[tokio::test]
    async fn a_success_without_a_body_is_nothing_and_a_refusal_with_a_place_is_no_redirect() {
        let operation = Operation::new("get", "POST", "/");
        let client = answered("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let answer = Call::new(&client, operation, &[]).optional::<Value>(Body::none()).await.unwrap();
        assert_eq!(answer.into_inner(), None);
        let client = answered("HTTP/1.1 404 Not Found\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n");
        let error = Call::new(&client, operation, &[]).location(Body::none()).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404), "{error}");
    }

    #[test]
    fn a_parameter_that_is_cleared_is_not_sent() {
        let client = Client::builder().auth(ServiceToken::new("id", "token")).build().unwrap();
        let mut call = Call::new(&client, Operation::new("list", "GET", "/"), const { &[Parameter::query("state")] });
        call.set::<String>(0, "success");
        assert!(call.written(Body::none()).unwrap().0.ends_with("/?state=success"));
        call.set_or_clear::<String>(0, None);
        assert!(call.written(Body::none()).unwrap().0.ends_with('/'));
    }
}
