//! tokio-postgres, and a pool of it by deadpool. Each connection is decided by the library: TLS is set where the
//! configuration says nothing (`prefer`) and refused where it is forgone, an alias is dialled by the endpoint's own name,
//! a kept token that is refused is made anew once.

use deadpool::managed::{Metrics, RecycleError, RecycleResult};
use pgiam::{ConnectError, Context, Params, Request, Words};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Connection, Error, Socket};

/// `ours` says pgiam's options and credentials; the rest comes from the configuration.
pub async fn connect<T>(
    context: &Context,
    ours: &Request,
    config: &Config,
    tls: T,
) -> Result<(Client, Connection<Socket, T::Stream>), ConnectError<Error>>
where
    T: MakeTlsConnect<Socket> + Clone,
{
    if pgiam::is_disabled() {
        return config.connect(tls).await.map_err(ConnectError::Driver);
    }
    let request = Request { keywords: keywords(config), ..ours.clone() }.can_apply("password,sslmode,host,hostaddr");
    let attempt = context.attempt(&request)?;
    let dial = |params| {
        let (config, tls) = (applied(config, &params), tls.clone());
        async move { config.connect(tls).await }
    };
    attempt.connect_async(dial, words).await
}

fn words(error: &Error) -> Words {
    let message = match error.as_db_error() {
        Some(refusal) => refusal.message().to_string(),
        // With what is behind it: "error performing TLS handshake" alone says little.
        None => std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
            .map(|error| error.to_string())
            .collect::<Vec<_>>()
            .join(": "),
    };
    (message, error.code().map(|state| state.code().to_string()))
}

/// A configuration in libpq's words.
fn keywords(config: &Config) -> Vec<(String, String)> {
    let listed = |list: Vec<String>| list.join(",");
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let sslmode = match config.get_ssl_mode() {
        SslMode::Disable => "disable",
        SslMode::Prefer => "", // what it is where nobody says anything
        _ => "require",
    };
    let password = config.get_password().map(|password| String::from_utf8_lossy(password).into_owned());
    let all = [
        ("host", listed(hosts.collect())),
        ("hostaddr", listed(config.get_hostaddrs().iter().map(ToString::to_string).collect())),
        ("port", listed(config.get_ports().iter().map(ToString::to_string).collect())),
        ("user", config.get_user().unwrap_or("").to_string()),
        ("dbname", config.get_dbname().unwrap_or("").to_string()),
        ("password", password.unwrap_or_default()),
        ("sslmode", sslmode.to_string()),
        ("gssencmode", "disable".to_string()), // it knows no Kerberos
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_string(), value)).collect()
}

/// The configuration with the library's keywords over it.
fn applied(config: &Config, params: &Params) -> Config {
    let mut made = config.clone();
    if params.get("host").is_some() || params.get("hostaddr").is_some() {
        made = without_hosts(config);
        let list = |key| params.get(key).unwrap_or("").split(',').filter(|part| !part.is_empty());
        for host in list("host") {
            made.host(host);
        }
        for address in list("hostaddr").filter_map(|address| address.parse().ok()) {
            made.hostaddr(address);
        }
        for port in list("port").filter_map(|port| port.parse().ok()) {
            made.port(port);
        }
    }
    if let Some(password) = params.get("password") {
        made.password(password);
    }
    match params.get("sslmode") {
        None | Some("") => made,
        Some("disable") => made.ssl_mode(SslMode::Disable).clone(),
        Some(_) => made.ssl_mode(SslMode::Require).clone(),
    }
}

/// Hosts can be added to a configuration, and not be taken from it.
fn without_hosts(config: &Config) -> Config {
    let mut made = Config::new();
    config.get_user().map(|user| made.user(user));
    config.get_dbname().map(|name| made.dbname(name));
    config.get_options().map(|options| made.options(options));
    config.get_application_name().map(|name| made.application_name(name));
    config.get_connect_timeout().map(|timeout| made.connect_timeout(*timeout));
    config.get_tcp_user_timeout().map(|timeout| made.tcp_user_timeout(*timeout));
    made.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    made
}

/// For `deadpool::managed::Pool`: each connection logs in with a fresh token.
pub struct Manager<T> {
    pub context: Context,
    pub ours: Request,
    pub config: Config,
    pub tls: T,
}

impl<T> deadpool::managed::Manager for Manager<T>
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + Sync + 'static,
    T::TlsConnect: Send + Sync,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    type Type = Client;
    type Error = ConnectError<Error>;

    async fn create(&self) -> Result<Client, Self::Error> {
        let (client, connection) = connect(&self.context, &self.ours, &self.config, self.tls.clone()).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    async fn recycle(&self, client: &mut Client, _: &Metrics) -> RecycleResult<Self::Error> {
        let asked = client.simple_query("").await;
        asked.map(drop).map_err(|error| RecycleError::Backend(ConnectError::Driver(error)))
    }
}
