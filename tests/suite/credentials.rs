//! Who calls: where a token comes from, and what is said of one that cannot be used.

use std::process::{Command, Output};

use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use planetscale_client::{BearerToken, Client, ServiceToken};

/// Runs [`create_with_the_environment`] in a process with these variables.
fn run(url: &str, id: Option<&str>, token: Option<&str>) -> Output {
    command(url, id, token).output().unwrap()
}

fn command(url: &str, id: Option<&str>, token: Option<&str>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "credentials::create_with_the_environment", "--ignored", "--nocapture"]);
    command.env(Client::SERVER_URL_VAR, url);
    for (name, value) in [(ServiceToken::ID_VAR, id), (ServiceToken::TOKEN_VAR, token)] {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn printed(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[tokio::test]
#[ignore = "run by the other tests, in a process with an environment of its own"]
async fn create_with_the_environment() {
    let client = match Client::from_env() {
        Ok(client) => client,
        Err(error) => return println!("{error}"),
    };
    let call = client.create_backup().organization("acme").database("shop").branch("main");
    match call.send().await {
        Ok(backup) => println!("made {}", backup.id),
        Err(error) => println!("{error}"),
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_root_certificates_reaches_loopback_and_is_told_what_https_needs() {
    let server = MockServer::start().await.unwrap();
    let told = |url: &str| {
        let mut command = command(url, Some(TOKEN_ID), Some(TOKEN));
        printed(command.env("SSL_CERT_FILE", "/dev/null").env("SSL_CERT_DIR", "/nowhere"))
    };
    assert!(told(&server.base_url()).contains("made "));
    let https = told("https://127.0.0.1:1");
    assert!(https.contains("ca-certificates") && https.contains("SSL_CERT_FILE"), "{https}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socks_proxy_is_refused_by_its_name() {
    let server = MockServer::start().await.unwrap();
    let told = |url: &str| {
        let mut command = command(url, Some(TOKEN_ID), Some(TOKEN));
        command.env("HTTPS_PROXY", "socks5://user:s3cret@127.0.0.1:1080").env_remove("NO_PROXY").env_remove("no_proxy");
        printed(&mut command)
    };
    // Loopback is never reached by one.
    assert!(told(&server.base_url()).contains("made "));
    let refused = told("https://api.planetscale.com/v1");
    assert!(refused.contains("HTTPS_PROXY names a SOCKS proxy (socks5)"), "{refused}");
    assert!(!refused.contains("s3cret"), "{refused}");
    // A URL that is set to nothing is that of the API.
    let refused = told("");
    assert!(refused.contains("except api.planetscale.com in NO_PROXY"), "{refused}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_token_that_is_no_unicode_is_not_said_to_be_missing() {
    use std::os::unix::ffi::OsStrExt;
    let mut command = command("http://127.0.0.1:9", Some("id"), None);
    command.env(ServiceToken::TOKEN_VAR, std::ffi::OsStr::from_bytes(b"t\xff"));
    let told = printed(&mut command);
    assert!(told.contains("the environment variable PLANETSCALE_SERVICE_TOKEN is not Unicode"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_token_comes_from_the_environment() {
    let server = MockServer::start().await.unwrap();
    let told = |id, token| {
        let output = run(&server.base_url(), id, token);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(told(Some(TOKEN_ID), Some(TOKEN)).contains("made "));
    assert_eq!(server.requests().len(), 1);
    for (id, token, message) in [
        (None, Some("t"), "the environment variable PLANETSCALE_SERVICE_TOKEN_ID is not set"),
        (Some("i"), None, "the environment variable PLANETSCALE_SERVICE_TOKEN is not set"),
        (Some(""), Some("t"), "the environment variable PLANETSCALE_SERVICE_TOKEN_ID is empty"),
        (Some("i"), Some(""), "the environment variable PLANETSCALE_SERVICE_TOKEN is empty"),
    ] {
        let told = told(id, token);
        assert!(told.contains(&format!("invalid configuration: {message}")), "{told}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_token_that_cannot_be_used_is_named_with_the_reason() {
    let service = |id: &str, token: &str| Client::builder().auth(ServiceToken::new(id, token));
    let bearer = |token: &str| Client::builder().auth(BearerToken::new(token));
    for (builder, message) in [
        (
            service("id", "token\n"),
            "the service token contains a line break; was it read from a file with one at its end?",
        ),
        (bearer("token\r"), "the bearer token contains a line break; was it read from a file with one at its end?"),
        (service("i d", "token"), "the ID of the service token may contain only visible ASCII characters"),
        (service("id", ""), "the service token is empty"),
        (service("", "token"), "the ID of the service token is empty"),
        (bearer("größe"), "the bearer token may contain only visible ASCII characters"),
        (Client::builder(), "no credentials; call auth() with a ServiceToken or a BearerToken"),
    ] {
        assert_eq!(builder.build().unwrap_err().to_string(), format!("invalid configuration: {message}"));
    }
}
