//! What the API does, as far as it is known: which part of it a request is for.

use hyper::Uri;

use super::backups::Backups;
#[cfg(feature = "branches")]
use super::branches::Branches;
use super::reply::{Reply, not_found};
use super::route::{Route, Scripts, route, segments};

/// What the server has.
#[derive(Debug, Default)]
pub(super) struct Api {
    pub(super) backups: Backups,
    /// What tests have scripted.
    pub(super) scripts: Scripts,
    #[cfg(feature = "branches")]
    pub(super) branches: Branches,
}

impl Api {
    /// Does what an authorized request asks for.
    pub(super) fn take(&mut self, method: &str, uri: &Uri, body: &[u8]) -> Reply {
        self.backups.age();
        let segments = segments(uri.path());
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let query = uri.query().unwrap_or_default();
        if !uri.path().starts_with("/v1/") {
            return not_found();
        }
        let route = route(method, &segments);
        if let Some(scripted) = route.and_then(|route| self.scripts.get_mut(route.operation.id)) {
            let next = if scripted.len() > 1 { scripted.pop_front() } else { scripted.front().cloned() };
            let refused = route.and_then(|route| route.refusal(query, body));
            return refused.or(next).unwrap_or_else(not_found);
        }
        if let Some(refused) = route.and_then(|route| route.refusal_of_values(query)) {
            return refused;
        }
        match &segments[..] {
            _ if segments.contains(&"") => not_found(),
            ["organizations", organization, "databases", database, "branches", branch, "backups", rest @ ..] => {
                self.backups.take((method, [organization, database, branch], rest), query, body)
            }
            #[cfg(feature = "branches")]
            ["organizations", organization, "databases", database, "branches", rest @ ..] => {
                match self.branches.take((method, [organization, database], rest), query, body, &mut self.backups) {
                    Some(reply) => reply,
                    None => unplayed(route, query, body),
                }
            }
            _ => unplayed(route, query, body),
        }
    }
}

/// What is said of an operation that the mock server does not play by itself.
fn unplayed(route: Option<&Route>, query: &str, body: &[u8]) -> Reply {
    let Some(route) = route else { return not_found() };
    route.refusal(query, body).unwrap_or_else(|| route.unscripted())
}
