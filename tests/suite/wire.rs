//! What the client sends.

use planetscale_client::types::{CreateBranchBody, KeyspaceClusterSize, RetentionUnit, SeedData, UpdateBackupBody};
use planetscale_client::{BearerToken, Client};
use planetscale_tests::{Arrived, Server, Step, json};

use crate::just_created::{self, builder, create};

/// The request as it arrived; what differs from run to run is replaced.
fn shown(arrived: &Arrived) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some(("host", _)) => "host: <loopback>".to_owned(),
        Some(("user-agent", agent)) => {
            format!(
                "user-agent: {}",
                agent.replace(env!("CARGO_PKG_VERSION"), "<version>").replace("/0.1.0", "/<version>")
            )
        }
        _ => line.to_owned(),
    };
    let head: Vec<_> = arrived.head.lines().map(line).collect();
    format!("{}\n\n{}", head.join("\n"), arrived.body)
}

async fn server() -> Server {
    Server::start([Step::Answer(json("201 Created", &just_created::body().to_string()))]).await
}

fn only(server: &Server) -> Arrived {
    let mut arrived = server.arrived();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    arrived.remove(0)
}

#[tokio::test]
async fn request_default() {
    let server = server().await;
    create(&builder(&server.url()).build().unwrap()).await.unwrap();
    insta::assert_snapshot!(shown(&only(&server)));
}

#[tokio::test]
async fn request_with_all_fields() {
    let server = server().await;
    let client = builder(&server.url()).user_agent("migrator/2.1").build().unwrap();
    client
        .create_backup()
        .organization("acme")
        .database("shop")
        .branch("main")
        .body_map(|b| b.name("before-migration").retention_unit(RetentionUnit::Week).retention_value(2).emergency(true))
        .send()
        .await
        .unwrap();
    insta::assert_snapshot!(shown(&only(&server)));
}

/// The product that calls comes first, as it matters most (RFC 9110, 10.1.5).
#[tokio::test]
async fn the_callers_product_comes_before_the_crate() {
    let server = server().await;
    create(&builder(&server.url()).user_agent("migrator/2.1").build().unwrap()).await.unwrap();
    let head = only(&server).head.to_lowercase();
    assert!(head.contains("user-agent: migrator/2.1 planetscale-client-rs/"), "{head}");
    assert!(head.contains("accept: application/json"), "{head}");
}

#[tokio::test]
async fn request_unicode() {
    let server = server().await;
    let client = builder(&server.url()).build().unwrap();
    client
        .create_backup()
        .organization("größe")
        .database("商店")
        .branch("feature/é?#%")
        .body_map(|b| b.name("vor der Änderung ✓"))
        .send()
        .await
        .unwrap();
    insta::assert_snapshot!(shown(&only(&server)));
}

#[tokio::test]
async fn request_get_backup() {
    let server = server().await;
    let client = builder(&server.url()).build().unwrap();
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("abc/1");
    call.send().await.unwrap();
    insta::assert_snapshot!(shown(&only(&server)));
    let error = client.get_backup().organization("acme").database("shop").branch("main").id("..").send().await;
    assert!(error.unwrap_err().to_string().contains("id is `..`"));
}

#[tokio::test]
async fn bearer_token_has_a_scheme_word() {
    let server = server().await;
    let client = Client::builder().auth(BearerToken::new("oauth")).base_url(server.url()).build().unwrap();
    create(&client).await.unwrap();
    assert!(only(&server).head.contains("authorization: Bearer oauth"));
}

