//! `Retry-After`. A file of its own, so that a fuzzer can have it without the crate around it.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// How long the server asks to wait (RFC 9110, 10.2.3): a number of seconds or a date.
///
/// A date is compared with the server's own `Date`, so that a clock that is off here does no harm.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    // The RFC knows whole seconds only; the vendor's CLI reads decimals as well.
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Duration::try_from_secs_f64(text.parse().ok()?).ok();
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = server_time(headers).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

/// The server's clock, as its `Date` shows it.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}
