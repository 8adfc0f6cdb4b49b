"""What pgiam doctor and explain take beside what psql takes, and doctor without any; and the line for who waits."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios

import pytest
from conftest import COMMAND, HOST, SECRET
from doctor_fixtures import doctor, instance, rds, serve, variables  # noqa: F401
from needs import needs

# ---- ODBC's


@pytest.fixture
def odbc(rds):
    """A connection string of ODBC's for the instance; None leaves a key out."""

    def make(**changes):
        keys = {"Driver": "{PostgreSQL Unicode}", "Server": rds.host, "Port": rds.port, "UID": "app_user", "Database": "postgres",
                "SSLmode": "verify-full", "pqopt": f"{{hostaddr=127.0.0.1 sslrootcert={rds.ca_file}}}"} | changes  # fmt: skip
        return ";".join(f"{key}={value}" for key, value in keys.items() if value is not None)

    return make


def test_an_odbc_connection_string_is_examined(doctor, odbc):
    told = doctor(odbc())
    assert told.code == "works" and '"app_user" is in, database "postgres"' in told.detail("login")
    assert "verified, with its name" in told.detail("tls")


def test_its_keys_have_no_case_and_ours_are_read(doctor, odbc):
    told = doctor(odbc(Driver=None, Server=None, DRIVER="pgiam", servername=HOST, pgiamProfile="nix"), AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    assert told.status in (2, 3) and '"nix"' in told.sentence


def test_a_password_in_it_is_told_of(doctor, odbc):
    told = doctor(odbc(PWD="canary"))
    assert (told.code, told.do[0]) == ("password_given", "leave the password out of the connection string")


def test_explain_takes_one_too(pgiam, odbc, rds):
    ended = pgiam("explain", odbc())
    assert ended.returncode == 0 and f"app_user at {rds.host}:{rds.port}: gets a token" in ended.stdout


@pytest.mark.parametrize(
    "string, said",
    [
        ("Driver={x;Server=db", "brace"),
        ("Driver=pgiam;Database=x", "names no Server"),
        ("FILEDSN=x.dsn", "FILEDSN"),
        ("Driver=pgiam;Server=db;pqopt={host}", "connection"),
    ],
)
def test_what_is_wrong_with_one_is_said(string, said, pgiam):
    ended = pgiam("doctor", string)
    assert ended.returncode == 2 and said in ended.stderr


@pytest.fixture
def data_source(rds, tmp_path):
    """Writes one; → the variables that lead to it."""

    def write(**more):
        keys = {"Driver": "pgiam", "Servername": rds.host, "Port": rds.port, "Database": "postgres", "Username": "app_user",
                "SSLmode": "verify-full", "pqopt": f"hostaddr=127.0.0.1 sslrootcert={rds.ca_file}"} | more  # fmt: skip
        (tmp_path / "odbc.ini").write_text("[orders]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()))
        return {"ODBCINI": str(tmp_path / "odbc.ini"), "ODBCSYSINI": str(tmp_path)}

    return write


@needs("odbcinst")
def test_a_data_source_is_examined_as_psqlodbc_reads_it(doctor, data_source):
    told = doctor("DSN=orders", **data_source())
    assert told.code == "works" and '"app_user" is in' in told.detail("login")
    told = doctor("DSN=orders;UID=plain", **data_source())
    assert told.code == "no_rds_iam"


@needs("odbcinst")
def test_a_password_of_the_data_source_is_told_with_its_place(doctor, data_source):
    told = doctor("DSN=orders", **data_source(Password="canary"))
    assert told.code == "password_given" and 'the data source "orders" (odbc.ini)' in told.sentence
    assert "canary" not in str(told.json)


@needs("odbcinst")
def test_a_data_source_that_is_not_there_is_named(pgiam, data_source):
    ended = pgiam("doctor", "DSN=nix", **data_source())
    assert ended.returncode == 2 and '"nix"' in ended.stderr and "odbcinst -q -s" in ended.stderr


# ---- JDBC's


@pytest.mark.parametrize("scheme", ["jdbc:postgresql:", "jdbc:pgiam:", "jdbc:pgiam:postgresql:"])
def test_a_jdbc_url_is_taken_by_all_three(scheme, pgiam, doctor, rds, variables):
    url = f"{scheme}//{HOST}:{rds.port}/postgres?user=app_user&sslmode=require"
    token = pgiam("token", url)
    assert token.returncode == 0 and token.stdout.startswith(f"{HOST}:{rds.port}/")
    assert "gets a token" in pgiam("explain", url).stdout
    assert "signed for that name" in doctor(url, "--timeout-ms", "500").detail("target")


def test_a_jdbc_url_with_several_hosts_is_about_the_first_for_a_token_and_about_all_for_doctor(pgiam, doctor):
    url = f"jdbc:postgresql://{HOST}:5432,{HOST.replace('orders', 'other')}:5433/postgres?user=app_user&sslmode=require"
    ended = pgiam("token", url)
    assert ended.stdout.startswith(f"{HOST}:5432/") and "of several hosts" in ended.stderr
    told = doctor(url, "--timeout-ms", "500")
    assert {step["host"] for step in told.json["steps"] if step["host"]} == {f"{HOST}:5432", f"{HOST.replace('orders', 'other')}:5433"}


# ---- Without any


def test_without_a_connection_the_environment_is_examined(doctor, rds):
    told = doctor(PGIAM_SIGNING_PORT=None, AWS_REGION="eu-west-1")
    assert (told.code, told.status) == ("environment_ready", 0)
    assert "arn:aws:iam::123456789012:user/ann" in told.detail("identity")
    assert "aws.environment" in told.detail("credentials") and "libpgiam-libpq.so" in told.detail("hook")
    assert "library " in told.detail("hook") and "libpq " in told.detail("hook")
    assert "region: eu-west-1, from: AWS_REGION" in told.detail("configuration")
    assert told.outcome("clock") == "ok"
    assert {step for step in told.steps if told.detail(step) == "needs a connection"} == {"target", "name", "port", "tls", "login"}
    assert told.do[0].startswith("pgiam doctor ") and "its target, name, port, TLS and login" in told.do[1]
    assert rds.attempts() == []


@pytest.mark.parametrize(
    "changes, code, step",
    [
        ({"AWS_SECRET_ACCESS_KEY": SECRET[:-1] + "x"}, "wrong_secret", "identity"),
        ({"AWS_PROFILE": "nix", "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}, "configuration", "credentials"),
        ({"PGIAM_TIMEOUT_MS": "soon"}, "configuration", "configuration"),
        ({"PGIAM_DISABLE": "1"}, "disabled", "hook"),
    ],
)
def test_what_is_wrong_in_the_environment_is_the_verdict(changes, code, step, doctor, rds):
    told = doctor(**changes)
    assert (told.code, told.failed[0]) == (code, step) and told.status != 0, told.json


def test_what_a_stand_in_for_the_cloud_says_is_not_certain(doctor, rds):
    told = doctor(AWS_SECRET_ACCESS_KEY=SECRET[:-1] + "x")  # a service of the test's own is asked
    assert told.code == "wrong_secret" and not told.json["verdict"]["certain"]
    assert "was asked in the cloud's place" in told.json["verdict"]["evidence"]
    told = doctor(AWS_SECRET_ACCESS_KEY=f'"{SECRET}"')  # nobody had to be asked
    assert told.code == "quoted_credentials" and told.json["verdict"]["certain"]


def test_what_is_left_over_there_is_told(doctor, rds):
    told = doctor(PGPASSWORD="canary")
    assert told.outcome("passwords") == "warning" and "PGPASSWORD" in told.detail("passwords")
    assert "canary" not in str(told.json)


def test_without_a_region_of_the_settings_it_goes_on(doctor, rds):
    told = doctor(AWS_REGION=None, AWS_DEFAULT_REGION=None)
    assert told.code == "environment_ready" and "none in the settings" in told.detail("configuration")


def test_a_host_of_libpqs_variables_is_a_connection(doctor, rds):
    told = doctor(PGHOST=rds.host, PGHOSTADDR="127.0.0.1", PGPORT=str(rds.port), PGUSER="app_user", PGDATABASE="postgres")
    assert told.code == "works"


# ---- Who waits


def on_screen(words, variables, until=b"verdict: ", columns=60):
    """Runs the command with standard error on a terminal; → its exit status, standard output, and what the screen got."""
    screen, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    shown = b""
    with subprocess.Popen([COMMAND, *words], env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=child) as command:
        os.close(child)
        while True:
            ready, _, _ = select.select([screen], [], [], 60)
            assert ready, "the command says nothing and does not end"
            try:
                got = os.read(screen, 4096)
            except OSError:  # the other end is closed
                break
            if not got:
                break
            shown += got
        out = command.stdout.read()
    os.close(screen)
    return command.returncode, out, shown


@pytest.fixture
def silent(rds, serve):
    """The words of an examination whose port accepts and says nothing."""
    port = serve(lambda connection: [None for _ in iter(lambda: connection.recv(99), b"")])
    return ["doctor", "--timeout-ms", "2500", rds.conninfo(port=port)]


def test_who_waits_is_told_for_what_and_the_line_goes(silent, variables, environment):
    status, out, shown = on_screen(silent, environment | variables)
    assert status == 5 and b"verdict: " in out and b"\x1b" not in out
    lines = shown.replace(b"\r\n", b"").split(b"\r\x1b[K")
    assert any(line.startswith(b"tls: orders.") and line.endswith(b"...") for line in lines), shown
    assert lines[-1] == b"" and all(len(line) < 60 for line in lines)


def test_programs_and_files_get_no_such_line(silent, variables, environment):
    _, out, shown = on_screen([*silent, "--json"], environment | variables)
    assert out.startswith(b"{") and shown == b""
    ended = subprocess.run([COMMAND, *silent], env=environment | variables, capture_output=True, timeout=120)
    assert ended.stderr == b""
