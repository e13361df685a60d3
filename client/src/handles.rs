//! Handles of an organization and a database: the calls that are about them, with the names set. That of a branch is
//! beside what knows backups.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::backups::{BranchHandle, BranchRef};
use crate::client::Client;
use crate::error::Error;

/// # Handles
impl Client {
    /// Returns a handle of an organization, which has the name set for all calls about it, and leads to its databases
    /// and their branches: every operation is a method of the handle whose path its own begins with.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
    /// let main = client.organization("acme").database("shop").branch("main");
    /// let backup = main.create_backup().body_map(|b| b.name("nightly")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn organization(&self, organization: impl Into<String>) -> OrganizationHandle<'_> {
        OrganizationHandle { client: self, organization: organization.into() }
    }

    /// Returns a handle of a database, which has the names set for all calls about it. See also
    /// [`organization`](Self::organization).
    ///
    /// # Examples
    /// ```no_run
    /// # fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
    /// use planetscale_client::DatabaseRef;
    ///
    /// let shop = client.database("acme/shop".parse::<DatabaseRef>()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn database(&self, database: impl Into<DatabaseRef>) -> DatabaseHandle<'_> {
        DatabaseHandle { client: self, database: database.into() }
    }
}

/// An organization, with a client. See [`Client::organization`].
#[derive(Clone, Debug)]
#[must_use]
pub struct OrganizationHandle<'a> {
    client: &'a Client,
    organization: String,
}

impl<'a> OrganizationHandle<'a> {
    /// The organization's name.
    pub fn name(&self) -> &str {
        &self.organization
    }

    /// Returns a handle of a database of this organization.
    pub fn database(&self, name: impl Into<String>) -> DatabaseHandle<'a> {
        DatabaseHandle { client: self.client, database: DatabaseRef::new(&self.organization, name) }
    }

    /// The client, and the organization's name.
    #[allow(dead_code, reason = "without features, no operation is about an organization alone")]
    pub(crate) fn names(&self) -> (&'a Client, [&str; 1]) {
        (self.client, [&self.organization])
    }
}

/// A database, with a client. See [`Client::database`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DatabaseHandle<'a> {
    client: &'a Client,
    database: DatabaseRef,
}

impl<'a> DatabaseHandle<'a> {
    /// Returns the reference to the database.
    pub fn database_ref(&self) -> &DatabaseRef {
        &self.database
    }

    /// Returns a handle of a branch of this database.
    pub fn branch(&self, name: impl Into<String>) -> BranchHandle<'a> {
        self.client.branch(self.database.branch(name))
    }

    /// The client, and the names of the organization and the database.
    #[allow(dead_code, reason = "without features, no operation is about a database alone")]
    pub(crate) fn names(&self) -> (&'a Client, [&str; 2]) {
        (self.client, [&self.database.organization, &self.database.database])
    }
}

/// A database of an organization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseRef {
    /// The organization's name.
    pub organization: String,
    /// The database's name.
    pub database: String,
}

impl DatabaseRef {
    /// Makes a reference to a database by its names.
    pub fn new(organization: impl Into<String>, database: impl Into<String>) -> Self {
        Self { organization: organization.into(), database: database.into() }
    }

    /// Makes a reference to a branch of this database.
    pub fn branch(&self, name: impl Into<String>) -> BranchRef {
        BranchRef::new(&self.organization, &self.database, name)
    }
}

impl From<&DatabaseRef> for DatabaseRef {
    fn from(database: &DatabaseRef) -> Self {
        database.clone()
    }
}

/// Which database it is, for what takes any form of one, such as [`Client::database`].
impl From<&DatabaseHandle<'_>> for DatabaseRef {
    fn from(handle: &DatabaseHandle<'_>) -> Self {
        handle.database.clone()
    }
}

/// `acme/shop`, as [`Display`](fmt::Display) writes it.
///
/// # Errors
/// [`Error::InvalidInput`] if there are not two names.
impl FromStr for DatabaseRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('/') {
            Some((organization, database))
                if !organization.is_empty() && !database.is_empty() && !database.contains('/') =>
            {
                Ok(Self::new(organization, database))
            }
            _ => Err(Error::invalid_input(format!("invalid database `{text}`: expected organization/database"))),
        }
    }
}

/// `acme/shop`.
impl fmt::Display for DatabaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organization, self.database)
    }
}
