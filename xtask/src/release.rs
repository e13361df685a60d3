//! What a release needs: the version, the changelog, and git.

pub mod git;
pub mod manifests;
