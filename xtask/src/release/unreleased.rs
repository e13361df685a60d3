//! What has changed since the last release.

use anyhow::{Context, bail};
use semver::Version;

use super::changelog;
use super::manifests::Manifests;
use crate::comparison::impact::new_demands;
use crate::generated_crate::surface::{Bump, Change, Surface, changes};
use crate::upstream::spec::Spec;
use crate::workspace::Workspace;
use crate::workspace::git::Git;
use crate::workspace::store;

/// The last release of this line, and what has changed since.
#[derive(Debug)]
pub struct Unreleased {
    /// The changes of the public surface, and of what calls must say.
    pub changes: Vec<Change>,
    /// The part of the version to raise.
    pub bump: Bump,
}

/// The last release that this checkout comes after; nothing, where there was none.
///
/// # Errors
/// Where that cannot be known: the clone is shallow, or lacks the tags that the changelog has sections for.
pub fn last_release(workspace: &Workspace, git: &Git) -> anyhow::Result<Option<Version>> {
    if git.run(&["rev-parse", "--is-shallow-repository"])? == "true" {
        bail!("this clone is shallow, so that the last release is not known; run `git fetch --unshallow --tags`");
    }
    let last = git.last_release()?;
    let said = changelog::versions(&Manifests(workspace).changelog()?)
        .into_iter()
        .filter(|version| version.pre.is_empty())
        .max();
    if let Some(said) = said.filter(|said| last.as_ref().is_none_or(|last| last < said)) {
        match git.is_tagged(&said)? {
            true => bail!("CHANGELOG.md has v{said}, but the tag v{said} is not an ancestor of HEAD"),
            false => bail!(
                "CHANGELOG.md has a section for {said}, but there is no tag v{said}; run `git fetch --tags`, or tag what \
                 was released"
            ),
        }
    }
    Ok(last)
}

/// A release, as its tag has it.
#[derive(Debug)]
pub struct Released {
    tag: String,
    surface: Surface,
    /// Nothing, where it cannot be read.
    effective: Option<Spec>,
}

impl Released {
    /// Reads a release's source.
    ///
    /// # Errors
    /// Where git does not have it, or it is not a client.
    pub fn read(git: &Git, version: &Version) -> anyhow::Result<Self> {
        let tag = format!("v{version}");
        let dir = tempfile::tempdir().context("cannot make a folder")?;
        git.export(&tag, "client/src", dir.path())?;
        let surface = Surface::of_released(&dir.path().join("client/src")).context(tag.clone())?;
        let effective = git.run(&["show", &format!("{tag}:openapi/{}", store::EFFECTIVE)]);
        Ok(Self { surface, effective: effective.ok().and_then(|text| Spec::parse(&text).ok()), tag })
    }

    /// What has changed since, in what the checkout holds now.
    ///
    /// # Errors
    /// Where a source cannot be read.
    pub fn unreleased(&self, workspace: &Workspace, git: &Git) -> anyhow::Result<Unreleased> {
        let mut changes = changes(&self.surface, &Surface::of_released(&workspace.path("client/src"))?);
        if let Some(before) = &self.effective {
            let path = workspace.openapi().join(store::EFFECTIVE);
            let now = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            changes.extend(new_demands(before, &Spec::parse(&now).with_context(|| path.display().to_string())?));
        }
        let same = git.succeeds(&["diff", "--quiet", &self.tag, "--", "client", "openapi"])?;
        let bump = changes.iter().map(|change| change.bump).max();
        Ok(Unreleased { bump: bump.unwrap_or(if same { Bump::None } else { Bump::Patch }), changes })
    }
}
