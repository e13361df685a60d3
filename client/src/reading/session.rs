//! What is known while something is read: how, where in it, and what was made good so far.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::node::Node;
use super::path::{Step, pointer, shown};
use crate::made_good::MadeGood;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// By whatever reads a type of ours: with serde, outside of a call.
    Foreign,
    /// From the text of an answer, where nothing is made good.
    Strict,
    /// Strict, and something would have to be made good.
    Failed,
    /// From a tree, where it is.
    Lenient,
}

#[derive(Default)]
struct State {
    /// From the whole to what is being read.
    path: Vec<Step>,
    /// How many steps it was to what could not be read last.
    failed_at: usize,
    made_good: Vec<MadeGood>,
    /// How many alternatives are being tried, one in the other.
    trials: usize,
    score: Score,
    choices: HashMap<(usize, TypeId), (Node, Choice)>,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Foreign) };
    static STATE: Rc<RefCell<State>> = Rc::default();
}

/// The state of this thread. It is shared and not lent, so that what looks it up is compiled once.
fn state() -> Rc<RefCell<State>> {
    STATE.with(Rc::clone)
}

fn with<T>(change: impl FnOnce(&mut State) -> T) -> T {
    change(&mut state().borrow_mut())
}

/// Whether nothing is made good of what is read: [`fail`] is told where something would have to be.
pub(crate) fn is_strict() -> bool {
    matches!(MODE.get(), Mode::Strict | Mode::Failed)
}

/// Whether what is read comes neither from an answer nor from a tree.
pub(crate) fn is_foreign() -> bool {
    MODE.get() == Mode::Foreign
}

/// Has the whole fail that is read strictly.
pub(crate) fn fail() {
    MODE.set(Mode::Failed);
}

/// Reads strictly; nothing, where something could not be read.
pub(crate) fn strictly<T, E>(read: impl FnOnce() -> Result<T, E>) -> Option<T> {
    let reset = Reset(MODE.replace(Mode::Strict));
    let read = read().ok().filter(|_| MODE.get() == Mode::Strict);
    drop(reset);
    read
}

struct Reset(Mode);

impl Drop for Reset {
    fn drop(&mut self) {
        MODE.set(self.0);
    }
}

/// A reading from a tree, from its begin to its end, or a part of one.
pub(crate) struct Session(Option<Reset>);

impl Session {
    pub(crate) fn begin() -> Self {
        Self((MODE.get() != Mode::Lenient).then(|| {
            state().take();
            Reset(MODE.replace(Mode::Lenient))
        }))
    }

    /// What was made good; nothing, where it is a part of another one.
    pub(crate) fn end(self) -> Vec<MadeGood> {
        match self.0 {
            Some(_) => with(|state| std::mem::take(&mut state.made_good)),
            None => Vec::new(),
        }
    }

    /// Ends it where a value has been read by somebody who has no use for what was made good: a strict reading fails
    /// then, and the trace tells it of a foreign one.
    pub(crate) fn settle(self) {
        let mode = self.0.as_ref().map(|reset| reset.0);
        let made_good = self.end();
        match mode {
            _ if made_good.is_empty() => {}
            Some(Mode::Foreign) => warn(&made_good, None),
            Some(_) => fail(),
            None => {}
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.0.is_some() {
            state().take();
        }
    }
}

/// Tells the trace what was made good.
#[cold]
pub(crate) fn warn(made_good: &[MadeGood], operation: Option<&str>) {
    for one in made_good {
        tracing::warn!(operation, pointer = one.pointer(), reason = one.reason(), "made good in an answer");
    }
}

/// Reads what is a step further in.
pub(super) fn within<T>(step: Step, read: impl FnOnce() -> T) -> T {
    enter(step);
    let read = read();
    leave();
    read
}

fn enter(step: Step) {
    with(|state| state.path.push(step));
}

fn leave() {
    with(|state| state.path.pop());
}

/// Notes that what is being read cannot be, or lacks something, and gives the path.
pub(super) fn failed(missing: Option<&str>) -> Option<String> {
    with(|state| {
        state.failed_at = state.path.len() + usize::from(missing.is_some());
        shown(&state.path, missing)
    })
}

/// Whether what could not be read last is further in than a field of what is being read.
pub(crate) fn failed_within() -> bool {
    with(|state| state.failed_at > state.path.len() + 1)
}

/// Notes that a field of what is being read was made good.
pub(crate) fn note(field: &str, reason: impl Into<String>) {
    add(Some(field), reason.into());
}

/// Notes that what is being read was made good.
pub(crate) fn note_here(reason: impl Into<String>) {
    add(None, reason.into());
}

fn add(field: Option<&str>, reason: String) {
    with(|state| {
        if state.trials > 0 {
            return;
        }
        state.made_good.push(MadeGood::new(pointer(&state.path, field), reason));
    });
}

/// What is known at a point of the reading.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize, Score);

pub(crate) fn mark() -> Mark {
    with(|state| Mark(state.made_good.len(), state.score))
}

/// Forgets what was found out since a point, in a value that is not taken.
pub(crate) fn undo(mark: Mark) {
    with(|state| {
        state.made_good.truncate(mark.0);
        state.score = mark.1;
    });
}

/// How well a value fits an alternative.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score {
    /// How many values of it are kept.
    pub(crate) kept: usize,
    /// How many there are then.
    pub(crate) size: usize,
    /// How many numbers are written otherwise then: `7` as `7.0`.
    pub(crate) rewritten: usize,
}

/// Which alternative a value is, and how well it fits.
#[derive(Clone, Copy)]
pub(crate) struct Choice {
    /// Nothing, where it is none.
    pub(crate) which: Option<usize>,
    pub(crate) score: Score,
}

/// The alternative that a value was found to be, as one of a type's.
pub(crate) fn choice(node: &Node, of: TypeId) -> Option<Choice> {
    with(|state| state.choices.get(&(node.address(), of)).map(|(_, choice)| *choice))
}

/// Keeps which alternative a value is, so that it is found once.
pub(crate) fn choose(node: &Node, of: TypeId, choice: Choice) {
    // The node is kept, so that no other one gets its address.
    with(|state| state.choices.insert((node.address(), of), (node.clone(), choice)));
}

/// Whether an alternative is only being tried.
pub(crate) fn is_trial() -> bool {
    with(|state| state.trials > 0)
}

/// Tries an alternative, and gives the score of what was left out of it.
pub(crate) fn trial<T>(read: impl FnOnce() -> T) -> (T, Score) {
    let before = with(|state| {
        state.trials += 1;
        std::mem::take(&mut state.score)
    });
    let read = read();
    let score = with(|state| {
        state.trials -= 1;
        std::mem::replace(&mut state.score, before)
    });
    (read, score)
}

/// Leaves a value out of an alternative that is being tried, and counts its score.
pub(crate) fn unread(score: Score) {
    with(|state| {
        state.score.kept += score.kept;
        state.score.size += score.size;
        state.score.rewritten += score.rewritten;
    });
}
