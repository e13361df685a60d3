//! Errors and answers that a user makes for tests of their own, without a server; and what one call can be told.

use std::time::Duration;

use planetscale_client::calls::{CreateBackup, GetBackup, UpdateBackup};
use planetscale_client::types::Backup;
use planetscale_client::{
    EnsureError, Error, HeaderMap, Outcome, Refused, Response, RetryPolicy, StatusCode, Unreadable, WaitError,
};
use planetscale_tests::{Server, Step, json};

use crate::clock;
use crate::just_created;

#[test]
fn every_kind_of_error_is_made_by_hand() {
    let (create, get) = (CreateBackup::OPERATION, GetBackup::OPERATION);
    let status = |number| StatusCode::from_u16(number).unwrap();
    let minute = Duration::from_secs(60);
    let errors = [
        (Error::config("no credentials"), None, Outcome::NotApplied, false),
        (Error::invalid_input("no name"), None, Outcome::NotApplied, false),
        (Error::not_sent(create), Some("create_backup"), Outcome::NotApplied, true),
        (Error::timeout(create, minute), Some("create_backup"), Outcome::Unknown, false),
        (Error::timeout(get, minute), Some("get_backup"), Outcome::Unknown, true),
        (Error::interrupted(create), Some("create_backup"), Outcome::Unknown, false),
        (Refused::new(create, status(422)).into(), Some("create_backup"), Outcome::NotApplied, false),
        (Refused::new(create, status(500)).into(), Some("create_backup"), Outcome::Unknown, false),
        (
            Unreadable::new(create, status(201), r#"{"id": "b"}"#, "cut").into(),
            Some("create_backup"),
            Outcome::Applied,
            false,
        ),
        (
            WaitError::Poll { last: None, error: Box::new(Error::interrupted(get)) }.into(),
            Some("get_backup"),
            Outcome::Unknown,
            true,
        ),
        (EnsureError::new(Error::interrupted(create), true).into(), Some("create_backup"), Outcome::Unknown, false),
    ];
    for (error, operation, outcome, is_retryable) in errors {
        assert_eq!(
            (error.operation(), error.outcome(), error.is_retryable()),
            (operation, outcome, is_retryable),
            "{error}"
        );
        assert!(!error.to_string().is_empty());
    }
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", 7.into());
    headers.insert("cf-ray", "of-the-proxy".parse().unwrap());
    let of_the_proxy = Refused::new(create, status(429)).with_headers(headers.clone());
    assert_eq!(of_the_proxy.request_id(), Some("of-the-proxy"));
    headers.insert("x-request-id", "".parse().unwrap());
    assert_eq!(Refused::new(create, status(429)).with_headers(headers.clone()).request_id(), Some("of-the-proxy"));
    headers.insert("x-request-id", "r-1".parse().unwrap());
    let refused = Refused::new(create, status(429)).with_headers(headers).with_body(r#"{"code": "too_many"}"#);
    let error = Error::from(refused);
    assert_eq!((error.code(), error.request_id()), (Some("too_many"), Some("r-1")));
    assert_eq!((error.retry_after(), error.is_retryable()), (Some(Duration::from_secs(7)), true));
    let Error::Unreadable(answer) = Unreadable::new(create, status(201), r#"{"id": "b"}"#, "cut").into() else {
        panic!()
    };
    assert_eq!(answer.id().as_deref(), Some("b"));
    // What only changes or reads something makes nothing.
    let change = Unreadable::new(UpdateBackup::OPERATION, status(200), r#"{"id": "b"}"#, "cut");
    let said = "update_backup: the server accepted the request (200 OK), but its answer cannot be read";
    assert_eq!(change.to_string(), said);
    let read = Error::interrupted(get).to_string();
    assert_eq!(read, "get_backup: the connection broke; it only reads, so it can be tried again");
    // The cause of a wait's end is that of the whole, and such an answer may be another one the next time.
    let wait =
        WaitError::Poll { last: None, error: Box::new(Unreadable::new(get, status(200), "<html>", "cut").into()) };
    assert!(wait.is_retryable());
    let whole = Error::from(wait);
    let cause = std::error::Error::source(&whole).map(ToString::to_string);
    assert_eq!(cause.as_deref(), Some("get_backup: answered with 200 OK, but its answer cannot be read"));
    // Each part is an error by itself.
    let parts: [Box<dyn std::error::Error + Send + Sync>; 2] = [answer, Box::new(Refused::new(get, status(404)))];
    assert!(parts.iter().all(|part| !part.to_string().is_empty()));
}

#[test]
fn an_answer_is_what_it_holds() {
    let answer = Response::new(vec![1, 2], StatusCode::OK, HeaderMap::new());
    assert_eq!((answer.len(), answer.status(), answer.request_id()), (2, StatusCode::OK, None));
    assert_eq!(answer.map(|list| list.len()).into_inner(), 2);
}

#[tokio::test]
async fn one_call_has_settings_of_its_own() {
    clock::pause();
    let server = Server::start([Step::Answer(json("200 OK", &just_created::body().to_string()))]).await;
    let client = just_created::builder(&server.url()).build().unwrap();
    let call = || client.get_backup().organization("acme").database("shop").branch("main").id("b");
    // WaitTarget without `send()`, too.
    let answer: Response<Backup> = call().header("traceparent", "00-1").header("x-a", "b").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let head = server.arrived()[0].head.to_lowercase();
    assert!(
        head.contains("traceparent: 00-1") && head.contains("x-a: b") && head.contains("authorization: "),
        "{head}"
    );
    // As often as it is said.
    call().header("x-a", "b").header("X-A", "c").await.unwrap();
    let head = server.arrived()[1].head.to_lowercase();
    assert!(head.contains("x-a: b") && head.contains("x-a: c"), "{head}");
    for (name, value) in [("a b", "c"), ("a", "b\nc"), ("Authorization", "mine")] {
        let error = call().header(name, value).send().await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput(_)), "{error}");
    }
    let refused = Server::start([Step::Answer(json("404 Not Found", "{}"))]).await;
    let client = just_created::builder(&refused.url()).build().unwrap();
    let error = client.get_backup().organization("acme").database("shop").branch("a/b").id("b").await.unwrap_err();
    assert_eq!(error.target(), Some("/organizations/acme/databases/shop/branches/a%2Fb/backups/b"));
    assert!(format!("{error:?}").contains("Asked for:\n    /organizations/acme/databases/shop/"), "{error:?}");

    let server = Server::start([Step::Stall]).await;
    let client = just_created::builder(&server.url()).build().unwrap();
    let call = || client.get_backup().organization("acme").database("shop").branch("main").id("b");
    let error = call().timeout(Duration::from_millis(50)).retry(RetryPolicy::none()).send().await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    let busy = Server::start([Step::Answer(json("503 Service Unavailable", "{}"))]).await;
    let client_of_busy = just_created::builder(&busy.url()).build().unwrap();
    let request = client_of_busy.request(planetscale_client::Method::GET, ["a"]).retry(RetryPolicy::none());
    assert_eq!(request.send().await.unwrap_err().status().unwrap().as_u16(), 503);
    assert_eq!(busy.arrived().len(), 1);
    let request = client.request(planetscale_client::Method::GET, ["a"]).timeout(Duration::from_millis(50));
    assert!(matches!(request.send().await.unwrap_err(), Error::Timeout(_)));
}
