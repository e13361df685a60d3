//! Looking for a backup of a name, and how long to go on with that.

use backon::{BackoffBuilder, ExponentialBackoff};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::refs::BranchRef;
use super::schedule::came_to_nothing;
use crate::client::Client;
use crate::error::Error;
use crate::generated::types::{Backup, BackupState};
use crate::made_good::MadeGood;
use crate::pages::ITEMS;
use crate::polling::may_pass;
use crate::response::Response;
use crate::retry::spread;
use crate::retry_after::server_time;

/// The largest page, so that most branches need only one.
pub(super) const PER_PAGE: i64 = 100;

/// How often an answer that does not have what was created is believed.
pub(super) const MAX_MISSES: usize = 5;

/// How far the clock that `created_at` is by and that of the `Date` header may be apart.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(2);

/// What was found or made, and how.
pub(super) struct Found<T> {
    pub(super) value: T,
    /// What the server calls the request that it was found by.
    pub(super) request_id: Option<String>,
    /// What was made good of it.
    pub(super) made_good: Vec<MadeGood>,
}

impl<T> From<Response<T>> for Found<T> {
    fn from(answer: Response<T>) -> Self {
        let request_id = answer.request_id().map(str::to_owned);
        let made_good = answer.made_good().to_vec();
        Self { value: answer.into_inner(), request_id, made_good }
    }
}

/// What a look at the branch shows.
#[derive(Default)]
pub(super) struct SearchResult {
    /// The backup of the name.
    pub(super) found: Option<Found<Backup>>,
    /// A manual backup that is under way.
    pub(super) busy: Option<Backup>,
    /// The server's time when it was asked.
    pub(super) at: Option<DateTime<Utc>>,
}

/// How long and how often to look again.
pub(super) struct SearchBudget {
    deadline: Instant,
    delays: ExponentialBackoff,
    pub(super) searches: usize,
}

impl SearchBudget {
    pub(super) fn new(client: &Client) -> Self {
        let delays = client.settings.retry.backoff_for_polls().build();
        Self { deadline: Instant::now() + client.settings.timeout, delays, searches: 1 }
    }

    /// A client whose calls end in time. One that is never answered has an attempt's timeout, and leaves the rest.
    pub(super) fn client(&self, client: &Client) -> Client {
        let left = self.deadline.saturating_duration_since(Instant::now());
        client.with(|settings| {
            settings.timeout(left);
        })
    }

    /// Waits before the next look. Says whether there is time for one.
    pub(super) async fn after(&mut self, failure: Option<&Error>) -> bool {
        let Some(mut delay) = self.delays.next() else { return false };
        let left = self.deadline.saturating_duration_since(Instant::now());
        if let Some(asked) = failure.and_then(Error::retry_after).filter(|asked| *asked > delay) {
            delay = spread(asked, delay, left);
        }
        if delay >= left {
            return false;
        }
        tokio::time::sleep(delay).await;
        self.searches += 1;
        true
    }
}

/// Looks for what a call that was not answered may have created: until it is found, until it was missed so often that
/// it is believed not to be there, or for as long as there is time. Says how often it looked, where it was not found.
pub(super) async fn search<T, F>(client: &Client, mut find: impl FnMut(Client) -> F) -> Result<T, usize>
where
    F: Future<Output = Result<Option<T>, Error>>,
{
    let mut budget = SearchBudget::new(client);
    let mut misses = 0;
    loop {
        let failure = match find(budget.client(client)).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {
                misses += 1;
                None
            }
            Err(failure) => Some(failure),
        };
        let hopeless = misses == MAX_MISSES || failure.as_ref().is_some_and(|failure| !may_pass(failure));
        if hopeless || !budget.after(failure.as_ref()).await {
            if let Some(failure) = failure {
                tracing::warn!(error = %failure, "what may have been created could not be looked for");
            }
            return Err(budget.searches);
        }
    }
}

/// Whether something was created after the server's time of a look before, if that is known.
pub(super) fn is_since(created_at: DateTime<Utc>, look: Option<DateTime<Utc>>) -> bool {
    look.is_none_or(|look| created_at >= look - CLOCK_SKEW)
}

/// Whether a backup is one to rely on, or will be.
pub(super) fn is_usable(backup: &Backup) -> bool {
    !came_to_nothing(&backup.state) && backup.deleted_at.is_none()
}

/// Whether a backup keeps the branch from another manual one.
fn is_busy(backup: &Backup) -> bool {
    let is_under_way = matches!(backup.state, BackupState::Pending | BackupState::Running);
    is_under_way && backup.deleted_at.is_none() && backup.backup_policy.is_none()
}

/// Reads a branch's backups, as far as it needs to, to find one of a name.
///
/// A list of several pages is read twice before it counts as one without the backup: where another backup is
/// deleted in between, those after it move up, and the first of a page is then on the page before.
pub(super) async fn look(client: &Client, branch: &BranchRef, name: &str) -> Result<SearchResult, Error> {
    let (seen, pages) = read(client, branch, name).await?;
    if seen.found.is_some() || pages < 2 {
        return Ok(seen);
    }
    let (again, _) = read(client, branch, name).await?;
    Ok(SearchResult { at: seen.at, ..again })
}

/// Reads the list once, and says how many pages it had.
async fn read(client: &Client, branch: &BranchRef, name: &str) -> Result<(SearchResult, usize), Error> {
    let mut pages = client.branch(branch).list_backups().per_page(PER_PAGE).pages();
    let (mut seen, mut count) = (SearchResult::default(), 0);
    while let Some(page) = pages.next().await {
        let page = page?;
        count += 1;
        seen.at = seen.at.or_else(|| server_time(page.headers()).map(Into::into));
        let Found { value: page, request_id, made_good } = page.into();
        for (at, backup) in page.data.into_iter().enumerate() {
            if backup.name == name && is_usable(&backup) {
                let item = format!("/{ITEMS}/{at}");
                let made_good = made_good.iter().filter_map(|one| one.below(&item)).collect();
                return Ok((
                    SearchResult { found: Some(Found { value: backup, request_id, made_good }), ..seen },
                    count,
                ));
            }
            if is_busy(&backup) {
                seen.busy = Some(backup);
            }
        }
    }
    Ok((seen, count))
}
