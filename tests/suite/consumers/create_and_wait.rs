//! A deploy job: one backup before a migration, however often it runs.

use std::time::Duration;

use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, RetentionUnit};
use planetscale_client::{BranchRef, Client, Error};

async fn before_migration(client: &Client, branch: BranchRef, pace: Duration) -> Result<Backup, Error> {
    let ensured = client
        .ensure_backup(branch, "before-migration-42")
        .body_map(|b| b.retention_unit(RetentionUnit::Week).retention_value(2))
        .when_idle()
        .deadline(Duration::from_secs(3600))
        .await?;
    let wait = client.wait_for_backup(ensured).first_delay(pace).interval(pace);
    let done = wait.on_progress(|backup| println!("{}", backup.state)).await?;
    println!("{:?} said that it is done", done.request_id());
    Ok(done.into_inner())
}

#[tokio::test]
async fn it_creates_one_and_waits_for_it() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["pending", "running", "success"]);
    let (client, main) = (server.client().unwrap(), BranchRef::new("acme", "shop", "main"));
    let made = before_migration(&client, main.clone(), Duration::from_millis(1)).await.unwrap();
    // Once more, in a task of its own.
    let again = tokio::spawn(async move { before_migration(&client, main, Duration::from_millis(1)).await });
    assert_eq!(again.await.unwrap().unwrap().id, made.id);
    assert_eq!(server.backups().len(), 1);
}
