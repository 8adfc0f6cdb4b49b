"""Clients as Debian ships them, none of which knows of pgiam: they connect, lose their sessions, idle for longer than a
token lives, and connect again. clients/README.md tells how they are driven."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import LIBPQ_MAJOR
from rds_clients import until

CLIENTS = Path(__file__).resolve().parent / "clients"
COMMAND = os.environ["PGIAM_TEST_COMMAND"]
PYTHON = "/usr/bin/python3"
# Of which size they are to be installed says PGIAM_TEST_CLIENTS: the large ones and Python's wheels, which bring a libpq
# of their own, are for tests/optional.
PROGRAMS = {
    "small": {
        "psycopg2": [PYTHON, "py_psycopg2.py"],
        "psycopg3-python": ["env", "PSYCOPG_IMPL=python", PYTHON, "py_psycopg3.py"],
        "pygresql": [PYTHON, "py_pygresql.py"],
        "perl": ["perl", "dbd.pl"],
        "ruby": ["ruby", "pg.rb"],
        "libpqxx": [os.environ["PGIAM_TEST_PQXX_CLIENT"]],
        "php": ["php", "pgsql.php"],
        "php-pdo": ["php", "pdo.php"],
        "lua": ["lua5.3", "luasql.lua"],
        "tcl": ["tclsh8.6", "pgtcl.tcl"],
        "tcl-tdbc": ["tclsh8.6", "tdbc.tcl"],
    },
    "large": {"R": ["R", "-s", "--no-save", "-f", "rpostgresql.R"], "GDAL": [PYTHON, "ogr_pg.py"]},
    "wheels": {
        "psycopg2-binary": [PYTHON, "py_psycopg2.py"],
        "psycopg3-binary": ["env", "PSYCOPG_IMPL=binary", PYTHON, "py_psycopg3.py"],
    },
}[os.environ.get("PGIAM_TEST_CLIENTS", "small")]
ONLY_FILTERED = {"php", "php-pdo", "psycopg3-python", "tcl-tdbc"}  # preloading the hook alone does not reach them
PIPELINES = "as Debian builds it, it calls the pipeline functions of libpq 14"


def with_its_needs(options, name):
    marks = [pytest.mark.skipif(LIBPQ_MAJOR < 14, reason=PIPELINES)] if name == "ruby" else []
    return pytest.param(options, name, marks=marks)


EVERY_WAY = [with_its_needs(["--filter"], name) for name in PROGRAMS]
EVERY_WAY += [with_its_needs([], name) for name in PROGRAMS if name not in ONLY_FILTERED]


@pytest.fixture
def start(rds, environment, clock):
    """start(words of the command, program) starts it under pgiam exec."""
    started = []

    def start(options, program, **pipes):
        variables = {
            "CONNINFO": rds.conninfo(), "HOST": rds.host, "PORT": str(rds.port), "DBUSER": "app_user", "DBNAME": "postgres",
            "PGHOSTADDR": "127.0.0.1", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": rds.ca_file,
            "PYTHONPATH": os.environ.get("PGIAM_TEST_PYTHONPATH", ""), "NSS_WRAPPER_HOSTS": rds.hosts_file,
        }  # fmt: skip
        # Some resolve names themselves before they ask libpq (Ruby's pg from 1.5 on, at a reset).
        variables["LD_PRELOAD"] = f"{clock.environment()['LD_PRELOAD']}:libnss_wrapper.so"
        started.append(
            subprocess.Popen(
                [COMMAND, "exec", *options, "--", *program], env=environment | clock.environment() | variables, cwd=CLIENTS,
                stdin=subprocess.PIPE, text=True, bufsize=1, **pipes,
            )  # fmt: skip
        )
        return started[-1]

    yield start
    for process in started:
        process.stdin.close()
        process.wait(timeout=240)


@pytest.mark.skipif(LIBPQ_MAJOR < 14, reason=PIPELINES)
def test_pgbench_connects_all_the_time_for_longer_than_a_token_lives(rds, environment, timed, clock, tmp_path, verdicts):
    (tmp_path / "query.sql").write_text("\\sleep 20 ms\nSELECT session_user;\n")
    pgbench = ["pgbench", "-n", "-C", "-c2", "-t60", "-f", str(tmp_path / "query.sql"), rds.conninfo()]
    with subprocess.Popen(pgbench, env=environment | timed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        for turn in range(10):
            until(lambda: len(verdicts()) > 4 * turn)
            clock.put_forward(minutes=4)
        said, complaints = running.communicate(timeout=240)
    assert "number of failed transactions: 0 (0.000%)" in said, complaints
    assert set(verdicts()) == {"accepted"}
    assert len({attempt["signed_at"] for attempt in rds.attempts()}) > 2


@pytest.mark.parametrize("options, name", EVERY_WAY, ids=lambda value: value if isinstance(value, str) else " ".join(value) or "hook")
def test_a_client_lives_through_kills_and_the_death_of_its_tokens(options, name, rds, clock, start, verdicts):
    client = start(options, PROGRAMS[name], stdout=subprocess.PIPE)

    def do(command):
        client.stdin.write(command + "\n")
        return client.stdout.readline().rstrip("\n")

    assert do("connect") == "app_user"
    rds.kill_backends()
    assert do("query").startswith("error")
    assert do("reset") == "app_user"
    for again in ("reset", "connect"):
        clock.put_forward(minutes=17)
        rds.kill_backends()
        assert do("query").startswith("error")
        assert do(again) == "app_user"
        assert do("query") == "app_user"
    assert verdicts() == ["accepted"] * 4
