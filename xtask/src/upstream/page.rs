//! The vendor's page: fetched, and the OpenAPI document in it extracted.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use reqwest::header::{CONTENT_ENCODING, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

use crate::upstream::origin::Location;
use crate::upstream::spec::Spec;

/// What a fetch may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long, the last byte included. 60 s by default.
    pub time: Duration,
    /// How many bytes. 100 MiB by default; the whole API is about 2.4 MB.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(60), bytes: 100 << 20 }
    }
}

/// How many redirects within the host are followed.
const MAX_REDIRECTS: usize = 5;

/// A page as it came.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Its text, and the ETag to ask with the next time.
    Text(String, Option<String>),
    /// It is what the ETag stands for.
    NotModified,
}

/// Reads a page.
///
/// # Errors
/// Names the URL or file, what happened, and what to try next.
pub fn read(from: &Location, etag: Option<&str>) -> anyhow::Result<Fetched> {
    read_within(from, etag, Limits::default())
}

/// As [`read`], with other limits for a fetch.
///
/// # Errors
/// As [`read`].
pub fn read_within(from: &Location, etag: Option<&str>, limits: Limits) -> anyhow::Result<Fetched> {
    let bytes = match from {
        Location::Url(url) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            return runtime.block_on(fetch(url, etag, limits)).with_context(|| format!("cannot fetch {url}"));
        }
        Location::Git(name) => git_show(name)?,
        Location::File(path) => std::fs::read(path).with_context(|| format!("cannot read {from}"))?,
    };
    Ok(Fetched::Text(utf8(bytes).with_context(|| from.to_string())?, None))
}

/// What git has under `REV:FILE`.
fn git_show(name: &str) -> anyhow::Result<Vec<u8>> {
    let output = std::process::Command::new("git")
        .args(["show", "--end-of-options", name])
        .output()
        .with_context(|| format!("cannot read {name}: there is no such file, and git cannot be run"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("cannot read {name}: there is no such file, and git says: {}", said.trim());
    }
    Ok(output.stdout)
}

/// The OpenAPI document that was extracted from a page.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// The document, as published.
    pub text: String,
    /// The line of the page that it begins at.
    pub first_line: usize,
    /// What the server called this version of the page.
    pub etag: Option<String>,
}

impl Extracted {
    /// Takes the document out of a page.
    ///
    /// # Errors
    /// As [`extract`].
    pub fn of(page: &str, etag: Option<String>) -> anyhow::Result<Self> {
        let text = extract(page)?;
        let before = &page[..text.as_ptr().addr() - page.as_ptr().addr()];
        Ok(Self { text: text.to_owned(), first_line: 1 + before.matches('\n').count(), etag })
    }

    /// Reads it.
    ///
    /// # Errors
    /// As [`Spec::parse_at`].
    pub fn parse(&self) -> anyhow::Result<Spec> {
        Spec::parse_at(&self.text, self.first_line)
    }
}

/// The OpenAPI document of a page that nothing is known of yet.
///
/// # Errors
/// As [`read`] and [`extract`].
pub fn document(from: &Location) -> anyhow::Result<Extracted> {
    let Fetched::Text(page, etag) = read(from, None)? else {
        bail!("{from}: the server says that it did not change, but was not asked so");
    };
    Extracted::of(&page, etag).with_context(|| from.to_string())
}

async fn fetch(from: &str, etag: Option<&str>, limits: Limits) -> anyhow::Result<Fetched> {
    let url = Url::parse(from)?;
    let loopback = is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => bail!("only https is fetched (http is for loopback)"),
        other => bail!("{other}:// is not supported, only https is fetched; download it, and pass the file"),
    }
    // Another library may have set one; ours is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = reqwest::Client::builder()
        .timeout(limits.time)
        .user_agent(concat!("planetscale-client-xtask/", env!("CARGO_PKG_VERSION")))
        .redirect(same_host_only());
    if loopback {
        client = client.no_proxy();
    }
    let mut request = client.build()?.get(url);
    if let Some(etag) = etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let mut response = request.send().await.map_err(|e| failed(e, limits))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Fetched::NotModified),
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            bail!("the server answered {}; has the page moved?", response.status())
        }
        StatusCode::TOO_MANY_REQUESTS => {
            let after = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
            let after = after.map_or_else(
                || "later".to_owned(),
                |after| format!("after {after}{}", if after.bytes().all(|b| b.is_ascii_digit()) { " s" } else { "" }),
            );
            bail!("the server answered {}; try again {after}", response.status())
        }
        status if status.is_server_error() => {
            bail!("the server answered {status}; try again later")
        }
        status if status.is_client_error() => {
            bail!("the server answered {status}; is the URL right, and the page public?")
        }
        status => bail!("the server answered {status}, which is not a page; is the URL right?"),
    }
    if let Some(encoding) = response.headers().get(CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        bail!(
            "the server sent the page encoded as {}, which was not asked for; fetch it by other means, and pass the file",
            String::from_utf8_lossy(encoding.as_bytes())
        );
    }
    let etag = response.headers().get(ETAG).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| failed(e, limits))? {
        if bytes.len() + chunk.len() > limits.bytes {
            bail!("the page is larger than {} bytes; is its URL right?", limits.bytes);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Fetched::Text(utf8(bytes)?, etag))
}

