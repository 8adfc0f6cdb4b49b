//! Recipes: take the file that you need. Each is a feature of its own.

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "diesel")]
pub mod diesel;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "sqlx")]
pub mod sqlx;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "tokio-postgres")]
pub mod tokio_postgres;
