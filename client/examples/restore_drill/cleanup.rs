//! Deleting a branch that is known by its ID, and seeing that it is gone.

use std::fmt;
use std::time::Duration;

use planetscale_client::types::DatabaseBranch;
use planetscale_client::{BranchRef, Client, Error, Restored, StatusCode};
use tokio::time::Instant;

use super::Left;

/// A branch that is to be deleted.
#[derive(Clone, Debug)]
pub struct Scratch {
    pub branch: BranchRef,
    pub id: String,
}

impl Scratch {
    pub fn new(restored: &Restored) -> Self {
        Self { branch: restored.branch_ref.clone(), id: restored.branch.id.clone() }
    }

    pub fn left(&self, why: &str) -> Left {
        Left { branch: self.branch.clone(), id: Some(self.id.clone()), why: why.to_owned() }
    }
}

impl fmt::Display for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.branch, self.id)
    }
}

/// What has become of a branch that was to be deleted.
#[derive(Debug)]
pub enum Fate {
    /// A list of branches was answered, and does not have it.
    Gone,
    /// It is there, or nobody could see that it is not; and why.
    Left(String),
}

/// A look that is made again where it fails with what may pass: a page of a proxy, say.
pub async fn patiently<T, F>(look: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    const TRIES: u64 = 5;
    for tried in 1..TRIES {
        match look().await {
            Err(error) if error.is_retryable() || matches!(error, Error::Unreadable(_)) => {
                tokio::time::sleep(Duration::from_secs(tried)).await;
            }
            ended => return ended,
        }
    }
    look().await
}

/// All branches of the database. It is read twice, as what comes after one that is deleted in between moves up.
pub async fn list(client: &Client, of: &BranchRef) -> Result<Vec<DatabaseBranch>, Error> {
    let call = client.list_branches().organization(&of.organization).database(&of.database).per_page(100);
    let read = || async { call.clone().items().try_collect::<Vec<_>>().await };
    let mut branches = patiently(read).await?;
    for branch in patiently(read).await? {
        if branches.iter().all(|known| known.id != branch.id) {
            branches.push(branch);
        }
    }
    Ok(branches)
}

/// Deletes the branch of an ID that somebody names.
pub async fn clean(client: &Client, of: &BranchRef, id: &str) -> Result<(Scratch, Fate), super::Cause> {
    let branches = list(client, of).await?;
    let branch = branches.into_iter().find(|branch| branch.id == id);
    let branch = branch.ok_or_else(|| format!("{}/{} has no branch with the ID {id}", of.organization, of.database))?;
    let branch = BranchRef::new(&of.organization, &of.database, &branch.name);
    let scratch = Scratch { branch, id: id.to_owned() };
    let fate = delete(client, &scratch).await;
    Ok((scratch, fate))
}

/// How long to go on with what may pass: that the branch is not to be seen yet, or is still listed.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a 404 of DELETE is taken for something that may pass, while the branch is to be seen.
const REFUSALS: usize = 3;

/// Deletes a branch, and no other one that has its name by now: only after GET has shown its ID under that name. DELETE
/// is by name, as the API has no other: between the two another branch may get the name, where the first one is deleted or
/// renamed by somebody else in just that moment. Nobody can keep that apart.
pub async fn delete(client: &Client, scratch: &Scratch) -> Fate {
    let mut aim = scratch.clone();
    let started = Instant::now();
    let (mut was_seen, mut refusals) = (false, 0);
    for tried in 1.. {
        let why = match attempt(client, &mut aim, &mut was_seen).await {
            Ok(()) => return Fate::Gone,
            Err(Attempt { is_refused: true, why }) => {
                refusals += 1;
                if refusals == REFUSALS {
                    return Fate::Left(why);
                }
                why
            }
            Err(Attempt { why, .. }) => why,
        };
        let delay = Duration::from_secs(tried).min(Duration::from_secs(10));
        if started.elapsed() + delay > PATIENCE {
            return Fate::Left(why);
        }
        tokio::time::sleep(delay).await;
    }
    unreachable!("there are as many tries as there is time")
}

/// Why the branch could not be seen to be gone.
struct Attempt {
    /// Whether the server does not want to delete it.
    is_refused: bool,
    why: String,
}

/// Looks, deletes, and looks again.
async fn attempt(client: &Client, aim: &mut Scratch, was_seen: &mut bool) -> Result<(), Attempt> {
    let passing = |why: String| Attempt { is_refused: false, why };
    let branch = client.branch(&aim.branch);
    let refusal = match branch.get_branch().send().await {
        Ok(found) if found.id == aim.id => {
            *was_seen = true;
            branch.delete_branch().send().await.err()
        }
        Ok(found) => Some(Error::invalid_input(format!("{} is another one by now ({})", aim.branch, found.id))),
        Err(error) => Some(error),
    };
    let because = |what: &str| match &refusal {
        Some(error) => format!("{what}: {error}"),
        None => what.to_owned(),
    };
    let branches = match list(client, &aim.branch).await {
        Ok(branches) => branches,
        Err(error) => return Err(passing(because(&format!("whether it is gone could not be seen ({error})")))),
    };
    match branches.into_iter().find(|branch| branch.id == aim.id) {
        Some(branch) => {
            *was_seen = true;
            // It may have been renamed.
            aim.branch.branch = branch.name;
            let is_refused = refusal.as_ref().is_some_and(is_refused);
            Err(Attempt { is_refused, why: because("it is listed still") })
        }
        None if !*was_seen => Err(passing(because("it was created, and could not be seen since"))),
        // A list may be as late as anything else.
        None if refusal.is_none() || still_gone(client, aim).await => Ok(()),
        None => Err(passing(because("it is not listed, but is there"))),
    }
}

/// Whether the name shows nothing, or another branch.
async fn still_gone(client: &Client, aim: &Scratch) -> bool {
    match client.branch(&aim.branch).get_branch().send().await {
        Ok(found) => found.id != aim.id,
        Err(error) => error.status() == Some(StatusCode::NOT_FOUND),
    }
}

fn is_refused(error: &Error) -> bool {
    let passes = [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT];
    error.status().is_some_and(|status| status.is_client_error() && !passes.contains(&status))
}
