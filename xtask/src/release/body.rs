//! The body of a pull request: a report, and notes below it.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;

/// The most that a body has, in bytes: what GitHub takes is 65,536 characters.
const LONGEST: usize = 64_000;

/// The most that the notes have of it, together.
const NOTES: usize = 48_000;

/// The most that is kept of what CI said, in bytes.
const SAID: usize = 10_000;

/// A report with notes below it. What is longer than GitHub takes is shortened, the report first.
pub fn shortened(report: &str, notes: &[String]) -> String {
    let most = NOTES / notes.len().max(1);
    let notes = whole("", &notes.iter().map(|note| cut(note, most)).collect::<Vec<_>>());
    format!("{}{notes}", cut(report, LONGEST.saturating_sub(notes.len())))
}

/// The same, however long it is.
pub fn whole(report: &str, notes: &[String]) -> String {
    let notes: String = notes.iter().map(|note| format!("\n{note}\n")).collect();
    format!("{report}{notes}")
}

/// The beginning of a text, whole lines of it, with what was left out said. What matters most is first.
fn cut(text: &str, most: usize) -> String {
    const ROOM: usize = 200;
    if text.len() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(ROOM);
    let (mut kept, mut left) = (String::new(), text.lines().count());
    for line in text.split_inclusive('\n') {
        if kept.len() + line.len() > room {
            break;
        }
        kept.push_str(line);
        left -= 1;
    }
    // A line that is longer than everything together may be.
    if kept.is_empty() {
        let end = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        kept = format!("{}…\n", &text[..end]);
    }
    if kept.matches("```").count() % 2 == 1 {
        kept.push_str("```\n");
    }
    format!("{kept}\n*{left} more lines are in the summary of the workflow's run, and in `report.md`.*\n")
}

/// Runs CI, and returns what there is to say of its result.
///
/// # Errors
/// Where it cannot be run.
pub fn note_of_ci(mut ci: Command) -> anyhow::Result<String> {
    let start = Instant::now();
    // One pipe for both streams: what is said last is why it failed.
    let (mut reader, writer) = std::io::pipe().context("cannot make a pipe")?;
    ci.stdin(Stdio::null()).stdout(writer.try_clone().context("cannot make a pipe")?).stderr(writer);
    let mut running = ci.spawn().context("cannot run CI")?;
    // It would keep the pipe open.
    drop(ci);
    let mut said = Vec::new();
    reader.read_to_end(&mut said).context("cannot read what CI says")?;
    if running.wait().context("cannot run CI")?.success() {
        let minutes = start.elapsed().as_secs().div_ceil(60);
        return Ok(format!("`cargo xtask ci` passed on this branch, in {minutes} minutes."));
    }
    let end = end_of(&said);
    Ok(format!("`cargo xtask ci` **failed** on this branch. The end of what it said:\n\n```text\n{end}\n```"))
}

/// The end of what a program said, such that it can stand in a block of code.
fn end_of(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said).replace("```", "'''");
    let said = said.trim_end();
    let start = (said.len().saturating_sub(SAID)..).find(|at| said.is_char_boundary(*at)).unwrap_or_default();
    format!("{}{}", if start > 0 { "…" } else { "" }, &said[start..])
}
