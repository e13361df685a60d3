//! How a request begins.

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{IntoUrl, Method, RequestBuilder};

use crate::client::Client;
use crate::generated::API_VERSION;

/// The beginning of a request: what all of them have, and the media type that is asked for.
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
