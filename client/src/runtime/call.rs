//! Calls, by what they answer with.

use bytes::Bytes;
use reqwest::header::LOCATION;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Error, Reason};
use crate::operation::Operation;
use crate::options::Options;
use crate::response::Response;
use crate::transport::{Answer, Build, decode, traced};

/// Sends a request and decodes the JSON of the answer.
pub(crate) async fn call<T: DeserializeOwned>(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<T>, Error> {
    let (traced, answer) = traced(client, options, build, *operation).await;
    traced.end(answer.and_then(|answer| decode(client, *operation, answer)))
}

/// Sends a request and decodes the JSON of the answer, if there is any.
pub(crate) async fn call_optional<T: DeserializeOwned>(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<Option<T>>, Error> {
    let (traced, answer) = traced(client, options, build, *operation).await;
    traced.end(match answer {
        Ok(answer) if answer.body.is_empty() => Ok(Response::new(None, answer.status, answer.headers)),
        answer => answer.and_then(|answer| decode(client, *operation, answer)),
    })
}

/// Sends a request whose answer is not JSON.
pub(crate) async fn call_bytes(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<Bytes>, Error> {
    let (traced, answer) = traced(client, options, build, *operation).await;
    traced.end(answer.map(|answer| Response::new(answer.body, answer.status, answer.headers)))
}

/// Sends a request that is answered with a redirect, which is not followed: gives its `Location`.
pub(crate) async fn call_location(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<String>, Error> {
    let (traced, answer) = traced(client, options, build, *operation).await;
    traced.end(match answer {
        Err(Error::Refused(refused)) if refused.status.is_redirection() => {
            let location = refused.headers.get(LOCATION);
            match location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()) {
                Some(to) => Ok(Response::new(to, refused.status, refused.headers)),
                None => Err(Error::Refused(refused)),
            }
        }
        Err(error) => Err(error),
        Ok(answer) => Err(Answer::unreadable(&answer, client, *operation, Reason::NoLocation)),
    })
}

/// Sends a request whose answer has no body to read.
pub(crate) async fn call_empty(
    client: &Client,
    options: &Options,
    build: Build<'_>,
    operation: &Operation,
) -> Result<Response<()>, Error> {
    let (traced, answer) = traced(client, options, build, *operation).await;
    traced.end(answer.map(|answer| Response::new((), answer.status, answer.headers)))
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
        let operation = Operation::new("poll", "GET", "/");
        let build = || client.http().get("nowhere").build();
        let error = call_empty(&client, &Options::default(), &build, &operation).await.unwrap_err();
        let text =
            "invalid input, nothing was sent: the request cannot be built: builder error: relative URL without a base";
        assert_eq!(error.to_string(), text);
    }
}
