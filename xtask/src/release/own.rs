//! Commits of ours, told from those of persons.

use crate::workspace::git::Git;

/// The trailer of a commit of ours. Its value is the commit's tree: what a person amends has another one.
const TRAILER: &str = "Made-by-propose-update";

/// The trailer of a commit of what is staged.
///
/// # Errors
/// Where git fails.
pub fn trailer(git: &Git) -> anyhow::Result<String> {
    Ok(format!("{TRAILER}: {}", git.run(&["write-tree"])?))
}

/// The newest commit that a person made or changed, of those that lead to `head` and to none of `others`.
///
/// # Errors
/// Where git fails.
pub fn last_of_a_person(git: &Git, head: &str, others: &[&str]) -> anyhow::Result<Option<String>> {
    let format = format!("--format=%h %T %(trailers:key={TRAILER},valueonly,separator=%x2C)");
    let commits = git.run(&[&["log", &format, head, "--not"], others, &["--"]].concat())?;
    let is_own = |line: &&str| {
        let parts: Vec<&str> = line.split(' ').collect();
        matches!(parts[..], [_, tree, marked] if tree == marked)
    };
    let line = commits.lines().find(|line| !is_own(line));
    Ok(line.map(|line| line.split(' ').next().unwrap_or_default().to_owned()))
}
