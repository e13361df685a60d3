//! The branch of a pull request, on which only our own commits are ever lost.

use std::path::Path;

use anyhow::{Context, bail};

use super::cut_off::Begun;
use super::own;
use crate::workspace::git::Git;

/// A branch that is made anew, beside the one that the checkout is on.
#[derive(Debug)]
pub struct Branch<'g> {
    git: &'g Git,
    name: String,
    remote: String,
    /// What the checkout is on: a branch, or a commit.
    start: String,
    /// The commits that the branch has here and at the remote.
    local: Option<String>,
    at_remote: Option<String>,
}

impl<'g> Branch<'g> {
    /// Looks at the branch, here and at the remote, and whether commits can be made.
    ///
    /// # Errors
    /// Where it is the branch that the checkout is on or the remote's own, git has no identity to commit with, or
    /// the remote cannot be read.
    pub fn open(git: &'g Git, name: &str, remote: &str) -> anyhow::Result<Self> {
        let start = match git.run(&["symbolic-ref", "--quiet", "--short", "HEAD"]) {
            Ok(branch) => branch,
            Err(_) => git.run(&["rev-parse", "HEAD"])?,
        };
        if start == name {
            bail!(
                "the checkout is on `{name}`, which is the branch to be made anew; check out the one that it begins at"
            );
        }
        if !git.succeeds(&["check-ref-format", "--branch", name])? {
            bail!("`{name}` is not a name that a branch can have");
        }
        for who in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            git.run(&["var", who]).context("git has no identity to commit with; set user.name and user.email")?;
        }
        let heads = git.run(&["ls-remote", "--symref", remote, "HEAD", &format!("refs/heads/{name}")])?;
        if heads.lines().any(|line| line.starts_with(&format!("ref: refs/heads/{name}\t"))) {
            bail!("`{name}` is the default branch of {remote}; name another one with --branch");
        }
        let place = format!("\trefs/heads/{name}");
        let at_remote =
            heads.lines().find_map(|line| line.strip_suffix(&place)).filter(|head| !head.starts_with("ref:"));
        if let Some(head) = at_remote {
            git.run(&["fetch", "--quiet", remote, head])?;
        }
        let local = git.run(&["rev-parse", "--quiet", "--verify", &format!("refs/heads/{name}")]).ok();
        let at_remote = at_remote.map(str::to_owned);
        Ok(Self { git, name: name.to_owned(), remote: remote.to_owned(), start, local, at_remote })
    }

    /// A commit that a person made or changed, and where it is. The branch is to be left alone then.
    ///
    /// # Errors
    /// Where git fails.
    pub fn first_human_commit(&self) -> anyhow::Result<Option<String>> {
        let places = [(&self.local, "here".to_owned()), (&self.at_remote, format!("at {}", self.remote))];
        for (head, place) in places {
            let Some(head) = head else { continue };
            if let Some(commit) = own::last_of_a_person(self.git, head, &["HEAD"])? {
                return Ok(Some(format!("{commit} {place}")));
            }
        }
        Ok(None)
    }

    /// Makes commits on the branch, begun anew where the checkout is, and goes back to where that was. Where they
    /// cannot be made, all is as before.
    ///
    /// # Errors
    /// What `make` or git says.
    pub fn make<T>(&self, make: impl FnOnce(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let begun = Begun::new(self.git, &self.start, &self.name, self.local.as_deref())?;
        self.git.run(&["checkout", "--quiet", "-B", &self.name])?;
        let made = make(self);
        if made.is_ok() {
            self.back()?;
            begun.end()?;
            return made;
        }
        // Nothing of it was there before: the checkout had no changes of its own.
        let undo = || -> anyhow::Result<()> {
            self.git.run(&["reset", "--quiet", "--hard"])?;
            self.git.run(&["clean", "--quiet", "--force", "-d", "--", "openapi", "client", "tests"])?;
            self.back()?;
            match &self.local {
                Some(head) => self.git.run(&["branch", "--quiet", "--force", &self.name, head])?,
                None => self.git.run(&["branch", "--quiet", "-D", &self.name])?,
            };
            Ok(())
        };
        undo().with_context(|| format!("what was begun on `{}` could not be undone", self.name))?;
        begun.end()?;
        made
    }

    fn back(&self) -> anyhow::Result<()> {
        self.git.run(&["checkout", "--quiet", &self.start]).map(drop)
    }

    /// Commits all that differs, where something does.
    ///
    /// # Errors
    /// Where git fails.
    pub fn commit_all(&self, message: &str) -> anyhow::Result<()> {
        self.git.run(&["add", "--all"])?;
        if self.git.succeeds(&["diff", "--cached", "--quiet"])? {
            return Ok(());
        }
        let trailer = own::trailer(self.git)?;
        self.git.run(&["commit", "--quiet", "--message", message, "--trailer", &trailer]).map(drop)
    }

    /// Pushes the branch, unless the remote has the same of the same base already. Returns whether it did.
    ///
    /// # Errors
    /// Where git fails, or the remote's branch is another one by now.
    pub fn push(&self) -> anyhow::Result<bool> {
        if let Some(head) = &self.at_remote {
            let tree = |of: &str| self.git.run(&["rev-parse", &format!("{of}^{{tree}}")]);
            let base = |of: &str| self.git.run(&["merge-base", of, "HEAD"]);
            if tree(head)? == tree(&self.name)? && base(head)? == base(&self.name)? {
                return Ok(false);
            }
        }
        let lease = format!("--force-with-lease={}:{}", self.name, self.at_remote.clone().unwrap_or_default());
        let to = format!("refs/heads/{0}:refs/heads/{0}", self.name);
        self.git.run(&["push", "--quiet", &lease, &self.remote, &to])?;
        Ok(true)
    }

    /// What the checkout is on.
    pub fn start(&self) -> &str {
        &self.start
    }
}

/// A folder that files can be written to.
///
/// # Errors
/// Where they cannot.
pub fn writable(dir: &Path) -> anyhow::Result<()> {
    if dir.exists() && !dir.is_dir() {
        bail!("cannot make the folder {}: it is a file; name another one", dir.display());
    }
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    tempfile::tempfile_in(dir).map(drop).with_context(|| format!("cannot write to the folder {}", dir.display()))
}
