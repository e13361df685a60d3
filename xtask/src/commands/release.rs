//! `cargo xtask release`: the version and the changelog, by what is unreleased.
//!
//! A release candidate has a version of its own, and no section in the changelog: what it has is still unreleased.

use std::io::Write;

use anyhow::bail;

use crate::Status;
use crate::comparison::report::changelog_entries;
use crate::generated_crate::surface::Bump;
use crate::release::changelog;
use crate::release::manifests::{self, Manifests};
use crate::release::unreleased::{Released, last_release};
use crate::workspace::Workspace;
use crate::workspace::git::Git;

/// Raise the version, update CHANGELOG.md with the unreleased changes, and say what to do next
#[derive(clap::Args)]
pub struct Arguments {
    /// Print what the changelog says of the manifest's version instead
    #[arg(long)]
    notes: bool,
    /// Make a release candidate, such as 0.2.0-rc.1
    #[arg(long, conflicts_with = "notes")]
    candidate: bool,
}

/// Runs the command.
///
/// # Errors
/// Where there is nothing to release, or a file is not as it should be.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (manifests, git) = (Manifests(workspace), Git::new(workspace.root()));
    let current = manifests.version()?;
    if arguments.notes {
        writeln!(out, "{}", changelog::notes(&manifests.changelog()?, &current)?)?;
        return Ok(Status::Done);
    }
    let last = last_release(workspace, &git)?;
    let unreleased = match &last {
        Some(last) => Some(Released::read(&git, last)?.unreleased(workspace, &git)?),
        None => None,
    };
    let bump = unreleased.as_ref().map_or(Bump::None, |unreleased| unreleased.bump);
    if last.is_some() && bump == Bump::None {
        bail!("nothing changed in client/ or openapi/ since the last release");
    }
    let mut version = manifests::wanted(last.as_ref(), &current, bump);
    if arguments.candidate {
        version = git.next_candidate(&version)?;
    }
    let date = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string();
    if git.is_tagged(&version)? {
        bail!(
            "there is a tag v{version} already, which is not an ancestor of HEAD; merge it, or raise the version in client/Cargo.toml"
        );
    }
    let lines = unreleased.map_or_else(String::new, |unreleased| changelog_entries(&unreleased.changes));
    let changelog = changelog::with_unreleased(&manifests.changelog()?, "", &lines)?;
    let released = changelog::released(&changelog, &version, &date)?;
    let changelog = if arguments.candidate { changelog } else { released };
    manifests.set_version(&version)?;
    manifests.set_changelog(&changelog)?;
    match &last {
        Some(last) => writeln!(out, "{last} → {version}: {}", bump.release())?,
        None => writeln!(out, "{version}: the first release")?,
    }
    writeln!(out, "\nNext:")?;
    writeln!(out, "  1. `git diff`, `cargo xtask ci`, and commit: \"Release {version}\"")?;
    let tag = format!("`git tag v{version} && git push origin v{version}`");
    match last {
        Some(_) => {
            writeln!(out, "  2. merge it, and on the main branch: {tag}")?;
            writeln!(out, "  3. the workflow Release publishes it")?;
        }
        None => {
            writeln!(
                out,
                "  2. merge it, and on the main branch: `cargo publish --locked --package {}`: the first",
                manifests::NAME
            )?;
            writeln!(out, "     time by hand, as crates.io has trusted publishing only for crates that it knows")?;
            writeln!(out, "  3. set trusted publishing up there, as CONTRIBUTING.md says")?;
            writeln!(out, "  4. {tag}: the workflow Release sees that it is")?;
            writeln!(out, "     published, and makes the release on GitHub")?;
        }
    }
    Ok(Status::Done)
}
