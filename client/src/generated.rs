//! What build.rs generates from the effective spec. `cargo xtask generate` prints it.

#![allow(clippy::all, clippy::unwrap_used, unreachable_pub)]

include!(concat!(env!("OUT_DIR"), "/generated.rs"));
