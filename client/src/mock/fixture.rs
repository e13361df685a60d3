//! Values for tests that need no server.

use chrono::{DateTime, TimeDelta, Utc};

use crate::generated::types::{Actor, Backup, BackupState, BranchReference};

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
        // The morning of 2026-01-02.
        let created_at = DateTime::from_timestamp(1_767_323_045, 0).unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
        let completed_at = created_at + TimeDelta::minutes(12);
        Self {
            id: "backup000001".to_owned(),
            name: "nightly".to_owned(),
            state: BackupState::Success,
            size: 5_368_709_120,
            estimated_storage_cost: 0.12,
            created_at,
            updated_at: completed_at,
            started_at: Some(created_at + TimeDelta::minutes(1)),
            completed_at: Some(completed_at),
            expires_at: Some(created_at + TimeDelta::days(2)),
            deleted_at: None,
            pvc_size: 10_737_418_240,
            protected: false,
            required: false,
            restored_branches: Vec::new(),
            actor: Some(Actor {
                id: "actor0000001".to_owned(),
                display_name: "Ada".to_owned(),
                avatar_url: "https://app.planetscale.com/gravatar-fallback.png".to_owned(),
            }),
            backup_policy: None,
            schema_snapshot: None,
            database_branch: Some(BranchReference {
                id: "branch000001".to_owned(),
                name: "main".to_owned(),
                created_at: created_at - TimeDelta::days(30),
                updated_at: created_at - TimeDelta::days(1),
                deleted_at: None,
            }),
        }
    }
}
