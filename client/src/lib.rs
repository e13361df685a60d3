//! A client for the [PlanetScale API](https://planetscale.com/docs/api), generated from the vendor's
//! OpenAPI description and hardened for the field.
//!
//! ```no_run
//! use planetscale_client::types::RetentionUnit;
//! use planetscale_client::{Client, ServiceToken};
//!
//! # async fn example() -> Result<(), planetscale_client::Error> {
//! let client = Client::builder().auth(ServiceToken::from_env()?).build()?;
//! let backup = client
//!     .create_backup()
//!     .organization("acme")
//!     .database("shop")
//!     .branch("main")
//!     .body_map(|b| b.name("before-migration").retention_unit(RetentionUnit::Week).retention_value(2))
//!     .send()
//!     .await?;
//! println!("{} is {}", backup.id, backup.state);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod auth;
mod check;
mod client;
mod error;
mod generated;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;
mod open_enum;
mod retry;
mod transport;

pub use auth::{BearerToken, Credentials, SERVICE_TOKEN_ID_VAR, SERVICE_TOKEN_VAR, ServiceToken};
pub use client::{ClientBuilder, DEFAULT_BASE_URL, DEFAULT_CONNECT_TIMEOUT, DEFAULT_TIMEOUT};
pub use error::{Error, ErrorDetail, Failure, Message, Outcome, Refused, Unreadable};
pub use generated::{Client, ResponseValue, builder, types};
pub use open_enum::UnknownValue;
pub use retry::RetryPolicy;
pub use transport::MAX_RESPONSE_BYTES;
