//! git, as far as it is needed: the commands that a person would type.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, bail};
use semver::Version;

/// What gives the output that is read here its form: whoever runs it may have set it otherwise.
const FORM: [&str; 5] = [
    "column.tag=never",
    "column.ui=never",
    "core.quotePath=false",
    "log.showSignature=false",
    "status.showUntrackedFiles=normal",
];

/// A checkout.
#[derive(Debug)]
pub struct Git {
    dir: PathBuf,
}

impl Git {
    /// The checkout in a folder.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// What a command prints, without the line end.
    ///
    /// # Errors
    /// Where it cannot be run or fails, with what it said.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.output(arguments)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            bail!("`git {}` failed with {}: {said}", arguments.join(" "), output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Whether a command succeeds.
    ///
    /// # Errors
    /// Where it cannot be run.
    pub fn succeeds(&self, arguments: &[&str]) -> anyhow::Result<bool> {
        Ok(self.output(arguments)?.status.success())
    }

    fn output(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        self.command(arguments).output().context("cannot run git")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.dir).args(FORM.iter().flat_map(|set| ["-c", set])).args(arguments);
        command
    }

    /// Writes the files that a revision has in a folder of the checkout into another folder, below the same paths.
    ///
    /// # Errors
    /// Where git does not have them, or one cannot be written.
    pub fn export(&self, revision: &str, folder: &str, to: &Path) -> anyhow::Result<()> {
        let listed = self.run(&["ls-tree", "-r", "-z", revision, "--", folder])?;
        // `<mode> blob <id>`, a tab and a path. Another repository within this one is no blob.
        let files: Vec<(&str, &str)> = listed
            .split_terminator('\0')
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(about, path)| Some((about.split_once(" blob ")?.1, path)))
            .collect();
        // One process for all of them. It is asked by a file, as it answers before it has read all.
        let asked = tempfile::NamedTempFile::new().context("cannot make a file")?;
        let ids: String = files.iter().map(|(id, _)| format!("{id}\n")).collect();
        let ask = || std::fs::write(asked.path(), ids).and_then(|()| File::open(asked.path()));
        let asked = ask().with_context(|| format!("cannot write {}", asked.path().display()))?;
        let output =
            self.command(&["cat-file", "--batch"]).stdin(Stdio::from(asked)).output().context("cannot run git")?;
        let mut rest = output.stdout.as_slice();
        for (_, path) in files {
            let (file, after) = blob(rest).with_context(|| {
                format!("git has no {revision}:{path}: {}", String::from_utf8_lossy(&output.stderr).trim())
            })?;
            let place = to.join(path);
            std::fs::create_dir_all(place.parent().unwrap_or(to))
                .and_then(|()| std::fs::write(&place, file))
                .with_context(|| format!("cannot write {}", place.display()))?;
            rest = after;
        }
        Ok(())
    }

    /// The files that differ from the last commit.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn changed(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.run(&["status", "--porcelain"])?.lines().map(str::to_owned).collect())
    }

    /// Whether a version has a tag, on whatever line.
    ///
    /// # Errors
    /// As [`succeeds`](Self::succeeds).
    pub fn is_tagged(&self, version: &Version) -> anyhow::Result<bool> {
        self.has(&format!("refs/tags/v{version}"))
    }

    /// Whether there is a reference: `refs/heads/main`.
    ///
    /// # Errors
    /// As [`succeeds`](Self::succeeds).
    pub fn has(&self, reference: &str) -> anyhow::Result<bool> {
        self.succeeds(&["rev-parse", "--quiet", "--verify", reference])
    }

    /// The release candidate of a version that comes after those that have a tag: `0.2.0-rc.1`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn next_candidate(&self, version: &Version) -> anyhow::Result<Version> {
        let tags = self.run(&["tag", "--list", &format!("v{version}-rc.*")])?;
        let numbers = tags.lines().filter_map(|tag| tag.rsplit_once('.')?.1.parse::<u64>().ok());
        let number = numbers.max().unwrap_or(0) + 1;
        format!("{version}-rc.{number}").parse().context("a version")
    }

    /// The tag of the newest release that HEAD comes after, `v` and a version, where there is one. A pre-release is
    /// none.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn last_release(&self) -> anyhow::Result<Option<Version>> {
        let tags = self.run(&["tag", "--merged", "HEAD", "--list", "v*"])?;
        let versions = tags.lines().filter_map(|tag| tag.strip_prefix('v')?.parse::<Version>().ok());
        Ok(versions.filter(|version| version.pre.is_empty()).max())
    }
}

/// The first file of what `git cat-file --batch` prints, and the rest: `<id> blob <size>`, a line end, so many bytes,
/// and a line end.
fn blob(printed: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = printed.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&printed[..end]).ok()?;
    let size = match head.split(' ').collect::<Vec<_>>()[..] {
        [_, "blob", size] => size.parse().ok()?,
        _ => return None,
    };
    let (file, rest) = printed[end + 1..].split_at_checked(size)?;
    Some((file, rest.strip_prefix(b"\n")?))
}
