//! What `unevaluatedProperties` and `unevaluatedItems` leave over: that depends on all that is said beside them, at
//! any depth of composition, and so does what a change of that means.

use std::collections::BTreeSet;
use std::slice;

use super::findings::Found;
use super::role::Role;
use super::rules::table::UNCLASSIFIED;
use super::same::says_nothing;
use super::view::View;
use super::views::Views;
use super::walk::Walk;

const KEYWORDS: [&str; 2] = ["unevaluatedProperties", "unevaluatedItems"];

/// Whether a schema says something of what is not evaluated.
pub(super) fn is_said(view: &View<'_>) -> bool {
    KEYWORDS.iter().any(|key| view.has(key))
}

impl<'a> Walk<'a> {
    /// Tells where both say something of what is left over, and other things are.
    pub(super) fn left_over(&mut self, role: Role, views: &Views<'a>) {
        for key in KEYWORDS.iter().filter(|key| views.old.has(key) && views.new.has(key)) {
            // What came or went is told by itself.
            let (old, new) = (views.old.properties(), views.new.properties());
            let stays = |name: &str| old.contains_key(name) && new.contains_key(name);
            if evaluated(&views.old, key, stays) != evaluated(&views.new, key, stays) {
                self.report(role.context, &views.get(key), Found::from(&UNCLASSIFIED));
            }
        }
    }
}

/// What each schema with a keyword sees evaluated: properties by their names, and whether there is more.
fn evaluated<'a>(
    view: &View<'a>,
    key: &str,
    stays: impl Fn(&str) -> bool,
) -> BTreeSet<(BTreeSet<&'a str>, [usize; 2])> {
    let said = view.parts().iter().filter(|part| part.value.get(key).is_some_and(|value| !says_nothing(key, value)));
    let seen = |own: View<'a>| {
        let (rest, first) = match key {
            "unevaluatedProperties" => ("additionalProperties", 0),
            _ => ("items", own.parts().iter().map(|part| part.items("prefixItems").len()).max().unwrap_or_default()),
        };
        let names = own.properties().into_keys().filter(|name| key == "unevaluatedProperties" && stays(name));
        (names.collect(), [usize::from(own.has(rest)), first])
    };
    said.map(|part| seen(View::of(slice::from_ref(part)))).collect()
}
