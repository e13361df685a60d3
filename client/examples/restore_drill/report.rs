//! What has come of a drill, for people, programs and schedulers.

use std::error::Error as StdError;
use std::process::ExitCode;

use indicatif::{HumanBytes, HumanDuration};
use serde_json::{Value, json};

use crate::drill::{Left, Report};

/// The exit code where a branch is left that costs money.
const LEFT: u8 = 3;

/// How to tell it.
#[derive(Clone, Copy)]
pub struct Telling {
    /// As one JSON object, too.
    pub as_json: bool,
    /// Whether all of it was on the mock server.
    pub is_stand_in: bool,
    /// Whether the branch was to stay.
    pub keep: bool,
}

impl Telling {
    /// Results on stdout, what went wrong on stderr, and the exit code.
    pub fn tell(self, report: &Report) -> ExitCode {
        if self.as_json {
            println!("{}", self.json(report));
        } else {
            print(report);
        }
        if let Some(error) = &report.error {
            eprintln!("error: {error}");
            causes(&**error).iter().for_each(|cause| eprintln!("  because: {cause}"));
        }
        for left in report.left.iter().chain(&report.earlier) {
            eprintln!("the branch {} is left, or may be: {}", named(left), left.why);
        }
        let is_kept = self.keep && report.error.is_none();
        let is_left = report.left.is_some() && !is_kept || !report.earlier.is_empty();
        match (is_left, &report.error) {
            (true, _) => ExitCode::from(LEFT),
            (false, Some(_)) => ExitCode::FAILURE,
            (false, None) => ExitCode::SUCCESS,
        }
    }

    fn json(self, report: &Report) -> Value {
        let left = report.left.as_ref();
        let earlier = report.earlier.iter();
        json!({
            "restored": report.took.is_some(),
            "stand_in": self.is_stand_in,
            "backup": report.backup.as_ref().map(|backup| &backup.id),
            "size_bytes": report.backup.as_ref().map(|backup| backup.size),
            "branch": report.branch.as_ref().map(|branch| &branch.name),
            "branch_id": report.branch.as_ref().map(|branch| &branch.id),
            "cluster_size": report.branch.as_ref().map(|branch| &branch.cluster_name),
            "seconds": report.took.map(|took| took.as_secs_f64()),
            "deleted": report.deleted.as_ref().map(ToString::to_string),
            "error": report.error.as_ref().map(|error| with_causes(&**error)),
            "left": left.map(|left| left.branch.to_string()),
            "left_id": left.and_then(|left| left.id.as_ref()),
            "left_why": left.map(|left| &left.why),
            "earlier": earlier.map(|it| json!({ "branch": it.branch.to_string(), "id": it.id })).collect::<Vec<_>>(),
        })
    }
}

fn named(left: &Left) -> String {
    match &left.id {
        Some(id) => format!("{} ({id})", left.branch),
        None => left.branch.to_string(),
    }
}

fn print(report: &Report) {
    if let Some(backup) = &report.backup {
        println!("backup {} ({}) of {}", backup.id, backup.name, backup.created_at.to_rfc3339());
        println!("  size       {}", HumanBytes(backup.size.try_into().unwrap_or_default()));
    }
    if let (Some(branch), Some(took)) = (&report.branch, report.took) {
        println!(
            "  restored   to {} ({}), {} in size, in {}",
            branch.name,
            branch.id,
            branch.cluster_name,
            HumanDuration(took)
        );
    }
    if let Some(deleted) = &report.deleted {
        println!("  deleted    {deleted}");
    }
}

fn causes(error: &(dyn StdError + 'static)) -> Vec<String> {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.map(ToString::to_string).collect()
}

fn with_causes(error: &(dyn StdError + 'static)) -> String {
    std::iter::once(error.to_string()).chain(causes(error)).collect::<Vec<_>>().join(": ")
}
