//! Handles set the names of what they are about.

use planetscale_client::mock::MockServer;
use planetscale_client::{BranchRef, Client, DatabaseRef, Error};

#[tokio::test]
async fn the_handles_send_what_the_flat_calls_send() {
    let server = MockServer::start().await.unwrap();
    let client: Client = server.client().unwrap();
    let acme = client.organization("acme");
    let flat = client.list_branches().organization("acme").database("shop").await;
    let by_handle = acme.database("shop").list_branches().await;
    assert_eq!(flat.unwrap().into_inner(), by_handle.unwrap().into_inner());
    let main = acme.database("shop").branch("main");
    assert_eq!(*main.branch_ref(), BranchRef::new("acme", "shop", "main"));
    assert_eq!((acme.name(), acme.database("shop").database_ref().to_string()), ("acme", "acme/shop".to_owned()));
    let backup = main.create_backup().await.unwrap();
    assert_eq!(main.get_backup().id(&backup.id).await.unwrap().id, backup.id);
    let paths: Vec<String> = server.requests().iter().map(|request| request.target.clone()).collect();
    assert!(paths.iter().all(|path| path.starts_with("/v1/organizations/acme/databases/shop/branches")), "{paths:?}");
}

#[tokio::test]
async fn a_handle_is_taken_where_its_branch_or_backup_is() {
    let server = MockServer::start().await.unwrap();
    server.script_states(["success"]);
    let client = server.client().unwrap();
    let main = client.organization("acme").database("shop").branch("main");
    let ensured = client.ensure_backup(&main, "nightly").await.unwrap();
    let backup = main.backup(&ensured.backup.id);
    assert_eq!(client.wait_for_backup(&backup).await.unwrap().name, "nightly");
    let restored = client.restore_backup(&backup, "drill").await.unwrap();
    let again = backup.restore("drill").await.unwrap();
    assert_eq!((again.branch.id.as_str(), again.branch_ref.branch.as_str()), (&*restored.branch.id, "drill"));
    let drill = client.branch(&restored);
    assert_eq!(client.wait_for_branch(&drill).await.unwrap().id, restored.branch.id);
    assert_eq!(*client.branch(&drill).branch_ref(), restored.branch_ref);
}

#[test]
fn a_database_is_written_with_one_slash() {
    let database: DatabaseRef = "acme/shop".parse().unwrap();
    assert_eq!((&*database.organization, &*database.database), ("acme", "shop"));
    assert_eq!(database.to_string(), "acme/shop");
    assert_eq!(serde_json::from_value::<DatabaseRef>(serde_json::to_value(&database).unwrap()).unwrap(), database);
    for wrong in ["", "acme", "acme/", "/shop", "acme/shop/main"] {
        let error = wrong.parse::<DatabaseRef>().unwrap_err();
        assert!(matches!(error, Error::InvalidInput(_)), "{wrong}: {error}");
        assert!(error.to_string().contains("organization/database"), "{error}");
    }
}
