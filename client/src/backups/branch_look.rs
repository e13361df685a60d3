//! Looking for the branch that a backup was restored to, and telling it from others.

use std::collections::{HashMap, HashSet};

use super::look::{Found, PER_PAGE};
use super::refs::BackupRef;
use crate::client::Client;
use crate::error::Error;
use crate::generated::types::{Backup, DatabaseBranch};
use crate::made_good::MadeGood;
use crate::pages::ITEMS;

/// The branches of a database.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) branches: Vec<DatabaseBranch>,
    /// What was made good of each, by its ID.
    made_good: HashMap<String, Vec<MadeGood>>,
    /// What the server calls the request that answered last.
    pub(super) request_id: Option<String>,
}

impl Listed {
    /// A branch of the list, as it was found.
    pub(super) fn found(&self, branch: DatabaseBranch) -> Found<DatabaseBranch> {
        let made_good = self.made_good.get(&branch.id).cloned().unwrap_or_default();
        Found { value: branch, request_id: self.request_id.clone(), made_good }
    }
}

/// Reads the list of all branches. One of several pages is read twice, as what comes after a branch that is deleted in
/// between moves up.
pub(super) async fn list(client: &Client, backup: &BackupRef) -> Result<Listed, Error> {
    let mut listed = Listed::default();
    let mut ids = HashSet::new();
    for _ in 0..2 {
        let call = client.list_branches().organization(&backup.organization).database(&backup.database);
        let mut pages = call.per_page(PER_PAGE).pages();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            let page = page?;
            count += 1;
            listed.request_id = page.request_id().map(str::to_owned);
            let of_page = page.made_good().to_vec();
            for (at, branch) in page.into_inner().data.into_iter().enumerate() {
                if ids.insert(branch.id.clone()) {
                    let made_good = of_page.iter().filter_map(|one| one.below(&format!("/{ITEMS}/{at}"))).collect();
                    listed.made_good.insert(branch.id.clone(), made_good);
                    listed.branches.push(branch);
                }
            }
        }
        if count < 2 {
            break;
        }
    }
    Ok(listed)
}

/// Which branch is meant.
pub(super) struct Wanted<'a> {
    /// The name that is asked for.
    pub(super) name: &'a str,
    /// What stands in the names of this run's branches alone.
    pub(super) nonce: Option<&'a str>,
    /// The branch that the backup is of.
    pub(super) source: &'a str,
}

/// What a list shows of the branch that is meant.
#[derive(Debug)]
pub(super) enum Shown {
    /// One that holds the nonce of this run.
    OfThisRun(DatabaseBranch),
    /// One that was restored from the backup.
    FromBackup(DatabaseBranch),
    /// One of the name, of which nobody says whether it was restored from the backup.
    Unclear(DatabaseBranch),
    /// One of the name that was not restored from the backup.
    Foreign(DatabaseBranch),
    Nothing,
}

/// Where a branch is from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Backup,
    /// What would say so is not there, or not yet.
    Unclear,
    Elsewhere,
}

impl Wanted<'_> {
    /// The branches that may be the one, those of exactly that name first.
    pub(super) fn among<'b>(&self, branches: &'b [DatabaseBranch]) -> Vec<&'b DatabaseBranch> {
        let exact: Vec<_> = branches.iter().filter(|branch| branch.name == self.name).collect();
        if !exact.is_empty() {
            return exact;
        }
        // The server may write names otherwise than they were asked for.
        let (name, nonce) = (plain(self.name), self.nonce.map(plain));
        let is_it = |written: &str| written == name || nonce.as_ref().is_some_and(|nonce| written.contains(nonce));
        branches.iter().filter(|branch| is_it(&plain(&branch.name))).collect()
    }

    /// Tells what they are. `backup` is as it is now.
    pub(super) fn judge(&self, branches: &[DatabaseBranch], backup: &Backup) -> Shown {
        let from = |branch: &DatabaseBranch| self.from(branch, backup);
        let Some(branch) = self.among(branches).into_iter().min_by_key(|branch| from(branch)) else {
            return Shown::Nothing;
        };
        let branch = branch.clone();
        let nonce = self.nonce.map(plain);
        match from(&branch) {
            From::Elsewhere => Shown::Foreign(branch),
            _ if nonce.is_some_and(|nonce| plain(&branch.name).contains(&nonce)) => Shown::OfThisRun(branch),
            From::Backup => Shown::FromBackup(branch),
            From::Unclear => Shown::Unclear(branch),
        }
    }

    /// The backup names the branches that were restored from it, and a branch the one that it was restored from. Either
    /// may be late or missing, which says nothing.
    fn from(&self, branch: &DatabaseBranch, backup: &Backup) -> From {
        if backup.restored_branches.iter().any(|restored| restored.id == branch.id) {
            return From::Backup;
        }
        let is_of_another = branch.restored_from_branch.as_ref().is_some_and(|from| match &backup.database_branch {
            Some(source) if !source.id.is_empty() && !from.id.is_empty() => source.id != from.id,
            _ => !from.name.is_empty() && from.name != self.source,
        });
        let is_older = branch.created_at < backup.created_at;
        if is_of_another || is_older { From::Elsewhere } else { From::Unclear }
    }
}

/// A name without what a server may write otherwise: in lower case, and with hyphens between its words.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_are_compared_by_their_words() {
        for name in ["Drill Nightly", "drill-nightly", "drill_nightly ", "DRILL--NIGHTLY"] {
            assert_eq!(plain(name), "drill-nightly", "{name}");
        }
        assert_ne!(plain("drillnightly"), plain("drill-nightly"));
    }
}
