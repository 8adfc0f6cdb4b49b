"""What a server answers, and who stands in between."""

from odd_server import error
from world import DSQL, HOST, TOKEN, Seed, host_of


def seed(title, expect, change=(), **more):
    return Seed("the server's answer", title, expect, change=dict(change), **more)


def asks(title, expect, ask, after=b"", **more):
    return seed(title, expect, server={"ask": ask, "after": after}, **more)


def says(title, expect, sqlstate, text, of_postgres=True, when="after", said="", change=(), **more):
    return seed(title, expect, change, server={when: error(sqlstate, text, of_postgres=of_postgres)}, says=said, **more)


def throttle(world):
    world.rds.refuse_next(count=1, reason="ThrottlingException")


def busy(world):
    world.rds.admin_sql("ALTER ROLE app CONNECTION LIMIT 0")
    return lambda: world.rds.admin_sql("ALTER ROLE app CONNECTION LIMIT -1")


LONG = {"AWS_SESSION_TOKEN": TOKEN, "AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE03", "AWS_SECRET_ACCESS_KEY": "canarycanarycanarycanarycanarycanaryCCCC"}
PAM = ("28000", 'PAM authentication failed for user "app"')
PASSWORD = ("28P01", 'password authentication failed for user "app"')
POOLER = {"of_postgres": False}
SEEDS = [
    seed("a user outside rds_iam", "no_rds_iam", {"user": "plain"}, says="rds_iam"),
    seed("a user who does not exist", "no_rds_iam", {"user": "nobody"}, says="does not exist"),
    seed("the user in the wrong case", "user_spelling", {"user": "App"}, says='"app"'),
    seed("a blank behind the user", "user_spelling", {"user": "app "}, says="blank"),
    seed("a host behind the user", "user_spelling", {"user": "app@orders"}, says='"app"'),
    seed("an ARN in place of the user", "user_spelling", {"user": "arn:aws:iam::123456789012:user/ann"}, says="ARN"),
    seed("the role may not log in", "no_login", {"user": "locked"}, says="locked"),
    seed("the role has no connection left", "too_many_connections", {"user": "limited"}),
    seed("the database does not exist", "no_database", {"dbname": "nix"}, says="dbname"),
    seed("the database is not to be connected to", "no_connect_privilege", {"dbname": "closed"}, says="GRANT CONNECT"),
    seed("RDS refuses for a moment", "throttled", alone=throttle, says="moment"),
    asks("IAM is off: SCRAM is asked", "no_rds_iam", "scram", error(*PASSWORD), says="IAM authentication is off"),
    asks("IAM is off: MD5 is asked", "no_rds_iam", "md5", error(*PASSWORD), says="IAM authentication is off"),
    asks("Kerberos is asked", "wrong_method", "gss", says="Kerberos"),
    asks("SSPI is asked", "wrong_method", "sspi", says="SSPI"),
    asks("Kerberos V5 is asked", "wrong_method", "kerberos"),
    asks("closed at the password", "closed_at_password", "cleartext", b"", says="without a word"),
    says("PgBouncer knows no such user", "pooler", "08P01", "no such user: app", **POOLER, said="pooler"),
    says("PgBouncer: SASL failed", "pooler", "08P01", "SASL authentication failed", **POOLER, said="pooler"),
    seed("PgBouncer: SCRAM, and no such user", "pooler", server={"ask": "scram", "after": error("28P01", "SASL authentication failed", of_postgres=False)}, says="pooler"),
    seed("PgBouncer: MD5, wrong", "pooler", server={"ask": "md5", "after": error("28P01", "password authentication failed", of_postgres=False)}, says="pooler"),
    says("PgBouncer knows no such database", "pooler", "3D000", "no such database: postgres", **POOLER, said="database"),
    says("PgBouncer does not reach the server", "pooler", "08P01", "pgbouncer cannot connect to server", **POOLER),
    says("PgBouncer's login failed at the server", "pooler", "08P01", "server login failed: FATAL password authentication failed for user", **POOLER),
    says("PgBouncer takes no such parameter", "pooler", "08P01", "unsupported startup parameter: extra_float_digits", when="before", **POOLER),
    says("PgBouncer is full", "pooler", "53300", "no more connections allowed (max_client_conn)", when="before", **POOLER),
    says("Odyssey", "pooler", "28000", "odyssey: c1234: user blocked", **POOLER),
    says("PgCat", "pooler", "58000", "pgcat: no pool configured for database", **POOLER),
    says("Pgpool", "pooler", "28000", "pgpool: password authentication failed", **POOLER),
    says("a refusal by no PostgreSQL", "pooler", "28000", 'authentication failed for user "app"', **POOLER),
    says("invalid password packet size", "token_cut", "08P01", "invalid password packet size", said="whole"),
    says("the packet is too large", "token_cut", "08P01", "packet too large", **POOLER),
    seed("a long token is cut on the way", "token_cut", {"host": host_of("long"), "sslmode": "verify-ca"}, env=LONG,
         server={"after": error(*PAM)}, words=("--signing-port", "5432"), says="cut"),
    says("pg_hba rejects", "pg_hba_rejects", "28000", 'pg_hba.conf rejects connection for host "127.0.0.1", user "app", database "postgres", SSL encryption', when="before", said="rejects"),
    says("pg_hba has no entry", "pg_hba_no_entry", "28000", 'no pg_hba.conf entry for host "127.0.0.1", user "app", database "postgres", SSL encryption', when="before", said="no line"),
    says("starting up", "starting_up", "57P03", "the database system is starting up", when="before", said="starting up"),
    says("shutting down", "starting_up", "57P03", "the database system is shutting down", when="before"),
    says("in recovery", "starting_up", "57P03", "the database system is not yet accepting connections", when="before"),
    says("too many connections", "too_many_connections", "53300", "sorry, too many clients already", when="before", said="connections"),
    says("slots are reserved", "too_many_connections", "53300", "remaining connection slots are reserved for roles with the SUPERUSER attribute", when="before"),
    says("the user has none left", "too_many_connections", "53300", 'too many connections for role "app"'),
    says("the role vanished", "no_role", "28000", 'role "app" does not exist', said="role"),
    says("memory is short", "server_error", "53200", "out of memory", when="before", said="out of memory"),
    says("a proxy without credentials", "no_rds_iam not_in_proxy no_secret proxy_has_no_user no_proxy_secret", "28000", "This RDS proxy has no credentials for the role app. Check the credentials for this role and try again.",
         change={"host": HOST.replace("orders.", "orders.proxy-"), "sslmode": "require", "sslrootcert": None}, of_postgres=False, said="roxy"),
    seed("a parameter that the server does not know", "server_error", {"options": "-c nonsense=1"}, says="nonsense"),
    seed("only a standby is wanted", "wrong_session", {"target_session_attrs": "standby"}, says="target_session_attrs"),
    seed("DSQL: the role is not linked to IAM", "no_permission no_iam_grant", {"host": DSQL, "sslmode": "require", "sslrootcert": None}, env={"PGIAM_SIGNING_PORT": "{odd}"},
         server={"after": error("28000", "unable to accept connection, access denied", of_postgres=False)}, second="no_iam_grant"),
    seed("all connections of the role are taken", "too_many_connections", alone=busy),
]
