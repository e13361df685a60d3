//! `cargo xtask release`: the version and the changelog, by what is unreleased.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

use crate::Status;
use crate::krate::surface::{Bump, Surface, changes};
use crate::release::git::Git;
use crate::release::manifests::{self, Manifests};
use crate::workspace::Workspace;

/// Raise the version and the changelog by what is unreleased, and say what to do next
#[derive(clap::Args)]
pub struct Arguments {
    /// Print what the changelog says of the manifest's version instead
    #[arg(long)]
    notes: bool,
}

/// Runs the command.
///
/// # Errors
/// Where there is nothing to release, or a file is not as it should be.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (manifests, git) = (Manifests(workspace), Git::new(workspace.root()));
    let current = manifests.version()?;
    if arguments.notes {
        writeln!(out, "{}", manifests::notes(&manifests.changelog()?, &current)?)?;
        return Ok(Status::Done);
    }
    let last = git.last_release()?;
    let bump = match &last {
        Some(last) => unreleased(workspace, &git, &format!("v{last}"))?,
        None => Bump::None,
    };
    if last.is_some() && bump == Bump::None {
        bail!("nothing changed in client/ or openapi/ since the last release");
    }
    let version = manifests::wanted(last.as_ref(), &current, bump);
    let date = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string();
    let changelog = manifests::released(&manifests.changelog()?, &version, &date)?;
    manifests.set_version(&version)?;
    manifests.set_changelog(&changelog)?;
    match &last {
        Some(last) => writeln!(out, "{last} → {version}: a {bump} release")?,
        None => writeln!(out, "{version}: the first release")?,
    }
    writeln!(out, "\nNext:")?;
    writeln!(out, "  1. `git diff`, `cargo xtask ci`, and commit: \"Release {version}\"")?;
    writeln!(out, "  2. merge it, and on the main branch: `git tag v{version} && git push origin v{version}`")?;
    match last {
        Some(_) => writeln!(out, "  3. the workflow Release publishes it")?,
        None => {
            writeln!(
                out,
                "  3. `cargo publish --package {}`: the first time by hand, as crates.io has",
                manifests::NAME
            )?;
            writeln!(out, "     trusted publishing only for crates that it knows; then set that up there")?;
        }
    }
    Ok(Status::Done)
}

/// What has changed since a tag.
fn unreleased(workspace: &Workspace, git: &Git, tag: &str) -> anyhow::Result<Bump> {
    let old = tempfile::tempdir().context("cannot make a folder")?;
    for file in git.run(&["ls-tree", "-r", "--name-only", tag, "--", "client/src"])?.lines() {
        let place = old.path().join(file);
        std::fs::create_dir_all(place.parent().unwrap_or(&place))?;
        std::fs::write(&place, git.run(&["show", &format!("{tag}:{file}")])?)?;
    }
    let surface = |dir: &Path| Surface::of_released(&dir.join("client/src"));
    let changes = changes(&surface(old.path()).context(tag.to_owned())?, &surface(workspace.root())?);
    let same = git.succeeds(&["diff", "--quiet", tag, "--", "client", "openapi"])?;
    Ok(changes.iter().map(|change| change.bump).max().unwrap_or(if same { Bump::None } else { Bump::Patch }))
}
