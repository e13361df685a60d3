//! The version in the manifests, and the changelog.

use std::path::PathBuf;

use anyhow::{Context, bail};
use semver::Version;
use toml_edit::DocumentMut;

use crate::krate::surface::Bump;
use crate::workspace::Workspace;

/// The crate that is released.
pub const NAME: &str = "planetscale-client";

/// The changelog's heading for what no release has yet.
const UNRELEASED: &str = "## [Unreleased]";

/// The version that comes after a released one, by Cargo's rules: before 1.0 the second number is the major
/// one, and the third all others. <https://doc.rust-lang.org/cargo/reference/semver.html>
pub fn next(released: &Version, bump: Bump) -> Version {
    let Version { major, minor, patch, .. } = *released;
    match (bump, major) {
        (Bump::None, _) => released.clone(),
        (Bump::Major, 0) => Version::new(0, minor + 1, 0),
        (Bump::Major, _) => Version::new(major + 1, 0, 0),
        (Bump::Minor, 1..) => Version::new(major, minor + 1, 0),
        (Bump::Minor | Bump::Patch, _) => Version::new(major, minor, patch + 1),
    }
}

/// The version to have: that which follows the last release, unless the manifest has a higher one already.
/// Without a release it is the manifest's.
pub fn wanted(released: Option<&Version>, current: &Version, bump: Bump) -> Version {
    released.map_or_else(|| current.clone(), |released| next(released, bump).max(current.clone()))
}

/// A workspace's manifests and changelog.
#[derive(Debug)]
pub struct Manifests<'w>(pub &'w Workspace);

impl Manifests<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// The crate's version.
    ///
    /// # Errors
    /// Where the manifest cannot be read, or has none.
    pub fn version(&self) -> anyhow::Result<Version> {
        let manifest = self.toml("client/Cargo.toml")?;
        let version = manifest.get("package").and_then(|package| package.get("version")).and_then(|v| v.as_str());
        version.context("client/Cargo.toml has no version")?.parse().context("client/Cargo.toml")
    }

    /// Writes another version into the manifests and lock files.
    ///
    /// # Errors
    /// Where one cannot be read or written, or is not of the form it should be.
    pub fn set_version(&self, version: &Version) -> anyhow::Result<()> {
        let text = version.to_string();
        let mut client = self.toml("client/Cargo.toml")?;
        client["package"]["version"] = toml_edit::value(&text);
        let mut workspace = self.toml("Cargo.toml")?;
        workspace["workspace"]["dependencies"][NAME]["version"] = toml_edit::value(&text);
        let mut files = vec![("client/Cargo.toml", client), ("Cargo.toml", workspace)];
        // That of the fuzz targets is not in git: a fresh clone has none.
        for lock in ["Cargo.lock", "tests/fuzz/Cargo.lock"] {
            if !self.path(lock).exists() {
                continue;
            }
            let mut document = self.toml(lock)?;
            {
                let packages = document.get_mut("package").and_then(|packages| packages.as_array_of_tables_mut());
                let mut packages = packages.into_iter().flat_map(|packages| packages.iter_mut());
                let own = packages.find(|package| package.get("name").and_then(|name| name.as_str()) == Some(NAME));
                own.with_context(|| format!("{lock} lacks {NAME}"))?["version"] = toml_edit::value(&text);
            }
            files.push((lock, document));
        }
        files.into_iter().try_for_each(|(name, document)| self.write(name, &document.to_string()))
    }

    /// The changelog's text.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn changelog(&self) -> anyhow::Result<String> {
        self.read("CHANGELOG.md")
    }

    /// Writes the changelog.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_changelog(&self, text: &str) -> anyhow::Result<()> {
        self.write("CHANGELOG.md", text)
    }

    fn toml(&self, name: &str) -> anyhow::Result<DocumentMut> {
        self.read(name)?.parse().with_context(|| format!("{name} is not TOML"))
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        let path = self.path(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.path(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

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

/// The changelog with more under what is not released. `lines` are headings of the third level, with entries
/// below them; those that are there already are not repeated.
///
/// # Errors
/// Where there is no place for it.
pub fn with_unreleased(changelog: &str, lines: &str) -> anyhow::Result<String> {
    let range = body(changelog, UNRELEASED).with_context(|| format!("CHANGELOG.md has no `{UNRELEASED}`"))?;
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut current = None;
    for line in changelog[range.clone()].lines().chain(lines.lines()).filter(|line| !line.trim().is_empty()) {
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
    groups.sort_by_key(|(name, _)| {
        ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"].iter().position(|it| it == name)
    });
    let groups: Vec<String> =
        groups.iter().map(|(name, entries)| format!("\n### {name}\n{}\n", entries.join("\n"))).collect();
    let rest = changelog[range.end..].trim_start_matches('\n');
    let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
    Ok(format!("{}{}{rest}", &changelog[..range.start], groups.concat()))
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

/// What the changelog says of a version.
///
/// # Errors
/// Where it says nothing.
pub fn notes(changelog: &str, version: &Version) -> anyhow::Result<String> {
    let range = body(changelog, &format!("## [{version}]"));
    let text = range.map(|range| changelog[range].trim().to_owned()).filter(|text| !text.is_empty());
    text.with_context(|| format!("CHANGELOG.md says nothing of {version}"))
}
