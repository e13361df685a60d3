//! Actions of the overlay that do nothing.

use crate::effective::overlay::Effect;

/// What there is to say of actions that do nothing, by what they did to the document before.
pub(super) fn notes(effects: &[&Effect], before: &[Effect]) -> Vec<String> {
    // What matched nothing before, too, is no news.
    let was_idle = |effect: &&&Effect| {
        let is_same = |old: &&Effect| (&old.target, &old.description) == (&effect.target, &effect.description);
        effect.matched == 0 && before.iter().any(|old| is_same(&old))
    };
    let (idle, other): (Vec<&Effect>, Vec<&Effect>) = effects.iter().partition(was_idle);
    other.into_iter().filter_map(one).chain(as_before(&idle)).collect()
}

/// Actions of the overlay that match nothing, and did not before.
fn as_before(effects: &[&Effect]) -> Option<String> {
    /// How many are named.
    const MOST: usize = 3;
    match effects {
        [] => None,
        [effect] => one(effect),
        effects => {
            let targets: Vec<&str> = effects.iter().take(MOST).map(|effect| effect.target.as_str()).collect();
            let more = match effects.len().saturating_sub(MOST) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let (count, targets) = (effects.len(), targets.join(", "));
            Some(format!("{count} actions match nothing, as before: correct or remove those on {targets}{more}"))
        }
    }
}

/// An action of the overlay that did nothing.
fn one(effect: &Effect) -> Option<String> {
    match (effect.matched, effect.changed) {
        (0, _) => {
            Some(format!("matches nothing: correct or remove the action ({}): {}", effect.target, effect.description))
        }
        (_, false) => {
            Some(format!("upstream fixed this: remove the action ({}): {}", effect.target, effect.description))
        }
        _ => None,
    }
}
