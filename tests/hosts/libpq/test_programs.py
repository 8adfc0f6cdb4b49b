"""Programs as they are: psql at a terminal, pg_dump with several connections, psycopg2."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from conftest import HOOK, LIBPQ_MAJOR
from rds_emulator.postgres import find_binaries


class Terminal:
    """psql at a terminal of its own."""

    def __init__(self, command, environment):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, env=environment | {"TERM": "dumb", "PAGER": ""}, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.expect("=> ")

    def expect(self, pattern, seconds=120):
        """What it writes up to the pattern."""
        seen, end = "", time.monotonic() + seconds
        while not re.search(pattern, seen):
            ready = select.select([self.master], [], [], max(0, end - time.monotonic()))[0]
            assert ready, f"waited for {pattern!r}, saw: {seen}"
            seen += os.read(self.master, 65536).decode()
        return seen

    def ask(self, line):
        os.write(self.master, (line + "\n").encode())
        return self.expect(re.escape(line) + "(?s:.*)=> ")  # the terminal's echo first

    def close(self):
        os.write(self.master, b"\\q\n")
        self.process.wait(timeout=120)
        os.close(self.master)


@pytest.fixture
def terminal(rds, environment):
    opened = []

    def start(conninfo, **variables):
        command = ["psql", "-Xtn", "-v", "PROMPT1==> ", conninfo]
        opened.append(Terminal(command, environment | variables))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.mark.parametrize("settings", [{}, {"PGIAM_REUSE_SECONDS": "0"}])
def test_psql_resets_by_itself_after_its_session_was_killed(settings, rds, terminal, verdicts):
    psql = terminal(rds.conninfo(), **settings)
    rds.kill_backends()
    assert "Attempting reset: Succeeded." in psql.ask("SELECT 1;")
    assert "app_user" in psql.ask("SELECT session_user;")
    assert verdicts() == ["accepted"] * 2


@pytest.mark.parametrize("command", ["SELECT 1;", r"\c"])
def test_psql_lives_past_the_death_of_its_token(command, rds, terminal, timed, clock, verdicts):
    psql = terminal(rds.conninfo(), **timed)
    for _ in range(2):
        clock.put_forward(minutes=17)
        rds.kill_backends()
        assert re.search("Attempting reset: Succeeded|You are now connected", psql.ask(command))
        assert "app_user" in psql.ask("SELECT session_user;")
    assert verdicts() == ["accepted"] * 3


@pytest.mark.parametrize("command", [r"\c", r"\c postgres", r"\c postgres app_user", r"\c - - - -"])
def test_psql_connects_again_with_every_form_of_c(command, rds, terminal, verdicts):
    psql = terminal(rds.conninfo())
    assert "You are now connected" in psql.ask(command)
    assert "app_user" in psql.ask("SELECT session_user;")
    assert verdicts() == ["accepted"] * 2


def test_psql_goes_on_to_a_server_that_is_not_ours_and_back(rds, terminal, tmp_path):
    passwords = tmp_path / "passwords"
    passwords.write_text("localhost:*:*:plain:open sesame\n")
    passwords.chmod(0o600)
    psql = terminal(rds.conninfo(hostaddr=None, sslmode=None, sslrootcert=None), PGPASSFILE=str(passwords),
                    PGHOSTADDR="127.0.0.1")  # fmt: skip
    assert 'as user "plain"' in psql.ask(rf"\c postgres plain localhost {rds.port}")
    assert 'as user "app_user"' in psql.ask(rf"\c postgres app_user {rds.host} {rds.port}")


@pytest.fixture
def dump(rds, environment, tmp_path):
    """The folder that pg_dump filled over several connections."""
    for table in range(8):
        rds.admin_sql(f"CREATE TABLE IF NOT EXISTS t{table} (a int); GRANT ALL ON t{table} TO app_user;")
    command = ["pg_dump", "-wOx", "-j4", "-Fd", "-t", "t?", "-f", str(tmp_path / "dump"), "-d", rds.conninfo()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "dump"


@pytest.mark.usefixtures("dump")
def test_pg_dump_gives_each_of_its_connections_a_token(verdicts):
    assert verdicts() == ["accepted"] * 5


def test_pg_restore_gives_each_of_its_connections_a_token(dump, rds, environment, verdicts):
    rds.admin_sql("CREATE DATABASE restored OWNER app_user")
    rds.clear_attempts()
    command = ["pg_restore", "-wOx", "-j4", "-d", rds.conninfo(dbname="restored"), str(dump)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
    assert rds.admin_sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 't_'", "restored").strip() == "8"
    assert set(verdicts()) == {"accepted"} and len(verdicts()) > 4


@pytest.fixture
def tools(environment):
    """Finds the programs that Debian leaves out of PATH."""
    return {"PATH": f"{environment['PATH']}:{find_binaries()}"}


def run_python(code, environment, *arguments):
    return subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=240)


def test_psycopg2_which_loads_libpq_late_and_out_of_sight_gets_a_token(rds, environment, verdicts):
    code = """
