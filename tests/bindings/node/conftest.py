"""What the tests with servers share: programs in JavaScript with the package, and the drivers of Debian's node-pg."""

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "bindings/node"
NODE = "/usr/bin/node"
NSS_WRAPPER = shutil.which("ldconfig") and next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
sys.path[:0] = [str(ROOT / "tests/rds"), str(ROOT / "tests/rds/aws"), str(ROOT / "tests/hosts")]

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
DEBIANS = ["node-pg", "node-split2", "node-xtend", "node-readable-stream", "node-inherits", "node-util-deprecate", "node-string-decoder", "node-safe-buffer"]


@functools.cache
def modules():
    """A folder with the drivers: those of the optional part, Debian's, or these unpacked where another nodejs keeps them from being installed."""
    named = os.environ.get("PGIAM_TEST_NODE_MODULES")
    if named:
        return Path(named)
    installed = Path("/usr/share/nodejs")
    if (installed / "pg").exists():
        return installed
    folder = Path(os.environ["PGIAM_TEST_NODE_FOLDER"])
    unpacked = folder / "usr/share/nodejs"
    if not (unpacked / "pg").exists():
        with tempfile.TemporaryDirectory() as packages:
            got = subprocess.run(["apt-get", "download", "-q", *DEBIANS], cwd=packages, capture_output=True, text=True, timeout=120)
            if got.returncode:
                return None
            for package in Path(packages).glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, folder], check=True)
    return unpacked


def environment_of(rds, **variables):
    """A program's: with the names of the instance, which only its hosts file knows."""
    if not modules():
        pytest.skip("Debian's node-pg is not installed, and cannot be fetched")
    return {
        **os.environ, **rds.credentials(), "NODE_PATH": str(modules()), "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"],
        "PGIAM_NODE_ADDON": os.environ["PGIAM_TEST_NODE_ADDON"], "AWS_EC2_METADATA_DISABLED": "true", "PGIAM_TIMEOUT_MS": "120000",
        "LD_PRELOAD": str(NSS_WRAPPER), "NSS_WRAPPER_HOSTS": rds.hosts_file, **variables,
    }  # fmt: skip


PREPARED = f"""
const pgiam = require({json.dumps(str(PACKAGE))});
const where = JSON.parse(process.env.WHERE);
const lines = require('node:readline').createInterface({{ input: process.stdin }})[Symbol.asyncIterator]();
const wait = () => lines.next();  // until the test goes on
const told = (error) => ({{ status: error.status, code: error.code, message: String(error), causes: (error.causes || []).map((cause) => cause.code) }});
const tell = (value) => console.log(JSON.stringify(value));
const SESSION = 'SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
"""


class Program:
    """A program in JavaScript, which tells a value a line, and waits for the test where it says so."""

    def __init__(self, text, where, environment):
        whole = PREPARED + f"(async () => {{ {text} }})().then(() => process.exit(), (error) => {{ tell({{ failed: told(error) }}); process.exit(1); }});"
        self.file = tempfile.NamedTemporaryFile("w", suffix=".js")  # noqa: SIM115  some drivers ask where the program lies
        self.file.write(whole)
        self.file.flush()
        self.child = subprocess.Popen([NODE, self.file.name], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      env={**environment, "WHERE": json.dumps(where)})  # fmt: skip

    def told(self):
        line = self.child.stdout.readline()
        assert line, "the program ended"
        return json.loads(line)

    def goes_on(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        try:
            assert self.child.wait(120) == 0
        finally:
            self.child.kill()
            self.child.stdout.close()
            self.file.close()


@pytest.fixture
def program(rds):  # noqa: F811
    """program(text, **changes of where): started, with the instance in `where`."""

    def start(text, variables=None, **changes):
        with open(rds.ca_file) as file:
            where = {"host": rds.host, "port": rds.port, "user": "app_user", "database": "postgres", "ssl": {"ca": file.read()}, **changes}
        return Program(text, where, environment_of(rds, **(variables or {})))

    return start
