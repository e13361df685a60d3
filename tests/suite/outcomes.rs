//! What the caller is told, whatever the server does: above all whether there is a backup now.

use std::error::Error as _;
use std::time::Duration;

use planetscale_client::types::{BackupPolicyTarget, BackupState};
use planetscale_client::{ClientBuilder, Error, Outcome, Response, Unreadable};
use planetscale_tests::{Server, Step, answer, closed_address, json};
use serde_json::{Value, json as value};

use crate::clock;
use crate::just_created::{self, body_with, builder, create};
use crate::traces::Trace;

/// Creates a backup on a server that takes one step, and says how many requests arrived.
async fn create_on(step: Step) -> (Result<planetscale_client::types::Backup, Error>, usize) {
    clock::pause();
    let server = Server::start([step]).await;
    let client = builder(&server.url()).timeout(clock::A_WHILE).build().unwrap();
    let result = create(&client).await.map(|backup| backup.into_inner());
    (result, server.arrived().len())
}

async fn created(body: &Value) -> planetscale_client::types::Backup {
    create_on(Step::Answer(json("201 Created", &body.to_string()))).await.0.unwrap()
}

/// The answer to a creation, as a whole.
async fn made(body: &Value) -> Response<planetscale_client::types::Backup> {
    let server = Server::start([Step::Answer(json("201 Created", &body.to_string()))]).await;
    let client = builder(&server.url()).build().unwrap();
    client.create_backup().organization("acme").database("shop").branch("main").send().await.unwrap()
}

async fn error_on(step: Step) -> Error {
    let (result, arrived) = create_on(step).await;
    assert!(arrived <= 1, "{arrived} requests arrived");
    result.unwrap_err()
}

async fn unreadable(step: Step) -> Box<Unreadable> {
    unreadable_of(step, Outcome::Applied).await
}

