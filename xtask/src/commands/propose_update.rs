//! `cargo xtask propose-update`: what the daily workflow does with the vendor's changes, as a command.
//!
//! It makes the commits of the pull request on a branch, goes back to where the checkout was, and writes title and
//! body. A drift that changes nothing that is built is left for the next one that does; a branch that a person has
//! worked on is left alone; what is pushed already is not pushed again.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::shell::cargo;
use crate::Status;
use crate::comparison::report::{Accepted, Format, Report, changelog_of, plain};
use crate::effective::overlay;
use crate::generated_crate::surface::Bump;
use crate::release::branch::{Branch, writable};
use crate::release::manifests::{self, Manifests};
use crate::release::unreleased::{Released, Unreleased, last_release};
use crate::release::{body, changelog, cut_off};
use crate::snapshot::{Snapshot, compare};
use crate::upstream::origin::{Location, Origin};
use crate::workspace::Workspace;
use crate::workspace::git::Git;
use crate::workspace::store::{self, Store};

/// Make the commits of a pull request with the vendor's changes, on a branch of this checkout
#[derive(clap::Args)]
pub struct Arguments {
    /// Another page: a URL, a file, or a revision in git [default: the URLs in openapi/source.toml]
    #[arg(long, value_name = "FROM")]
    from: Option<Location>,
    /// The branch to make
    #[arg(long, default_value = "drift")]
    branch: String,
    /// The remote to compare with and to push to
    #[arg(long, default_value = "origin")]
    remote: String,
    /// Push the branch, unless a person has worked on it
    #[arg(long)]
    push: bool,
    /// The folder to write outcome, title and body of the pull request to
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Say in the body that CI runs on the pull request by itself (without it, the body says that it does not)
    #[arg(long)]
    own_ci: bool,
    /// Build nothing: leave out the snapshots that only tests can write, and the result of `cargo xtask ci`
    #[arg(long)]
    no_build: bool,
}

/// What came of it, as the file `outcome` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proposal {
    /// There is no drift.
    None,
    /// There is, but nothing that is built changes.
    Quiet,
    /// A person has worked on the branch: `body` is for a comment.
    Person,
    /// The branch is made.
    Made,
    /// The remote's branch is the same already.
    Same,
}

impl Proposal {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quiet => "quiet",
            Self::Person => "person",
            Self::Made => "made",
            Self::Same => "same",
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Where the checkout has changes of its own, the page cannot be read or used, or git fails. The checkout is as it
/// was, then.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let git = Git::new(workspace.root());
    if let Some(said) = cut_off::undo(workspace, &git)? {
        writeln!(out, "{said}")?;
    }
    outside(&git, &arguments.output)?;
    if let [first, ..] = &git.changed()?[..] {
        bail!("the checkout has changes of its own ({}); commit or stash them first", first.trim());
    }
    writable(&arguments.output)?;
    let branch = Branch::open(&git, &arguments.branch, &arguments.remote)?;
    let (old, accepted) = {
        let store = Store::open(workspace)?;
        (Snapshot::stored(&store)?, store.read_if_any(store::ACCEPTED)?)
    };
    let new = old.updated(&Origin::named(arguments.from.clone()))?;
    let accepted = Accepted::list(&accepted).context(store::ACCEPTED)?;
    let report = compare(&old, &new)?.accepting(&accepted);
    report.write(Format::Github, out)?;

    let quiet = match (new.changed_since(&old)?.is_empty(), report.changes_what_is_built()) {
        (true, _) => Some(Proposal::None),
        (false, false) => Some(Proposal::Quiet),
        (false, true) => None,
    };
    if let Some(proposal) = quiet {
        return arguments.end(proposal, &report, &[], &branch, out);
    }
    if let Some(commit) = branch.first_human_commit()? {
        let note = format!(
            "The vendor's description changed, and `{}` was left as it is: the commit {commit} is a person's. Take the \
             changes over by hand (`cargo xtask update-spec`), or remove the branch, and the next run makes it anew.",
            arguments.branch
        );
        return arguments.end(Proposal::Person, &report, &[note], &branch, out);
    }
    let notes = branch.make(|branch| commit(arguments, workspace, branch, &git, (&old, &new), &report))?;
    let is_new = !arguments.push || branch.push()?;
    arguments.end(if is_new { Proposal::Made } else { Proposal::Same }, &report, &notes, &branch, out)
}

/// Refuses a folder in the checkout that git does not ignore: what is written there would be a change of its own.
fn outside(git: &Git, folder: &Path) -> anyhow::Result<()> {
    let real = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // What is not there yet is where its parent is.
        let there = path.ancestors().find_map(|there| Some((there, there.canonicalize().ok()?)));
        there.map_or(path.clone(), |(there, real)| real.join(path.strip_prefix(there).unwrap_or(Path::new(""))))
    };
    let (top, folder) = (git.run(&["rev-parse", "--show-toplevel"])?, real(folder));
    let is_inside = folder.starts_with(real(Path::new(&top)));
    if is_inside && !git.succeeds(&["check-ignore", "--quiet", &folder.display().to_string()])? {
        bail!(
            "--output {} is inside the checkout, and would be a change of its own; name a folder elsewhere",
            folder.display()
        );
    }
    Ok(())
}

