//! What moves backups and branches on.

use std::collections::VecDeque;
use std::time::Duration;

/// How things come by their states.
#[derive(Debug)]
pub(super) enum States {
    /// What the polls of a thing find, one after the other; the last one stays.
    ByPoll(VecDeque<String>),
    /// What a thing has become by its age.
    ByAge(Vec<(Duration, String)>),
}

impl Default for States {
    fn default() -> Self {
        Self::ByPoll(VecDeque::new())
    }
}

impl States {
    /// What the coming polls find.
    pub(super) fn by_poll<S: Into<String>>(states: impl IntoIterator<Item = S>) -> Self {
        Self::ByPoll(states.into_iter().map(Into::into).collect())
    }

    /// What a thing becomes, so long after it was made.
    pub(super) fn by_age<S: Into<String>>(states: impl IntoIterator<Item = (Duration, S)>) -> Self {
        Self::ByAge(states.into_iter().map(|(after, state)| (after, state.into())).collect())
    }

    /// What the next poll finds, if that moves things on.
    pub(super) fn next_poll(&mut self) -> Option<String> {
        match self {
            Self::ByPoll(states) if states.len() > 1 => states.pop_front(),
            Self::ByPoll(states) => states.front().cloned(),
            Self::ByAge(_) => None,
        }
    }

    /// What a thing of an age has become, if that moves things on.
    pub(super) fn reached(&self, age: Duration) -> Option<&str> {
        let Self::ByAge(states) = self else { return None };
        let reached = states.iter().filter(|(after, _)| *after <= age).max_by_key(|(after, _)| *after);
        reached.map(|(_, state)| state.as_str())
    }
}
