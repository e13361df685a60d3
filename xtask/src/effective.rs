//! From the vendor's documents to the effective spec: one document of several, names for its types, and our
//! corrections.

pub mod claims;
pub mod clearing;
pub mod features;
pub mod fields;
pub mod lists;
pub mod merge;
pub mod modern;
pub mod naming;
pub mod nulls;
pub mod overlay;
pub mod rules;
