//! Lists that come in pages, as streams.

use std::pin::pin;
use std::time::Duration;

use futures_core::Stream;
use planetscale_client::mock::MockServer;
use planetscale_client::{Client, Error, Outcome, RetryPolicy};
use planetscale_tests::{Server, Step, answer, json};
use serde_json::{Value, json as value};

use crate::clock;
use crate::just_created::{self, builder};

fn list(client: &Client) -> planetscale_client::calls::ListBackups<'_> {
    client.list_backups().organization("acme").database("shop").branch("main")
}

/// A server that answers with these bodies, one after the other.
async fn answers(bodies: impl IntoIterator<Item = Value>) -> (Server, Client) {
    let steps: Vec<_> = bodies.into_iter().map(|body| Step::Answer(json("200 OK", &body.to_string()))).collect();
    let server = Server::start(steps).await;
    let client = builder(&server.url()).retry(RetryPolicy::none()).build().unwrap();
    (server, client)
}

fn targets(server: &Server) -> Vec<String> {
    let query = |target: &str| target.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    server.arrived().iter().map(|arrived| query(arrived.target())).collect()
}

#[tokio::test]
async fn all_backups_come_once_and_in_order() {
    clock::pause();
    for (count, per_page, requests) in [(0, 100, 1), (1, 100, 1), (99, 100, 1), (100, 100, 1), (101, 100, 2), (7, 3, 3)]
    {
        let server = MockServer::start().await.unwrap();
        let client = server.client().unwrap();
        let mut made = Vec::new();
        for _ in 0..count {
            let call = client.create_backup().organization("acme").database("shop").branch("main");
            made.push(call.send().await.unwrap().id.clone());
        }
        let (mut items, mut seen) = (list(&client).per_page(per_page).items(), Vec::new());
        while let Some(backup) = items.next().await {
            seen.push(backup.unwrap().id);
        }
        assert_eq!(seen, made);
        assert_eq!(server.requests().len() - count, requests, "{count}");
        assert!(items.next().await.is_none(), "it stays ended");

        // Faults that pass are not seen, on whichever page they are.
        let policy = RetryPolicy::default().initial_delay(Duration::from_millis(1));
        let client = client.with(|settings| {
            settings.retry(policy);
        });
        let mut items = list(&client).per_page(per_page).items();
        server.truncate_next_answer();
        for id in &made {
            let before = server.requests().len();
            assert_eq!(items.next().await.unwrap().unwrap().id, *id);
            if server.requests().len() > before {
                server.lose_next_answer();
                server.answer_next(502, "<html>Bad Gateway</html>");
                server.limit_next(0);
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_needed() {
    let backup = just_created::body();
    let (server, client) = answers([
        value!({ "data": [backup, backup], "next_page": 2 }),
        value!({ "data": [], "next_page": 4.0 }),
        value!({ "data": [backup], "next_page": null }),
    ])
    .await;
    let mut items = list(&client).state("success").per_page(2).items();
    assert!(server.arrived().is_empty(), "not polled yet");
    for _ in 0..2 {
        items.next().await.unwrap().unwrap();
    }
    assert_eq!(targets(&server), ["per_page=2&state=success"], "the first page has them all");
    items.next().await.unwrap().unwrap();
    let all = ["per_page=2&state=success", "page=2&per_page=2&state=success", "page=4&per_page=2&state=success"];
    assert_eq!(targets(&server), all, "an empty page may have a next one");
    assert!(items.next().await.is_none());
    assert_eq!(server.arrived().len(), 3);
}

#[tokio::test]
async fn pages_are_answers() {
    let (server, client) = answers([value!({ "data": [], "next_page": 8 }), value!({ "data": [] })]).await;
    let mut pages = list(&client).page(7).pages();
    assert!(format!("{pages:?}").contains("next: Some(7)"), "{pages:?}");
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.status().as_u16(), first.next_page), (200, Some(8)));
    // All of the envelope but `data` may be missing.
    let last = pages.next().await.unwrap().unwrap();
    assert_eq!((last.type_.as_str(), last.current_page, last.next_page), ("", 0, None));
    assert!(pages.next().await.is_none());
    assert_eq!(targets(&server), ["page=7", "page=8"]);
}

#[tokio::test]
async fn a_next_page_that_does_not_come_next_is_an_error() {
    for (first, next) in [(None, 1), (None, 0), (None, -1), (Some(5), 5), (Some(5), 4)] {
        let (server, client) = answers([value!({ "data": [just_created::body()], "next_page": next })]).await;
        let call = list(&client);
        let mut items = match first {
            Some(page) => call.page(page),
            None => call,
        }
        .items();
        items.next().await.unwrap().expect("the page itself is good");
        let error = items.next().await.unwrap().unwrap_err();
        let Error::Unreadable(unreadable) = &error else { panic!("{error:?}") };
        assert_eq!((unreadable.path(), unreadable.status().as_u16()), (Some("next_page"), 200));
        assert!(format!("{error:?}").contains(&format!("says that page {next} comes after it")), "{error:?}");
        assert!(items.next().await.is_none());
        assert_eq!(server.arrived().len(), 1);
    }
    // The vendor is told by which answer.
    let body = value!({ "data": [], "next_page": 1 }).to_string();
    let server = Server::start([Step::Answer(answer("200 OK", &[("x-request-id", "req-1")], &body))]).await;
    let error = list(&builder(&server.url()).build().unwrap()).items().next().await.unwrap().unwrap_err();
    assert_eq!(error.request_id(), Some("req-1"), "{error:?}");
}

#[tokio::test]
async fn a_list_of_empty_pages_without_an_end_is_an_error() {
    let page = |at: i64, items: Value| value!({ "data": items, "next_page": at + 1 });
    let (server, client) = answers((1..100).map(|at| page(at, value!([])))).await;
    let error = list(&client).items().next().await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::Unreadable(it) if it.path() == Some("next_page")), "{error:?}");
    assert!(
        format!("{error:?}").contains("20 pages in a row are empty, and page 20 still names a next one"),
        "{error:?}"
    );
    assert_eq!(server.arrived().len(), 20);
    // The pages themselves are given before it.
    let (_server, client) = answers((1..100).map(|at| page(at, value!([])))).await;
    let (mut pages, mut good) = (list(&client).pages(), 0);
    while let Some(page) = pages.next().await {
        good += usize::from(page.is_ok());
    }
    assert_eq!(good, 20);
    // Nineteen in a row do no harm, however often.
    let items = |at: i64| if at % 20 == 0 { value!([just_created::body()]) } else { value!([]) };
    let mut bodies: Vec<_> = (1..60).map(|at| page(at, items(at))).collect();
    bodies.push(value!({ "data": [], "next_page": null }));
    let (_server, client) = answers(bodies).await;
    let all: Vec<_> = list(&client).items().try_collect().await.unwrap();
    assert_eq!(all.len(), 2);
}

