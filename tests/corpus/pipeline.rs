//! What teams do with a database, from its creation to its resizing, through the crate with all features: on the mock
//! server that remembers, with every answer read strictly.

// A test: whatever is not as it should be ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use planetscale_client::mock::MockServer;
use planetscale_client::types::{BackupState, Database, DeploymentState, Keyspace, ResizeState, WorkflowState};
use planetscale_client::{BranchRef, Error, Response};

/// An answer with nothing made good.
fn strict<T>(answer: Result<Response<T>, Error>) -> T {
    let answer = answer.unwrap();
    assert!(answer.made_good().is_empty(), "{:?}", answer.made_good());
    answer.into_inner()
}

#[tokio::test]
async fn from_a_database_to_its_resize() {
    let server = MockServer::remembering().freeze().await.unwrap();
    let client = server.client().unwrap();
    let later = || server.advance(Duration::from_secs(60));
    let shop = "store";

    let made = client.create_database().organization("acme").body_map(|b| b.name(shop).cluster_size("PS_10"));
    assert!(!strict(made.send().await).ready);
    later();
    assert!(strict(client.get_database().organization("acme").database(shop).send().await).ready);

    let branch = client.create_branch().organization("acme").database(shop);
    strict(branch.body_map(|b| b.name("dev").parent_branch("main")).send().await);
    later();
    assert!(strict(client.get_branch().organization("acme").database(shop).branch("dev").send().await).ready);

    let password = client.create_password().organization("acme").database(shop).branch("dev");
    let password = strict(password.body_map(|b| b.name("app")).send().await);
    assert!(password.plain_text.is_some());
    let found = client.get_password().organization("acme").database(shop).branch("dev").id(&password.id);
    assert!(strict(found.send().await).plain_text.is_none());

    let postgres = client.create_database().organization("acme");
    let kind = planetscale_client::types::DatabaseKind::Postgresql;
    strict(postgres.body_map(|b| b.name("pg").cluster_size("PS_10").kind(kind)).send().await);
    let role = client.create_role().organization("acme").database("pg").branch("main");
    assert!(strict(role.body_map(|b| b.name("writer")).send().await).password.is_some());
    let roles = strict(client.list_roles().organization("acme").database("pg").branch("main").send().await);
    assert!(roles.data.iter().all(|role| role.password.is_none()));

    let request = client.create_deploy_request().organization("acme").database(shop);
    let request = strict(request.body_map(|b| b.branch("dev").into_branch("main")).send().await);
    let state = async || {
        let request = client.get_deploy_request().organization("acme").database(shop).number(request.number);
        strict(request.send().await).deployment_state
    };
    later();
    assert_eq!(state().await, DeploymentState::Ready);
    strict(client.queue_deploy_request().organization("acme").database(shop).number(request.number).send().await);
    later();
    assert_eq!(state().await, DeploymentState::CompletePendingRevert);
    strict(client.revert_deploy_request().organization("acme").database(shop).number(request.number).send().await);
    later();
    assert_eq!(state().await, DeploymentState::CompleteRevert);

    let main = client.branch(BranchRef::new("acme", shop, "main"));
    let backup = strict(main.create_backup().await);
    later();
    let found = client.get_backup().organization("acme").database(shop).branch("main").id(&backup.id);
    assert_eq!(strict(found.send().await).state, BackupState::Success);
    let restored = client.create_branch().organization("acme").database(shop);
    let restored = restored
        .body_map(|b| b.name("restored").parent_branch("main").backup_id(&backup.id).cluster_size("PS_10"))
        .send();
    assert_eq!(strict(restored.await).restored_from_branch.unwrap().name, "main");
    let found = client.get_backup().organization("acme").database(shop).branch("main").id(&backup.id);
    assert_eq!(strict(found.send().await).restored_branches[0].name, "restored");

    let policy = client.create_backup_policy().organization("acme").database(shop);
    assert_eq!(strict(policy.body_map(|b| b.name("weekly").retention_value(4)).send().await).retention_value, 4);

    let webhook = client.create_webhook().organization("acme").database(shop);
    let webhook = strict(webhook.body_map(|b| b.url("https://example.com/hook")).send().await);
    assert!(webhook.enabled);
    client.test_webhook().organization("acme").database(shop).id(&webhook.id).send().await.unwrap();

    let budget = client.create_traffic_budget().organization("acme").database("pg").branch("main");
    let budget = strict(budget.body_map(|b| b.name("batch")).send().await);
    strict(client.get_traffic_budget().organization("acme").database("pg").branch("main").id(&budget.id).send().await);

    let workflow = client.create_workflow().organization("acme").database(shop);
    let workflow = workflow
        .body_map(|b| b.name("move").source_keyspace("main").target_keyspace("other").tables(vec!["orders".to_owned()]))
        .send();
    let number = strict(workflow.await).number;
    later();
    let workflow = client.get_workflow().organization("acme").database(shop).number(number);
    assert_eq!(strict(workflow.send().await).state, WorkflowState::Running);
    strict(client.switch_workflow_primaries().organization("acme").database(shop).number(number).send().await);
    later();
    let workflow = client.get_workflow().organization("acme").database(shop).number(number);
    assert_eq!(strict(workflow.send().await).state, WorkflowState::SwitchedPrimaries);

    let resize = client.update_keyspace_resize_request().organization("acme").database(shop).branch("main");
    let resize = strict(resize.keyspace("main").body_map(|b| b.cluster_size("PS_20")).send().await);
    assert_eq!(resize.as_ref().map(|resize| resize.state.clone()), Some(ResizeState::Pending));
    later();
    let keyspace = client.get_keyspace().organization("acme").database(shop).branch("main").keyspace("main");
    assert_eq!(strict(keyspace.send().await).cluster_name, "PS_20");
    assert_eq!(server.stored::<Database>().len(), 3);
    assert!(server.stored::<Keyspace>().len() >= 3);

    client.delete_database().organization("acme").database(shop).send().await.unwrap();
    let gone = client.get_branch().organization("acme").database(shop).branch("dev").send().await;
    assert_eq!(gone.unwrap_err().code(), Some("not_found"));
}
