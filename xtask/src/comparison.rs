//! What came between two documents or snapshots: on the wire, for the crate, and as a report.

pub mod diff;
pub mod impact;
pub mod report;
