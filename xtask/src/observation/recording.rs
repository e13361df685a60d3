//! Recordings: files of exchanges, read one line at a time.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;

use super::har::{self, Entries, Hosts, is_har};
use crate::generate;
use crate::line::description::Description;
use crate::line::{Line, VERSION};

/// A file of exchanges, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub file: PathBuf,
    /// Where its exchanges come from, such as the name of an organization. A line may have a label of its own.
    pub label: Option<String>,
}

impl std::str::FromStr for Source {
    type Err = std::convert::Infallible;

    /// Reads `FILE` or `LABEL=FILE`. A file whose name has a `=` is taken for a file.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.split_once('=') {
            Some((label, file)) if !label.is_empty() && !Path::new(text).exists() => {
                Self { file: file.into(), label: Some(label.to_owned()) }
            }
            _ => Self { file: text.into(), label: None },
        })
    }
}

/// Reads files of exchanges: lines of recordings, and HAR files.
pub(crate) struct Reader {
    description: Description,
    hosts: Hosts,
    /// What there is to say of the files.
    pub(crate) notes: Vec<String>,
}

impl Reader {
    /// For exchanges with the servers of a document, and with more hosts.
    pub(crate) fn new(document: &Value, hosts: &[String]) -> Self {
        let read = generate::description::read(document);
        let description = Description::new(read.operations, read.schemas);
        Self { description, hosts: Hosts::of(document, hosts), notes: Vec::new() }
    }

    /// Reads a file, and hands over each exchange with the number of its line, or of its entry.
    ///
    /// # Errors
    /// Where the file cannot be read, or is of no form that is known.
    pub(crate) fn read(&mut self, source: &Source, take: &mut dyn FnMut(u64, Line)) -> anyhow::Result<()> {
        let name = source.file.display();
        let file = File::open(&source.file).with_context(|| format!("cannot read {name}"))?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let start = reader.fill_buf().with_context(|| format!("cannot read {name}"))?;
        // Some tools begin a file with the mark of UTF-8.
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let is_har = is_har(&start[mark..]);
        reader.consume(mark);
        if !is_har {
            let read = lines(&source.file, &mut reader, take)?;
            self.notes.extend(read.notes(&source.file));
            return Ok(());
        }
        let entries = har::lines(&mut reader, &self.description, &self.hosts, take)
            .map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
        let Entries { all, elsewhere, unanswered, is_cut } = entries;
        if elsewhere > 0 {
            self.notes
                .push(format!("{name}: {elsewhere} of {all} entries are of other hosts (--host names one of the API)"));
        }
        if unanswered > 0 {
            self.notes.push(format!("{name}: {unanswered} of {all} entries have no answer"));
        }
        if is_cut {
            self.notes.push(format!("{name}: the file is cut off after {all} entries"));
        }
        Ok(())
    }
}

/// What there is to say of a file of lines beside its exchanges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Read {
    /// How many exchanges it held.
    exchanges: u64,
    /// The last line, where it was cut off.
    torn: Option<u64>,
    /// How many other lines are no exchanges, and the first of them.
    unreadable: Option<(u64, u64)>,
}

impl Read {
    fn notes(&self, file: &Path) -> impl Iterator<Item = String> {
        let file = file.display();
        let torn = self.torn.map(|line| {
            format!("{file}: the last line ({line}) is cut off, as when the recording program was killed; skipped")
        });
        let unreadable = self.unreadable.map(|(count, first)| {
            let lines = if count == 1 { "line is not an exchange" } else { "lines are not exchanges" };
            format!("{file}: {count} {lines} (the first is line {first}); skipped")
        });
        torn.into_iter().chain(unreadable)
    }
}

/// Reads the lines of a recording, and hands over each exchange with the number of its line.
///
/// # Errors
/// Where the file cannot be read, its lines are of another version, or none of them is an exchange.
fn lines(file: &Path, reader: &mut dyn BufRead, take: &mut dyn FnMut(u64, Line)) -> anyhow::Result<Read> {
    let mut read = Read::default();
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).with_context(|| format!("cannot read {}", file.display()))?;
        if length == 0 {
            break;
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // What is wrong with a line is not said in serde's words, which quote it.
        match serde_json::from_slice::<Line>(&line) {
            Ok(exchange) if exchange.version == VERSION => {
                read.exchanges += 1;
                take(number, exchange);
            }
            Ok(exchange) => bail!(other_version(file, number, exchange.version)),
            Err(_) => match serde_json::from_slice::<Versioned>(&line) {
                Ok(Versioned { v }) if v != VERSION => bail!(other_version(file, number, v)),
                _ if line.last() != Some(&b'\n') => read.torn = Some(number),
                _ => {
                    let (count, first) = read.unreadable.unwrap_or((0, number));
                    read.unreadable = Some((count + 1, first));
                }
            },
        }
    }
    match read.unreadable {
        Some((_, first)) if read.exchanges == 0 => bail!(
            "{}, line {first}: neither a line of a recording (`ClientBuilder::record`) nor a HAR file",
            file.display()
        ),
        _ => Ok(read),
    }
}

#[derive(Deserialize)]
struct Versioned {
    v: u32,
}

fn other_version(file: &Path, number: u64, version: u32) -> String {
    let file = file.display();
    format!(
        "{file}, line {number}: a line of version {version}, where version {VERSION} is read: use the xtask of the checkout that the recording client is from"
    )
}
