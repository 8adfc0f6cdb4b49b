//! cargo run --bin reconnect: logs in over a pool, waits for a line, and logs in again where its sessions are gone.
//! PGHOST, PGPORT, PGUSER, PGDATABASE and PGSSLROOTCERT say where; libpq reads them itself. `../drivers` has the same
//! with tokio-postgres and deadpool, and with diesel.

mod libpq;

use libpq::Connection;
use pgiam::{Context, Params, Request};
use std::io::{stdin, stdout, Write};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() {
    if let Err(error) = run() {
        eprintln!("reconnect: {}", error);
        std::process::exit(1);
    }
}

fn run() -> Result<()> {
    let mut pool = Pool { context: Context::new(())?, idle: Vec::new() };
    pool.ask("SELECT session_user")?;
    println!("connected");
    stdout().flush()?;
    stdin().read_line(&mut String::new())?;
    pool.ask("SELECT session_user")?;
    println!("done");
    Ok(())
}

/// As pools are: a session that is idle is used again, if it still lives; else there is a new one.
struct Pool {
    context: Context,
    idle: Vec<Connection>,
}

impl Pool {
    fn ask(&mut self, query: &str) -> Result<String> {
        while let Some(session) = self.idle.pop() {
            if let Ok(value) = session.value(query) {
                self.idle.push(session);
                return Ok(value);
            }
        }
        let session = self.connect()?;
        let value = session.value(query)?;
        self.idle.push(session);
        Ok(value)
    }

    /// One connection: what it needs is decided by the library, each time anew.
    fn connect(&self) -> Result<Connection> {
        let mut request = Request::default().can_apply("*");
        request.keywords = libpq::defaults()?;
        if pgiam::is_disabled() {
            return Ok(Connection::open(&request.keywords, &[])?);
        }
        let attempt = self.context.attempt(&request)?;
        let dial = |params: &Params| Connection::open(&request.keywords, &params.iter().collect::<Vec<_>>());
        Ok(attempt.connect(dial, |words| (words.clone(), None)).map_err(|error| error.to_string())?)
    }
}