import psycopg2, sys
for _ in range(2):
    connection = psycopg2.connect(sys.argv[1])
    cursor = connection.cursor()
    cursor.execute("SELECT session_user")
    print(cursor.fetchone()[0])
    connection.close()
"""
    done = run_python(code, environment, rds.conninfo())
    assert (done.stdout, done.stderr) == ("app_user\n" * 2, "")
    assert verdicts() == ["accepted"] * 2


def test_psycopg2_gets_a_token_without_waiting_for_the_server(rds, environment):
    code = """
import psycopg2, psycopg2.extras, sys
connection = psycopg2.connect(sys.argv[1], async_=True)
psycopg2.extras.wait_select(connection)
cursor = connection.cursor()
cursor.execute("SELECT session_user")
psycopg2.extras.wait_select(connection)
print(cursor.fetchone()[0])
"""
    done = run_python(code, environment, rds.conninfo())
    assert (done.stdout, done.stderr) == ("app_user\n", "")


def test_psycopg2_hears_the_whole_story_of_a_failure(rds, environment):
    code = "import psycopg2, sys; psycopg2.connect(sys.argv[1])"
    done = run_python(code, environment | {"AWS_SECRET_ACCESS_KEY": ""}, rds.conninfo())
    assert "psycopg2.OperationalError: pgiam: AWS_ACCESS_KEY_ID is set" in done.stderr
    done = run_python(code, environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}, rds.conninfo())
    assert "rds-db:connect" in done.stderr


@pytest.mark.parametrize(
    "command",
    ["clusterdb", "createdb -T template0 made", "dropdb made", "pg_dumpall -r --no-role-passwords", "pg_isready",
     "reindexdb -j2 -t c -t d", "vacuumdb -j2 -t c -t d", "vacuumlo postgres"],
)  # fmt: skip
def test_an_administrators_tool_needs_no_password(command, rds, environment, verdicts, tools):
    rds.admin_sql("CREATE TABLE IF NOT EXISTS c (a int PRIMARY KEY); CREATE TABLE IF NOT EXISTS d (a int PRIMARY KEY);")
    rds.admin_sql("ALTER TABLE c OWNER TO app_user; ALTER TABLE d OWNER TO app_user; ALTER ROLE app_user CREATEDB;")
    place = {"PGHOST": rds.host, "PGHOSTADDR": "127.0.0.1", "PGPORT": str(rds.port), "PGUSER": "app_user", "PGDATABASE": "postgres"}
    done = subprocess.run(command.split(), env=environment | place | tools, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert set(verdicts()) <= {"accepted"}


@pytest.mark.skipif(LIBPQ_MAJOR < 14, reason="Debian's initdb calls a function of libpq 14")
def test_a_server_asks_other_servers_as_itself(rds, environment, tools, tmp_path, verdicts):
    """Over dblink and postgres_fdw, which load libpq late, into a backend. Single-user: there is one process to hook."""
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    place = Path(tempfile.mkdtemp(dir="/var/tmp"))  # which that account may enter
    for library in (Path(HOOK), Path(HOOK).with_name("libpgiam.so.1")):
        shutil.copy(library, place)
    data, variables = place / "data", environment | tools | {"LD_PRELOAD": "", "HOME": str(place)}
    if account:
        shutil.chown(place, "postgres", "postgres")
    subprocess.run(["initdb", "-A", "trust", "-N", "-D", data], env=variables, cwd="/", check=True, capture_output=True, **account)
    options = f"host '{rds.host}', hostaddr '127.0.0.1', port '{rds.port}', dbname 'postgres'"
    sql = [
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION postgres_fdw",
        f"CREATE SERVER orders FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({options})",
        "CREATE USER MAPPING FOR CURRENT_USER SERVER orders OPTIONS (user 'app_user')",
        "CREATE FOREIGN TABLE roles (rolname name) SERVER orders OPTIONS (schema_name 'pg_catalog', table_name 'pg_roles')",
        f"SELECT * FROM dblink($${rds.conninfo(sslrootcert=None, sslmode=None)}$$, 'SELECT session_user') AS t (who name)",
        "SELECT rolname FROM roles WHERE rolname = 'app_user'",
    ]
    single = ["postgres", "--single", "-D", data, "postgres"]
    done = subprocess.run(
        single, input="\n".join(sql) + "\n", env=variables | {"LD_PRELOAD": f"{place}/libpgiam-libpq.so"}, cwd="/",
        capture_output=True, text=True, timeout=240, **account,
    )  # fmt: skip
    shutil.rmtree(place)
    assert 'who = "app_user"' in done.stdout and 'rolname = "app_user"' in done.stdout, done.stderr
    assert verdicts() == ["accepted"] * 2
