//! A health check that has half a second, beside a job that has ten minutes, with one pool of connections.

use std::time::Duration;

use planetscale_client::{BranchRef, Client, Error, Outcome, RetryPolicy, ServiceToken};
use planetscale_tests::{Server, Step};

fn client(url: &str) -> Result<Client, Error> {
    let builder = Client::builder().auth(ServiceToken::new("id", "token")).base_url(url);
    builder.timeout(Duration::from_secs(600)).attempt_timeout(Duration::from_secs(30)).build()
}

async fn is_healthy(client: &Client, branch: &BranchRef) -> Result<bool, Error> {
    let call = client.branch(branch).list_backups().per_page(1);
    match call.timeout(Duration::from_millis(100)).retry(RetryPolicy::none()).send().await {
        Ok(_) => Ok(true),
        Err(Error::Timeout(request)) => {
            eprintln!("no answer to {} in {:?}", request.operation(), request.after());
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn each_call_has_its_time() {
    crate::clock::pause();
    let server = Server::start([Step::Stall]).await;
    let (client, main) = (client(&server.url()).unwrap(), BranchRef::new("acme", "shop", "main"));
    assert!(!is_healthy(&client, &main).await.unwrap());
    let error = client.branch(&main).create_backup().timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
}
