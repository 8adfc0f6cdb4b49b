"""pgiam token: the tokens, what they are for, and what is told of them."""

import json
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from conftest import CONNINFO, HOST, SECRET
from jdbc_words import SSL_WORDS

FROZEN = ["faketime", "-f", "2026-01-02 03:04:05"]
SIGNED = "20260102T030405Z"
USERS = [
    "app",
    "a b",
    "a&b=c",
    "a+b",
    "100%",
    "%20",
    "o'brien",
    '"quoted"',
    "back\\slash",
    "söhne",
    "数据库",
    "a/b:c@d",
    "[x]",
    "{}",
    "-dash",
    "~-._",
]

# Prints the token of each user on a line of its own, as JSON.
BOTOCORE = """
import json, sys
import botocore.session
host, port, *users = sys.argv[1:]
client = botocore.session.get_session().create_client("rds", region_name="eu-west-1")
for user in users:
    print(json.dumps(client.generate_db_auth_token(DBHostname=host, Port=int(port), DBUsername=user)))
"""


def botocores_tokens(environment, users, port=5432, **variables):
    command = [*FROZEN, sys.executable, "-c", BOTOCORE, HOST, str(port), *users]
    printed = subprocess.run(command, env=environment | variables, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture
def token(pgiam):
    """token(words…) → the token, made at the frozen time."""

    def make(*words, **variables):
        ended = pgiam("token", *words, wrapper=FROZEN, **variables)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.endswith("\n") and ended.stdout.count("\n") == 1
        return ended.stdout.rstrip("\n")

    return make


def test_tokens_equal_botocores_for_users_of_every_kind(token, environment):
    expected = botocores_tokens(environment, USERS)
    assert [token("--host", HOST, f"--user={user}") for user in USERS] == expected


def test_users_of_every_kind_may_stand_in_the_connection_string(token):
    for user in USERS:
        quoted = user.replace("\\", "\\\\").replace("'", "\\'")
        assert token(f"host={HOST} user='{quoted}'") == token("--host", HOST, f"--user={user}")


@pytest.mark.parametrize("length", [1, 1000, 4096, 12000])
def test_tokens_carry_the_whole_session_token(token, environment, length):
    session = ("IQoJb3JpZ2luX2VjE/+=" * length)[:length]
    expected = botocores_tokens(environment, ["app"], AWS_SESSION_TOKEN=session)
    assert [token("--host", HOST, "--user", "app", AWS_SESSION_TOKEN=session)] == expected


def test_mysql_is_a_port_like_any_other(token, environment):
    assert [token("--host", HOST, "--port", "3306", "--user", "app")] == botocores_tokens(environment, ["app"], 3306)


@pytest.mark.parametrize(
    "words",
    [
        ["postgresql://app_user@" + HOST + "/db"],
        [f"postgres://{HOST}/db?user=app_user"],
        [f"user=app_user host={HOST.upper()}"],
        ["user=app_user", "--host", HOST],
        ["host=localhost user=nobody", "-h", HOST, "-U", "app_user", "-d", "db"],
        ["--host", "localhost", "--host", HOST, "--username", "app_user"],
        [f"host={HOST} hostaddr=127.0.0.1 user=app_user"],
    ],
)
def test_the_connection_may_be_told_in_every_way_that_psql_knows(token, words):
    assert token(*words) == token(CONNINFO)


def test_the_connection_may_come_from_a_service_file(token, tmp_path):
    services = tmp_path / "services"
    services.write_text(f"[orders]\nhost={HOST}\nport=6432\nuser=app_user\n")
    expected = token(CONNINFO + " port=6432")
    assert token("service=orders", PGSERVICEFILE=str(services)) == expected
    assert token(PGSERVICE="orders", PGSERVICEFILE=str(services)) == expected


def test_the_connection_may_come_from_the_environment(token):
    assert token(PGHOST=HOST, PGPORT="6432", PGUSER="app_user") == token(CONNINFO + " port=6432")
    assert token("user=other", PGHOST=HOST, PGUSER="app_user") == token(f"host={HOST} user=other")


def test_a_password_of_the_users_is_no_reason_to_refuse_a_token(token, home):
    (home / ".pgpass").write_text(f"{HOST}:*:*:*:saved\n")
    (home / ".pgpass").chmod(0o600)
    assert token(CONNINFO, PGPASSWORD="typed", PGSSLMODE="disable") == token(CONNINFO)


def test_of_several_hosts_the_first_gets_the_token_and_is_named(pgiam):
    ended = pgiam("token", f"host={HOST},other port=1,2 user=app", wrapper=FROZEN)
    assert ended.stdout.startswith(f"{HOST}:1/?")
    assert ended.stderr == f"pgiam: of several hosts, this is about the first: {HOST}\n"


@pytest.mark.parametrize(
    "url",
    [
        f"jdbc:postgresql://{HOST}/db?user=app_user",
        f"jdbc:pgiam://{HOST}:5432/?user=app%5Fuser&ssl=true&currentSchema=x&pgiam.region=eu-west-1",
        f"jdbc:postgresql://{HOST}:/?PGDBNAME=db&user=app_user&password=typed&pgiam.socketFactory=x",
    ],
)
def test_a_jdbc_url_names_the_same_connection(token, url):
    assert token(url) == token(CONNINFO)


@pytest.mark.parametrize("said, sslmode", SSL_WORDS.items())
def test_pgjdbcs_older_word_for_tls_is_read_as_the_jar_reads_it(said, sslmode, pgiam):
    explained = pgiam("explain", f"jdbc:postgresql://{HOST}/db?user=app_user&{said}", "--json")
    assert json.loads(explained.stdout)["sslmode"] == sslmode


def test_a_jdbc_url_may_name_several_hosts(pgiam):
    explained = pgiam("explain", f"jdbc:postgresql://[::1]:1,{HOST}/db?user=a%2Bb+c", "--json")
    assert {"host": "::1", "port": 1, "user": "a+b c"}.items() <= json.loads(explained.stdout).items()


def test_a_jdbc_url_brings_its_options_and_the_command_line_wins(pgiam, token):
    url = f"jdbc:pgiam://localhost:5433/db?user=app_user&pgiam.signing_host={HOST}&pgiam.signing_port=6432"
    assert token(url) == token(CONNINFO + " port=6432")
    assert token(url, "--signing-port", "5432", "-p", "1") == token(CONNINFO)
    assert 'there is no option "nix"' in pgiam("token", url + "&pgiam.nix=1").stderr


@pytest.mark.parametrize(
    "url, message",
    [
        ("jdbc:mysql://h/db", "this JDBC URL is for another database"),
        ("jdbc:postgresql://h/db?password=very%hidden", "the JDBC URL has a percent sign that encodes nothing"),
    ],
)
def test_a_jdbc_url_that_cannot_be_read_is_refused_without_its_values(pgiam, url, message):
    ended = pgiam("token", url)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"pgiam: {message}\n") and "hidden" not in ended.stderr


