//! cargo run --example reconnect_diesel --features diesel: as ../examples/reconnect.rs, with diesel and r2d2.

use diesel::r2d2::Pool;
use diesel::{sql_query, RunQueryDsl};
use pgiam_drivers::diesel::Manager;
use std::env::var;
use std::io::stdin;

fn main() {
    if let Err(error) = run() {
        eprintln!("reconnect_diesel: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut conninfo = format!("host={} user={} dbname={}", var("PGHOST")?, var("PGUSER")?, var("PGDATABASE")?);
    for (key, variable) in [("port", "PGPORT"), ("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")] {
        if let Ok(value) = var(variable) {
            conninfo += &format!(" {key}='{value}'");
        }
    }
    let manager = Manager { context: pgiam::Context::new(())?, ours: pgiam::Request::default(), conninfo };
    let pool = Pool::builder().max_size(2).min_idle(Some(0)).build(manager)?;

    sql_query("SELECT session_user").execute(&mut pool.get()?)?;
    println!("connected");
    stdin().read_line(&mut String::new())?;
    sql_query("SELECT session_user").execute(&mut pool.get()?)?;
    println!("done");
    Ok(())
}
