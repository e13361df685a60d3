//! No token where people look: Debug, Display, errors, traces.

use std::error::Error as _;
use std::time::Duration;

use planetscale_client::{BearerToken, Client, Error, RetryPolicy, Secret, ServiceToken};
use planetscale_tests::{Server, Step, answer, closed_address, json};

use crate::clock;
use crate::just_created::{self, body_with, create};
use crate::traces::Trace;

const TOKEN: &str = "pscale_tkn_0123456789abcdef";

fn all_of(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
    match error {
        Error::Refused(refused) => text.push_str(&String::from_utf8_lossy(refused.body())),
        Error::Unreadable(answer) => text.push_str(&String::from_utf8_lossy(answer.body())),
        _ => {}
    }
    text
}

#[tokio::test]
async fn no_token_in_debug_display_errors_or_traces() {
    clock::pause();
    let trace = Trace::begin();
    let echo = format!(r#"{{"code":"unauthorized","message":"`id:{TOKEN}` is no token"}}"#);
    let mut text = String::new();
    for auth in [true, false] {
        for step in [
            Step::Answer(json("201 Created", &just_created::body().to_string())),
            Step::Answer(json("401 Unauthorized", &echo)),
            Step::Answer(answer("301 Moved", &[("location", "https://example.com")], "")),
            Step::Answer(json("201 Created", &body_with("size", Some(TOKEN.into())).to_string())),
            Step::Answer(json("201 Created", &format!("{TOKEN} no json"))),
            Step::ResetAfterReading,
            Step::Stall,
        ] {
            let server = Server::start([step]).await;
            text.push_str(&everything(&server.url(), auth).await);
            assert!(server.arrived()[0].head.contains(TOKEN));
        }
        text.push_str(&everything(&closed_address(), auth).await);
    }
    text.push_str(&trace.text());
    assert!(text.contains("create_backup"));
    assert!(!text.contains(TOKEN), "{text}");
    assert!(!text.contains("0123456789"), "{text}");
}

async fn everything(url: &str, service_token: bool) -> String {
    let builder = Client::builder().base_url(url).timeout(clock::A_WHILE).retry(RetryPolicy::none());
    let builder = if service_token {
        builder.auth(ServiceToken::new("id", TOKEN))
    } else {
        builder.auth(BearerToken::new(TOKEN))
    };
    let mut text = format!("{builder:?} {builder:#?}");
    let client = builder.build().unwrap();
    text.push_str(&format!("{client:?} {:?}", client.create_backup()));
    match create(&client).await {
        Ok(backup) => text.push_str(&format!("{backup:?}")),
        Err(error) => text.push_str(&all_of(&error)),
    }
    text
}

#[tokio::test]
async fn a_token_that_is_sent_back_is_taken_out_and_nothing_else() {
    for echo in [
        format!("before {TOKEN} between {TOKEN}{TOKEN} after"),
        TOKEN.to_owned(),
        "nothing to hide".to_owned(),
        format!("{TOKEN}{}", &TOKEN[..TOKEN.len() - 1]),
    ] {
        let server = Server::start([Step::Answer(answer("404 Not Found", &[], &echo))]).await;
        let client = Client::builder().base_url(server.url()).auth(ServiceToken::new("id", TOKEN)).build().unwrap();
        let Err(Error::Refused(refused)) = create(&client).await else { panic!("not refused") };
        assert_eq!(String::from_utf8_lossy(refused.body()), echo.replace(TOKEN, "[REDACTED]"));
    }
}

/// Whatever is wrong with the answer that has them.
#[tokio::test]
async fn a_token_in_headers_is_taken_out_and_no_other_header_is_changed() {
    clock::pause();
    let echo = format!("Bearer {TOKEN}, {TOKEN}");
    let headers = [("x-echo", echo.as_str()), ("x-plain", "plain"), ("x-request-id", TOKEN)];
    let gzip = [&headers[..], &[("content-encoding", "gzip")]].concat();
    let whole = just_created::body().to_string();
    let whole = answer("201 Created", &headers, &whole);
    for (what, step) in [
        ("refused", Step::Answer(answer("422 Unprocessable Entity", &headers, "{}"))),
        ("a redirect", Step::Answer(answer("302 Found", &headers, ""))),
        ("no JSON", Step::Answer(answer("201 Created", &headers, "{"))),
        ("not the JSON", Step::Answer(answer("201 Created", &headers, r#"{"id": 7}"#))),
        ("encoded", Step::Answer(answer("201 Created", &gzip, "{}"))),
        ("cut short", Step::Answer(whole[..whole.len() - 40].to_vec())),
        ("too large", Step::Endless(b"HTTP/1.1 201 Created\r\nx-echo: Bearer pscale_tkn_0123456789abcdef, pscale_tkn_0123456789abcdef\r\nx-plain: plain\r\nx-request-id: pscale_tkn_0123456789abcdef\r\nconnection: close\r\n\r\n".to_vec(), vec![b' '; 1 << 16])),
    ] {
        let server = Server::start([step]).await;
        let client = Client::builder().base_url(server.url()).auth(ServiceToken::new("id", TOKEN)).build().unwrap();
        let error = create(&client).await.unwrap_err();
        let headers = match &error {
            Error::Refused(refused) => refused.headers(),
            Error::Unreadable(answer) => answer.headers(),
            other => panic!("{what}: {other:?}"),
        };
        assert_eq!(headers["x-echo"], "Bearer [REDACTED], [REDACTED]", "{what}");
        assert_eq!(headers["x-plain"], "plain", "{what}");
        assert_eq!(error.request_id(), Some("[REDACTED]"), "{what}");
        assert!(!all_of(&error).contains(TOKEN) && !format!("{headers:?}").contains(TOKEN), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn the_span_tells_the_operation() {
    let trace = Trace::begin();
    let server = Server::start([
        Step::Answer(answer("429 Too Many Requests", &[], "")),
        Step::Answer(json("201 Created", &just_created::body().to_string())),
    ])
    .await;
    create(&just_created::builder(&server.url()).build().unwrap()).await.unwrap();
    let text = trace.text();
    let closed = text.lines().last().unwrap();
    for field in [
        "operation=\"create_backup\"",
        "method=\"POST\"",
        "path=\"/organizations/{organization}/databases/{database}/branches/{branch}/backups\"",
        "attempt=2",
        "status=201",
        "duration_ms=",
    ] {
        assert!(closed.contains(field), "{field} is not in: {text}");
    }
}

#[tokio::test]
async fn the_span_tells_what_the_server_calls_a_request_that_it_refused() {
    let trace = Trace::begin();
    let server = Server::start([Step::Answer(answer("404 Not Found", &[("x-request-id", "req-7")], ""))]).await;
    create(&just_created::builder(&server.url()).build().unwrap()).await.unwrap_err();
    let text = trace.text();
    let closed = text.lines().last().unwrap();
    assert!(closed.contains("request_id=\"req-7\"") && closed.contains("status=404"), "{text}");
}

/// The server chooses the keys of an answer that may be any JSON.
#[tokio::test]
async fn a_token_that_is_a_key_of_an_answer_is_in_no_place_that_is_told() {
    let trace = Trace::begin();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let bodies = [format!(r#"{{"{TOKEN}": 1, "{TOKEN}": "\ud83d"}}"#), format!(r#"{{"{TOKEN}": {deep}}}"#)];
    let server = Server::start(bodies.map(|body| Step::Answer(json("200 OK", &body)))).await;
    let client = just_created::builder(&server.url()).auth(BearerToken::new(TOKEN)).build().unwrap();
    let read = client.request(planetscale_client::Method::GET, ["any"]).send().await.unwrap();
    let told: Vec<_> = read.made_good().iter().map(|one| one.pointer()).collect();
    assert_eq!(told, ["", "/[REDACTED]"]);
    let error = client.request(planetscale_client::Method::GET, ["any"]).send().await.unwrap_err();
    let Error::Unreadable(answer) = &error else { panic!("{error:?}") };
    assert!(answer.path().is_some_and(|path| path.starts_with("[REDACTED][0]")), "{:?}", answer.path());
    let shown = format!("{} {}", all_of(&error), trace.text());
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn a_header_of_eight_characters_is_taken_for_a_credential() {
    let server = Server::start([Step::Answer(answer("404 Not Found", &[], "12345678 abcdefg"))]).await;
    let client = just_created::builder(&server.url()).build().unwrap();
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
    let error = call.header("x-key", "12345678").header("x-short", "abcdefg").send().await.unwrap_err();
    assert!(all_of(&error).ends_with("[REDACTED] abcdefg"), "{error}");
}

#[test]
fn tokens_that_cannot_stand_in_a_header_are_refused_without_being_shown() {
    for bad in ["line\nbreak", "line\r\nbreak", "größe", "", "a b", "tab\t", "\0"] {
        for builder in [
            Client::builder().auth(ServiceToken::new("id", bad)),
            Client::builder().auth(ServiceToken::new(bad, "token")),
            Client::builder().auth(BearerToken::new(bad)),
        ] {
            let error = builder.build().unwrap_err();
            assert!(matches!(error, Error::Config(_)), "{error:?}");
            assert!(bad.is_empty() || !format!("{error}{error:?}").contains(bad), "{error}");
        }
    }
}

#[test]
fn base_urls() {
    let build = |url: &str| Client::builder().auth(ServiceToken::new("id", TOKEN)).base_url(url).build();
    for good in [
        "https://api.planetscale.com/v1",
        "http://127.0.0.1:80",
        "http://localhost:9/v1",
        "http://[::1]:9",
        "http://127.8.9.1",
    ] {
        build(good).unwrap();
    }
    for bad in [
        "http://api.planetscale.com/v1",
        "http://localhost.example.com",
        "http://0.0.0.0",
        "ftp://localhost",
        "api.planetscale.com",
        "",
        "https://user:pass@localhost",
        "https://user@localhost",
        "https://:pass@localhost",
        "https://localhost?x=1",
        "https://localhost#x",
        "file:///etc/passwd",
        "http://127.0.0.1.example.com",
    ] {
        let error = build(bad).unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{bad}: {error:?}");
        assert!(error.to_string().starts_with("invalid configuration: base_url"), "{error}");
        assert!(!error.to_string().contains("pass@"), "{error}");
    }
}

#[test]
fn timeouts_of_zero_or_forever() {
    let builder = || Client::builder().auth(ServiceToken::new("id", TOKEN));
    assert!(builder().timeout(Duration::ZERO).build().is_err());
    assert!(builder().attempt_timeout(Duration::ZERO).build().is_err());
    assert!(builder().connect_timeout(Duration::ZERO).build().is_err());
    builder().timeout(Duration::MAX).connect_timeout(Duration::MAX).build().unwrap();
    assert!(builder().user_agent("new\nline").build().is_err());
    assert!(Client::builder().build().is_err());
}

#[test]
fn a_secret_is_shown_and_written_on_purpose_alone() {
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
    struct Role {
        name: String,
        password: Secret,
    }

    let role: Role = serde_json::from_str(r#"{"name": "app", "password": "s3cret"}"#).unwrap();
    assert_eq!(format!("{role:?}"), r#"Role { name: "app", password: [REDACTED] }"#);
    assert_eq!((role.password.expose(), role.clone() == role), ("s3cret", true));
    for other in ["", "s3cre", "s3crets", "S3cret"] {
        assert_ne!(role.password, Secret::from(other));
    }
    let error = serde_json::to_string(&role).unwrap_err().to_string();
    assert!(error.contains("Secret::exposed") && !error.contains("s3cret"), "{error}");
    let written = Secret::exposed(|| serde_json::to_string(&role)).unwrap();
    assert_eq!(serde_json::from_str::<Role>(&written).unwrap(), role);
    // It ends with the function, also where that panics.
    assert!(std::panic::catch_unwind(|| Secret::exposed(|| panic!("for a test"))).is_err());
    assert!(serde_json::to_string(&role).is_err());
    let schema = serde_json::to_value(schemars::schema_for!(Role)).unwrap();
    assert_eq!(schema["properties"]["password"], serde_json::json!({ "type": "string" }));
}

#[tokio::test]
async fn a_header_of_the_callers_is_sent_and_not_shown() {
    let server = Server::start([Step::Answer(json("200 OK", &just_created::body().to_string()))]).await;
    let client = just_created::builder(&server.url()).build().unwrap();
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
    let call = call.header("x-proxy-key", "s3cret");
    let request = client.request(planetscale_client::Method::GET, ["regions"]).header("x-proxy-key", "s3cret");
    let shown = format!("{call:?} {call:#?} {request:?} {request:#?}");
    assert!(shown.contains("acme") && !shown.contains("s3cret"), "{shown}");
    call.send().await.unwrap();
    request.send().await.unwrap();
    assert!(server.arrived().iter().all(|arrived| arrived.head.contains("s3cret")));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_shown() {
    let trace = Trace::begin();
    let mut body = just_created::body();
    for (place, value) in [("created_at", "s3cret"), ("size", "s3cret"), ("state", "s3cret"), ("password", "s3cret")] {
        body[place] = value.into();
    }
    for answered in [json("201 Created", &body.to_string()), answer("201 Created", &[], "<p>s3cret</p>")] {
        let server = Server::start([Step::Answer(answered)]).await;
        let Err(Error::Unreadable(error)) = create(&just_created::builder(&server.url()).build().unwrap()).await else {
            panic!("it was read")
        };
        assert!(String::from_utf8_lossy(error.body()).contains("s3cret"));
        let mut text = format!("{error} {error:?} {error:#?} {:?}", error.source());
        text.push_str(&format!("{:?}", Error::Unreadable(error)));
        assert!(text.contains("create_backup") && !text.contains("s3cret"), "{text}");
    }
    assert!(trace.text().contains("create_backup") && !trace.text().contains("s3cret"), "{}", trace.text());
}

#[tokio::test]
async fn of_an_answer_that_is_an_error_no_secret_is_kept_but_what_is_asked_for_by_name() {
    let body = r#"{"plain_text": "m4rker", "sent": "k3y-of-the-proxy", "size": 1}"#;
    let headers = [("set-cookie", "session=m4rker"), ("x-echo", "k3y-of-the-proxy"), ("location", "/m4rker")];
    let steps = ["422 Unprocessable Entity", "302 Found", "200 OK"].map(|status| answer(status, &headers, body));
    let server = Server::start(steps.map(Step::Answer)).await;
    let client = just_created::builder(&server.url()).build().unwrap();
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
    for _ in 0..3 {
        let error = call.clone().header("x-proxy-key", "k3y-of-the-proxy").send().await.unwrap_err();
        let (headers, body) = match &error {
            Error::Refused(refused) => (refused.headers(), refused.body()),
            Error::Unreadable(answer) => (answer.headers(), answer.body()),
            other => panic!("{other:?}"),
        };
        let body = String::from_utf8_lossy(body);
        assert_eq!(body, r#"{"plain_text": "[REDACTED]", "sent": "[REDACTED]", "size": 1}"#);
        assert_eq!(headers["x-echo"], "[REDACTED]");
        assert_eq!(headers["set-cookie"], "session=m4rker");
        let shown = format!("{} {headers:?} {body}", all_of(&error));
        assert!(!shown.contains("m4rker") && !shown.contains("k3y"), "{shown}");
        if let Error::Unreadable(answer) = error {
            assert!(String::from_utf8_lossy(answer.expose_body()).contains(r#""plain_text": "m4rker""#));
        }
    }
}
