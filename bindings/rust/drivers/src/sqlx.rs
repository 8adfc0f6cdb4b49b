//! sqlx, whose pool asks nobody for a password: a task of tokio's gives it a fresh one as long as it is open. The first
//! connection is decided by the library whole; one that is made later, and refused, has sqlx's own error.
//!
//! TLS by rustls: of a file of certificates, as `pgiam ca install` leaves one, native-tls reads the first alone.

use pgiam::{ConnectError, Context, Params, Request, Words};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::Error;
use std::time::Duration;

/// A token lives for 15 minutes, and one that is kept is answered from memory.
const RENEWAL: Duration = Duration::from_secs(30);

/// In place of `pool_options.connect_with(options)`; `ours` says pgiam's options and credentials. sqlx does not show a
/// password that the options have: a token takes its place, but for one of PGPASSWORD. Nor does it show a root certificate:
/// who sets one, other than by PGSSLROOTCERT, sets the mode, too, else an installed one takes its place.
pub async fn connect(
    context: &Context,
    ours: &Request,
    pool_options: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<PgPool, ConnectError<Error>> {
    if pgiam::is_disabled() {
        return pool_options.connect_with(options).await.map_err(ConnectError::Driver);
    }
    let request = Request { keywords: keywords(&options), ..ours.clone() }.can_apply(can_apply(&options));
    let dial = |params: Params| {
        let (pool_options, options) = (pool_options.clone(), applied(&options, &params));
        async move { pool_options.connect_with(options).await }
    };
    let pool = context.attempt(&request)?.connect_async(dial, words).await?;
    tokio::spawn(renew(pool.clone(), context.clone(), request, options));
    Ok(pool)
}

/// Until the pool is closed, or its host is none of ours. Where no token is to be had the pool keeps the one that it has.
async fn renew(pool: PgPool, context: Context, request: Request, options: PgConnectOptions) {
    let renewal = async {
        loop {
            match context.answer_async(&request).await {
                Ok(answer) => pool.set_connect_options(applied(&options, &answer.params)),
                Err(error) if error.is_not_applicable() => return,
                Err(_) => {} // the library's log has it
            }
            tokio::time::sleep(RENEWAL).await;
        }
    };
    let _ = pool.close_event().do_until(renewal).await;
}

fn words(error: &Error) -> Words {
    match error.as_database_error() {
        Some(refusal) => (refusal.message().to_string(), refusal.code().map(|code| code.into_owned())),
        None => (error.to_string(), None),
    }
}

/// What was said of TLS stays.
fn can_apply(options: &PgConnectOptions) -> &'static str {
    match options.get_ssl_mode() {
        PgSslMode::Prefer => "password,host,sslmode,sslrootcert",
        _ => "password,host,sslmode",
    }
}

/// Options in libpq's words.
fn keywords(options: &PgConnectOptions) -> Vec<(String, String)> {
    let sslmode = match options.get_ssl_mode() {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "", // what it is where nobody says anything
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    };
    let host = options.get_socket().map_or(options.get_host().to_string(), |path| path.display().to_string());
    let all = [
        ("host", host),
        ("port", options.get_port().to_string()),
        ("user", options.get_username().to_string()),
        ("dbname", options.get_database().unwrap_or("").to_string()),
        ("password", std::env::var("PGPASSWORD").unwrap_or_default()),
        ("sslmode", sslmode.to_string()),
        ("sslrootcert", std::env::var("PGSSLROOTCERT").unwrap_or_default()), // which sqlx reads
        ("gssencmode", "disable".to_string()),                               // it knows no Kerberos
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_string(), value)).collect()
}

/// The options with the library's keywords over them.
fn applied(options: &PgConnectOptions, params: &Params) -> PgConnectOptions {
    let mut made = options.clone();
    if let Some(host) = params.get("host") {
        made = made.host(host);
    }
    if let Some(password) = params.get("password") {
        made = made.password(password);
    }
    if let Some(file) = params.get("sslrootcert").filter(|file| !file.is_empty()) {
        made = made.ssl_root_cert(file);
    }
    match params.get("sslmode").and_then(|mode| mode.parse().ok()) {
        Some(mode) => made.ssl_mode(mode),
        None => made,
    }
}
