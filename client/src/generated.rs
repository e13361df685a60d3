//! The generated code: what build.rs makes of the effective spec in the workspace, and elsewhere what was
//! released. A test holds the two to be the same.

// A file of a feature names all that its types may need.
#![allow(clippy::all, clippy::unwrap_used, unreachable_pub, unused_imports)]

#[cfg(generated_here)]
include!(concat!(env!("OUT_DIR"), "/client.rs"));
#[cfg(not(generated_here))]
include!("generated/client.rs");
