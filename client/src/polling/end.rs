//! What a state means for a wait.

/// How something has ended, by its state: `end()` of each enum of states tells, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// It is what a wait is for.
    Success,
    /// It will not be what a wait is for.
    Failure,
    /// Neither: it does not move on by itself, such as a deploy request without changes.
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
