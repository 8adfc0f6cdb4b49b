//! cargo run --example reconnect_sqlx --features sqlx: as ../examples/reconnect.rs, with sqlx's pool.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::env::var;
use std::io::stdin;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = run().await {
        eprintln!("reconnect_sqlx: {error}");
        std::process::exit(1);
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    // sqlx reads the other variables itself, PGSSLMODE and PGSSLROOTCERT among them.
    let options = PgConnectOptions::new().host(&var("PGHOST")?);
    let (context, ours) = (pgiam::Context::new(())?, pgiam::Request::default());
    let pool = pgiam_drivers::sqlx::connect(&context, &ours, PgPoolOptions::new().max_connections(2), options).await?;

    sqlx::query("SELECT session_user").execute(&pool).await?;
    println!("connected");
    tokio::task::spawn_blocking(|| stdin().read_line(&mut String::new())).await??;
    sqlx::query("SELECT session_user").execute(&pool).await?;
    println!("done");
    pool.close().await;
    Ok(())
}
