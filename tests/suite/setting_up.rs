//! Settings for one call, reqwest's own builder, and endpoints that have no method.

use std::time::Duration;

use planetscale_client::{BearerToken, Client, Error, Method, Outcome, RetryPolicy, ServiceToken};
use planetscale_tests::{Server, Step, answer, json};
use serde_json::json as value;
use tokio::time::Instant;

use crate::clock;
use crate::just_created::{self, builder, create};

#[tokio::test]
async fn a_clone_may_have_other_settings() {
    clock::pause();
    let server = Server::start([Step::Stall]).await;
    let client = builder(&server.url()).timeout(Duration::from_secs(30)).build().unwrap();
    let hasty = client.with(|settings| {
        settings.timeout(Duration::from_millis(200));
    });
    let start = Instant::now();
    let error = create(&hasty).await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)) && start.elapsed() < Duration::from_secs(10), "{error:?}");

    // And longer than the client's own, which stays as it is.
    let slow = Step::Drip(json("201 Created", &just_created::body().to_string()), Duration::from_millis(1));
    let server = Server::start([slow]).await;
    let hasty = builder(&server.url()).timeout(Duration::from_millis(50)).build().unwrap();
    assert!(create(&hasty).await.is_err());
    let patient = hasty.with(|settings| {
        settings.timeout(Duration::from_secs(30));
    });
    create(&patient).await.unwrap();
    assert!(create(&hasty).await.is_err());

    let server = Server::start([Step::Answer(json("201 Created", &just_created::body().to_string()))]).await;
    let client = builder(&server.url()).max_response_bytes(10).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the body is larger than 10 bytes");
    let larger = client.with(|settings| {
        settings.max_response_bytes(10_000);
    });
    create(&larger).await.unwrap();
    // To the byte.
    let length = just_created::body().to_string().len();
    for (most, fits) in [(length, true), (length - 1, false)] {
        let client = client.with(|settings| {
            settings.max_response_bytes(most);
        });
        assert_eq!(create(&client).await.is_ok(), fits, "{most}");
    }

    // No time is too long.
    let longest = larger.with(|settings| {
        settings.timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    });
    create(&longest).await.unwrap();
    assert!(
        longest
            .create_backup()
            .organization("acme")
            .database("shop")
            .branch("main")
            .timeout(Duration::MAX)
            .await
            .is_ok()
    );

    let busy = Server::start([Step::Answer(answer("429 Too Many Requests", &[], ""))]).await;
    let client = builder(&busy.url()).retry(RetryPolicy::none()).build().unwrap();
    let again = client.with(|settings| {
        settings.retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)).max_retries(2));
    });
    create(&again).await.unwrap_err();
    assert_eq!(busy.arrived().len(), 3);
    create(&client).await.unwrap_err();
    assert_eq!(busy.arrived().len(), 4);
}

#[tokio::test]
async fn reqwests_builder_can_be_changed_but_not_what_keeps_the_token_safe() {
    let there = Server::start([Step::Answer(json("201 Created", &just_created::body().to_string()))]).await;
    let moved = Step::Answer(answer("307 Temporary Redirect", &[("location", &there.url())], ""));
    let server = Server::start([moved]).await;
    let client = builder(&server.url())
        .http(|http| {
            http.redirect(reqwest::redirect::Policy::limited(5)).default_headers(
                [(reqwest::header::HeaderName::from_static("x-team"), "blue".parse().unwrap())].into_iter().collect(),
            )
        })
        .build()
        .unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (307, Outcome::NotApplied));
    assert_eq!(there.arrived().len(), 0);
    assert!(server.arrived()[0].head.to_ascii_lowercase().contains("x-team: blue"));
    // Roots can be added, and https is set up all the same.
    let client = Client::builder()
        .auth(ServiceToken::new("i", "t"))
        .http(|http| http.tls_danger_accept_invalid_hostnames(false));
    client.build().unwrap();
}

/// A server that keeps connections, and says for each request which one it came by and who called.
async fn keeping() -> (String, std::sync::Arc<std::sync::Mutex<Vec<(usize, String)>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = std::sync::Arc::<std::sync::Mutex<Vec<_>>>::default();
    let noted = seen.clone();
    tokio::spawn(async move {
        for connection in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let noted = noted.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while let Ok(byte) = stream.read_u8().await {
                    head.push(byte);
                    if head.ends_with(b"\r\n\r\n") {
                        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
                        let name = |line: &&str| line.to_ascii_lowercase().starts_with("authorization:");
                        let caller = text.lines().find(name).unwrap_or_default()[14..].trim().to_owned();
                        noted.lock().unwrap().push((connection, caller));
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
                    }
                }
            });
        }
    });
    (url, seen)
}

