//! Which branch and which backup are meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::Error;
use crate::generated::calls;

/// A branch of a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BranchRef {
    /// The organization's name.
    pub organization: String,
    /// The database's name.
    pub database: String,
    /// The branch's name.
    pub branch: String,
}

impl BranchRef {
    /// Makes a reference to a branch by its names.
    pub fn new(organization: impl Into<String>, database: impl Into<String>, branch: impl Into<String>) -> Self {
        Self { organization: organization.into(), database: database.into(), branch: branch.into() }
    }

    /// Makes a reference to the backup `id` of this branch.
    pub fn backup(&self, id: impl Into<String>) -> BackupRef {
        let Self { organization, database, branch } = self.clone();
        BackupRef { organization, database, branch, id: id.into() }
    }
}

impl From<&BranchRef> for BranchRef {
    fn from(branch: &BranchRef) -> Self {
        branch.clone()
    }
}

/// `acme/shop/main`, as [`Display`](fmt::Display) writes it.
///
/// # Errors
/// [`Error::InvalidInput`] if there are not three names.
impl FromStr for BranchRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match names(text)[..] {
            [organization, database, branch] => Ok(Self::new(organization, database, branch)),
            _ => {
                let how = "expected organization/database/branch";
                Err(Error::invalid_input(format!("invalid branch `{text}`: {how}")))
            }
        }
    }
}

/// The names between slashes; none, where one is empty.
fn names(text: &str) -> Vec<&str> {
    let names: Vec<&str> = text.split('/').collect();
    if names.iter().any(|name| name.is_empty()) { Vec::new() } else { names }
}

/// `acme/shop/main`.
impl fmt::Display for BranchRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.organization, self.database, self.branch)
    }
}

/// A backup of a branch.
///
/// It can be stored, and another process can [wait](Client::wait_for_backup) for the backup with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BackupRef {
    /// The organization's name.
    pub organization: String,
    /// The database's name.
    pub database: String,
    /// The branch's name.
    pub branch: String,
    /// The backup's ID.
    pub id: String,
}

impl From<&BackupRef> for BackupRef {
    fn from(backup: &BackupRef) -> Self {
        backup.clone()
    }
}

/// `acme/shop/main/abc123`, as [`Display`](fmt::Display) writes it.
///
/// # Errors
/// [`Error::InvalidInput`] if there are not three names and an ID.
impl FromStr for BackupRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match names(text)[..] {
            [organization, database, branch, id] => Ok(Self::new(organization, database, branch, id)),
            _ => {
                let how = "expected organization/database/branch/id";
                Err(Error::invalid_input(format!("invalid backup `{text}`: {how}")))
            }
        }
    }
}

/// `acme/shop/main/abc123`.
impl fmt::Display for BackupRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.organization, self.database, self.branch, self.id)
    }
}

impl BackupRef {
    /// Makes a reference to the backup `id` of a branch. See also [`BranchRef::backup`].
    pub fn new(
        organization: impl Into<String>,
        database: impl Into<String>,
        branch: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        BranchRef::new(organization, database, branch).backup(id)
    }

    pub(super) fn get<'a>(&self, client: &'a Client) -> calls::GetBackup<'a> {
        let call = client.get_backup().organization(&self.organization).database(&self.database);
        call.branch(&self.branch).id(&self.id)
    }
}
