//! What becomes of the crate, as programs read it: in as many entries as a person reads lines.

use serde::{Serialize, Serializer};

use super::Impact;
use super::told::Grouped;
use crate::generated_crate::surface::{Bump, Change};

/// A change, with what it stands for.
#[derive(Serialize)]
struct Condensed<'c> {
    #[serde(flatten)]
    change: &'c Change,
    /// How many items it stands for: all of an operation or a type that comes, goes or needs other features.
    #[serde(skip_serializing_if = "is_one")]
    items: usize,
    /// The fingerprint of the finding that it is told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'c str>,
}

fn is_one(items: &usize) -> bool {
    *items == 1
}

impl Serialize for Impact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'c> {
            bump: Option<Bump>,
            changes: Vec<Condensed<'c>>,
            error: Option<&'c str>,
        }
        let each = || (0..self.changes.len()).map(|at| vec![at]).collect();
        let groups = self.crates.as_ref().map_or_else(each, |crates| Grouped::of(crates, &self.changes).groups());
        let changes = groups.iter().map(|group| Condensed {
            change: &self.changes[group[0]],
            items: group.len(),
            finding: self.told_of.get(group[0]).and_then(Option::as_deref),
        });
        Shown { bump: self.bump, changes: changes.collect(), error: self.error.as_deref() }.serialize(serializer)
    }
}