#[tokio::test]
async fn a_client_with_another_token_keeps_its_connections() {
    let (url, seen) = keeping().await;
    let first = Client::builder().auth(BearerToken::new("first")).base_url(url).build().unwrap();
    let other = first.with_auth(BearerToken::new("refreshed")).unwrap();
    for client in [&first, &other, &first] {
        client.request(Method::GET, ["regions"]).send().await.unwrap();
    }
    let expected = ["Bearer first", "Bearer refreshed", "Bearer first"].map(|caller| (0, caller.to_owned()));
    assert_eq!(*seen.lock().unwrap(), expected);
    // The one that is no longer used is not taken out of answers, and the new one is.
    let refused = Server::start([Step::Answer(answer("400 Bad Request", &[], "first or refreshed"))]).await;
    let client = builder(&refused.url()).auth(BearerToken::new("first")).build().unwrap();
    let error = create(&client.with_auth(BearerToken::new("refreshed")).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("first or [REDACTED]"), "{error}");
    let error = first.with_auth(BearerToken::new("a\nb")).unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error}");
}

#[test]
fn a_conversion_of_a_builder_may_end_with_a_question_mark() {
    fn body(set: impl FnOnce(Builder) -> Builder) -> Result<CreateBranchBody, Error> {
        Ok(set(CreateBranchBody::builder()).try_into()?)
    }
    use planetscale_client::types::CreateBranchBody;
    use planetscale_client::types::builder::CreateBranchBody as Builder;

    assert_eq!(body(|builder| builder.name("b")).unwrap().name, "b");
    let error = body(|builder| builder).unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert!(matches!(&error, Error::InvalidInput(_)) && error.to_string().contains("name"), "{error}");
    let error = body(|builder| builder.name("b").seed_data("none")).unwrap_err().to_string();
    let known = planetscale_client::types::SeedData::KNOWN[0];
    assert!(error.contains("`seed_data` got an invalid value: ") && error.contains(known), "{error}");
}

#[tokio::test]
async fn any_endpoint_can_be_asked() {
    let server = Server::start([
        Step::Answer(json("200 OK", r#"{"data": [1e3]}"#)),
        Step::Answer(answer("204 No Content", &[], "")),
        Step::Answer(json("404 Not Found", r#"{"code": "not_found", "message": "No."}"#)),
        Step::Answer(answer("200 OK", &[], "<html>")),
    ])
    .await;
    let client = builder(&server.url()).build().unwrap();
    let got = client.request(Method::GET, ["organizations", "a/b#c", "regions"]);
    let got = got.query("page", "2 & 3").query("tag", "a").query("tag", "b").send();
    assert_eq!(*got.await.unwrap(), value!({ "data": [1000.0] }));
    let gone = client.request(Method::DELETE, ["organizations", "acme"]).send().await.unwrap();
    assert_eq!((gone.status().as_u16(), gone.into_inner()), (204, value!(null)));
    let patch = client.request(Method::PATCH, ["a"]).json(value!({ "protected": true })).send();
    assert_eq!(patch.await.unwrap_err().code(), Some("not_found"));
    assert!(matches!(client.request(Method::GET, ["a"]).send().await, Err(Error::Unreadable(_))));
    let arrived = server.arrived();
    assert_eq!(arrived[0].target(), "/organizations/a%2Fb%23c/regions?page=2+%26+3&tag=a&tag=b");
    let head = arrived[0].head.to_ascii_lowercase();
    assert!(head.contains("authorization: ") && head.contains("api-version: "), "{head}");
    assert_eq!(arrived[2].body, r#"{"protected":true}"#);
    for segments in [&[][..], &[""], &[".."], &["a", "."]] {
        let error = client.request(Method::GET, segments).send().await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput(_)), "{error}");
    }
    let odd = client.request(Method::from_bytes(b"BREW").unwrap(), ["coffee"]).send().await.unwrap_err();
    assert_eq!(odd.to_string(), "invalid input, nothing was sent: the method BREW is unknown");
    assert_eq!(server.arrived().len(), 4);
}
