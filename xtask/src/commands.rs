//! The commands, one a file.

pub mod generate;
pub mod update_spec;
