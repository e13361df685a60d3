//! What a caller passes, as it travels: so that the server sees that, or nothing is sent.

use std::borrow::Cow;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderValue;

use crate::error::Error;

/// What RFC 3986 calls unreserved; all else is encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a path parameter so that the server sees exactly this one segment.
///
/// # Errors
/// [`Error::InvalidInput`] for what no encoding can save: an empty segment, and `.` and `..`, which
/// every URL parser folds away, encoded or not (WHATWG URL, 4.4).
pub(crate) fn path_segment<'a>(name: &str, value: &'a str) -> Result<Cow<'a, str>, Error> {
    match value {
        "" => Err(Error::invalid_input(format!("{name} is empty"))),
        "." | ".." => {
            Err(Error::invalid_input(format!("{name} is `{value}`, which would send the request to another endpoint")))
        }
        _ => Ok(utf8_percent_encode(value, SEGMENT).into()),
    }
}

/// A header's value.
///
/// # Errors
/// [`Error::InvalidInput`] for what cannot stand in a header.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) fn header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    let odd = |_| Error::invalid_input(format!("{name} holds a character that cannot stand in a header"));
    HeaderValue::try_from(value).map_err(odd)
}

/// A body as a form.
///
/// # Errors
/// [`Error::InvalidInput`] for what is not flat.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) fn form(body: &impl serde::Serialize) -> Result<String, Error> {
    serde_urlencoded::to_string(body).map_err(|e| Error::invalid_input(format!("the body is not a form: {e}")))
}

/// The bytes of a body that is not JSON: another attempt needs them again.
///
/// # Errors
/// [`Error::InvalidInput`] for a stream.
#[allow(dead_code)] // Called where the spec has such an operation.
pub(crate) fn repeatable(body: &reqwest::Body) -> Result<Bytes, Error> {
    let bytes = body.as_bytes().map(Bytes::copy_from_slice);
    bytes.ok_or_else(|| Error::invalid_input("the body is a stream, which can be sent only once; give its bytes"))
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
