//! All backups of a branch that are larger than a gigabyte, and how much they take together.

use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, BackupState};
use planetscale_client::{BranchRef, Client, Error};

async fn large(client: &Client, branch: &BranchRef) -> Result<(Vec<String>, i64), Error> {
    let call = client.branch(branch).list_backups().state(BackupState::Success).per_page(100);
    let backups: Vec<Backup> = call.items().try_collect().await?;
    let large: Vec<Backup> = backups.into_iter().filter(|backup| backup.size > 1 << 30).collect();
    let total = large.iter().map(|backup| backup.size).sum();
    Ok((large.into_iter().map(|backup| backup.name).collect(), total))
}

#[tokio::test]
async fn it_lists_all() {
    let server = MockServer::start().await.unwrap();
    server.move_states([(std::time::Duration::ZERO, "success")]);
    let (client, main) = (server.client().unwrap(), BranchRef::new("acme", "shop", "main"));
    for name in ["a", "b"] {
        client.branch(&main).create_backup().body_map(|b| b.name(name)).await.unwrap();
    }
    let (mut names, total) = large(&client, &main).await.unwrap();
    names.sort();
    assert_eq!((names, total), (vec!["a".to_owned(), "b".to_owned()], 2 * 5_368_709_120));
}
