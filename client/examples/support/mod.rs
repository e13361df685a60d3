//! What the examples share: where to go, and how to say what went wrong.

use std::error::Error as StdError;
use std::process::ExitCode;

use planetscale_client::mock::MockServer;
use planetscale_client::{BranchRef, Client, ServiceToken};

/// The end of an example.
pub type Result<T = ()> = std::result::Result<T, Box<dyn StdError + Send + Sync>>;

/// Where the API is, if not at its usual place.
const SERVER_URL_VAR: &str = "PLANETSCALE_SERVER_URL";

/// Which branch, and where the API is.
#[derive(clap::Args)]
pub struct Target {
    /// The organization that the database belongs to
    #[arg(long)]
    organization: Option<String>,
    /// The database
    #[arg(long)]
    database: Option<String>,
    /// The branch
    #[arg(long)]
    branch: Option<String>,
    /// Where the API is, if neither at its usual place nor where PLANETSCALE_SERVER_URL says
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// A client, and what it is for.
pub struct Connected {
    pub client: Client,
    pub branch: BranchRef,
    /// Instead of the real API.
    pub stand_in: Option<MockServer>,
}

impl Target {
    /// The real API with credentials, and an embedded mock server without. Whoever names something means the real one: names
    /// without credentials are an error, as is what is otherwise `meant_for_real`. A job that has lost its credentials is
    /// not to go on well, on the mock server.
    pub async fn connect(&self, meant_for_real: bool) -> Result<Connected> {
        let credentials = [ServiceToken::ID_VAR, ServiceToken::TOKEN_VAR];
        if credentials.iter().any(|name| std::env::var_os(name).is_some()) {
            let client = match &self.base_url {
                Some(url) => Client::builder().auth(ServiceToken::from_env()?).base_url(url).build()?,
                // Where `PLANETSCALE_SERVER_URL` says, if that is set.
                None => Client::from_env()?,
            };
            let branch = BranchRef::new(
                need("organization", &self.organization)?,
                need("database", &self.database)?,
                need("branch", &self.branch)?,
            );
            return Ok(Connected { client, branch, stand_in: None });
        }
        let is_named = [&self.organization, &self.database, &self.branch, &self.base_url].iter().any(|it| it.is_some());
        let has_url = std::env::var_os(SERVER_URL_VAR).is_some_and(|url| !url.is_empty());
        if is_named || has_url || meant_for_real {
            let what = if has_url { SERVER_URL_VAR } else { "what is named on the command line" };
            return Err(format!("there are no credentials for {what}: set {}", credentials.join(" and ")).into());
        }
        let server = MockServer::start().await?;
        eprintln!("No credentials ({} are not set):", credentials.join(" and "));
        eprintln!("this runs on a mock server of PlanetScale at {}.\n", server.base_url());
        let branch = BranchRef::new("acme", "shop", "main");
        Ok(Connected { client: server.client()?, branch, stand_in: Some(server) })
    }
}

fn need(name: &str, value: &Option<String>) -> std::result::Result<String, String> {
    value.clone().ok_or_else(|| {
        format!("--{name} is missing; with credentials, --organization, --database and --branch name the branch")
    })
}

/// Prints an error with its causes.
pub fn exit(result: Result) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    ExitCode::FAILURE
}
