//! What a release needs: the version, the changelog, and git.

pub mod body;
pub mod branch;
pub mod changelog;
pub mod cut_off;
pub mod manifests;
pub mod own;
pub mod unreleased;
