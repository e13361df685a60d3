//! The features that an item is compiled with.

use std::collections::BTreeSet;
use std::fmt;

/// What an item needs: of each set, one feature.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Features(BTreeSet<BTreeSet<String>>);

impl Features {
    /// One feature.
    pub fn of(name: impl Into<String>) -> Self {
        Self([[name.into()].into()].into())
    }

    /// Both that and another.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Either that or another.
    pub fn or(self, other: Self) -> Self {
        let both = self.0.iter().flat_map(|a| other.0.iter().map(|b| a.union(b).cloned().collect()));
        Self(both.collect())
    }

    /// What is needed beside what is needed for another item.
    pub fn beside(&self, other: Option<&Self>) -> Option<Self> {
        let there = other.map(|other| &other.0);
        let rest = self.0.iter().filter(|set| there.is_none_or(|there| !there.contains(*set)));
        Some(Self(rest.cloned().collect())).filter(|rest| !rest.0.is_empty())
    }

    /// Whether one who has what is needed for another item has what is needed for this.
    pub fn is_met_by(needed: Option<&Self>, had: Option<&Self>) -> bool {
        let Some(needed) = needed else { return true };
        let has = |set: &BTreeSet<String>| had.is_some_and(|had| had.0.iter().any(|had| had.is_subset(set)));
        needed.0.iter().all(has)
    }

    /// Whether the item is there with a feature and those that are no part of the API.
    pub fn names(&self, feature: &str) -> bool {
        self.0.iter().any(|set| set.contains(feature))
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let any = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(" or ");
        f.write_str(&self.0.iter().map(any).collect::<Vec<_>>().join(", "))
    }
}
