//! Which requests a fault is for.

use hyper::Uri;
use percent_encoding::percent_decode_str;

use crate::backups::{BackupRef, BranchRef};

/// Which requests a fault is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aim(Option<String>);

impl From<&BranchRef> for Aim {
    fn from(branch: &BranchRef) -> Self {
        let BranchRef { organization, database, branch, .. } = branch;
        Self(Some(format!("/organizations/{organization}/databases/{database}/branches/{branch}/")))
    }
}

impl From<&BackupRef> for Aim {
    fn from(backup: &BackupRef) -> Self {
        let BackupRef { organization, database, branch, id, .. } = backup;
        Self(Some(format!("/organizations/{organization}/databases/{database}/branches/{branch}/backups/{id}/")))
    }
}

impl Aim {
    /// Whether it is for a request.
    pub(super) fn hits(&self, uri: &Uri) -> bool {
        let path = format!("{}/", percent_decode_str(uri.path()).decode_utf8_lossy());
        self.0.as_ref().is_none_or(|aim| path.contains(aim.as_str()))
    }
}