/// What became of a request that got no whole answer. The URL is said around it.
fn failed(error: reqwest::Error, limits: Limits) -> anyhow::Error {
    let (timed_out, connects, redirects) = (error.is_timeout(), error.is_connect(), error.is_redirect());
    let error = error.without_url();
    if timed_out {
        return anyhow!("no complete answer within {:?}; try again later", limits.time);
    }
    let causes = || std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let (of_tls, cause) = (causes().any(is_of_tls), causes().last());
    let cause = cause.map_or_else(|| error.to_string(), ToString::to_string);
    match (redirects, connects) {
        (true, _) => anyhow!("{cause}"),
        (_, true) if of_tls => anyhow!(
            "TLS failed ({cause}): this machine does not trust the server's certificate, or something else answers there"
        ),
        (_, true) => anyhow!("the server cannot be reached ({cause}); is there a network?"),
        _ => anyhow!("the page ended early ({cause}); try again"),
    }
}

/// Whether a connection failed after it was open, in the handshake of TLS.
fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    match error.downcast_ref::<std::io::Error>() {
        // An end in the handshake is told by its kind only.
        Some(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => true,
        // The source of such an error is that of the one within, which is passed over.
        Some(error) => error.get_ref().is_some_and(|inner| is_of_tls(inner)),
        None => error.is::<rustls::Error>(),
    }
}

fn utf8(bytes: Vec<u8>) -> anyhow::Result<String> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        bail!("it is packed with gzip; unpack it, and pass the file");
    }
    String::from_utf8(bytes).map_err(|e| anyhow!("not UTF-8 text: {}", e.utf8_error()))
}

fn same_host_only() -> Policy {
    Policy::custom(|attempt| {
        let first = &attempt.previous()[0];
        let next = attempt.url();
        let same = (first.scheme(), first.host_str(), first.port_or_known_default())
            == (next.scheme(), next.host_str(), next.port_or_known_default());
        if !same {
            let message = format!("it redirects off the host, to {next}; if that is right, use the new URL");
            attempt.error(message)
        } else if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("it redirects too often")
        } else {
            attempt.follow()
        }
    })
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The OpenAPI document in a page: what stands in its fence, byte for byte, or a bare document.
///
/// # Errors
/// Where there is none, or more than one, or its fence does not end.
pub fn extract(page: &str) -> anyhow::Result<&str> {
    if page.trim().is_empty() {
        bail!("the page is empty");
    }
    let (mut documents, open) = fences(page);
    documents.retain(|fence| is_document(fence));
    match documents[..] {
        [document] => Ok(document),
        [] if open.is_some_and(is_document) => {
            bail!("the page is cut short: the fence around its OpenAPI document does not end; fetch it again")
        }
        [] if is_document(page) => Ok(page),
        [] if looks_like_html(page) => {
            bail!("this is an HTML page, not the Markdown one; does the URL end in .md?")
        }
        [] => {
            bail!("there is no OpenAPI document: no code fence with `openapi:` at its top, and the text itself is none")
        }
        _ => bail!(
            "the page holds {} OpenAPI documents; put the one that is meant into a file of its own and pass that",
            documents.len()
        ),
    }
}

/// Whether a text is an OpenAPI document, by its top-level key.
fn is_document(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    // Swagger 2.0 is refused by its name, not as something unknown.
    let yaml = ["openapi:", "'openapi':", "\"openapi\":", "swagger:", "'swagger':", "\"swagger\":"];
    text.trim_start().starts_with('{') && (text.contains("\"openapi\"") || text.contains("\"swagger\""))
        || text.lines().any(|line| yaml.iter().any(|key| line.starts_with(key)))
}

fn looks_like_html(page: &str) -> bool {
    let start = page.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    start.starts_with("<!doctype") || start.starts_with("<html") || start.contains("<head")
}

/// The fence that a line opens or closes: its character, its length, and the info string.
/// <https://spec.commonmark.org/0.31.2/#fenced-code-blocks>
fn fence_of(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.chars().take_while(|c| *c == mark).count();
    let info = text[length..].trim();
    let valid = line.len() - text.len() < 4 && length >= 3 && !(mark == '`' && info.contains('`'));
    valid.then_some((mark, length, info))
}

/// What stands in each code fence, and in one that does not end.
fn fences(page: &str) -> (Vec<&str>, Option<&str>) {
    let mut found = Vec::new();
    let mut open: Option<(char, usize, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let end = at + line.len();
        match (open, fence_of(line)) {
            (None, Some((mark, length, _))) => open = Some((mark, length, end)),
            (Some((mark, length, start)), Some((other, closing, ""))) if mark == other && closing >= length => {
                found.push(&page[start..at]);
                open = None;
            }
            _ => {}
        }
        at = end;
    }
    (found, open.map(|(_, _, start)| &page[start..]))
}
