//! cargo run --bin reconnect: logs in over a pool, waits for a line, and logs in again where its sessions are gone.
//! PGHOST, PGPORT, PGUSER, PGDATABASE and PGSSLROOTCERT say where; libpq reads them itself. `../drivers` has the same
//! with tokio-postgres and deadpool, sqlx and diesel.

mod libpq;

use libpq::Connection;
use pgiam::{Context, Request, Step};
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
        let mut attempt = self.context.attempt(&request)?;
        let mut failure = None;
        loop {
            let params = match attempt.next() {
                Ok(Step::Connect(params)) => params,
                Ok(Step::Done) => unreachable!("a connection that was made is returned"),
                Err(error) if error.is_not_applicable() => return Ok(Connection::open(&request.keywords, &[])?),
                // The server's own words say it all.
                Err(error) if error.status() == "CONNECT" => return Err(failure.unwrap_or_else(|| error.into())),
                Err(error) => return Err(error.into()),
            };
            match Connection::open(&request.keywords, &params.iter().collect::<Vec<_>>()) {
                Ok(connection) => {
                    attempt.connected();
                    return Ok(connection);
                }
                Err(error) => {
                    attempt.failed(&error, None);
                    failure = Some(error.into());
                }
            }
        }
    }
}