#[tokio::test]
async fn a_body_may_be_set_as_a_value_and_cleared() {
    let server = server().await;
    let body =
        planetscale_client::types::CreateBackupBody::builder().name("x").retention_value(5).set_retention_value(None);
    let body: planetscale_client::types::CreateBackupBody = body.try_into().unwrap();
    let client = builder(&server.url()).build().unwrap();
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    call.body(body).send().await.unwrap();
    assert_eq!(only(&server).body, r#"{"name":"x"}"#);
}

#[tokio::test]
async fn a_base_url_may_have_a_path_and_end_in_a_slash() {
    let server = server().await;
    let client = builder(&format!("{}/v1/", server.url())).build().unwrap();
    create(&client).await.unwrap();
    assert_eq!(only(&server).target(), "/v1/organizations/acme/databases/shop/branches/main/backups");
}

#[tokio::test]
async fn arguments_out_of_bounds_are_not_sent() {
    let server = server().await;
    let client = builder(&server.url()).build().unwrap();
    let call = || client.create_backup().organization("acme").database("shop").branch("main");
    for (value, message) in [
        (0, "invalid input, nothing was sent: retention_value: 0 is not at least 1"),
        (-1, "invalid input, nothing was sent: retention_value: -1 is not at least 1"),
        (1001, "invalid input, nothing was sent: retention_value: 1001 is not at most 1000"),
    ] {
        let error = call().body_map(|b| b.retention_value(value)).send().await.unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    for value in [1, 1000] {
        call().body_map(|b| b.retention_value(value)).send().await.unwrap();
    }
    let error = client.create_backup().organization("acme").branch("main").send().await.unwrap_err();
    assert_eq!(error.to_string(), "invalid input, nothing was sent: `database` was not set");
    assert_eq!(server.arrived().len(), 2);
}

/// Unset, empty and full are three things: what is empty is how a list is cleared.
#[tokio::test]
async fn an_empty_list_is_sent_and_an_unset_one_is_not() {
    let server = server().await;
    let client = builder(&server.url()).build().unwrap();
    let call = || client.create_branch().organization("acme").database("shop").body_map(|b| b.name("x"));
    let size = KeyspaceClusterSize::builder().keyspace_name("a").cluster_size("PS_20").try_into().unwrap();
    for (sizes, expected) in [
        (None, r#"{"name":"x"}"#),
        (Some(Vec::new()), r#"{"keyspace_cluster_sizes":[],"name":"x"}"#),
        (Some(vec![size]), r#"{"keyspace_cluster_sizes":[{"cluster_size":"PS_20","keyspace_name":"a"}],"name":"x"}"#),
    ] {
        // What it is answered with does not matter here.
        let _ = call().body_map(|b| b.set_keyspace_cluster_sizes(sizes)).send().await;
        assert_eq!(server.arrived().last().unwrap().body, expected);
    }
}

/// What a program reads from a file of its own: a misspelt key is an error, and not a request that says less.
#[test]
fn a_request_refuses_keys_that_it_does_not_have() {
    let error = serde_json::from_str::<UpdateBackupBody>(r#"{"protect": true}"#).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `protect`, expected `protected`"), "{error}");
    let body = r#"{"name": "x", "keyspace_cluster_sizes": [{"keyspace_name": "a", "size": "PS_20"}]}"#;
    let error = serde_json::from_str::<CreateBranchBody>(body).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `size`"), "{error}");
}

#[test]
fn open_and_closed_enums_list_what_is_known() {
    assert_eq!(RetentionUnit::KNOWN, ["hour", "day", "week", "month", "year"]);
    assert_eq!(SeedData::KNOWN, ["last_successful_backup"]);
    let schema = serde_json::to_value(schemars::schema_for!(RetentionUnit)).unwrap();
    assert_eq!(schema["examples"], serde_json::json!(RetentionUnit::KNOWN));
    // One reads what is not known, the other names what is.
    assert_eq!("weeks".parse::<RetentionUnit>().unwrap().as_str(), "weeks");
    assert!("none".parse::<SeedData>().unwrap_err().to_string().contains(SeedData::KNOWN[0]));
}

/// By rule: no field of a request is left out where it is empty.
#[test]
fn no_list_of_a_request_is_left_out_where_it_is_empty() {
    let code = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/src/generated");
    let (mut builders, mut left_out) = (std::collections::BTreeSet::new(), Vec::new());
    for entry in std::fs::read_dir(code).unwrap() {
        let file = syn::parse_file(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        let modules = file.items.into_iter().filter_map(|item| match item {
            syn::Item::Mod(item) if item.ident == "types" => item.content,
            _ => None,
        });
        for item in modules.flat_map(|(_, items)| items) {
            match item {
                syn::Item::Mod(item) if item.ident == "builder" => {
                    for item in item.content.into_iter().flat_map(|(_, items)| items) {
                        if let syn::Item::Struct(item) = item {
                            builders.insert(item.ident.to_string());
                        }
                    }
                }
                syn::Item::Struct(item) => {
                    let says = |attr: &syn::Attribute| matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string().contains("is_empty"));
                    if item.fields.iter().any(|field| field.attrs.iter().any(says)) {
                        left_out.push(item.ident.to_string());
                    }
                }
                _ => {}
            }
        }
    }
    assert!(builders.len() > 40, "{builders:?}");
    left_out.retain(|name| builders.contains(name));
    assert!(left_out.is_empty(), "{left_out:?}");
}

#[tokio::test]
async fn a_parameter_may_be_set_and_cleared() {
    let server = server().await;
    let client = builder(&server.url()).build().unwrap();
    let call = client.list_branches().organization("acme").database("shop").page(3).per_page(7);
    for (page, expected) in [(Some(4), "page=4&per_page=7"), (None, "per_page=7")] {
        // What it is answered with does not matter here.
        let _ = call.clone().set_page(page).send().await;
        let target = server.arrived().last().unwrap().target().to_owned();
        assert_eq!(target, format!("/organizations/acme/databases/shop/branches?{expected}"));
    }
}

#[tokio::test]
async fn a_body_that_may_be_absent_is_sent_where_it_is_set_alone() {
    let server = Server::start([Step::Answer(json("200 OK", "{}"))]).await;
    let client = builder(&server.url()).build().unwrap();
    let call = || {
        let call = client.update_branch_cluster_config().organization("acme").database("shop").branch("main");
        call.retry(planetscale_client::RetryPolicy::none())
    };
    let _ = call().send().await;
    let _ = call().body_map(|body| body.cluster_size("PS_20")).send().await;
    let arrived: Vec<_> = server
        .arrived()
        .into_iter()
        .map(|arrived| (arrived.head.to_lowercase().contains("content-type:"), arrived.body))
        .collect();
    assert_eq!(arrived, [(false, String::new()), (true, r#"{"cluster_size":"PS_20"}"#.to_owned())]);
}

/// The last page tells where it ends, too.
#[tokio::test]
async fn the_cursor_of_the_last_page_is_not_followed() {
    let page = |has_next: bool, end: &str| {
        let page = serde_json::json!({
            "type": "list", "has_next": has_next, "has_prev": false, "cursor_start": "c0", "cursor_end": end, "data": [],
        });
        Step::Answer(json("200 OK", &page.to_string()))
    };
    let server = Server::start([page(true, "c1"), page(false, "c2")]).await;
    let client = builder(&server.url()).build().unwrap();
    let events = client.list_audit_logs().organization("acme").items().try_collect::<Vec<_>>().await.unwrap();
    assert!(events.is_empty());
    let targets: Vec<String> = server.arrived().iter().map(|arrived| arrived.target().to_owned()).collect();
    assert_eq!(targets, ["/organizations/acme/audit-log", "/organizations/acme/audit-log?starting_after=c1"]);
}
