//! Values for tests that need no server.

use serde_json::json;

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
        let backup = json!({
            "id": "backup000001",
            "name": "nightly",
            "state": "success",
            "size": 5_368_709_120_i64,
            "estimated_storage_cost": 0.12,
            "created_at": "2026-01-02T03:04:05.000Z",
            "updated_at": "2026-01-02T03:16:05.000Z",
            "started_at": "2026-01-02T03:05:05.000Z",
            "completed_at": "2026-01-02T03:16:05.000Z",
            "expires_at": "2026-01-04T03:04:05.000Z",
            "deleted_at": null,
            "pvc_size": 10_737_418_240_i64,
            "protected": false,
            "required": false,
            "restored_branches": [],
            "actor": {
                "id": "actor0000001",
                "display_name": "Ada",
                "avatar_url": "https://app.planetscale.com/gravatar-fallback.png",
            },
            "backup_policy": null,
            "schema_snapshot": null,
            "database_branch": {
                "id": "branch000001",
                "name": "main",
                "created_at": "2025-12-03T03:04:05.000Z",
                "updated_at": "2026-01-01T03:04:05.000Z",
                "deleted_at": null,
            },
        });
        #[allow(clippy::expect_used)] // The crate's own tests read it.
        serde_json::from_value(backup).expect("a backup as the API writes it")
    }
}
