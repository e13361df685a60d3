//! Values for tests that need no server.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::backups::just_created;
use crate::generated::types::Backup;

impl Backup {
    /// A manual backup of the branch `main` that is done: every field is as the API has it then. Its fields are public,
    /// and [`types::builder::Backup`](crate::types::builder::Backup) is made of it.
    ///
    /// # Examples
    /// ```
    /// use planetscale_client::types::{Backup, BackupState};
    ///
    /// let mut backup = Backup::fixture();
    /// assert_eq!(backup.state, BackupState::Success);
    /// (backup.state, backup.completed_at) = (BackupState::Running, None);
    /// ```
    pub fn fixture() -> Self {
        // As the API writes it: what a later edition adds is empty.
        #[allow(clippy::expect_used)] // The crate's own tests read it.
        let time = |text: &str| text.parse::<DateTime<Utc>>().expect("a time as the API writes it");
        let (made, expiry) = (time("2026-01-02T03:04:05Z"), time("2026-01-04T03:04:05Z"));
        let mut backup = just_created("backup000001", "nightly", "main", made, expiry);
        for (name, value) in [
            ("state", json!("success")),
            ("size", json!(5_368_709_120_i64)),
            ("estimated_storage_cost", json!(0.12)),
            ("started_at", json!("2026-01-02T03:05:05.000Z")),
            ("completed_at", json!("2026-01-02T03:16:05.000Z")),
            ("updated_at", json!("2026-01-02T03:16:05.000Z")),
        ] {
            backup[name] = value;
        }
        (backup["actor"]["id"], backup["actor"]["display_name"]) = (json!("actor0000001"), json!("Ada"));
        let branch = &mut backup["database_branch"];
        (branch["created_at"], branch["updated_at"]) =
            (json!("2025-12-03T03:04:05.000Z"), json!("2026-01-01T03:04:05.000Z"));
        #[allow(clippy::expect_used)] // The crate's own tests read it.
        serde_json::from_value(backup).expect("a backup as the API writes it")
    }
}
