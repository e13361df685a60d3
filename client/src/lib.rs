#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
compile_error!(
    "planetscale-client does not support WebAssembly: its timeouts and connections need an operating system, and in a \
     browser it would show its credentials to everybody"
);

// What stands in the public API.
pub use bytes::Bytes;
pub use chrono;
pub use reqwest;
pub use reqwest::header::HeaderMap;
pub use reqwest::{Method, StatusCode};

#[doc = include_str!("../GUIDE.md")]
pub mod guide {}

// rustdoc shows the parts of `Client` in this order.
mod client;

mod backups;

mod request;

mod generated;

mod handles;

mod auth;
#[cfg(any(feature = "mock", feature = "record"))]
mod description;
mod error;
mod made_good;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;
mod nullable;
mod open_enum;
mod operation;
mod options;
mod pages;
mod polling;
mod proxies;
mod reading;
#[cfg(feature = "record")]
mod record;
mod redaction;
mod response;
mod retry;
mod retry_after;
mod runtime;
mod secret;
mod tls;
mod transport;

pub use auth::{BearerToken, Credentials, ServiceToken};
#[cfg(feature = "branches")]
pub use backups::{AwaitedBranch, Created, RestoreBackup, RestoreError, Restored};
pub use backups::{
    BackupHandle, BackupRef, BranchHandle, BranchRef, EnsureBackup, EnsureError, Ensured, WaitError, WaitForBackup,
    WaitTarget,
};
pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorDetail, Invalid, Outcome, Refused, Unanswered, Unfinished, Unreadable};
pub use generated::{calls, operations, types};
pub use handles::{DatabaseHandle, DatabaseRef, OrganizationHandle};
pub use made_good::MadeGood;
pub use nullable::Nullable;
pub use open_enum::UnknownValue;
pub use operation::Operation;
pub use options::Settings;
pub use pages::{Items, Pages};
pub use polling::{End, PollError, Until};
#[cfg(feature = "record")]
#[cfg_attr(docsrs, doc(cfg(feature = "record")))]
pub use record::Recording;
pub use request::Request;
pub use response::{CallFuture, Response};
pub use retry::RetryPolicy;
pub use secret::Secret;
