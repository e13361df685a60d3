//! The mock server that remembers: random walks over all operations, by one client and by several at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonschema::Validator;
use planetscale_client::mock::MockServer;
use serde_json::Value;

use crate::meaning::{json_schema, spec, validator};
use crate::stand_in::http;
use crate::walk::{Answered, Walk, operations, seed, steps};

/// Holds answers to the document, by the letter.
struct Judge {
    document: Arc<Value>,
    /// What accepts the values of a schema, by the schema.
    accepts: BTreeMap<String, Validator>,
    /// What was answered, how often.
    counts: BTreeMap<(String, u16), usize>,
}

impl Judge {
    fn new() -> Self {
        Self { document: spec("planetscale.yaml"), accepts: BTreeMap::new(), counts: BTreeMap::new() }
    }

    fn judge(&mut self, Answered { id, status, schema, body, what }: Answered) {
        *self.counts.entry((id, status)).or_default() += 1;
        let Some(schema) = schema else { return assert!(body.is_null(), "{what}") };
        let made = || validator(&json_schema(&schema, &self.document));
        let accepts = self.accepts.entry(schema.to_string()).or_insert_with(made);
        let wrong: Vec<String> = accepts.iter_errors(&body).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:#?}: {what}");
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        if std::env::var_os("WALK_SHOWS").is_some() {
            println!("{:#?}", self.counts);
        }
    }
}

#[tokio::test]
async fn random_walks_are_answered_as_the_document_describes() {
    let mut judge = Judge::new();
    let operations = operations(&judge.document);
    assert_eq!(operations.len(), 193);
    for number in 0..2 {
        let (seed, seen) = seed(&operations, &["acme"]);
        let server = MockServer::remembering().seed(seed).time_scale(0.001).await.unwrap();
        let mut walk = Walk::new(&server, http(), &judge.document, seen[0].clone());
        let mut rng = fastrand::Rng::with_seed(number);
        for _ in 0..steps() {
            walk.step(&mut rng).await;
            walk.answers.drain(..).for_each(|answer| judge.judge(answer));
        }
    }
}

/// Each client has an organization of its own, so that it knows what there is.
#[tokio::test(flavor = "multi_thread")]
async fn clients_walk_at_once_and_none_finds_what_another_one_did() {
    let mut judge = Judge::new();
    let organizations = ["acme", "globex", "initech", "umbrella"];
    let (seed, seen) = seed(&operations(&judge.document), &organizations);
    let server = MockServer::remembering().seed(seed).time_scale(0.001).await.unwrap();
    let mut walks = tokio::task::JoinSet::new();
    for (number, seen) in (0..).zip(seen) {
        let mut walk = Walk::new(&server, http(), &judge.document, seen);
        walks.spawn(async move {
            let mut rng = fastrand::Rng::with_seed(number);
            for _ in 0..steps() / 4 {
                walk.step(&mut rng).await;
            }
            walk.answers
        });
    }
    walks.join_all().await.into_iter().flatten().for_each(|answer| judge.judge(answer));
}

/// What one of several clients gets, no other one does; and all that they make is there.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_make_the_same_at_once_do_so_once() {
    let server = MockServer::remembering().await.unwrap();
    let (client, mut made) = (server.client().unwrap(), tokio::task::JoinSet::new());
    for turn in 0..5 {
        for _ in 0..8 {
            let client = client.clone();
            made.spawn(async move {
                let call = client.create_branch().organization("acme").database("shop");
                let branch = call.body_map(|b| b.name(format!("dev-{turn}")).parent_branch("main")).send().await;
                let main = client.create_backup().organization("acme").database("shop").branch("main");
                (branch.map_err(|e| e.status().unwrap().as_u16()).map(drop), main.send().await.unwrap().id.clone())
            });
        }
    }
    let (branches, mut backups): (Vec<Result<(), u16>>, Vec<String>) = made.join_all().await.into_iter().unzip();
    assert_eq!((branches.iter().filter(|made| made.is_ok()).count(), branches.len()), (5, 40));
    assert!(branches.iter().all(|made| matches!(made, Ok(()) | Err(422))), "{branches:?}");
    backups.sort();
    backups.dedup();
    let listed = client.list_backups().organization("acme").database("shop").branch("main").per_page(100);
    assert_eq!((backups.len(), listed.send().await.unwrap().total_count), (40, Some(40)));
}

#[test]
fn each_operation_is_classified() {
    insta::assert_snapshot!(MockServer::classification());
}