def test_no_libpq_is_loaded_to_read_a_connection(pgiam, tmp_path):
    (tmp_path / "services").write_text(f"[orders]\nhost={HOST}\nuser=app_user\n")
    for command in ("token", "explain"):
        ended = pgiam(command, "service=orders", PGSERVICEFILE=str(tmp_path / "services"), LD_DEBUG="files")
        assert ended.returncode == 0 and "libpgiam.so" in ended.stderr and "libpq.so" not in ended.stderr


def test_a_host_that_is_not_ours_is_an_error_with_the_reason(pgiam):
    ended = pgiam("token", "host=localhost user=app")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("pgiam: localhost is not the name of a known kind of endpoint\n  ")


def test_a_tunnel_is_signed_for_what_it_leads_to(token):
    tunnel = ["host=localhost port=5433 user=app_user", "--signing-host", HOST, "--signing-port", "5432"]
    assert token(*tunnel) == token(CONNINFO)


def test_rules_of_the_configuration_file_apply(token, rules):
    rules(f"[connection tunnel]\nhost = localhost\nport = 5433\nsigning_host = {HOST}\nsigning_port = 5432\n")
    assert token("host=localhost port=5433 user=app_user") == token(CONNINFO)


def test_the_command_line_wins_over_the_environment(token):
    region = token(CONNINFO, "--region", "eu-west-1", PGIAM_REGION="us-east-1")
    assert "%2Feu-west-1%2Frds-db%2F" in region


def test_a_region_that_contradicts_the_name_wins_with_a_warning(pgiam):
    ended = pgiam("token", CONNINFO, "--region", "us-east-1")
    assert ended.returncode == 0 and "%2Fus-east-1%2F" in ended.stdout
    assert ended.stderr.startswith("pgiam: warning: ") and "eu-west-1" in ended.stderr


def test_json_tells_what_the_token_is(token):
    told = json.loads(token(CONNINFO, "--json"))
    assert told["token"] == token(CONNINFO)
    assert told | {"token": ""} == {
        "token": "",
        "sslmode": "require",
        "expires_at": "2026-01-02T03:19:05Z",
        "credentials_expire_at": None,
        "signing_host": HOST,
        "signing_port": 5432,
        "region": "eu-west-1",
        "provider": "aws.environment",
        "from_cache": False,
    }


def test_a_token_dies_with_its_credentials(token):
    told = json.loads(token(CONNINFO, "--json", AWS_CREDENTIAL_EXPIRATION="2026-01-02T03:10:00Z"))
    assert told["credentials_expire_at"] == told["expires_at"] == "2026-01-02T03:10:00Z"


def test_nothing_secret_is_logged_even_at_debug_level(pgiam):
    session = "canary-of-the-session-token"
    ended = pgiam("token", CONNINFO, "--log", "debug", AWS_SESSION_TOKEN=session, PGPASSWORD="canary-of-the-password")
    assert ended.returncode == 0 and session in ended.stdout
    signature = ended.stdout.rpartition("X-Amz-Signature=")[2].strip()
    assert [word for word in (SECRET, session, "canary-of-the-password", signature) if word in ended.stderr] == []


def test_the_configuration_file_may_ask_for_the_log_and_the_command_line_wins(pgiam, rules):
    rules("[defaults]\nlog = off\n")
    contradiction = ["token", CONNINFO, "--region", "us-east-1"]
    assert pgiam(*contradiction).stderr == ""
    assert "warning: " in pgiam(*contradiction, "--log", "warn").stderr
    assert "warning: " in pgiam(*contradiction, PGIAM_LOG="debug").stderr


def test_a_token_of_this_moment_is_signed_at_this_moment(pgiam):
    told = json.loads(pgiam("token", CONNINFO, "--json").stdout)
    left = datetime.fromisoformat(told["expires_at"]) - datetime.now().astimezone()
    assert timedelta(seconds=840) < left <= timedelta(seconds=900)
