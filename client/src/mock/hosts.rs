//! Which requests are for a mock server that remembers, and which of them steer it.

use hyper::HeaderMap;
use hyper::header::HOST;

/// What all control paths begin with.
pub(super) const PREFIX: &str = "/_standin";

/// Whether a request is for this machine by its own name: a page in a browser cannot reach the server by another one.
pub(super) fn is_for_us(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok()
        || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}
