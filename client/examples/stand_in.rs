//! Serves the stand-in for the API on loopback until it is stopped, for programs in any language.
//!
//!     cargo run --example stand_in

use std::time::Duration;

use planetscale_client::ServiceToken;
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = MockServer::start().await?;
    server.move_states([(Duration::from_secs(2), "running"), (Duration::from_secs(10), "success")]);
    println!("PLANETSCALE_SERVER_URL={}", server.base_url());
    println!("{}={TOKEN_ID}", ServiceToken::ID_VAR);
    println!("{}={TOKEN}", ServiceToken::TOKEN_VAR);
    eprintln!("Ctrl-C ends it. Backups run after 2 seconds, and are done after 10.");
    std::future::pending().await
}
