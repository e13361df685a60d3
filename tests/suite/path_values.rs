//! Path values of every kind: the server sees exactly the segments asked for, or nothing at all.

use planetscale_client::{Client, Error, Outcome};
use planetscale_tests::{Server, Step, json};
use proptest::prelude::*;

use crate::just_created::{self, builder};
use crate::property::config;

/// Undoes percent-encoding, and nothing else.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

async fn segments_seen(server: &Server, client: &Client, values: [&str; 3]) -> Option<Vec<String>> {
    let before = server.arrived().len();
    let [organization, database, branch] = values;
    let result = client.create_backup().organization(organization).database(database).branch(branch).send().await;
    let arrived = server.arrived();
    match result {
        Ok(_) => {
            assert_eq!(arrived.len(), before + 1);
            let target = arrived.last().unwrap().target();
            Some(target.split('/').map(decoded).collect())
        }
        Err(error) => {
            assert!(matches!(error, Error::InvalidInput(_)), "{error:?}");
            assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, false));
            assert_eq!(arrived.len(), before);
            None
        }
    }
}

/// Whatever a caller may pass, with the dangerous ones often.
fn value() -> impl Strategy<Value = String> {
    const CHOSEN: &[&str] = &[
        "", ".", "..", "...", "%2e%2e", "%2E.", "a/b", "a\\b", "..\\..", "../x", "a?b", "a#b", "a%b", "%", "a;b", " ",
        "\t", "\r\n", "\0", "größe", "商店", "a:b@c", "main", "\u{202e}", "a+b", "a&b=c", "..;", "~", "*",
    ];
    prop_oneof![
        prop::sample::select(CHOSEN).prop_map(str::to_owned),
        prop::string::string_regex("\\PC*").unwrap(),
        "[./%\\\\?#a]{0,6}",
        Just("x".repeat(10_000)),
        Just("é/".repeat(1_000)),
    ]
}

#[test]
fn the_server_sees_what_was_asked_for_or_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let created = json("201 Created", &just_created::body().to_string());
    let server = runtime.block_on(Server::start([Step::Answer(created)]));
    let client = builder(&server.url()).build().unwrap();
    proptest!(config(500), |(organization in value(), database in value(), branch in value())| {
        let values = [organization.as_str(), database.as_str(), branch.as_str()];
        let refused = values.iter().any(|value| matches!(*value, "" | "." | ".."));
        let seen = runtime.block_on(segments_seen(&server, &client, values));
        let wanted = ["", "organizations", values[0], "databases", values[1], "branches", values[2], "backups"];
        prop_assert_eq!(seen, (!refused).then(|| wanted.map(str::to_owned).to_vec()));
    });
}

#[tokio::test]
async fn a_dot_segment_is_named_in_the_error() {
    let server = Server::start([Step::Stall]).await;
    let client = builder(&server.url()).build().unwrap();
    let call = client.create_backup().organization("acme").database("shop");
    let error = call.clone().branch("..").send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid input, nothing was sent: branch is `..`, which would send the request to another endpoint"
    );
    let error = call.branch("").send().await.unwrap_err();
    assert_eq!(error.to_string(), "invalid input, nothing was sent: branch is empty");
}

#[tokio::test]
async fn a_value_beyond_what_a_url_can_hold_is_not_sent() {
    let server = Server::start([Step::Stall]).await;
    let client = builder(&server.url()).build().unwrap();
    let call = client.create_backup().organization("acme").database("shop");
    let error = call.branch("x".repeat(70_000)).send().await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput(_)), "{error:?}");
    assert!(error.to_string().len() < 600, "{error}");
    assert_eq!(server.arrived(), []);
}
