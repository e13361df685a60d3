//! The file CHANGELOG.md: what stands under which version.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use semver::Version;

/// The heading for what no release has yet.
const UNRELEASED: &str = "## [Unreleased]";

/// What a heading of the second level has below it, up to the next one: from where to where in the text.
fn body(changelog: &str, heading: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    let mut start = None;
    for line in changelog.split_inclusive('\n') {
        match start {
            None if line.trim_end() == heading || line.starts_with(&format!("{heading} ")) => {
                start = Some(at + line.len());
            }
            Some(start) if line.starts_with("## ") => return Some(start..at),
            _ => {}
        }
        at += line.len();
    }
    start.map(|start| start..at)
}

/// The changelog with other lines of ours under what is not released. Both are headings of the third level, with
/// entries below them; `before` are those that were put in for the last state, and go. What a person wrote stays,
/// and nothing is repeated.
///
/// # Errors
/// Where there is no place for it.
pub fn with_unreleased(changelog: &str, before: &str, lines: &str) -> anyhow::Result<String> {
    let gone: BTreeSet<&str> = before.lines().filter(|line| line.starts_with("- ")).collect();
    let range = body(changelog, UNRELEASED).with_context(|| format!("CHANGELOG.md has no `{UNRELEASED}`"))?;
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut current = None;
    for line in changelog[range.clone()]
        .lines()
        .filter(|line| !gone.contains(line))
        .chain(lines.lines())
        .filter(|line| !line.trim().is_empty())
    {
        if let Some(name) = line.strip_prefix("### ") {
            let there = groups.iter().position(|(other, _)| other == name);
            current = Some(there.unwrap_or(groups.len()));
            if there.is_none() {
                groups.push((name.to_owned(), Vec::new()));
            }
            continue;
        }
        let Some(current) = current else {
            bail!("CHANGELOG.md has a line under `{UNRELEASED}` that is below no `###`: {line}");
        };
        let entries = &mut groups[current].1;
        if !entries.iter().any(|entry| entry == line) {
            entries.push(line.to_owned());
        }
    }
    groups.retain(|(_, entries)| !entries.is_empty());
    groups.sort_by_key(|(name, _)| {
        ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"].iter().position(|it| it == name)
    });
    let groups: Vec<String> =
        groups.iter().map(|(name, entries)| format!("\n### {name}\n{}\n", entries.join("\n"))).collect();
    let rest = changelog[range.end..].trim_start_matches('\n');
    let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
    Ok(format!("{}{}{rest}", &changelog[..range.start], groups.concat()))
}

/// What the changelog says of what no release has yet; nothing, where it has no place for it.
pub fn unreleased(changelog: &str) -> Option<&str> {
    body(changelog, UNRELEASED).map(|range| &changelog[range])
}

/// The versions that the changelog has sections for, the first one first.
pub fn versions(changelog: &str) -> Vec<Version> {
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## [")?.split_once(']'));
    headings.filter_map(|(version, _)| version.parse().ok()).collect()
}

/// The changelog with what was not released under a version.
///
/// # Errors
/// Where there is nothing, or the version is there already.
pub fn released(changelog: &str, version: &Version, date: &str) -> anyhow::Result<String> {
    let range = body(changelog, UNRELEASED).with_context(|| format!("CHANGELOG.md has no `{UNRELEASED}`"))?;
    if changelog[range.clone()].trim().is_empty() {
        bail!("CHANGELOG.md says nothing under `{UNRELEASED}`: say what changed, and run the command again");
    }
    if body(changelog, &format!("## [{version}]")).is_some() {
        bail!("CHANGELOG.md has a section for {version} already");
    }
    let (before, after) = (&changelog[..range.start], &changelog[range.start..]);
    Ok(format!("{before}\n## [{version}] - {date}\n{after}"))
}

/// What the changelog says of a version; of a pre-release, which has no section of its own, what is not released.
///
/// # Errors
/// Where it says nothing.
pub fn notes(changelog: &str, version: &Version) -> anyhow::Result<String> {
    let range = body(changelog, &format!("## [{version}]"));
    let range = range.or_else(|| body(changelog, UNRELEASED).filter(|_| !version.pre.is_empty()));
    let text = range.map(|range| changelog[range].trim().to_owned()).filter(|text| !text.is_empty());
    text.with_context(|| format!("CHANGELOG.md says nothing of {version}"))
}
