//! A report as text, JSON, Markdown, and annotations.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::{self, cell, code, github, github_property, plain};
use super::group::Group;
use super::{Entry, Format, Report};
use crate::diff::{Direction, Finding, Level};
use crate::spec::Place;

const LEVELS: [Level; 4] = [Level::Err, Level::Warn, Level::Info, Level::Doc];

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

    /// The findings of a level that are not accepted.
    fn of_level(&self, level: Level) -> Vec<Group<'_>> {
        let of_level = self.findings.iter().filter(|entry| entry.finding.level == level && entry.accepted.is_none());
        Group::all(&of_level.collect::<Vec<_>>())
    }

    fn accepted(&self) -> Vec<&Entry> {
        self.findings.iter().filter(|entry| entry.accepted.is_some()).collect()
    }

    /// What findings mean for the crate, each said once.
    fn effect(&self, group: &Group<'_>) -> Option<String> {
        const SHOWN: usize = 3;
        let krate = self.krate.as_ref()?;
        let mut effects: BTreeMap<String, usize> = BTreeMap::new();
        for effect in group.entries.iter().filter_map(|entry| krate.of_finding(&entry.finding)) {
            *effects.entry(effect).or_default() += 1;
        }
        if group.is_one() || effects.len() < 2 {
            return effects.into_keys().next().map(|effect| plain(&effect));
        }
        let more = effects.len().saturating_sub(SHOWN);
        let mut shown: Vec<_> = effects
            .into_iter()
            .take(SHOWN)
            .map(|(effect, count)| format!("{} ({count} times)", plain(&effect)))
            .collect();
        if more > 0 {
            shown.push(format!("and {more} others"));
        }
        Some(shown.join("; "))
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let bold = Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}", self.verdict())?;
        for level in LEVELS {
            let groups = self.of_level(level);
            if groups.is_empty() {
                continue;
            }
            let style = style(level);
            writeln!(out, "\n{style}{level}{style:#} {}", meaning(level))?;
            for group in groups {
                self.text_of(&group, style, out)?;
            }
        }
        let accepted = self.accepted();
        if !accepted.is_empty() {
            writeln!(out, "\n{bold}accepted{bold:#} by openapi/accepted.toml")?;
        }
        for entry in accepted {
            let Entry { finding, fingerprint, .. } = entry;
            writeln!(out, "  {} {} {fingerprint} {}", finding.level, plain(&finding.id), plain(&place(finding)))?;
            writeln!(out, "      {}", plain(&finding.message))?;
            writeln!(out, "      because: {}", plain(entry.accepted.as_deref().unwrap_or_default()))?;
        }
        if let Some(error) = self.error() {
            writeln!(out, "\n{bold}crate{bold:#}\n  {}", plain(error))?;
        }
        let changes = self.krate.iter().flat_map(|krate| &krate.changes);
        for (i, change) in changes.enumerate() {
            if i == 0 {
                writeln!(out, "\n{bold}crate{bold:#} changes of the public surface")?;
            }
            let shape = |shape: &Option<String>| shape.as_deref().map_or_else(|| "-".to_owned(), plain);
            let (old, new) = (shape(&change.old), shape(&change.new));
            writeln!(out, "  {:<5} {}: {old} → {new}", change.bump, plain(&change.item))?;
        }
        if !self.overlay.is_empty() {
            writeln!(out, "\n{bold}overlay{bold:#}")?;
        }
        self.overlay.iter().try_for_each(|line| writeln!(out, "  {}", plain(line)))
    }

    fn text_of(&self, group: &Group<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let first = group.entries[0];
        let id = plain(&first.finding.id);
        if group.is_one() {
            writeln!(out, "  {style}{id}{style:#} {}", plain(&place(&first.finding)))?;
            writeln!(out, "      {}", plain(group.message()))?;
            writeln!(out, "      {}", plain(&pointers(first)))?;
        } else {
            writeln!(out, "  {style}{id}{style:#} {} times", group.entries.len())?;
            writeln!(out, "      {}", plain(group.message()))?;
            let (shown, more) = group.shown();
            for entry in shown {
                writeln!(out, "      {}: {}", plain(&place(&entry.finding)), plain(&pointers(entry)))?;
            }
            writeln!(out, "      and {more} more, all of them with --format json")?;
        }
        match self.effect(group) {
            Some(effect) => writeln!(out, "      crate: {effect}"),
            None => Ok(()),
        }
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "**{}**", cell(&self.verdict()))?;
        for level in LEVELS {
            let groups = self.of_level(level);
            if groups.is_empty() {
                continue;
            }
            writeln!(out, "\n### {level} {}\n", meaning(level))?;
            let crates = self.krate.is_some();
            // What changed comes first: a narrow window cuts the end off.
            let (title, line) = if crates { (" crate |", " --- |") } else { ("", "") };
            writeln!(out, "| change |{title} where | rule |\n| --- |{line} --- | --- |")?;
            for group in groups {
                let (shown, more) = group.shown();
                let id = code(&group.entries[0].finding.id);
                let id = if group.is_one() { id } else { format!("{id}<br>{} times", group.entries.len()) };
                let mut places: Vec<String> = shown.iter().map(|entry| cell(&short_place(entry))).collect();
                if more > 0 {
                    places.push(format!("and {more} more"));
                }
                let places = places.join("<br>");
                let effect = if crates {
                    format!(" {} |", cell(&self.effect(&group).unwrap_or_default()))
                } else {
                    String::new()
                };
                writeln!(out, "| {} |{effect} {places} | {id} |", cell(group.message()))?;
            }
        }
        let accepted = self.accepted();
        if !accepted.is_empty() {
            writeln!(out, "\n### Accepted\n\n| what | where | change | because |\n| --- | --- | --- | --- |")?;
        }
        for entry in accepted {
            let Finding { id, level, message, .. } = &entry.finding;
            let because = cell(entry.accepted.as_deref().unwrap_or_default());
            writeln!(
                out,
                "| {level} {} | {} | {} | {because} |",
                code(id),
                cell(&place(&entry.finding)),
                cell(message)
            )?;
        }
        if let Some(error) = self.error() {
            writeln!(out, "\n### Crate\n\n{}", cell(error))?;
        }
        let changes = self.krate.iter().flat_map(|krate| &krate.changes);
        for (i, change) in changes.enumerate() {
            if i == 0 {
                writeln!(out, "\n### Crate\n\n| bump | item | old | new |\n| --- | --- | --- | --- |")?;
            }
            let shape = |shape: &Option<String>| shape.as_deref().map(code).unwrap_or_default();
            let (old, new) = (shape(&change.old), shape(&change.new));
            writeln!(out, "| {} | {} | {old} | {new} |", change.bump, code(&change.item))?;
        }
        if !self.overlay.is_empty() {
            writeln!(out, "\n### Overlay\n")?;
        }
        self.overlay.iter().try_for_each(|line| writeln!(out, "- {}", cell(line)))?;
        if let Some(lines) = self.changelog() {
            writeln!(out, "\n### For the changelog\n\n```markdown\n{lines}\n```")?;
        }
        Ok(())
    }

    fn github(&self, out: &mut dyn Write) -> io::Result<()> {
        for group in LEVELS.into_iter().flat_map(|level| self.of_level(level)) {
            let Entry { finding, new_place, file, .. } = group.entries[0];
            let kind = match finding.level {
                Level::Err => "error",
                Level::Warn => "warning",
                Level::Info | Level::Doc => "notice",
            };
            let times =
                if group.is_one() { String::new() } else { format!(", and {} times more", group.entries.len() - 1) };
            let message = format!("{} ({}, {}{times})", group.message(), place(finding), finding.new_pointer);
            let at = new_place.map(|Place { line, column }| format!(",line={line},col={column}")).unwrap_or_default();
            let (file, title) = (github_property(file), github_property(&finding.id));
            writeln!(out, "::{kind} file={file}{at},title={title}::{}", github(&message))?;
        }
        if let Some(error) = self.error() {
            writeln!(out, "::error title=no crate::{}", github(error))?;
        }
        let kind = if self.error().is_some() { "error" } else { "notice" };
        writeln!(out, "::{kind} title=drift::{}", github(&self.verdict()))
    }
}

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
    place_at(finding, str::to_owned)
}

