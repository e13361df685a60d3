//! The walk: from the organization down, by what lists give.

use std::collections::HashMap;
use std::time::Duration;

use planetscale_client::{Client, Error, Method, StatusCode};
use serde_json::Value;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::plan::{OF_A_KEYSPACE, OPERATIONS, Operation, source};

/// What stands for the parameters of a path, by their names with braces.
type Values = Vec<(String, String)>;

/// What was learned of an operation.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub asked: usize,
    pub answered: usize,
    /// With 403 or 404: those that may not read something are often told that there is none.
    pub refused: usize,
    /// Otherwise, or not at all.
    pub failed: usize,
    /// Why it was never asked, or why it failed last.
    pub note: String,
}

/// A walk, and what was learned so far.
pub struct Walk {
    client: Client,
    /// How many items of each list are looked at.
    items: usize,
    /// At most one request for each tick.
    pace: Interval,
    /// The values of all parameters up to one, by the path that ends with it.
    found: HashMap<String, Vec<Values>>,
    /// Of each operation that is asked, in their order.
    pub tallies: Vec<(&'static Operation, Tally)>,
    /// Why the walk ended before its end.
    pub stopped: Option<String>,
}

/// The operations that are asked: those that do no harm, and those that were named.
pub fn planned(also: &[String]) -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.reason.is_none() || also.iter().any(|id| id == operation.id))
}

impl Walk {
    pub fn new(client: Client, organization: &str, also: &[String], items: usize, pause: Duration) -> Self {
        let mut pace = interval(pause);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let values = vec![("{organization}".to_owned(), organization.to_owned())];
        let found = [(String::new(), vec![Vec::new()]), ("/organizations/{organization}".to_owned(), vec![values])];
        let tallies = planned(also).map(|operation| (operation, Tally::default())).collect();
        Self { client, items, pace, found: found.into(), tallies, stopped: None }
    }

    /// Asks all that can be reached. What was learned stays where this is dropped.
    pub async fn run(&mut self) {
        for at in 0..self.tallies.len() {
            let operation = self.tallies[at].0;
            let end = operation.path.rfind('}').map_or(0, |end| end + 1);
            let reached = self.reached(&operation.path[..end]);
            if reached.is_empty() {
                self.tallies[at].1.note = self.why_not(&operation.path[..end]);
            }
            for values in reached {
                self.ask(at, &values).await;
                if self.stopped.is_some() {
                    return;
                }
            }
        }
    }

    /// The values of all parameters up to one.
    fn reached(&self, path: &str) -> Vec<Values> {
        self.found.get(path).cloned().unwrap_or_default()
    }

    /// Why there is nothing at a path.
    fn why_not(&self, path: &str) -> String {
        let (list, _) = source(path);
        match self.tallies.iter().find(|(operation, _)| operation.path == list) {
            Some((operation, tally)) if tally.answered > 0 => format!("{} gave nothing to ask for", operation.id),
            Some((operation, tally)) if tally.asked > 0 => format!("{} gave no list", operation.id),
            Some((operation, _)) => format!("{} was never asked", operation.id),
            None => format!("what lists {path} is not asked"),
        }
    }

    async fn ask(&mut self, at: usize, values: &Values) {
        let operation = self.tallies[at].0;
        let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let segments = operation.path.trim_start_matches('/').split('/');
        let segments: Vec<String> = segments.map(|name| value(name).unwrap_or_else(|| name.to_owned())).collect();
        let mut request = self.client.request(Method::GET, segments);
        if OF_A_KEYSPACE.contains(&operation.id) {
            request = request.query("keyspace", value("keyspace").unwrap_or_default());
        }
        self.pace.tick().await;
        eprintln!("{}", operation.id);
        self.tallies[at].1.asked += 1;
        let answer = request.send().await;
        let tally = &mut self.tallies[at].1;
        match answer {
            Ok(answer) => {
                tally.answered += 1;
                self.find(operation, values, &answer);
            }
            Err(error) => {
                match error.status() {
                    // A redirect is an answer, and not followed.
                    Some(status) if status.is_redirection() => tally.answered += 1,
                    Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => tally.refused += 1,
                    _ => tally.failed += 1,
                }
                tally.note = said(&error);
                self.stopped = match error.status() {
                    Some(StatusCode::TOO_MANY_REQUESTS) => Some("the API wants fewer requests (429)".to_owned()),
                    Some(StatusCode::UNAUTHORIZED) => Some("the API does not take the credentials (401)".to_owned()),
                    _ => None,
                };
            }
        }
    }

    /// Notes what a list gives, for all paths below it.
    fn find(&mut self, operation: &Operation, values: &Values, answer: &Value) {
        let Some(items) = answer["data"].as_array() else { return };
        let is_branch = operation.id == "list_branches";
        let items = items.iter().filter(|item| !is_branch || item["ready"] == true && item["state"] == "ready");
        for path in self.below(operation) {
            let (_, key) = source(&path);
            let known = items.clone().filter_map(|item| {
                let parameter = path.rsplit('/').next()?.to_owned();
                let keyspace = text(&item["keyspace"]).map(|keyspace| ("keyspace".to_owned(), keyspace));
                let own = (parameter, text(key.split('.').fold(item, |item, word| &item[word]))?);
                Some(values.iter().cloned().chain([own]).chain(keyspace).collect())
            });
            let known: Vec<Values> = known.take(self.items).collect();
            self.found.entry(path).or_default().extend(known);
        }
    }

    /// The paths up to a parameter whose values an operation lists.
    fn below(&self, operation: &Operation) -> Vec<String> {
        let mut below: Vec<String> = Vec::new();
        for (other, _) in &self.tallies {
            for (end, _) in other.path.match_indices('}') {
                let path = &other.path[..=end];
                let is_given = path == "/organizations/{organization}";
                if !is_given && source(path).0 == operation.path && !below.iter().any(|known| known == path) {
                    below.push(path.to_owned());
                }
            }
        }
        below
    }
}

/// What stands in a path for a value.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What an error is, without what the API says: that may hold names.
fn said(error: &Error) -> String {
    match error.status() {
        Some(status) => format!("last: {}", status.as_u16()),
        None => "last: no answer".to_owned(),
    }
}
