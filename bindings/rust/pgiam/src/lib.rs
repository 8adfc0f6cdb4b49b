//! AWS RDS IAM tokens for PostgreSQL clients: a fresh password for every connect.
//!
//! ```no_run
//! let context = pgiam::Context::new([("profile", "prod")])?;
//! let request = pgiam::Request::new("orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "app");
//! let token = context.token(&request)?; // or: context.token_async(&request).await?
//! connect("…", token.expose());
//! # fn connect(_: &str, _: &str) {}
//! # Ok::<(), pgiam::Error>(())
//! ```
//!
//! Thin over `pgiam.h`: the library is looked for at run time as PGIAM_LIBRARY (a full path), beside the program, and
//! where the system's linker looks.
#![warn(missing_debug_implementations)]

mod answer;
mod attempt;
mod connect;
mod conninfo;
mod context;
mod credentials;
mod error;
mod fetch;
mod operation;
mod options;
mod person;
mod poller;
mod questions;
mod request;
mod secret;

use pgiam_sys as sys;

pub use answer::{Answer, Params};
pub use attempt::{Attempt, Step};
pub use connect::{ConnectError, Words};
pub use conninfo::parse_conninfo;
pub use context::{default_context, is_disabled, library_version, Context};
pub use credentials::{AsyncCredentials, BoxFuture, Credentials, Keys, Provider};
pub use error::{BoxError, Error, Result};
pub use fetch::Fetch;
pub use operation::Operation;
pub use options::{Level, LogFn, Options};
pub use person::{AsyncPerson, Person, Prompt, PromptAnswer, PromptKind};
pub use request::Request;
pub use secret::Secret;

/// A token from the context of the process.
pub fn token(request: &Request) -> Result<Secret> {
    default_context()?.token(request)
}
