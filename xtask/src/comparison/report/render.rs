//! A report as text, JSON, Markdown, and annotations.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::{self, cell, code, github, github_property, plain};
use super::rows::{Row, Section, heading, others, sections};
use super::{Entry, Format, Report};
use crate::comparison::diff::Level;
use crate::comparison::impact::Impact;
use crate::upstream::spec::Position;

/// How many places of one row are shown.
const MOST_PLACES: usize = 20;

/// The width of a line of text.
const WIDTH: usize = 110;

impl Report {
    /// Writes the report.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => self.text(out),
            Format::Json => writeln!(out, "{}", escape::json(&serde_json::to_string_pretty(self)?)),
            Format::Markdown => self.markdown(out),
            Format::Github => self.github(out),
        }
    }

    /// What was found and is not accepted, by operations.
    fn sections(&self) -> Vec<Section<'_>> {
        let open: Vec<&Entry> = self.findings.iter().filter(|entry| entry.accepted.is_none()).collect();
        sections(&open)
    }

    fn accepted(&self) -> Vec<&Entry> {
        self.findings.iter().filter(|entry| entry.accepted.is_some()).collect()
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let bold = Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}", self.verdict())?;
        let sections = self.sections();
        for section in &sections {
            writeln!(out, "\n{bold}{}{bold:#}", plain(&heading(&section.operations)))?;
            for row in &section.rows {
                text_row(row, out)?;
            }
        }
        if !sections.is_empty() {
            let dim = Style::new().dimmed();
            writeln!(out, "\n{dim}{}{dim:#}", LEGEND)?;
        }
        let accepted = self.accepted();
        if !accepted.is_empty() {
            writeln!(out, "\n{bold}accepted{bold:#} by openapi/accepted.toml")?;
        }
        for entry in accepted {
            let Entry { finding, fingerprint, place, .. } = entry;
            writeln!(out, "  {} {} {fingerprint}", finding.level, plain(&finding.id))?;
            let at = format!("{} {place}", heading(&finding.operations));
            writeln!(out, "      {}: {}", plain(at.trim_end()), plain(&finding.message()))?;
            writeln!(out, "      because: {}", plain(entry.accepted.as_deref().unwrap_or_default()))?;
        }
        if let Some(whom) = self.krate.as_ref().and_then(Impact::breaks) {
            writeln!(out, "\n{bold}crate{bold:#} breaks {}", plain(&whom))?;
        }
        if let Some(error) = self.error() {
            writeln!(out, "\n{bold}crate{bold:#}\n  {}", plain(error))?;
        }
        if !self.unexplained.is_empty() {
            writeln!(out, "\n{bold}crate{bold:#} changes without a finding")?;
        }
        self.unexplained.iter().try_for_each(|line| writeln!(out, "  {}", plain(line)))?;
        if !self.own_code.is_empty() {
            writeln!(out, "\n{bold}code written by hand{bold:#} that may not compile any more")?;
        }
        self.own_code.iter().try_for_each(|line| writeln!(out, "  {}", plain(line)))?;
        for (title, lines, more) in self.observed() {
            writeln!(out, "\n{bold}{}{bold:#}", plain(title))?;
            lines.iter().try_for_each(|line| writeln!(out, "  {}", plain(line)))?;
            if more > 0 {
                writeln!(out, "  and {more} more, all of them with --format json")?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(out, "\n{bold}notes{bold:#}")?;
        }
        let (notes, more) = self.first_notes();
        notes.iter().try_for_each(|line| writeln!(out, "  {}", plain(line)))?;
        if more > 0 {
            writeln!(out, "  and {more} more notes, all of them with --format json")?;
        }
        Ok(())
    }

    /// The notes that are shown, and how many more there are.
    fn first_notes(&self) -> (&[String], usize) {
        /// A screen.
        const MOST: usize = 25;
        let shown = self.notes.len().min(MOST);
        (&self.notes[..shown], self.notes.len() - shown)
    }

    /// What was observed beside the findings: titles, the first lines of each, and how many more there are.
    fn observed(&self) -> impl Iterator<Item = (&str, Vec<&str>, usize)> {
        const MOST: usize = 10;
        self.observed.iter().filter_map(|(title, lines)| {
            let lines: Vec<&str> = lines.as_array()?.iter().filter_map(serde_json::Value::as_str).collect();
            let more = lines.len().saturating_sub(MOST);
            (!lines.is_empty()).then(|| (title.as_str(), lines[..lines.len() - more].to_vec(), more))
        })
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        // What a reviewer has to decide comes first, as the end may be cut off.
        writeln!(out, "**{}**", cell(&self.verdict()))?;
        if let Some(error) = self.error() {
            writeln!(out, "\n### Crate\n\n{}", cell(error))?;
        }
        if let Some(whom) = self.krate.as_ref().and_then(Impact::breaks) {
            writeln!(out, "\nIt breaks {}.", cell(&whom))?;
        }
        if !self.unexplained.is_empty() {
            writeln!(out, "\n### Crate: changes without a finding\n")?;
        }
        self.unexplained.iter().try_for_each(|line| writeln!(out, "- {}", cell(line)))?;
        if !self.own_code.is_empty() {
            writeln!(out, "\n### Code written by hand that may not compile any more\n")?;
        }
        self.own_code.iter().try_for_each(|line| writeln!(out, "- {}", cell(line)))?;
        if let Some(lines) = self.changelog() {
            writeln!(out, "\n### For the changelog\n\n```markdown\n{}\n```", lines.trim_end())?;
        }
        for (title, lines, more) in self.observed() {
            writeln!(out, "\n### {}\n", cell(title))?;
            lines.iter().try_for_each(|line| writeln!(out, "- {}", cell(line)))?;
            if more > 0 {
                writeln!(out, "- and {more} more, all of them with `--format json`")?;
            }
        }
        let (notes, more) = self.first_notes();
        if !notes.is_empty() {
            writeln!(out, "\n### Notes\n")?;
        }
        notes.iter().try_for_each(|line| writeln!(out, "- {}", cell(line)))?;
        if more > 0 {
            writeln!(out, "- and {more} more notes, all of them with `--format json`")?;
        }
        let sections = self.sections();
        let crates = self.krate.is_some();
        for section in &sections {
            let operation =
                section.operations.first().map(|first| format!("{}{}", code(first), others(&section.operations)));
            writeln!(out, "\n### {}\n", operation.as_deref().unwrap_or("The document"))?;
            // What changed comes first: a narrow window cuts the end off.
            let (title, line) = if crates { (" crate |", " --- |") } else { ("", "") };
            writeln!(out, "| | change |{title} where | rule |\n| --- | --- |{line} --- | --- |")?;
            for row in &section.rows {
                let (around, places, more) = row.places(MOST_PLACES);
                let around = if around.is_empty() { String::new() } else { format!("{around}: ") };
                let more = if more > 0 { format!(", and {more} more") } else { String::new() };
                let places = cell(&format!("{around}{}{more}", places.join(", ")));
                let effect = match crates {
                    true => format!(" {} |", cell(&row.effect().unwrap_or_default())),
                    false => String::new(),
                };
                let (level, id) = (row.first().finding.level, code(&row.first().finding.id));
                writeln!(out, "| {level} | {} |{effect} {places} | {id} |", cell(&row.message()))?;
            }
        }
        if !sections.is_empty() {
            writeln!(out, "\n{LEGEND}")?;
        }
        let accepted = self.accepted();
        if !accepted.is_empty() {
            writeln!(out, "\n### Accepted\n\n| | change | where | because | rule |\n| --- | --- | --- | --- | --- |")?;
        }
        for Entry { finding, place, accepted, .. } in accepted {
            let at = format!("{} {place}", heading(&finding.operations));
            let because = cell(accepted.as_deref().unwrap_or_default());
            let (message, id) = (cell(&finding.message()), code(&finding.id));
            writeln!(out, "| {} | {message} | {} | {because} | {id} |", finding.level, cell(at.trim_end()))?;
        }
        Ok(())
    }

    fn github(&self, out: &mut dyn Write) -> io::Result<()> {
        for section in self.sections() {
            for row in &section.rows {
                let Entry { finding, place, new_position, file, .. } = row.first();
                let kind = match finding.level {
                    Level::Err => "error",
                    Level::Warn => "warning",
                    Level::Info | Level::Doc => "notice",
                };
                let times = match row.entries.len() {
                    1 => String::new(),
                    all => format!(", and {} more", all - 1),
                };
                let place = if place.is_empty() { String::new() } else { format!(": {place}") };
                let message = format!("{} ({}{place}{times})", row.message(), heading(row.operations(&section)));
                let at = new_position.map(|Position { line, column }| format!(",line={line},col={column}"));
                let (at, file, title) = (at.unwrap_or_default(), github_property(file), github_property(&finding.id));
                writeln!(out, "::{kind} file={file}{at},title={title}::{}", github(&message))?;
            }
        }
        if let Some(error) = self.error() {
            writeln!(out, "::error title=no crate::{}", github(error))?;
        }
        let kind = if self.error().is_some() { "error" } else { "notice" };
        writeln!(out, "::{kind} title=drift::{}", github(&self.verdict()))
    }
}

/// What the levels mean.
const LEGEND: &str =
    "ERR breaks clients of the old document, WARN may break them, INFO is compatible, DOC is for readers.";

/// A row: what changed, where, and what it means for the crate.
fn text_row(row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = &row.first().finding;
    let (style, dim) = (style(finding.level), Style::new().dimmed());
    writeln!(out, "  {style}{:<4}{style:#} {}", finding.level, plain(&row.message()))?;
    let (around, mut places, more) = row.places(MOST_PLACES);
    if more > 0 {
        places.push(format!("and {more} more, all of them with --format json"));
    }
    let last = places.len().saturating_sub(1);
    let mut words = if around.is_empty() { Vec::new() } else { vec![format!("{around}:")] };
    words.extend(places.into_iter().enumerate().map(|(n, place)| if n < last { place + "," } else { place + ";" }));
    words.push(match row.effect() {
        Some(effect) => format!("{}; crate: {effect}", finding.id),
        None => finding.id.clone(),
    });
    let mut line = String::new();
    for word in words.iter().map(|word| plain(word)) {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "       {dim}{line}{dim:#}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    writeln!(out, "       {dim}{line}{dim:#}")
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
