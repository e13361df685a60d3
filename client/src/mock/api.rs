//! What the API does, as far as it is known: which part of it a request is for.

use hyper::Uri;
use percent_encoding::percent_decode_str;

use super::backups::Backups;
#[cfg(feature = "branches")]
use super::branches::Branches;
use super::reply::{Reply, not_found};

/// What the server has.
#[derive(Debug, Default)]
pub(super) struct Api {
    pub(super) backups: Backups,
    #[cfg(feature = "branches")]
    pub(super) branches: Branches,
}

impl Api {
    /// Does what an authorized request asks for.
    pub(super) fn take(&mut self, method: &str, uri: &Uri, body: &[u8]) -> Reply {
        self.backups.age();
        let decoded = |segment| percent_decode_str(segment).decode_utf8().ok().map(|segment| segment.into_owned());
        let segments: Option<Vec<String>> = uri.path().split('/').map(decoded).collect();
        let segments = segments.unwrap_or_default();
        // The vendor's SDK has the `v1` in its paths as well, depending on its version.
        let segments: Vec<&str> =
            segments.iter().map(String::as_str).skip_while(|segment| ["", "v1"].contains(segment)).collect();
        let query = uri.query().unwrap_or_default();
        match &segments[..] {
            _ if segments.contains(&"") || !uri.path().starts_with("/v1/") => not_found(),
            ["organizations", organization, "databases", database, "branches", branch, "backups", rest @ ..] => {
                self.backups.take((method, [organization, database, branch], rest), query, body)
            }
            #[cfg(feature = "branches")]
            ["organizations", organization, "databases", database, "branches", rest @ ..] => {
                self.branches.take((method, [organization, database], rest), query, body, &mut self.backups)
            }
            _ => not_found(),
        }
    }
}