/// As [`place`], with the operation as it is to be `shown`.
fn place_at(finding: &Finding, shown: impl Fn(&str) -> String) -> String {
    let direction = match finding.direction {
        Direction::Request => " request",
        Direction::Response => " response",
        Direction::None => "",
    };
    let more = match finding.operations.len() {
        0 | 1 => String::new(),
        2 => " and 1 more operation,".to_owned(),
        all => format!(" and {} more operations,", all - 1),
    };
    match &finding.operation {
        Some(operation) => format!("{}{more}{direction}", shown(operation)).trim_end_matches(',').to_owned(),
        None => format!("the document{direction}"),
    }
}

/// Where a finding is: its pointers, and its lines.
fn pointers(entry: &Entry) -> String {
    let Finding { old_pointer, new_pointer, .. } = &entry.finding;
    let (old, new) = (entry.old_place, entry.new_place);
    let line = |place: Option<Place>| place.map(|place| format!(" ({place})")).unwrap_or_default();
    match (old_pointer == new_pointer, old.zip(new).filter(|(old, new)| old != new)) {
        (true, Some((old, new))) => format!("{new_pointer} ({old} → {new})"),
        (true, None) => format!("{new_pointer}{}", line(new)),
        (false, _) => format!("{old_pointer}{} → {new_pointer}{}", line(old), line(new)),
    }
}

/// Where a finding is, as short as it can be found by: the end of the path, and the lines.
fn short_place(entry: &Entry) -> String {
    let place = place_at(&entry.finding, |operation| {
        const SEGMENTS: usize = 3;
        match operation.rmatch_indices('/').nth(SEGMENTS - 1) {
            Some((at, _)) if operation.find('/') < Some(at) => {
                let method = operation.split('/').next().unwrap_or_default();
                format!("{method}…{}", &operation[at..])
            }
            _ => operation.to_owned(),
        }
    });
    let line = |place: Place| place.line.to_string();
    match (entry.old_place.map(line), entry.new_place.map(line)) {
        (Some(old), Some(new)) if old != new => format!("{place}, line {old} → {new}"),
        (Some(one), _) | (_, Some(one)) => format!("{place}, line {one}"),
        (None, None) => place,
    }
}
