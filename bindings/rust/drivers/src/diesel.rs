//! diesel, whose connections are libpq's, and a pool of it by r2d2.

use diesel::r2d2::ManageConnection;
use diesel::{Connection, ConnectionError, PgConnection, RunQueryDsl};
use pgiam::{ConnectError, Context, Params, Request};

/// In place of `PgConnection::establish`: the conninfo names the host and the user. `ours` says pgiam's options and
/// credentials.
pub fn establish(
    context: &Context,
    ours: &Request,
    conninfo: &str,
) -> Result<PgConnection, ConnectError<ConnectionError>> {
    if pgiam::is_disabled() {
        return PgConnection::establish(conninfo).map_err(ConnectError::Driver);
    }
    let keywords = pgiam::parse_conninfo(conninfo)?;
    let given = keywords.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    let request = Request { keywords: given.collect(), ..ours.clone() }.can_apply("*");
    let dial = |params: &Params| PgConnection::establish(&merged(&keywords, params));
    context.attempt(&request)?.connect(dial, |error| (error.to_string(), None))
}

/// The library's keywords over the user's own, as a conninfo.
fn merged(given: &Params, over: &Params) -> String {
    let own = given.iter().filter(|(key, _)| over.get(key).is_none());
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
    own.chain(over.iter()).map(|(key, value)| format!("{key}='{}' ", escaped(value))).collect()
}

/// For `diesel::r2d2::Pool`: each connection logs in with a fresh token.
pub struct Manager {
    pub context: Context,
    pub ours: Request,
    pub conninfo: String,
}

impl ManageConnection for Manager {
    type Connection = PgConnection;
    type Error = ManagerError;

    fn connect(&self) -> Result<PgConnection, ManagerError> {
        establish(&self.context, &self.ours, &self.conninfo).map_err(|error| ManagerError(error.to_string()))
    }

    fn is_valid(&self, connection: &mut PgConnection) -> Result<(), ManagerError> {
        let asked = diesel::sql_query("SELECT 1").execute(connection);
        asked.map(drop).map_err(|error| ManagerError(error.to_string()))
    }

    fn has_broken(&self, _: &mut PgConnection) -> bool {
        std::thread::panicking()
    }
}

#[derive(Debug)]
pub struct ManagerError(String);

impl std::fmt::Display for ManagerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ManagerError {}
