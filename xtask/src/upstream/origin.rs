//! Where a document is read from.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a document is read from: a place that a person names, or where the vendor publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The vendor's URL for each document.
    Vendor,
    /// One place for all.
    At(Location),
}

impl Origin {
    /// The place that a person named, if one did.
    pub fn named(location: Option<Location>) -> Self {
        location.map_or(Self::Vendor, Self::At)
    }

    /// The place, where the vendor's is this URL.
    pub fn or(&self, url: &str) -> Location {
        match self {
            Self::Vendor => url.into(),
            Self::At(location) => location.clone(),
        }
    }
}

/// A place that a document is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A URL.
    Url(String),
    /// A file.
    File(PathBuf),
    /// A file in a revision that git has: `HEAD~3:openapi/create_backup.yaml`.
    Git(String),
}

impl From<OsString> for Location {
    /// What is written like a URL is one; what has a colon, and is not a file, is a revision; all else is a file.
    fn from(name: OsString) -> Self {
        let Some(text) = name.to_str() else { return Self::File(name.into()) };
        match text.split_once(':') {
            _ if text.contains("://") => Self::Url(text.to_owned()),
            Some((revision, _)) if !revision.is_empty() && !Path::new(text).exists() => Self::Git(text.to_owned()),
            _ => Self::File(text.into()),
        }
    }
}

impl From<&str> for Location {
    fn from(name: &str) -> Self {
        OsStr::new(name).to_owned().into()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) | Self::Git(url) => f.write_str(url),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
