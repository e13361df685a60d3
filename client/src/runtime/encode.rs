//! How a request begins, and bodies that are not JSON, or not there.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{IntoUrl, Method, RequestBuilder};

use crate::client::Client;
use crate::error::Error;
use crate::generated::API_VERSION;

/// The beginning of an operation's request: what all of them have, and the media type that is asked for.
pub(crate) fn request(
    client: &Client,
    method: Method,
    url: impl IntoUrl,
    accept: Option<&'static str>,
) -> RequestBuilder {
    let request = client.http().request(method, url);
    let request = match accept {
        Some(accept) => request.header(ACCEPT, HeaderValue::from_static(accept)),
        None => request,
    };
    request.header("api-version", HeaderValue::from_static(API_VERSION))
}

/// The bytes of a body that is not JSON: another attempt needs them again.
///
/// # Errors
/// [`Error::InvalidInput`] for a stream.
pub(crate) fn repeatable(body: &reqwest::Body) -> Result<Bytes, Error> {
    let bytes = body.as_bytes().map(Bytes::copy_from_slice);
    bytes.ok_or_else(|| Error::invalid_input("the body is a stream, which can be sent only once; give its bytes"))
}

/// A request with a body of JSON, where there is one.
pub(crate) fn json_if_any(
    request: RequestBuilder,
    body: Option<&impl serde::Serialize>,
    content_type: &'static str,
) -> RequestBuilder {
    match body {
        Some(body) => request.header(CONTENT_TYPE, HeaderValue::from_static(content_type)).json(body),
        None => request,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_repeatable_but_for_a_stream() {
        assert_eq!(repeatable(&"bytes".into()).unwrap(), "bytes");
        let stream = reqwest::Body::wrap("bytes".to_owned());
        let error = repeatable(&stream).unwrap_err();
        assert!(error.to_string().contains("can be sent only once"), "{error}");
    }
}
