//! The commands, one a file.

pub mod add_operation;
pub mod bench_build;
pub mod ci;
pub mod diff;
pub mod generate;
pub mod surface;
pub mod update_spec;
