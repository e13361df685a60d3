//! What limits a schema sets: how large, how long, how many, and by which pattern.

use std::cmp::Ordering;

use super::covers::fits_limit;
use super::findings::Found;
use super::numbers;
use super::pair::Nodes;
use super::ranges::{Side, compare_by_format, multiples};
use super::role::Role;
use super::rules::Downgrade;
use super::rules::table::{
    EXCLUSIVE_MAX_SET, EXCLUSIVE_MAX_UNSET, EXCLUSIVE_MIN_SET, EXCLUSIVE_MIN_UNSET, LIMITS, MULTIPLE_OF_CHANGED,
    MULTIPLE_OF_SET, MULTIPLE_OF_UNSET, PATTERN_ADDED, PATTERN_CHANGED, PATTERN_GENERALIZED, PATTERN_REMOVED,
    UNIQUE_ITEMS_SET, UNIQUE_ITEMS_UNSET,
};
use super::view::View;
use super::views::Views;
use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn limits(&mut self, role: Role, views: &Views<'a>) {
        for limit in LIMITS.iter().filter(|limit| views.have(limit.keyword)) {
            let pair = views.get(limit.keyword);
            let (old, new) = pair.values();
            let order = match Side::of(limit.keyword) {
                Some(side) => ends(side, views),
                None => numbers::compare(old, new),
            };
            let [risen, fallen, set, unset] = limit.rules;
            let rule = match order {
                _ if old == new && Side::of(limit.keyword).is_none() => continue,
                Some(Ordering::Equal) => continue,
                None if old.is_null() && numbers::is_number(new) => set,
                None if new.is_null() && numbers::is_number(old) => unset,
                // The same number, which is one of them or not.
                Some(_) if numbers::equal(old, new) => continue,
                Some(_) if old.is_null() => set,
                Some(_) if new.is_null() => unset,
                Some(Ordering::Less) => risen,
                Some(Ordering::Greater) => fallen,
                None if old == new => continue,
                None => {
                    self.unclassified(role.context, &pair);
                    continue;
                }
            };
            let tighter = if *rule == *set || *rule == *unset {
                rule == set
            } else {
                (rule == risen) == limit.keyword.starts_with("min")
            };
            let downgrade = Some(Downgrade::NothingLost).filter(|_| is_idle(limit.keyword, views, tighter));
            self.changed(role, &pair, Found::from(rule).with_change((old, new)).downgraded(downgrade));
        }
        for (side, set, unset) in [
            (Side::Upper, &EXCLUSIVE_MAX_SET, &EXCLUSIVE_MAX_UNSET),
            (Side::Lower, &EXCLUSIVE_MIN_SET, &EXCLUSIVE_MIN_UNSET),
        ] {
            let (keyword, exclusive) = side.keywords();
            // Of two numbers, the tighter one counts, whether it is one of them or not.
            let (old, new) = (views.old.get(keyword), views.new.get(keyword));
            let counts = old.value.is_null() && new.value.is_null()
                || numbers::equal(old.value, new.value) && ends(side, views).is_some_and(Ordering::is_ne);
            match views.are_true(exclusive) {
                (false, true) if counts => self.changed(role, &views.get(exclusive), set),
                (true, false) if counts => self.changed(role, &views.get(exclusive), unset),
                _ => {}
            }
        }
        match views.are_true("uniqueItems") {
            (false, true) => self.changed(role, &views.get("uniqueItems"), &UNIQUE_ITEMS_SET),
            (true, false) => self.changed(role, &views.get("uniqueItems"), &UNIQUE_ITEMS_UNSET),
            _ => {}
        }
        if views.have("multipleOf") {
            let rules = [&MULTIPLE_OF_SET, &MULTIPLE_OF_CHANGED, &MULTIPLE_OF_UNSET];
            let pair = Nodes::new(multiples(&views.old), multiples(&views.new));
            // Of a multiple of 10 it is one of 5.
            let (wide, narrow) = if role.is_response() { pair.values() } else { (pair.new.value, pair.old.value) };
            let downgrade = Some(Downgrade::NothingLost).filter(|_| numbers::is_multiple(narrow, wide));
            self.set(role, rules, &pair, |found| found.downgraded(downgrade));
        }
        if views.have("pattern") {
            self.pattern(role, &views.get("pattern"));
        }
    }

    fn pattern(&mut self, role: Role, pair: &Nodes<'a>) {
        let (old, new) = pair.values();
        // A pattern that any string matches restricts nothing.
        let changed = match !role.is_response() && new == ".*" {
            true if !old.is_null() && old != new => &PATTERN_GENERALIZED,
            _ => &PATTERN_CHANGED,
        };
        self.set(role, [&PATTERN_ADDED, changed, &PATTERN_REMOVED], pair, |found| found);
    }
}

/// How the ends of two sets of numbers compare; nothing, where one has none.
fn ends(side: Side, views: &Views<'_>) -> Option<Ordering> {
    // What formats imply is told by them, where they differ.
    let by_format = views.old.text("format") == views.new.text("format")
        || compare_by_format(&views.old, &views.new) == Some((true, true));
    let end = |view: &View<'_>| side.end_of(view, by_format);
    side.compare(&end(&views.old)?, &end(&views.new)?)
}

/// Whether that a limit is tighter or looser makes no difference to the values that are listed.
fn is_idle(keyword: &str, views: &Views<'_>, tighter: bool) -> bool {
    let (listing, other) = if tighter { (&views.old, &views.new) } else { (&views.new, &views.old) };
    let exclusive = Side::of(keyword).is_some_and(|side| other.is_true(side.keywords().1));
    let limit = other.get(keyword);
    let fits = |json: &String| limit.value.is_null() || fits_limit(keyword, limit.value, exclusive, json);
    listing.values("enum").is_some_and(|values| !values.is_empty() && values.iter().all(fits))
}
