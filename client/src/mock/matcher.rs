//! Matches the requests that a fault is for.

use hyper::Uri;
use serde_json::{Value, json};

use super::remembering::{has_operation, operation_id};
use super::route::segments;
use crate::backups::{BackupRef, BranchRef};

/// Matches the requests that a fault is for: all (the default), those of an operation, or those at or below a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestMatcher {
    /// The segments that the path begins with, decoded.
    segments: Option<Vec<String>>,
    operation: Option<String>,
}

impl From<&BranchRef> for RequestMatcher {
    fn from(branch: &BranchRef) -> Self {
        let BranchRef { organization, database, branch, .. } = branch;
        Self::below(&["organizations", organization, "databases", database, "branches", branch])
    }
}

impl From<&BackupRef> for RequestMatcher {
    fn from(backup: &BackupRef) -> Self {
        let BackupRef { organization, database, branch, id, .. } = backup;
        Self::below(&["organizations", organization, "databases", database, "branches", branch, "backups", id])
    }
}

/// A path, such as `/organizations/acme/databases/shop/deploy-requests/1`, and all below it.
impl From<&str> for RequestMatcher {
    fn from(path: &str) -> Self {
        Self { segments: Some(segments(path)), operation: None }
    }
}

impl RequestMatcher {
    /// Matches the requests of an operation, by its ID such as `create_backup`.
    pub fn operation(id: impl Into<String>) -> Self {
        Self { segments: None, operation: Some(id.into()) }
    }

    /// Matches only those of these requests that are at or below a path.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self { segments: Some(segments(path)), ..self }
    }

    /// Makes the matcher that a control call describes.
    pub(super) fn of(operation: Option<&str>, path: Option<&str>) -> Result<Self, String> {
        match operation.filter(|id| !has_operation(id)) {
            Some(id) => Err(format!("{id} is not an operation of the API; the IDs are those of its description")),
            None => Ok(Self { segments: path.map(segments), operation: operation.map(str::to_owned) }),
        }
    }

    fn below(segments: &[&str]) -> Self {
        Self { segments: Some(segments.iter().map(|&part| part.to_owned()).collect()), operation: None }
    }

    /// Whether a request matches. An encoded slash belongs to its segment.
    pub(super) fn matches(&self, method: &str, uri: &Uri) -> bool {
        let segments = segments(uri.path());
        let is_below = self.segments.as_ref().is_none_or(|wanted| segments.starts_with(wanted));
        is_below && self.operation.as_ref().is_none_or(|id| operation_id(method, &segments) == Some(id))
    }

    /// As JSON, for the list of pending faults.
    pub(super) fn shown(&self) -> Value {
        json!({ "operation": self.operation, "path": self.segments.as_ref().map(|parts| format!("/{}", parts.join("/"))) })
    }
}
