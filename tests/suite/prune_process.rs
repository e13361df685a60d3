//! The program `prune_backups`: which backups it deletes.

use std::process::Command;

use planetscale_client::mock::{MockServer, RequestMatcher, TOKEN, TOKEN_ID};
use planetscale_client::types::Backup;
use serde_json::{Value, json};

const BACKUPS: &str = "/organizations/acme/databases/shop/branches/main/backups";

fn pruning(server: &MockServer, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prune_backups"));
    command.args(["--organization", "acme", "--database", "shop", "--branch", "main"]).args(more);
    command.env("PLANETSCALE_SERVICE_TOKEN_ID", TOKEN_ID).env("PLANETSCALE_SERVICE_TOKEN", TOKEN);
    command.env("PLANETSCALE_SERVER_URL", server.base_url());
    command
}

/// The IDs of what is left, sorted, after a run.
async fn left_after(more: &[&str]) -> Vec<String> {
    let backup = |id: &str, day: u32, state: &str, protected: Value| {
        let created_at = format!("2026-01-{day:02}T00:00:00.000Z");
        json!({ "id": id, "state": state, "protected": protected, "created_at": created_at })
    };
    // In no order, as the API documents none.
    let backups = json!([
        backup("middle", 3, "success", json!(false)),
        backup("newest", 6, "success", json!(false)),
        backup("oldest", 1, "success", json!(false)),
        backup("old-and-protected", 2, "success", json!(true)),
        backup("failed", 4, "failed", json!(false)),
        backup("running", 5, "running", json!(false)),
        backup("perhaps-protected", 1, "failed", Value::Null),
    ]);
    let server = MockServer::remembering().seed(json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
        BACKUPS: backups,
    }));
    let server = server.freeze().await.unwrap();
    let mut command = pruning(&server, more);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut left: Vec<String> = server.stored::<Backup>().into_iter().map(|backup| backup.id).collect();
    left.sort();
    left
}

#[tokio::test]
async fn the_newest_are_kept_and_what_is_protected_or_under_way() {
    assert_eq!(left_after(&["--keep", "1"]).await, ["newest", "old-and-protected", "perhaps-protected", "running"]);
    assert_eq!(
        left_after(&["--keep", "2"]).await,
        ["middle", "newest", "old-and-protected", "perhaps-protected", "running"]
    );
    assert_eq!(left_after(&["--keep", "1", "--dry-run"]).await.len(), 7);
}

/// One that is refused keeps no other one alive, and is told by the exit code.
#[tokio::test]
async fn what_cannot_be_deleted_is_a_failure() {
    let backup = |id: &str, day: u32| {
        let created_at = format!("2026-01-{day:02}T00:00:00.000Z");
        json!({ "id": id, "state": "success", "protected": false, "created_at": created_at })
    };
    let server = MockServer::remembering().seed(json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
        BACKUPS: [backup("one", 1), backup("two", 2), backup("three", 3)],
    }));
    let server = server.freeze().await.unwrap();
    server.on(RequestMatcher::operation("delete_backup")).refuse_next(403, "forbidden", "no");
    let mut command = pruning(&server, &["--keep", "1"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("1 of the backups could not be deleted"), "{told}");
    let left: Vec<String> = server.stored::<Backup>().into_iter().map(|backup| backup.id).collect();
    assert_eq!(left, ["two", "three"]);
}
