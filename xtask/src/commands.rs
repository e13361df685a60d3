//! The commands, one a file.

pub mod diff;
pub mod generate;
pub mod surface;
pub mod update_spec;
