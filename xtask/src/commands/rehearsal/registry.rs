//! A registry of crates on loopback: the index and the API that `cargo publish` and `cargo yank` call.
//! <https://doc.rust-lang.org/cargo/reference/registry-web-api.html>

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::release::manifests::NAME;

/// The token of a person, who may publish a crate that the registry does not know yet.
pub(super) const PERSON: &str = "person";
/// The token of trusted publishing.
pub(super) const TRUSTED: &str = "trusted";

/// A version that was published.
#[derive(Clone, Debug)]
pub(super) struct Published {
    /// Its line in the index.
    line: Value,
    /// The archive.
    pub(super) archive: Vec<u8>,
}

/// The registry. It is served for as long as the program runs.
#[derive(Clone, Debug)]
pub(super) struct Registry {
    port: u16,
    versions: Arc<Mutex<BTreeMap<String, Published>>>,
}

impl Registry {
    /// Serves an empty registry.
    ///
    /// # Errors
    /// Where it cannot listen on loopback.
    pub(super) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on loopback")?;
        let registry = Self { port: listener.local_addr()?.port(), versions: Arc::default() };
        let served = registry.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // What is wrong with a connection, who opened it says.
                let _ = served.serve(stream);
            }
        });
        Ok(registry)
    }

    /// Where its index is.
    pub(super) fn index(&self) -> String {
        format!("http://127.0.0.1:{}/index", self.port)
    }

    /// The versions that were published, in the order of their texts.
    pub(super) fn versions(&self) -> Vec<String> {
        self.locked(|versions| versions.keys().cloned().collect())
    }

    /// A version.
    pub(super) fn version(&self, version: &str) -> Option<Published> {
        self.locked(|versions| versions.get(version).cloned())
    }

    /// Whether a version is yanked.
    pub(super) fn is_yanked(&self, version: &str) -> bool {
        self.version(version).is_some_and(|version| version.line["yanked"] == true)
    }

    /// Forgets a version, as no registry does: for another try of the same release.
    pub(super) fn forget(&self, version: &str) {
        self.locked(|versions| versions.remove(version));
    }

    /// The token of a workflow. As on crates.io, trusted publishing is for crates that are known.
    ///
    /// # Errors
    /// Where the crate is not known.
    pub(super) fn trusted(&self) -> anyhow::Result<&'static str> {
        ensure!(!self.versions().is_empty(), "trusted publishing is not set up: there is no crate {NAME}");
        Ok(TRUSTED)
    }

    fn locked<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Published>) -> T) -> T {
        work(&mut self.versions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, stream: TcpStream) -> anyhow::Result<()> {
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let header = |name: &str| {
            let mut fields = head.iter().skip(1).filter_map(|line| line.split_once(':'));
            fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        if header("expect").is_some() {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let length = header("content-length").map_or(Ok(0), |length| length.parse())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request = head.first().context("an empty request")?.clone();
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (status, answer) = match self.answer(method, path, &header("authorization").unwrap_or_default(), &body) {
            Ok(Some(answer)) => ("200 OK", answer),
            Ok(None) => ("404 Not Found", String::new()),
            Err(error) => ("403 Forbidden", json!({ "errors": [{ "detail": error.to_string() }] }).to_string()),
        };
        let length = answer.len();
        write!(writer, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}")?;
        Ok(())
    }

    fn answer(&self, method: &str, path: &str, token: &str, body: &[u8]) -> anyhow::Result<Option<String>> {
        let root = format!("http://127.0.0.1:{}", self.port);
        if method == "GET" {
            return Ok(match path {
                "/index/config.json" => Some(json!({ "dl": format!("{root}/dl"), "api": root }).to_string()),
                "/index/pl/an/planetscale-client" => self.locked(|versions| {
                    let lines = versions.values().map(|version| format!("{}\n", version.line));
                    Some(lines.collect::<String>()).filter(|lines| !lines.is_empty())
                }),
                _ => None,
            });
        }
        let may = token == PERSON || token == TRUSTED && self.trusted().is_ok();
        ensure!(may, "the token `{token}` may not publish {NAME}");
        if (method, path) == ("PUT", "/api/v1/crates/new") {
            return self.publish(body).map(Some);
        }
        let yanked = path.strip_prefix(&format!("/api/v1/crates/{NAME}/")).and_then(|path| path.strip_suffix("/yank"));
        let (Some(version), "DELETE") = (yanked, method) else { bail!("{method} {path} is not known here") };
        self.locked(|versions| {
            let published = versions.get_mut(version).with_context(|| format!("there is no version {version}"))?;
            published.line["yanked"] = true.into();
            Ok(Some(json!({ "ok": true }).to_string()))
        })
    }

    /// Takes a version: the lengths of its description and its archive, each before what it is of.
    fn publish(&self, body: &[u8]) -> anyhow::Result<String> {
        let part = |body: &[u8]| -> Option<(Vec<u8>, Vec<u8>)> {
            let (length, rest) = body.split_first_chunk::<4>()?;
            let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
            Some((part.to_vec(), rest.to_vec()))
        };
        let parts = part(body).and_then(|(description, rest)| Some((description, part(&rest)?.0)));
        let (description, archive) = parts.context("the body is cut short")?;
        let description: Value = serde_json::from_slice(&description)?;
        let (name, version) = (&description["name"], description["vers"].as_str().unwrap_or_default());
        ensure!(name == NAME, "the crate is {name}");
        let checksum: String = Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
        let line = json!({
            "name": name, "vers": version, "deps": [], "cksum": checksum, "features": {}, "yanked": false,
        });
        self.locked(|versions| {
            ensure!(!versions.contains_key(version), "crate version `{version}` is already uploaded");
            versions.insert(version.to_owned(), Published { line, archive });
            Ok(json!({ "warnings": { "invalid_categories": [], "invalid_badges": [], "other": [] } }).to_string())
        })
    }
}
