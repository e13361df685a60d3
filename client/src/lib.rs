#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]

// What stands in the public API.
pub use bytes::Bytes;
pub use chrono;
pub use reqwest;
pub use reqwest::header::HeaderMap;
pub use reqwest::{Method, StatusCode};

// rustdoc shows the parts of `Client` in this order.
mod client;
mod generated;

mod auth;
mod check;
mod error;
mod lenient;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;
mod nullable;
mod open_enum;
mod operation;
mod pages;
mod request;
mod retry;
mod retry_after;
mod transport;
mod union;

mod backups;

pub use auth::{BearerToken, Credentials, SERVICE_TOKEN_ID_VAR, SERVICE_TOKEN_VAR, ServiceToken};
pub use backups::{
    Awaited, BackupRef, Branch, BranchBackup, BranchRef, DEFAULT_DEADLINE, DEFAULT_FIRST_DELAY, DEFAULT_INTERVAL,
    DEFAULT_MAX_CONSECUTIVE_ERRORS, EnsureBackup, Ensured, WaitError, WaitForBackup,
};
pub use client::{
    ClientBuilder, DEFAULT_ATTEMPT_TIMEOUT, DEFAULT_BASE_URL, DEFAULT_CONNECT_TIMEOUT, DEFAULT_TIMEOUT, SERVER_URL_VAR,
    Settings,
};
pub use error::{Error, ErrorDetail, Failure, Message, Outcome, Refused, Unreadable};
pub use generated::{Client, ResponseValue, builder, types};
pub use nullable::Nullable;
pub use open_enum::UnknownValue;
pub use pages::{Items, Pages};
pub use request::Request;
pub use retry::RetryPolicy;
pub use transport::MAX_RESPONSE_BYTES;
