//! Random walks through all operations of the mock server that remembers, where the crate reads every answer: with
//! nothing made good, and no error.

// A test: whatever is not as it should be ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(clippy::all, unused_imports)]
mod readers;
#[allow(dead_code)]
mod support;
#[allow(dead_code)]
mod walk;

use std::pin::Pin;
use std::sync::Arc;

use planetscale_client::mock::MockServer;
use planetscale_client::{Client, Error, Response, RetryPolicy};
use serde::de::DeserializeOwned;
use support::{Server, Step, answer};
use walk::{Answered, Walk, operations, seed, steps};

/// What was made good of an answer.
type Reads<'c> = Pin<Box<dyn Future<Output = Result<Vec<String>, Error>> + 'c>>;

fn made_good<T>(answer: Result<Response<T>, Error>) -> Result<Vec<String>, Error> {
    Ok(answer?.made_good().iter().map(|it| format!("{}: {}", it.pointer(), it.reason())).collect())
}

#[allow(dead_code, reason = "called by `readers`, where an operation has to have a body")]
fn value<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

/// Has the crate read an answer of the mock server.
async fn judge(Answered { id, status, body, what, .. }: Answered) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let raw = answer(&format!("{status} Status"), &[("content-type", "application/json")], &text);
    let server = Server::start([Step::Answer(raw)]).await;
    let client = Client::builder().auth(MockServer::token()).retry(RetryPolicy::none());
    let client = client.base_url(format!("{}/v1", server.url())).build().unwrap();
    match (readers::read(&id, &client).await, status) {
        (Ok(made_good), ..400) => assert!(made_good.is_empty(), "{made_good:#?}: {what}"),
        (Err(error), 400..) => {
            let said = (error.status().map(|status| status.as_u16()), error.code().is_some());
            assert_eq!(said, (Some(status), true), "{error:?}: {what}");
        }
        (read, _) => panic!("{read:?}: {what}"),
    }
}

#[tokio::test]
async fn every_answer_is_read_with_nothing_made_good() {
    let document = Arc::new(serde_json::from_str(include_str!("walk/document.json")).unwrap());
    for number in 0..2 {
        let (seed, seen) = seed(&operations(&document), &["acme"]);
        let server = MockServer::remembering().seed(seed).time_scale(0.001).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut walk = Walk::new(&server, http, &document, seen[0].clone());
        let mut rng = fastrand::Rng::with_seed(number);
        for _ in 0..steps() {
            walk.step(&mut rng).await;
            for answer in std::mem::take(&mut walk.answers) {
                judge(answer).await;
            }
        }
    }
}
