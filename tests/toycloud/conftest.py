"""A PostgreSQL that takes the toy's tokens, the server that hands them out, and unmodified programs with the hook."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "rds"))

from rds_emulator import Emulator, Endpoint  # noqa: E402
from rds_fixtures import rds  # noqa: E402, F401
from toy_server import ToyServer  # noqa: E402

HOST = "orders.db.toy.test"
LIBRARY = os.environ["PGIAM_TEST_TOY_LIBRARY"]


@pytest.fixture(scope="session")
def instance():
    endpoints = [Endpoint(HOST, region="toyland-1"), "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"]
    with Emulator(endpoints=endpoints, users=["app_user"], passwords={"toy_user": "nobody knows"}) as emulator:
        yield emulator


@pytest.fixture
def toy(rds):
    server = ToyServer(lambda token: rds.admin_sql(f"ALTER ROLE toy_user PASSWORD '{token}'"))
    yield server
    server.close()


@pytest.fixture
def environment(toy, tmp_path):
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "HOME": str(tmp_path),
        "PGIAM_LIBRARY": LIBRARY,
        "PGIAM_TOY_SERVER": toy.url,
    }


@pytest.fixture
def run(environment):
    """run(command, **variables): a program to its end."""

    def run_it(*command, stdin="", **variables):
        return subprocess.run(
            command, env=environment | variables, input=stdin, capture_output=True, text=True, timeout=120
        )  # fmt: skip

    return run_it


@pytest.fixture
def psql(run):
    """psql(conninfo, script, **variables), with the hook."""

    def psql_it(conninfo, script="SELECT session_user;", **variables):
        return run("psql", "-XAtw", conninfo, stdin=script, LD_PRELOAD=os.environ["PGIAM_TEST_HOOK"], **variables)

    return psql_it


@pytest.fixture
def client(environment):
    """client(**variables) → tell(words…): a program that obeys line by line (tests/hosts/libpq/client.c), with the hook."""
    programs = []

    def start(**variables):
        program = subprocess.Popen(
            [os.environ["PGIAM_TEST_CLIENT"]],
            env=environment | {"LD_PRELOAD": os.environ["PGIAM_TEST_HOOK"]} | variables,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        programs.append(program)

        def tell(*words):
            program.stdin.write("\t".join(words) + "\n")
            return program.stdout.readline().rstrip("\n")

        return tell

    yield start
    for program in programs:
        program.stdin.close()
        assert program.wait(60) == 0


@pytest.fixture
def pgiam(run):
    """pgiam(words…): the command, which is linked to the library without the toy, with the one that has it in its place."""
    return lambda *words: run(os.environ["PGIAM_TEST_COMMAND"], *words, LD_PRELOAD=LIBRARY)
