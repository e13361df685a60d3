//! HAR files, as browsers' tools, mitmproxy and Charles write them: made into the lines that the client would have
//! recorded, before anything is judged. <http://www.softwareishard.com/blog/har-12-spec/>

use std::fmt;
use std::io::{Read, Write};
use std::net::IpAddr;

use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::line::description::{Description, Operation};
use crate::line::{Exchange, Line};

/// The most that one body may become, in bytes.
const LARGEST: u64 = 64 << 20;

/// Whether a file that begins so is a HAR file.
pub(crate) fn is_har(start: &[u8]) -> bool {
    let Some(inner) = start.trim_ascii_start().strip_prefix(b"{") else { return false };
    inner.trim_ascii_start().starts_with(b"\"log\"")
}

/// Which requests are to the API.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    /// Names, in lower case.
    names: Vec<String>,
    /// What the API's paths begin with.
    bases: Vec<Vec<String>>,
}

impl Hosts {
    /// The servers of a document, and more hosts that answer for them. What is on this machine does, too.
    pub(crate) fn of(document: &Value, more: &[String]) -> Self {
        let servers = document.get("servers").and_then(Value::as_array).into_iter().flatten();
        let urls: Vec<Url> = servers.filter_map(|server| Url::parse(server.get("url")?.as_str()?).ok()).collect();
        let names = urls.iter().filter_map(|url| url.host_str().map(str::to_lowercase));
        let names = names.chain(more.iter().map(|host| host.to_lowercase())).collect();
        Self { names, bases: urls.iter().map(segments).collect() }
    }

    fn has(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost"
            || address.is_ok_and(|address| address.is_loopback())
            || self.names.iter().any(|name| name == host)
    }

    /// The operation that a request is for: its path is found after the API's base, whatever stands before that, or is the
    /// whole path.
    fn operation<'d>(&self, method: &str, url: &Url, description: &'d Description) -> Option<&'d Operation> {
        let segments = segments(url);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let after = self.bases.iter().flat_map(|base| {
            let starts = 0..=segments.len().saturating_sub(base.len());
            let segments = &segments;
            starts
                .filter(move |at| segments[*at..].starts_with(&base.iter().map(String::as_str).collect::<Vec<_>>()))
                .map(|at| at + base.len())
        });
        after.chain([0]).find_map(|at| description.operation(method, &segments[at..]))
    }
}

fn segments(url: &Url) -> Vec<String> {
    let segments = url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty());
    segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

/// What there is to say of a HAR file.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// How many entries it has.
    pub(crate) all: u64,
    /// How many of them went to another host.
    pub(crate) elsewhere: u64,
    /// How many were not answered.
    pub(crate) unanswered: u64,
    /// Whether it ends before its end.
    pub(crate) is_cut: bool,
}

/// Reads a HAR file, entry by entry, and hands over each line with the number of its entry.
///
/// # Errors
/// The place, where it is no JSON or no HAR file: nothing of what stands there.
pub(crate) fn lines(
    reader: &mut dyn Read,
    description: &Description,
    hosts: &Hosts,
    take: &mut dyn FnMut(u64, Line),
) -> Result<Entries, String> {
    let mut entries = Entries::default();
    let mut each = |entry: Value| {
        entries.all += 1;
        match line(&entry, description, hosts) {
            Found::Line(line) => take(entries.all, *line),
            Found::Elsewhere => entries.elsewhere += 1,
            Found::Unanswered => entries.unanswered += 1,
        }
    };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let read = Within { keys: &["log", "entries"], each: &mut each }.deserialize(&mut json);
    match read {
        Ok(()) => Ok(entries),
        Err(e) if e.is_eof() && entries.all > 0 => Ok(Entries { is_cut: true, ..entries }),
        // What serde says of a value may quote it.
        Err(e) if e.is_data() => Err("no HAR file: `log.entries` is no list of objects".to_owned()),
        Err(e) if e.is_io() => Err("cannot be read to its end".to_owned()),
        Err(e) => Err(format!("not JSON at line {}, column {}", e.line(), e.column())),
    }
}

/// The list under some keys, of which each item is handed over and then forgotten.
struct Within<'w> {
    keys: &'w [&'w str],
    each: &'w mut dyn FnMut(Value),
}

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.keys {
            [] => deserializer.deserialize_seq(self),
            _ => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.keys.split_first() {
                Some((first, keys)) if *first == key => map.next_value_seed(Within { keys, each: self.each })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.each)(item);
        }
        Ok(())
    }
}

enum Found {
    Line(Box<Line>),
    Elsewhere,
    Unanswered,
}

