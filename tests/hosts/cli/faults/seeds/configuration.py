"""What a person writes: connection strings, options, pgiam's file, libpq's variables."""

from world import HOST, Seed

PASSWORD = "canaryPassword"


def seed(title, expect, change=(), **more):
    return Seed("configuration", title, expect, change=dict(change), **more)


def host(title, value, expect="configuration usage host_pasted not_ours", **more):
    return seed(title, expect, {"host": value}, **more)


SEEDS = [
    host("a URL in place of the host", f"https://{HOST}", says=HOST),
    host("a port behind the host", f"{HOST}:5432", says=HOST),
    host("a user before the host", f"app@{HOST}", says=HOST),
    host("a path behind the host", f"{HOST}/postgres", says=HOST),
    host("a blank behind the host", f"{HOST} ", says=HOST),
    host("a bare instance id", "orders", "bare_name not_ours name_unknown", says="orders", conninfo="host=orders user=app"),
    host("a letter of the suffix is wrong", HOST.replace("amazonaws", "amazonaw"), "host_misspelt not_ours configuration", says="amazonaws"),
    seed("an unknown keyword", "usage", conninfo=f"hots={HOST} user=app", says="hots"),
    seed("a port that is none", "usage", {"port": "54320000"}, says="54320000"),
    seed("a port that is a word", "usage", {"port": "postgres"}, says="postgres"),
    seed("a quote that does not end", "usage", conninfo=f"host={HOST} user='app"),
    seed("a URI that is broken", "usage", conninfo=f"postgresql://app@[::1/{HOST}"),
    seed("a service that is not there", "usage", conninfo="service=orders", says="orders"),
    seed("a service file that is not there", "usage", conninfo="service=orders", env={"PGSERVICEFILE": "/nonexistent"}, says="orders"),
    seed("PGPASSWORD is left over", "password_given", env={"PGPASSWORD": PASSWORD}, says="PGPASSWORD"),
    seed("a password in the string", "password_given", {"password": PASSWORD}, says="connection string"),
    seed("a password in ~/.pgpass", "password_given", files={".pgpass": f"{HOST}:*:*:app:{PASSWORD}\n"}, says=".pgpass"),
    seed("a password in PGPASSFILE", "password_given", env={"PGPASSFILE": "{home}/p"}, files={"p": f"*:*:*:*:{PASSWORD}\n"}, says="/p"),
    seed("a keyword's value that is none", "usage", {"keepalives_idle": "soon"}, says="keepalives_idle"),
    seed("a password in a service", "password_given", conninfo="service=orders", says='the service "orders"',
         files={".pg_service.conf": f"[orders]\nhost={HOST}\nhostaddr=127.0.0.1\nport={{port}}\nuser=app\ndbname=postgres\npassword={PASSWORD}\n"}),
    seed("Kerberos' encryption is demanded", "no_token no_gss usage", {"gssencmode": "require"}, says="gssencmode"),
    seed("sslmode is too weak", "insecure", {"sslmode": "prefer", "sslrootcert": None}, says="sslmode=prefer"),
    seed("sslmode is off", "insecure", {"sslmode": "disable", "sslrootcert": None}, says="sslmode=disable"),
    seed("PGSSLMODE is too weak", "insecure", {"sslmode": None, "sslrootcert": None}, env={"PGSSLMODE": "allow"}, says="sslmode=allow"),
    seed("channel binding is demanded", "no_token", {"channel_binding": "require"}, says="channel_binding"),
    seed("an option's value that is none", "configuration", words=("--tls", "maybe"), says="maybe"),
    seed("a variable's value that is none", "configuration", env={"PGIAM_TIMEOUT_MS": "soon"}, says="soon"),
    seed("PGIAM_CONFIG names nothing", "configuration", env={"PGIAM_CONFIG": "/nonexistent.conf"}, says="/nonexistent.conf"),
    seed("a key of the file is misspelt", "configuration", files={".config/pgiam/pgiam.conf": "[defaults]\nprofil = dev\n"}, says="profile"),
    seed("a section of the file is misspelt", "configuration", files={".config/pgiam/pgiam.conf": "[conection x]\n"}, says="pgiam.conf:1"),
    seed("the file is no INI", "configuration", files={".config/pgiam/pgiam.conf": "profile dev\n"}, says="pgiam.conf:1"),
    seed("target = off", "not_ours", files={".config/pgiam/pgiam.conf": "[defaults]\ntarget = off\n"}, says="target = off"),
    seed("a rule that switches off", "not_ours", files={".config/pgiam/pgiam.conf": "[connection x]\nhost = orders.*\ntarget = off\n"}, says="target = off"),
    seed("PGIAM_DISABLE is set", "disabled", env={"PGIAM_DISABLE": "1"}, says="PGIAM_DISABLE"),
    seed("localhost without a rule", "not_ours", conninfo="host=localhost user=app", says="signing_host"),
    seed("an address without a rule", "not_ours", conninfo="host=127.0.0.1 user=app", says="signing_host"),
    seed("no host at all", "not_ours", conninfo="user=app"),
    seed("signing_host is no endpoint", "configuration", words=("--signing-host", "db.example"), says="signing_host"),
    seed("the signing host is another instance", "wrong_endpoint", {"sslmode": "require"}, words=("--signing-host", HOST.replace("orders", "other")), says="signing_host"),
    seed("a tunnel without the endpoint's port", "wrong_port", env={"PGIAM_SIGNING_PORT": None}, server={"to": "rds"}, says="signing_port"),
    seed("the signing port is wrong", "wrong_port wrong_endpoint", env={"PGIAM_SIGNING_PORT": "5433"}, says="signing_port"),
    seed("the region of the option is wrong", "wrong_region", words=("--region", "us-east-1"), says="region"),
    seed("the region of a rule is wrong", "wrong_region", files={".config/pgiam/pgiam.conf": "[defaults]\nregion = us-east-1\n"}, says="region"),
    seed("the region is not known", "region_unknown", {"host": "db.example"}, env={"PGIAM_TARGET": "rds", "AWS_REGION": None}, says="region"),
    seed("a CA file of ours is missing", "configuration ca_file_missing", {"sslmode": "require", "sslrootcert": None}, words=("--sslrootcert", "/nonexistent.pem"), says="/nonexistent.pem"),
    seed("the password's file is missing", "configuration no_credentials", env={"PGIAM_PASSWORD_FILE": "{home}/nix"}, says="nix"),
    seed("the password of a file is wrong", "password_refused", {"user": "plain"}, env={"PGIAM_PASSWORD_FILE": "{home}/word"}, files={"word": "canaryPwrong"}, says="word"),
]
