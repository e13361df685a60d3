//! What knows backups: which one is meant, that there is exactly one, and that it is done. The rest of the
//! crate would serve any API.

mod ensure;
mod ensure_error;
mod handles;
mod look;
mod point_in_time;
mod refs;
mod schedule;
mod wait;

pub use ensure::{EnsureBackup, Ensured};
pub use ensure_error::EnsureError;
pub use handles::{Branch, BranchBackup};
pub use refs::{BackupRef, BranchRef};
pub use schedule::WaitError;
pub use wait::{Awaited, WaitForBackup};
