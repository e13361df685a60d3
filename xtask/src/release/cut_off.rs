//! A run that was cut off while it made commits: by Ctrl-C, by a signal that cannot be caught, by a power failure.
//!
//! What it had begun is noted in a file in git's own folder, and undone by the next run. The file is locked for as long
//! as the run lives, so that the next one knows that it is over.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use super::own;
use crate::workspace::Workspace;
use crate::workspace::git::Git;

/// How long a run may take to end that was killed.
const MOMENT: Duration = Duration::from_secs(1);

/// The file in git's folder.
const FILE: &str = "propose-update";

/// What a run is about to change, as long as it does.
#[derive(Debug)]
pub struct Begun {
    path: PathBuf,
    _lock: fs::File,
}

fn path(git: &Git) -> anyhow::Result<PathBuf> {
    Ok(PathBuf::from(git.run(&["rev-parse", "--absolute-git-dir"])?).join(FILE))
}

/// What a branch is, when nothing of the run is there: the checkout is on `start`, and `name` at `head`.
struct Before {
    start: String,
    name: String,
    head: Option<String>,
}

impl Begun {
    /// Notes what the checkout is on, and where the branch to be made is, if it is there.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn new(git: &Git, start: &str, name: &str, head: Option<&str>) -> anyhow::Result<Self> {
        let path = path(git)?;
        let cannot = || format!("cannot write {}", path.display());
        let mut file = fs::File::options().create(true).truncate(false).write(true).open(&path).with_context(cannot)?;
        file.try_lock().with_context(cannot)?;
        let text = format!("{start}\n{name}\n{}\n", head.unwrap_or_default());
        file.set_len(0)
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .with_context(cannot)?;
        Ok(Self { path, _lock: file })
    }

    /// All is done or undone.
    ///
    /// # Errors
    /// Where the note cannot be removed.
    pub fn end(self) -> anyhow::Result<()> {
        fs::remove_file(&self.path).with_context(|| format!("cannot remove {}", self.path.display()))
    }
}

/// Undoes what a run that was cut off had begun, and says so. A person may have worked on it since: what differs from the
/// last commit is kept in git's stash, and a branch with a commit of theirs stays as it is.
///
/// # Errors
/// Where a run is still at work, or git fails.
pub fn undo(workspace: &Workspace, git: &Git) -> anyhow::Result<Option<String>> {
    let path = path(git)?;
    let mut file = match fs::File::options().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e).with_context(|| format!("cannot open {}", path.display())),
    };
    // One that was killed just now may take a moment to end.
    let is_over = || {
        file.try_lock().is_ok() || {
            std::thread::sleep(MOMENT / 10);
            false
        }
    };
    if !(0..10).any(|_| is_over()) {
        bail!("another run of propose-update is at work in this checkout; wait for it to end");
    }
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(|| format!("cannot read {}", path.display()))?;
    let Some(before) = parsed(&text) else {
        // It was cut off before it changed anything.
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        return Ok(None);
    };
    // Of git's own that was cut off along with it.
    let lock = path.with_file_name("index.lock");
    if lock.exists() {
        fs::remove_file(&lock).with_context(|| format!("cannot remove {}", lock.display()))?;
    }
    let now = git.run(&["symbolic-ref", "--quiet", "--short", "HEAD"]).unwrap_or_default();
    let mut kept = "";
    if now == before.name {
        for part in [".staged", ".committed"] {
            let part = workspace.openapi().join(part);
            if part.exists() {
                fs::remove_dir_all(&part).with_context(|| format!("cannot remove {}", part.display()))?;
            }
        }
        if !git.changed()?.is_empty() {
            let message = format!("what propose-update had begun on {}", before.name);
            git.run(&["stash", "push", "--quiet", "--include-untracked", "--message", &message])?;
            kept = "; what was not committed is in `git stash list`";
        }
        git.run(&["checkout", "--quiet", &before.start])?;
    }
    let place = format!("refs/heads/{}", before.name);
    let is_there = git.has(&place)?;
    let others: Vec<&str> = [&before.start].into_iter().chain(&before.head).map(String::as_str).collect();
    let commit = if is_there { own::last_of_a_person(git, &place, &others)? } else { None };
    match (&commit, &before.head) {
        (Some(_), _) => {}
        (None, Some(head)) => drop(git.run(&["branch", "--quiet", "--force", &before.name, head])?),
        (None, None) if is_there => drop(git.run(&["branch", "--quiet", "-D", &before.name])?),
        (None, None) => {}
    }
    fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    let name = &before.name;
    Ok(Some(match commit {
        Some(commit) => format!(
            "a run was cut off, and `{name}` is left as it is, as the commit {commit} there is a person's{kept}; take over \
             what you need of it (`git cherry-pick {commit}`), and remove the branch (`git branch -D {name}`): the next run \
             makes it anew"
        ),
        None => format!("a run was cut off, and what it had begun on `{name}` is undone{kept}"),
    }))
}

fn parsed(text: &str) -> Option<Before> {
    let [start, name, head] = text.strip_suffix('\n')?.split('\n').collect::<Vec<_>>()[..] else { return None };
    let head = Some(head.to_owned()).filter(|head| !head.is_empty());
    Some(Before { start: start.to_owned(), name: name.to_owned(), head })
}