impl Arguments {
    /// Writes what the pull request needs, and says what came of it.
    fn end(
        &self,
        proposal: Proposal,
        report: &Report,
        notes: &[String],
        branch: &Branch<'_>,
        out: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let mut whole = Vec::new();
        report.write(Format::Markdown, &mut whole)?;
        let whole = String::from_utf8(whole).context("a report that is not UTF-8")?;
        let write = |name: &str, text: &str| {
            let path = self.output.join(name);
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        write("outcome", proposal.name())?;
        write("title", &report.title())?;
        write("bump", &report.bump().map_or("unknown".to_owned(), |bump| bump.to_string()))?;
        write("body.md", &body::shortened(&whole, notes))?;
        write("report.md", &body::whole(&whole, notes))?;
        let (name, start) = (&self.branch, branch.start());
        let said = match proposal {
            Proposal::None => "nothing to propose".to_owned(),
            Proposal::Quiet => "nothing that is built changes: left for the next drift that does".to_owned(),
            Proposal::Person => format!("the branch {name} has commits of a person, and was left alone"),
            Proposal::Made if self.push => {
                format!("the branch {name} is pushed; the checkout is on {start}, as before")
            }
            Proposal::Made => format!("the branch {name} is made; the checkout is on {start}, as before"),
            Proposal::Same => format!("the branch {name} was pushed before and is the same: it was left as it is"),
        };
        writeln!(out, "{}\n{said}", report.verdict())?;
        Ok(Status::Done)
    }
}

/// Makes the commits, and returns what there is to say of them.
fn commit(
    arguments: &Arguments,
    workspace: &Workspace,
    branch: &Branch<'_>,
    git: &Git,
    (old, new): (&Snapshot, &Snapshot),
    report: &Report,
) -> anyhow::Result<Vec<String>> {
    // Not open while something is built, which opens it too.
    let save = |next: &Snapshot, last: &Snapshot| next.save(last, &Store::open(workspace)?);
    let mut notes = Vec::new();
    let released = last_release(workspace, git)?;
    let last = released.as_ref().map(|version| Released::read(git, version)).transpose()?;
    let since = || last.as_ref().map(|last| last.unreleased(workspace, git)).transpose();
    let text = Manifests(workspace).changelog()?;
    // What was said of an earlier drift, if anything was.
    let before = if changelog::unreleased(&text).is_some_and(|said| !said.trim().is_empty()) { since()? } else { None };
    save(new, old)?;
    if !arguments.no_build {
        take_snapshots_over(workspace)?;
    }
    branch.commit_all(&format!("Take the vendor's changes\n\n{}", report.verdict()))?;

    match without_needless(new) {
        Ok(Some((snapshot, actions))) => {
            save(&snapshot, new)?;
            let actions = actions.iter().map(|action| format!("- {action}\n")).collect::<String>();
            branch.commit_all(&format!("Remove what upstream made needless from the overlay\n\n{actions}"))?;
        }
        Ok(None) => {}
        Err(e) => notes.push(format!("Actions of the overlay that are needless now could not be removed: {e:#}")),
    }

    match since()? {
        Some(after) => {
            let manifests = Manifests(workspace);
            let current = manifests.version()?;
            let is_said = |line: &str| changelog::unreleased(&text).is_some_and(|said| said.contains(line));
            let patch = |only_docs| changelog_of(Bump::Patch, &[], only_docs).unwrap_or_default();
            // Where nothing that users can name changed, this may have been said of either kind.
            let gone = match before {
                Some(Unreleased { bump: Bump::Patch, .. }) => patch(true) + &patch(false),
                Some(before) => changelog_of(before.bump, &before.changes, false).unwrap_or_default(),
                None => String::new(),
            };
            let only_docs = report.is_only_docs() && !patch(false).lines().skip(1).any(is_said);
            let lines = changelog_of(after.bump, &after.changes, only_docs).unwrap_or_default();
            let version = manifests::wanted(released.as_ref(), &current, after.bump);
            let text = changelog::with_unreleased(&text, &gone, &lines)?;
            manifests.set_version(&version)?;
            manifests.set_changelog(&text)?;
            branch.commit_all(&match version == current {
                true => "Say in the changelog what comes of it".to_owned(),
                false => format!("Raise the version to {version}, and say in the changelog why"),
            })?;
        }
        None => notes.push("No version was released yet: version and changelog stay as they are.".to_owned()),
    }
    if !arguments.no_build {
        let mut ci = cargo(workspace.root());
        ci.args(["xtask", "ci"]);
        notes.push(body::note_of_ci(ci)?);
    }
    notes.push(match arguments.own_ci {
        true => "CI runs on this pull request as on any other.".to_owned(),
        false => "CI does not run on this pull request: GitHub starts no workflow for what its own token pushed. \
                  CONTRIBUTING says how to make a `DRIFT_TOKEN`; until there is one, close and open the pull request."
            .to_owned(),
    });
    Ok(notes)
}

/// The snapshot without the actions of the overlay that upstream made needless, and what these are.
fn without_needless(snapshot: &Snapshot) -> anyhow::Result<Option<(Snapshot, Vec<String>)>> {
    let effective = snapshot.effective_as_stored_or_made()?;
    let needless: Vec<usize> =
        effective.effects.iter().enumerate().filter(|(_, effect)| effect.is_needless()).map(|(at, _)| at).collect();
    if needless.is_empty() {
        return Ok(None);
    }
    let next = snapshot.with_overlay(overlay::without(snapshot.overlay(), &needless)?);
    if next.effective_as_stored_or_made()?.spec.value != effective.spec.value {
        bail!("the effective spec would change");
    }
    let actions = needless.iter().map(|at| plain(&effective.effects[*at].target)).collect();
    Ok(Some((next, actions)))
}

/// Has the tests write their snapshots: they are what the reviewer reads. What fails is reported by CI.
fn take_snapshots_over(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = cargo(workspace.root());
    cargo.args(["test", "--quiet", "--package", "planetscale-tests"]);
    cargo.env("INSTA_UPDATE", "always").env("INSTA_FORCE_PASS", "1").output().context("cannot run cargo")?;
    Ok(())
}
