//! What knows backups: which one is meant, that there is exactly one, and that it is done. The rest of the
//! crate would serve any API.

#[cfg(feature = "branches")]
mod branch_look;
mod ensure;
mod ensure_error;
mod handles;
mod look;
mod point_in_time;
mod refs;
#[cfg(feature = "branches")]
mod restore;
#[cfg(feature = "branches")]
mod restore_error;
#[cfg(feature = "branches")]
mod restored;
mod schedule;
mod wait;

pub use ensure::{EnsureBackup, Ensured};
pub use ensure_error::EnsureError;
pub use handles::{BackupHandle, BranchHandle};
pub use refs::{BackupRef, BranchRef};
#[cfg(feature = "branches")]
pub use restore::RestoreBackup;
#[cfg(feature = "branches")]
pub use restore_error::RestoreError;
#[cfg(feature = "branches")]
pub use restored::{AwaitedBranch, Created, Restored};
pub use schedule::WaitError;
pub use wait::{WaitForBackup, WaitTarget};
