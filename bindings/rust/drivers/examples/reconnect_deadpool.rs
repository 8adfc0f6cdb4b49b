//! cargo run --example reconnect_deadpool --features tokio-postgres: as ../examples/reconnect.rs, with tokio-postgres and deadpool.

use deadpool::managed::Pool;
use openssl::ssl::{SslConnector, SslMethod};
use pgiam_drivers::tokio_postgres::Manager;
use postgres_openssl::MakeTlsConnector;
use std::env::var;
use std::io::stdin;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = run().await {
        eprintln!("reconnect_deadpool: {error}");
        std::process::exit(1);
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = tokio_postgres::Config::new();
    config.host(var("PGHOST")?).user(var("PGUSER")?).dbname(var("PGDATABASE")?);
    if let Ok(address) = var("PGHOSTADDR") {
        config.hostaddr(address.parse()?);
    }
    if let Ok(port) = var("PGPORT") {
        config.port(port.parse()?);
    }
    if var("PGSSLMODE").as_deref() == Ok("disable") {
        config.ssl_mode(tokio_postgres::config::SslMode::Disable);
    }
    // It verifies the server's name and certificate.
    let mut tls = SslConnector::builder(SslMethod::tls())?;
    tls.set_ca_file(var("PGSSLROOTCERT")?)?;
    let tls = MakeTlsConnector::new(tls.build());
    let manager = Manager { context: pgiam::Context::new(())?, ours: pgiam::Request::default(), config, tls };
    let pool: Pool<_> = Pool::builder(manager).max_size(2).build()?;

    pool.get().await?.query_one("SELECT session_user", &[]).await?;
    println!("connected");
    stdin().read_line(&mut String::new())?;
    pool.get().await?.query_one("SELECT session_user", &[]).await?;
    println!("done");
    Ok(())
}
