//! How an answer is read first: without a second chance for what may be absent.
//!
//! What is optional is kept aside otherwise, in case it cannot be read. Nearly all answers can be read without, and it
//! takes a third less time.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Lenient,
    Strict,
    /// Strict, and something was missing that is taken as empty, or could not be read that may be absent.
    Failed,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Lenient) };
}

/// Whether nothing is made good of what is read: [`fail`] is told where something would have to be.
pub(crate) fn is_strict() -> bool {
    MODE.get() != Mode::Lenient
}

/// Has the whole fail that is read, also where a union would go on with another alternative.
pub(crate) fn fail() {
    MODE.set(Mode::Failed);
}

/// Reads strictly; nothing, where something could not be read.
pub(crate) fn strictly<T, E>(read: impl FnOnce() -> Result<T, E>) -> Option<T> {
    struct Reset(Mode);

    impl Drop for Reset {
        fn drop(&mut self) {
            MODE.set(self.0);
        }
    }

    let _reset = Reset(MODE.replace(Mode::Strict));
    read().ok().filter(|_| MODE.get() == Mode::Strict)
}
