"""What the tests of the ODBC shim share: an emulated instance, a data source for it, programs that use it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "rds")]

from rds_emulator import Emulator, Endpoint, Key  # noqa: E402
from rds_clients import token_for  # noqa: E402, F401
from rds_fixtures import rds, verdicts  # noqa: E402, F401

SHIM, ANSI_SHIM = os.environ["PGIAM_TEST_SHIM"], os.environ["PGIAM_TEST_ANSI_SHIM"]
CLIENT, COMMAND = os.environ["PGIAM_TEST_CLIENT"], os.environ["PGIAM_TEST_COMMAND"]
TOO_OLD = {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_OLDER_PLUGIN"], "PGIAM_TEST_PLUGIN": os.environ["PGIAM_TEST_PLUGIN"]}
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
REPLICA = "replica.c9akciq32xyz.us-east-2.rds.amazonaws.com"
# What a program that stores its password replays.
OLD = ("old.c9akciq32xyz.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app_user&X-Amz-Algorithm=AWS4-HMAC-SHA256"
       "&X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Signature="
       + "0" * 64)  # fmt: skip
STRANGE = "a b;c{d}e&f\"g'h\\i=ü"


@pytest.fixture(scope="session")
def instance():
    endpoints = [HOST, Endpoint(REPLICA, address="127.0.0.2")]
    with Emulator(endpoints=endpoints, users=["app_user", STRANGE], passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def configure(tmp_path):
    """configure(section={key: value}, …) writes odbc.ini; drivers={…} odbcinst.ini."""

    def write(drivers=None, **sources):
        drivers = drivers or {"pgiam": {"Driver": SHIM}}
        for name, sections in {"odbcinst.ini": drivers, "odbc.ini": sources}.items():
            lines = [f"[{section}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())
                     for section, keys in sections.items()]  # fmt: skip
            (tmp_path / name).write_text("\n".join(lines))

    return write


@pytest.fixture
def options(rds):
    """What libpq needs to reach the emulator: pqopt={…}."""
    return f"hostaddr=127.0.0.1 sslrootcert={rds.ca_file}"


@pytest.fixture
def source(rds, options):
    """A data source, as in odbc.ini."""
    return {"Driver": "pgiam", "Servername": rds.host, "Port": rds.port, "Database": "postgres", "Username": "app_user",
            "pqopt": options}  # fmt: skip


@pytest.fixture
def string(rds, options):
    """string(key=value, …): a connection string for the shim; None leaves a key out."""

    def make(**changes):
        keys = {"DRIVER": "pgiam", "Server": rds.host, "Port": rds.port, "Database": "postgres", "UID": "app_user",
                "pqopt": "{" + options + "}"} | changes  # fmt: skip
        return ";".join(f"{key}={value}" for key, value in keys.items() if value is not None)

    return make


@pytest.fixture
def environment(rds, tmp_path, configure, source):
    """A user's, in an empty home, with AWS credentials and one data source, "orders"."""
    configure(orders=source)
    variables = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "HOME": str(tmp_path),
        "ODBCSYSINI": str(tmp_path),
        "ODBCINI": str(tmp_path / ".odbc.ini"),  # unixODBC looks in the home that the system knows, not in HOME
        "TMPDIR": str(tmp_path),
    }
    control = {"RDS_CTL": str(HERE.parents[1] / "rds/ctl"), "RDS_CONTROL": str(rds.control_socket)}
    return variables | rds.credentials() | control


@pytest.fixture
def run(environment):
    """run(command, …, input=text, VARIABLE=value or None): runs it to its end."""

    def start(*command, input="", wrapper=(), **variables):
        changed = {name: value for name, value in (environment | variables).items() if value is not None}
        return subprocess.run([*wrapper, *command], env=changed, input=input, capture_output=True, text=True, timeout=240)

    return start


@pytest.fixture
def python(run):
    """python(code, argument…): with pyodbc; what it printed. The driver manager's pool is off."""
    head = "import sys, pyodbc; pyodbc.pooling = False; given = sys.argv[1:]\n"

    def start(code, *arguments, **variables):
        done = run("/usr/bin/python3", "-c", head + code, *arguments, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return start


@pytest.fixture
def client(run):
    """client(connection string, …): what a program in C prints, all diagnostic records among it. One call of
    the driver per connection, where pyodbc makes two if the first fails."""
    return lambda *strings, **variables: run(CLIENT, *strings, **variables).stdout


WHO = """
try:
    connection = pyodbc.connect(given[0])
    print(connection.execute("SELECT session_user").fetchone()[0])
except pyodbc.Error as error:
    print(*error.args)
"""


@pytest.fixture
def log_in(python):
    """log_in(connection string): the user's name, or the error."""
    return lambda string, **variables: python(WHO, string, **variables).rstrip("\n")