#[tokio::test]
async fn an_item_says_what_was_made_good_of_it() {
    let (mut odd, mut whole) = (just_created::body(), just_created::body());
    whole["uncompressed_size"] = value!(0);
    odd["size"] = value!("12");
    odd["uncompressed_size"] = value!(0);
    let pages = [value!({ "data": [whole, odd, whole], "next_page": 2 }), value!({ "data": [odd], "next_page": null })];
    let (_server, client) = answers(pages).await;
    let mut items = list(&client).items();
    assert_eq!(items.made_good(), []);
    let mut said = Vec::new();
    while let Some(item) = items.next().await {
        item.unwrap();
        said.push(items.made_good().iter().map(|one| one.pointer().to_owned()).collect::<Vec<_>>());
    }
    assert_eq!(said, [vec![], vec!["/size".to_owned()], vec![], vec!["/size".to_owned()]]);
}

#[tokio::test]
async fn a_page_without_its_list_is_no_empty_page() {
    for body in [value!({ "next_page": null }), value!({ "data": null, "current_page": 1 }), value!({})] {
        let (_server, client) = answers([body]).await;
        let mut items = list(&client).items();
        let error = items.next().await.unwrap().unwrap_err();
        assert!(matches!(&error, Error::Unreadable(it) if it.path() == Some("data")), "{error:?}");
        assert!(items.next().await.is_none());
    }
}

#[tokio::test]
async fn a_fault_is_retried_as_ever_and_ends_the_stream_where_it_stays() {
    clock::pause();
    let server = MockServer::start().await.unwrap();
    let client = server.client().unwrap();
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    call.send().await.unwrap();
    server.refuse_next(503, "unavailable", "later");
    let mut items = list(&client).items();
    items.next().await.unwrap().unwrap();
    assert!(items.next().await.is_none());

    let mut items = list(&client).state("running").page(u64::MAX).items();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::InvalidInput(_)) && error.outcome() == Outcome::NotApplied, "{error:?}");
    assert!(items.next().await.is_none());
}

/// They can be given to whatever takes a stream, and moved to another task.
#[tokio::test]
async fn they_are_streams() {
    fn is_stream<T>(_: &(impl Stream<Item = Result<T, Error>> + Send + Unpin)) {}
    let (_server, client) = answers([value!({ "data": [just_created::body()] })]).await;
    let (pages, items) = (list(&client).pages(), list(&client).items());
    is_stream(&pages);
    is_stream(&items);
    let mut items = pin!(items);
    let first = std::future::poll_fn(|context| items.as_mut().poll_next(context)).await;
    assert_eq!(first.unwrap().unwrap().id, just_created::body()["id"]);
}
