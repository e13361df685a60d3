//! Who the caller is: credentials, and the one header that they become.

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// A service token: an ID and a secret, created in an organization's settings.
///
/// `create_backup` needs one with the access `write_backups`.
#[derive(Clone, Debug)]
pub struct ServiceToken {
    id: String,
    token: SecretString,
}

impl ServiceToken {
    /// The variable that [`from_env`](Self::from_env) takes the token's ID from, as the vendor's own CLI and
    /// Terraform provider do.
    pub const ID_VAR: &'static str = "PLANETSCALE_SERVICE_TOKEN_ID";

    /// The variable that [`from_env`](Self::from_env) takes the token from.
    pub const TOKEN_VAR: &'static str = "PLANETSCALE_SERVICE_TOKEN";

    /// Makes a service token of these two parts. They are checked when the client is built.
    pub fn new(id: impl Into<String>, token: impl Into<String>) -> Self {
        Self { id: id.into(), token: token.into().into() }
    }

    /// Reads the service token from the environment: [`ID_VAR`](Self::ID_VAR) and [`TOKEN_VAR`](Self::TOKEN_VAR).
    ///
    /// # Errors
    /// [`Error::Config`] if one of them is not set, empty, or not Unicode.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self::new(variable(Self::ID_VAR)?, variable(Self::TOKEN_VAR)?))
    }
}

fn variable(name: &str) -> Result<String, Error> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        Ok(_) => Err(Error::config(format!("the environment variable {name} is empty"))),
        Err(std::env::VarError::NotPresent) => Err(Error::config(format!(
            "the environment variable {name} is not set; a service token is made of {} and {}",
            ServiceToken::ID_VAR,
            ServiceToken::TOKEN_VAR,
        ))),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::config(format!("the environment variable {name} is not Unicode")))
        }
    }
}

/// An OAuth access token.
#[derive(Clone, Debug)]
pub struct BearerToken(SecretString);

impl BearerToken {
    /// Makes an OAuth access token. It is checked when the client is built.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into().into())
    }
}

/// What a client can identify itself with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// Sent as `Authorization: <ID>:<TOKEN>`, with no scheme word.
    ServiceToken(ServiceToken),
    /// Sent as `Authorization: Bearer <TOKEN>`.
    Bearer(BearerToken),
}

impl From<ServiceToken> for Credentials {
    fn from(token: ServiceToken) -> Self {
        Self::ServiceToken(token)
    }
}

impl From<BearerToken> for Credentials {
    fn from(token: BearerToken) -> Self {
        Self::Bearer(token)
    }
}

impl Credentials {
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::ServiceToken(token) => token.token.expose_secret(),
            Self::Bearer(token) => token.0.expose_secret(),
        }
    }

    /// The value of the Authorization header, marked sensitive.
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let (what, value) = match self {
            Self::ServiceToken(token) => {
                part("the ID of the service token", &token.id)?;
                ("the service token", format!("{}:{}", token.id, self.secret()))
            }
            Self::Bearer(_) => ("the bearer token", format!("Bearer {}", self.secret())),
        };
        part(what, self.secret())?;
        let mut header =
            HeaderValue::try_from(value).map_err(|_| Error::config(format!("{what} cannot be sent in a header")))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// Checks a part of a credential without ever repeating it.
fn part(what: &str, value: &str) -> Result<(), Error> {
    match value.bytes().find(|b| !b.is_ascii_graphic()) {
        _ if value.is_empty() => Err(Error::config(format!("{what} is empty"))),
        None => Ok(()),
        Some(b'\n' | b'\r') => {
            Err(Error::config(format!("{what} contains a line break; was it read from a file with one at its end?")))
        }
        Some(_) => Err(Error::config(format!("{what} may contain only visible ASCII characters"))),
    }
}
