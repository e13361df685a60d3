//! How what the server sent is read: first strictly, then again from a tree, where something has to be made good.
//!
//! Nearly all answers are as they are described, and are read straight from the text. Only where that fails, the text
//! is made a tree of values ([`Node`]), and the same types are read from that ([`Reader`]): there a number may be
//! written as a text, what cannot be read may be looked at a second time, and each value has a place that can be named.

mod lost;
mod node;
mod path;
mod reader;
mod session;

pub(crate) use self::lost::Lost;
pub(crate) use self::node::{Kind, Node, TooDeep};
pub(crate) use self::reader::Reader;
pub(crate) use self::session::{
    Choice, Mark, Score, Session, choice, choose, fail, failed_within, is_foreign, is_strict, is_trial, mark, note,
    note_here, strictly, trial, undo, unread, warn,
};
