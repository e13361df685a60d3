//! Where the API may be.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::Error;

/// # Errors
/// As [`ClientBuilder::build`](crate::ClientBuilder::build) has them of a base URL.
pub(super) fn base_url(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|e| Error::config(format!("base_url is not a URL: {e}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config("base_url carries a user or password; use auth() instead"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config(format!("base_url `{url}` carries a query or a fragment")));
    }
    match url.scheme() {
        "https" if cfg!(any(feature = "rustls", feature = "native-tls")) => Ok(url),
        "https" => Err(Error::config(format!(
            "base_url `{url}` needs TLS; enable the feature `rustls` or `native-tls` of planetscale-client"
        ))),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(Error::config(format!("base_url `{url}` is not https: the token would travel in the clear"))),
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