/// The line of an entry.
fn line(entry: &Value, description: &Description, hosts: &Hosts) -> Found {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let Some(url) = Url::parse(text("/request/url")).ok().filter(|url| hosts.has(url)) else { return Found::Elsewhere };
    let status =
        entry.pointer("/response/status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.filter(|status| (100..600).contains(status)) else { return Found::Unanswered };
    let method = text("/request/method");
    let headers = entry.pointer("/response/headers").and_then(Value::as_array).into_iter().flatten();
    let headers = headers.filter_map(|header| {
        Some((header.get("name")?.as_str()?.to_ascii_lowercase(), header.get("value")?.as_str()?))
    });
    let mut headers: Vec<(String, &str)> = headers.collect();
    let media_type = text("/response/content/mimeType");
    if !media_type.is_empty() && !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), media_type));
    }
    let coding =
        headers.iter().find(|(name, _)| name == "content-encoding").map(|(_, coding)| coding.to_ascii_lowercase());
    let (body, is_whole) = body(entry, &headers, coding.as_deref().unwrap_or_default());
    let has_body = method != "HEAD" && status != 304;
    let (body, is_whole) = if has_body { (body, is_whole) } else { (Vec::new(), true) };
    let query: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let request = match text("/request/postData/text") {
        "" if entry.pointer("/request/postData/params").and_then(Value::as_array).is_some_and(|it| !it.is_empty()) => {
            "form"
        }
        request => request,
    };
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let secrets = credentials(entry);
    let exchange = Exchange {
        method,
        operation: hosts.operation(method, &url, description),
        query: &query,
        request: request.as_bytes(),
        status,
        headers: &headers,
        body: &body,
        is_whole,
    };
    let is_harmless = |text: &str| text.len() < 6 || !secrets.iter().any(|secret| secret.contains(text));
    Found::Line(Box::new(Line::of(&exchange, description, &is_harmless, &|_, _| false)))
}

/// What may grant access: a text that stands there is no name of a field, and no value of an enum.
fn credentials(entry: &Value) -> Vec<String> {
    let headers = |pointer: &str| entry.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let pointers = ["/request/headers", "/response/headers", "/request/cookies", "/response/cookies"];
    let all = pointers.into_iter().flat_map(headers);
    let is_secret = |header: &&Value| {
        let name = header.get("name").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let says_so = ["authorization", "cookie", "token", "secret", "api-key", "apikey", "session", "password"];
        says_so.iter().any(|word| name.contains(word)) || header.get("httpOnly").is_some()
    };
    let values = all.filter(is_secret).filter_map(|header| header.get("value")?.as_str());
    values.filter(|value| value.len() >= 8).map(str::to_owned).collect()
}

/// The body of an answer, and whether that is all of it.
fn body(entry: &Value, headers: &[(String, &str)], coding: &str) -> (Vec<u8>, bool) {
    let content = entry.pointer("/response/content");
    let text = content.and_then(|content| content.get("text")?.as_str()).unwrap_or_default();
    if text.is_empty() {
        // A tool may leave out what was too large, or what it did not wait for.
        let size = |value: Option<&Value>| value.and_then(Value::as_i64).unwrap_or_default();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, length)| length.trim().parse::<i64>().ok()).unwrap_or_default();
        let sizes = [size(content.and_then(|it| it.get("size"))), size(entry.pointer("/response/bodySize")), length];
        return (Vec::new(), sizes.iter().all(|size| *size <= 0));
    }
    let is_base64 = content.and_then(|content| content.get("encoding")?.as_str()).is_some_and(|it| it == "base64");
    if !is_base64 {
        return (text.as_bytes().to_vec(), true);
    }
    let compact: String = text.split_ascii_whitespace().collect();
    match BASE64_STANDARD.decode(compact) {
        Ok(bytes) => match plain(&bytes, coding) {
            Some(plain) => (plain, true),
            None => (bytes, false),
        },
        Err(_) => (text.as_bytes().to_vec(), false),
    }
}

/// A body without its coding, which tools may have taken off before. Nothing, where it is cut off or of another coding.
fn plain(bytes: &[u8], coding: &str) -> Option<Vec<u8>> {
    if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Some(bytes.to_vec());
    }
    let mut plain = Vec::new();
    let mut read = |reader: &mut dyn Read| reader.take(LARGEST).read_to_end(&mut plain).is_ok();
    let is_read = match (coding, bytes) {
        (_, [0x1f, 0x8b, ..]) => read(&mut flate2::read::MultiGzDecoder::new(bytes)),
        ("deflate", [0x78, ..]) => read(&mut flate2::read::ZlibDecoder::new(bytes)),
        ("deflate", _) => read(&mut flate2::read::DeflateDecoder::new(bytes)),
        ("" | "identity", _) => plain.write_all(bytes).is_ok(),
        _ => false,
    };
    is_read.then_some(plain)
}
