//! The version in the manifests, and the changelog.

use std::path::PathBuf;

use anyhow::Context;
use semver::Version;
use toml_edit::DocumentMut;

use crate::generated_crate::surface::Bump;
use crate::workspace::Workspace;
use crate::workspace::store;

/// The crate that is released.
pub const NAME: &str = "planetscale-client";

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
/// Without a release it is the manifest's. What the manifest has for a pre-release becomes the release itself.
pub fn wanted(released: Option<&Version>, current: &Version, bump: Bump) -> Version {
    let current = Version::new(current.major, current.minor, current.patch);
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
        store::replace(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}
