//! The body of a request, as the bytes that each attempt sends.

use std::fmt::Display;

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;

use super::parameters::form;
use crate::error::Error;
use crate::secret::Secret;

/// The body of a request, or why it cannot be sent.
pub(crate) struct Body(Result<Option<Payload>, Error>);

/// What is sent, and as which media type.
pub(crate) struct Payload {
    bytes: Bytes,
    content_type: &'static str,
    /// What in it is secret.
    pub(super) secrets: Vec<Secret>,
}

impl Payload {
    pub(super) fn put_into(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(CONTENT_TYPE, self.content_type).body(self.bytes.clone())
    }
}

/// What is not held to any limit.
pub(crate) fn unlimited<T>(_: &T) -> Result<(), String> {
    Ok(())
}

impl Body {
    /// No body.
    pub(crate) fn none() -> Self {
        Self(Ok(None))
    }

    /// JSON of what was set, or of what its builder makes, once it is within its limits.
    pub(crate) fn json<T, B>(set: Result<B, String>, check: fn(&T) -> Result<(), String>) -> Self
    where
        T: TryFrom<B, Error: Display> + Serialize,
    {
        Self(checked(set, check).and_then(|value| {
            let (bytes, secrets) = Secret::collected(|| serde_json::to_vec(&value));
            let bytes = bytes.map_err(|e| Error::invalid_input(format!("the body cannot be written: {e}")))?;
            Ok(Some(Payload { bytes: bytes.into(), content_type: "application/json", secrets }))
        }))
    }

    /// A form of what was set, or of what its builder makes, once it is within its limits.
    pub(crate) fn form<T, B>(set: Result<B, String>, check: fn(&T) -> Result<(), String>) -> Self
    where
        T: TryFrom<B, Error: Display> + Serialize,
    {
        Self(checked(set, check).and_then(|value| {
            let (form, secrets) = Secret::collected(|| form(&value));
            Ok(Some(Payload { bytes: form?.into(), content_type: "application/x-www-form-urlencoded", secrets }))
        }))
    }

    /// The bytes that were set.
    pub(crate) fn bytes(set: Result<Bytes, String>) -> Self {
        let payload = |bytes| Some(Payload { bytes, content_type: "application/octet-stream", secrets: Vec::new() });
        Self(set.map_err(Error::invalid_input).map(payload))
    }

    /// The text that was set.
    pub(crate) fn text(set: Result<String, String>) -> Self {
        let payload =
            |text: String| Some(Payload { bytes: text.into(), content_type: "text/plain", secrets: Vec::new() });
        Self(set.map_err(Error::invalid_input).map(payload))
    }

    /// Sends it as another media type.
    pub(crate) fn named(self, content_type: &'static str) -> Self {
        Self(self.0.map(|payload| payload.map(|payload| Payload { content_type, ..payload })))
    }

    /// What is to be sent.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where the body was not set, got an invalid value, or is beyond a limit.
    pub(super) fn made(self) -> Result<Option<Payload>, Error> {
        self.0
    }
}

fn checked<T: TryFrom<B, Error: Display>, B>(
    set: Result<B, String>,
    check: fn(&T) -> Result<(), String>,
) -> Result<T, Error> {
    let value = set.and_then(|set| T::try_from(set).map_err(|error| error.to_string()));
    let value = value.map_err(Error::invalid_input)?;
    check(&value).map_err(Error::invalid_input)?;
    Ok(value)
}
