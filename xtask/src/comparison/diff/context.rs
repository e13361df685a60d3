//! For whom something is compared.

use super::level::Direction;
use super::origins::Origin;

/// For whom something is compared, and who sends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The document, an operation, or something that operations share.
    pub(super) origin: Origin,
    pub(super) direction: Direction,
    /// Whether the server makes the request, and clients answer: in a webhook, and in a callback.
    pub(super) reversed: bool,
    /// Whether what differs is of unknown effect, whatever it is called elsewhere.
    pub(super) unknown: bool,
    /// Whether no value is refused or given that was not before, whatever differs.
    pub(super) harmless: bool,
}

impl Context {
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin, direction: Direction::None, reversed: false, unknown: false, harmless: false }
    }

    pub(super) fn request(self) -> Self {
        Self { direction: if self.reversed { Direction::Response } else { Direction::Request }, ..self }
    }

    pub(super) fn response(self) -> Self {
        Self { direction: if self.reversed { Direction::Request } else { Direction::Response }, ..self }
    }

    /// The same for requests that those make who are asked otherwise.
    pub(super) fn turned(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    pub(super) fn of(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    pub(super) fn harmless(self) -> Self {
        Self { harmless: true, ..self }
    }

    pub(super) fn unknown(self) -> Self {
        Self { unknown: true, ..self }
    }
}
