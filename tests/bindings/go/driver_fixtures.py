"""An instance for a driver's pool, and a program in Go that does with the pool what a test says."""

import json
import os
import subprocess

import pytest
from conftest import HERE, HOST, NEWER, go
from installed_roots import AMAZONS, install_roots, of_the_instance
from rds_emulator import Emulator, Endpoint
from rds_fixtures import rds, verdicts  # noqa: F401

PQ_SOURCE = "/usr/share/gocode/src/github.com/lib/pq"
needs_pq = pytest.mark.skipif(not NEWER and not os.path.isdir(PQ_SOURCE), reason="golang-github-lib-pq-dev is not installed")


def build(folder, target, program):
    """Debian's lib/pq is a folder, in place of the module's; nothing is fetched."""
    modfile = []
    if not NEWER:
        named = program.with_suffix(".mod")
        named.write_text((folder / "go.mod").read_text() + f"\nreplace github.com/lib/pq => {PQ_SOURCE}\n")
        modfile = ["-modfile", str(named)]
    go("build", *modfile, "-o", str(program), target, folder=folder)
    return program


@pytest.fixture(scope="session")
def instance():
    second = Endpoint("replica.c9akciq32xyz.eu-central-1.rds.amazonaws.com", "127.0.0.2")
    with Emulator(endpoints=[HOST, second], users=["app_user", "ann"], passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def no_connection(rds):  # noqa: F811
    """The test may not reach the server."""
    before = rds.connections()
    yield
    assert rds.connections() == before


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Programs by their folder, built once."""
    known = {}

    def of(driver):
        if driver not in known:
            program = tmp_path_factory.mktemp("go") / driver
            if NEWER:
                target = "./pgx" if driver == "pgx" else f"pgiam.org/pgiam/tests/drivers/{driver}"
                known[driver] = build(HERE / "newer", target, program)
            else:
                known[driver] = build(HERE / "drivers", f"./{driver}", program)
        return known[driver]

    return of


class Pool:
    """The program; open it with the connection's keywords."""

    def __init__(self, program, arguments, variables):
        self._program = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables)

    def do(self, what, **more):
        print(json.dumps({"Do": what, **more}), file=self._program.stdin, flush=True)
        line = self._program.stdout.readline()
        assert line, "the program has ended"
        return json.loads(line)

    def open(self, keywords, **more):
        dsn = " ".join(f"{key}='{value}'" for key, value in keywords.items())
        return self.do("open", DSN=dsn, **more)

    def ask(self, tries=1):
        """Who is logged in; a pool hands out a session whose server is gone once more."""
        for _ in range(tries):
            told = self.do("ask")
            if "error" not in told:
                break
        return told

    def refused(self):
        return self.ask()["error"]

    def end(self):
        self._program.stdin.close()
        self._program.stdout.close()
        self._program.wait(60)


def clean():
    """The environment without what it says of connections and keys."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "AWS_")) or name.startswith("PGIAM_")}
    return {**kept, "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def start(built, rds, tmp_path):  # noqa: F811
    """Starts a driver's program in an empty home, with the instance's key and more variables."""
    started = []

    def start(driver, *arguments, **variables):
        started.append(Pool(built(driver), arguments, {**clean(), "HOME": str(tmp_path), **rds.credentials(), **variables}))
        return started[-1]

    yield start
    for pool in started:
        pool.end()


@pytest.fixture
def install(rds, tmp_path):  # noqa: F811
    """install("amazons"), install("instances"): the roots as pgiam ca install leaves them; Amazon's have signed nothing here."""
    texts = {"amazons": AMAZONS, "instances": of_the_instance(rds)}
    return lambda whose: install_roots(tmp_path, texts[whose])


@pytest.fixture
def server(rds):  # noqa: F811
    """libpq's keywords for the instance."""
    return {"host": rds.host, "hostaddr": rds.endpoints[0].address, "port": rds.port, "user": "app_user", "dbname": "postgres",
            "sslmode": "verify-full", "sslrootcert": rds.ca_file}  # fmt: skip
