//! Serves a mock of the API until it is stopped, for programs in any language: the program `stand-in` of the crate.
//!
//!     cargo run --example stand_in -- --print-env

include!("../src/bin/stand-in.rs");
