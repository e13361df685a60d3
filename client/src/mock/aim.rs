//! Which requests a fault is for.

use hyper::Uri;
use percent_encoding::percent_decode_str;

use crate::backups::{BackupRef, BranchRef};

/// Which requests a fault is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aim(Option<Vec<String>>);

impl From<&BranchRef> for Aim {
    fn from(branch: &BranchRef) -> Self {
        let BranchRef { organization, database, branch, .. } = branch;
        let segments = ["organizations", organization, "databases", database, "branches", branch];
        Self(Some(segments.map(str::to_owned).to_vec()))
    }
}

impl From<&BackupRef> for Aim {
    fn from(backup: &BackupRef) -> Self {
        let BackupRef { organization, database, branch, id, .. } = backup;
        let segments = ["organizations", organization, "databases", database, "branches", branch, "backups", id];
        Self(Some(segments.map(str::to_owned).to_vec()))
    }
}

impl Aim {
    /// Whether it is for a request. A slash within a name is encoded, and so is no end of a segment.
    pub(super) fn hits(&self, uri: &Uri) -> bool {
        let segments = uri.path().split('/').skip_while(|segment| ["", "v1"].contains(segment));
        let segments: Vec<_> = segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy()).collect();
        self.0.as_ref().is_none_or(|aim| segments.starts_with(&aim.iter().map(|part| part.into()).collect::<Vec<_>>()))
    }
}
