//! How far walks over schemas go. A schema may lead back to itself in any way, and to another one in more ways than
//! can be followed: so each walk keeps what it has [met](Met), each question whose parts ask on has an [allowance of
//! steps](Question), and all of a comparison has one that grows with its documents.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::Hash;

use serde_json::Value;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// The steps that walks have taken in this thread.
pub(super) fn steps() -> usize {
    STEPS.get()
}

fn count() {
    STEPS.set(STEPS.get() + 1);
}

/// What a walk has met.
pub(super) struct Met<K>(HashSet<K>);

impl<K> Default for Met<K> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<K: Eq + Hash> Met<K> {
    /// Whether this is met for the first time.
    pub(super) fn is_new(&mut self, what: K) -> bool {
        count();
        self.0.insert(what)
    }

    /// All that was met.
    pub(super) fn all(self) -> impl Iterator<Item = K> {
        self.0.into_iter()
    }

    /// Forgets what was met.
    pub(super) fn forget(&mut self, what: &K) {
        self.0.remove(what);
    }
}

/// How much may be looked at of two documents.
pub(super) struct Bounds {
    values: usize,
    left: Cell<usize>,
}

impl Bounds {
    /// For documents that are compared.
    pub(super) fn of(documents: [&Value; 2]) -> Self {
        let values = documents.into_iter().map(values).sum();
        Self { values, left: Cell::new(3_000 + 10 * values) }
    }

    /// How many pairs of schemas are compared at most. They are no more than there are schemas, in as many roles; but
    /// what the members of `allOf`s say together of a property may be any of their combinations.
    pub(super) fn most_pairs(&self) -> usize {
        300 + self.values
    }

    /// A question that is asked of schemas, with an allowance of its own.
    pub(super) fn question(&self) -> Question<'_> {
        Question { of: self, left: Cell::new(500), depth: Cell::new(0) }
    }
}

/// How many values a value is made of.
fn values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(map) => map.values().map(values).sum(),
        _ => 0,
    }
}

/// A question of schemas, whose answer is "not for sure" where it takes too many steps.
pub(super) struct Question<'b> {
    of: &'b Bounds,
    left: Cell<usize>,
    depth: Cell<u8>,
}

impl Question<'_> {
    /// Takes a step. Returns whether there was one left.
    pub(super) fn step(&self) -> bool {
        count();
        match (self.left.get().checked_sub(1), self.of.left.get().checked_sub(1)) {
            (Some(own), Some(all)) => {
                self.left.set(own);
                self.of.left.set(all);
                true
            }
            _ => false,
        }
    }

    /// Takes a step further in, unless that is too deep.
    pub(super) fn enter(&self) -> bool {
        /// Of what calls itself, each needs some of the stack.
        const DEEPEST: u8 = 64;
        let enters = self.depth.get() < DEEPEST && self.step();
        self.depth.set(self.depth.get() + u8::from(enters));
        enters
    }

    /// Comes back from where it went in.
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }
}
