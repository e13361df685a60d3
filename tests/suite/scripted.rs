//! The mock server for any operation: scripted answers, and requests held to the description of the API.

use planetscale_client::calls::{CreateBackup, GetBackup, GetBranchSchema, LintBranchSchema, PromoteBranch};
use planetscale_client::mock::MockServer;
use planetscale_client::types::{Backup, BackupState, BranchSchema};
use planetscale_client::{BranchRef, Client, Method, StatusCode};
use serde_json::{Value, json};

async fn started() -> (MockServer, Client) {
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    (server, client)
}

#[tokio::test]
async fn answers_come_in_their_order_and_the_last_one_stays() {
    let (server, client) = started().await;
    for state in [BackupState::Running, BackupState::Success] {
        let mut backup = Backup::fixture();
        backup.state = state;
        server.answer::<GetBackup>(&backup);
    }
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("any");
    let mut states = Vec::new();
    for _ in 0..3 {
        states.push(call.clone().send().await.unwrap().state.to_string());
    }
    assert_eq!(states, ["running", "success", "success"]);
    // Others are played as ever, and a scripted one is held to the description.
    server.answer::<CreateBackup>(&Backup::fixture());
    let create = client.create_backup().organization("acme").database("shop").branch("main");
    assert_eq!(create.clone().send().await.unwrap().name, "nightly");
    assert_eq!(create.send().await.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn what_was_not_scripted_says_the_line_to_write() {
    let (server, client) = started().await;
    let call = client.get_branch_schema().organization("acme").database("shop").branch("main");
    let error = call.clone().send().await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(StatusCode::NOT_IMPLEMENTED), Some("not_implemented")));
    let line = "`server.answer::<calls::GetBranchSchema>(&…)`";
    assert!(error.to_string().contains(line), "{error}");
    let schema: BranchSchema = serde_json::from_value(json!({ "data": [] })).unwrap();
    server.answer::<GetBranchSchema>(&schema);
    assert!(call.send().await.unwrap().data.is_empty());
    // With a body in the answer, and without.
    let promote = client.promote_branch().organization("acme").database("shop").branch("main");
    assert!(promote.send().await.unwrap_err().to_string().contains("PromoteBranch"));
    let _: fn(&MockServer, &<PromoteBranch as planetscale_client::mock::Call>::Answer) =
        |server, answer| server.answer::<PromoteBranch>(answer);
}

#[tokio::test]
async fn a_branch_knows_its_names() {
    let (server, client) = started().await;
    let branch = client.branch(BranchRef::new("acme", "shop", "feature/1"));
    branch.get_branch_schema().keyspace("shop").send().await.unwrap_err();
    branch.promote_branch().send().await.unwrap_err();
    let plain = client.get_branch_schema().organization("acme").database("shop").branch("feature/1").keyspace("shop");
    plain.send().await.unwrap_err();
    let targets: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
    let path = "/v1/organizations/acme/databases/shop/branches/feature%2F1";
    let schema = format!("{path}/schema?keyspace=shop");
    assert_eq!(targets, [schema.clone(), format!("{path}/promote"), schema]);
}

#[tokio::test]
async fn a_request_is_held_to_the_description() {
    let (server, client) = started().await;
    let page = serde_json::from_value(json!({
        "type": "list", "current_page": 1, "per_page": 25, "next_page": null, "next_page_url": null,
        "prev_page": null, "prev_page_url": null, "total_count": 0, "total_pages": 0, "data": [],
    }));
    server.answer::<LintBranchSchema>(&page.unwrap());
    let branch = ["organizations", "acme", "databases", "shop", "branches", "main"];
    let send = |method: Method,
                more: &'static [&'static str],
                query: Option<(&'static str, &'static str)>,
                body: Option<Value>| {
        let mut request = client.request(method, branch.iter().chain(more).copied());
        if let Some((name, value)) = query {
            request = request.query(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        async move {
            let error = request.send().await.err()?;
            Some((error.status().unwrap().as_u16(), error.to_string()))
        }
    };
    let get = |query| send(Method::GET, &["schema", "lint"], Some(query), None);
    assert_eq!(get(("page", "2")).await, None);
    for (query, why) in [
        (("page", "two"), "page is `two`, but must be a whole number"),
        (("colour", "red"), "colour is not a parameter of lint_branch_schema"),
    ] {
        let (status, text) = get(query).await.unwrap();
        assert_eq!(status, 422);
        assert!(text.contains(why), "{text}");
    }
    // Bodies, of an operation that is not played: what is wrong is told before that.
    for (body, why) in [
        (json!({ "deletion_protected": 7 }), "the body: invalid type"),
        (json!({ "deletion_protected": null }), "deletion_protected is null, but can be left out only"),
        (json!({ "colour": "red" }), "the body: unknown field `colour`"),
        (json!([]), "the body: "),
        (json!([null, null]), "the body is a list, but must be an object"),
    ] {
        let (status, text) = send(Method::PATCH, &[], None, Some(body.clone())).await.unwrap();
        assert!(status == 400 && text.contains(why), "{body}: {status} {text}");
    }
    // A value that the description does not list.
    let (status, text) = send(Method::GET, &["backups"], Some(("state", "AAA")), None).await.unwrap();
    assert!(status == 422 && text.contains("state is `AAA`, but must be one of pending, running"), "{text}");
    // What the API has not.
    let (status, _) = send(Method::GET, &["nonsense"], None, None).await.unwrap();
    assert_eq!(status, 404);
}
