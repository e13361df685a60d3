//! A job that has its own queue: where the API says that it is too much, the job comes back when it may.

use std::time::Duration;

use planetscale_client::mock::MockServer;
use planetscale_client::types::Backup;
use planetscale_client::{BranchRef, Client, Error, RetryPolicy};

enum Next {
    Done(Box<Backup>),
    Later(Duration),
}

async fn turn(client: &Client, branch: &BranchRef) -> Result<Next, Error> {
    // The queue waits, not the call.
    match client.branch(branch).create_backup().retry(RetryPolicy::none()).send().await {
        Ok(backup) => Ok(Next::Done(Box::new(backup.into_inner()))),
        Err(error) if error.is_retryable() => {
            let wait = error.retry_after().unwrap_or(Duration::from_secs(60));
            eprintln!("{error}; again in {wait:?} (request {:?})", error.request_id());
            Ok(Next::Later(wait))
        }
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn it_comes_back_when_it_may() {
    let server = MockServer::start().await.unwrap();
    server.limit_next(7);
    let (client, main) = (server.client().unwrap(), BranchRef::new("acme", "shop", "main"));
    assert!(matches!(turn(&client, &main).await.unwrap(), Next::Later(wait) if wait == Duration::from_secs(7)));
    assert!(matches!(turn(&client, &main).await.unwrap(), Next::Done(backup) if backup.completed_at.is_none()));
}
