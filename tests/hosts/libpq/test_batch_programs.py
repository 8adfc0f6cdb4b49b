"""Programs that connect, work for longer than a token lives, connect once more, and end; and whose sessions are killed
meanwhile."""

import os
import re
import subprocess

import pytest
from conftest import LIBPQ_MAJOR
from rds_clients import until

SIZE = os.environ.get("PGIAM_TEST_CLIENTS", "small")
# name → how many connections come before, and how many after what it waits for at the table t0
PROGRAMS = {
    "small": {"pg_dump": (1, 4), "pg_restore": (5, 1), "pgbench": (2, 2)},
    "large": {"ogrinfo": (1, 0), "ogr2ogr": (2, 0)},
    "wheels": {},
}[SIZE]


@pytest.fixture
def tables(rds):
    """A database with tables to read, and one to write."""
    for name in ("source", "drain"):
        rds.admin_sql(f"CREATE DATABASE {name} OWNER app_user")
        for table in range(4):
            sql = f"CREATE TABLE t{table} AS SELECT 1 AS a; ALTER TABLE t{table} OWNER TO app_user; GRANT ALL ON t{table} TO plain;"
            rds.admin_sql(sql, name)
    yield
    for name in ("source", "drain"):
        rds.admin_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def run_to_end(environment):
    def run(*words, **variables):
        done = subprocess.run(words, env=environment | variables, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture
def command(rds, tables, tmp_path, run_to_end):
    """command(name): the program's words."""
    source, drain = rds.conninfo(dbname="source"), rds.conninfo(dbname="drain")

    def words(name):
        if name == "pg_dump":
            return ["pg_dump", "-wOx", "-j4", "-Fd", "-f", str(tmp_path / name), "-d", source]
        if name == "pg_restore":
            run_to_end("pg_dump", "-wOx", "-Fd", "-f", str(tmp_path / "dump"), "-d", source)
            rds.clear_attempts()
            return ["pg_restore", "-waOx", "-j4", "-d", drain, str(tmp_path / "dump")]
        if name == "pgbench":
            (tmp_path / "query.sql").write_text("SELECT * FROM t0;\n")
            return ["pgbench", "-n", "-C", "-c1", "-t3", "-f", str(tmp_path / "query.sql"), source]
        if name == "ogrinfo":
            return ["ogrinfo", "-q", "-sql", "SELECT a FROM t0", unquoted(source)]
        return ["ogr2ogr", "-f", "PostgreSQL", unquoted(drain), unquoted(source), "-sql", "SELECT a FROM t0", "-nln", "copy", "-overwrite"]

    return words


def unquoted(conninfo):
    """GDAL's, which is a part of a file's name."""
    return "PG:" + conninfo.replace("'", "")


class Lock:
    """Keeps everybody else from a table."""

    def __init__(self, rds, database):
        self.rds = rds
        conninfo = rds.conninfo("plain", dbname=database)
        environment = {"PATH": os.environ["PATH"], "PGPASSWORD": "open sesame", "HOME": "/nonexistent"}
        self.holder = subprocess.Popen(
            ["psql", "-XAtqw", conninfo], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.holder.stdin.write("BEGIN; LOCK TABLE t0;\n\\echo locked\n")
        self.holder.stdin.flush()
        assert self.holder.stdout.readline() == "locked\n"

    def wait_for_waiting(self):
        until(lambda: self.rds.admin_sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0")

    def release(self):
        self.holder.stdin.close()
        assert self.holder.wait(timeout=240) == 0


@pytest.fixture
def lock(rds, tables):
    held = []

    def hold(name):
        held.append(Lock(rds, "drain" if name == "pg_restore" else "source"))
        return held[-1]

    yield hold
    for one in held:
        if not one.holder.stdin.closed:
            one.release()


@pytest.fixture
def start(environment, timed):
    started = []

    def start(words):
        started.append(subprocess.Popen(words, env=environment | timed, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def runs_here(name):
    lacks = name == "pgbench" and LIBPQ_MAJOR < 14
    reason = "Debian's pgbench calls the pipeline functions of libpq 14"
    return pytest.param(name, marks=pytest.mark.skipif(lacks, reason=reason))


each_program = pytest.mark.parametrize("name", [runs_here(name) for name in PROGRAMS])


@each_program
def test_a_program_connects_again_when_its_first_token_has_died(name, command, lock, start, clock, verdicts):
    words, held = command(name), lock(name)
    program = start(words)
    held.wait_for_waiting()
    before, after = PROGRAMS[name]
    until(lambda: verdicts() == ["accepted"] * before)
    clock.put_forward(minutes=17)
    held.release()
    assert program.wait(timeout=240) == 0, program.communicate()
    assert verdicts() == ["accepted"] * (before + after)


@each_program
def test_a_program_that_loses_its_session_says_so_and_the_next_one_has_a_fresh_token(
    name, rds, command, lock, start, clock, verdicts, tmp_path
):
    words, held = command(name), lock(name)
    program = start(words)
    held.wait_for_waiting()
    rds.kill_backends("app_user")
    _, said = program.communicate(timeout=240)
    assert "terminating connection due to administrator command" in said and "pgiam" not in said
    held.release()

    clock.put_forward(minutes=17)
    rds.clear_attempts()
    program = start([word.replace(str(tmp_path / "pg_dump"), str(tmp_path / "again")) for word in words])
    assert program.wait(timeout=240) == 0, program.communicate()
    assert set(verdicts()) == {"accepted"}


@pytest.mark.skipif(SIZE != "small", reason="of PostgreSQL's own programs")
def test_a_database_whose_name_looks_like_a_connection_string_is_one_all_the_same(rds, environment):
    """libpq expands the first dbname alone, and vacuumdb, reindexdb and others give two."""
    rds.admin_sql('CREATE DATABASE "host=evil.example port=1"')
    try:
        place = dict(re.findall(r"(\w+)='?([^' ]*)'?", rds.conninfo()))
        names = {"PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGUSER": "user", "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert"}
        variables = environment | {name: place[keyword] for name, keyword in names.items()}
        done = subprocess.run(["vacuumdb", "-wa", "--analyze-only"], env=variables, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        assert 'database "host=evil.example port=1"' in done.stdout
    finally:
        rds.admin_sql('DROP DATABASE "host=evil.example port=1" WITH (FORCE)')
