//! A second attempt is made only where there cannot be a first backup.

use std::time::{Duration, SystemTime};

use planetscale_client::mock::MockServer;
use planetscale_client::{Error, Outcome, RetryPolicy};
use planetscale_tests::{Server, Step, answer, closed_address, json};
use tokio::time::Instant;

use crate::clock;
use crate::just_created::{self, builder, create};

fn created() -> Step {
    Step::Answer(json("201 Created", &just_created::body().to_string()))
}

fn too_many(headers: &[(&str, &str)]) -> Step {
    Step::Answer(answer("429 Too Many Requests", headers, r#"{"code":"too_many_requests","message":"slow down"}"#))
}

/// The default, a hundred times faster.
fn quick() -> RetryPolicy {
    RetryPolicy::default().initial_delay(Duration::from_millis(5)).max_delay(Duration::from_millis(100))
}

#[tokio::test]
async fn after_429_the_request_is_sent_again() {
    clock::pause();
    let server = Server::start([too_many(&[]), too_many(&[]), created()]).await;
    let start = Instant::now();
    create(&builder(&server.url()).retry(quick()).build().unwrap()).await.unwrap();
    // Ten times as long as after another failure: 50 and 100 ms at least.
    assert!(start.elapsed() >= Duration::from_millis(150));
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 3);
    assert!(arrived.iter().all(|request| *request == arrived[0]));
}

#[tokio::test]
async fn retry_after_in_seconds_is_obeyed() {
    clock::pause();
    let server = Server::start([too_many(&[("retry-after", "1")]), created()]).await;
    let start = Instant::now();
    create(&builder(&server.url()).build().unwrap()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn retry_after_as_a_date_is_obeyed_by_the_servers_own_clock() {
    clock::pause();
    let server_time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let date = httpdate::fmt_http_date(server_time);
    let until = httpdate::fmt_http_date(server_time + Duration::from_secs(1));
    let server = Server::start([too_many(&[("date", &date), ("retry-after", &until)]), created()]).await;
    let start = Instant::now();
    create(&builder(&server.url()).build().unwrap()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_retry_after_in_the_past_or_beyond_sense_does_no_harm() {
    clock::pause();
    let past = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH);
    for value in [past.as_str(), "soon", "-1", "0", ""] {
        let server = Server::start([too_many(&[("retry-after", value)]), created()]).await;
        let start = Instant::now();
        create(&builder(&server.url()).retry(quick()).build().unwrap()).await.unwrap();
        assert_eq!(server.arrived().len(), 2, "{value}");
        assert!(start.elapsed() >= Duration::from_millis(50), "{value}: it comes back at once");
    }
}

#[tokio::test]
async fn retry_after_may_be_a_decimal() {
    clock::pause();
    let server = Server::start([too_many(&[("retry-after", "0.3")]), created()]).await;
    let start = Instant::now();
    create(&builder(&server.url()).build().unwrap()).await.unwrap();
    assert!((Duration::from_millis(300)..Duration::from_secs(4)).contains(&start.elapsed()));
}

#[tokio::test]
async fn a_read_whose_answer_is_cut_short_is_made_again() {
    clock::pause();
    let whole = json("200 OK", &just_created::body().to_string());
    let cut = Step::Answer(whole[..whole.len() - 40].to_vec());
    let server = Server::start([cut.clone(), cut.clone(), Step::Answer(whole)]).await;
    let client = builder(&server.url()).retry(quick()).build().unwrap();
    let get = || client.get_backup().organization("acme").database("shop").branch("main").id("b").send();
    assert_eq!(get().await.unwrap().id, "abc123def456");
    assert_eq!(server.arrived().len(), 3);
    // One that came whole and cannot be read will be no other the next time.
    for body in ["<html>", "{", "{}"] {
        let server = Server::start([Step::Answer(json("200 OK", body))]).await;
        let client = builder(&server.url()).retry(quick()).build().unwrap();
        let error = client.get_backup().organization("acme").database("shop").branch("main").id("b").await.unwrap_err();
        assert_eq!((error.is_retryable(), server.arrived().len()), (false, 1), "{body}");
    }
    // What changes something is not.
    let server = Server::start([cut, created()]).await;
    create(&builder(&server.url()).retry(quick()).build().unwrap()).await.unwrap_err();
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn a_retry_after_beyond_the_deadline_is_not_waited_for() {
    clock::pause();
    for value in ["3600", "18446744073709551615"] {
        let server = Server::start([too_many(&[("retry-after", value)]), created()]).await;
        let start = Instant::now();
        let error = create(&builder(&server.url()).build().unwrap()).await.unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(error.retry_after().unwrap().as_secs().to_string(), value);
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, true));
        assert_eq!(server.arrived().len(), 1);
    }
}

#[tokio::test]
async fn retries_end() {
    clock::pause();
    let server = Server::start([too_many(&[])]).await;
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(1)).max_retries(2);
    let error = create(&builder(&server.url()).retry(policy).build().unwrap()).await.unwrap_err();
    assert_eq!(error.code(), Some("too_many_requests"));
    assert_eq!(server.arrived().len(), 3);
}

#[tokio::test]
async fn retries_can_be_off() {
    clock::pause();
    let server = Server::start([too_many(&[]), created()]).await;
    let client = builder(&server.url()).retry(RetryPolicy::none()).build().unwrap();
    create(&client).await.unwrap_err();
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_within_the_deadline() {
    clock::pause();
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(150)).max_retries(1000);
    let client = builder(&closed_address()).retry(policy).timeout(Duration::from_millis(900));
    let start = Instant::now();
    let error = create(&client.build().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error:?}");
    // Two delays fit for certain (150 to 300 ms and 300 to 600 ms), and no delay ends too late.
    assert!(start.elapsed() >= Duration::from_millis(150));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_attempt_that_stalls_is_not_all_of_it() {
    clock::pause();
    // What reads is answered by the second attempt.
    let server = Server::start([Step::Stall, Step::Answer(json("200 OK", &just_created::body().to_string()))]).await;
    let client = builder(&server.url()).retry(quick()).attempt_timeout(clock::A_WHILE).build().unwrap();
    let get = || client.get_backup().organization("acme").database("shop").branch("main").id("b1");
    let start = Instant::now();
    get().send().await.unwrap();
    assert!(start.elapsed() >= clock::A_WHILE && start.elapsed() < Duration::from_secs(20));
    assert_eq!(server.arrived().len(), 2);
    // What may have acted is not sent again, and is not waited for.
    let server = Server::start([Step::Stall, created()]).await;
    let client = builder(&server.url()).attempt_timeout(clock::A_WHILE).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.outcome(), error.operation()), (Outcome::Unknown, Some("create_backup")));
    assert_eq!(server.arrived().len(), 1);
    // For one call, too.
    let server = Server::start([Step::Stall, created()]).await;
    let client = builder(&server.url()).build().unwrap();
    let client = client.with(|settings| {
        settings.attempt_timeout(clock::A_WHILE);
    });
    assert!(matches!(create(&client).await.unwrap_err(), Error::Timeout(_)));
}

/// What only reads is asked again after what may pass, and after nothing else.
#[tokio::test]
async fn a_read_is_made_again_after_what_may_pass() {
    clock::pause();
    let found = || Step::Answer(json("200 OK", &just_created::body().to_string()));
    let refused = |status: &str| Step::Answer(json(status, "{}"));
    for (step, requests) in [
        (Step::ResetAfterReading, 2),
        (refused("408 Request Timeout"), 2),
        (refused("429 Too Many Requests"), 2),
        (refused("500 Internal Server Error"), 2),
        (refused("502 Bad Gateway"), 2),
        (refused("503 Service Unavailable"), 2),
        (refused("501 Not Implemented"), 1),
        (refused("400 Bad Request"), 1),
        (refused("404 Not Found"), 1),
        (refused("422 Unprocessable Entity"), 1),
        (refused("302 Found"), 1),
    ] {
        let server = Server::start([step.clone(), found()]).await;
        let client = builder(&server.url()).retry(quick()).build().unwrap();
        let result = client.get_backup().organization("acme").database("shop").branch("main").id("b").await;
        assert_eq!((result.is_ok(), server.arrived().len()), (requests == 2, requests), "{step:?}");
    }
}

/// Each attempt has the time of one, and the last one what is left of the whole.
#[tokio::test]
async fn attempts_share_the_time_of_the_whole() {
    clock::pause();
    let found = Step::Answer(json("200 OK", &just_created::body().to_string()));
    for whole in [10, 5] {
        // Five times that of an attempt is enough for the fourth one, and two and a half times is not.
        let server = Server::start([Step::Stall, Step::Stall, Step::Stall, found.clone()]).await;
        let client = builder(&server.url()).retry(quick().max_retries(10));
        let client = client.timeout(clock::A_WHILE * whole / 2).attempt_timeout(clock::A_WHILE).build().unwrap();
        let start = Instant::now();
        let call = client.get_backup().organization("acme").database("shop").branch("main").id("b1").send();
        let (result, after) = (call.await, start.elapsed());
        assert_eq!((result.is_ok(), server.arrived().len()), if whole == 10 { (true, 4) } else { (false, 3) });
        let attempts = if whole == 10 { 6 } else { 5 };
        let (least, most) = (clock::A_WHILE * attempts / 2, clock::A_WHILE * (attempts + 1) / 2);
        assert!(least <= after && after < most, "{after:?}");
    }
}

#[tokio::test]
async fn nothing_that_may_have_acted_is_sent_again() {
    clock::pause();
    let steps = [
        Step::ResetAfterReading,
        Step::Answer(json("500 Internal Server Error", "{}")),
        Step::Answer(answer("503 Service Unavailable", &[("retry-after", "0")], "")),
        Step::Answer(json("201 Created", "{}")),
        Step::Answer(json("201 Created", "<html>")),
        Step::Stall,
    ];
    for step in steps {
        let server = Server::start([step.clone(), created()]).await;
        let client = builder(&server.url()).timeout(clock::A_WHILE).build().unwrap();
        create(&client).await.unwrap_err();
        assert_eq!(server.arrived().len(), 1, "{step:?}");
    }
}

/// Connections belong to the runtime that they were made in. While that lives and runs, another one may use the client.
#[test]
fn a_second_runtime_may_use_the_client() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let server = first.block_on(MockServer::start()).unwrap();
    let client = server.client().unwrap();
    let call = || client.list_backups().organization("acme").database("shop").branch("main").send();
    first.block_on(call()).unwrap();
    second.block_on(call()).unwrap();
    first.block_on(call()).unwrap();
}
