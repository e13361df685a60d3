//! What a state means for a wait.

/// How something has ended, by its state, as far as that is known: each enum of states has a function `end()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// It ended as a wait expects.
    Success,
    /// It failed.
    Failure,
    /// It is neither, and does not move on by itself, such as a deploy request without changes.
    Neither,
}

/// How an operation that reads one thing is polled, as the effective document has it (`x-poll`).
#[derive(Debug)]
pub(crate) struct Wait<T> {
    /// Before the first poll, between two, and in all.
    pub(crate) seconds: [u64; 3],
    /// How what was read has ended, if it has.
    pub(crate) end: fn(&T) -> Option<End>,
}
