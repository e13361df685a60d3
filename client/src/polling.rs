//! Reading one thing again and again, until it is as it should be.

mod schedule;
mod seen;
mod until;

pub use schedule::PollError;
pub(crate) use schedule::{Judged, Schedule, may_pass, varied};
pub use until::Until;
