//! Polls a GET operation until a condition holds.

mod end;
mod schedule;
mod seen;
mod until;

pub use end::End;
pub(crate) use end::Wait;
pub use schedule::PollError;
pub(crate) use schedule::{PollState, Schedule, asked, may_pass, unpolled, varied};
pub use until::Until;
