//! The answer of the API to `create_backup`, and a client to get it with.

use planetscale_client::{Client, ClientBuilder, Error, Response, RetryPolicy, ServiceToken, types};
use serde_json::{Value, json};
use std::time::Duration;

/// A backup as the API describes it right after it was made.
pub fn body() -> Value {
    json!({
        "id": "abc123def456",
        "name": "before-migration",
        "state": "pending",
        "size": 0,
        "estimated_storage_cost": 0.0,
        "created_at": "2021-01-14T10:19:23.000Z",
        "updated_at": "2021-01-14T10:19:23.000Z",
        "started_at": null,
        "expires_at": "2021-01-28T10:19:23.000Z",
        "completed_at": null,
        "deleted_at": null,
        "pvc_size": 10737418240_i64,
        "protected": false,
        "required": false,
        "restored_branches": [],
        "actor": {
            "id": "token1",
            "display_name": "ci",
            "avatar_url": "https://example.com/a.png"
        },
        "backup_policy": null,
        "schema_snapshot": null,
        "database_branch": {
            "id": "branch1",
            "name": "main",
            "created_at": "2020-01-14T10:19:23.000Z",
            "updated_at": "2020-01-14T10:19:23.000Z",
            "deleted_at": null
        }
    })
}

/// [`body`] with one key set to something else, or removed.
pub fn body_with(key: &str, value: Option<Value>) -> Value {
    let mut body = body();
    let map = body.as_object_mut().unwrap();
    match value {
        Some(value) => map.insert(key.to_owned(), value),
        None => map.remove(key),
    };
    body
}

/// A builder for a client of a test server: quick to give up and to try again.
pub fn builder(url: &str) -> ClientBuilder {
    Client::builder()
        .auth(ServiceToken::new("the-id", "the-secret"))
        .base_url(url)
        .timeout(Duration::from_secs(20))
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
}

/// Creates a backup of `acme/shop/main`.
pub async fn create(client: &Client) -> Result<Response<types::Backup>, Error> {
    client.create_backup().organization("acme").database("shop").branch("main").send().await
}
