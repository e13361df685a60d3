//! What a person, a program, a pull request and GitHub are told of a drift.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::diff::{Counts, Direction, Finding, Level};
use crate::impact::Impact;
use crate::overlay::Effect;
use crate::surface::Bump;

/// The version of the JSON's shape. It is raised where a key is removed or gets another meaning.
pub const VERSION: u32 = 1;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a pull request's body.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
}

/// What is reported.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    version: u32,
    findings: Vec<Finding>,
    counts: Counts,
    #[serde(rename = "crate")]
    krate: Impact,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overlay: Vec<String>,
    /// The file that annotations are about.
    #[serde(skip)]
    file: String,
}

impl Report {
    /// A report on findings in `file`.
    pub fn new(findings: Vec<Finding>, krate: Impact, effects: &[Effect], file: &str) -> Self {
        let counts = Counts::of(&findings);
        let overlay = effects.iter().filter_map(idle).collect();
        Self { version: VERSION, findings, counts, krate, overlay, file: file.to_owned() }
    }

    /// With more to say of the documents and the overlay.
    pub fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.overlay.extend(notes);
        self
    }

    /// Whether something at or above a level was found. That no crate can be made is above them all.
    pub fn reaches(&self, level: Level) -> bool {
        self.krate.error.is_some() || self.findings.iter().any(|finding| finding.level >= level)
    }

    /// The verdict, on one line.
    pub fn verdict(&self) -> String {
        let Counts { err, warn, info, doc } = self.counts;
        let unchanged = matches!(self.krate.bump, None | Some(Bump::None)) && self.krate.error.is_none();
        if self.findings.is_empty() && unchanged {
            return "no drift".to_owned();
        }
        let krate = match (&self.krate.error, self.krate.bump) {
            (Some(_), _) => "no crate can be made of it".to_owned(),
            (None, Some(Bump::None)) => "the crate does not change".to_owned(),
            (None, Some(bump)) => format!("the crate needs a {bump} release"),
            (None, None) => "the crate was not looked at".to_owned(),
        };
        if self.findings.is_empty() {
            return format!("no drift upstream; {krate}");
        }
        format!("drift: {err} ERR, {warn} WARN, {info} INFO, {doc} DOC; {krate}")
    }

    /// The line that the changelog should get.
    pub fn changelog(&self) -> Option<String> {
        let names = |keep: fn(&crate::surface::Change) -> bool| -> Vec<String> {
            let all = &self.krate.changes;
            // A type's members come and go with it, and its traits are its own business.
            let along = |item: &str| {
                item.rsplit_once("::").is_some_and(|(owner, _)| {
                    all.iter().any(|other| other.item == owner && other.old.is_none() != other.new.is_none())
                })
            };
            let changes = all.iter().filter(|change| {
                !change.item.contains("builder::") && !change.item.contains(": impl ") && !along(&change.item)
            });
            changes.filter(|change| keep(change)).map(|change| format!("`{}`", change.item)).collect()
        };
        let lists = [
            ("Added", names(|change| change.old.is_none())),
            ("Changed", names(|change| change.old.is_some() && change.new.is_some())),
            ("Removed", names(|change| change.new.is_none())),
        ];
        let lines: Vec<String> = lines_of(&lists);
        match self.krate.bump? {
            Bump::None => None,
            Bump::Patch => Some("### Changed\n- Documentation, after PlanetScale's description.".to_owned()),
            Bump::Minor | Bump::Major => Some(lines.join("\n")),
        }
    }

    /// Writes the report.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => self.text(out),
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                writeln!(out)
            }
            Format::Markdown => self.markdown(out),
            Format::Github => self.github(out),
        }
    }

    fn of_level(&self, level: Level) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.level == level).collect()
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let bold = Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}", self.verdict())?;
        for level in LEVELS {
            let findings = self.of_level(level);
            if findings.is_empty() {
                continue;
            }
            let style = style(level);
            writeln!(out, "\n{style}{level}{style:#} {}", meaning(level))?;
            for finding in findings {
                writeln!(out, "  {style}{}{style:#} {}", finding.id, plain(&place(finding)))?;
                writeln!(out, "      {}", plain(&finding.message))?;
                writeln!(out, "      {}", plain(&pointers(finding)))?;
                if let Some(effect) = self.krate.of_finding(finding) {
                    writeln!(out, "      crate: {effect}")?;
                }
            }
        }
        if let Some(error) = &self.krate.error {
            writeln!(out, "\n{bold}crate{bold:#}\n  {error}")?;
        }
        if !self.krate.changes.is_empty() {
            writeln!(out, "\n{bold}crate{bold:#} changes of the public surface")?;
            for change in &self.krate.changes {
                let shape = |shape: &Option<String>| shape.clone().unwrap_or_else(|| "-".to_owned());
                writeln!(out, "  {:<5} {}: {} → {}", change.bump, change.item, shape(&change.old), shape(&change.new))?;
            }
        }
        if !self.overlay.is_empty() {
            writeln!(out, "\n{bold}overlay{bold:#}")?;
            for line in &self.overlay {
                writeln!(out, "  {line}")?;
            }
        }
        Ok(())
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "**{}**", cell(&self.verdict()))?;
        for level in LEVELS {
            let findings = self.of_level(level);
            if findings.is_empty() {
                continue;
            }
            writeln!(out, "\n### {level} {}\n", meaning(level))?;
            writeln!(out, "| what | where | change | crate |\n| --- | --- | --- | --- |")?;
            for finding in findings {
                let effect = self.krate.of_finding(finding).unwrap_or_default();
                writeln!(
                    out,
                    "| `{}` | {}<br>{} | {} | {} |",
                    finding.id,
                    cell(&place(finding)),
                    code(&finding.new_pointer),
                    cell(&finding.message),
                    cell(&effect)
                )?;
            }
        }
        if let Some(error) = &self.krate.error {
            writeln!(out, "\n### Crate\n\n{}", cell(error))?;
        }
        if !self.krate.changes.is_empty() {
            writeln!(out, "\n### Crate\n\n| bump | item | old | new |\n| --- | --- | --- | --- |")?;
            for change in &self.krate.changes {
                let shape = |shape: &Option<String>| match shape {
                    Some(shape) => code(shape),
                    None => String::new(),
                };
                writeln!(
                    out,
                    "| {} | `{}` | {} | {} |",
                    change.bump,
                    change.item,
                    shape(&change.old),
                    shape(&change.new)
                )?;
            }
        }
        if !self.overlay.is_empty() {
            writeln!(out, "\n### Overlay\n")?;
            for line in &self.overlay {
                writeln!(out, "- {}", cell(line))?;
            }
        }
        if let Some(lines) = self.changelog() {
            writeln!(out, "\n### For the changelog\n\n```markdown\n{lines}\n```")?;
        }
        Ok(())
    }

    fn github(&self, out: &mut dyn Write) -> io::Result<()> {
        let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        for finding in &self.findings {
            let kind = match finding.level {
                Level::Err => "error",
                Level::Warn => "warning",
                Level::Info | Level::Doc => "notice",
            };
            let title = escape(&finding.id).replace(':', "%3A").replace(',', "%2C");
            let message = format!("{} ({}, {})", finding.message, place(finding), finding.new_pointer);
            writeln!(out, "::{kind} file={},title={title}::{}", self.file, escape(&message))?;
        }
        let kind = if self.krate.error.is_some() { "error" } else { "notice" };
        writeln!(out, "::{kind} title=drift::{}", escape(&self.verdict()))
    }
}