async fn unreadable_of(step: Step, outcome: Outcome) -> Box<Unreadable> {
    let error = error_on(step).await;
    assert_eq!(error.outcome(), outcome);
    assert!(!error.is_retryable());
    match error {
        Error::Unreadable(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// An error and its sources, as a person reads them.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("\n  because: {cause}"));
        source = cause.source();
    }
    assert!(text.lines().next().unwrap().len() < 600);
    text
}

#[tokio::test]
async fn a_just_created_backup_decodes() {
    let backup = created(&just_created::body()).await;
    assert_eq!(backup.state, BackupState::Pending);
    assert_eq!((backup.started_at, backup.completed_at, backup.deleted_at), (None, None, None));
    assert_eq!(backup.created_at.to_rfc3339(), "2021-01-14T10:19:23+00:00");
    assert_eq!(backup.backup_policy, None);
    assert_eq!(backup.database_branch.unwrap().name, "main");
}

#[tokio::test]
async fn what_the_vendor_made_nullable_or_optional_may_be_null_or_absent() {
    let fields = [
        "started_at",
        "expires_at",
        "completed_at",
        "deleted_at",
        "actor",
        "backup_policy",
        "schema_snapshot",
        "database_branch",
    ];
    for field in fields {
        let null = created(&body_with(field, Some(Value::Null))).await;
        let absent = created(&body_with(field, None)).await;
        assert_eq!(null, absent, "{field}");
    }
    let policy = value!({
        "id": "p", "name": "daily", "target": "staging", "retention_value": 2,
        "retention_unit": "day", "frequency_value": 1, "frequency_unit": "day",
        "schedule_time": null, "schedule_day": null, "schedule_week": null,
        "created_at": "2021-01-14T10:19:23.000Z", "updated_at": "2021-01-14T10:19:23.000Z",
        "last_ran_at": null, "required": false
    });
    let backup = created(&body_with("backup_policy", Some(policy))).await;
    let policy = backup.backup_policy.unwrap();
    assert_eq!((policy.schedule_day, policy.last_ran_at, policy.next_run_at), (None, None, None));
    assert_eq!(policy.target, BackupPolicyTarget::from("staging"));
}

#[tokio::test]
async fn a_field_that_nobody_knew_is_ignored() {
    let mut body = body_with("a_field_of_next_year", Some(value!(17)));
    body["database_branch"]["kind"] = "postgresql".into();
    assert_eq!(created(&body).await, created(&just_created::body()).await);
}

#[tokio::test]
async fn a_state_that_nobody_knew_is_kept() {
    let backup = created(&body_with("state", Some("expired".into()))).await;
    let BackupState::Unknown(value) = &backup.state else { panic!("{:?}", backup.state) };
    assert_eq!((value.as_str(), format!("{value:?} {value:>8}")), ("expired", "\"expired\"  expired".to_owned()));
    assert_eq!(format!("{:>8}", backup.state), " expired");
    assert_eq!(serde_json::to_value(&backup).unwrap()["state"], "expired");
}

#[tokio::test]
async fn a_size_beyond_32_bits_is_read() {
    assert_eq!(created(&body_with("size", Some(value!(5368709120_i64)))).await.size, 5368709120);
}

#[tokio::test]
async fn any_2xx_with_a_backup_is_a_success() {
    for status in ["200 OK", "202 Accepted"] {
        let step = Step::Answer(json(status, &just_created::body().to_string()));
        assert_eq!(create_on(step).await.0.unwrap().id, "abc123def456");
    }
}

#[tokio::test]
async fn a_body_that_is_said_not_to_be_encoded_is_read() {
    for encoding in ["identity", "Identity", ""] {
        let step =
            Step::Answer(answer("201 Created", &[("content-encoding", encoding)], &just_created::body().to_string()));
        assert_eq!(create_on(step).await.0.unwrap().id, "abc123def456", "{encoding}");
    }
}

#[tokio::test]
async fn a_missing_field_names_itself_and_the_backup() {
    let body = body_with("restored_branches", Some(value!([{"id": "b"}])));
    let answer = unreadable(Step::Answer(json("201 Created", &body.to_string()))).await;
    assert_eq!(answer.id().as_deref(), Some("abc123def456"));
    assert_eq!(answer.path(), Some("restored_branches[0].created_at"));
    assert_eq!(answer.body(), body.to_string().as_bytes());
    assert_eq!((answer.operation(), answer.status().as_u16()), ("create_backup", 201));
    insta::assert_snapshot!(chain(&Error::Unreadable(answer)));
}

#[tokio::test]
async fn a_field_of_a_wrong_type_names_itself_and_the_backup() {
    let body = body_with("created_at", Some("yesterday".into()));
    let answer = unreadable(Step::Answer(json("201 Created", &body.to_string()))).await;
    assert_eq!((answer.id().as_deref(), answer.path()), (Some("abc123def456"), Some("created_at")));
    insta::assert_snapshot!(chain(&Error::Unreadable(answer)));
}

#[tokio::test]
async fn headers_and_the_requests_id_can_be_had() {
    let refused = answer("422 Unprocessable Entity", &[("x-request-id", "req-1"), ("x-echo", "t0ken secret")], "{}");
    let Error::Refused(refused) = error_on(Step::Answer(refused)).await else { panic!() };
    assert_eq!(refused.headers()["x-echo"], "t0ken secret");
    assert_eq!(refused.request_id(), Some("req-1"));
    assert!(refused.to_string().ends_with(" [request req-1]"), "{refused}");
    let odd = answer("201 Created", &[("cf-ray", "8f-FRA")], "{}");
    let answer = unreadable(Step::Answer(odd)).await;
    assert_eq!((answer.request_id(), answer.headers()["cf-ray"].to_str().unwrap()), (Some("8f-FRA"), "8f-FRA"));
    assert!(answer.to_string().ends_with(" [request 8f-FRA]"), "{answer}");
}

#[tokio::test]
async fn what_is_taken_as_empty_is_named_in_the_trace() {
    let trace = Trace::begin();
    let mut body = body_with("state", None);
    body["restored_branches"] = Value::Null;
    body["size"] = value!(5368709120.0);
    body["schema_snapshot"] = value!("none");
    body["actor"].as_object_mut().unwrap().remove("avatar_url").unwrap();
    let backup = made(&body).await;
    assert_eq!((backup.state.as_str(), backup.size, backup.restored_branches.len()), ("", 5_368_709_120, 0));
    let text = trace.text();
    let warned = |line: &&str| line.contains("WARN");
    let pointer =
        |line: &str| line.split("pointer=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let pointers: Vec<Option<String>> = text.lines().filter(warned).map(pointer).collect();
    // Each once, and nothing else.
    let all = ["/actor/avatar_url", "/restored_branches", "/schema_snapshot", "/state", "/uncompressed_size"];
    assert_eq!(pointers, all.map(|pointer| Some(pointer.to_owned())), "{text}");
    // The answer itself says the same.
    let said: Vec<_> = backup.made_good().iter().map(|one| one.pointer()).collect();
    assert_eq!(said, all);
    for one in backup.made_good() {
        assert!(text.contains(&format!("reason=\"{}\"", one.reason())), "{one} {text}");
    }
    assert_eq!(backup.made_good()[2].reason(), "invalid type: string, expected struct SchemaSnapshot; taken as absent");
}

#[tokio::test]
async fn nothing_is_made_good_of_an_answer_that_is_as_it_should_be() {
    let mut body = just_created::body();
    body["uncompressed_size"] = value!(1e3);
    body["a_new_field"] = value!([[], {}]);
    assert_eq!(made(&body).await.made_good(), []);
}

#[tokio::test]
async fn a_scalar_of_another_type_costs_no_more_than_itself() {
    let mut body = just_created::body();
    for (name, value) in [
        ("size", value!("12")),
        ("pvc_size", value!("8kB")),
        ("name", value!(7)),
        ("state", value!(true)),
        ("protected", value!("true")),
        ("estimated_storage_cost", value!("1.50")),
        ("required", value!("maybe")),
        ("restored_branches", value!("none")),
        ("started_at", value!("soon")),
    ] {
        body[name] = value;
    }
    let backup = made(&body).await;
    assert_eq!((backup.size, backup.pvc_size, backup.name.as_str(), backup.state.as_str()), (12, 0, "7", "true"));
    assert_eq!((backup.protected, backup.required, backup.estimated_storage_cost), (Some(true), false, 1.5));
    assert_eq!((backup.restored_branches.len(), backup.started_at), (0, None));
    let said: Vec<_> = backup.made_good().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn an_item_that_lacks_what_is_never_made_up_is_named() {
    let (whole, mut odd, mut lacking) = (just_created::body(), just_created::body(), just_created::body());
    odd["size"] = value!("12");
    lacking.as_object_mut().unwrap().remove("id").unwrap();
    let list = |items: &[&Value]| json("200 OK", &value!({ "next_page": null, "data": items }).to_string());
    let server =
        Server::start([Step::Answer(list(&[&whole, &odd])), Step::Answer(list(&[&whole, &lacking, &odd]))]).await;
    let client = builder(&server.url()).build().unwrap();
    let call = client.list_backups().organization("acme").database("shop").branch("main");
    let page = call.clone().send().await.unwrap();
    assert_eq!((page.data.len(), page.data[1].size), (2, 12));
    assert!(page.made_good().iter().any(|one| one.pointer() == "/data/1/size"), "{:?}", page.made_good());
    let Err(Error::Unreadable(error)) = call.send().await else { panic!() };
    assert_eq!(error.path(), Some("data[1].id"));
    assert_eq!(chain(&Error::Unreadable(error)).lines().last(), Some("  because: data[1].id: missing field `id`"));
}

#[tokio::test]
async fn a_known_field_that_is_too_deep_costs_no_more_than_itself() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let body = |name: &str| {
        let whole = body_with(name, Some(value!("here"))).to_string();
        whole.replace("\"here\"", &deep(200))
    };
    let (result, _) = create_on(Step::Answer(json("201 Created", &body("actor")))).await;
    let backup = result.unwrap();
    assert_eq!((backup.id.as_str(), backup.actor), ("abc123def456", None));
    let answer = unreadable(Step::Answer(json("201 Created", &body("created_at")))).await;
    assert_eq!((answer.id().as_deref(), answer.path()), (Some("abc123def456"), Some("created_at")));
    // Where the API has any JSON, it is an error that says so.
    let server = Server::start([Step::Answer(json("200 OK", &deep(200)))]).await;
    let client = builder(&server.url()).build().unwrap();
    let error = client.request(planetscale_client::Method::GET, ["deep"]).send().await.unwrap_err();
    assert!(chain(&error).ends_with("it is nested more than 126 levels deep"), "{}", chain(&error));
}

#[tokio::test]
async fn what_guards_against_deletion_is_never_made_up() {
    for (said, read) in
        [(Some(value!(true)), Some(true)), (Some(value!(null)), None), (Some(value!("odd")), None), (None, None)]
    {
        let mut body = just_created::body();
        match said {
            Some(said) => body["protected"] = said,
            None => drop(body.as_object_mut().unwrap().remove("protected")),
        }
        assert_eq!(made(&body).await.protected, read);
    }
}

/// The error of a look at a backup, on a server that takes one step.
async fn look_on(step: Step) -> Error {
    let server = Server::start([step]).await;
    let client = builder(&server.url()).retry(planetscale_client::RetryPolicy::none()).build().unwrap();
    let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
    call.send().await.unwrap_err()
}

#[tokio::test]
async fn what_is_said_fits_the_operation() {
    // A look makes nothing.
    let html = look_on(Step::Answer(answer("200 OK", &[], "<html>"))).await.to_string();
    assert_eq!(html, "get_backup: answered with 200 OK, but its answer cannot be read");
    // 304 is not a redirect, and one without a place points nowhere.
    let unchanged = look_on(Step::Answer(answer("304 Not Modified", &[], ""))).await.to_string();
    assert_eq!(unchanged, "get_backup: refused with 304 Not Modified");
    let moved = look_on(Step::Answer(answer("302 Found", &[("location", "/there")], ""))).await.to_string();
    assert!(moved.ends_with("this one points to another path)"), "{moved}");
}

#[tokio::test]
async fn debug_is_what_main_prints() {
    let error =
        error_on(Step::Answer(json("201 Created", &body_with("created_at", Some("yesterday".into())).to_string())))
            .await;
    assert_eq!(format!("{error:?}"), format!("{error:#?}"));
    insta::assert_snapshot!(format!("{error:?}"));
}

#[tokio::test]
async fn an_id_may_be_a_number_and_stand_behind_a_mark() {
    for (body, id) in [
        (r#"{"id": 42, "size": "#, Some("42")),
        ("\u{feff}{\"id\": \"abc\", \"size\": ", Some("abc")),
        (r#"{"id": "", "size": "#, None),
        (r#"{"id": null, "size": "#, None),
    ] {
        assert_eq!(unreadable(Step::Answer(json("201 Created", body))).await.id().as_deref(), id, "{body}");
    }
}

#[tokio::test]
async fn answers_that_are_no_backup_still_say_made() {
    let whole = just_created::body().to_string();
    let deep = format!("{{\"id\":\"abc\",\"deep\":{},", "[".repeat(100_000));
    let html = "<html><body>It works</body></html>";
    let text = |body| Step::Answer(answer("201 Created", &[("content-type", "text/html")], body));
    for (name, step) in [
        ("html", text(html)),
        ("gzip", Step::Answer(answer("201 Created", &[("content-encoding", "gzip")], "\u{1f}gzip"))),
    ] {
        // It may not have come from the API.
        let answer = unreadable_of(step, Outcome::Unknown).await;
        insta::assert_snapshot!(format!("unreadable_{name}"), chain(&Error::Unreadable(answer)));
    }
    for body in ["404 page not found", "OK", "<?xml version=\"1.0\"?>"] {
        unreadable_of(text(body), Outcome::Unknown).await;
    }
    for body in ["null", "7", "[]", " \n", "\u{feff}{}", r#"{"id": "\ud83d"#, "[1, 2"] {
        let error = error_on(text(body)).await;
        assert_eq!(error.outcome(), Outcome::Applied, "{body:?}: {error}");
    }
    for (name, step) in [
        ("no_content", Step::Answer(answer("204 No Content", &[], ""))),
        ("empty", Step::Answer(json("201 Created", ""))),
        ("two_documents", Step::Answer(json("201 Created", &format!("{whole}{whole}")))),
        ("too_deep", Step::Answer(json("201 Created", &whole.replacen('{', &deep, 1)))),
    ] {
        let answer = unreadable(step).await;
        insta::assert_snapshot!(format!("unreadable_{name}"), chain(&Error::Unreadable(answer)));
    }
}

#[tokio::test]
async fn a_truncated_body_still_names_the_backup() {
    let whole = json("201 Created", &just_created::body().to_string());
    let answer = unreadable(Step::Answer(whole[..whole.len() - 40].to_vec())).await;
    assert_eq!(answer.id().as_deref(), Some("abc123def456"));
    insta::assert_snapshot!(chain(&Error::Unreadable(answer)));
}

#[tokio::test]
async fn a_content_length_that_lies_is_noticed() {
    let body = just_created::body().to_string();
    let whole = String::from_utf8(json("201 Created", &body)).unwrap();
    let shorter = whole.replace(&format!("{}", body.len()), &format!("{}", body.len() - 9));
    let answer = unreadable(Step::Answer(shorter.into())).await;
    assert_eq!(answer.id().as_deref(), Some("abc123def456"));
}

#[tokio::test]
async fn a_huge_body_is_refused() {
    let head = b"HTTP/1.1 201 Created\r\nconnection: close\r\n\r\n{\"id\": \"abc\", \"x\": \"".to_vec();
    let server = Server::start([Step::Endless(head, vec![b'x'; 1 << 16])]).await;
    let error = create(&builder(&server.url()).build().unwrap()).await.unwrap_err();
    let Error::Unreadable(answer) = error else { panic!("{error:?}") };
    assert!(answer.body().len() <= ClientBuilder::DEFAULT_MAX_RESPONSE_BYTES);
    assert_eq!(answer.id().as_deref(), Some("abc"));
    insta::assert_snapshot!(chain(&Error::Unreadable(answer)));
}

#[tokio::test]
async fn a_slow_body_ends_in_a_timeout_that_says_made() {
    let step = Step::Drip(json("201 Created", &just_created::body().to_string()), Duration::from_millis(50));
    let error = error_on(step).await;
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Applied, false));
    assert_eq!(error.status().unwrap(), 201);
}

/// The status says it all: what of the body has not come in time does not matter.
#[tokio::test]
async fn a_refusal_whose_body_stalls_is_a_refusal() {
    for (status, outcome) in [
        ("422 Unprocessable Entity", Outcome::NotApplied),
        ("404 Not Found", Outcome::NotApplied),
        ("500 Internal Server Error", Outcome::Unknown),
        ("302 Found", Outcome::Unknown),
    ] {
        let body = r#"{"code": "unprocessable", "message": "no"}"#;
        let error = error_on(Step::Drip(json(status, body), Duration::from_secs(100_000))).await;
        assert!(matches!(&error, Error::Refused(refused) if refused.body().is_empty()), "{status}: {error:?}");
        assert_eq!((error.outcome(), error.code()), (outcome, None), "{status}");
        assert_eq!(error.status().map(|status| status.as_u16().to_string()), Some(status[..3].to_owned()));
    }
    // Nor where it is cut short, or too large: what came of it is read.
    let whole = json("422 Unprocessable Entity", r#"{"code": "unprocessable", "message": "no"}"#);
    let error = error_on(Step::Answer(whole[..whole.len() - 3].to_vec())).await;
    assert!(matches!(&error, Error::Refused(refused) if refused.body().starts_with(b"{\"code\"")), "{error:?}");
    let head = b"HTTP/1.1 422 Unprocessable Entity\r\nconnection: close\r\n\r\n".to_vec();
    let error = error_on(Step::Endless(head, vec![b'x'; 1 << 16])).await;
    assert!(matches!(&error, Error::Refused(_)) && error.outcome() == Outcome::NotApplied, "{error:?}");
}

#[tokio::test]
async fn every_failure_on_the_way_is_told_on_one_line() {
    let drip = Step::Drip(json("201 Created", &just_created::body().to_string()), Duration::from_millis(50));
    let refused = create(&builder(&closed_address()).build().unwrap()).await.unwrap_err();
    let mut shown = String::new();
    for (name, error) in [
        ("stall", error_on(Step::Stall).await),
        ("slow body", error_on(drip).await),
        ("reset", error_on(Step::ResetAfterReading).await),
        ("refused connection", refused),
        ("no credentials", planetscale_client::Client::builder().build().unwrap_err()),
    ] {
        assert!(!error.to_string().contains('\n'));
        // What the operating system says, and on which port, differs.
        shown.push_str(&format!("{name}: {error}\n  has a cause: {}\n", error.source().is_some()));
    }
    let a_while = format!("{:.1} s", clock::A_WHILE.as_secs_f64());
    insta::assert_snapshot!(shown.replace(&a_while, "<a while>"));
}

#[tokio::test]
async fn a_stall_ends_in_a_timeout_of_unknown_outcome() {
    let error = error_on(Step::Stall).await;
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
    assert_eq!(error.status(), None);
    let Error::Timeout(failure) = error else { panic!("{error:?}") };
    assert_eq!(failure.operation(), "create_backup");
    assert!(failure.after() >= clock::A_WHILE, "{:?}", failure.after());
}

#[tokio::test]
async fn a_lost_connection_is_of_unknown_outcome() {
    for step in [Step::ResetBeforeReading, Step::ResetAfterReading, Step::Answer(Vec::new())] {
        let error = error_on(step).await;
        assert!(matches!(error, Error::Interrupted(_)), "{error:?}");
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
        let line = "create_backup: the connection broke; the outcome is unknown: check whether the \
                    server has acted before trying again";
        assert_eq!(error.to_string(), line);
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let client = builder(&closed_address()).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, true));
    assert_eq!(error.to_string(), "create_backup: not sent, no connection could be made");
    // What `main` prints has all of the causes.
    let shown = format!("{error:?}");
    let (_, causes) = shown.split_once("Caused by:\n").unwrap();
    let all: Vec<_> = chain(&error).lines().skip(1).map(|line| line.replacen("  because: ", "    ", 1)).collect();
    assert!(all.len() > 1, "{all:?}");
    assert_eq!(causes.lines().collect::<Vec<_>>(), all);
}

/// Nothing of the request is written before TLS is agreed upon.
#[tokio::test]
async fn a_connection_that_takes_too_long_sent_nothing() {
    clock::pause();
    // It never says a word.
    let server = Server::start([Step::Stall]).await;
    let client = builder(&server.url().replace("http:", "https:")).connect_timeout(clock::A_WHILE);
    let client = client.retry(planetscale_client::RetryPolicy::none()).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, true));
}

/// What is read outside of a call is repaired as well, and only the trace can tell.
#[test]
fn what_is_repaired_outside_of_a_call_is_in_the_trace() {
    let trace = Trace::begin();
    let backup: planetscale_client::types::Backup =
        serde_json::from_value(body_with("pvc_size", Some(value!("12")))).unwrap();
    assert_eq!(backup.pvc_size, 12);
    let text = trace.text();
    assert!(text.contains("made good in an answer") && text.contains("pointer=\"/pvc_size\""), "{text}");
}

#[tokio::test]
async fn refusals() {
    let nested = r#"{"errors":[{"namespace":"Backup","name":"retention_value","errors":["is too large","is odd"]}]}"#;
    let plain = |code: &str, message: &str| value!({"code": code, "message": message}).to_string();
    let long = format!("<html>\n<h1>502 Bad Gateway</h1>\r\n{}", "x".repeat(5000));
    for (status, body, outcome) in [
        ("400 Bad Request", plain("bad_request", "no"), Outcome::NotApplied),
        ("401 Unauthorized", plain("unauthorized", "bad token"), Outcome::NotApplied),
        ("403 Forbidden", plain("forbidden", "not yours"), Outcome::NotApplied),
        ("404 Not Found", plain("not_found", "Not Found"), Outcome::NotApplied),
        ("409 Conflict", plain("conflict", "one is running"), Outcome::NotApplied),
        ("422 Unprocessable Entity", nested.to_owned(), Outcome::NotApplied),
        ("408 Request Timeout", String::new(), Outcome::Unknown),
        ("418 I'm a teapot", "17".to_owned(), Outcome::NotApplied),
        ("500 Internal Server Error", plain("internal", "oops\nsorry"), Outcome::Unknown),
        ("502 Bad Gateway", long, Outcome::Unknown),
        ("503 Service Unavailable", String::new(), Outcome::Unknown),
    ] {
        let error = error_on(Step::Answer(json(status, &body))).await;
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
        assert_eq!(error.outcome(), outcome, "{status}");
        assert!(!error.is_retryable(), "{status}");
        assert_eq!(error.status().unwrap().as_str(), &status[..3]);
        insta::assert_snapshot!(format!("refused_{}", &status[..3]), chain(&error));
    }
}

#[tokio::test]
async fn a_refusal_carries_code_message_details_and_body() {
    let nested = r#"{"errors":[{"namespace":"Backup","name":"name","errors":["is taken"]}]}"#;
    let error = error_on(Step::Answer(json("422 Unprocessable Entity", nested))).await;
    let Error::Refused(refused) = &error else { panic!("{error:?}") };
    assert_eq!((refused.operation(), refused.status().as_u16()), ("create_backup", 422));
    assert_eq!(refused.to_string(), "create_backup: refused with 422 Unprocessable Entity: Backup name: is taken");
    assert_eq!(refused.details()[0].name, "name");
    assert_eq!(refused.details()[0].errors, ["is taken"]);
    assert_eq!(refused.body(), nested.as_bytes());
    let plain = r#"{"code":"not_found","message":"Not Found"}"#;
    let error = error_on(Step::Answer(json("404 Not Found", plain))).await;
    let Error::Refused(refused) = &error else { panic!("{error:?}") };
    assert_eq!((error.code(), refused.message()), (Some("not_found"), Some("Not Found")));
}

#[tokio::test]
async fn a_redirect_is_an_error() {
    let elsewhere = Server::start([Step::Answer(json("201 Created", &just_created::body().to_string()))]).await;
    for (status, outcome) in [
        ("301 Moved Permanently", Outcome::NotApplied),
        ("307 Temporary Redirect", Outcome::NotApplied),
        ("308 Permanent Redirect", Outcome::NotApplied),
        // 303 is the answer to what was done, and some servers write it 302.
        ("302 Found", Outcome::Unknown),
        ("303 See Other", Outcome::Unknown),
        ("600 Odd", Outcome::Unknown),
    ] {
        let location = format!("{}/elsewhere", elsewhere.url());
        let error = error_on(Step::Answer(answer(status, &[("location", &location)], ""))).await;
        assert_eq!((error.outcome(), error.is_retryable()), (outcome, false), "{status}");
        // The rest of the place may grant access to what is there.
        assert_eq!(error.to_string().contains("this one points to 127.0.0.1)"), status.starts_with('3'), "{error}");
        assert!(!format!("{error} {error:?}").contains("/elsewhere"), "{error:?}");
    }
    assert_eq!(elsewhere.arrived(), []);
}

#[tokio::test]
async fn clients_are_shared_and_calls_can_be_dropped() {
    clock::pause();
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn sent<T: Send>(call: T) -> T {
        call
    }
    let server = Server::start([Step::Stall]).await;
    let client = builder(&server.url()).build().unwrap();
    shared(&client);
    let call = sent(create(&client));
    assert!(tokio::time::timeout(clock::A_WHILE, call).await.is_err());
    // The request had been sent: dropping the call does not take it back.
    assert_eq!(server.arrived().len(), 1);
}
