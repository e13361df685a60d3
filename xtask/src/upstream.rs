//! The vendor's documents: where they are read from, what is in them, and what they offer.
//!
//! Nothing here knows our corrections, or the crate.

pub mod document;
pub mod nearest;
pub mod operations;
pub mod origin;
pub mod page;
pub mod shape;
pub mod spec;
