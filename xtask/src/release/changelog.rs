//! The file CHANGELOG.md: what stands under which version.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use semver::Version;

/// The heading for what no release has yet.
const UNRELEASED: &str = "## [Unreleased]";

/// How a heading of the third level begins.
const HEADING: &str = "### ";

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

/// The headings of the third level and the entries of a text, each with the lines up to the next one; first what stands
/// before all of them. In a block of code nothing begins.
fn parts(text: &str) -> Vec<&str> {
    let (mut starts, mut at, mut is_code) = (vec![0], 0, false);
    for line in text.split_inclusive('\n') {
        let fence = line.trim_start();
        if fence.starts_with("```") && !fence.trim_start_matches('`').contains('`') {
            is_code = !is_code;
        } else if !is_code && (line.starts_with("- ") || line.starts_with(HEADING)) {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(at);
    starts.windows(2).map(|ends| &text[ends[0]..ends[1]]).filter(|part| !part.is_empty()).collect()
}

/// A heading of the third level, with what is below it.
struct Group<'t> {
    name: &'t str,
    text: String,
    /// What of it is below the heading, without the line ends.
    entries: Vec<&'t str>,
}

/// The changelog with other lines of ours under what is not released. Both are headings of the third level, with
/// entries below them; `before` are those that were put in for the last state, and go. What a person wrote stays as it
/// was written, and nothing of ours is repeated.
///
/// # Errors
/// Where there is no place for it.
pub fn with_unreleased(changelog: &str, before: &str, lines: &str) -> anyhow::Result<String> {
    let range = body(changelog, UNRELEASED).with_context(|| format!("CHANGELOG.md has no `{UNRELEASED}`"))?;
    let line_end = if changelog.contains("\r\n") { "\r\n" } else { "\n" };
    let gone: BTreeSet<&str> =
        parts(before).into_iter().filter(|part| part.starts_with("- ")).map(str::trim_end).collect();
    let there = parts(&changelog[range.clone()]).into_iter().filter(|part| !gone.contains(part.trim_end()));
    let all = there.map(|part| (part, false)).chain(parts(lines).into_iter().map(|part| (part, true)));

    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut current = None;
    for (mut part, is_ours) in all.filter(|(part, _)| !part.trim().is_empty()) {
        if let Some(heading) = part.strip_prefix(HEADING) {
            let name = heading.lines().next().unwrap_or_default().trim_end();
            let there = groups.iter().position(|group| group.name == name);
            current = Some(there.unwrap_or(groups.len()));
            if there.is_none() {
                groups.push(Group { name, text: format!("{HEADING}{name}{line_end}"), entries: Vec::new() });
            }
            // What stands between the heading and the first entry.
            part = heading.split_once('\n').map_or("", |(_, below)| below);
        }
        let Some(group) = current.and_then(|current: usize| groups.get_mut(current)) else {
            let line = part.trim_start().lines().next().unwrap_or_default();
            bail!("CHANGELOG.md has a line under `{UNRELEASED}` that is below no `###`: {line}");
        };
        let entry = part.trim_end();
        // One that a person went on with is there, too.
        let is_it = |there: &&str| {
            there.strip_prefix(entry).is_some_and(|more| more.is_empty() || more.starts_with(['\r', '\n']))
        };
        if !is_ours {
            group.text.push_str(part);
        } else if !entry.is_empty() && !group.entries.iter().any(is_it) {
            group.text.truncate(group.text.trim_end_matches(['\r', '\n']).len());
            group.text.push_str(&format!("{line_end}{entry}"));
        }
        if !entry.is_empty() {
            group.entries.push(entry);
        }
    }
    groups.retain(|group| !group.entries.is_empty());
    groups.sort_by_key(|group| {
        ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"].iter().position(|it| *it == group.name)
    });
    let text = |group: &Group<'_>| format!("{line_end}{}{line_end}", group.text.trim_end_matches(['\r', '\n']));
    let groups: String = groups.iter().map(text).collect();
    let rest = &changelog[range.end..];
    let rest = if rest.is_empty() { String::new() } else { format!("{line_end}{rest}") };
    Ok(format!("{}{groups}{rest}", &changelog[..range.start]))
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
