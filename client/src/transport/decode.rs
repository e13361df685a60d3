//! An answer's JSON, and where it goes wrong.

use serde::de::DeserializeOwned;

use super::attempt::Answer;
use crate::client::Client;
use crate::error::{Error, Reason, without_bom};
use crate::operation::Operation;
use crate::response::Response;

/// Decodes plainly, and only where that fails once more, for the path of the bad field.
pub(crate) fn decode<T: DeserializeOwned>(
    client: &Client,
    operation: Operation,
    answer: Answer,
) -> Result<Response<T>, Error> {
    match serde_json::from_slice(without_bom(&answer.body)) {
        Ok(value) => Ok(Response::new(value, answer.status, answer.headers)),
        Err(_) => Err(undecodable::<T>(client, operation, &answer)),
    }
}

/// Why a body is no `T`.
#[cold]
fn undecodable<T: DeserializeOwned>(client: &Client, operation: Operation, answer: &Answer) -> Error {
    // serde's message repeats what it found, so what it finds must be clean.
    let body = client.inner.credentials.scrub(answer.body.clone());
    let mut json = serde_json::Deserializer::from_slice(without_bom(&body));
    let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => (None, json.end().err().unwrap_or_else(|| serde::de::Error::custom("it holds the token"))),
        Err(error) => {
            let within = Some(error.path().to_string()).filter(|path| path != ".");
            let error = error.into_inner();
            (missing_field(within.as_deref(), &error).or(within), error)
        }
    };
    answer.unreadable(client, operation, Reason::Decode { path, error })
}

/// The path of a field that is missing: serde says what it is missing in.
fn missing_field(within: Option<&str>, error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    Some(within.map_or_else(|| name.to_owned(), |within| format!("{within}.{name}")))
}