const LEVELS: [Level; 4] = [Level::Err, Level::Warn, Level::Info, Level::Doc];

fn meaning(level: Level) -> &'static str {
    match level {
        Level::Err => "breaks those who use the old document",
        Level::Warn => "may break them",
        Level::Info => "compatible",
        Level::Doc => "for readers",
    }
}

fn style(level: Level) -> Style {
    let colour = match level {
        Level::Err => AnsiColor::Red,
        Level::Warn => AnsiColor::Yellow,
        Level::Info => AnsiColor::Cyan,
        Level::Doc => AnsiColor::BrightBlack,
    };
    colour.on_default()
}

/// Where a finding belongs.
fn place(finding: &Finding) -> String {
    let direction = match finding.direction {
        Direction::Request => " request",
        Direction::Response => " response",
        Direction::None => "",
    };
    match &finding.operation {
        Some(operation) => format!("{operation}{direction}"),
        None => format!("the document{direction}"),
    }
}

fn pointers(finding: &Finding) -> String {
    match finding.old_pointer == finding.new_pointer {
        true => finding.new_pointer.clone(),
        false => format!("{} → {}", finding.old_pointer, finding.new_pointer),
    }
}

/// A document's text for a terminal: on one line, with nothing that would steer it.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// A document's text as code in a Markdown table.
fn code(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    // A longer fence than any run of backticks inside, and spaces, as the text may begin or end with one.
    match text.split(|c| c != '`').map(str::len).max() {
        None | Some(0) => format!("`{text}`"),
        Some(longest) => format!("{0} {text} {0}", "`".repeat(longest + 1)),
    }
}

/// Text in a Markdown table: on one line, with nothing that would be markup.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '<' | '>' | '*' | '[' | ']' | '#' | '@' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// An action of the overlay that did nothing.
fn idle(effect: &Effect) -> Option<String> {
    match (effect.matched, effect.changed) {
        (0, _) => {
            Some(format!("matches nothing: mend or remove the action ({}): {}", effect.target, effect.description))
        }
        (_, false) => {
            Some(format!("upstream fixed this: remove the action ({}): {}", effect.target, effect.description))
        }
        _ => None,
    }
}

fn lines_of(lists: &[(&str, Vec<String>)]) -> Vec<String> {
    let some = lists.iter().filter(|(_, items)| !items.is_empty());
    some.flat_map(|(title, items)| [format!("### {title}"), format!("- {}.", items.join(", "))]).collect()
}
