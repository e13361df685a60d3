//! Recordings: what the API was asked and what it answered, as shapes.

mod file;
mod line;
mod values;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use percent_encoding::percent_decode_str;
use reqwest::header::HeaderMap;
use reqwest::{Request, StatusCode, Url};

use self::line::description::{Description, Operation as Described};
use self::line::{Exchange, Line};
use crate::error::Error;
use crate::generated::DESCRIPTION;
use crate::operation::Operation;
use crate::redaction::Redaction;

/// Where a client writes the shapes of its requests and of the answers, not their content. See
/// [`ClientBuilder::record`](crate::ClientBuilder::record).
///
/// Each answer is a line of JSON: the operation, its path's template, the status, and the shapes of the query, of both
/// bodies and of some headers. A shape says of each field its type, the class of its length, and which formats it has
/// (`date-time`, `uuid` and others). Values are written only if the API's description lists them (enums and booleans),
/// or if a string looks like a new value of an enum. [`values_of`](Self::values_of) records more.
///
/// Several clients and processes can append to one file at once: their lines are not mixed. If a line cannot be
/// written, because the disk is full for example, the call goes on, and the first such failure is a warning of
/// `tracing`.
///
/// Clones write to the same place.
#[derive(Clone)]
pub struct Recording {
    sink: Arc<Mutex<Sink>>,
    label: Option<String>,
    values_of: Vec<&'static str>,
}

/// Takes a line.
type Write = Box<dyn FnMut(&[u8]) -> io::Result<()> + Send>;

/// What takes the lines.
struct Sink {
    write: Write,
    has_failed: bool,
}

/// What is recorded of a request.
pub(crate) struct Asked {
    method: String,
    url: Url,
    body: Vec<u8>,
}

/// The API as recordings know it.
static API: LazyLock<Description> = LazyLock::new(|| {
    let read = |json: &str| serde_json::from_str(json).unwrap_or_default();
    let operations = DESCRIPTION.operations.iter().map(|(method, path, json)| (*method, *path, read(json)));
    Description::new(operations, DESCRIPTION.schemas.iter().map(|(name, json)| (*name, read(json))))
});

impl Recording {
    /// Makes a recording that passes each line to a function, with a newline at its end. The function is called where
    /// an answer was read, and should not block for long.
    ///
    /// # Examples
    /// ```
    /// use std::io::Write;
    ///
    /// use planetscale_client::Recording;
    ///
    /// let recording = Recording::to(|line| std::io::stderr().write_all(line));
    /// ```
    pub fn to(write: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static) -> Self {
        let sink = Sink { write: Box::new(write), has_failed: false };
        Self { sink: Arc::new(Mutex::new(sink)), label: None, values_of: Vec::new() }
    }

    /// Makes a recording that is appended to a file. A new file gets mode 0600.
    ///
    /// # Errors
    /// [`Error::Config`] if the file cannot be opened, if others may read it, or if it is inside a git checkout and git
    /// does not ignore it, or cannot tell.
    pub fn to_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let write =
            file::open(path).map_err(|why| Error::config(format!("no recording to {}: {why}", path.display())))?;
        Ok(Self::to(write))
    }

    /// Sets the label of each line, such as `acme, 2026-11`. It is written as it is.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// Also records values of an operation's fields, if they are described: numbers, and strings of one word. Secrets,
    /// URLs, hosts and addresses, e-mail addresses, SQL, names and IDs are never recorded.
    #[must_use]
    pub fn values_of(mut self, operation: Operation) -> Self {
        self.values_of.push(operation.id);
        self
    }

    /// Writes a line.
    pub(crate) fn write(
        &self,
        asked: &Asked,
        operation: Operation,
        base_url: &str,
        redaction: &Redaction,
        answer: (StatusCode, &HeaderMap, &[u8], bool),
    ) {
        let (status, headers, body, is_whole) = answer;
        let segments = asked.segments(base_url);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let described = found(operation, &asked.method, &segments);
        let headers: Vec<(&str, &str)> =
            headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let query: Vec<(String, String)> = asked.url.query_pairs().into_owned().collect();
        let exchange = Exchange {
            method: &asked.method,
            operation: described,
            query: &query,
            request: &asked.body,
            status: status.as_u16(),
            headers: &headers,
            body,
            is_whole,
        };
        let names = described.map(|described| described.names(&segments)).unwrap_or_default();
        let is_wanted = described.is_some_and(|described| self.values_of.contains(&described.id.as_str()));
        let is_harmless = |text: &str| redaction.text(text) == text;
        let may_show = |name: &str, text: &str| is_wanted && is_harmless(text) && values::may_show(name, text, &names);
        let line = Line { label: self.label.clone(), ..Line::of(&exchange, &API, &is_harmless, &may_show) };
        let written = serde_json::to_vec(&line).map_err(io::Error::from);
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written.and_then(|mut line| {
            line.push(b'\n');
            (sink.write)(&line)
        });
        if let Err(error) = written
            && !std::mem::replace(&mut sink.has_failed, true)
        {
            tracing::warn!(%error, "an exchange was not recorded; no other failure will be told");
        }
    }
}

/// The operation that an exchange is of.
fn found(operation: Operation, method: &str, segments: &[&str]) -> Option<&'static Described> {
    let is_it = |described: &&Described| {
        described.path == operation.path && described.method.eq_ignore_ascii_case(operation.method)
    };
    API.operations.iter().find(is_it).or_else(|| API.operation(method, segments))
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec();
        Self { method: request.method().as_str().to_owned(), url: request.url().clone(), body }
    }

    /// The segments of the path below the API's own, decoded.
    fn segments(&self, base_url: &str) -> Vec<String> {
        let path = self.url.as_str().strip_prefix(base_url).unwrap_or_default();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments = path.trim_start_matches('/').split('/');
        segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Recording");
        shown.field("label", &self.label).field("values_of", &self.values_of).finish_non_exhaustive()
    }
}
